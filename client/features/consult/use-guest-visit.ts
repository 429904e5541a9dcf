import { readingDocument } from "@readroom/shared/contract/room.js";
import { useEffect, useEffectEvent, useState } from "react";
import { asHubError } from "../../kernel/api";
import { RoomProvider } from "../../kernel/room/provider";
import { useHubEvents, useSocket } from "../../kernel/socket";
import type { WhyOver } from "./parts/visit-over";
import { guestRoom } from "./source";

/** The guest's place in the reading's room; nothing is kept on their machine. */
export function useGuestRoom(studyId: string): RoomProvider | null {
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

/** Notices that the visit is over: by the hub's word, and where that was missed, by a line that is not let in again. */
export function useVisitEnd(linkId: string, onOver: (why: WhyOver, by: string) => void): void {
  const socket = useSocket();
  useHubEvents((event) => {
    if (event.type === "link.revoked" && event.payload.linkId === linkId)
      onOver(event.payload.reason === "time" ? "time" : "ended", event.actor.kind === "user" ? event.actor.name : "");
  });
  const ask = useEffectEvent(() => {
    guestRoom().catch((thrown: unknown) => {
      const { code } = asHubError(thrown);
      if (code === "unauthenticated" || code === "expired") onOver("ended", "");
    });
  });
  useEffect(() => {
    if (!socket) return undefined;
    const refused = () => ask();
    socket.on("connect_error", refused);
    return () => {
      socket.off("connect_error", refused);
    };
  }, [socket]);
}
