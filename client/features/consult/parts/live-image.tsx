import { Button } from "@mantine/core";
import type { SharedView } from "@readroom/shared/contract/room.js";
import { useQuery } from "@tanstack/react-query";
import { type CSSProperties, useEffect, useMemo, useRef, useState } from "react";
import type { RoomProvider } from "../../../kernel/room/provider";
import type { RoomSnapshot } from "../../../kernel/room/state";
import { EmptyState } from "../../../ui/states";
import {
  listSeries,
  type PlaneName,
  PlaneViewport,
  type PointerPlaceMm,
  planeOf,
  StackViewport,
  type ToolId,
  type ViewportHandle,
  type ViewState,
} from "../../../viewport/public";
import classes from "../page.module.css";
import { useGuestMarks } from "../use-guest-marks";

const BASE = "/dicomweb";

/** One image of the room, following whoever presents (else the first reader). Any own scroll lets go; one button takes it up again. */
export default function LiveImage({
  studyInstanceUid,
  room,
  snapshot,
  tool,
  looks,
  onPointed,
}: {
  studyInstanceUid: string;
  room: RoomProvider | null;
  snapshot: RoomSnapshot;
  tool: ToolId;
  /** Places that others ask to look at, by who asks. */
  looks: readonly Look[];
  onPointed(place: PointerPlaceMm): void;
}) {
  const series = useQuery({
    queryKey: ["series", studyInstanceUid],
    queryFn: ({ signal }) => listSeries(BASE, studyInstanceUid, signal),
  });
  const viewport = useRef<ViewportHandle>(null);
  const [following, setFollowing] = useState(true);
  const [shown, setShown] = useState<string | null>(null);
  const [plane, setPlane] = useState<PlaneName | null>(null);
  const leader = useMemo(() => {
    const others = snapshot.people.filter((person) => person.key !== snapshot.self?.key);
    const readers = others.filter((person) => !person.guest && !person.hidden);
    return others.find((person) => person.key === snapshot.presenter) ?? readers[0] ?? null;
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
  useGuestMarks(room, snapshot, BASE);
  useLooks(looks, viewport);

  if (series.error)
    return <EmptyState title="The images could not be loaded">Check the connection; they are tried again.</EmptyState>;
  if (!hung) return null;
  const ownMove = (): void => setFollowing(false);
  const common = {
    base: BASE,
    studyInstanceUid: wanted?.studyInstanceUid ?? studyInstanceUid,
    seriesInstanceUid: hung,
    tool,
    ref: viewport,
    onReady: (view: ViewState) => {
      if (wanted && following) void viewport.current?.applyView(viewOf(wanted));
      else room?.sendView(view);
    },
    onPointer: (place: PointerPlaceMm | null) => {
      if (place) onPointed(place);
      room?.sendPointer(place);
    },
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

/** "Look here" of somebody: shown on the image until it is taken off the list. */
export interface Look {
  readonly key: string;
  readonly name: string;
  readonly colour: string;
  readonly place: PointerPlaceMm;
}

function useLooks(looks: readonly Look[], viewport: React.RefObject<ViewportHandle | null>): void {
  useEffect(() => {
    const { current: shown } = viewport;
    for (const { key, name, colour, place } of looks)
      shown?.setPointer({ ...place, id: `look:${key}`, name: `${name}: look here`, color: colour });
    return () => {
      for (const { key } of looks) shown?.removePointer(`look:${key}`);
    };
  }, [looks, viewport]);
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
        viewport.current?.setPointer({
          ...place,
          id: key,
          name: person.name,
          color: person.colour,
          laser: person.laser,
        });
      else viewport.current?.removePointer(key);
    });
  }, [room, viewport]);
}
