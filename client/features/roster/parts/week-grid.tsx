import type { RosterWeek, ShiftView } from "@readroom/shared/contract/http/roster.js";
import { spanInWords } from "@readroom/shared/domain/roster/zone.js";
import { useEffect, useRef } from "react";
import { serverClock } from "../../../kernel/clock";
import { daysOf, placed, rowsOf } from "../model";
import classes from "../page.module.css";
import { clockLabel, dayLabel } from "./words";

/** A row a reader, the week as one axis in the group's own time: a night shift is one bar over midnight. */
export function WeekGrid({ week, onPick }: { week: RosterWeek; onPick: (shift: ShiftView) => void }) {
  const days = daysOf(week);
  const now = serverClock.now();
  const marker = useRef<HTMLSpanElement>(null);
  // On a phone the axis is wider than the screen: it starts where the week is now.
  useEffect(() => marker.current?.scrollIntoView({ block: "nearest", inline: "center" }), []);
  const today =
    now >= week.startsAt && now < week.endsAt
      ? placed({ startsAt: now, endsAt: now }, week.startsAt, week.endsAt)
      : null;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label="Shifts of the week">
      <div className={classes.grid}>
        <div className={classes.axis}>
          <span className={classes.zone}>{week.timeZone}</span>
          <div className={classes.track}>
            {days.map((day) => (
              <span key={day.day} className={classes.day} style={{ left: `${day.left}%`, width: `${day.width}%` }}>
                {dayLabel(day.startsAt, week.timeZone)}
              </span>
            ))}
          </div>
        </div>
        <ul className={classes.rows} aria-label="Readers">
          {rowsOf(week).map(({ reader, shifts }, at) => (
            <li key={reader.userId} className={classes.line}>
              <span className={classes.who}>{reader.name}</span>
              <div className={classes.track}>
                {days.map((day) => (
                  <span key={day.day} className={classes.rule} style={{ left: `${day.left}%` }} aria-hidden="true" />
                ))}
                {today ? (
                  <span
                    ref={at === 0 ? marker : null}
                    className={classes.now}
                    style={{ left: `${today.left}%` }}
                    aria-hidden="true"
                  />
                ) : null}
                {shifts.map((shift) => (
                  <Bar key={shift.id} shift={shift} week={week} name={reader.name} onPick={onPick} />
                ))}
              </div>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

function Bar({
  shift,
  week,
  name,
  onPick,
}: {
  shift: ShiftView;
  week: RosterWeek;
  name: string;
  onPick: (shift: ShiftView) => void;
}) {
  const { left, width } = placed(shift, week.startsAt, week.endsAt);
  const onCall = shift.kind === "on_call";
  const asked = week.requests.some((request) => request.shift.id === shift.id);
  const words = `${name}, ${onCall ? "on call" : "on shift"} ${spanInWords(shift, week.timeZone)}${asked ? ", cover asked for" : ""}`;
  return (
    <button
      type="button"
      className={classes.bar}
      data-kind={shift.kind}
      data-asked={asked}
      style={{ left: `${left}%`, width: `${width}%` }}
      title={words}
      onClick={() => onPick(shift)}
    >
      <span className="rr-visually-hidden">{words}</span>
      <span className={classes.barText} aria-hidden="true">
        {onCall ? "call " : ""}
        {clockLabel(shift.startsAt, week.timeZone)}–{clockLabel(shift.endsAt, week.timeZone)}
      </span>
    </button>
  );
}
