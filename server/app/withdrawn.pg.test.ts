import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readingDocument } from "@readroom/shared/contract/room.js";
import { bodyOf } from "@readroom/shared/crdt/report.js";
import pino from "pino";
import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { RoomProvider } from "../../client/kernel/room/provider.js";
import { type FreshDatabase, freshDatabase } from "../../e2e/fixtures/database.js";
import { lineOf, logIn, type Person } from "../../e2e/fixtures/person.js";
import { saved, until } from "../../e2e/fixtures/rooms.js";
import { readConfig } from "./config.js";
import { type Hub, startHub } from "./hub.js";

/** "At once": through the outbox, the relay and the followers, on a busy machine. */
const AT_ONCE_MS = 3_000;

const data = mkdtempSync(join(tmpdir(), "readroom-withdrawn-"));
let database: FreshDatabase;
let hub: Hub;
let url: string;
let studyId: string;
let attending: Person;
let resident: Person;
const rooms: RoomProvider[] = [];
const sockets: Socket[] = [];

beforeAll(async () => {
  database = await freshDatabase();
  const config = readConfig({
    READROOM_DATA: data,
    READROOM_HTTP_HOST: "127.0.0.1",
    READROOM_HTTP_PORT: "0",
    READROOM_ROLES: "web,relay",
    READROOM_DEMO: "on",
    READROOM_DEMO_TRAFFIC: "0",
  });
  hub = await startHub(config, database.url, {
    log: pino({ level: "silent" }),
    say: () => undefined,
  });
  url = `http://127.0.0.1:${(hub.app.server.address() as AddressInfo).port}`;
}, 120_000);
afterAll(async () => {
  await hub.stop();
  await database.drop();
  rmSync(data, { recursive: true, force: true });
});

beforeEach(async () => {
  [attending, resident] = [
    await logIn(url, "lindqvist@nightline.example"),
    await logIn(url, "okafor@nightline.example"),
  ];
  const { rows } = await hub.deps.db.pool.query<{ id: string }>(
    `INSERT INTO study (organisation_id, site_id, study_instance_uid, modalities, body_part, state, match_state, group_id, routable,
       claim_state, claimed_by, claim_fence, claim_until)
     SELECT s.organisation_id, s.id, '2.25.' || (random() * 1e15)::bigint, '{CT}', 'HEAD', 'readable', 'matched', c.group_id, true, 'held', u.id, 1, now() + interval '1 hour'
     FROM site s JOIN contract c ON c.hospital_id = s.organisation_id JOIN user_account u ON u.organisation_id = c.group_id
     WHERE u.email = 'lindqvist@nightline.example' LIMIT 1 RETURNING id`,
  );
  studyId = rows[0]!.id;
  const begun = await attending.send("POST", `/api/studies/${studyId}/report`, {});
  expect(begun.status, JSON.stringify(begun.body)).toBe(200);
});
afterEach(() => {
  for (const room of rooms.splice(0)) room.destroy();
  for (const socket of sockets.splice(0)) socket.disconnect();
});

async function enter(person: Person, documentId: string): Promise<{ room: RoomProvider; socket: Socket }> {
  const socket = person.socket();
  sockets.push(socket);
  const room = new RoomProvider({ socket, documentId });
  rooms.push(room);
  await until(room, saved);
  return { room, socket };
}

const report = (): string => `report:${studyId}:1`;
const gone = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the line is still open")), AT_ONCE_MS);
    socket.once("disconnect", (reason) => {
      clearTimeout(timer);
      resolve(reason);
    });
  });
const write = (room: RoomProvider, words: string): void =>
  bodyOf(room.doc).forEach((section) => {
    const paragraph = new Y.XmlElement("paragraph");
    (section as Y.XmlElement).insert(0, [paragraph]);
    paragraph.insert(0, [new Y.XmlText(words)]);
  });
const stored = async (): Promise<string> =>
  (
    await hub.deps.db.pool.query<{ all: string }>(
      "SELECT coalesce(string_agg(encode(\"update\", 'escape'), ''), '') AS all FROM crdt_update WHERE document_id = $1",
      [report()],
    )
  ).rows[0]!.all;

describe("a right that is withdrawn", () => {
  it("[RM9] the claim given back: the open report can no longer be written, on the same line, and what comes later is put aside", async () => {
    const { room, socket } = await enter(attending, report());
    const other = await enter(resident, report());
    expect(room.snapshot().self?.rights.write).toBe(true);
    const released = await attending.send("POST", `/api/studies/${studyId}/release`, { fence: 1 });
    expect(released.status, JSON.stringify(released.body)).toBe(200);
    await Promise.all(
      [room, other.room].map((one) => until(one, (state) => state.self?.rights.write === false, AT_ONCE_MS)),
    );
    write(other.room, "too late");
    await until(other.room, (state) => state.late.length === 1);
    expect(socket.connected && other.socket.connected).toBe(true);
    expect(await stored()).not.toContain("too late");
  });

  it("[RM9] roles taken away: the line ends at once, and the one that comes back is nobody's", async () => {
    const { room, socket } = await enter(resident, report());
    const administrator = await logIn(url, "haddad@nightline.example");
    const { users } = await administrator.get<{ users: { id: string; email: string; roles: unknown[] }[] }>(
      "/api/admin/users",
    );
    const okafor = users.find((user) => user.email === "okafor@nightline.example")!;
    const ended = gone(socket);
    const change = (body: object) => administrator.send("PATCH", `/api/admin/users/${okafor.id}`, body);
    expect((await change({ disabled: true })).status).toBe(200);
    await ended;
    write(room, "after the end");
    await new Promise<void>((resolve) => {
      socket.io.once("reconnect_attempt", () => resolve());
      socket.once("connect_error", () => resolve());
      socket.connect();
    });
    expect(room.snapshot().saved.state).toBe("offline");
    expect(await stored()).not.toContain("after the end");
    expect((await change({ disabled: false })).status).toBe(200);
  });

  it("[RM9] logged out in another window: the line ends at once", async () => {
    const { socket } = await enter(attending, readingDocument(studyId));
    const ended = gone(socket);
    expect((await attending.send("DELETE", "/api/session")).status).toBeLessThan(300);
    await ended;
  });

  it("[RM9] a link taken back: the guest's line ends at once", async () => {
    const made = await attending.send<{ url: string; linkId: string }>("POST", `/api/studies/${studyId}/links`, {
      name: "Dr Phone",
    });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const joined = await fetch(`${url}/api/join`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: made.body.url.split("#").at(-1), name: "Dr Phone" }),
    });
    expect(joined.status, await joined.clone().text()).toBeLessThan(300);
    const cookie = joined.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    const socket = lineOf(url, cookie);
    sockets.push(socket);
    const room = new RoomProvider({ socket, documentId: readingDocument(studyId) });
    rooms.push(room);
    await until(room, (state) => state.status === "live");
    const ended = gone(socket);
    expect((await attending.send("DELETE", `/api/links/${made.body.linkId}`)).status).toBeLessThan(300);
    await ended;
  });

  it("[RM9] a session that runs out ends its line when it is next asked for", async () => {
    const { socket } = await enter(resident, readingDocument(studyId));
    expect(await hub.sockets.recheck()).toBe(0);
    await hub.deps.db.pool.query(
      "UPDATE session SET expires_at = now() WHERE user_id = (SELECT id FROM user_account WHERE email = 'okafor@nightline.example')",
    );
    const ended = gone(socket);
    expect(await hub.sockets.recheck()).toBe(1);
    await ended;
  });
});
