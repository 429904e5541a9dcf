import type { RoomPerson, SharedView } from "@readroom/shared/contract/room.js";
import { type RefObject, useCallback, useEffect, useEffectEvent, useMemo, useReducer } from "react";
import type { RoomProvider } from "../../kernel/room/provider";
import type { RoomSnapshot } from "../../kernel/room/state";
import { toast } from "../../ui/toast";
import { type PointerPlaceMm, planeOf, type ViewportGridHandle, type ViewState } from "../../viewport/public";
import { changeFollow, type Follow, notFollowing } from "./model";
import type { ShownImage } from "./shown-image";
import { cellOf, sameSharedWall, sharedWall, type Wall, type WallChange } from "./wall";

export interface Presence {
  others: readonly RoomPerson[];
  follow: Follow;
  /** The person of `follow`, while in the room. */
  leader: RoomPerson | null;
  presenting: boolean;
  followPerson(key: string): void;
  letGo(): void;
  again(): void;
  stop(): void;
  present(on: boolean): Promise<void>;
  /** What that person's active viewport shows; undefined when nothing was told yet. */
  viewOf(key: string): SharedView | undefined;
  onPointer(cell: number, place: PointerPlaceMm | null): void;
  onViewChange(cell: number, state: ViewState): void;
  onReady(cell: number, state: ViewState): void;
}

interface Parts {
  room: RoomProvider | null;
  snapshot: RoomSnapshot;
  grid: RefObject<ViewportGridHandle | null>;
  wall: Wall;
  change(change: WallChange): void;
  /** Told which image the active viewport shows. */
  shown: ShownImage;
  /** A phone: one viewport, whatever the wall of whom one follows. */
  narrow: boolean;
}

/** Pointers, views and following: everything of the moment that people in the room see of each other. */
export function usePresence({ room, snapshot, grid, wall, change, shown, narrow }: Parts): Presence {
  const [follow, dispatch] = useReducer(changeFollow, notFollowing);
  const { people, self } = snapshot;
  const others = people.filter((person) => person.key !== self?.key);
  const presenter = others.find((person) => person.key === snapshot.presenter)?.key ?? null;
  const leaderKey = follow.state === "following" ? follow.key : null;

  usePointers(room, grid, others);
  const keys = others.map((person) => person.key).join(" ");
  useEffect(() => dispatch({ type: "people", keys: keys.split(" ") }), [keys]);
  useEffect(() => dispatch({ type: "presenter", key: presenter }), [presenter]);

  const show = useEffectEvent((view: SharedView) => {
    const { wall: theirs, ...state } = view;
    const { studyInstanceUid, seriesInstanceUid, sopInstanceUid, frame } = state;
    if (theirs && !narrow && !sameSharedWall(theirs, sharedWall(wall))) change({ type: "adopt", wall: theirs });
    const plane = state.plane && planeOf(state.plane.normal);
    const cell = narrow || !theirs ? cellOf(wall, seriesInstanceUid, plane) : theirs.active;
    // what they look at does not hang here: it is hung, and shown as soon as it is ready
    if (cell === undefined) {
      if (plane) change({ type: "planes", view: state, narrow });
      else change({ type: "hang", series: { studyInstanceUid, seriesInstanceUid, start: { sopInstanceUid, frame } } });
      if (plane && narrow) change({ type: "plane", plane });
      return;
    }
    change({ type: "activate", cell });
    shown.set(state);
    void grid.current?.applyView(cell, state);
  });
  useEffect(() => {
    if (!room || !leaderKey) return undefined;
    const now = room.views.get(leaderKey);
    if (now) show(now);
    return room.on("view", (key, view) => {
      if (key === leaderKey) show(view);
    });
  }, [room, leaderKey]);

  const around = useMemo(() => sharedWall(wall), [wall]);
  // what this person looks at, when they come in or the active viewport changes without a scroll
  const live = snapshot.status === "live";
  useEffect(() => {
    const view = grid.current?.viewport(wall.active)?.view();
    shown.set(view ?? null);
    if (view && live && !leaderKey) room?.sendView({ ...view, wall: around });
  }, [room, live, grid, shown, around, wall.active, leaderKey]);

  const letGo = useCallback(() => dispatch({ type: "ownMove" }), []);
  return {
    others,
    follow,
    leader: follow.state === "none" ? null : (others.find((person) => person.key === follow.key) ?? null),
    presenting: snapshot.presenter !== null && snapshot.presenter === self?.key,
    followPerson: (key) => dispatch({ type: "follow", key }),
    letGo,
    again: () => dispatch({ type: "again" }),
    stop: () => dispatch({ type: "stop" }),
    async present(on) {
      const refused = await room?.present(on);
      if (refused) toast.refused(refused.message);
    },
    viewOf: (key) => room?.views.get(key),
    onPointer: (_cell, place) => room?.sendPointer(place),
    onViewChange(cell, state) {
      if (leaderKey) letGo();
      if (cell !== wall.active) return;
      shown.set(state);
      room?.sendView({ ...state, wall: around });
    },
    onReady(cell, state) {
      if (cell === wall.active) shown.set(state);
      const wanted = leaderKey ? room?.views.get(leaderKey) : undefined;
      if (wanted && wanted.seriesInstanceUid === state.seriesInstanceUid) show(wanted);
      else if (cell === wall.active && !leaderKey) room?.sendView({ ...state, wall: around });
    },
  };
}

/** Draws others' pointers; those of people who left are taken away. */
function usePointers(
  room: RoomProvider | null,
  grid: RefObject<ViewportGridHandle | null>,
  others: readonly RoomPerson[],
): void {
  useEffect(
    () =>
      room?.on("pointer", (key, place) => {
        const person = room.snapshot().people.find((one) => one.key === key);
        if (!place || !person) grid.current?.removePointer(key);
        else
          grid.current?.setPointer({
            ...place,
            id: key,
            name: person.name,
            color: person.colour,
            laser: person.laser,
          });
      }),
    [room, grid],
  );
  const keys = others.map((person) => person.key).join(" ");
  useEffect(() => {
    const shown = keys.split(" ");
    return () => {
      const here = new Set(room?.snapshot().people.map((person) => person.key));
      for (const key of shown) if (!here.has(key)) grid.current?.removePointer(key);
    };
  }, [keys, room, grid]);
}
