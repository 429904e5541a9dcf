import { IconAlertOctagonFilled } from "@tabler/icons-react";
import type { Column } from "../../../ui/data-table";
import { DeadlineClock } from "../../../ui/deadline-clock";
import { count } from "../../../ui/format";
import { UrgencyChip } from "../../../ui/urgency-chip";
import { type Line, standingOf } from "../model";
import classes from "../page.module.css";

export const TRACKS =
  "104px 92px minmax(150px, 1.5fr) 60px minmax(180px, 2.2fr) 88px minmax(108px, 1fr) 48px minmax(96px, 0.9fr)";

const track = (at: number) => TRACKS.split(/ (?![^(]*\))/)[at] ?? "1fr";

/** The worklist's columns, in the order in which a reader asks: by when, how urgent, who, what, from where, who has it. */
export function columns(userId: string): Array<Column<Line>> {
  return [
    { id: "clock", header: "Time left", track: track(0), render: (line) => <Clock line={line} /> },
    { id: "urgency", header: "Urgency", track: track(1), render: (line) => <Urgency line={line} /> },
    {
      id: "patient",
      header: "Patient",
      track: track(2),
      render: (line) => <strong className={classes.patient}>{nameOf(line)}</strong>,
    },
    { id: "age", header: "Age, sex", track: track(3), render: (line) => <AgeSex line={line} /> },
    { id: "procedure", header: "Procedure", track: track(4), render: (line) => <Procedure line={line} /> },
    { id: "images", header: "Images", track: track(5), align: "right", render: (line) => <Images line={line} /> },
    {
      id: "site",
      header: "Site",
      track: track(6),
      render: (line) => <span className={classes.soft}>{line.site.name}</span>,
    },
    {
      id: "priors",
      header: "Priors",
      track: track(7),
      align: "right",
      render: (line) => <span className={classes.soft}>{line.priors || "–"}</span>,
    },
    { id: "state", header: "Status", track: track(8), render: (line) => <Standing line={line} userId={userId} /> },
  ];
}

const nameOf = (line: Line) => line.patient.name || <span className={classes.soft}>Name not sent</span>;

function Clock({ line }: { line: Line }) {
  if (!line.clock) return <span className={classes.soft}>no clock</span>;
  const { startedAt, deadline, rule } = line.clock;
  return <DeadlineClock startedAt={startedAt} dueAt={deadline} zone={line.site.timeZone} rule={rule} />;
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
      {holder === userId ? "you" : text}
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
