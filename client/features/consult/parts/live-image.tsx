import { Button } from "@mantine/core";
import type { SharedView } from "@readroom/shared/contract/room.js";
import { readingDocument } from "@readroom/shared/contract/room.js";
import { useQuery } from "@tanstack/react-query";
import { type CSSProperties, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { RoomProvider } from "../../../kernel/room/provider";
import { useSocket } from "../../../kernel/socket";
import { EmptyState } from "../../../ui/states";
import {
  listSeries,
  type PlaneName,
  PlaneViewport,
  type PointerPlaceMm,
  planeOf,
  StackViewport,
  type ViewportHandle,
  type ViewState,
} from "../../../viewport/public";
import classes from "../page.module.css";

const BASE = "/dicomweb";

/** One image of the room, following whoever presents (else the first reader). Any own scroll lets go; one button takes it up again. */
export default function LiveImage({ studyId, studyInstanceUid }: { studyId: string; studyInstanceUid: string }) {
  const room = useGuestRoom(studyId);
  const series = useQuery({
    queryKey: ["series", studyInstanceUid],
    queryFn: ({ signal }) => listSeries(BASE, studyInstanceUid, signal),
  });
  const viewport = useRef<ViewportHandle>(null);
  const [following, setFollowing] = useState(true);
  const [shown, setShown] = useState<string | null>(null);
  const [plane, setPlane] = useState<PlaneName | null>(null);
  const snapshot = useSyncExternalStore(room?.subscribe ?? nothing, () => room?.snapshot() ?? null);
  const leader = useMemo(() => {
    const readers = snapshot?.people.filter((person) => !person.guest && person.key !== snapshot.self?.key) ?? [];
    return readers.find((person) => person.key === snapshot?.presenter) ?? readers[0] ?? null;
  }, [snapshot]);
  const wanted = useLeadersView(room, following ? (leader?.key ?? null) : null);
  const hung = (following ? wanted?.seriesInstanceUid : null) ?? shown ?? series.data?.[0]?.seriesInstanceUid ?? null;

  useEffect(() => {
    if (hung) setShown(hung);
  }, [hung]);
  // let go, the plane that was followed stays
  useEffect(() => {
    if (wanted && following) setPlane(wanted.plane ? planeOf(wanted.plane.normal) : null);
  }, [wanted, following]);
  useEffect(() => {
    if (wanted && following) void viewport.current?.applyView(viewOf(wanted));
  }, [wanted, following]);
  usePointers(room, viewport);

  if (series.error)
    return <EmptyState title="The images could not be loaded">Check the connection; they are tried again.</EmptyState>;
  if (!hung) return null;
  const ownMove = (): void => setFollowing(false);
  const common = {
    base: BASE,
    studyInstanceUid: wanted?.studyInstanceUid ?? studyInstanceUid,
    seriesInstanceUid: hung,
    tool: "scroll" as const,
    ref: viewport,
    onReady: () => (wanted && following ? void viewport.current?.applyView(viewOf(wanted)) : undefined),
    onPointer: (place: PointerPlaceMm | null) => room?.sendPointer(place),
    onViewChange: (view: ViewState) => room?.sendView(view),
  };
  return (
    <>
      <div className={classes.view} onWheel={ownMove} onPointerDown={ownMove}>
        {plane ? <PlaneViewport {...common} plane={plane} /> : <StackViewport {...common} />}
      </div>
      {leader ? (
        <div className={classes.following} style={{ "--person": leader.colour } as CSSProperties}>
          {following ? (
            <span className={classes.tag}>Following {leader.name}</span>
          ) : (
            <Button size="sm" radius="xl" onClick={() => setFollowing(true)}>
              Follow {leader.name}
            </Button>
          )}
        </div>
      ) : null}
    </>
  );
}

/** The viewport's part of it: one viewport has no wall. */
const viewOf = ({ wall: _wall, ...view }: SharedView): ViewState => view;

const nothing = (): (() => void) => () => undefined;

function useGuestRoom(studyId: string): RoomProvider | null {
  const socket = useSocket();
  const [room, setRoom] = useState<RoomProvider | null>(null);
  useEffect(() => {
    if (!socket) return undefined;
    const opened = new RoomProvider({ socket, documentId: readingDocument(studyId) });
    setRoom(opened);
    return () => {
      opened.destroy();
      setRoom(null);
    };
  }, [socket, studyId]);
  return room;
}

/** The newest view of that person, or null. */
function useLeadersView(room: RoomProvider | null, key: string | null): SharedView | null {
  const [view, setView] = useState<SharedView | null>(null);
  useEffect(() => {
    if (!room || !key) return undefined;
    setView(room.views.get(key) ?? null);
    return room.on("view", (from, next) => {
      if (from === key) setView(next);
    });
  }, [room, key]);
  return view;
}

function usePointers(room: RoomProvider | null, viewport: React.RefObject<ViewportHandle | null>): void {
  useEffect(() => {
    return room?.on("pointer", (key, place) => {
      const person = room.snapshot().people.find((one) => one.key === key);
      if (place && person)
        viewport.current?.setPointer({ ...place, id: key, name: person.name, color: person.colour } as Parameters<
          ViewportHandle["setPointer"]
        >[0]);
      else viewport.current?.removePointer(key);
    });
  }, [room, viewport]);
}
