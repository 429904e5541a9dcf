import { Button } from "@mantine/core";
import type { StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import type { ReactionKind, RoomChatLine } from "@readroom/shared/contract/room-company.js";
import { IconHistory } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useReducer, useState } from "react";
import { Link } from "react-router";
import { asHubError } from "../../../kernel/api";
import type { RoomProvider } from "../../../kernel/room/provider";
import { useHiddenInRooms } from "../../../kernel/room/use-room";
import { useMay } from "../../../kernel/session";
import { StudyLife } from "../../clocks/public";
import { Chat, type Company, Gestures, HideSwitch, RoomPeople } from "../../company/public";
import { CriticalPanel } from "../../consult/public";
import { loadWhy } from "../source";
import type { Presence } from "../use-presence";
import type { WallSeries } from "../wall";
import type { ImagePlace } from "./findings-tab";
import classes from "./panels.module.css";
import { lookingAt } from "./people";

interface RoomTabProps {
  detail: StudyDetail;
  presence: Presence;
  series: readonly WallSeries[];
  criticalSignal: number;
  room: RoomProvider | null;
  company: RoomCompany;
  imageNumber(place: ImagePlace): number | undefined;
}

/** What people say and show each other, as this screen does it. */
export interface RoomCompany extends Pick<Company, "lines" | "say" | "setPresence"> {
  readonly mayPoint: boolean;
  readonly laser: boolean;
  /** A reaction at what this person looks at or points to. */
  react(kind: ReactionKind): void;
  /** Takes a line of the chat over into the report; null while there is none to write in. */
  takeOver: ((line: RoomChatLine) => void) | null;
}

/** Who is here, critical findings, and why this study is in front of the reader. */
export function RoomTab({ detail, presence, series, criticalSignal, room, company, imageNumber }: RoomTabProps) {
  const [hidden, setHidden] = useHiddenInRooms();
  const mayHistory = useMay("history.read");
  useViewsOf(room);
  return (
    <div className={classes.panel}>
      <h3 className={classes.heading}>Critical findings</h3>
      <CriticalPanel studyId={detail.row.studyId} openSignal={criticalSignal} />
      <h3 className={classes.heading}>In the room</h3>
      <RoomPeople
        studyId={detail.row.studyId}
        others={presence.others}
        lookingAt={(person) =>
          lookingAt(presence.viewOf(person.key), series, ({ plane: _plane, ...image }) => imageNumber(image))
        }
        followed={(person) => presence.follow.state === "following" && presence.follow.key === person.key}
        onFollow={(person, on) => (on ? presence.followPerson(person.key) : presence.stop())}
      />
      <HideSwitch
        hidden={hidden}
        onHidden={(hide) => {
          setHidden(hide);
          void company.setPresence({ hidden: hide });
        }}
      />
      {company.mayPoint ? (
        <Gestures
          laser={company.laser}
          onLaser={(laser) => void company.setPresence({ laser })}
          onReact={company.react}
        />
      ) : null}
      <h3 className={classes.heading}>Chat</h3>
      <Chat company={company} mayPoint={company.mayPoint} takeOver={company.takeOver} />
      {mayHistory ? (
        <Button
          component={Link}
          to={`/read/${detail.row.studyId}/history`}
          variant="default"
          className={classes.history}
          leftSection={<IconHistory size={16} aria-hidden="true" />}
        >
          Time travel
        </Button>
      ) : null}
      <Why detail={detail} />
      <h3 className={classes.heading}>Where the time went</h3>
      <StudyLife studyId={detail.row.studyId} timeZone={detail.row.site.timeZone} />
    </div>
  );
}

/** Renders anew when somebody looks at something else, at most twice a second. */
function useViewsOf(room: RoomProvider | null): void {
  const [, again] = useReducer((n: number) => n + 1, 0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = room?.on("view", () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        again();
      }, 500);
    });
    return () => {
      clearTimeout(timer);
      stop?.();
    };
  }, [room]);
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
