import type { Socket } from "socket.io";
import type { RoomPolicy } from "../../features/reading/public.js";
import type { Registry } from "./registry.js";
import type { Room } from "./room.js";

/** The socket.io room of everybody who is in the room of that document. */
export const channelOf = (documentId: string): string => `document:${documentId}`;

/** What the messages need of the rooms of this process. */
export interface RoomsHub {
  readonly registry: Registry;
  readonly policy: RoomPolicy;
  /** Writes down whose a Yjs client id is. */
  logClient(documentId: string, client: number, person: { personId: string; name: string }): Promise<void>;
  leave(socket: Socket, documentId: string): void;
  tellPeople(room: Room): void;
}
