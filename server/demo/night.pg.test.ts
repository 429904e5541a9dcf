import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import pino from "pino";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../e2e/fixtures/database.js";
import { hl7Engine } from "../adapters/hl7/engine.js";
import { FilesystemStore } from "../adapters/objectstore/filesystem.js";
import { completeQuiet, createPipeline, ingestFeature, type Pipeline } from "../features/ingest/public.js";
import { orderReceiver, ordersFeature } from "../features/orders/public.js";
import { roomPolicy } from "../features/reading/public.js";
import { routingFeature } from "../features/routing/public.js";
import { worklistFeature } from "../features/worklist/public.js";
import { PostgresBetween } from "../gateway/rooms/between-postgres.js";
import { openRooms, type Rooms } from "../gateway/rooms/rooms.js";
import { systemClock } from "../kernel/clock.js";
import { openDatabase } from "../kernel/database.js";
import type { Deps } from "../kernel/deps.js";
import { startFollower } from "../relay/follower.js";
import { startPublisher } from "../relay/publisher.js";
import { Reactor } from "../relay/reactor.js";
import { CASES } from "./cases.js";
import { commonModules, pixelModule, SOP_CLASS, studyUids } from "./phantoms/dicom/modules.js";
import { part10File } from "./phantoms/dicom/part10.js";
import { type DemoPorts, demoFeature } from "./public.js";
import { keepOnShift, seedWorld } from "./store.js";
import { windClocks } from "./store-night.js";

// Three radiographs: one to read, one reported with a call, one without an order.
const cases = ["H260790", "A2611801", "A2611722"].map((accession) => CASES.find((one) => one.accession === accession)!);
const TIMEOUT = { timeout: 60_000, interval: 100 };

let database: FreshDatabase;
let deps: Deps;
let rooms: Rooms;
let pipeline: Pipeline;
let folder: string;
let computed = 0;
const stops: (() => Promise<unknown>)[] = [];

/** The phantom's header and UIDs around 16 × 16 pixels: the archive's way is tried here, not the anatomy. */
async function* compute(...[spec, header, { seed }]: Parameters<NonNullable<DemoPorts["compute"]>>) {
  computed += 1;
  const uids = studyUids(spec, header, seed);
  for (let instance = 1; instance <= spec.instances; instance += 1) {
    const place = {
      sopClassUid: SOP_CLASS.dxForPresentation,
      seriesNumber: 1,
      seriesDescription: "tiny",
      instanceNumber: instance,
      secondsIn: 0,
    };
    const attributes = [
      ...commonModules(spec, header, uids, place),
      ...pixelModule({ rows: 16, columns: 16, bitsAllocated: 8, bitsStored: 8 }),
    ];
    const sopInstanceUid = uids.instance(1, instance);
    const pixels = { vr: "OB", bytes: new Uint8Array(256).fill(seed) } as const;
    const dataset = part10File(place.sopClassUid, sopInstanceUid, attributes, pixels);
    yield { sopInstanceUid, seriesInstanceUid: uids.series(1), sopClassUid: place.sopClassUid, dataset };
  }
}

beforeAll(async () => {
  database = await freshDatabase();
  folder = mkdtempSync(join(tmpdir(), "readroom-demo-"));
  const db = openDatabase(database.url);
  deps = { db, clock: systemClock, log: pino({ level: "silent" }) };
  await seedWorld(deps);
  await keepOnShift(deps);
  rooms = openRooms(deps, roomPolicy(deps), new PostgresBetween(deps, database.url));
  pipeline = createPipeline(deps, FilesystemStore.at(folder), {
    implementationClassUid: "1.2.3",
    implementationVersion: "TEST",
  });
  const features = [
    ordersFeature(deps, { hl7: hl7Engine, demo: true }),
    ingestFeature(deps, pipeline, FilesystemStore.at(folder)),
    routingFeature(deps),
    worklistFeature(deps),
  ];
  const reactor = new Reactor(
    deps,
    features.flatMap((feature) => feature.reactions ?? []),
  );
  const publisher = startPublisher(deps, database.url);
  const follower = startFollower(deps, database.url, await reactor.cursor(), async (events) => {
    await reactor.handle(events);
    return true;
  });
  stops.push(
    () => follower.stop(),
    () => publisher.stop(),
    () => pipeline.stop(),
    () => rooms.close(),
    () => db.close(),
  );
});

afterAll(async () => {
  for (const stop of stops) await stop();
  rmSync(folder, { recursive: true, force: true });
  await database.drop();
});

/** The demo from its start until all its images are in, and its colleagues have nothing left to report. */
async function night(): Promise<string[]> {
  const written: string[] = [];
  let ordered = 0;
  const orders = orderReceiver(deps, { hl7: hl7Engine, demo: true });
  const feature = demoFeature(deps, {
    pipeline,
    compute,
    cases,
    documents: rooms.documents,
    receiveOrder: (raw) => {
      ordered += 1;
      return orders.receive(raw, { address: "127.0.0.1" });
    },
    receiver: async () => ({ port: 22390, close: async () => undefined }),
    screen: { write: (text) => written.push(text) },
    studiesPerHour: 0,
    makesImages: true,
  });
  await feature.start?.();
  feature.opened?.();
  await vi.waitFor(async () => expect(await count("study")).toBe(cases.length), TIMEOUT);
  await vi.waitFor(async () => {
    await completeQuiet({ ...deps, clock: { now: () => Date.now() + MINUTE } });
    await feature.timers?.[0]?.run(deps);
    expect((await rows("SELECT 1 FROM study WHERE report_state = 'final' AND state = 'closed'")).length).toBe(1);
  }, TIMEOUT);
  await vi.waitFor(() => expect(ordered).toBe(2), TIMEOUT);
  await feature.stop?.();
  return written;
}

const rows = async (sql: string) => (await deps.db.pool.query<Record<string, unknown>>(sql)).rows;
const count = async (table: string) => Number((await rows(`SELECT count(*) AS n FROM ${table}`))[0]?.n);
const TABLES = [
  "study",
  "instance",
  "imaging_order",
  "patient",
  "hl7_message",
  "report",
  "report_version",
  "critical_finding",
  "routing_rule_set",
  "ingest_incident",
];
const counts = async () => Promise.all(TABLES.map(async (table) => `${table} ${await count(table)}`));

describe("the demo's night", () => {
  it("[DW8] cases of the days before are matched, signed by a simulated colleague, and dated back with their clock", {
    timeout: 180_000,
  }, async () => {
    const written = await night();
    expect(written.at(-1)).toBe("demo images  all 3 studies are in the archive\n");
    const found = await rows(
      `SELECT s.accession_number AS accession, s.match_state AS "matchState", s.is_demo AS "isDemo", s.report_state AS report, s.urgency,
         round(extract(epoch FROM now() - s.first_instance_at) / 60)::int AS "minutesAgo", s.deadline - s.clock_started_at AS allowed,
         round(extract(epoch FROM s.signed_at - s.first_instance_at) / 60)::int AS "signedAfter", s.routable
       FROM study s ORDER BY 1`,
    );
    expect(found).toMatchObject([
      { accession: "A2611722", matchState: "matched", isDemo: true, report: "final", signedAfter: 24, routable: true },
      { accession: "A2611801", matchState: "matched", isDemo: true, report: "none", urgency: "urgent", routable: true },
      { accession: "H260790", matchState: "unmatched", isDemo: true, report: "none" },
    ]);
    expect(Math.abs(Number(found[0]?.minutesAgo) - 340)).toBeLessThanOrEqual(3);
    // What its life is told from: it waited for a reader, not for its order.
    const events = await rows(
      `SELECT o.type, round(extract(epoch FROM o.at - s.first_instance_at) / 60)::int AS after
       FROM study s JOIN outbox o ON o.stream = 'study:' || s.id::text
       WHERE s.accession_number = 'A2611722' AND o.type IN ('study.matched', 'study.routed', 'study.claimed') ORDER BY o.version`,
    );
    expect(events).toEqual([
      { type: "study.routed", after: 1 },
      { type: "study.claimed", after: 14 },
    ]);
    const [matched] = await rows(
      "SELECT matched_at = first_instance_at AS soon FROM study WHERE accession_number = 'A2611722'",
    );
    expect(matched?.soon).toBe(true);
    const [version] = await rows("SELECT signed_by_name AS name, authors, content FROM report_version");
    expect(["Dr Helen Marsh", "Dr Rafael Nunes"]).toContain(version?.name);
    expect(JSON.stringify(version?.content)).toContain("Right pneumothorax without mediastinal shift.");
  });

  it("[DW9] the critical finding was reached, read back and acknowledged, and stands in the report", async () => {
    const [finding] = await rows(
      `SELECT f.state, f.read_back_text AS "readBack", f.acknowledged_at IS NOT NULL AS acknowledged,
         (SELECT array_agg(kind ORDER BY at, kind) FROM critical_step c WHERE c.finding_id = f.id) AS steps FROM critical_finding f`,
    );
    expect(finding).toMatchObject({
      state: "closed",
      acknowledged: true,
      readBack: "Right pneumothorax, no shift; we place a drain now.",
    });
    expect(finding?.steps).toEqual(expect.arrayContaining(["raised", "reached", "read_back", "acknowledged"]));
    const [version] = await rows("SELECT content->'communications'->0->>'acknowledgedBy' AS by FROM report_version");
    expect(version?.by).toMatch(/^Dr Priya Raman, by phone with Dr (Helen Marsh|Rafael Nunes)$/);
  });

  it("[DW7] a second start makes nothing twice", { timeout: 120_000 }, async () => {
    const before = await counts();
    const written = await night();
    expect(await counts()).toEqual(before);
    expect(computed).toBe(cases.length);
    expect(written).toEqual([]);
  });

  it("[DW7] objects that came before a kill in the middle are the same when they are computed again", {
    timeout: 120_000,
  }, async () => {
    await deps.db.pool.query("UPDATE study SET instances_received = 0 WHERE accession_number = 'A2611801'");
    await night();
    expect(computed).toBe(cases.length + 1);
    expect(await count("instance")).toBe(cases.length);
    expect(await count("ingest_incident")).toBe(0);
  });

  it("[DW10] late clocks of unread demo studies begin anew, others are left alone", async () => {
    const late =
      "UPDATE study SET deadline = now() - interval '5 hours', clock_started_at = now() - interval '7 hours', state = 'readable'";
    await deps.db.pool.query(`${late} WHERE accession_number IN ('A2611801', 'A2611722')`);
    expect(await windClocks(deps)).toBe(1);
    const [wound] = await rows(
      "SELECT round(extract(epoch FROM deadline - now()) / 60)::int AS left FROM study WHERE accession_number = 'A2611801'",
    );
    expect(wound).toEqual({ left: 118 });
  });

  it("keeps the audit trail: dating back is written down", async () => {
    expect((await rows("SELECT 1 FROM audit_event WHERE action = 'demo.arrival_moved'")).length).toBeGreaterThan(0);
  });
});
