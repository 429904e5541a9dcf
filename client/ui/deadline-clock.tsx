import { Tooltip } from "@mantine/core";
import { sayLeft, spellLeft, standing } from "./deadline";
import classes from "./deadline-clock.module.css";
import { absoluteTime } from "./format";
import { useNow } from "./now";

export interface DeadlineClockProps {
  /** Start of the span and due time: ISO strings or ms since 1970, UTC. */
  startedAt: string | number;
  dueAt: string | number | null | undefined;
  /** IANA zone of the site whose contract it is; the viewer's where absent. */
  zone?: string;
  /** The rule that set it, in words. */
  rule?: string;
  /** Set once the work is done: the clock stands still and says how it ended. */
  stoppedAt?: string | number | null;
  size?: "sm" | "lg";
  /** In long lists: the browser's own tip, made when the pointer comes (a time in words with its zone costs more than the row). */
  plain?: boolean;
}

/** Time left at a glance: a bar that drains and tabular figures, on the server's time. */
export function DeadlineClock({
  startedAt,
  dueAt,
  zone,
  rule,
  stoppedAt,
  size = "sm",
  plain = false,
}: DeadlineClockProps) {
  const now = useNow();
  if (dueAt === null || dueAt === undefined) return <span className={classes.none}>no clock</span>;
  const due = new Date(dueAt).getTime();
  const at = stoppedAt ? new Date(stoppedAt).getTime() : now;
  const how = standing(new Date(startedAt).getTime(), due, at);
  const tip = () => [`Due ${absoluteTime(due, zone)}`, rule].filter(Boolean).join(" · ");
  const clock = (
    <span
      className={classes.clock}
      data-state={stoppedAt ? (how.state === "over" ? "late" : "stopped") : how.state}
      data-size={size}
      {...(plain ? { onPointerEnter: (event) => (event.currentTarget.title = tip()) } : {})}
      role="timer"
      aria-live="off"
    >
      <span className={classes.bar} data-part="drain" aria-hidden="true">
        <span className={classes.fill} style={{ transform: `scaleX(${how.state === "over" ? 1 : how.share})` }} />
      </span>
      <span className={classes.figures} data-part="figures" aria-hidden="true">
        {spellLeft(how.left)}
      </span>
      <span className="rr-visually-hidden">{sayLeft(how.left)}</span>
    </span>
  );
  return plain ? (
    clock
  ) : (
    <Tooltip label={tip()} multiline maw={360}>
      {clock}
    </Tooltip>
  );
}
