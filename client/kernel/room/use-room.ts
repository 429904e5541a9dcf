import { type DocumentId, type RoomPerson, readingDocument } from "@readroom/shared/contract/room.js";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { z } from "zod";
import { usePreference } from "../preferences";
import { useSession } from "../session";
import { useSocket } from "../socket";
import { indexedDbStore, noStore } from "./offline";
import { RoomProvider } from "./provider";
import type { RoomSnapshot, Saved } from "./state";

const OnOff = z.boolean();

/** Whether this person shows in rooms what they look at; kept with them on the hub. */
export const useHiddenInRooms = (): [boolean, (hidden: boolean) => void] => usePreference("roomHidden", OnOff, false);

/** The room of any shared document while the caller is mounted; null until the socket is made, or without a document. */
export function useDocumentRoom(documentId: DocumentId | null): RoomProvider | null {
  const socket = useSocket();
  const session = useSession();
  const personId = session.state === "in" ? session.session.user.id : null;
  const [room, setRoom] = useState<RoomProvider | null>(null);
  const hidden = useRef(false);
  hidden.current = useHiddenInRooms()[0];
  useEffect(() => {
    if (!socket || !documentId) return;
    const offline = personId && typeof indexedDB !== "undefined" ? indexedDbStore(personId, documentId) : noStore;
    const opened = new RoomProvider({ socket, documentId, offline, hidden: () => hidden.current });
    setRoom(opened);
    return () => {
      setRoom(null);
      opened.destroy();
    };
  }, [socket, documentId, personId]);
  return room;
}

/** The study's reading room: annotations, key images, pointers, views. */
export const useRoom = (studyId: string | null): RoomProvider | null =>
  useDocumentRoom(studyId ? readingDocument(studyId) : null);

const NOT_THERE: RoomSnapshot = {
  status: "connecting",
  saved: { state: "saving" },
  synced: false,
  self: null,
  people: [],
  presenter: null,
  frozen: null,
  refused: null,
  late: [],
  epoch: 0,
};
const never = (): (() => void) => () => undefined;

/** All that a screen shows of a room, anew after each change. */
export function useRoomState(room: RoomProvider | null): RoomSnapshot {
  return useSyncExternalStore(room?.subscribe ?? never, room?.snapshot ?? (() => NOT_THERE));
}

/** Who is in the room, oneself included. */
export const usePresence = (room: RoomProvider | null): readonly RoomPerson[] => useRoomState(room).people;

/** What of one's own edits the hub has committed. */
export const useSaved = (room: RoomProvider | null): Saved => useRoomState(room).saved;
