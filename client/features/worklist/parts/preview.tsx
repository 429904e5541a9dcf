import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { IconPhoto, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asHubError } from "../../../kernel/api";
import { dateOnly, dateTime, personName } from "../../../ui/format";
import { KeyHint } from "../../../ui/keys";
import { ErrorState } from "../../../ui/states";
import type { Line } from "../model";
import { loadPreview, type Preview as PreviewOf } from "../source";
import classes from "./preview.module.css";

/** What the selected study is about: the question, a look at the images, what was there before, and why it is here. */
export function Preview({
  line,
  mayClaim,
  onOpen,
  onClose,
}: {
  line: Line;
  mayClaim: boolean;
  onOpen: () => void;
  onClose: () => void;
}) {
  const query = useQuery({
    queryKey: ["worklist", "preview", line.studyId, line.state, line.matched],
    queryFn: ({ signal }) => loadPreview(line, signal),
    staleTime: 30_000,
    placeholderData: (before, other) => (other?.queryKey[2] === line.studyId ? before : undefined),
  });
  return (
    <aside className={classes.preview} aria-label={`Preview of ${personName(line.patient.name)}`}>
      <header className={classes.head}>
        <div className={classes.title}>
          <strong>{personName(line.patient.name)}</strong>
          <span className={classes.facts}>
            {[
              line.patient.mrn ? `MRN ${line.patient.mrn}` : "",
              line.procedure,
              line.studyAt ? dateTime(line.studyAt, line.site.timeZone) : "",
              line.accessionNumber ? `Acc ${line.accessionNumber}` : "",
            ]
              .filter(Boolean)
              .join(" · ")}
          </span>
        </div>
        <Button variant={mayClaim && line.claim.state === "open" ? "filled" : "default"} onClick={onOpen} rightSection={<KeyHint combo="Enter" />}>
          {mayClaim && line.claim.state === "open" ? "Claim and open" : "Open"}
        </Button>
        <ActionIcon aria-label="Close the preview" onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </header>
      {query.data ? (
        <Body line={line} preview={query.data} />
      ) : query.error ? (
        <ErrorState title="No preview" error={asHubError(query.error)} onRetry={() => void query.refetch()} />
      ) : (
        <div className={classes.grid} aria-busy="true">
          {[0, 1, 2, 3].map((n) => (
            <div key={n} className={classes.section}>
              <Skeleton height={10} width={120} animate={false} />
              <Skeleton height={8} mt={12} animate={false} />
              <Skeleton height={8} mt={8} width="70%" animate={false} />
            </div>
          ))}
        </div>
      )}
    </aside>
  );
}

function Body({ line, preview }: { line: Line; preview: PreviewOf }) {
  return (
    <div className={classes.grid}>
      <section className={classes.section}>
        <h2 className={classes.heading}>Clinical question</h2>
        <p className={classes.text}>{preview.clinicalQuestion || "None was sent."}</p>
        {preview.from ? <p className={classes.soft}>{preview.from}</p> : null}
      </section>
      <section className={classes.section}>
        <h2 className={classes.heading}>
          Images <span className={classes.soft}>{line.modalities.join(", ")}</span>
        </h2>
        {preview.series.length === 0 ? <p className={classes.soft}>None yet.</p> : null}
        <div className={classes.thumbs}>
          {preview.series.slice(0, 6).map((series) => (
            <Thumb key={series.uid} label={series.label} images={series.images} src={series.thumbnail} />
          ))}
        </div>
      </section>
      <section className={classes.section}>
        <h2 className={classes.heading}>Priors</h2>
        {preview.priors.length === 0 ? <p className={classes.soft}>None found here.</p> : null}
        <ul className={classes.priors}>
          {preview.priors.slice(0, 4).map((prior) => (
            <li key={prior.studyId}>
              <span>{prior.procedure}</span>{" "}
              <span className={classes.soft}>{prior.studyAt ? dateOnly(prior.studyAt) : "no date"}</span>
              {prior.impression ? <p className={classes.impression}>{prior.impression}</p> : null}
            </li>
          ))}
        </ul>
      </section>
      <Why why={preview.why} />
    </div>
  );
}

function Why({ why }: { why: PreviewOf["why"] }) {
  const [full, setFull] = useState(false);
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>Why it is in front of you</h2>
      <p className={classes.text}>{why.sentence || "No rule has decided about it yet."}</p>
      {why.steps.length > 0 ? (
        <>
          <button type="button" className={classes.disclose} aria-expanded={full} onClick={() => setFull((was) => !was)}>
            {full ? "less" : "in full"}
          </button>
          {full ? (
            <ol className={classes.steps}>
              {why.steps.map((step) => (
                <li key={step}>{step}</li>
              ))}
            </ol>
          ) : null}
        </>
      ) : null}
    </section>
  );
}

/** One series by its middle image; a plain tile where there is none to show (a report, or still on its way). */
function Thumb({ src, label, images }: { src: string | null; label: string; images: number }) {
  const [broken, setBroken] = useState(false);
  return (
    <figure className={classes.thumb}>
      {src && !broken ? (
        <img src={src} alt="" width={72} height={72} loading="lazy" decoding="async" onError={() => setBroken(true)} />
      ) : (
        <span className={classes.tile}>
          <IconPhoto size={20} stroke={1.4} aria-hidden="true" />
        </span>
      )}
      <figcaption title={label}>
        {label} <span className={classes.soft}>{images}</span>
      </figcaption>
    </figure>
  );
}
