import { Button } from "@mantine/core";
import { useState } from "react";
import { timeOfDay } from "../../../ui/format";
import type { Crew, Lane } from "../model";
import classes from "./lanes.module.css";

const FIRST = 4;

/** Who is on shift or on call in a pool, and their load. */
export function CrewList({ lane }: { lane: Lane }) {
  const [all, setAll] = useState(false);
  const shown = all ? lane.readers : lane.readers.slice(0, FIRST);
  return (
    <div className={classes.crew}>
      {lane.readers.some((reader) => reader.onShift) ? null : <p className={classes.nobody}>Nobody on shift</p>}
      {shown.length > 0 ? (
        <ul className={classes.readers} aria-label={`Readers of ${lane.pool.name}`}>
          {shown.map((reader) => (
            <ReaderLine key={reader.id} reader={reader} />
          ))}
        </ul>
      ) : null}
      {lane.readers.length > FIRST ? (
        <Button size="compact-xs" variant="subtle" color="gray" onClick={() => setAll(!all)}>
          {all ? "Fewer" : `${lane.readers.length - FIRST} more`}
        </Button>
      ) : null}
    </div>
  );
}

function ReaderLine({ reader }: { reader: Crew }) {
  const { onShift, onCallUntil, shiftEndsAt, rvu, rvuCapacity } = reader;
  const until = shiftEndsAt ?? onCallUntil;
  const doing = !onShift
    ? "on call"
    : reader.onBreak
      ? "on a break"
      : reader.open > 0
        ? `${reader.open} open`
        : reader.online
          ? "free"
          : "not logged in";
  return (
    <li className={classes.reader} data-away={!onShift || reader.onBreak}>
      <span className={classes.dot} style={{ background: reader.colour }} aria-hidden="true" />
      <span className="rr-ellipsis" title={reader.name}>
        {reader.name}
      </span>
      <span className={classes.load}>
        {doing}
        {until ? ` → ${timeOfDay(until)}` : ""}
      </span>
      {rvuCapacity ? (
        <span className={classes.work} title={`${rvu} of ${rvuCapacity} relative value units this shift`}>
          <span className={classes.meter} aria-hidden="true">
            <span style={{ width: `${Math.min(100, (100 * rvu) / rvuCapacity)}%` }} data-full={rvu >= rvuCapacity} />
          </span>
          {rvu}/{rvuCapacity} RVU
        </span>
      ) : null}
    </li>
  );
}
