import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import type { Actor } from "@readroom/shared/domain/access.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshDatabase } from "../../../e2e/fixtures/database.js";
import { makeWorld, type World } from "../worklist/testing/world.js";
import { weigh } from "./images.js";
import { noteImages, seenLate, signedAfterLate } from "./late.js";
import { attribution, keepLife, lifeOf } from "./life.js";
import { answerPause, pauseClock, resumeClock } from "./pauses.js";
import { learnTimes } from "./skew.js";
import { saveExpectation } from "./store-images.js";
import { deviceClocks } from "./store-skew.js";

let world: World;
let drop: () => Promise<void>;
const SYSTEM: Actor = { kind: "system", name: "test" };

beforeAll(async () => {
  const database = await freshDatabase();
  world = await makeWorld(database.url);
  drop = database.drop;
});
afterAll(async () => {
  await world.close();
  await drop();
});

const inTx = <T>(work: Parameters<typeof world.db.pgTx<T>>[0]) => world.db.pgTx(work);
const column = async (studyId: string, name: string): Promise<unknown> =>
  (await world.db.pool.query(`SELECT ${name} AS value FROM study WHERE id = $1`, [studyId])).rows[0]?.value;
const eventsOf = async (studyId: string): Promise<string[]> =>
  (
    await world.db.pool.query<{ type: string }>("SELECT type FROM outbox WHERE stream = $1 ORDER BY version", [
      `study:${studyId}`,
    ])
  ).rows.map(({ type }) => type);

/** Images in the index, as ingest leaves them. */
async function images(studyId: string, count: number, at: number, metadata: object = {}): Promise<string> {
  const series = randomUUID();
  const { rows } = await world.db.pool.query<{ id: string }>(
    "INSERT INTO series (study_id, series_instance_uid, modality, instance_count) VALUES ($1, $2, 'CT', $3) RETURNING id",
    [studyId, series, count],
  );
  for (let n = 0; n < count; n += 1)
    await world.db.pool.query(
      `INSERT INTO instance (series_id, study_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, path, size, digest, metadata, received_from, received_at, flags)
       VALUES ($1, $2, $3, '1.2', '1.2', $3, 1, 'd', $4, 'CT1@10.0.0.1', $5, '{}')`,
      [rows[0]?.id, studyId, randomUUID(), gzipSync(JSON.stringify(metadata)), new Date(at)],
    );
  await world.db.pool.query(
    "UPDATE study SET instances_received = instances_received + $2, last_instance_at = $3 WHERE id = $1",
    [studyId, count, new Date(at)],
  );
  return series;
}

describe("pauses", () => {
  it("[CK11] a pause moves the deadline by its length, is told and audited; a foreign study answers as unknown", async () => {
    const reader = await world.person();
    const study = await world.study({ deadline: world.now + 30 * MINUTE });
    const before = Number(await column(study, "extract(epoch FROM deadline) * 1000"));
    expect(
      await pauseClock(world.deps, reader, study, { reason: "missing_images", note: "no coronals" }),
    ).toMatchObject({ ok: true });
    expect(await pauseClock(world.deps, reader, study, { reason: "call_back", note: "" })).toMatchObject({
      ok: false,
      error: { code: "conflict" },
    });
    world.deps.clock.advance(7 * MINUTE);
    await inTx((tx) => answerPause(world.deps, tx, SYSTEM, study, "order"));
    expect(await column(study, "paused_reason")).toBe("missing_images");
    await inTx((tx) => answerPause(world.deps, tx, SYSTEM, study, "images"));
    expect(await column(study, "paused_reason")).toBeNull();
    expect(Number(await column(study, "extract(epoch FROM deadline) * 1000"))).toBe(before + 7 * MINUTE);
    expect(await eventsOf(study)).toEqual(["study.clock_paused", "study.clock_resumed"]);
    const { rows } = await world.db.pool.query(
      "SELECT action, detail FROM audit_event WHERE study_id = $1 ORDER BY inserted_seq",
      [study],
    );
    expect(rows.map(({ action }) => action)).toEqual(["study.clock_paused", "study.clock_resumed"]);
    expect(JSON.stringify(rows)).not.toContain("coronals");
    const foreign = await world.study({ at: "foreign" });
    expect(await pauseClock(world.deps, reader, foreign, { reason: "call_back", note: "" })).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
  });

  it("[CK12] the hospital's own answer ends it, of two that end it at once one does", async () => {
    const reader = await world.person();
    const coordinator = await world.person({
      role: "coordinator",
      organisation: world.north.hospital,
      kind: "hospital",
      hospitals: [world.north.hospital],
    });
    const study = await world.study({ at: "north" });
    await pauseClock(world.deps, reader, study, { reason: "call_back", note: "" });
    const both = await Promise.all([
      resumeClock(world.deps, coordinator, study, "Dr. Ray called back"),
      resumeClock(world.deps, reader, study, "they rang"),
    ]);
    expect(await eventsOf(study)).toEqual(["study.clock_paused", "study.clock_resumed"]);
    expect(both.some(({ ok }) => ok)).toBe(true);
  });
});

describe("late images", () => {
  it("[CK13] images after the signature open the study visibly, until a reader has seen them or adds to the report", async () => {
    const reader = await world.person();
    const study = await world.study({ reportState: "final", state: "closed" });
    const now = () => world.deps.clock.now();
    await world.db.pool.query("UPDATE study SET signed_at = $2 WHERE id = $1", [study, new Date(now())]);
    await inTx((tx) => noteImages(world.deps, tx, study));
    expect(await eventsOf(study)).toEqual([]);
    world.deps.clock.advance(MINUTE);
    await images(study, 2, now());
    await inTx((tx) => noteImages(world.deps, tx, study));
    await inTx((tx) => noteImages(world.deps, tx, study));
    expect(await eventsOf(study)).toEqual(["study.late_images"]);
    expect(await column(study, "late_images")).toBe(2);
    expect(await lifeOf(world.deps, reader, study)).toMatchObject({
      value: { late: { images: 2 }, may: { seen: true } },
    });
    world.deps.clock.advance(MINUTE);
    expect(await seenLate(world.deps, reader, study, "scout only")).toMatchObject({ ok: true });
    expect(await seenLate(world.deps, reader, study, "")).toMatchObject({ ok: false });
    expect(await column(study, "late_images")).toBe(0);
    world.deps.clock.advance(MINUTE);
    await images(study, 3, now());
    await inTx((tx) => noteImages(world.deps, tx, study));
    expect(await column(study, "late_images")).toBe(3);
    await inTx((tx) => signedAfterLate(world.deps, tx, SYSTEM, study));
    expect(await column(study, "late_images")).toBe(0);
  });
});

describe("a study's life", () => {
  it("[CK14] is read from what is stored, adds up to the turnaround, and is summed over studies for group and hospital", async () => {
    const reader = await world.person();
    const study = await world.study({ at: "north", reportState: "final", state: "closed" });
    const first = world.deps.clock.now() - 40 * MINUTE;
    await world.db.pool.query(
      "UPDATE study SET first_instance_at = $2, complete_at = $3, matched_at = $3, signed_at = $4 WHERE id = $1",
      [study, new Date(first), new Date(first + 5 * MINUTE), new Date(first + 35 * MINUTE)],
    );
    await inTx((tx) => keepLife(world.deps, tx, study));
    const life = await lifeOf(world.deps, reader, study);
    if (!life.ok) throw new Error("no life");
    const { segments, from, to, finished } = life.value;
    expect([to - from, finished]).toEqual([35 * MINUTE, true]);
    expect(segments.map(({ kind, from: a, to: b }) => [kind, (b - a) / MINUTE])).toEqual([
      ["transfer", 5],
      ["queue", 30],
    ]);
    const sums = await attribution(world.deps, reader, { by: "site", days: 7 });
    expect(sums).toMatchObject({
      value: { groups: [{ studies: 1, meanMinutes: 35, minutes: { transfer: 5, queue: 30, reader: 0 } }] },
    });
    const south = await world.person({
      role: "coordinator",
      organisation: world.south.hospital,
      kind: "hospital",
      hospitals: [world.south.hospital],
    });
    expect(await attribution(world.deps, south, { by: "site", days: 7 })).toMatchObject({ value: { groups: [] } });
    expect(await lifeOf(world.deps, south, study)).toMatchObject({ ok: false, error: { code: "not_found" } });
  });
});

describe("images expected and devices' clocks", () => {
  it("[CK15] what a source announced is weighed against what is here, and told when it changes", async () => {
    const study = await world.study({ state: "receiving" });
    const series = await images(study, 2, world.deps.clock.now());
    const expectation = {
      source: "commitment",
      instances: 5,
      series: { [series]: 5 },
      final: true,
      at: world.deps.clock.now(),
    } as const;
    await inTx((tx) => saveExpectation(tx, study, expectation));
    await inTx((tx) => weigh(world.deps, tx, study));
    await inTx((tx) => weigh(world.deps, tx, study));
    expect(await eventsOf(study)).toEqual(["study.completeness"]);
    expect([await column(study, "images_missing"), await column(study, "instances_expected")]).toEqual([3, 5]);
  });

  it("[CK16] images from our future flag their station; the end of the examination is corrected by it", async () => {
    const now = world.deps.clock.now();
    const local = (at: number) => new Date(at).toISOString().replaceAll(/[-:T]/g, "");
    const stamped = (at: number) => ({
      "00081010": { vr: "SH", Value: ["CTROOM1"] },
      "00080201": { vr: "SH", Value: ["+0000"] },
      "00080022": { vr: "DA", Value: [local(at).slice(0, 8)] },
      "00080032": { vr: "TM", Value: [local(at).slice(8, 14)] },
    });
    let study = "";
    for (let n = 0; n < 6; n += 1) {
      study = await world.study({ at: "north", state: "complete" });
      await world.db.pool.query("UPDATE study SET first_instance_at = $2 WHERE id = $1", [
        study,
        new Date(now - MINUTE),
      ]);
      await images(study, 1, now, stamped(now + 10 * MINUTE));
      await inTx((tx) => learnTimes(world.deps, tx, study));
    }
    const [clock] = await deviceClocks(world.db.pool, [world.north.hospital], null);
    expect(clock).toMatchObject({ device: "CTROOM1", samples: 6 });
    expect(Math.round((clock?.aheadMs ?? 0) / MINUTE)).toBe(10);
    expect(clock?.flaggedSince).not.toBeNull();
    expect(Math.abs(Number(await column(study, "extract(epoch FROM exam_ended_at) * 1000")) - now)).toBeLessThan(2_000);
    expect(await column(study, "exam_end_note")).toContain("the device's clock is ahead");
    expect(await deviceClocks(world.db.pool, [world.south.hospital], null)).toEqual([]);
  });
});
