import { type RoomJoined, readingDocument } from "@readroom/shared/contract/room.js";
import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { annotationsOf, putAnnotation } from "@readroom/shared/crdt/reading.js";
import pino from "pino";
import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import type { RoomProvider } from "../../../client/kernel/room/provider.js";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { MemoryDisk } from "../../../e2e/fixtures/fuzz/memory-store.js";
import { type ReadingWorld, seedReadingWorld } from "../../../e2e/fixtures/reading.js";
import { redisIsHere, startRedis, type TestRedis } from "../../../e2e/fixtures/redis.js";
import { connect, enter, type RoomsHub, saved, startRooms, until } from "../../../e2e/fixtures/rooms.js";
import { RedisBetween } from "../../adapters/redis/between.js";
import { systemClock } from "../../kernel/clock.js";
import { openDatabase } from "../../kernel/database.js";
import type { Between } from "./ports.js";

/** All words are lost: what must arrive does so by the poll. */
class Silence implements Between {
  async start(): Promise<void> {}
  tell(): void {}
  async stop(): Promise<void> {}
}

let database: FreshDatabase;
let world: ReadingWorld;
let document: string;
let redis: TestRedis | null = null;
let hubs: RoomsHub[] = [];
const sockets: Socket[] = [];
const rooms: RoomProvider[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  const db = openDatabase(database.url);
  world = await seedReadingWorld(db.pool);
  await db.close();
  document = readingDocument(world.studyId);
  if (redisIsHere) redis = await startRedis();
});
afterAll(async () => {
  await redis?.stop();
  await database.drop();
});
afterEach(async () => {
  for (const room of rooms.splice(0)) room.destroy();
  for (const socket of sockets.splice(0)) socket.disconnect();
  await Promise.all(hubs.splice(0).map((hub) => hub.stop()));
});

async function openTwo(between: () => Between | undefined): Promise<void> {
  hubs = [];
  for (let n = 0; n < 2; n += 1)
    hubs.push(await startRooms(database.url, { ...world.people }, 0, systemClock, between()));
  await hubs[0]!.deps.db.pool.query(
    "DELETE FROM crdt_update; DELETE FROM crdt_snapshot; DELETE FROM crdt_client; DELETE FROM crdt_document",
  );
}

function come(name: string, at: number, disk?: MemoryDisk): RoomProvider {
  const socket = connect(hubs[at]!.port, name);
  sockets.push(socket);
  const room = enter(socket, document, disk?.open);
  rooms.push(room);
  return room;
}

const me = (name: keyof ReadingWorld["people"]) => ({ id: world.people[name].userId, name: world.people[name].name });
const mark = (name: "attending" | "resident", id: string): AnnotationRecord => ({
  id,
  v: 1,
  kind: "probe",
  frameOfReferenceUid: null,
  studyInstanceUid: "1.2",
  seriesInstanceUid: "1.3",
  sopInstanceUid: "1.4",
  frame: 1,
  points: [[1, 0, 0]],
  spacing: "none",
  author: me(name),
  createdAt: "2026-11-24T00:00:00.000Z",
});
const place = {
  frameOfReferenceUid: "1.2",
  studyInstanceUid: "1.2.3",
  seriesInstanceUid: "1.2.4",
  sopInstanceUid: "1.2.5",
  frame: 3,
  worldMm: [1.5, -2, 30] as [number, number, number],
};
const view = {
  studyInstanceUid: "1.2.3",
  seriesInstanceUid: "1.2.4",
  sopInstanceUid: "1.2.5",
  frame: 1,
  voi: { windowWidth: 80, windowCenter: 40 },
  invert: false,
  pan: [0, 0] as [number, number],
  zoom: 250,
  aspect: 1,
  rotation: 0,
  flipHorizontal: false,
  flipVertical: false,
};

const ways: [string, boolean, () => Between | undefined][] = [
  ["over PostgreSQL", true, () => undefined],
  ["over Redis", redisIsHere, () => new RedisBetween(redis?.url ?? "", pino({ level: "silent" }))],
];

for (const [way, here, between] of ways) {
  describe.skipIf(!here)(`one room at two processes, ${way}`, () => {
    beforeEach(() => openTwo(between));

    it("[RM12] edits, people, pointers, views and the presenter go across", async () => {
      const [a, b] = [come("attending", 0), come("resident", 1)];
      await Promise.all([until(a, saved), until(b, saved)]);
      await Promise.all([a, b].map((room) => until(room, (state) => state.people.length === 2)));
      putAnnotation(a.doc, mark("attending", "a1"));
      putAnnotation(b.doc, mark("resident", "b1"));
      await vi.waitFor(() => {
        for (const room of [a, b]) expect([...annotationsOf(room.doc).keys()].sort()).toEqual(["a1", "b1"]);
      }, 3_000);
      const pointed = new Promise((resolve) => b.on("pointer", (key, at) => resolve([key, at])));
      a.sendPointer(place);
      expect(await pointed).toEqual([a.snapshot().self?.key, place]);
      expect(await a.present(true)).toBeNull();
      a.sendView(view);
      await until(b, (state) => state.presenter === a.snapshot().self?.key);
      await vi.waitFor(() => expect(b.views.get(a.snapshot().self?.key ?? "")).toEqual(view));
      const late = come("resident", 1);
      await until(late, (state) => state.synced && state.people.length === 3 && state.presenter !== null);
    });

    it("[RM12] a process that is killed is missed; its people come back to the other with all that they wrote", async () => {
      const [a, b] = [come("attending", 0), come("resident", 1)];
      await Promise.all([until(a, saved), until(b, saved)]);
      await until(b, (state) => state.people.length === 2);
      putAnnotation(a.doc, mark("attending", "a1"));
      await until(a, saved);
      await hubs.shift()?.kill();
      putAnnotation(a.doc, mark("attending", "a2"));
      await until(b, (state) => state.people.length === 1);
      const again = connect(hubs[0]!.port, "attending");
      sockets.push(again);
      const back = enter(again, document);
      rooms.push(back);
      await until(back, saved);
      Y.applyUpdate(back.doc, Y.encodeStateAsUpdate(a.doc));
      await until(back, saved);
      await vi.waitFor(() => expect([...annotationsOf(b.doc).keys()].sort()).toEqual(["a1", "a2"]));
    });
  });
}

describe.skipIf(!redisIsHere)("one room at two processes whose Redis dies", () => {
  beforeEach(() => openTwo(() => new RedisBetween(redis?.url ?? "", pino({ level: "silent" }))));

  it("[RM12] edits go on by the log while it is away, nobody is sent out, and pointers go across again when it is back", async () => {
    const [a, b] = [come("attending", 0), come("resident", 1)];
    await Promise.all([until(a, saved), until(b, saved)]);
    await Promise.all([a, b].map((room) => until(room, (state) => state.people.length === 2)));
    await redis?.kill();
    putAnnotation(a.doc, mark("attending", "a1"));
    putAnnotation(b.doc, mark("resident", "b1"));
    await Promise.all([until(a, saved), until(b, saved)]);
    const both = (ids: string[]) =>
      vi.waitFor(() => {
        for (const room of [a, b]) expect([...annotationsOf(room.doc).keys()].sort()).toEqual(ids);
      }, 5_000);
    await both(["a1", "b1"]);
    await redis?.start();
    await Promise.all(
      [a, b].map((room) => until(room, (state) => state.status === "live" && state.people.length === 2)),
    );
    const pointed = new Promise((resolve) => b.on("pointer", (key, at) => resolve([key, at])));
    const pointing = setInterval(() => a.sendPointer(place), 50);
    expect(await pointed).toEqual([a.snapshot().self?.key, place]);
    clearInterval(pointing);
    putAnnotation(a.doc, mark("attending", "a2"));
    await both(["a1", "a2", "b1"]);
  });
});

describe("one room at two processes that hear nothing of each other", () => {
  beforeEach(() => openTwo(() => new Silence()));

  it("[RM12] edits arrive by the poll, and a signature waits for them", async () => {
    const [a, b] = [come("attending", 0), come("resident", 1)];
    await Promise.all([until(a, saved), until(b, saved)]);
    putAnnotation(a.doc, mark("attending", "a1"));
    await until(a, saved);
    putAnnotation(b.doc, mark("resident", "b1"));
    await until(b, saved);
    const seen = await hubs[0]!.rooms.documents.hold(document, async (doc) => ({
      freeze: null,
      value: [...annotationsOf(doc).keys()].sort(),
    }));
    expect(seen).toEqual(["a1", "b1"]);
    await vi.waitFor(() => {
      for (const room of [a, b]) expect([...annotationsOf(room.doc).keys()].sort()).toEqual(["a1", "b1"]);
    }, 3_000);
  });

  it("[RM12] a document held by one is not appended to by the other, and one frozen there takes no more here", async () => {
    const [a, b] = [come("attending", 0), come("resident", 1)];
    await Promise.all([until(a, saved), until(b, saved)]);
    const { pool } = hubs[0]!.deps.db;
    const count = async () => (await pool.query<{ n: number }>("SELECT count(*) AS n FROM crdt_update")).rows[0]?.n;
    await hubs[0]!.rooms.documents.hold(document, async () => {
      expect(await hubs[1]!.rooms.documents.hold(document, async () => ({ freeze: null, value: 1 }))).toBe("busy");
      putAnnotation(b.doc, mark("resident", "b1"));
      await until(b, (state) => state.saved.state === "saving");
      await pool.query("UPDATE crdt_document SET frozen_at = now(), frozen_reason = 'signed final' WHERE id = $1", [
        document,
      ]);
      return { freeze: "signed final", value: null };
    });
    await until(b, (state) => state.frozen === "signed final" && state.late.length === 1);
    await until(b, (state) => state.synced && state.status === "live");
    expect(await count()).toBe(0);
    expect(b.snapshot().saved).toEqual({ state: "frozen", edits: 1 });
    expect(annotationsOf(b.doc).size).toBe(0);
    const [late] = b.snapshot().late;
    const aside = new Y.Doc();
    Y.applyUpdate(aside, late!.state);
    expect([...annotationsOf(aside).keys()]).toEqual(["b1"]);
    await until(a, (state) => state.frozen === "signed final");
  });
});

describe("what was shown and not committed", () => {
  beforeEach(() => openTwo(() => undefined));

  /** A database that takes nothing any more for that document: what is written is shown and never committed. */
  const stop = () =>
    hubs[1]!.deps.db.pool.query(
      "UPDATE crdt_document SET held_until = now() + interval '1 hour', held_by = 'test' WHERE id = $1",
      [document],
    );
  const goOn = () => hubs[1]!.deps.db.pool.query("UPDATE crdt_document SET held_until = NULL, held_by = NULL");
  const dieAndComeBack = async () => {
    const { port } = hubs[0]!;
    await hubs.shift()?.kill();
    hubs.unshift(await startRooms(database.url, { ...world.people }, port));
  };
  const moved = (x: number): AnnotationRecord => ({ ...mark("attending", "a1"), points: [[x, 0, 0]] });
  const pointsOf = (room: RoomProvider) => (annotationsOf(room.doc).get("a1") as AnnotationRecord | undefined)?.points;

  /** a1 by the attending is on both screens, and not committed. */
  const shownAlone = async (disk?: MemoryDisk): Promise<[RoomProvider, RoomProvider]> => {
    const [a, b] = [come("attending", 0), come("resident", 0, disk)];
    await Promise.all([until(a, saved), until(b, saved)]);
    await stop();
    putAnnotation(a.doc, mark("attending", "a1"));
    await vi.waitFor(() => expect(annotationsOf(b.doc).has("a1")).toBe(true));
    return [a, b];
  };
  /** That screen has all saved without a refusal, and who comes at the other process finds a1 there. */
  const isBack = async (room: RoomProvider, x: number): Promise<void> => {
    await until(room, saved);
    expect(room.snapshot()).toMatchObject({ epoch: 0, late: [] });
    const newcomer = come("referrer", 1);
    await until(newcomer, saved);
    expect(pointsOf(newcomer)).toEqual([[x, 0, 0]]);
  };

  it("[RM5] [RM2] comes back from those who saw it, as the words of the one who wrote it, and only under the hub's seal", async () => {
    const { pool } = hubs[1]!.deps.db;
    const [a, b] = await shownAlone();
    const { clientID } = a.doc;
    a.destroy();
    putAnnotation(b.doc, moved(9));
    await dieAndComeBack();
    await goOn();
    await until(b, saved);
    expect(b.snapshot().epoch).toBe(0);
    const raw = connect(hubs[1]!.port, "resident");
    sockets.push(raw);
    const doc = new Y.Doc();
    const ask = (name: string, body: object) => raw.emitWithAck(name, { document, ...body });
    const joined = (await ask("room.join", { client: doc.clientID, stateVector: Y.encodeStateVector(doc) })) as {
      value: RoomJoined;
    };
    Y.applyUpdate(doc, joined.value.update);
    expect(annotationsOf(doc).get("a1")).toMatchObject({ author: me("attending"), points: [[9, 0, 0]] });
    const { rows } = await pool.query<{ update: Buffer; actor: string }>(
      'SELECT "update", actor_id AS actor FROM crdt_update ORDER BY seq',
    );
    expect([...Y.parseUpdateMeta(rows[0]!.update).from.keys()]).toEqual([clientID]);
    expect(rows[0]?.actor).toBe(world.people.resident.userId);
    const forged = new Y.Doc();
    forged.clientID = clientID;
    Y.applyUpdate(forged, Y.encodeStateAsUpdate(doc));
    putAnnotation(forged, mark("attending", "a2"));
    const updates = [Y.encodeStateAsUpdate(forged, Y.encodeStateVector(doc))];
    const answer = await ask("room.relay", { updates, seal: new Uint8Array(16) });
    expect(answer).toMatchObject({ ok: false, error: { code: "forbidden" } });
  });

  it("[RM5] comes back also where others had built on one's own words, and were built on again", async () => {
    const [a, b] = await shownAlone();
    putAnnotation(b.doc, moved(5));
    await vi.waitFor(() => expect(pointsOf(a)).toEqual([[5, 0, 0]]));
    putAnnotation(a.doc, moved(6));
    await vi.waitFor(() => expect(pointsOf(b)).toEqual([[6, 0, 0]]));
    b.destroy();
    await dieAndComeBack();
    await goOn();
    await isBack(a, 6);
  });

  it("[RM5] comes back also when the process that it was brought back to dies before it is committed", async () => {
    const [a, b] = await shownAlone();
    a.destroy();
    putAnnotation(b.doc, moved(5));
    await dieAndComeBack();
    // It was brought back, and shown to who comes now.
    const c = come("attending", 0);
    await vi.waitFor(() => expect(annotationsOf(c.doc).has("a1")).toBe(true));
    c.destroy();
    await dieAndComeBack();
    await goOn();
    await isBack(b, 5);
  });

  it("[RM5] comes back also when the page that saw it was loaded anew at once", async () => {
    const disk = new MemoryDisk();
    const [a, b] = await shownAlone(disk);
    putAnnotation(b.doc, moved(5));
    b.destroy();
    a.destroy();
    await dieAndComeBack();
    await goOn();
    const again = come("resident", 0, disk);
    await isBack(again, 5);
  });

  it("[RM5] comes back also from a page that kept the seals and lost the document", async () => {
    const disk = new MemoryDisk();
    const [a, b] = await shownAlone(disk);
    putAnnotation(b.doc, mark("resident", "b1"));
    b.destroy();
    disk.state = null;
    disk.unsaved = 0;
    a.destroy();
    await dieAndComeBack();
    await goOn();
    const again = come("resident", 0, disk);
    await isBack(again, 1);
  });

  it("[RM5] comes back also from who came in the middle, with two people's hands in one", async () => {
    const [a, b] = await shownAlone();
    putAnnotation(b.doc, moved(5));
    await vi.waitFor(() => expect(pointsOf(a)).toEqual([[5, 0, 0]]));
    const c = come("attending", 0);
    await vi.waitFor(() => expect(pointsOf(c)).toEqual([[5, 0, 0]]));
    a.destroy();
    b.destroy();
    await dieAndComeBack();
    await goOn();
    await isBack(c, 5);
  });

  it("[RM5] comes back to a process that had not heard of the one who wrote it", async () => {
    const [first, second] = [new MemoryDisk(), new MemoryDisk()];
    const offline = come("attending", 0, first);
    sockets[0]!.disconnect();
    putAnnotation(offline.doc, mark("attending", "a1"));
    offline.destroy();
    const [there, b] = [come("resident", 1), come("resident", 0, second)];
    await Promise.all([until(there, saved), until(b, saved)]);
    await stop();
    const a = come("attending", 0, first);
    await vi.waitFor(() => expect(annotationsOf(b.doc).has("a1")).toBe(true));
    putAnnotation(b.doc, moved(5));
    a.destroy();
    b.destroy();
    await hubs[0]!.kill();
    await goOn();
    const again = come("resident", 1, second);
    await until(again, saved);
    expect(again.snapshot()).toMatchObject({ epoch: 0, late: [] });
    await vi.waitFor(() => expect(pointsOf(there)).toEqual([[5, 0, 0]]));
    hubs.shift();
  });

  it("[RM14] who leaves while still coming in is not there", async () => {
    const raw = connect(hubs[0]!.port, "attending");
    sockets.push(raw);
    const doc = new Y.Doc();
    const join = { document, client: doc.clientID, stateVector: Y.encodeStateVector(doc) };
    const joining = raw.emitWithAck("room.join", join);
    await raw.emitWithAck("room.leave", { document });
    expect(await joining).toMatchObject({ ok: false, error: { code: "conflict" } });
    const b = come("resident", 0);
    await until(b, saved);
    expect(b.snapshot().people).toHaveLength(1);
  });

  it("[RM11] a deletion that nobody brought back does not stay on the screen of who may not write", async () => {
    const disk = new MemoryDisk();
    const a = come("attending", 0);
    await until(a, saved);
    putAnnotation(a.doc, mark("attending", "a1"));
    await until(a, saved);
    const looker = come("referrer", 0, disk);
    await until(looker, saved);
    expect(looker.snapshot().self?.rights.mark).toBe(false);
    await stop();
    annotationsOf(a.doc).delete("a1");
    await vi.waitFor(() => expect(annotationsOf(looker.doc).has("a1")).toBe(false));
    // This browser keeps the document, and not what the hub had sealed.
    const { state } = disk;
    looker.destroy();
    disk.state = state;
    disk.sealed = [];
    a.destroy();
    await dieAndComeBack();
    await goOn();
    const again = come("referrer", 0, disk);
    await until(again, (state) => state.status === "live" && state.epoch === 1 && state.synced);
    expect(annotationsOf(again.doc).has("a1")).toBe(true);
  });

  it("[RM2] is not called saved by a join that finds it there", async () => {
    const a = come("attending", 0);
    await until(a, saved);
    await stop();
    putAnnotation(a.doc, mark("attending", "a1"));
    await until(a, (state) => state.saved.state === "saving");
    const looker = come("resident", 0);
    await vi.waitFor(() => expect(annotationsOf(looker.doc).has("a1")).toBe(true));
    sockets[0]!.disconnect();
    await until(a, (state) => state.status === "offline");
    const told: string[] = [];
    a.subscribe(() => told.push(a.snapshot().saved.state));
    sockets[0]!.connect();
    await until(a, (state) => state.status === "live" && state.saved.state === "saving");
    await until(looker, (state) => state.people.length === 2);
    expect(told).not.toContain("saved");
    await goOn();
    await until(a, saved);
  });
});
