import { ActionIcon, Button, Menu, Skeleton } from "@mantine/core";
import type { StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { IconPhoto, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { asHubError } from "../../../kernel/api";
import { useMay, useSignedIn } from "../../../kernel/session";
import { dateOnly, dateTime, timeOfDay } from "../../../ui/format";
import { KeyHint } from "../../../ui/keys";
import { ErrorState } from "../../../ui/states";
import { WhoIsHere } from "../../company/public";
import { type Line, toConfirm } from "../model";
import { loadStudy, loadWhy, stepsOf, thumbnailOf } from "../source";
import type { Asked } from "./claim-dialogs";
import { MatchOrder } from "./match-order";
import classes from "./preview.module.css";

/** What the selected study is about: the question, a look at the images, what was there before, and why it is here. */
export function Preview({
  line,
  mayClaim,
  mayTakeOver,
  onOpen,
  onClose,
  onAsk,
  onHold,
}: {
  line: Line;
  mayClaim: boolean;
  mayTakeOver: boolean;
  onOpen: () => void;
  onClose: () => void;
  onAsk: (what: Asked) => void;
  onHold: () => void;
}) {
  const { user } = useSignedIn();
  const mayJoin = useMay("room.join");
  const { claim } = line;
  const mine = claim.state === "held" && claim.by.id === user.id;
  const query = useQuery({
    queryKey: ["study", line.studyId, line.images.received, line.match.state, line.report.state],
    queryFn: ({ signal }) => loadStudy(line.studyId, signal),
    staleTime: 30_000,
    placeholderData: (before, other) => (other?.queryKey[1] === line.studyId ? before : undefined),
  });
  return (
    <aside className={classes.preview} aria-label={`Preview of ${line.patient.name || "a study"}`}>
      <header className={classes.head}>
        <div className={classes.title}>
          <strong>{line.patient.name || "Name not sent"}</strong>
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
        <Button
          variant={mayClaim && line.claim.state === "open" ? "filled" : "default"}
          onClick={onOpen}
          rightSection={<KeyHint combo="Enter" />}
        >
          {mayClaim && claim.state === "open"
            ? "Claim and open"
            : claim.state === "held" && !mine
              ? "Join the room"
              : "Open"}
        </Button>
        {mine ? (
          <>
            <Button variant="default" onClick={onHold} rightSection={<KeyHint combo="H" action="worklist.hold" />}>
              {claim.hold ? "Go on" : "One moment"}
            </Button>
            <Menu position="top-end" withinPortal>
              <Menu.Target>
                <Button variant="default">More</Button>
              </Menu.Target>
              <Menu.Dropdown>
                <Menu.Item onClick={() => onAsk("hand_over")}>Hand over…</Menu.Item>
                <Menu.Item onClick={() => onAsk("escalate")}>Ask a subspecialist…</Menu.Item>
                <Menu.Item onClick={() => onAsk("return")}>Return to the pool…</Menu.Item>
              </Menu.Dropdown>
            </Menu>
          </>
        ) : null}
        {claim.state === "held" && !mine && mayTakeOver ? (
          <Button variant="default" onClick={() => onAsk("take_over")}>
            Take over…
          </Button>
        ) : null}
        <ActionIcon aria-label="Close the preview" onClick={onClose}>
          <IconX size={16} />
        </ActionIcon>
      </header>
      {claim.state === "open" || !mayJoin ? null : <WhoIsHere studyId={line.studyId} />}
      {query.data ? (
        <Body line={line} study={query.data} />
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

function Body({ line, study }: { line: Line; study: StudyDetail }) {
  const { order } = study;
  const from = order
    ? [order.referringName, PLACES[order.patientClass], order.patientLocation, order.referringPhone]
        .filter(Boolean)
        .join(" · ")
    : "";
  return (
    <div className={classes.grid}>
      {toConfirm(line) ? (
        <MatchOrder line={line} />
      ) : (
        <section className={classes.section}>
          <h2 className={classes.heading}>Clinical question</h2>
          <p className={classes.text}>{order?.clinicalQuestion || "None was sent."}</p>
          {from ? <p className={classes.soft}>{from}</p> : null}
        </section>
      )}
      <section className={classes.section}>
        <h2 className={classes.heading}>Images</h2>
        {study.series.length === 0 ? <p className={classes.soft}>None yet.</p> : null}
        <div className={classes.thumbs}>
          {study.series.slice(0, 6).map((series) => (
            <Thumb
              key={series.id}
              label={series.description || `${series.modality} ${series.number ?? ""}`.trim()}
              images={series.instances}
              src={thumbnailOf(line.studyInstanceUid, series)}
            />
          ))}
        </div>
        {study.series.length > 6 ? <p className={classes.soft}>and {study.series.length - 6} more series</p> : null}
      </section>
      <section className={classes.section}>
        <h2 className={classes.heading}>Priors</h2>
        {study.priors.length === 0 ? <p className={classes.soft}>None found here.</p> : null}
        <ul className={classes.priors}>
          {study.priors.slice(0, 4).map((prior) => (
            <li key={prior.studyId}>
              <span>{prior.procedure}</span>{" "}
              <span className={classes.soft}>{prior.studyDay ? dateOnly(prior.studyDay) : "no date"}</span>
              {prior.impression ? <p className={classes.impression}>{prior.impression}</p> : null}
            </li>
          ))}
        </ul>
      </section>
      <Why line={line} />
    </div>
  );
}

const PLACES: Record<string, string> = { E: "Emergency", I: "Inpatient", O: "Outpatient" };

function Why({ line }: { line: Line }) {
  const [full, setFull] = useState(false);
  const why = useQuery({
    queryKey: ["study", line.studyId, "why", line.routing],
    queryFn: ({ signal }) => loadWhy(line.studyId, signal),
    enabled: full,
  });
  return (
    <section className={classes.section}>
      <h2 className={classes.heading}>Why it is here</h2>
      <p className={classes.text}>{line.routing || "No rule has decided about it yet."}</p>
      {line.claim.state === "held" && line.claim.note ? (
        <p className={classes.soft}>Handed over with: “{line.claim.note}”</p>
      ) : null}
      {line.claim.state === "held" && line.claim.hold ? (
        <p className={classes.soft}>
          On hold by {line.claim.by.name} until {timeOfDay(line.claim.until)}.
        </p>
      ) : null}
      {line.escalation ? (
        <p className={classes.soft}>
          {line.escalation.by} asks a subspecialist: “{line.escalation.note}”
        </p>
      ) : null}
      <button type="button" className={classes.disclose} aria-expanded={full} onClick={() => setFull((was) => !was)}>
        {full ? "less" : "in full"}
      </button>
      {full && why.data ? (
        <ol className={classes.steps}>
          {stepsOf(why.data).map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
      ) : null}
      {full && why.error ? <p className={classes.soft}>{asHubError(why.error).message}</p> : null}
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
