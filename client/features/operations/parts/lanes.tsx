import { timeOfDay } from "../../../ui/format";
import { useNow } from "../../../ui/now";
import { countsOf, type Lane, MARKS, place } from "../model";
import { CrewList } from "./crew";
import classes from "./lanes.module.css";
import { Track } from "./track";

/** Pools as lanes; each study is a tick that runs towards "now" as its clock runs down. */
export function Lanes({
  lanes,
  seesRows,
  picked,
  onPick,
}: {
  lanes: readonly Lane[];
  seesRows: boolean;
  picked: string | null;
  onPick(studyId: string): void;
}) {
  return (
    <div className={classes.lanes}>
      <div className={classes.axis} aria-hidden="true">
        <span className={classes.overdue} style={{ width: `${100 * place(0)}%` }}>
          overdue
        </span>
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
          <LaneHead lane={lane} seesRows={seesRows} />
          <Track lane={lane} picked={picked} onPick={onPick} />
          <CrewList lane={lane} />
        </section>
      ))}
      <Legend />
    </div>
  );
}

function LaneHead({ lane, seesRows }: { lane: Lane; seesRows: boolean }) {
  const now = useNow();
  const { pool } = lane;
  const counts = countsOf(lane, now, seesRows);
  return (
    <div className={classes.name}>
      <h3>{pool.name}</h3>
      <span>
        {counts.waiting} waiting · {counts.reading} being read
      </span>
      {counts.over || counts.short ? (
        <span className={classes.counts}>
          {counts.over ? <b data-tone="bad">{counts.over} overdue</b> : null}
          {counts.short ? <b data-tone="warn">{counts.short} at risk</b> : null}
        </span>
      ) : null}
      {pool.openNow ? (
        pool.hours ? (
          <span>open, {pool.hours}</span>
        ) : null
      ) : (
        <span className={classes.closed}>
          closed{pool.opensAt ? `, opens ${timeOfDay(pool.opensAt)}` : ""}
          {pool.fallback ? `; new studies go to ${pool.fallback}` : ""}
        </span>
      )}
    </div>
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
      <span>
        <span className={`${classes.tick} ${classes.sample}`} data-urgency="routine" data-standing="over" /> overdue
      </span>
      <span>
        <span className={`${classes.tick} ${classes.sample}`} data-urgency="routine" data-standing="paused" /> clock
        paused
      </span>
    </p>
  );
}
