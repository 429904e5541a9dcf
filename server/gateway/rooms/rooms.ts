import type { RoomFrame, RoomNotice, RoomPeople } from "@readroom/shared/contract/room.js";
import { RoomChatLine } from "@readroom/shared/contract/room-company.js";
import type { Server } from "socket.io";
import type { RoomPolicy, SharedDocuments } from "../../features/reading/public.js";
import type { Deps } from "../../kernel/deps.js";
import type { SocketFeature } from "../../kernel/socket.js";
import { sendToMany } from "../whole-frame.js";
import { forgetLines, keepLine } from "./company.js";
import { sharedDocuments } from "./documents.js";
import { channelOf, type RoomsHub } from "./hub.js";
import { roomMessages } from "./messages.js";
import { Neighbours, type Pace } from "./neighbours.js";
import type { Between } from "./ports.js";
import { Registry } from "./registry.js";
import { Rights } from "./rights.js";
import type { Room, RoomHost } from "./room.js";
import { logClient } from "./store.js";

export interface Rooms {
  readonly socket: SocketFeature;
  readonly documents: SharedDocuments;
  /** Begins to listen to the other processes of the hub. */
  start(): Promise<void>;
  /** Waits for every accepted edit to be committed, then lets all rooms go. */
  close(): Promise<void>;
}

/** The rooms of this process over socket.io. They begin to speak with the first message that brings them the server. */
export function openRooms(deps: Deps, policy: RoomPolicy, between: Between, pace?: Pace): Rooms {
  let io: Server | null = null;
  const notice = (body: RoomNotice): void => void io?.to(channelOf(body.document)).emit("room.notice", body);
  const registry: Registry = new Registry(
    deps,
    (documentId, room) => hostOf(documentId, room),
    (room) => neighbours.opened(room),
  );
  const emitPeople = (room: Room): void => {
    const people: RoomPeople = { document: room.documentId, people: room.people(), presenter: room.presenter };
    io?.to(channelOf(room.documentId)).emit("room.people", people);
  };
  const emit = (documentId: string, name: string, body: unknown): void =>
    void io?.to(channelOf(documentId)).emit(name, body);
  const said = (documentId: string, name: string, body: unknown): void => {
    const room = registry.open.get(documentId);
    const line = name === "room.line" ? RoomChatLine.safeParse(body).data : undefined;
    if (room && line) keepLine(room, line);
    emit(documentId, name, body);
  };
  const neighbours: Neighbours = new Neighbours(deps, between, registry, { people: emitPeople, said }, pace);

  function hostOf(documentId: string, room: () => Room | undefined): RoomHost {
    return {
      send: (frame, lossy, sole) => {
        sendFrame(io, documentId, frame, lossy, sole);
        const open = room();
        if (open) neighbours.moved(open, frame);
      },
      grown: () => neighbours.rows(documentId),
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
    get events() {
      return rights.events;
    },
    askAgain: (room, member) => rights.askAgain(room, member),
    logClient: (documentId, client, person) => logClient(deps.db, documentId, client, person),
    leave: (socket, documentId) => {
      const room = registry.open.get(documentId);
      if (!room?.members.has(socket.id)) return;
      room.leave(socket.id);
      policy.left?.(documentId, socket.id);
      if (room.members.size === 0) forgetLines(room);
      void socket.leave(channelOf(documentId));
      hub.tellPeople(room);
      registry.left(room);
    },
    tellPeople: (room) => {
      emitPeople(room);
      neighbours.people(room);
    },
    say: (documentId, name, body) => {
      emit(documentId, name, body);
      neighbours.say(documentId, name, body);
    },
  };

  const rights = new Rights(deps, hub, (key) => io?.sockets.sockets.get(key));

  return {
    socket: {
      name: "rooms",
      messages: roomMessages(hub, deps.clock).map((spec) => ({
        ...spec,
        handle: (context, body) => {
          io = context.io;
          return spec.handle(context, body);
        },
      })),
      onDisconnect: ({ socket }) => {
        for (const room of registry.open.values()) if (room.members.has(socket.id)) hub.leave(socket, room.documentId);
      },
      onEvent: (event) => rights.happened(event),
    },
    documents: sharedDocuments(
      (documentId) => registry.enter(documentId),
      (documentId) => registry.open.get(documentId),
    ),
    start: () => neighbours.start(),
    close: async () => {
      await registry.close();
      await neighbours.stop();
      await policy.close?.();
    },
  };
}

function sendFrame(io: Server | null, documentId: string, frame: RoomFrame, lossy: boolean, sole: string | null): void {
  const inside = io?.sockets.adapter.rooms.get(channelOf(documentId));
  if (io && inside) sendToMany(io, inside, "room.frame", frame, { lossy, except: sole });
}
