import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import {
  ROOM_LIMITS,
  RoomAwareness,
  RoomJoin,
  type RoomJoined,
  RoomLeave,
  RoomPointer,
  RoomPresent,
  RoomRelay,
  RoomUpdate,
  RoomView,
} from "@readroom/shared/contract/room.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import * as decoding from "lib0/decoding";
import type { Socket } from "socket.io";
import * as Y from "yjs";
import type { z } from "zod";
import type { Clock } from "../../kernel/clock.js";
import { message, type SocketContext, type SocketMessage } from "../../kernel/socket.js";
import { companyMessages, isShown } from "./company.js";
import { channelOf, type RoomsHub } from "./hub.js";
import type { Member, Room } from "./room.js";

/** What a client may say to a room. Everything but join goes to a room that the socket is already in; its rights are kept there. */
export function roomMessages(hub: RoomsHub, clock: Clock): SocketMessage[] {
  const inRoom = (socket: Socket, documentId: string): { room: Room; member: Member } | null => {
    const room = hub.registry.open.get(documentId);
    const member = room?.members.get(socket.id);
    return room && member ? { room, member } : null;
  };
  const coming = new Coming();
  return [
    ...companyMessages(hub, clock, inRoom, notHere),
    message({
      name: "room.join",
      action: "room.join",
      schema: RoomJoin,
      handle: (context, join) =>
        coming.during(context.socket, join.document, (hasLeft) => enter(hub, context, join, hasLeft)),
    }),
    message({
      name: "room.leave",
      action: "room.join",
      schema: RoomLeave,
      handle: ({ socket }, { document }) => {
        coming.left(socket, document);
        hub.leave(socket, document);
        return ok(null);
      },
    }),
    message({
      name: "room.update",
      action: "room.join",
      schema: RoomUpdate,
      perSecond: ROOM_LIMITS.updatesPerSecond,
      handle: async ({ socket }, { document, update }) => {
        const here = inRoom(socket, document);
        if (!here) return err(notHere());
        const accepted = here.room.accept(here.member, update);
        return accepted.ok ? accepted.value : accepted;
      },
    }),
    message({
      name: "room.relay",
      action: "room.join",
      schema: RoomRelay,
      perSecond: ROOM_LIMITS.updatesPerSecond,
      handle: async ({ socket }, { document, updates, seal }) => {
        const here = inRoom(socket, document);
        if (!here) return err(notHere());
        return here.room.acceptSealed(here.member, updates, seal);
      },
    }),
    message({
      name: "room.awareness",
      action: "room.join",
      schema: RoomAwareness,
      perSecond: ROOM_LIMITS.pointersPerSecond,
      handle: ({ socket }, { document, state }) => {
        const here = inRoom(socket, document);
        if (!here?.member.person.rights.point) return err(notHere());
        if (!isCaretOf(state, here.member.person.client)) return err(refusal("invalid", "A caret is one's own."));
        here.room.awareness.set(here.member.key, state);
        here.room.frames.aware(here.member.key, state);
        return ok(null);
      },
    }),
    message({
      name: "room.pointer",
      action: "room.join",
      schema: RoomPointer,
      perSecond: ROOM_LIMITS.pointersPerSecond,
      handle: ({ socket }, { document, place }) => {
        const here = inRoom(socket, document);
        if (!here?.member.person.rights.point) return err(notHere());
        if (isShown(here.room, here.member)) here.room.frames.pointer(here.member.key, place);
        return ok(null);
      },
    }),
    message({
      name: "room.view",
      action: "room.join",
      schema: RoomView,
      perSecond: ROOM_LIMITS.pointersPerSecond,
      handle: ({ socket }, { document, view }) => {
        const here = inRoom(socket, document);
        if (!here?.member.person.rights.see) return err(notHere());
        if (!isShown(here.room, here.member)) return ok(null);
        here.room.views.set(here.member.key, view);
        here.room.frames.view(here.member.key, view);
        hub.policy.looked?.(document, here.member.person, view, here.room.presenter === here.member.key);
        return ok(null);
      },
    }),
    message({
      name: "room.present",
      action: "room.join",
      schema: RoomPresent,
      handle: ({ socket }, { document, on }) => present(hub, inRoom(socket, document), on),
    }),
  ];
}

/** Joins that are under way: a person who leaves meanwhile must not come in after all. */
class Coming {
  private readonly visits = new Map<string, Set<{ left: boolean }>>();

  async during<T>(socket: Socket, documentId: string, work: (hasLeft: () => boolean) => Promise<T>): Promise<T> {
    const key = `${socket.id} ${documentId}`;
    const visit = { left: false };
    const visits = this.visits.get(key) ?? new Set();
    this.visits.set(key, visits.add(visit));
    try {
      return await work(() => visit.left);
    } finally {
      visits.delete(visit);
      if (visits.size === 0) this.visits.delete(key);
    }
  }

  left(socket: Socket, documentId: string): void {
    for (const visit of this.visits.get(`${socket.id} ${documentId}`) ?? []) visit.left = true;
  }
}

const notHere = (): Refusal =>
  refusal("conflict", "You are not in this room.", { action: "Join it again.", detail: { rejoin: true } });

function present(hub: RoomsHub, here: { room: Room; member: Member } | null, on: boolean): Result<null, Refusal> {
  if (!here) return err(notHere());
  if (!here.member.person.rights.drive) return err(refusal("forbidden", "You may not take the lead in this room."));
  if (on) here.room.takeLead(here.member.key);
  else if (here.room.presenter === here.member.key) here.room.presenter = null;
  hub.tellPeople(here.room);
  return ok(null);
}

async function enter(
  hub: RoomsHub,
  context: SocketContext,
  { document: documentId, stateVector, client, hidden = false }: z.output<typeof RoomJoin>,
  hasLeft: () => boolean,
): Promise<Result<RoomJoined, Refusal>> {
  const { actor, socket } = context;
  const { events } = hub;
  const grant = await hub.policy.grant(actor, documentId);
  if (!grant.ok) return grant;
  if (!isStateVector(stateVector)) return err(refusal("invalid", "stateVector: not a Yjs state vector"));
  const visited = await hub.registry.enter(documentId);
  if (!visited) return err(refusal("not_found", "There is no such document."));
  const { room } = visited;
  try {
    const before = room.members.get(socket.id);
    if (!before && roomsOf(hub, socket) >= ROOM_LIMITS.roomsPerConnection)
      return err(refusal("too_large", `This page is in ${ROOM_LIMITS.roomsPerConnection} rooms: leave one first.`));
    if (!before && room.people().length >= ROOM_LIMITS.people)
      return err(refusal("too_large", `This room is full: ${ROOM_LIMITS.people} people are in it.`));
    const { personId, name } = grant.value.person;
    if ((await hub.logClient(documentId, client, grant.value.person)) !== personId)
      return err(refusal("conflict", "This Yjs client id is somebody else's here.", { detail: { newClient: true } }));
    room.replica.name([{ client, actorId: personId, name }]);
    if (!before) await hub.policy.entered(actor, documentId, grant.value, socket.id);
    // The socket or the person may have gone, or the room been read anew, while the audit row was written.
    if (!socket.connected || hasLeft() || hub.registry.open.get(documentId) !== room) return err(notHere());
    const member: Member = {
      key: socket.id,
      actor,
      person: { key: socket.id, ...grant.value.person, client, hidden, laser: false, rights: grant.value.rights },
      rejected: before?.rejected ?? 0,
    };
    room.members.set(socket.id, member);
    await socket.join(channelOf(documentId));
    // Something happened since the rights were asked for: it may have been about them.
    if (hub.events !== events) await hub.askAgain(room, member);
    if (room.members.get(socket.id) !== member) return err(notHere());
    hub.tellPeople(room);
    return ok(joined(room, member, stateVector));
  } finally {
    visited.done();
  }
}

function roomsOf(hub: RoomsHub, socket: Socket): number {
  let count = 0;
  for (const room of hub.registry.open.values()) if (room.members.has(socket.id)) count += 1;
  return count;
}

function joined(room: Room, member: Member, stateVector: Uint8Array): RoomJoined {
  const update = room.replica.missing(stateVector);
  return {
    update,
    sealed: room.sealUncommitted([update]),
    stateVector: Y.encodeStateVector(room.replica.doc),
    self: member.person,
    people: room.people(),
    presenter: room.presenter,
    views: Object.fromEntries(room.views),
    awareness: [...room.awareness],
    frozen: room.frozen,
    writers: room.replica.writers(),
  };
}

/** An awareness message (y-protocols) about that client alone; what it says is passed on unread. */
function isCaretOf(state: Uint8Array, client: number): boolean {
  try {
    const decoder = decoding.createDecoder(state);
    return decoding.readVarUint(decoder) === 1 && decoding.readVarUint(decoder) === client;
  } catch {
    return false;
  }
}

function isStateVector(bytes: Uint8Array): boolean {
  try {
    Y.decodeStateVector(bytes);
    return true;
  } catch {
    return false;
  }
}
