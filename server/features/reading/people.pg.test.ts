import { readingDocument, reportDocument } from "@readroom/shared/contract/room.js";
import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { annotationsOf, putAnnotation } from "@readroom/shared/crdt/reading.js";
import type { Actor, GuestActor } from "@readroom/shared/domain/access.js";
import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { RoomProvider } from "../../../client/kernel/room/provider.js";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { type ReadingWorld, seedReadingWorld } from "../../../e2e/fixtures/reading.js";
import { connect, enter, type RoomsHub, saved, startRooms, until } from "../../../e2e/fixtures/rooms.js";
import type { PublishedEvent } from "../../kernel/reactions.js";
import { changeRole, invite, mayInviteAs, roomList, sendOut, standingIn } from "./people.js";

let database: FreshDatabase;
let world: ReadingWorld;
let hub: RoomsHub;
let guest: GuestActor;
let doc: string;
const sockets: Socket[] = [];
const rooms: RoomProvider[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  const actors: Record<string, Actor> = {};
  hub = await startRooms(database.url, actors);
  const { pool } = hub.deps.db;
  world = await seedReadingWorld(pool);
  const { rows } = await pool.query<{ id: string }>(
    `INSERT INTO join_link (hash, study_id, guest_name, guest_role, room_role, created_by, expires_at, used_at, guest_session_hash, guest_session_expires_at)
     VALUES ('h', $1, 'Dr Phone', 'Clinician', 'referrer', $2, now() + interval '1 hour', now(), 's', now() + interval '1 hour') RETURNING id`,
    [world.studyId, world.people.attending.userId],
  );
  guest = {
    kind: "guest",
    linkId: rows[0]?.id ?? "",
    name: "Dr Phone",
    role: "Clinician",
    studyId: world.studyId,
    findingId: null,
    hospitalIds: [world.hospitalId],
    address: "",
  };
  Object.assign(actors, world.people, { guest });
  doc = readingDocument(world.studyId);
});
afterEach(async () => {
  for (const room of rooms.splice(0)) room.destroy();
  for (const socket of sockets.splice(0)) socket.disconnect();
  await hub.deps.db.pool.query("DELETE FROM room_member");
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
  await until(room, (state) => state.status === "live" || state.refused !== null);
  return room;
}

/** What the relay would publish after a change of the room's people. */
function published(type: string): void {
  const event: PublishedEvent = {
    ...{ id: "1", stream: `room:${world.studyId}`, version: 1, type, topics: [`study:${world.studyId}`] },
    payload: { studyId: world.studyId },
    ...{ actor: { kind: "user", id: "", name: "" }, at: Date.now(), publishedSeq: 1 },
  };
  hub.gateway.publish(event);
}

const mark = (author: { id: string; name: string }, id: string): AnnotationRecord => ({
  ...{ id, v: 1, kind: "probe", frameOfReferenceUid: null, studyInstanceUid: "1.2.3", seriesInstanceUid: "1.2.3.1" },
  ...{ sopInstanceUid: "1.2.3.1.1", frame: 1, points: [[1, 2, 0]], spacing: "none", author },
  createdAt: "2026-11-28T03:00:00.000Z",
});
const rightsOf = (room: RoomProvider): string => {
  const rights = room.snapshot().self?.rights;
  return ["see", "point", "mark", "write", "drive"].filter((name) => rights?.[name as "see"]).join(" ");
};

describe("roles in the room", () => {
  it("[RC1] each comes in as what fits: the holder reads, colleagues co-read, others point, a link as it says", async () => {
    const parts = await Promise.all(["attending", "resident", "referrer", "guest"].map(come));
    expect(parts.map((room) => room.snapshot().self?.roomRole)).toEqual(["reader", "coreader", "referrer", "referrer"]);
    expect(parts.map(rightsOf)).toEqual(["see point mark drive", "see point mark drive", "see point", "see point"]);
    expect((await come("stranger")).snapshot().refused?.code).toBe("not_found");
  });

  it("[RC3] a role that is raised and lowered reaches the live screen, and the hub holds to it per message", async () => {
    const { attending } = world.people;
    const phone = await come("guest");
    const author = { id: guest.linkId, name: guest.name };
    putAnnotation(phone.doc, mark(author, "early"));
    await until(phone, (state) => state.saved.state === "refused");
    expect(phone.snapshot().saved).toMatchObject({ reason: "You may look and point in this room, but not mark." });

    expect((await changeRole(hub.deps, attending, world.studyId, guest.linkId, "presenter")).ok).toBe(true);
    published("room.role");
    await until(phone, (state) => state.self?.rights.mark === true);
    putAnnotation(phone.doc, { ...mark(author, "allowed"), status: "draft" });
    await until(phone, saved);
    const reader = await come("attending");
    expect(annotationsOf(reader.doc).has("allowed")).toBe(true);
    expect(annotationsOf(reader.doc).has("early")).toBe(false);

    expect((await phone.present(true)) === null).toBe(true);
    await until(reader, (state) => state.presenter !== null);
    expect((await changeRole(hub.deps, attending, world.studyId, guest.linkId, "guest")).ok).toBe(true);
    published("room.role");
    await until(phone, (state) => state.self?.rights.point === false && state.presenter === null);
    expect(await phone.present(true)).toMatchObject({ code: "forbidden" });
    expect(await phone.request("room.say", { text: "hello" })).toMatchObject({ ok: false });
  });

  it("[RC4] who is sent out leaves at once, and stays out until let in again", async () => {
    const { attending, resident } = world.people;
    const room = await come("resident");
    expect((await sendOut(hub.deps, attending, world.studyId, resident.userId)).ok).toBe(true);
    published("room.out");
    await until(room, (state) => state.refused !== null);
    expect(room.snapshot().refused?.message).toBe("You were asked to leave this room.");
    expect((await come("resident")).snapshot().refused?.code).toBe("forbidden");
    const policy = await standingIn(hub.deps, resident, world.studyId);
    expect(policy.ok).toBe(false);
    await changeRole(hub.deps, attending, world.studyId, resident.userId, "referrer");
    expect(rightsOf(await come("resident"))).toBe("see point");
  });

  it("[RC2] only who runs the room changes roles; the holder's own role is nobody's to change; nobody gives more than they have", async () => {
    const { attending, resident, referrer } = world.people;
    await Promise.all([come("attending"), come("resident"), come("referrer")]);
    const by = (actor: Actor, whom: string) => changeRole(hub.deps, actor, world.studyId, whom, "guest");
    expect(await by(resident, referrer.userId)).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await by(guest, referrer.userId)).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await by(attending, attending.userId)).toMatchObject({ ok: false, error: { code: "forbidden" } });
    expect(await by(world.people.stranger, referrer.userId)).toMatchObject({ ok: false, error: { code: "not_found" } });
    expect((await mayInviteAs(hub.deps, resident, world.studyId, "presenter")).ok).toBe(true);
    await changeRole(hub.deps, attending, world.studyId, resident.userId, "presenter");
    expect((await mayInviteAs(hub.deps, resident, world.studyId, "guest")).ok).toBe(false);
  });

  it("[RC5] the list says who was asked in, who came and as what; an invitation tells the person", async () => {
    const { attending, resident } = world.people;
    expect((await invite(hub.deps, attending, world.studyId, { userId: resident.userId, role: "presenter" })).ok).toBe(
      true,
    );
    const { rows } = await hub.deps.db.pool.query<{ topics: string[] }>(
      "SELECT topics FROM outbox WHERE type = 'room.invited' ORDER BY at DESC LIMIT 1",
    );
    expect(rows[0]?.topics).toContain(`user:${resident.userId}`);
    const before = await roomList(hub.deps, hub.rooms.documents, attending, world.studyId);
    expect(before.ok && before.value.people.find((one) => one.personId === resident.userId)).toMatchObject({
      ...{ state: "invited", role: "presenter", here: false, invitedByName: "attending" },
    });
    expect(rightsOf(await come("resident"))).toBe("see point mark drive");
    const after = await roomList(hub.deps, hub.rooms.documents, attending, world.studyId);
    expect(after.ok && after.value.people.find((one) => one.personId === resident.userId)).toMatchObject({
      ...{ state: "entered", here: true },
    });
    expect(reportDocument(world.studyId, 1)).toContain("report:");
  });
});

describe("company", () => {
  it("[RC6] what is said reaches all, plain; it is gone with the last person", async () => {
    const [reader, phone] = [await come("attending"), await come("guest")];
    const said = await reader.request("room.say", { text: "  look\u202e at\u0007 segment 4\n\n\n\n " });
    expect(said.ok).toBe(true);
    const heard = await phone.request("room.lines", {});
    expect(heard).toMatchObject({ ok: true, value: [{ text: "look at segment 4", name: "attending", guest: false }] });
    expect(await reader.request("room.say", { text: "\u200b " })).toMatchObject({ ok: false });
    expect(await reader.request("room.say", { text: "x".repeat(501) })).toMatchObject({ ok: false });
    const flood = await Promise.all(Array.from({ length: 12 }, () => phone.request("room.say", { text: "again" })));
    expect(flood.filter((answer) => !answer.ok && answer.error.code === "throttled").length).toBeGreaterThan(5);
    reader.destroy();
    phone.destroy();
    const later = await come("attending");
    expect(await later.request("room.lines", {})).toEqual({ ok: true, value: [] });
  });

  it("[RC7] who hides shows no view and no pointer to anybody, but is seen while leading", async () => {
    const [reader, colleague] = [await come("attending"), await come("resident")];
    const seen: string[] = [];
    colleague.on("view", () => seen.push("view"));
    colleague.on("pointer", (_key, place) => void (place && seen.push("pointer")));
    const view = {
      ...{ studyInstanceUid: "1.2.3", seriesInstanceUid: "1.2.3.1", sopInstanceUid: "1.2.3.1.1", frame: 1 },
      ...{
        voi: { windowWidth: 80, windowCenter: 40 },
        invert: false,
        pan: [0, 0],
        zoom: 240,
        aspect: 1.5,
        rotation: 0,
      },
      ...{ flipHorizontal: false, flipVertical: false },
    };
    const place = { frameOfReferenceUid: null, worldMm: [1, 2, 3] };
    const pointAt = {
      ...place,
      studyInstanceUid: "1.2.3",
      seriesInstanceUid: "1.2.3.1",
      sopInstanceUid: "1.2.3.1.1",
      frame: 1,
    };
    await reader.request("room.presence", { hidden: true });
    await until(colleague, (state) => state.people.some((one) => one.hidden));
    await reader.request("room.view", { view });
    await reader.request("room.pointer", { place: pointAt });
    await colleague.request("room.lines", {});
    expect(seen).toEqual([]);
    await reader.present(true);
    await reader.request("room.view", { view });
    await reader.request("room.say", { text: "now" });
    await colleague.request("room.lines", {});
    await expect.poll(() => seen).toEqual(["view"]);
  });
});
