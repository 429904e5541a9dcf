import { randomUUID } from "node:crypto";
import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import {
  COMPANY_LIMITS,
  type RoomChatLine,
  RoomLines,
  RoomPresence,
  RoomReact,
  type RoomReaction,
  RoomSay,
} from "@readroom/shared/contract/room-company.js";
import { err, ok } from "@readroom/shared/kernel/result.js";
import type { Socket } from "socket.io";
import type { Clock } from "../../kernel/clock.js";
import { message, type SocketMessage } from "../../kernel/socket.js";
import type { RoomsHub } from "./hub.js";
import type { Member, Room } from "./room.js";

/** Lines of each open room. Not stored: they go when the last person leaves. */
const lines = new WeakMap<Room, RoomChatLine[]>();

/** Remembers a line for those who come later: one that was said here, or at another process. */
export function keepLine(room: Room, line: RoomChatLine): void {
  const all = lines.get(room) ?? [];
  all.push(line);
  if (all.length > COMPANY_LIMITS.lines) all.shift();
  lines.set(room, all);
}

/** Nobody is here any more: nothing that was said is kept. */
export const forgetLines = (room: Room): void => void lines.delete(room);

/** Does this person show what they look at? Who leads is followed, hidden or not. */
export const isShown = (room: Room, member: Member): boolean => !member.person.hidden || room.presenter === member.key;

type Here = (socket: Socket, documentId: string) => { room: Room; member: Member } | null;

/** Chat, reactions and how much of oneself is shown. */
export function companyMessages(hub: RoomsHub, clock: Clock, inRoom: Here, notHere: () => Refusal): SocketMessage[] {
  return [
    message({
      name: "room.say",
      action: "room.join",
      schema: RoomSay,
      perSecond: COMPANY_LIMITS.linesPerSecond,
      handle: ({ socket }, { document, text }) => {
        const here = inRoom(socket, document);
        if (!here) return err(notHere());
        const { personId, name, colour, guest, rights } = here.member.person;
        if (!rights.point) return err(refusal("forbidden", "You look on in this room; its reader can let you speak."));
        const said: RoomChatLine = {
          ...{ document, id: randomUUID(), personId, name, colour, guest },
          at: clock.now(),
          text,
        };
        keepLine(here.room, said);
        hub.say(document, "room.line", said);
        return ok(said.id);
      },
    }),
    message({
      name: "room.lines",
      action: "room.join",
      schema: RoomLines,
      perSecond: 5,
      handle: ({ socket }, { document }) => {
        const here = inRoom(socket, document);
        return here ? ok(lines.get(here.room) ?? []) : err(notHere());
      },
    }),
    message({
      name: "room.react",
      action: "room.join",
      schema: RoomReact,
      perSecond: COMPANY_LIMITS.reactionsPerSecond,
      handle: ({ socket }, { document, kind, place }) => {
        const here = inRoom(socket, document);
        if (!here) return err(notHere());
        const { key, name, colour, rights } = here.member.person;
        if (!rights.point) return err(refusal("forbidden", "You look on in this room; its reader can let you point."));
        const shown: RoomReaction = { document, key, name, colour, kind, place };
        hub.say(document, "room.reaction", shown);
        return ok(null);
      },
    }),
    message({
      name: "room.presence",
      action: "room.join",
      schema: RoomPresence,
      perSecond: 5,
      handle: ({ socket }, { document, hidden, laser }) => {
        const here = inRoom(socket, document);
        if (!here) return err(notHere());
        const { room, member } = here;
        member.person = {
          ...member.person,
          hidden: hidden ?? member.person.hidden,
          laser: (laser ?? member.person.laser) && member.person.rights.point,
        };
        if (!isShown(room, member)) {
          room.views.delete(member.key);
          room.frames.pointer(member.key, null);
        }
        hub.tellPeople(room);
        return ok(null);
      },
    }),
  ];
}
