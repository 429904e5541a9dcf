import { promises as fs } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readingDocument } from "@readroom/shared/contract/room.js";
import { type AnnotationRecord, describeMeasurement } from "@readroom/shared/crdt/annotation.js";
import { putAnnotation, removeAnnotation } from "@readroom/shared/crdt/reading.js";
import { bodyOf, hashesOf, readReportSpec, renderReport } from "@readroom/shared/crdt/report.js";
import type { FastifyInstance } from "fastify";
import type { Socket } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as Y from "yjs";
import type { RoomProvider } from "../../../client/kernel/room/provider.js";
import { makeImage } from "../../../e2e/devices/dicom-maker.js";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { type ReadingWorld, seedReadingWorld } from "../../../e2e/fixtures/reading.js";
import { connect, enter, type RoomsHub, saved, startRooms, until } from "../../../e2e/fixtures/rooms.js";
import { FilesystemStore } from "../../adapters/objectstore/filesystem.js";
import { buildHttp } from "../../gateway/http.js";
import { openDatabase } from "../../kernel/database.js";
import { makeLog } from "../../kernel/log.js";
import type { PublishedEvent } from "../../kernel/reactions.js";
import { Reactor } from "../../relay/reactor.js";
import { archiveFeature } from "../archive/public.js";
import { imagesSince } from "../clocks/store.js";
import { receivedOf } from "../clocks/store-images.js";
import { pdfInput, resultMessage, studyContext, versionsOf } from "../delivery/store-context.js";
import { createPipeline, type DicomJson, type IngestSource, ingestFeature, type Pipeline } from "../ingest/public.js";
import { beginAddition, beginReport } from "../report/commands.js";
import { signFactsOf, signReport } from "../report/public.js";
import { BASIC_TEXT_SR, COMPREHENSIVE_3D_SR } from "./document.js";
import { GRAYSCALE_PRESENTATION } from "./presentation.js";
import { evidenceOfSigned } from "./reactions.js";
import { dcmtk, FRAME_OF_REFERENCE, mark, SERIES, STUDY } from "./testing/signed.js";

let database: FreshDatabase;
let world: ReadingWorld;
let hub: RoomsHub;
let pipeline: Pipeline;
let app: FastifyInstance;
let root = "";
let source: IngestSource;

const sockets: Socket[] = [];
const opened: RoomProvider[] = [];

const image = (n: number, series = SERIES): Buffer =>
  makeImage({
    ...{ study: STUDY, series, instance: `${series}.${n}`, number: n, patientId: "1", patientName: "Sample^Ada" },
    ...{ accession: "A1", rows: 64, columns: 64 },
    extra: [
      [0x00180050, "DS", "1"],
      [0x00200052, "UI", FRAME_OF_REFERENCE],
      [0x00281050, "DS", "40"],
      [0x00281051, "DS", "400"],
      [0x00281052, "DS", "-1024"],
      [0x00281053, "DS", "1"],
    ],
  });
const openPipeline = (): Pipeline =>
  createPipeline(hub.deps, FilesystemStore.at(root), {
    implementationClassUid: "2.25.1",
    implementationVersion: "TEST",
  });
/** Closes the way in, by which everything that it has to tell is told, and opens it again. */
async function reopen(): Promise<void> {
  await pipeline.stop();
  pipeline = openPipeline();
}
const take = (bytes: Buffer) =>
  pipeline.receive(
    source,
    (async function* () {
      yield bytes;
    })(),
  );

beforeEach(async () => {
  database = await freshDatabase();
  root = await fs.mkdtemp(join(tmpdir(), "readroom-evidence-"));
  const db = openDatabase(database.url);
  world = await seedReadingWorld(db.pool);
  await db.close();
  hub = await startRooms(database.url, world.people);
  const log = makeLog("silent");
  const objects = FilesystemStore.at(root);
  pipeline = openPipeline();
  source = {
    organisationId: world.hospitalId,
    siteId: world.siteId,
    actor: { kind: "system", name: "test" },
    label: "CT1",
  };
  for (const n of [1, 2, 3]) expect((await take(image(n))).kind).toBe("stored");
  app = await buildHttp({
    log,
    authenticate: async () => world.people.attending,
    trustProxy: false,
    version: "test",
    register: async (http) => {
      for (const feature of [
        ingestFeature(hub.deps, pipeline, objects),
        archiveFeature({ ...hub.deps, objects, pipeline }),
      ])
        await feature.routes?.(http);
    },
  });

  expect((await beginReport(hub.deps, hub.rooms.documents, world.people.attending, world.studyId)).ok).toBe(true);
  await hub.deps.db.pool.query("TRUNCATE outbox, reaction, reaction_failure");
});
afterEach(async () => {
  for (const room of opened.splice(0)) room.destroy();
  for (const socket of sockets.splice(0)) socket.disconnect();
  await app.close();
  await pipeline.stop();
  await hub.stop();
  await database.drop();
  await fs.rm(root, { recursive: true });
});

async function open(documentId: string, who: "attending" | "resident" = "attending"): Promise<RoomProvider> {
  const socket = connect(hub.port, who);
  sockets.push(socket);
  const room = enter(socket, documentId);
  opened.push(room);
  await until(room, saved);
  return room;
}

/** Draws and wipes marks in the study's room, each in the name of who draws. */
async function draw(
  marks: readonly AnnotationRecord[],
  wiped: readonly string[] = [],
  who: "attending" | "resident" = "attending",
): Promise<void> {
  const room = await open(readingDocument(world.studyId), who);
  const { userId: id, name } = world.people[who];
  for (const one of marks) putAnnotation(room.doc, { ...one, author: { id, name } });
  for (const one of wiped) removeAnnotation(room.doc, one);
  await until(room, saved);
}

async function signAs(
  kind: "preliminary" | "final" | "addendum" | "corrected",
  text: Readonly<Record<string, string>>,
  figures: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { rows } = await hub.deps.db.pool.query<{ id: string }>("SELECT document_id AS id FROM report");
  const room = await open(rows[0]!.id);
  for (const section of bodyOf(room.doc).toArray()) {
    const words = section instanceof Y.XmlElement ? text[section.getAttribute("sectionKey") ?? ""] : undefined;
    if (words === undefined) continue;
    const paragraphs = words.split("\n").map((line) => {
      const paragraph = new Y.XmlElement("paragraph");
      paragraph.insert(0, [new Y.XmlText(line)]);
      return paragraph;
    });
    (section as Y.XmlElement).insert((section as Y.XmlElement).length, paragraphs);
  }
  await until(room, saved);
  const content = renderReport(room.doc, readReportSpec(room.doc)!, (id) => figures[id] ?? null, []).content;
  const { identity } = (await signFactsOf(hub.deps, hub.deps.db.pool, world.studyId)).patient;
  const confirm: string[] = [];
  for (let tries = 0; tries < 4; tries++) {
    const signed = await signReport(hub.deps, hub.rooms.documents, world.people.attending, world.studyId, {
      ...{ kind, fence: 1, patient: identity, confirm, imagesSeen: 3 },
      ...hashesOf(content),
    });
    if (signed.ok) return signed.value.versionId;
    const points = (signed.error.detail as { unconfirmed?: { code: string }[] } | undefined)?.unconfirmed;
    if (!points) throw new Error(JSON.stringify(signed.error));
    confirm.push(...points.map(({ code }) => code));
  }
  throw new Error("not signed");
}

/** What the relay does: the events that were written go to the reactions, in order, each exactly once. */
async function react(through = pipeline): Promise<void> {
  const { rows } = await hub.deps.db.pool.query<PublishedEvent>(
    'SELECT id, stream, version, type, payload, topics, actor, 0 AS at, 0 AS "publishedSeq" FROM outbox ORDER BY at, version',
  );
  await new Reactor(hub.deps, [evidenceOfSigned(through)]).handle(rows);
}

interface Stored {
  readonly class: string;
  readonly sop: string;
  readonly series: string;
  readonly path: string;
}
async function stored(): Promise<Stored[]> {
  const { rows } = await hub.deps.db.pool.query<Stored>(
    `SELECT i.sop_class_uid AS class, i.sop_instance_uid AS sop, e.series_instance_uid AS series, i.path FROM instance i JOIN series e ON e.id = i.series_id
     WHERE e.made_here ORDER BY e.series_number, i.instance_number`,
  );
  return rows;
}
const bytesOf = ({ path }: Stored) => fs.readFile(join(root, "objects", path));
const studyRow = async () => (await hub.deps.db.pool.query("SELECT * FROM study")).rows[0] as Record<string, unknown>;
const ofClass = (all: readonly Stored[], uid: string) => all.filter((one) => one.class === uid);

/** Warnings and errors of dcmtk, but for the one that it has for every object in UTF-8. */
const complaints = (output: string) =>
  output.split("\n").filter((line) => /^[WEF]: /.test(line) && !/VR checker does not support/.test(line));

const length = (id: string, z = 1, more: Partial<AnnotationRecord> = {}) =>
  mark(
    id,
    "length",
    [
      [2, 3, z],
      [14.3, 3, z],
    ],
    { sopInstanceUid: `${SERIES}.${z}`, ...more },
  );

const FINDINGS = "Haematoma on the left, 12.3 mm.\nNo fracture – Größe unchanged.";

describe("evidence", () => {
  it("[EV1] [EV2] [EV5] a signed report is three objects of its study, served like any other", async () => {
    const stats = { meanHu: 62.4, sdHu: 9.1, minHu: 12, maxHu: 99 };
    const region = mark(
      "m2",
      "ellipse",
      [
        [8, 12, 2],
        [8, 4, 2],
        [4, 8, 2],
        [12, 8, 2],
      ],
      {
        ...{ sopInstanceUid: `${SERIES}.2`, stats },
      },
    );
    await draw([length("m1", 1, { text: "Haematoma" })]);
    await draw([region], [], "resident");
    await signAs("final", { findings: FINDINGS, impression: "Haematoma." });
    await react();
    const all = await stored();
    expect(all.map((one) => one.class)).toEqual([BASIC_TEXT_SR, COMPREHENSIVE_3D_SR, GRAYSCALE_PRESENTATION]);
    for (const one of all) {
      const url = `/dicomweb/studies/${STUDY}/series/${one.series}/instances/${one.sop}`;
      const metadata = (await app.inject(`${url}/metadata`)).json<DicomJson[]>()[0] as DicomJson;
      expect(metadata["00100010"]?.Value).toEqual([{ Alphabetic: "Sample^Ada" }]);
      expect(metadata["00080050"]?.Value).toEqual(["A1"]);
      const got = await app.inject({ url, headers: { accept: "application/dicom" } });
      expect(got.statusCode).toBe(200);
      expect(got.rawPayload.equals(await bytesOf(one))).toBe(true);
    }
    const report = dcmtk("dsrdump", ["+Pl"], await bytesOf(all[0] as Stored));
    expect(complaints(report)).toEqual([]);
    expect(report).toMatch(/Verification Flag +: VERIFIED/);
    expect(report).toMatch(/Verifying Observers : .*attending, group/);
    const measurements = dcmtk("dsrdump", ["+Pl"], await bytesOf(all[1] as Stored));
    expect(complaints(measurements)).toEqual([]);
    expect(measurements).toMatch(/"Length"\)="12\.3"/);
    expect(measurements).toMatch(/"Person Observer Name"\)="resident"/);
    expect(measurements).toMatch(/"Attenuation Coefficient"\)="62\.4"/);
  });

  it("[EV4] the presentation state draws the marks where they are, on images that dcmtk can render with it", async () => {
    await draw([length("m1", 1, { text: "Haematoma" })]);
    await signAs("final", { findings: FINDINGS, impression: "Haematoma." });
    await react();
    const state = await bytesOf(ofClass(await stored(), GRAYSCALE_PRESENTATION)[0] as Stored);
    const checked = dcmtk("dcmpschk", [], state)
      .split("\n")
      .filter((line) => !line.includes("Testing:"));
    expect(checked.join("\n").trim()).toBe("W: Test passed.");
    // 2 mm, 3 mm from the first pixel's centre, pixels of 0.5 mm: 4.5, 6.5 from the corner
    expect(dcmtk("dcmdump", ["+P", "GraphicData"], state)).toMatch(/FL 4\.5\\6\.5\\29\.1\d*\\6\.5/);
    const rendered = dcmtk("sh", ["-c", 'dcmp2pgm -p "$0" "$1" out.pgm && ls -l out.pgm'], state, image(1));
    expect(complaints(rendered)).toEqual([]);
    expect(rendered).toContain("out.pgm");
  });

  it("[EV5] the text is to the word what ORU and PDF say", async () => {
    await signAs("final", { findings: FINDINGS, impression: "Haematoma." });
    await beginAddition(hub.deps, hub.rooms.documents, world.people.attending, world.studyId, "addendum");
    await signAs("addendum", { addendum: "Seen with the ward." });
    await react();
    const [, addendum] = await stored();
    const context = (await studyContext(hub.deps.db.pool, world.studyId))!;
    const { rows } = await hub.deps.db.pool.query<{ id: string }>("SELECT id FROM report");
    const versions = await versionsOf(hub.deps.db.pool, rows[0]!.id, 2);
    const message = resultMessage(context, versions, "C", 0, null).report;
    const url = `/dicomweb/studies/${STUDY}/series/${addendum?.series}/instances/${addendum?.sop}/metadata`;
    const document = (await app.inject(url)).json<DicomJson[]>()[0] as DicomJson;
    const said = sectionsIn(document);
    expect(said).toEqual(
      [...message.previousSections, ...message.sections].map(({ title, loinc, text }) => ({ title, loinc, text })),
    );
    const printed = pdfInput(context, versions).versions.flatMap(({ sections }) => sections.map(({ text }) => text));
    expect(said.map(({ text }) => text)).toEqual(printed);
    expect(said.map(({ text }) => text).join()).toContain(FINDINGS);
  });

  it("[EV6] preliminary is not verified; the final, an addendum and a correction name what they carry on", async () => {
    await draw([length("m1")]);
    const ids: string[] = [];
    ids.push(await signAs("preliminary", { findings: FINDINGS, impression: "Haematoma." }));
    await react();
    ids.push(await signAs("final", { impression: "Seen with the ward." }));
    await beginAddition(hub.deps, hub.rooms.documents, world.people.attending, world.studyId, "addendum");
    ids.push(await signAs("addendum", { addendum: "No fracture." }));
    await beginAddition(hub.deps, hub.rooms.documents, world.people.attending, world.studyId, "corrected");
    ids.push(await signAs("corrected", { impression: "On the right." }));
    await react();
    const texts = ofClass(await stored(), BASIC_TEXT_SR);
    expect(new Set(ids).size).toBe(4);
    expect(texts).toHaveLength(4);
    const dumps = await Promise.all(texts.map(async (one) => dcmtk("dcmdump", [], await bytesOf(one))));
    expect(dumps.map((dump) => /\(0040,a493\) CS \[(\w+)\]/.exec(dump)?.[1])).toEqual([
      "UNVERIFIED",
      "VERIFIED",
      "VERIFIED",
      "VERIFIED",
    ]);
    expect(dumps[0]).not.toContain("PredecessorDocumentsSequence");
    for (const n of [1, 2, 3]) {
      expect(dumps[n]).toContain("PredecessorDocumentsSequence");
      expect(dumps[n]).toContain(texts[n - 1]?.sop);
    }
    for (const one of await stored())
      if (one.class !== GRAYSCALE_PRESENTATION)
        expect(complaints(dcmtk("dsrdump", [], await bytesOf(one)))).toEqual([]);
  });

  it("[EV7] done again, or by two at once, nothing is stored twice and nothing differs", async () => {
    await draw([length("m1")]);
    await signAs("final", { findings: FINDINGS, impression: "Haematoma." });
    await react();
    const first = await stored();
    // What a hub does that died before its reaction was committed; meanwhile the marks went on.
    await draw([length("m9", 2)], ["m1"]);
    await hub.deps.db.pool.query("DELETE FROM reaction");
    await react();
    await hub.deps.db.pool.query("DELETE FROM reaction");
    const again = createPipeline(hub.deps, FilesystemStore.at(root), {
      implementationClassUid: "2.25.1",
      implementationVersion: "TEST",
    });
    await Promise.all([react(), react(again)]);
    await again.stop();
    expect(await stored()).toEqual(first);
    expect((await hub.deps.db.pool.query("SELECT * FROM ingest_incident")).rows).toEqual([]);
    expect((await hub.deps.db.pool.query("SELECT * FROM reaction_failure")).rows).toEqual([]);
  });

  it("[EV7] a reaction that fails half way is tried again and ends with all three", async () => {
    await draw([length("m1")]);
    await signAs("final", { findings: FINDINGS, impression: "Haematoma." });
    let objects = 0;
    const failing: Pipeline = {
      ...pipeline,
      begin: (...of) => {
        objects += 1;
        if (objects === 2) throw new Error("no disk");
        return pipeline.begin(...of);
      },
    };
    await react(failing);
    expect(await stored()).toHaveLength(2);
    await hub.deps.db.pool.query("UPDATE reaction_failure SET next_at = now()");
    await new Reactor(hub.deps, [evidenceOfSigned(failing)]).retryDue();
    expect(await stored()).toHaveLength(3);
  });

  it("[EV8] they are no images that came: counts, clock and lists stay as they were, QIDO-RS finds them", async () => {
    await draw([length("m1")]);
    await signAs("final", { findings: FINDINGS, impression: "Haematoma." });
    const before = await studyRow();
    const events = async () => (await hub.deps.db.pool.query("SELECT type FROM outbox ORDER BY type")).rows;
    // The last counts of the images themselves are told a moment after them, or when the way in is closed.
    await reopen();
    const told = await events();
    await react();
    expect(await stored()).toHaveLength(3);
    await reopen();
    expect(await studyRow()).toEqual(before);
    expect(await events()).toEqual(told);
    expect(await hub.deps.db.tx((tx) => imagesSince(tx, world.studyId, (before.signed_at as Date).getTime()))).toBe(0);
    expect(await receivedOf(hub.deps.db.pool, world.studyId)).toEqual({ [SERIES]: 3 });
    const studies = (await app.inject("/dicomweb/studies?ModalitiesInStudy=PR")).json<DicomJson[]>();
    expect(studies[0]?.["00080061"]?.Value).toEqual(["CT", "PR", "SR"]);
    expect([studies[0]?.["00201206"]?.Value, studies[0]?.["00201208"]?.Value]).toEqual([[4], [6]]);
    // An image that really comes late is one.
    await take(image(4));
    expect((await studyRow()).instances_received).toBe(4);
  });

  it("[EV8] one that was durable but not indexed when the hub died is found again as what it is", async () => {
    await draw([length("m1")]);
    await signAs("final", { findings: FINDINGS, impression: "Haematoma." });
    await react();
    const before = await studyRow();
    const all = await stored();
    await hub.deps.db.pool.query("DELETE FROM instance WHERE sop_class_uid = $1", [BASIC_TEXT_SR]);
    expect(await pipeline.reconcile()).toBe(1);
    expect(await stored()).toEqual(all);
    expect(await studyRow()).toEqual(before);
  });

  it("[EV1] the documents of a study of 2,000 images name them all, and are read back whole", async () => {
    await hub.deps.db.pool.query(
      `INSERT INTO instance (series_id, study_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, instance_number, path, size, digest, metadata, received_from, flags, received_at)
       SELECT series_id, study_id, '1.2.840.113619.2.55.3.2831178355.100.1500000000.' || n, sop_class_uid, transfer_syntax_uid, n, path || n, size, digest, metadata,
         received_from, flags, received_at FROM instance, generate_series(4, 2000) n WHERE instance_number = 1`,
    );
    await draw([length("m1")]);
    await signAs("final", { findings: FINDINGS, impression: "Haematoma." });
    await react();
    const documents = (await stored()).filter((one) => one.class !== GRAYSCALE_PRESENTATION);
    expect(documents).toHaveLength(2);
    for (const one of documents) {
      const bytes = await bytesOf(one);
      expect(complaints(dcmtk("dsrdump", [], bytes))).toEqual([]);
      const url = `/dicomweb/studies/${STUDY}/series/${one.series}/instances/${one.sop}/metadata`;
      const named = JSON.stringify((await app.inject(url)).json<DicomJson[]>()[0]?.["0040A375"]);
      expect(named.match(/00081155/g)).toHaveLength(2000);
    }
    expect((await hub.deps.db.pool.query("SELECT flags FROM instance WHERE flags <> '{}'")).rows).toEqual([]);
  });

  it("[EV9] a mark whose image is gone is left out and noted; the others and the report stand", async () => {
    await draw([
      length("m1"),
      length("m2", 3, { sopInstanceUid: "1.9.9" }),
      length("m3", 1, {
        points: [
          [2, 3, 40],
          [3, 3, 40],
        ],
      }),
    ]);
    await signAs("final", { findings: FINDINGS, impression: "Haematoma." });
    await react();
    const measurements = dcmtk("dsrdump", [], await bytesOf(ofClass(await stored(), COMPREHENSIVE_3D_SR)[0] as Stored));
    expect(measurements.match(/Tracking Identifier/g)).toHaveLength(2);
    const { rows } = await hub.deps.db.pool.query<{ detail: { leftOut: unknown; objects: unknown[] } }>(
      "SELECT detail FROM audit_event WHERE action = 'report.objects'",
    );
    expect(rows).toHaveLength(1);
    expect(rows[0]?.detail.objects).toHaveLength(3);
    expect(rows[0]?.detail.leftOut).toEqual([
      { markId: "m2", from: "measurements", why: "its image is gone" },
      { markId: "m2", from: "presentation", why: "its image is gone" },
      { markId: "m3", from: "presentation", why: "does not lie in its image" },
    ]);
  });

  it("[EV9] drafts are no part of the record, unless the signed text has their figure", async () => {
    await draw([length("m1"), length("m2", 2, { status: "draft" }), length("m3", 3, { status: "draft" })]);
    const { rows } = await hub.deps.db.pool.query<{ id: string }>("SELECT document_id AS id FROM report");
    const room = await open(rows[0]!.id);
    const section = bodyOf(room.doc)
      .toArray()
      .find((one) => one instanceof Y.XmlElement && one.getAttribute("sectionKey") === "findings") as Y.XmlElement;
    const cited = new Y.XmlElement("measurement");
    cited.setAttribute("annotationId", "m3");
    const paragraph = new Y.XmlElement("paragraph");
    paragraph.insert(0, [new Y.XmlText("It measures "), cited]);
    section.insert(section.length, [paragraph]);
    await until(room, saved);
    await signAs("final", { impression: "Haematoma." }, { m3: describeMeasurement(length("m3", 3)) });
    await react();
    const measurements = dcmtk("dsrdump", [], await bytesOf(ofClass(await stored(), COMPREHENSIVE_3D_SR)[0] as Stored));
    expect(measurements.match(/Tracking Identifier/g)).toHaveLength(2);
    const { rows: versions } = await hub.deps.db.pool.query<{ ids: string[] }>(
      "SELECT ARRAY(SELECT mark->>'id' FROM jsonb_array_elements(marks) mark ORDER BY 1) AS ids FROM report_version",
    );
    expect(versions).toEqual([{ ids: ["m1", "m3"] }]);
  });

  it("[EV4] marks on an earlier study of the patient are presented in that study, and measured in the report's", async () => {
    const prior = makeImage({
      ...{ study: "1.7.7", series: "1.7.7.1", instance: "1.7.7.1.1", patientId: "1", patientName: "Sample^Ada" },
      extra: [
        [0x00100021, "LO", "NORTH"],
        [0x00200052, "UI", "1.7.7.9"],
      ],
    });
    await take(prior);
    const on = { studyInstanceUid: "1.7.7", seriesInstanceUid: "1.7.7.1", sopInstanceUid: "1.7.7.1.1" };
    await draw([length("m1"), length("m2", 1, { ...on, frameOfReferenceUid: "1.7.7.9" })]);
    await signAs("final", { findings: FINDINGS, impression: "Haematoma." });
    const before = await hub.deps.db.pool.query("SELECT * FROM study ORDER BY study_instance_uid");
    await react();
    const { rows } = await hub.deps.db.pool.query<{ uid: string; class: string }>(
      `SELECT s.study_instance_uid AS uid, i.sop_class_uid AS class FROM instance i JOIN series e ON e.id = i.series_id JOIN study s ON s.id = i.study_id
       WHERE e.made_here ORDER BY uid, class`,
    );
    expect(rows).toEqual([
      { uid: STUDY, class: GRAYSCALE_PRESENTATION },
      { uid: STUDY, class: BASIC_TEXT_SR },
      { uid: STUDY, class: COMPREHENSIVE_3D_SR },
      { uid: "1.7.7", class: GRAYSCALE_PRESENTATION },
    ]);
    const measurements = dcmtk("dcmdump", [], await bytesOf(ofClass(await stored(), COMPREHENSIVE_3D_SR)[0] as Stored));
    expect(measurements).toContain("PertinentOtherEvidenceSequence");
    expect((await hub.deps.db.pool.query("SELECT * FROM study ORDER BY study_instance_uid")).rows).toEqual(before.rows);
  });
});

/** Headings and words of a TID 2000 document, lines joined by "\n". */
function sectionsIn(document: DicomJson): { title: string; loinc: string; text: string }[] {
  type Item = Record<string, { Value?: unknown[] }>;
  const items = (from: Item, tag: string) => (from[tag]?.Value ?? []) as Item[];
  const first = (from: Item | undefined, tag: string) => String(from?.[tag]?.Value?.[0] ?? "");
  return items(document as Item, "0040A730")
    .filter((item) => first(item, "0040A040") === "CONTAINER")
    .map((item) => {
      const [heading] = items(item, "0040A043");
      const [words] = items(item, "0040A730");
      return {
        title: first(heading, "00080104"),
        loinc: first(heading, "00080100"),
        text: first(words, "0040A160").replaceAll("\r\n", "\n"),
      };
    });
}
