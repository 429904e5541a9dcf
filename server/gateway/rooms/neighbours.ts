import type { RoomFrame } from "@readroom/shared/contract/room.js";
import type { Deps } from "../../kernel/deps.js";
import type { Between, Word } from "./ports.js";
import type { Registry } from "./registry.js";
import type { Room } from "./room.js";
import { standings } from "./store.js";

/** How the rooms of this process look after those of the others, ms. */
export interface Pace {
  /** "I am here". */
  readonly aliveEvery: number;
  /** A process that was not heard for so long has gone, and its people with it. */
  readonly goneAfter: number;
  /** The log is looked at, whatever was heard. */
  readonly pollEvery: number;
}
/** Of so many "I am here" one says again who is in which room. */
const PEOPLE_EVERY = 5;

export const PACE: Pace = { aliveEvery: 3_000, goneAfter: 10_000, pollEvery: 2_000 };

/** What neighbours do to the sockets of this process. */
export interface Voice {
  people(room: Room): void;
  said(documentId: string, name: string, body: unknown): void;
}

/**
 * The other processes that serve rooms of this hub. Edits need none of this: they are in the log, and the poll finds them. Words only
 * make it quick, and carry what is of the moment: who is there, pointers, views, carets. Where no other process is, nothing is sent.
 */
export class Neighbours {
  private readonly heard = new Map<string, number>();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly grown = new Set<string>();
  private turn: NodeJS.Immediate | null = null;
  private stopped = false;

  constructor(
    private readonly deps: Deps,
    private readonly between: Between,
    private readonly registry: Registry,
    private readonly voice: Voice,
    private readonly pace: Pace = PACE,
  ) {}

  async start(): Promise<void> {
    await this.between.start((from, word) => this.hear(from, word));
    this.between.tell({ kind: "alive", fresh: true });
    let beats = 0;
    this.every(this.pace.aliveEvery, () => {
      this.between.tell({ kind: "alive", fresh: false });
      this.bury();
      beats += 1;
      // A word can be lost: who is where is said again now and then.
      if (beats % PEOPLE_EVERY === 0) this.everybody(false);
    });
    this.every(this.pace.pollEvery, () => void this.poll());
  }

  async stop(): Promise<void> {
    for (const timer of this.timers) clearInterval(timer);
    if (this.turn) clearImmediate(this.turn);
    this.stopped = true;
    this.between.tell({ kind: "gone" });
    await this.between.stop();
  }

  /** This document's log has grown by what was written here. */
  rows(documentId: string): void {
    if (this.heard.size === 0) return;
    this.grown.add(documentId);
    this.turn ??= setImmediate(() => {
      this.turn = null;
      this.between.tell({ kind: "rows", documents: [...this.grown] });
      this.grown.clear();
    });
  }

  /** Who is in a room here. */
  people(room: Room, all = false): void {
    if (this.heard.size === 0) return;
    const mine = (key: string): boolean => room.members.has(key);
    this.between.tell({
      kind: "people",
      document: room.documentId,
      people: room.localPeople(),
      presenter:
        room.presenter !== null && mine(room.presenter) ? { key: room.presenter, since: room.presenterSince } : null,
      ...(all
        ? {
            views: [...room.views].filter(([key]) => mine(key)),
            awareness: [...room.awareness].filter(([key]) => mine(key)).map(([key, state]) => [key, base64(state)]),
          }
        : {}),
    });
  }

  /** A room was opened here: the people who are in it elsewhere are asked for. */
  opened(room: Room): void {
    if (this.heard.size > 0) this.between.tell({ kind: "ask", document: room.documentId });
  }

  /** What moved in a room; of it, that which moved here is told. */
  moved(room: Room, frame: RoomFrame): void {
    if (this.heard.size === 0) return;
    const mine = ([key]: readonly [string, unknown]): boolean => room.members.has(key);
    const pointers = (frame.p ?? []).filter(mine);
    const views = (frame.v ?? []).filter(mine);
    const awareness = (frame.a ?? []).filter(mine).map(([key, state]): [string, string] => [key, base64(state)]);
    if (pointers.length + views.length + awareness.length === 0) return;
    this.between.tell({ kind: "moving", document: room.documentId, pointers, views, awareness });
  }

  say(documentId: string, name: string, body: unknown): void {
    if (this.heard.size > 0) this.between.tell({ kind: "said", document: documentId, name, body });
  }

  private every(ms: number, work: () => void): void {
    const timer = setInterval(work, ms);
    timer.unref();
    this.timers.push(timer);
  }

  private hear(from: string, word: Word): void {
    if (this.stopped) return;
    if (word.kind === "gone") return this.lost(from);
    const known = this.heard.has(from);
    this.heard.set(from, performance.now());
    if (!known) this.between.tell({ kind: "alive", fresh: true });
    if (!known || (word.kind === "alive" && word.fresh)) this.greet();
    switch (word.kind) {
      case "alive":
        return;
      case "rows":
        for (const id of word.documents) this.readOn(id);
        return;
      case "ask": {
        const room = this.registry.open.get(word.document);
        if (room && room.members.size > 0) this.people(room, true);
        return;
      }
      case "people": {
        const room = this.registry.open.get(word.document);
        if (room) this.crowd(room, from, word);
        return;
      }
      case "moving": {
        const room = this.registry.open.get(word.document);
        if (room) move(room, from, word);
        return;
      }
      case "said":
        if (this.registry.open.has(word.document)) this.voice.said(word.document, word.name, word.body);
    }
  }

  /** Somebody new: hears who is here, and that there may be rows that it was not told of. */
  private greet(): void {
    this.between.tell({ kind: "alive", fresh: false });
    this.everybody(true);
    const rooms = [...this.registry.open.values()];
    if (rooms.length > 0) this.between.tell({ kind: "rows", documents: rooms.map((room) => room.documentId) });
  }

  private everybody(withViews: boolean): void {
    for (const room of this.registry.open.values()) if (room.members.size > 0) this.people(room, withViews);
  }

  private crowd(room: Room, from: string, word: Extract<Word, { kind: "people" }>): void {
    const here = new Set(word.people.map((person) => person.key));
    for (const { key } of room.elsewhere.get(from) ?? []) if (!here.has(key)) room.forget(key);
    if (word.people.length > 0) room.elsewhere.set(from, word.people);
    else room.elsewhere.delete(from);
    const led = room.elsewhere.get(from)?.some((person) => person.key === room.presenter) ?? false;
    if (word.presenter && word.presenter.since >= room.presenterSince) {
      room.presenter = word.presenter.key;
      room.presenterSince = word.presenter.since;
    } else if (!word.presenter && led) room.presenter = null;
    for (const [key, view] of word.views ?? []) {
      room.views.set(key, view);
      room.frames.view(key, view);
    }
    for (const [key, state] of word.awareness ?? []) aware(room, key, state);
    for (const { client, personId, name } of word.people) room.replica.name([{ client, actorId: personId, name }]);
    this.voice.people(room);
  }

  private lost(from: string): void {
    this.heard.delete(from);
    for (const room of this.registry.open.values()) {
      const people = room.elsewhere.get(from);
      if (!people) continue;
      room.elsewhere.delete(from);
      for (const { key } of people) room.forget(key);
      this.voice.people(room);
    }
  }

  private bury(): void {
    const now = performance.now();
    for (const [from, at] of [...this.heard]) if (now - at > this.pace.goneAfter) this.lost(from);
  }

  private readOn(documentId: string): void {
    const room = this.registry.open.get(documentId);
    room?.catchUp().catch((error: unknown) => this.complain(error));
  }

  private async poll(): Promise<void> {
    const ids = [...this.registry.open.keys()];
    if (ids.length === 0) return;
    try {
      for (const { id, lastSeq, frozen } of await standings(this.deps.db, ids)) {
        const room = this.registry.open.get(id);
        if (room && (lastSeq > room.lastSeq || (frozen && room.frozen === null))) this.readOn(id);
      }
    } catch (error) {
      this.complain(error);
    }
  }

  private complain(error: unknown): void {
    if (this.stopped) return;
    const message = error instanceof Error ? error.message : String(error);
    this.deps.log.error({ err: { message } }, "shared documents could not be read on");
  }
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

function move(room: Room, from: string, word: Extract<Word, { kind: "moving" }>): void {
  const there = new Set(room.elsewhere.get(from)?.map((person) => person.key));
  for (const [key, place] of word.pointers) if (there.has(key)) room.frames.pointer(key, place);
  for (const [key, view] of word.views) {
    if (!there.has(key)) continue;
    room.views.set(key, view);
    room.frames.view(key, view);
  }
  for (const [key, state] of word.awareness) if (there.has(key)) aware(room, key, state);
}

function aware(room: Room, key: string, state: string): void {
  const bytes = new Uint8Array(Buffer.from(state, "base64"));
  room.awareness.set(key, bytes);
  room.frames.aware(key, bytes);
}
