import { Tooltip } from "@mantine/core";
import type { ReaderLoad } from "@readroom/shared/contract/http/operations.js";
import { Link } from "react-router";
import { sayLeft, spellLeft } from "../../../ui/deadline";
import { timeOfDay } from "../../../ui/format";
import { useNow } from "../../../ui/now";
import { type Lane, MARKS, place, rowsOf } from "../model";
import classes from "./lanes.module.css";

/** Pools as lanes; each study is a tick that runs towards "now" as its clock runs down. */
export function Lanes({ lanes }: { lanes: readonly Lane[] }) {
  const now = useNow();
  return (
    <div className={classes.lanes}>
      <div className={classes.axis} aria-hidden="true">
        {MARKS.map((mark) => (
          <span
            key={mark.label}
            className={classes.mark}
            style={{ left: `${100 * place(mark.left)}%` }}
            data-now={mark.left === 0}
          >
            {mark.label}
          </span>
        ))}
      </div>
      {lanes.map((lane) => (
        <section key={lane.pool.id} className={classes.lane} aria-label={`Pool ${lane.pool.name}`}>
          <div className={classes.name}>
            <h3>{lane.pool.name}</h3>
            <span>
              {lane.ticks.filter((tick) => tick.holder === null).length} waiting ·{" "}
              {lane.ticks.filter((tick) => tick.holder !== null).length} being read
            </span>
          </div>
          <div className={classes.track}>
            {MARKS.map((mark) => (
              <span
                key={mark.label}
                className={classes.rule}
                data-now={mark.left === 0}
                style={{ left: `${100 * place(mark.left)}%` }}
              />
            ))}
            {rowsOf(lane.ticks, now).map(({ tick, at, row }) => (
              <Tooltip
                key={tick.studyId}
                label={`${tick.label} · ${spellLeft(tick.deadline - now)}${tick.holder ? ` · ${tick.holder}` : ""}`}
                openDelay={80}
              >
                <Link
                  to={`/read/${tick.studyId}`}
                  className={classes.tick}
                  data-urgency={tick.urgency}
                  data-over={tick.deadline <= now}
                  data-held={tick.holder !== null}
                  style={{ left: `${100 * at}%`, top: 8 + row * 18 }}
                  aria-label={`${tick.label}, ${tick.urgency}, ${sayLeft(tick.deadline - now)}${tick.holder ? `, held by ${tick.holder}` : ""}`}
                />
              </Tooltip>
            ))}
          </div>
          <ul className={classes.readers}>
            {lane.readers.length === 0 ? <li className={classes.nobody}>Nobody on shift</li> : null}
            {lane.readers.map((reader) => (
              <ReaderLine key={reader.id} reader={reader} />
            ))}
          </ul>
        </section>
      ))}
      <Legend />
    </div>
  );
}

function ReaderLine({ reader }: { reader: ReaderLoad }) {
  return (
    <li className={classes.reader} data-break={reader.onBreak}>
      <span className={classes.dot} style={{ background: reader.colour }} aria-hidden="true" />
      <span className="rr-ellipsis">{reader.name}</span>
      <span className={classes.load}>
        {reader.onBreak ? "on a break" : reader.holding.length ? `${reader.holding.length} open` : "free"}
        {reader.signed ? ` · ${reader.signed} signed` : ""}
        {reader.shiftEndsAt ? ` · → ${timeOfDay(reader.shiftEndsAt)}` : ""}
      </span>
    </li>
  );
}

function Legend() {
  return (
    <p className={classes.legend} aria-hidden="true">
      {(["critical", "stat", "urgent", "routine"] as const).map((urgency) => (
        <span key={urgency}>
          <span className={`${classes.tick} ${classes.sample}`} data-urgency={urgency} /> {urgency}
        </span>
      ))}
      <span>
        <span className={`${classes.tick} ${classes.sample}`} data-urgency="routine" data-held="true" /> being read
      </span>
    </p>
  );
}
