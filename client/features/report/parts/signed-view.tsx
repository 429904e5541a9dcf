import { Badge, Button, Group, SegmentedControl, Switch } from "@mantine/core";
import type { ReportVersionView } from "@readroom/shared/contract/http/report.js";
import { useState } from "react";
import classes from "../report.module.css";
import { Difference } from "./difference";

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
  before = null,
  colourOf,
}: {
  version: ReportVersionView;
  /** The version that it follows: a second reading and a correction show what they changed in it. */
  before?: ReportVersionView | null;
  colourOf?: ((personId: string) => string) | undefined;
}) {
  const [changes, setChanges] = useState(false);
  return (
    <article className={classes.version} aria-label={`${WORDS[version.kind]}, version ${version.version}`}>
      <div className={classes.by}>
        <Badge>{WORDS[version.kind]}</Badge>
        <span>{version.signedByName}</span>
        <span className="rr-num">{when(version.signedAt)}</span>
        <span className={classes.hash} title={version.contentHash}>
          v{version.version} · {version.contentHash.slice(0, 8)}
        </span>
        {before ? (
          <Button size="compact-xs" variant="subtle" aria-expanded={changes} onClick={() => setChanges(!changes)}>
            Changes since v{before.version}
          </Button>
        ) : null}
      </div>
      {version.review ? <Review review={version.review} /> : null}
      {changes && before ? <Difference before={before.content} after={version.content} /> : null}
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

const GRADES = { agree: "Agrees with", minor: "Minor difference to", major: "Major difference to" } as const;

/** The second reader's grade: for the two readers and whoever looks after quality, not part of the report. */
function Review({ review }: { review: NonNullable<ReportVersionView["review"]> }) {
  return (
    <p className={classes.quiet}>
      <strong>
        {GRADES[review.grade]} v{review.ofVersion}
      </strong>{" "}
      ({review.byName}){review.note ? `: ${review.note}` : ""}
    </p>
  );
}

const HOW: Record<NonNullable<ReportVersionView["authors"][number]["how"]>, string> = {
  template: "the template's normal text",
  snippet: "by abbreviation",
  dictation: "dictated",
  comparison: "from an earlier report",
  field: "chosen in a field",
  measurement: "measured on the image",
};

const wordsOf = ({ name, how }: ReportVersionView["authors"][number]): string => (how ? `${name}, ${HOW[how]}` : name);

function Authored({
  version,
  section,
  colourOf,
}: {
  version: ReportVersionView;
  section: { key: string; text: string };
  colourOf: (personId: string) => string;
}) {
  const pieces: { at: number; text: string; by: ReportVersionView["authors"][number] | null }[] = [];
  let at = 0;
  for (const words of version.authors.filter((one) => one.section === section.key)) {
    if (words.start > at) pieces.push({ at, text: section.text.slice(at, words.start), by: null });
    pieces.push({ at: words.start, text: section.text.slice(words.start, words.start + words.length), by: words });
    at = words.start + words.length;
  }
  if (at < section.text.length) pieces.push({ at, text: section.text.slice(at), by: null });
  return pieces.map((piece) =>
    piece.by ? (
      <span
        key={piece.at}
        title={wordsOf(piece.by)}
        data-how={piece.by.how ?? (piece.by.personId === "template" ? "template" : "typed")}
        style={{ boxShadow: `inset 0 -2px ${colourOf(piece.by.personId)}` }}
      >
        {piece.text}
      </span>
    ) : (
      piece.text
    ),
  );
}

/** The version whose text this one changes; an addendum changes none. `versions`: the newest first. */
function followed(versions: readonly ReportVersionView[], version: ReportVersionView): ReportVersionView | null {
  if (version.kind === "addendum") return null;
  return versions.find((one) => one.version < version.version && one.kind !== "addendum") ?? null;
}

/** Whose colour is whose, and what is nobody's own words. */
function Legend({
  versions,
  colourOf,
}: {
  versions: readonly ReportVersionView[];
  colourOf: (personId: string) => string;
}) {
  const people = new Map(
    versions.flatMap(({ authors }) => authors.map(({ personId, name }) => [personId, name] as const)),
  );
  return (
    <ul className={classes.legend} aria-label="Who wrote">
      {[...people].map(([personId, name]) => (
        <li key={personId} style={{ boxShadow: `inset 0 -2px ${colourOf(personId)}` }}>
          {name}
        </li>
      ))}
    </ul>
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
  const [authors, setAuthors] = useState(false);
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
        {colourOf && versions.length > 0 ? (
          <Switch
            size="xs"
            label="Who wrote"
            checked={authors}
            onChange={(event) => setAuthors(event.currentTarget.checked)}
          />
        ) : null}
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
        {authors && colourOf ? <Legend versions={shown} colourOf={colourOf} /> : null}
        {shown.map((version) => (
          <VersionText
            key={version.id}
            version={version}
            before={followed(versions, version)}
            colourOf={authors ? colourOf : undefined}
          />
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
