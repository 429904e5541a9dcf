import { readingDocument } from "@readroom/shared/contract/room.js";
import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { putAnnotation, removeAnnotation } from "@readroom/shared/crdt/reading.js";
import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import type { Socket } from "socket.io-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RoomProvider } from "../../../../client/kernel/room/provider.js";
import { type FreshDatabase, freshDatabase } from "../../../../e2e/fixtures/database.js";
import { type ReadingWorld, seedReadingWorld } from "../../../../e2e/fixtures/reading.js";
import { connect, enter, type RoomsHub, saved, startRooms, until } from "../../../../e2e/fixtures/rooms.js";
import { History } from "./read.js";
import { forgetBefore, screensAt, staysOf } from "./store.js";

let database: FreshDatabase;
let world: ReadingWorld;
let hub: RoomsHub;
let history: History;
let doc: string;
let now = Date.parse("2026-11-28T03:00:00Z");
const sockets: Socket[] = [];
const rooms: RoomProvider[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  const actors: Record<string, Actor> = {};
  hub = await startRooms(database.url, actors, 0, { now: () => now });
  world = await seedReadingWorld(hub.deps.db.pool);
  Object.assign(actors, world.people);
  history = new History(hub.deps, 180, hub.settled);
  doc = readingDocument(world.studyId);
});
afterAll(async () => {
  await hub.stop();
  await database.drop();
});

async function come(name: string): Promise<RoomProvider> {
  const socket = connect(hub.port, name);
  sockets.push(socket);
  const room = enter(socket, doc);
  rooms.push(room);
  await until(room, (state) => state.status === "live");
  return room;
}
const mark = (id: string): AnnotationRecord => ({
  ...{ id, v: 1, kind: "probe", frameOfReferenceUid: null, studyInstanceUid: "1.2.3", seriesInstanceUid: "1.2.3.1" },
  ...{ sopInstanceUid: "1.2.3.1.1", frame: 1, points: [[1, 2, 0]], spacing: "none" },
  author: { id: world.people.attending.userId, name: "attending" },
  createdAt: "2026-11-28T03:00:00.000Z",
});
const view = (sop: string) => ({
  ...{
    studyInstanceUid: "1.2.3",
    seriesInstanceUid: "1.2.3.1",
    sopInstanceUid: sop,
    frame: 1,
    invert: false,
    pan: [0, 0],
  },
  ...{
    voi: { windowWidth: 80, windowCenter: 40 },
    zoom: 240,
    aspect: 1.5,
    rotation: 0,
    flipHorizontal: false,
    flipVertical: false,
  },
});
/** The log has the database's time: the commit's instants as they are there. */
const committed = async (): Promise<number[]> =>
  (
    await hub.deps.db.pool.query<{ at: Date }>("SELECT at FROM crdt_update WHERE document_id = $1 ORDER BY seq", [doc])
  ).rows.map((row) => row.at.getTime());

describe("a room's past", () => {
  it("[RH2] marks stand as they stood at any instant, forwards and back", async () => {
    const reader = await come("attending");
    const pause = () => new Promise((resolve) => setTimeout(resolve, 5));
    putAnnotation(reader.doc, mark("one"));
    await until(reader, saved);
    await pause();
    putAnnotation(reader.doc, mark("two"));
    await until(reader, saved);
    await pause();
    removeAnnotation(reader.doc, "one");
    await until(reader, saved);
    const [first = 0, second = 0, third = 0] = await committed();
    const { attending } = world.people;
    const at = async (instant: number): Promise<string[]> => {
      const state = await history.state(attending, world.studyId, instant);
      return state.ok ? state.value.annotations.map((one) => one.id).sort() : ["refused"];
    };
    expect(await at(first - 1)).toEqual([]);
    expect(await at(first)).toEqual(["one"]);
    expect(await at(second)).toEqual(["one", "two"]);
    expect(await at(third)).toEqual(["two"]);
    expect(await at(second)).toEqual(["one", "two"]);
  });

  it("[RH3] views are kept once a second and on change; nothing of who hides; they go with time, edits stay", async () => {
    const room = await come("resident");
    const { resident } = world.people;
    const kept = async (): Promise<number> =>
      (await hub.deps.db.pool.query("SELECT 1 FROM room_view WHERE person_id = $1", [resident.userId])).rowCount ?? 0;
    for (let n = 1; n <= 20; n += 1) await room.request("room.view", { view: view(`1.2.3.1.${n}`) });
    await expect.poll(kept, { timeout: 5_000 }).toBe(1);
    const [seen] = await screensAt(hub.deps.db, world.studyId, new Date(now));
    expect(seen).toMatchObject({ personId: resident.userId, view: { sopInstanceUid: "1.2.3.1.20" } });
    await room.request("room.presence", { hidden: true });
    await room.request("room.view", { view: view("1.2.3.1.5") });
    now += 2_000;
    await room.request("room.presence", { hidden: false });
    await room.request("room.view", { view: view("1.2.3.1.6") });
    await expect.poll(kept, { timeout: 5_000 }).toBe(2);
    await forgetBefore(hub.deps.db, new Date(now + 1));
    expect(await kept()).toBe(0);
    expect((await committed()).length).toBeGreaterThan(2);
  });

  it("[RH4] a stay has a beginning and an end", async () => {
    const room = await come("referrer");
    now += 7_000;
    room.destroy();
    const { referrer } = world.people;
    await expect
      .poll(async () => {
        const stay = (await staysOf(hub.deps.db, world.studyId)).findLast((one) => one.personId === referrer.userId);
        return stay ? stay.until.getTime() - stay.from.getTime() : -1;
      })
      .toBe(7_000);
  });

  it("[RH4] at the moment that the past is opened, who is here was here until then, and shows what they showed last", async () => {
    const room = await come("attending");
    await room.request("room.presence", { hidden: false });
    await room.request("room.view", { view: view("1.2.3.1.7") });
    now += 9_000;
    const { attending } = world.people;
    const line = await history.line(attending, world.studyId);
    if (!line.ok) throw new Error("refused");
    expect(line.value.people.find((one) => one.personId === attending.userId)?.stays.at(-1)?.until).toBe(now);
    const end = await history.state(attending, world.studyId, now);
    expect(end.ok && end.value.screens.map((one) => one.view.sopInstanceUid)).toEqual(["1.2.3.1.7"]);
    room.destroy();
  });

  it("[RH1] the group's radiologists and administrators read it, nobody else; it is in the audit trail", async () => {
    const { attending, resident, referrer, stranger } = world.people;
    const administrator: UserActor = { ...attending, userId: resident.userId, roles: ["administrator"] };
    const foreign: UserActor = { ...attending, organisationId: stranger.organisationId };
    const line = await history.line(attending, world.studyId);
    expect(line.ok && line.value.people.map((person) => person.name)).toContain("referrer");
    expect(line.ok && line.value.moments.some((one) => one.kind === "marks" && one.name === "attending")).toBe(true);
    expect((await history.line(administrator, world.studyId)).ok).toBe(true);
    for (const actor of [resident, referrer, stranger, foreign])
      expect(await history.line(actor, world.studyId)).toMatchObject({ ok: false, error: { code: "not_found" } });
    const { rows } = await hub.deps.db.pool.query<{ actor: string }>(
      "SELECT actor_id AS actor FROM audit_event WHERE action = 'history.read' AND study_id = $1",
      [world.studyId],
    );
    expect(rows.map((row) => row.actor)).toContain(attending.userId);
    await hub.deps.db.pool.query(
      "INSERT INTO room_member (study_id, person_id, name, out_at) VALUES ($1, $2, 'x', now()) ON CONFLICT (study_id, person_id) DO UPDATE SET out_at = now()",
      [world.studyId, resident.userId],
    );
    const colleague: UserActor = { ...attending, userId: resident.userId };
    expect((await history.line(colleague, world.studyId)).ok).toBe(false);
  });
});
