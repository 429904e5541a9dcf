import { Button } from "@mantine/core";
import type { StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { useQuery } from "@tanstack/react-query";
import { type CSSProperties, useState } from "react";
import { asHubError } from "../../../kernel/api";
import { StudyLife } from "../../clocks/public";
import { CriticalPanel } from "../../consult/public";
import { loadWhy } from "../source";
import type { Presence } from "../use-presence";
import type { WallSeries } from "../wall";
import classes from "./panels.module.css";
import { lookingAt } from "./people";

interface RoomTabProps {
  detail: StudyDetail;
  presence: Presence;
  series: readonly WallSeries[];
  criticalSignal: number;
}

/** Who is here, critical findings, and why this study is in front of the reader. */
export function RoomTab({ detail, presence, series, criticalSignal }: RoomTabProps) {
  return (
    <div className={classes.panel}>
      <h3 className={classes.heading}>Critical findings</h3>
      <CriticalPanel studyId={detail.row.studyId} openSignal={criticalSignal} />
      <h3 className={classes.heading}>In the room</h3>
      <PeopleList presence={presence} series={series} />
      <Why detail={detail} />
      <h3 className={classes.heading}>Where the time went</h3>
      <StudyLife studyId={detail.row.studyId} timeZone={detail.row.site.timeZone} />
    </div>
  );
}

function PeopleList({ presence, series }: Pick<RoomTabProps, "presence" | "series">) {
  if (presence.others.length === 0) return <p className={classes.soft}>Nobody else is here.</p>;
  return (
    <ul className={classes.people}>
      {presence.others.map((person) => {
        const followed = presence.follow.state === "following" && presence.follow.key === person.key;
        return (
          <li key={person.key} className={classes.person} style={{ "--person": person.colour } as CSSProperties}>
            <span className={classes.dot} aria-hidden="true" />
            <span className={classes.who}>
              {person.name}
              <span className={classes.soft}>
                {person.guest ? "guest · " : ""}
                {lookingAt(presence.viewOf(person.key), series)}
              </span>
            </span>
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => (followed ? presence.stop() : presence.followPerson(person.key))}
            >
              {followed ? "Let go" : "Follow"}
            </Button>
          </li>
        );
      })}
    </ul>
  );
}

function Why({ detail }: { detail: StudyDetail }) {
  const [full, setFull] = useState(false);
  const { row } = detail;
  const why = useQuery({
    queryKey: ["study", row.studyId, "why", row.routing],
    queryFn: ({ signal }) => loadWhy(row.studyId, signal),
    enabled: full,
  });
  return (
    <>
      <h3 className={classes.heading}>Why it is in front of you</h3>
      <p className={classes.text}>{row.routing || "No rule has decided about it yet."}</p>
      {row.urgencyReason ? <p className={classes.soft}>{row.urgencyReason}</p> : null}
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
    </>
  );
}

function stepsOf(why: Awaited<ReturnType<typeof loadWhy>>): string[] {
  return [
    ...(why.subspecialty ? [`Subspecialty ${why.subspecialty.value}: ${why.subspecialty.because}`] : []),
    ...(why.urgency ? [`Urgency ${why.urgency.value}: ${why.urgency.because.join("; ") || "nothing raised it"}`] : []),
    ...(why.pool ? [`Pool ${why.pool.name}: ${why.pool.because}`] : []),
    ...(why.clock ? [`Clock ${why.clock.minutes} min: ${why.clock.because}`] : []),
  ];
}
