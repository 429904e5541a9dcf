import type { RoomFrame, RoomNotice, RoomPeople } from "@readroom/shared/contract/room.js";
import type { Server } from "socket.io";
import type { RoomPolicy, SharedDocuments } from "../../features/reading/public.js";
import type { Deps } from "../../kernel/deps.js";
import type { PublishedEvent } from "../../kernel/reactions.js";
import type { SocketFeature } from "../../kernel/socket.js";
import { sharedDocuments } from "./documents.js";
import { channelOf, type RoomsHub } from "./hub.js";
import { roomMessages } from "./messages.js";
import { Registry } from "./registry.js";
import type { Room, RoomHost } from "./room.js";
import { logClient } from "./store.js";

export interface Rooms {
  readonly socket: SocketFeature;
  readonly documents: SharedDocuments;
  /** Waits for every accepted edit to be committed, then lets all rooms go. */
  close(): Promise<void>;
}

/** The rooms of this process over socket.io. They begin to speak with the first message that brings them the server. */
export function openRooms(deps: Deps, policy: RoomPolicy): Rooms {
  let io: Server | null = null;
  const notice = (body: RoomNotice): void => void io?.to(channelOf(body.document)).emit("room.notice", body);
  const registry: Registry = new Registry(deps, (documentId, room) => hostOf(documentId, room));

  function hostOf(documentId: string, room: () => Room | undefined): RoomHost {
    return {
      people: () => room()?.members.size ?? 0,
      send: (frame, lossy, sole) => sendFrame(io, documentId, frame, lossy, sole),
      frozen: (reason) => notice({ document: documentId, kind: "frozen", reason }),
      broken: () => {
        const gone = room();
        if (!gone) return;
        registry.drop(gone);
        notice({ document: documentId, kind: "reload", reason: "The hub reads this document anew." });
        io?.in(channelOf(documentId)).socketsLeave(channelOf(documentId));
      },
    };
  }

  const hub: RoomsHub = {
    registry,
    policy,
    logClient: (documentId, client, person) => logClient(deps.db, documentId, client, person),
    leave: (socket, documentId) => {
      const room = registry.open.get(documentId);
      if (!room?.members.has(socket.id)) return;
      room.leave(socket.id);
      void socket.leave(channelOf(documentId));
      hub.tellPeople(room);
      registry.left(room);
    },
    tellPeople: (room) => {
      const people: RoomPeople = { document: room.documentId, people: room.people(), presenter: room.presenter };
      io?.to(channelOf(room.documentId)).emit("room.people", people);
    },
  };

  return {
    socket: {
      name: "rooms",
      messages: roomMessages(hub).map((spec) => ({
        ...spec,
        handle: (context, body) => {
          io = context.io;
          return spec.handle(context, body);
        },
      })),
      onDisconnect: ({ socket }) => {
        for (const room of registry.open.values()) if (room.members.has(socket.id)) hub.leave(socket, room.documentId);
      },
      onEvent: (event) => void reconsider(deps, hub, () => io, event),
    },
    documents: sharedDocuments(
      (documentId) => registry.enter(documentId),
      (documentId) => registry.open.get(documentId),
    ),
    close: () => registry.close(),
  };
}

function sendFrame(io: Server | null, documentId: string, frame: RoomFrame, lossy: boolean, sole: string | null): void {
  if (!io) return;
  let to = io.to(channelOf(documentId));
  if (sole !== null) to = to.except(sole);
  if (lossy) to = to.volatile;
  to.emit("room.frame", frame);
}

/** Something happened to a study (claimed, released, signed, handed over): what each person in its rooms may do is asked again. */
async function reconsider(
  deps: Deps,
  hub: RoomsHub,
  server: () => Server | null,
  event: PublishedEvent,
): Promise<void> {
  const { studyId } = event.payload;
  if (typeof studyId !== "string") return;
  for (const room of [...hub.registry.open.values()]) {
    if (room.studyId !== studyId) continue;
    try {
      if (await askAgain(hub, room, server())) hub.tellPeople(room);
    } catch (error) {
      deps.log.error(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "rights in a room could not be asked again",
      );
    }
  }
}

async function askAgain(hub: RoomsHub, room: Room, io: Server | null): Promise<boolean> {
  let changed = false;
  for (const member of [...room.members.values()]) {
    const grant = await hub.policy.grant(member.actor, room.documentId);
    const socket = io?.sockets.sockets.get(member.key);
    if (grant.ok) {
      const same = JSON.stringify(grant.value.rights) === JSON.stringify(member.person.rights);
      member.person = { ...member.person, rights: grant.value.rights };
      if (!grant.value.rights.drive && room.presenter === member.key) room.presenter = null;
      changed ||= !same;
    } else if (socket) {
      const body: RoomNotice = { document: room.documentId, kind: "withdrawn", reason: grant.error.message };
      socket.emit("room.notice", body);
      hub.leave(socket, room.documentId);
    }
  }
  return changed;
}
