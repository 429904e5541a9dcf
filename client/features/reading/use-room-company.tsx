import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import type { PointerPlace } from "@readroom/shared/contract/room.js";
import type { RoomReaction } from "@readroom/shared/contract/room-company.js";
import { type RefObject, useEffect, useRef } from "react";
import type { RoomProvider } from "../../kernel/room/provider";
import type { RoomSnapshot } from "../../kernel/room/state";
import { toast } from "../../ui/toast";
import type { ViewportGridHandle } from "../../viewport/public";
import { REACTION_WORDS, useCompany } from "../company/public";
import type { RoomCompany } from "./parts/room-tab";
import type { Wall } from "./wall";

/** How long "look here" stays on the image, ms. */
const LOOK_MS = 5000;

interface Parts {
  room: RoomProvider | null;
  snapshot: RoomSnapshot;
  grid: RefObject<ViewportGridHandle | null>;
  wall: Wall;
  /** Where this person pointed last. */
  pointed: RefObject<PointerPlace | null>;
  /** The chat is on screen: what is said needs no note at the corner. */
  showsChat: boolean;
  openChat(): void;
  jump(place: PointerPlace): void;
}

/** Chat and reactions of the room around this screen's images. */
export function useRoomCompany({
  room,
  snapshot,
  grid,
  wall,
  pointed,
  showsChat,
  openChat,
  jump,
}: Parts): Omit<RoomCompany, "takeOver"> {
  const timers = useRef(new Map<string, ReturnType<typeof setTimeout>>());
  useEffect(() => {
    const running = timers.current;
    return () => {
      for (const timer of running.values()) clearTimeout(timer);
    };
  }, []);
  const show = (reaction: RoomReaction): void => {
    const { key, name, kind, place } = reaction;
    const mine = key === snapshot.self?.key;
    if (kind === "look" && place) {
      const id = `look:${key}`;
      grid.current?.setPointer({ ...place, id, name: `${name}: look here`, color: reaction.colour });
      clearTimeout(timers.current.get(id));
      timers.current.set(
        id,
        setTimeout(() => grid.current?.removePointer(id), LOOK_MS),
      );
      if (!mine) askToLook(name, () => jump(place));
    } else if (!mine) toast.done(`${name}: ${REACTION_WORDS[kind].toLowerCase()}`);
  };
  const company = useCompany(room, snapshot, {
    onLine: (line) => {
      if (!showsChat) said(line.name, line.text, openChat);
    },
    onReaction: show,
  });
  return {
    lines: company.lines,
    say: company.say,
    setPresence: company.setPresence,
    mayPoint: snapshot.self?.rights.point === true,
    laser: snapshot.self?.laser === true,
    react(kind) {
      const view = grid.current?.viewport(wall.active)?.view();
      // the place last pointed to, while its image is the one that is shown
      const last = pointed.current;
      const place =
        last && view && last.sopInstanceUid === view.sopInstanceUid && last.frame === view.frame ? last : null;
      if (kind === "look" && !place) toast.refused("Point at a place in the image first; then say look here.");
      else void company.react(kind, kind === "look" ? place : null);
    },
  };
}

function askToLook(name: string, look: () => void): void {
  const id = `look:${name}`;
  notifications.show({
    id,
    color: "teal",
    autoClose: 8000,
    withBorder: true,
    closeButtonProps: { "aria-label": "Close" },
    title: `${name}: look here`,
    message: (
      <Button
        size="compact-sm"
        mt={6}
        onClick={() => {
          notifications.hide(id);
          look();
        }}
      >
        Show me
      </Button>
    ),
  });
}

function said(name: string, text: string, open: () => void): void {
  const id = `said:${name}`;
  notifications.hide(id);
  notifications.show({
    id,
    color: "gray",
    autoClose: 8000,
    withBorder: true,
    closeButtonProps: { "aria-label": "Close" },
    title: name,
    message: (
      <>
        <p style={{ margin: "0 0 6px", overflowWrap: "anywhere" }}>{text}</p>
        <Button
          size="compact-sm"
          variant="default"
          onClick={() => {
            notifications.hide(id);
            open();
          }}
        >
          Answer
        </Button>
      </>
    ),
  });
}
