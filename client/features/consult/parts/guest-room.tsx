import type { CriticalView, GuestView } from "@readroom/shared/contract/http/critical.js";
import { ROLE_WORDS } from "@readroom/shared/domain/room-role.js";
import { IconCircleCheck } from "@tabler/icons-react";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import { refusalWords } from "../../../kernel/api";
import { useRoomState } from "../../../kernel/room/use-room";
import { useHubEvents } from "../../../kernel/socket";
import { PatientBanner } from "../../../ui/patient-banner";
import { toast } from "../../../ui/toast";
import type { PointerPlaceMm, ToolId } from "../../../viewport/public";
import { Chat, Gestures, REACTION_WORDS, useCompany } from "../../company/public";
import classes from "../page.module.css";
import { guestRoom } from "../source";
import { clock } from "../use-act";
import { useGuestRoom, useVisitEnd } from "../use-guest-visit";
import { CallStrip } from "./call-strip";
import { ClinicianSide } from "./clinician-side";
import { GuestTools } from "./guest-tools";
import type { Look } from "./live-image";
import type { WhyOver } from "./visit-over";

// The viewer's code is large: the doorstep must not wait for it on a phone.
const LiveImage = lazy(() => import("./live-image"));

/** How long "look here" stays on the image, ms. */
const LOOK_MS = 5000;

/** The room as somebody without an account has it, phone first: the live image, the voice, the chat; of a finding, read back and acknowledge. */
export function GuestRoom({
  first,
  autoJoin,
  onOver,
}: {
  first: GuestView;
  autoJoin: boolean;
  onOver(why: WhyOver, by: string): void;
}) {
  const client = useQueryClient();
  const room = useGuestRoom(first.studyId);
  const snapshot = useRoomState(room);
  useVisitEnd(first.linkId, onOver);
  const [looks, setLooks] = useState<readonly Look[]>([]);
  const pointed = useRef<PointerPlaceMm | null>(null);
  const [tool, setTool] = useState<ToolId>("scroll");
  const company = useCompany(room, snapshot, {
    onReaction({ key, name, colour, kind, place }) {
      if (kind === "look" && place)
        setLooks((all) => [...all.filter((one) => one.key !== key), { key, name, colour, place }]);
      else if (key !== snapshot.self?.key) toast.done(`${name}: ${REACTION_WORDS[kind].toLowerCase()}`);
    },
  });
  useEffect(() => {
    if (looks.length === 0) return undefined;
    const timer = setTimeout(() => setLooks([]), LOOK_MS);
    return () => clearTimeout(timer);
  }, [looks]);
  const { self } = snapshot;
  const mayPoint = self?.rights.point === true;
  const mayMark = self?.rights.mark === true;
  const { data: guest } = useQuery({ queryKey: ["guest"], queryFn: guestRoom, initialData: first, staleTime: 60_000 });
  useHubEvents((event) => {
    if (event.type.startsWith("critical.")) void client.invalidateQueries({ queryKey: ["guest"] });
  });
  const act = async (work: () => Promise<CriticalView>, done?: string): Promise<boolean> => {
    try {
      const critical = await work();
      client.setQueryData<GuestView>(["guest"], (was) => (was ? { ...was, critical } : was));
      if (done) toast.done(done);
      return true;
    } catch (thrown) {
      toast.refused(refusalWords(thrown));
      return false;
    }
  };

  return (
    <div className={classes.room}>
      <PatientBanner
        name={guest.patientName}
        birthDate={guest.patientBirthDate}
        sex={guest.patientSex}
        mrn={guest.patientMrn}
        facts={[guest.procedure, guest.hospital]}
      />
      <main className={classes.image} aria-label="Live images">
        <Suspense fallback={null}>
          <LiveImage
            studyInstanceUid={guest.studyInstanceUid}
            room={room}
            snapshot={snapshot}
            tool={mayMark ? tool : "scroll"}
            looks={looks}
            onPointed={(place) => {
              pointed.current = place;
            }}
          />
        </Suspense>
      </main>
      <aside className={classes.sheet} aria-label={guest.critical ? "Call and finding" : "Call and chat"}>
        <CallStrip studyId={guest.studyId} size="phone" autoJoin={autoJoin} />
        {guest.critical ? <Finding critical={guest.critical} act={act} /> : null}
        {self ? (
          <p className={classes.as}>
            You are here as <strong>{ROLE_WORDS[self.roomRole].name.toLowerCase()}</strong>:{" "}
            {ROLE_WORDS[self.roomRole].may}.
          </p>
        ) : null}
        {snapshot.saved.state === "refused" ? <p className={classes.as}>Not taken: {snapshot.saved.reason}</p> : null}
        <GuestTools tool={tool} onTool={setTool} mayMark={mayMark} />
        {mayPoint ? (
          <Gestures
            touch
            laser={self?.laser === true}
            onLaser={(laser) => void company.setPresence({ laser })}
            onReact={(kind) => {
              const { current: place } = pointed;
              if (kind === "look" && !place) toast.refused("Touch the place in the image first; then say look here.");
              else void company.react(kind, kind === "look" ? place : null);
            }}
          />
        ) : null}
        <Chat company={company} mayPoint={mayPoint} />
      </aside>
    </div>
  );
}

function Finding({
  critical,
  act,
}: {
  critical: CriticalView;
  act: (work: () => Promise<CriticalView>, done?: string) => Promise<boolean>;
}) {
  const acknowledged = critical.acknowledgedAt;
  return (
    <>
      <p className={classes.finding}>{critical.finding}</p>
      {critical.state === "closed" ? (
        <p className={classes.done}>
          <IconCircleCheck size={22} aria-hidden="true" />
          {acknowledged
            ? `Acknowledged at ${clock(acknowledged)}. It stands in the report.`
            : "The radiologist has withdrawn this finding."}
        </p>
      ) : (
        <ClinicianSide critical={critical} act={act} />
      )}
    </>
  );
}
