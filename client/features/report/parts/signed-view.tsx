import { Badge, Button, Group, SegmentedControl } from "@mantine/core";
import type { ReportVersionView } from "@readroom/shared/contract/http/report.js";
import { useState } from "react";
import classes from "../report.module.css";

const WORDS: Record<ReportVersionView["kind"], string> = {
  preliminary: "Preliminary",
  final: "Final",
  addendum: "Addendum",
  corrected: "Corrected",
};

const when = (at: number): string =>
  new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" }).format(at);

/** One signed version, word for word. `colourOf`: colours each person's words. */
export function VersionText({
  version,
  colourOf,
}: {
  version: ReportVersionView;
  colourOf?: ((personId: string) => string) | undefined;
}) {
  return (
    <article className={classes.version} aria-label={`${WORDS[version.kind]}, version ${version.version}`}>
      <div className={classes.by}>
        <Badge>{WORDS[version.kind]}</Badge>
        <span>{version.signedByName}</span>
        <span className="rr-num">{when(version.signedAt)}</span>
        <span className={classes.hash} title={version.contentHash}>
          v{version.version} · {version.contentHash.slice(0, 8)}
        </span>
      </div>
      {version.content.sections.map((section) =>
        section.text ? (
          <section key={section.key} aria-label={section.title}>
            <h3>{section.title}</h3>
            <p>{colourOf ? <Authored version={version} section={section} colourOf={colourOf} /> : section.text}</p>
          </section>
        ) : null,
      )}
    </article>
  );
}

function Authored({
  version,
  section,
  colourOf,
}: {
  version: ReportVersionView;
  section: { key: string; text: string };
  colourOf: (personId: string) => string;
}) {
  const pieces: { at: number; text: string; by: { personId: string; name: string } | null }[] = [];
  let at = 0;
  for (const words of version.authors.filter((one) => one.section === section.key)) {
    if (words.start > at) pieces.push({ at, text: section.text.slice(at, words.start), by: null });
    pieces.push({ at: words.start, text: section.text.slice(words.start, words.start + words.length), by: words });
    at = words.start + words.length;
  }
  if (at < section.text.length) pieces.push({ at, text: section.text.slice(at), by: null });
  return pieces.map((piece) =>
    piece.by ? (
      <span key={piece.at} title={piece.by.name} style={{ boxShadow: `inset 0 -2px ${colourOf(piece.by.personId)}` }}>
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
}

export interface SignedViewProps {
  readonly versions: readonly ReportVersionView[];
  readonly canAdd: boolean;
  readonly onAdd: (kind: "addendum" | "corrected") => void;
  readonly adding?: boolean;
  readonly colourOf?: (personId: string) => string;
}

/** The report as signed: what stands now (final or correction with its addenda), and every earlier version. */
export function SignedView({ versions, canAdd, onAdd, adding = false, colourOf }: SignedViewProps) {
  const [show, setShow] = useState<"now" | "all">("now");
  const standing = versions.findIndex((version) => version.kind !== "addendum");
  const shown = show === "all" || standing < 0 ? versions : versions.slice(0, standing + 1);
  return (
    <div className={classes.sheet}>
      <div className={classes.bar}>
        {versions.length > 1 ? (
          <SegmentedControl
            value={show}
            onChange={(value) => setShow(value === "all" ? "all" : "now")}
            data={[
              { value: "now", label: "Now" },
              { value: "all", label: `All ${versions.length} versions` },
            ]}
          />
        ) : null}
        <span className={classes.grow} />
        {canAdd ? (
          <Group gap="xs">
            <Button variant="default" loading={adding} onClick={() => onAdd("addendum")}>
              Addendum
            </Button>
            <Button variant="subtle" loading={adding} onClick={() => onAdd("corrected")}>
              Correct
            </Button>
          </Group>
        ) : null}
      </div>
      <div className={classes.text}>
        {shown.map((version) => (
          <VersionText key={version.id} version={version} colourOf={colourOf} />
        ))}
      </div>
    </div>
  );
}

/** An earlier study's signed report, read only; `onCopy` puts one of its sections into the caller's text. */
export function PriorReport({
  version,
  title,
  onCopy,
}: {
  version: ReportVersionView | null;
  title: string;
  onCopy?: (text: string) => void;
}) {
  const impression = version?.content.sections.find((section) => section.key === "impression")?.text;
  return (
    <div className={classes.sheet}>
      <div className={classes.bar}>
        <span>{title}</span>
        <span className={classes.grow} />
        {onCopy && impression ? (
          <Button variant="default" onClick={() => onCopy(impression)}>
            Copy as comparison
          </Button>
        ) : null}
      </div>
      <div className={classes.text}>
        {version ? <VersionText version={version} /> : "This study has no signed report."}
      </div>
    </div>
  );
}
