import { privateDocument, ROOM_LIMITS, RoomFrame, readingDocument } from "@readroom/shared/contract/room.js";
import { type AnnotationRecord, acceptedRecord } from "@readroom/shared/crdt/annotation.js";
import { annotationsOf, putAnnotation } from "@readroom/shared/crdt/reading.js";
import type { Actor, GuestActor } from "@readroom/shared/domain/access.js";
import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import * as Y from "yjs";
import type { RoomProvider } from "../../../client/kernel/room/provider.js";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { type ReadingWorld, seedReadingWorld } from "../../../e2e/fixtures/reading.js";
import { connect, enter, type RoomsHub, saved, startRooms, until } from "../../../e2e/fixtures/rooms.js";
import { openDatabase } from "../../kernel/database.js";

let database: FreshDatabase;
let world: ReadingWorld;
let hub: RoomsHub;
let actors: Record<string, Actor>;
let doc: string;
const sockets: Socket[] = [];
const rooms: RoomProvider[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  const db = openDatabase(database.url);
  world = await seedReadingWorld(db.pool);
  await db.close();
  const guest: GuestActor = {
    kind: "guest",
    linkId: "link",
    name: "Dr Phone",
    role: "referrer",
    studyId: world.studyId,
    findingId: null,
    hospitalIds: [world.hospitalId],
    address: "",
  };
  actors = { ...world.people, guest };
  doc = readingDocument(world.studyId);
});
afterAll(() => database.drop());
beforeEach(async () => {
  hub = await startRooms(database.url, actors);
  await hub.deps.db.pool.query(
    "DELETE FROM crdt_update; DELETE FROM crdt_snapshot; DELETE FROM crdt_client; DELETE FROM crdt_document",
  );
});
afterEach(async () => {
  for (const room of rooms.splice(0)) room.destroy();
  for (const socket of sockets.splice(0)) socket.disconnect();
  await hub.stop();
});

function come(name: string, document = doc): RoomProvider {
  const socket = connect(hub.port, name);
  sockets.push(socket);
  const room = enter(socket, document);
  rooms.push(room);
  return room;
}

function mark(author: { id: string; name: string }, id: string, x = 1): AnnotationRecord {
  return {
    id,
    v: 1,
    kind: "length",
    frameOfReferenceUid: "1.2",
    studyInstanceUid: "1.2.3",
    seriesInstanceUid: "1.2.4",
    sopInstanceUid: "1.2.5",
    frame: 1,
    points: [
      [0, 0, 0],
      [x, 0, 0],
    ],
    spacing: "patient",
    author,
    createdAt: "2026-11-24T02:14:00.000Z",
    stats: { lengthMm: x },
  };
}
const me = (name: keyof ReadingWorld["people"]) => ({ id: world.people[name].userId, name: world.people[name].name });
const rowCount = async (): Promise<number> =>
  (await hub.deps.db.pool.query<{ n: number }>("SELECT count(*) AS n FROM crdt_update WHERE document_id = $1", [doc]))
    .rows[0]!.n;
const raw = (socket: Socket, name: string, body: object) => socket.emitWithAck(name, { document: doc, ...body });
const rawJoin = (socket: Socket, client: number) =>
  raw(socket, "room.join", { stateVector: Y.encodeStateVector(new Y.Doc()), client });

describe("rooms", () => {
  it("[RM1] an edit is with the others at once, and saved means committed", async () => {
    const [a, b] = [come("attending"), come("resident")];
    await Promise.all([until(a, saved), until(b, saved)]);
    const arrived = new Promise<void>((resolve) => annotationsOf(b.doc).observe(() => resolve()));
    putAnnotation(a.doc, mark(me("attending"), "m1"));
    expect(a.snapshot().saved.state).toBe("saving");
    await arrived;
    await until(a, saved);
    expect(await rowCount()).toBe(1);
    const { rows } = await hub.deps.db.pool.query(
      "SELECT actor_id FROM crdt_client WHERE document_id = $1 AND client_id = $2",
      [doc, a.doc.clientID],
    );
    expect(rows).toEqual([{ actor_id: world.people.attending.userId }]);
  });

  it("[RM2] what was saved is there after a kill, and so is what was kept here meanwhile", async () => {
    const a = come("attending");
    await until(a, saved);
    putAnnotation(a.doc, mark(me("attending"), "m1"));
    await until(a, saved);
    const { port } = hub;
    await hub.kill();
    await until(a, (state) => state.status === "offline");
    putAnnotation(a.doc, mark(me("attending"), "m2"));
    expect(a.snapshot().saved).toEqual({ state: "offline", edits: 1 });
    hub = await startRooms(database.url, actors, port);
    await until(a, saved);
    const b = come("resident");
    await until(b, saved);
    expect([...annotationsOf(b.doc).keys()].sort()).toEqual(["m1", "m2"]);
  });

  it("[RM3] a snapshot is written from committed rows after 500, and a room opened from it is the same", async () => {
    const a = come("attending");
    await until(a, saved);
    for (let n = 0; n < 130; n += 1) {
      for (let k = 0; k < 4; k += 1) {
        putAnnotation(a.doc, mark(me("attending"), `m${n}`, k + 1));
        await Promise.resolve();
      }
      if (n % 20 === 0) await until(a, saved);
    }
    await until(a, saved);
    for (const id of ["x", "y", "z"]) {
      putAnnotation(a.doc, mark(me("attending"), id));
      await until(a, saved);
    }
    const rows = await rowCount();
    const { port } = hub;
    await hub.stop();
    hub = await startRooms(database.url, actors, port);
    const snapshot = await hub.deps.db.pool.query<{ up_to_seq: number }>(
      "SELECT up_to_seq FROM crdt_snapshot WHERE document_id = $1",
      [doc],
    );
    if (rows >= 500) expect(snapshot.rows[0]?.up_to_seq).toBeGreaterThanOrEqual(500);
    const b = come("resident");
    await until(b, saved);
    expect(annotationsOf(b.doc).size).toBe(133);
    expect(b.doc.getMap("annotations").toJSON()).toEqual(a.doc.getMap("annotations").toJSON());
  });

  it("[RM4] malformed, misshapen, oversized and gapped edits are refused, not passed on, and harm nothing", async () => {
    const watcher = come("resident");
    await until(watcher, saved);
    const heard: unknown[] = [];
    watcher.doc.on("update", (update) => heard.push(update));
    const socket = connect(hub.port, "attending");
    sockets.push(socket);
    const draft = new Y.Doc();
    expect((await rawJoin(socket, draft.clientID)).ok).toBe(true);
    const send = async (update: Uint8Array) => (await raw(socket, "room.update", { update })).error?.code;
    const made = (change: (doc: Y.Doc) => void): Uint8Array => {
      const one = new Y.Doc();
      change(one);
      return Y.encodeStateAsUpdate(one);
    };
    expect(await send(new Uint8Array([9, 9, 9]))).toBe("invalid");
    expect(await send(made((one) => one.getMap("annotations").set("m", { any: "thing" })))).toBe("invalid");
    expect(await send(made((one) => one.getMap("annotations").set("other", mark(me("attending"), "m"))))).toBe(
      "invalid",
    );
    expect(await send(made((one) => one.getMap("elsewhere").set("m", 1)))).toBe("invalid");
    expect(await send(made((one) => one.getArray("annotations").push([1])))).toBe("invalid");
    expect(await send(new Uint8Array(ROOM_LIMITS.updateBytes + 1))).toBe("invalid");
    draft.getMap("annotations").set("first", mark(me("attending"), "first"));
    const known = Y.encodeStateVector(draft);
    draft.getMap("annotations").set("second", mark(me("attending"), "second"));
    expect((await raw(socket, "room.update", { update: Y.encodeStateAsUpdate(draft, known) })).error).toMatchObject({
      code: "conflict",
      detail: { resync: true },
    });
    expect(heard).toEqual([]);
    expect(await rowCount()).toBe(0);
    expect(await send(Y.encodeStateAsUpdate(draft))).toBeUndefined();
    expect(await rowCount()).toBe(1);
  });

  it("[RM5] nobody marks in another's name, changes who made a mark, or writes under another's client id", async () => {
    const clock = { now: () => Date.now() };
    const { port } = hub;
    await hub.stop();
    const start = Date.now();
    hub = await startRooms(database.url, actors, port, { now: () => clock.now() });
    const a = come("attending");
    await until(a, saved);
    putAnnotation(a.doc, mark(me("attending"), "m1"));
    await until(a, saved);
    clock.now = () => start + 120_000;
    const socket = connect(hub.port, "resident");
    sockets.push(socket);
    const draft = new Y.Doc();
    await rawJoin(socket, draft.clientID);
    const send = async (doc: Y.Doc) =>
      (await raw(socket, "room.update", { update: Y.encodeStateAsUpdate(doc) })).error?.code;
    draft.getMap("annotations").set("m2", mark(me("attending"), "m2"));
    expect(await send(draft)).toBe("forbidden");
    const takeOver = new Y.Doc();
    Y.applyUpdate(takeOver, Y.encodeStateAsUpdate(a.doc));
    takeOver.getMap("annotations").set("m1", mark(me("resident"), "m1"));
    expect(await send(takeOver)).toBe("forbidden");
    const moved = new Y.Doc();
    Y.applyUpdate(moved, Y.encodeStateAsUpdate(a.doc));
    moved.getMap("annotations").set("m1", mark(me("attending"), "m1", 9));
    expect(await send(moved)).toBeUndefined();
    const forged = new Y.Doc();
    Y.applyUpdate(forged, Y.encodeStateAsUpdate(a.doc));
    forged.clientID = a.doc.clientID;
    forged.getMap("annotations").set("m3", mark(me("attending"), "m3"));
    expect(await send(forged)).toBe("forbidden");
  });

  it("[RM5] a mark changed by one while another deletes it comes back under its author's name", async () => {
    const [a, b] = [come("attending"), come("resident")];
    await Promise.all([until(a, saved), until(b, saved)]);
    putAnnotation(a.doc, mark(me("attending"), "m1"));
    await until(a, saved);
    await vi.waitFor(() => expect(annotationsOf(b.doc).has("m1")).toBe(true));
    sockets[1]!.disconnect();
    putAnnotation(b.doc, mark(me("attending"), "m1", 7));
    annotationsOf(a.doc).delete("m1");
    await until(a, saved);
    sockets[1]!.connect();
    await until(b, saved);
    expect(b.snapshot().epoch).toBe(0);
    await vi.waitFor(() => expect(annotationsOf(a.doc).get("m1")).toEqual(mark(me("attending"), "m1", 7)));
  });

  it("[RM15] what a presenter draws is a draft, and who reads the study makes it a part of the record", async () => {
    const { referrer } = world.people;
    await hub.deps.db.pool.query(
      "INSERT INTO room_member (study_id, person_id, name, role) VALUES ($1, $2, 'referrer', 'presenter')",
      [world.studyId, referrer.userId],
    );
    const [a, b] = [come("attending"), come("referrer")];
    await Promise.all([until(a, saved), until(b, saved)]);
    expect(b.snapshot().self?.rights).toMatchObject({ mark: true, accept: false });
    expect(a.snapshot().self?.rights).toMatchObject({ mark: true, accept: true });
    const draft = { ...mark(me("referrer"), "m1"), status: "draft" as const };
    putAnnotation(b.doc, draft);
    await vi.waitFor(() => expect(annotationsOf(a.doc).get("m1")).toEqual(draft));
    putAnnotation(a.doc, acceptedRecord(draft, me("attending")));
    await vi.waitFor(() => expect(annotationsOf(b.doc).get("m1")).toMatchObject({ acceptedBy: me("attending") }));
    await until(b, saved);
    putAnnotation(b.doc, mark(me("referrer"), "m2"));
    await until(b, (state) => state.saved.state === "refused" || state.epoch > 0);
    expect(annotationsOf(a.doc).has("m2")).toBe(false);
    await hub.deps.db.pool.query("DELETE FROM room_member");
  });

  it("[RM16] private marks are kept like others and nobody else enters their document, whatever their role", async () => {
    const own = privateDocument(world.studyId, world.people.attending.userId);
    const a = come("attending", own);
    await until(a, saved);
    putAnnotation(a.doc, { ...mark(me("attending"), "p1"), status: "draft" });
    await until(a, saved);
    const elsewhere = come("attending", own);
    await until(elsewhere, saved);
    expect([...annotationsOf(elsewhere.doc).keys()]).toEqual(["p1"]);
    for (const name of ["resident", "referrer", "guest", "stranger"]) {
      const other = come(name, own);
      await until(other, (state) => state.refused !== null);
      expect(other.snapshot().refused).toMatchObject({ code: "not_found" });
      expect(annotationsOf(other.doc).size).toBe(0);
    }
    const shared = come("resident");
    await until(shared, saved);
    expect(annotationsOf(shared.doc).size).toBe(0);
  });

  it("[RM6] a guest comes by name, sees and points, and may not mark; a foreign tenant finds no room", async () => {
    const [a, guest, stranger] = [come("attending"), come("guest"), come("stranger")];
    await Promise.all([until(a, saved), until(guest, saved)]);
    await until(a, (state) => state.people.length === 2);
    expect(guest.snapshot().self).toMatchObject({
      name: "Dr Phone",
      guest: true,
      rights: { see: true, point: true, mark: false, accept: false, write: false },
    });
    const place = {
      frameOfReferenceUid: "1.2",
      studyInstanceUid: "1.2.3",
      seriesInstanceUid: "1.2.4",
      sopInstanceUid: "1.2.5",
      frame: 3,
      worldMm: [1.5, -2, 30] as [number, number, number],
    };
    const pointed = new Promise((resolve) => a.on("pointer", (key, at) => resolve([key, at])));
    guest.sendPointer(place);
    expect(await pointed).toEqual([guest.snapshot().self?.key, place]);
    putAnnotation(guest.doc, mark({ id: "link", name: "Dr Phone" }, "g"));
    await until(guest, (state) => state.saved.state === "refused" || state.epoch > 0);
    await until(guest, (state) => state.synced && state.status === "live");
    expect(annotationsOf(guest.doc).size).toBe(0);
    expect(annotationsOf(a.doc).size).toBe(0);
    await until(stranger, (state) => state.refused?.code === "not_found");
  });

  it("[RM7] follow: the presenter's view reaches those who are there and those who come later; it ends with the presenter", async () => {
    const [a, b] = [come("attending"), come("resident")];
    await Promise.all([until(a, saved), until(b, saved)]);
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
    const seen = new Promise((resolve) => b.on("view", (_key, what) => resolve(what)));
    expect(await a.present(true)).toBeNull();
    a.sendView(view);
    expect(await seen).toEqual(view);
    const key = a.snapshot().self!.key;
    const late = come("guest");
    await until(late, (state) => state.synced && state.presenter === key);
    expect(late.views.get(key)).toEqual(view);
    sockets[0]!.disconnect();
    await until(b, (state) => state.presenter === null && state.people.length === 2);
  });

  it("[RM8] a frozen document refuses edits, says so, and keeps count of what was not taken", async () => {
    const a = come("attending");
    await until(a, saved);
    await hub.rooms.documents.hold(doc, async () => {
      await hub.deps.db.pool.query(
        "UPDATE crdt_document SET frozen_at = now(), frozen_reason = 'signed final' WHERE id = $1",
        [doc],
      );
      return { freeze: "signed final", value: null };
    });
    await until(a, (state) => state.frozen === "signed final");
    putAnnotation(a.doc, mark(me("attending"), "m1"));
    expect(a.snapshot().saved).toEqual({ state: "frozen", edits: 1 });
    const socket = connect(hub.port, "attending");
    sockets.push(socket);
    const draft = new Y.Doc();
    draft.getMap("annotations").set("m1", mark(me("attending"), "m1"));
    expect(await rawJoin(socket, draft.clientID)).toMatchObject({ ok: true, value: { frozen: "signed final" } });
    expect((await raw(socket, "room.update", { update: Y.encodeStateAsUpdate(draft) })).error.code).toBe("frozen");
    expect(await rowCount()).toBe(0);
  });

  it("[RM9] a right withdrawn ends the person's place in the room at the next event of the study", async () => {
    const a = come("referrer");
    await until(a, saved);
    await hub.deps.db.pool.query(
      "UPDATE study SET organisation_id = (SELECT id FROM organisation WHERE code = 'south') WHERE id = $1",
      [world.studyId],
    );
    try {
      hub.gateway.publish({
        id: "1",
        stream: "study:1",
        version: 1,
        type: "study.changed",
        payload: { studyId: world.studyId },
        topics: ["none"],
        actor: { kind: "system", id: "", name: "" },
        at: 0,
        publishedSeq: 1,
      });
      await until(a, (state) => state.refused?.code === "forbidden");
      expect(hub.rooms.documents.people(doc)).toEqual([]);
    } finally {
      await hub.deps.db.pool.query("UPDATE study SET organisation_id = $2 WHERE id = $1", [
        world.studyId,
        world.hospitalId,
      ]);
    }
  });

  it("[RM10] one's own pointer does not come back, one's own edit under the hub's seal alone; joining is in the audit trail", async () => {
    const a = come("attending");
    await until(a, saved);
    const echoes: RoomFrame[] = [];
    sockets[0]!.on("room.frame", (frame: unknown) => echoes.push(RoomFrame.parse(frame)));
    a.sendPointer(null);
    await sockets[0]!.emitWithAck("clock");
    putAnnotation(a.doc, mark(me("attending"), "m1"));
    await until(a, saved);
    expect(echoes).toHaveLength(1);
    expect(echoes[0]).toMatchObject({ n: 1, c: 0, s: expect.any(Uint8Array) });
    expect(echoes[0]?.p).toBeUndefined();
    const { rows } = await hub.deps.db.pool.query(
      "SELECT actor_id, study_id, patient_id FROM audit_event WHERE action = 'room.join' AND subject = $1 ORDER BY inserted_seq DESC LIMIT 1",
      [doc],
    );
    expect(rows).toEqual([
      { actor_id: world.people.attending.userId, study_id: world.studyId, patient_id: world.patientId },
    ]);
  });

  it("[RM13] edits under a number that is somebody else's already are put aside, not lost", async () => {
    const a = come("attending");
    const mine = sockets[0]!;
    mine.disconnect();
    const other = connect(hub.port, "resident");
    sockets.push(other);
    putAnnotation(a.doc, mark(me("attending"), "m1"));
    const { clientID } = a.doc;
    await other.emitWithAck("room.join", {
      document: doc,
      stateVector: Y.encodeStateVector(new Y.Doc()),
      client: clientID,
    });
    mine.connect();
    await until(a, (state) => state.epoch === 1 && state.late.length === 1 && state.synced);
    expect(a.snapshot().late[0]).toMatchObject({ code: "conflict", edits: 1 });
    expect(a.doc.clientID).not.toBe(clientID);
  });

  it("[RM14] a full room says so, and lets the next one in when somebody goes; a page can't be in any number of rooms", async () => {
    const many = Array.from({ length: ROOM_LIMITS.people }, () => come("attending"));
    await Promise.all(many.map((room) => until(room, saved, 25_000)));
    const late = come("resident");
    await until(late, (state) => state.refused?.code === "too_large", 20_000);
    expect(late.snapshot().refused?.message).toBe("This room is full: 64 people are in it.");
    const socket = sockets[0]!;
    const ids = await hub.deps.db.pool.query<{ id: string }>(
      `INSERT INTO study (organisation_id, site_id, study_instance_uid, modalities, body_part, state, match_state, group_id)
       SELECT organisation_id, site_id, '2.25.7' || n, modalities, body_part, state, match_state, group_id FROM study, generate_series(1, 30) n
       WHERE id = $1 RETURNING id`,
      [world.studyId],
    );
    const answers: { ok: boolean; error?: { message: string } }[] = [];
    for (const { id } of ids.rows)
      answers.push(
        await socket.emitWithAck("room.join", {
          document: readingDocument(id),
          stateVector: Y.encodeStateVector(new Y.Doc()),
          client: 7,
        }),
      );
    expect(answers.filter(({ ok }) => ok)).toHaveLength(ROOM_LIMITS.roomsPerConnection - 1);
    expect(answers.at(-1)?.error?.message).toBe("This page is in 24 rooms: leave one first.");
  }, 60_000);
});
