import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { DeliveryList } from "@readroom/shared/contract/http/delivery.js";
import { OrderList } from "@readroom/shared/contract/http/orders.js";
import { readingDocument } from "@readroom/shared/contract/room.js";
import { keyImageId, setKeyImage } from "@readroom/shared/crdt/reading.js";
import { bodyOf, hashesOf, readReportSpec, renderReport } from "@readroom/shared/crdt/report.js";
import * as Y from "yjs";
import { RoomProvider } from "../../client/kernel/room/provider";
import { makeImage, newUid } from "../devices/dicom-maker";
import { FakeHospital, OrderSender } from "../devices/hospital";
import { launchStorescu, modalityKind } from "../devices/modality";
import { type RunningHub, startHub } from "../fixtures/hub";
import { orderMessage } from "../fixtures/order-message";
import { eventually, logIn, type Person, pause } from "../fixtures/person";

/**
 * kill -9 of the hub at a random moment. Whatever was acknowledged before is there after: orders (AA), images (C-STORE success),
 * edits ("saved"), signatures (200); and a result reaches the hospital as new once.
 */
const SEEDS = Array.from({ length: 20 }, (_, at) => 1_000 + at);
const PHASES = ["ingest", "editing", "signing", "delivery"] as const;

let hub: RunningHub;
let hospital: FakeHospital;
let scratch: string;

test.describe.configure({ mode: "serial" });
test.skip(modalityKind() !== "dcmtk", "storescu tells which of its files were acknowledged");

test.beforeAll(async () => {
  hospital = await FakeHospital.start();
  hub = await startHub();
  await hub.sendResultsTo(hospital.port);
  scratch = mkdtempSync(join(tmpdir(), "readroom-cut-"));
});

test.afterAll(async () => {
  await hub?.stop();
  await hospital?.close();
  if (scratch) rmSync(scratch, { recursive: true, force: true });
});

for (const seed of SEEDS) {
  const phase = PHASES[seed % PHASES.length] ?? "ingest";
  test(`power cut during ${phase}, seed ${seed}`, async () => {
    const random = generator(seed);
    switch (phase) {
      case "ingest":
        return duringIngest(seed, random);
      case "editing":
        return duringEditing(seed, random);
      case "signing":
        return duringSigning(seed, random);
      case "delivery":
        return duringDelivery(seed, random);
    }
  });
}

async function duringIngest(seed: number, random: () => number): Promise<void> {
  const study = newUid();
  const files = Array.from({ length: 60 }, (_, number) => {
    const instance = newUid();
    const path = join(scratch, `${instance}.dcm`);
    const image = { study, instance, number, rows: 256, columns: 256, accession: `CUT${seed}`, patientId: `P${seed}` };
    writeFileSync(path, makeImage(image));
    return { path, instance };
  });
  const orders = sendOrders(seed);
  const paths = files.map((file) => file.path);
  const run = launchStorescu({ port: hub.ports.dicom }, paths, ["-v"]);
  await pause(100 + random() * 900);
  await hub.kill();
  const { output } = await run.done;
  const acknowledgedOrders = await orders;
  const acknowledged = output.match(/Received Store Response \(Success\)/g)?.length ?? 0;

  await hub.restart();
  const token = await hub.cli("token", "create", "--role", "integration");
  const missing: string[] = [];
  for (const { instance } of files.slice(0, acknowledged)) {
    const address = `${hub.url}/dicomweb/studies/${study}/instances?SOPInstanceUID=${instance}`;
    const found = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
    if (found.status !== 200) missing.push(instance);
  }
  expect(missing, `of ${acknowledged} images acknowledged`).toEqual([]);
  const coordinator = await logIn(hub.url, "hall@stmary.example");
  const kept = await ordersOf(coordinator);
  expect(acknowledgedOrders.filter((accession) => !kept.has(accession))).toEqual([]);
}

async function ordersOf(person: Person): Promise<Set<string>> {
  const accessions = new Set<string>();
  let page = "";
  for (;;) {
    const { orders, next } = OrderList.parse(await person.get(`/api/orders?limit=200${page}`));
    for (const order of orders) accessions.add(order.accessionNumber);
    if (next === null) return accessions;
    page = `&before=${next}`;
  }
}

/** Keeps sending orders until the line breaks; gives the accession numbers that were answered AA. */
async function sendOrders(seed: number): Promise<string[]> {
  const taken: string[] = [];
  const sender = await OrderSender.connect(hub.ports.mllp);
  for (let at = 0; at < 500; at += 1) {
    const accession = `CUT${seed}-${at}`;
    const reply = await sender.send(orderMessage({ accession, mrn: `P${seed}`, name: "Cut^Power" })).catch(() => null);
    if (reply === null) break;
    if (/\rMSA\|AA\|/.test(reply)) taken.push(accession);
  }
  return taken;
}

async function duringEditing(seed: number, random: () => number): Promise<void> {
  const { person, studyId } = await claimedStudy(seed);
  const { user } = await person.get<{ user: { id: string; name: string } }>("/api/session");
  const socket = person.socket();
  const room = new RoomProvider({ socket, documentId: readingDocument(studyId) });
  await eventually("joined the room", async () => room.snapshot().saved.state === "saved");
  let written = 0;
  let acknowledged = 0;
  const stop = Date.now() + 300 + random() * 900;
  while (Date.now() < stop || acknowledged === 0) {
    mark(room.doc, written, { id: user.id, name: user.name });
    written += 1;
    await pause(5);
    if (room.snapshot().saved.state === "saved") acknowledged = written;
  }
  await hub.kill();
  room.destroy();
  socket.disconnect();

  await hub.restart();
  const again = await logIn(hub.url, "lindqvist@nightline.example");
  const fresh = again.socket();
  const reopened = new RoomProvider({ socket: fresh, documentId: readingDocument(studyId) });
  await eventually("joined again", async () => reopened.snapshot().synced);
  const kept = new Set(reopened.doc.getMap("keyImages").keys());
  const lost = Array.from({ length: acknowledged }, (_, at) => keyOf(at)).filter((key) => !kept.has(key));
  expect(lost, `of ${acknowledged} edits shown as saved`).toEqual([]);
  reopened.destroy();
  fresh.disconnect();
}

async function duringSigning(seed: number, random: () => number): Promise<void> {
  const signing = await readyToSign(seed);
  const answered = signing.sign().catch(() => null);
  await pause(random() * 120);
  await hub.kill();
  const first = await answered;
  signing.close();
  await hub.restart();

  const person = await logIn(hub.url, "lindqvist@nightline.example");
  const path = `/api/studies/${signing.studyId}/report`;
  const report = await person.get<{ state: string }>(path);
  if (first?.status === 200) expect(report.state, "a signature that was answered is there").toBe("final");
  const repeated = await person.send("POST", `${path}/sign`, signing.body);
  expect(repeated.status, JSON.stringify(repeated.body)).toBe(200);
  const { versions } = await person.get<{ versions: { kind: string; contentHash: string }[] }>(path);
  const signed = versions.map(({ kind, contentHash }) => ({ kind, contentHash }));
  expect(signed).toEqual([{ kind: "final", contentHash: signing.body.hash }]);
  await deliveredOnce(signing.studyId, `CUT${seed}`);
}

async function duringDelivery(seed: number, random: () => number): Promise<void> {
  const signing = await readyToSign(seed);
  hospital.plan(random() < 0.5 ? { kind: "late" } : { kind: "cut" });
  const signed = await signing.sign();
  expect(signed.status, JSON.stringify(signed.body)).toBe(200);
  await pause(random() * 1_000);
  await hub.kill();
  hospital.release();
  signing.close();
  await hub.restart();
  await deliveredOnce(signing.studyId, `CUT${seed}`);
}

/**
 * The hospital has filed this accession's result, under one control id however often it was sent. A hub that was killed between "sending" and
 * the first byte can't know that nothing left: it says so, and what an operator does then brings the result to the hospital.
 */
async function deliveredOnce(studyId: string, accession: string): Promise<void> {
  const mine = () => hospital.received.filter((result) => result.text.includes(`|${accession}|`));
  const operator = await logIn(hub.url, "fischer@nightline.example");
  const settled = () =>
    eventually(
      "the delivery is settled",
      async () => {
        // A hub that died before it sent asks only now for the answer that was to come late.
        hospital.release();
        const { deliveries } = DeliveryList.parse(await operator.get(`/api/deliveries?studyId=${studyId}`));
        const [own, ...others] = deliveries.filter((delivery) => delivery.kind === "oru");
        return others.length === 0 && own && ["delivered", "ambiguous"].includes(own.state) ? own : undefined;
      },
      60_000,
    );
  const first = await settled();
  if (mine().length === 0) {
    expect(first.state, "a result that the hospital has not is never called delivered").toBe("ambiguous");
    const resent = await operator.send("POST", `/api/deliveries/${first.id}/act`, { action: "send_again" });
    expect(resent.status, JSON.stringify(resent.body)).toBe(200);
    await hospital.filed(1, (result) => result.text.includes(`|${accession}|`), 60_000);
    await settled();
  }
  expect(new Set(mine().map((result) => result.controlId)).size, "sent as new once").toBe(1);
}

async function claimedStudy(seed: number): Promise<{ person: Person; studyId: string; fence: number }> {
  const accession = `CUT${seed}`;
  const sender = await OrderSender.connect(hub.ports.mllp);
  const reply = await sender.send(orderMessage({ accession, mrn: `P${seed}`, name: "Cut^Power" }));
  expect(reply).toMatch(/\rMSA\|AA\|/);
  await sender.close();
  const path = join(scratch, `${accession}.dcm`);
  writeFileSync(path, makeImage({ study: newUid(), accession, patientId: `P${seed}`, patientName: "Cut^Power" }));
  const run = await launchStorescu({ port: hub.ports.dicom }, [path]).done;
  expect(run.code, run.output).toBe(0);
  const person = await logIn(hub.url, "lindqvist@nightline.example");
  const row = await eventually("the study is on the worklist", async () => {
    const { rows } = await person.get<{ rows: { studyId: string; accessionNumber: string; routable: boolean }[] }>(
      "/api/worklist",
    );
    return rows.find((one) => one.accessionNumber === accession && one.routable);
  });
  const claimed = await person.send<{ claim: { fence: number } }>("POST", `/api/studies/${row.studyId}/claim`, {});
  expect(claimed.status, JSON.stringify(claimed.body)).toBe(200);
  return { person, studyId: row.studyId, fence: claimed.body.claim.fence };
}

interface Signing {
  readonly studyId: string;
  readonly body: { kind: "final"; hash: string; fence: number; patient: string; confirm: string[] };
  sign(): Promise<{ status: number; body: unknown }>;
  close(): void;
}

/** A claimed study with every section of its report filled and saved. */
async function readyToSign(seed: number): Promise<Signing> {
  const { person, studyId, fence } = await claimedStudy(seed);
  const path = `/api/studies/${studyId}/report`;
  const begun = await person.send<{ draft: { documentId: string }; facts: { patient: { identity: string } } }>(
    "POST",
    path,
    {},
  );
  expect(begun.status, JSON.stringify(begun.body)).toBe(200);
  const socket = person.socket();
  const room = new RoomProvider({ socket, documentId: begun.body.draft.documentId });
  await eventually("joined the report", async () => room.snapshot().saved.state === "saved");
  for (const section of bodyOf(room.doc).toArray()) {
    if (!(section instanceof Y.XmlElement)) continue;
    const paragraph = new Y.XmlElement("paragraph");
    section.insert(section.length, [paragraph]);
    paragraph.insert(0, [new Y.XmlText(`Text of run ${seed}.`)]);
  }
  await eventually("saved", async () => room.snapshot().saved.state === "saved");
  const spec = readReportSpec(room.doc);
  if (!spec) throw new Error("the report has no sections");
  const { hash } = hashesOf(renderReport(room.doc, spec, () => null).content);
  const patient = begun.body.facts.patient.identity;
  const confirm = ["images_arriving", ...spec.sections.map((section) => `empty:${section.key}`)];
  const body = { kind: "final" as const, hash, fence, patient, confirm };
  const close = (): void => {
    room.destroy();
    socket.disconnect();
  };
  return { studyId, body, sign: () => person.send("POST", `${path}/sign`, body), close };
}

const keyOf = (at: number): string => keyImageId(`2.25.${at + 1}`, 1);

function mark(doc: Y.Doc, at: number, author: { id: string; name: string }): void {
  const uids = { studyInstanceUid: "2.25.1", seriesInstanceUid: "2.25.2", sopInstanceUid: `2.25.${at + 1}` };
  setKeyImage(doc, { id: keyOf(at), v: 1, ...uids, frame: 1, author, createdAt: new Date().toISOString() }, true);
}

/** mulberry32: the same seed, the same moments. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
