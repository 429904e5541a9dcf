import { IconAlertOctagonFilled, IconArrowBigUpLineFilled } from "@tabler/icons-react";
import { serverClock } from "../../../kernel/clock";
import type { Column } from "../../../ui/data-table";
import { DeadlineClock } from "../../../ui/deadline-clock";
import { count, dateTime } from "../../../ui/format";
import { UrgencyChip } from "../../../ui/urgency-chip";
import { SORTS } from "../conditions";
import { type Line, standingOf } from "../model";
import classes from "../page.module.css";

/** Shown while loading: the shape of the columns that one begins with. */
export const TRACKS =
  "104px 92px minmax(150px, 1.5fr) 60px minmax(180px, 2.2fr) 88px minmax(108px, 1fr) 48px minmax(96px, 0.9fr)";

/** The columns that one begins with, in the order in which a reader asks: by when, how urgent, who, what, from where, who has it. */
export const USUAL: readonly string[] = [
  "clock",
  "urgency",
  "patient",
  "age",
  "procedure",
  "images",
  "site",
  "priors",
  "state",
];

const soft = (text: string | number | null) => <span className={classes.soft}>{text || "–"}</span>;

/** Every column there is, in the order in which they stand. */
export function allColumns(userId: string): Array<Column<Line>> {
  const columns: Array<Column<Line>> = [
    { id: "clock", header: "Time left", track: "104px", render: (line) => <Clock line={line} /> },
    { id: "urgency", header: "Urgency", track: "92px", render: (line) => <Urgency line={line} /> },
    {
      id: "patient",
      header: "Patient",
      track: "minmax(150px, 1.5fr)",
      render: (line) => <strong className={classes.patient}>{nameOf(line)}</strong>,
    },
    { id: "age", header: "Age, sex", track: "60px", render: (line) => <AgeSex line={line} /> },
    { id: "mrn", header: "MRN", track: "96px", render: (line) => soft(line.patient.mrn) },
    { id: "accession", header: "Accession", track: "104px", render: (line) => soft(line.accessionNumber) },
    { id: "modality", header: "Modality", track: "72px", render: (line) => soft(line.modalities.join(" ")) },
    {
      id: "procedure",
      header: "Procedure",
      track: "minmax(180px, 2.2fr)",
      render: (line) => <Procedure line={line} />,
    },
    { id: "studyAt", header: "Taken", track: "104px", render: (line) => soft(line.studyAt && dateTime(line.studyAt)) },
    { id: "waited", header: "Waiting", track: "72px", align: "right", render: (line) => <Waited line={line} /> },
    { id: "images", header: "Images", track: "88px", align: "right", render: (line) => <Images line={line} /> },
    { id: "site", header: "Site", track: "minmax(108px, 1fr)", render: (line) => soft(line.site.name) },
    { id: "pool", header: "Pool", track: "minmax(80px, 0.8fr)", render: (line) => soft(line.pool?.name ?? "") },
    { id: "subspecialty", header: "Subspecialty", track: "96px", render: (line) => soft(line.subspecialty) },
    { id: "priors", header: "Priors", track: "56px", align: "right", render: (line) => soft(line.priors) },
    {
      id: "state",
      header: "Status",
      track: "minmax(104px, 0.9fr)",
      render: (line) => <Standing line={line} userId={userId} />,
    },
  ];
  return columns.map((column) => ({ ...column, sortable: column.id in SORTS }));
}

/** Minutes since the clock began, to the minute: it need not tick. */
function Waited({ line }: { line: Line }) {
  if (!line.clock) return soft("");
  const minutes = Math.max(0, Math.floor((serverClock.now() - line.clock.startedAt) / 60_000));
  return (
    <span className={`${classes.soft} rr-num`}>
      {minutes < 90 ? `${minutes} min` : `${Math.round(minutes / 60)} h`}
    </span>
  );
}

const nameOf = (line: Line) => line.patient.name || <span className={classes.soft}>Name not sent</span>;

function Clock({ line }: { line: Line }) {
  if (!line.clock) return <span className={classes.soft}>no clock</span>;
  const { startedAt, deadline } = line.clock;
  return <DeadlineClock startedAt={startedAt} dueAt={deadline} zone={line.site.timeZone} rule={line.routing} plain />;
}

/** Stroke is what stat is called in a stroke protocol: the reason's first word stands on the chip. */
function Urgency({ line }: { line: Line }) {
  const stroke = line.urgency === "stat" && /\bstroke\b/i.test(line.urgencyReason);
  return <UrgencyChip level={line.urgency} {...(stroke ? { label: "STROKE" } : {})} reason={line.urgencyReason} />;
}

function AgeSex({ line }: { line: Line }) {
  return (
    <span className={`${classes.soft} rr-num`}>
      {[line.patient.age?.replace(/ Y$/, ""), line.patient.sex].filter(Boolean).join(" ")}
    </span>
  );
}

const isCritical = (line: Line) => line.criticalState === "open";

function Procedure({ line }: { line: Line }) {
  return (
    <span className={classes.procedure}>
      {line.escalation ? (
        <IconArrowBigUpLineFilled size={14} className={classes.escalated} role="img" aria-label="Escalated" />
      ) : null}
      {isCritical(line) ? (
        <IconAlertOctagonFilled
          size={14}
          className={classes.critical}
          role="img"
          aria-label="Critical finding, not closed"
        />
      ) : null}
      <span className="rr-ellipsis">{line.procedure || "Not described"}</span>
    </span>
  );
}

function Images({ line }: { line: Line }) {
  const { received, expected } = line.images;
  const of = expected && expected > received ? ` of ${count(expected)}` : "";
  return (
    <span className={`${classes.soft} rr-num`}>
      {received === 0 ? "–" : count(received)}
      {of || (line.state === "receiving" ? "…" : "")}
    </span>
  );
}

function Standing({ line, userId }: { line: Line; userId: string }) {
  const { text, holder } = standingOf(line);
  if (holder === null) return <span className={classes.soft}>{text}</span>;
  return (
    <span className={classes.holder} data-me={holder === userId}>
      <span className={classes.holderDot} aria-hidden="true" />
      {holder === userId ? (line.claim.state === "held" && line.claim.hold ? "you, on hold" : "you") : text}
    </span>
  );
}

/** The same line on a phone. */
export function LineCard({ line, userId }: { line: Line; userId: string }) {
  return (
    <span className={classes.card}>
      <span className={classes.cardRow}>
        <Clock line={line} />
        <Urgency line={line} />
      </span>
      <span className={classes.cardRow}>
        <strong className="rr-ellipsis">{nameOf(line)}</strong>
        <AgeSex line={line} />
      </span>
      <Procedure line={line} />
      <span className={classes.cardRow}>
        <span className={`${classes.soft} rr-ellipsis`}>
          {line.site.name} · {count(line.images.received)} {line.images.received === 1 ? "image" : "images"}
          {line.priors ? ` · ${line.priors} ${line.priors === 1 ? "prior" : "priors"}` : ""}
        </span>
        <Standing line={line} userId={userId} />
      </span>
    </span>
  );
}
