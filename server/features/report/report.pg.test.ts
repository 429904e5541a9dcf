import type { SignReport } from "@readroom/shared/contract/http/report.js";
import { readingDocument } from "@readroom/shared/contract/room.js";
import { putAnnotation } from "@readroom/shared/crdt/reading.js";
import { bodyOf, hashesOf, readReportSpec, renderReport } from "@readroom/shared/crdt/report.js";
import type { UserActor } from "@readroom/shared/domain/access.js";
import type { Socket } from "socket.io-client";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import type { z } from "zod";
import type { RoomProvider } from "../../../client/kernel/room/provider.js";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { type ReadingWorld, seedReadingWorld } from "../../../e2e/fixtures/reading.js";
import { connect, enter, type RoomsHub, saved, startRooms, until } from "../../../e2e/fixtures/rooms.js";
import { openDatabase } from "../../kernel/database.js";
import { roomStudy } from "../reading/public.js";
import { beginAddition, beginReport } from "./commands.js";
import { signFactsOf } from "./facts.js";
import { signReport } from "./signing.js";
import { versionsOf } from "./store.js";
import { reportView } from "./views.js";

let database: FreshDatabase;
let world: ReadingWorld;
let hub: RoomsHub;
let editor: RoomProvider;
let identity: string;
const sockets: Socket[] = [];
const opened: RoomProvider[] = [];

beforeEach(async () => {
  database = await freshDatabase();
  const db = openDatabase(database.url);
  world = await seedReadingWorld(db.pool);
  await db.close();
  hub = await startRooms(database.url, world.people);
  expect(await beginReport(hub.deps, hub.rooms.documents, world.people.attending, world.studyId)).toEqual({
    ok: true,
    value: undefined,
  });
  editor = await openReport("attending");
  identity = (await signFactsOf(hub.deps, hub.deps.db.pool, world.studyId)).patient.identity;
});
afterEach(async () => {
  for (const room of opened.splice(0)) room.destroy();
  for (const socket of sockets.splice(0)) socket.disconnect();
  await hub.stop();
  await database.drop();
});
afterAll(() => undefined);

async function openReport(name: keyof ReadingWorld["people"], generation = 1): Promise<RoomProvider> {
  const socket = connect(hub.port, name);
  sockets.push(socket);
  const room = enter(socket, `report:${world.studyId}:${generation}`);
  opened.push(room);
  await until(room, saved);
  return room;
}

function write(room: RoomProvider, key: string, text: string): void {
  for (const section of bodyOf(room.doc).toArray()) {
    if (!(section instanceof Y.XmlElement) || section.getAttribute("sectionKey") !== key) continue;
    const paragraph = new Y.XmlElement("paragraph");
    paragraph.insert(0, [new Y.XmlText(text)]);
    section.insert(section.length, [paragraph]);
  }
}

function lastText(room: RoomProvider, key: string): Y.XmlText {
  const section = bodyOf(room.doc)
    .toArray()
    .find((one) => one instanceof Y.XmlElement && one.getAttribute("sectionKey") === key) as Y.XmlElement;
  return (section.get(section.length - 1) as Y.XmlElement).get(0) as Y.XmlText;
}

const seen = (
  room: RoomProvider,
  measure: (id: string) => string | null = () => null,
  communications: Parameters<typeof renderReport>[3] = [],
) => renderReport(room.doc, readReportSpec(room.doc)!, measure, communications).content;

type Body = z.output<typeof SignReport>;
const body = (room: RoomProvider, kind: Body["kind"], more: Partial<Body> = {}): Body => ({
  kind,
  ...hashesOf(seen(room)),
  fence: 1,
  confirm: [],
  patient: identity,
  ...more,
});
const sign = (who: UserActor, command: Body) => signReport(hub.deps, hub.rooms.documents, who, world.studyId, command);
const view = async (who: UserActor) =>
  reportView(hub.deps, hub.rooms.documents, who, (await roomStudy(hub.deps.db, world.studyId))!);

describe("report", () => {
  it("[RP1] begins from the template that fits, filled from the order; twice at once makes one", async () => {
    const spec = readReportSpec(editor.doc)!;
    expect(spec.templateName).toBe("CT head");
    expect(seen(editor).sections[0]).toEqual({
      key: "request",
      title: "Clinical question",
      loinc: "55115-0",
      text: "Fall, headache",
    });
    expect(await beginReport(hub.deps, hub.rooms.documents, world.people.resident, world.studyId)).toEqual({
      ok: true,
      value: undefined,
    });
    const { rows } = await hub.deps.db.pool.query("SELECT count(*) AS n FROM report");
    expect(rows).toEqual([{ n: 1 }]);
  });

  it("[RP2] signs what the signer saw, in one transaction, with who wrote which words; the document is frozen", async () => {
    const resident = await openReport("resident");
    write(editor, "findings", "Left parietal haematoma.");
    await until(editor, saved);
    write(resident, "impression", "Acute haemorrhage.");
    await until(resident, saved);
    await until(
      editor,
      (state) => state.saved.state === "saved" && seen(editor).sections[4]?.text === "Acute haemorrhage.",
    );
    const confirm = ["uncommunicated:acute haemorrhage"];
    const signed = await sign(world.people.attending, body(editor, "final", { confirm }));
    expect(signed).toMatchObject({
      ok: true,
      value: { version: 1, kind: "final", state: "final", nextDocumentId: null, repeated: false },
    });
    await until(editor, (state) => state.frozen === "signed final");
    const [version] = (await view(world.people.attending))!.versions;
    expect(version?.content.sections[4]).toEqual({
      key: "impression",
      title: "Impression",
      loinc: "19005-8",
      text: "Acute haemorrhage.",
    });
    expect(version?.authors.filter((words) => words.section === "impression")).toEqual([
      { section: "impression", start: 0, length: 18, personId: world.people.resident.userId, name: "resident" },
    ]);
    expect(version?.authors.some((words) => words.section === "request" && words.personId === "template")).toBe(true);
    const state = await hub.deps.db.pool.query("SELECT report_state FROM study");
    expect(state.rows).toEqual([{ report_state: "final" }]);
    const events = await hub.deps.db.pool.query("SELECT payload FROM outbox WHERE type = 'report.signed'");
    expect(events.rows[0]?.payload).toMatchObject({ studyId: world.studyId, version: 1, kind: "final" });
  });

  it("[RP3] refuses when the text is not what the signer saw, and says where", async () => {
    write(editor, "findings", "One thing.");
    write(editor, "impression", "Another.");
    await until(editor, saved);
    const before = body(editor, "final");
    write(editor, "impression", "A third.");
    await until(editor, saved);
    expect(await sign(world.people.attending, before)).toMatchObject({
      ok: false,
      error: { code: "hash_mismatch", detail: { differs: ["Impression"] } },
    });
    expect((await view(world.people.attending))?.versions).toEqual([]);
    write(editor, "impression", "Edits go on.");
    await until(editor, saved);
  });

  it("[RP4] the same signature sent many times at once is one version", async () => {
    write(editor, "findings", "Normal.");
    write(editor, "impression", "Normal.");
    await until(editor, saved);
    const command = body(editor, "final");
    const answers = await Promise.all([1, 2, 3, 4].map(() => sign(world.people.attending, command)));
    const again = await sign(world.people.attending, command);
    expect(again).toMatchObject({ ok: true, value: { version: 1, repeated: true } });
    for (const answer of answers) if (!answer.ok) expect(answer.error.message).toContain("at this moment");
    expect(await versionsOf(hub.deps.db.pool, (await view(world.people.attending))!.reportId ?? "")).toHaveLength(1);
  });

  it("[RP5] refuses a stale claim, a role that may not, an old password, and points not confirmed", async () => {
    expect(await sign(world.people.attending, body(editor, "final"))).toMatchObject({
      error: { code: "conflict", detail: { unconfirmed: [{ code: "empty:impression" }] } },
    });
    write(editor, "findings", "Normal.");
    write(editor, "impression", "Normal.");
    await until(editor, saved);
    expect(await sign(world.people.attending, body(editor, "final", { fence: 0 }))).toMatchObject({
      error: { code: "stale_fence" },
    });
    expect(await sign(world.people.resident, body(editor, "final"))).toMatchObject({ error: { code: "forbidden" } });
    expect(await sign(world.people.resident, body(editor, "preliminary"))).toMatchObject({
      error: { code: "stale_fence" },
    });
    expect(await sign(world.people.stranger, body(editor, "final"))).toMatchObject({ error: { code: "not_found" } });
    expect(await sign(world.people.referrer, body(editor, "final"))).toMatchObject({ error: { code: "forbidden" } });
    await hub.deps.db.pool.query("UPDATE session SET stepped_up_at = now() - interval '16 minutes'");
    expect(await sign(world.people.attending, body(editor, "final"))).toMatchObject({
      error: { code: "step_up_required" },
    });
    expect((await view(world.people.attending))?.versions).toEqual([]);
  });

  it("[RP6] after preliminary the text goes on in a new document with its authors, then final, addendum, correction", async () => {
    write(editor, "findings", "Normal.");
    write(editor, "impression", "Normal.");
    await until(editor, saved);
    expect(await sign(world.people.attending, body(editor, "preliminary"))).toMatchObject({
      value: { state: "preliminary", nextDocumentId: `report:${world.studyId}:2` },
    });
    const second = await openReport("attending", 2);
    write(second, "impression", "Small subdural after all.");
    await until(second, saved);
    expect(await sign(world.people.attending, body(second, "final"))).toMatchObject({
      value: { version: 2, state: "final" },
    });
    expect(
      (await view(world.people.attending))?.versions[0]?.authors.filter((words) => words.section === "findings").at(-1)
        ?.personId,
    ).toBe(world.people.attending.userId);
    expect(await sign(world.people.attending, body(second, "addendum"))).toMatchObject({ ok: false });
    expect(
      await beginAddition(hub.deps, hub.rooms.documents, world.people.attending, world.studyId, "addendum"),
    ).toMatchObject({ ok: true });
    const third = await openReport("attending", 3);
    write(third, "addendum", "Prior arrived: unchanged.");
    await until(third, saved);
    expect(await sign(world.people.attending, body(third, "addendum"))).toMatchObject({
      value: { version: 3, state: "addended" },
    });
    expect(
      await beginAddition(hub.deps, hub.rooms.documents, world.people.attending, world.studyId, "corrected"),
    ).toMatchObject({ ok: true });
    const fourth = await openReport("attending", 4);
    expect(seen(fourth).sections[0]).toMatchObject({ key: "correction", text: "" });
    expect(seen(fourth).sections[5]?.text).toBe("Normal.\nSmall subdural after all.");
    write(fourth, "impression", "Right side.");
    await until(fourth, saved);
    expect(await sign(world.people.attending, body(fourth, "corrected"))).toMatchObject({
      error: { detail: { unconfirmed: [{ code: "empty:correction" }] } },
    });
    write(fourth, "correction", "The side was not named.");
    await until(fourth, saved);
    expect(await sign(world.people.attending, body(fourth, "corrected"))).toMatchObject({
      value: { version: 4, state: "corrected" },
    });
    await expect(hub.deps.db.pool.query("UPDATE report_version SET kind = 'final'")).rejects.toThrow("append only");
  });

  it("[RP7] a measurement in the text is the image's; critical communications are in what is signed", async () => {
    const socket = sockets[0]!;
    const reading = enter(socket, readingDocument(world.studyId));
    opened.push(reading);
    await until(reading, saved);
    const author = { id: world.people.attending.userId, name: "attending" };
    putAnnotation(reading.doc, {
      id: "m1",
      v: 1,
      kind: "length",
      frameOfReferenceUid: null,
      studyInstanceUid: "1.2.3",
      seriesInstanceUid: "1.2.4",
      sopInstanceUid: "1.2.5",
      frame: 1,
      points: [
        [0, 0, 0],
        [12.34, 0, 0],
      ],
      spacing: "patient",
      author,
      createdAt: "2026-11-24T02:14:00.000Z",
      stats: { lengthMm: 12.34 },
    });
    await until(reading, saved);
    const findings = bodyOf(editor.doc)
      .toArray()
      .find((one) => one instanceof Y.XmlElement && one.getAttribute("sectionKey") === "findings") as Y.XmlElement;
    const paragraph = new Y.XmlElement("paragraph");
    const field = new Y.XmlElement("measurement");
    field.setAttribute("annotationId", "m1");
    paragraph.insert(0, [new Y.XmlText("Haematoma of "), field, new Y.XmlText(".")]);
    findings.insert(findings.length, [paragraph]);
    write(editor, "impression", "Haematoma.");
    await until(editor, saved);
    await hub.deps.db.pool.query(
      `INSERT INTO critical_finding (study_id, organisation_id, category, finding, raised_by, raised_by_name, due_at, reached_at, reached_name, acknowledged_at, acknowledged_name, acknowledged_via, state)
       VALUES ($1, $2, 'red', 'Acute haemorrhage', $3, 'attending', now(), '2026-11-24T02:20:00Z', 'Dr Phone', '2026-11-24T02:21:00Z', 'Dr Phone', 'call', 'closed')`,
      [world.studyId, world.hospitalId, world.people.attending.userId],
    );
    const communications = (await view(world.people.attending))!.communications;
    const content = seen(editor, (id) => (id === "m1" ? "12.3 mm" : null), communications);
    expect(
      await sign(world.people.attending, {
        kind: "final",
        ...hashesOf(content),
        fence: 1,
        confirm: [],
        patient: identity,
      }),
    ).toMatchObject({ ok: true });
    const version = (await view(world.people.attending))!.versions[0]!;
    expect(version.content.sections[3]?.text).toContain("Haematoma of 12.3 mm.");
    expect(version.content.sections.at(-1)).toMatchObject({ key: "communication", loinc: "73568-8" });
    expect(version.content.sections.at(-1)?.text).toContain(
      "Communicated to Dr Phone by call on 2026-11-24 02:20 UTC.",
    );
  });

  it("[RP12] no signature over an open suggestion, nor for another patient than the one on screen", async () => {
    write(editor, "findings", "Normal.");
    write(editor, "impression", "Normal.");
    await until(editor, saved);
    expect(await sign(world.people.attending, body(editor, "final", { patient: "another" }))).toMatchObject({
      error: { code: "conflict", detail: { patient: { identity } } },
    });
    const text = lastText(editor, "impression");
    const by = world.people.attending.userId;
    text.insert(text.length, " No bleed.", { insertion: { id: "s1", by, at: "2026-11-24T02:14:00.000Z" } });
    await until(editor, saved);
    expect(await sign(world.people.attending, body(editor, "final", { confirm: ["suggestions"] }))).toMatchObject({
      error: { detail: { unconfirmed: [{ code: "suggestions", blocking: true }] } },
    });
    text.format(text.length - 10, 10, { insertion: null });
    await until(editor, saved);
    expect(await sign(world.people.attending, body(editor, "final"))).toMatchObject({ ok: true });
  });

  it("[RP15] nobody suggests in another's name", async () => {
    const resident = await openReport("resident");
    const text = lastText(resident, "findings");
    const by = world.people.attending.userId;
    text.insert(0, "Forged.", { insertion: { id: "s1", by, at: "2026-11-24T02:14:00.000Z" } });
    await until(resident, (state) => state.saved.state === "refused" || state.epoch > 0);
    await until(editor, saved);
    expect(seen(editor).sections[3]?.text).not.toContain("Forged");
  });

  it("[RP16] a second reader signs final with the difference graded, and it is kept", async () => {
    write(editor, "findings", "Normal.");
    write(editor, "impression", "Normal.");
    await until(editor, saved);
    const { pool } = hub.deps.db;
    await pool.query("UPDATE study SET claimed_by = $1", [world.people.resident.userId]);
    expect(await sign(world.people.resident, body(editor, "preliminary"))).toMatchObject({ ok: true });
    await pool.query("UPDATE study SET claimed_by = $1", [world.people.attending.userId]);
    const second = await openReport("attending", 2);
    write(second, "impression", "Small contusion.");
    await until(second, saved);
    expect(await sign(world.people.attending, body(second, "final"))).toMatchObject({
      error: { code: "conflict", detail: { ungraded: 1 } },
    });
    const review = { grade: "minor" as const, note: "Look at the frontal base." };
    expect(await sign(world.people.attending, body(second, "final", { review }))).toMatchObject({ ok: true });
    const { versions } = (await view(world.people.attending))!;
    expect(versions.map(({ review }) => review)).toEqual([{ ...review, ofVersion: 1, byName: "attending" }, null]);
  });

  it("[RP8] a reader of the hospital may read and not write; without a claim nobody writes", async () => {
    const referrer = await openReport("referrer");
    expect(referrer.snapshot().self?.rights).toMatchObject({ see: true, write: false });
    await hub.deps.db.pool.query("UPDATE study SET claim_state = 'open', claimed_by = NULL");
    hub.gateway.publish({
      id: "1",
      stream: "s",
      version: 1,
      type: "study.released",
      payload: { studyId: world.studyId },
      topics: ["none"],
      actor: { kind: "system", id: "", name: "" },
      at: 0,
      publishedSeq: 1,
    });
    await until(editor, (state) => state.self?.rights.write === false);
    expect((await view(world.people.attending))?.draft).toMatchObject({
      canWrite: false,
      whyNot: "Claim the study to write its report.",
    });
  });
});
