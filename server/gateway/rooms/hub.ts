import type { Socket } from "socket.io";
import type { RoomPolicy } from "../../features/reading/public.js";
import type { Registry } from "./registry.js";
import type { Member, Room } from "./room.js";

/** The socket.io room of everybody who is in the room of that document. */
export const channelOf = (documentId: string): string => `document:${documentId}`;

/** What the messages need of the rooms of this process. */
export interface RoomsHub {
  readonly registry: Registry;
  readonly policy: RoomPolicy;
  /** Writes down whose a Yjs client id is; gives whose it is. */
  logClient(documentId: string, client: number, person: { personId: string; name: string }): Promise<string>;
  leave(socket: Socket, documentId: string): void;
  /** Counts the events after which rights are asked again. */
  readonly events: number;
  askAgain(room: Room, member: Member): Promise<boolean>;
  /** Who is there and who presents, to everybody in the room, at every process. */
  tellPeople(room: Room): void;
  /** A message of the moment to everybody in the room, at every process. */
  say(documentId: string, name: string, body: unknown): void;
}
