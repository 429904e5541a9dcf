import { promises as fs } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Actor } from "@readroom/shared/domain/access.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeImage, newUid } from "../../../e2e/devices/dicom-maker.js";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { makeHospital } from "../../../e2e/fixtures/hospital.js";
import { FilesystemStore } from "../../adapters/objectstore/filesystem.js";
import { systemClock } from "../../kernel/clock.js";
import { type Database, openDatabase } from "../../kernel/database.js";
import { makeLog } from "../../kernel/log.js";
import { IndexCommitter } from "./committer.js";
import { takeKept } from "./incidents.js";
import { createPipeline, type Pipeline } from "./pipeline.js";
import type { IngestSource } from "./ports.js";

let database: FreshDatabase;
let db: Database;
let root = "";
let pipeline: Pipeline;
let source: IngestSource;
let objects: FilesystemStore;
const operator: Actor = { kind: "system", name: "operator" };

beforeAll(async () => {
  root = await fs.mkdtemp(join(tmpdir(), "readroom-replace-"));
  database = await freshDatabase();
  db = openDatabase(database.url, { max: 4 });
  objects = FilesystemStore.at(join(root, "archive"));
  pipeline = createPipeline(deps(), objects, { implementationClassUid: "1.2.3", implementationVersion: "T" });
  source = { ...(await makeHospital(db)), actor: { kind: "system", name: "test" }, label: "CT1@10.0.0.1" };
});
afterAll(async () => {
  await pipeline.stop();
  await db.close();
  await database.drop();
  await fs.rm(root, { recursive: true });
});

const deps = () => ({ db, clock: systemClock, log: makeLog("silent") });
async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
const inView = async (instance: string) =>
  (await db.pool.query("SELECT path, size, flags FROM instance WHERE sop_instance_uid = $1", [instance])).rows[0];
const incidents = async () =>
  (await db.pool.query("SELECT id, kind, path FROM ingest_incident WHERE resolved_at IS NULL ORDER BY at")).rows;

it("[IN13] the whole image takes the place of one that came cut off; both are kept, an incident says so, and it can be undone", async () => {
  const [study, series, instance] = [newUid(), newUid(), newUid()];
  const whole = makeImage({ study, series, instance, rows: 64, columns: 64 });
  const cut = whole.subarray(0, whole.length - 2_000);
  expect((await pipeline.receive(source, once(cut))).kind).toBe("stored");
  const before = await inView(instance);
  expect(before.flags.join()).toContain("images can't be shown");
  const outcome = await pipeline.receive(source, once(whole));
  expect(outcome).toMatchObject({ kind: "stored" });
  const after = await inView(instance);
  expect([Number(after.size) > Number(before.size), after.flags]).toEqual([true, []]);
  const [told] = await incidents();
  expect(told).toMatchObject({ kind: "replaced", path: before.path });
  for (const { path } of [before, after])
    await expect(fs.stat(join(root, "archive/objects", path))).resolves.toBeTruthy();
  expect((await pipeline.receive(source, once(whole))).kind).toBe("duplicate");

  const filing = { deps: deps(), objects, committer: new IndexCommitter(deps()), webRoot: "/dicomweb" };
  expect(await takeKept(filing, operator, told.id, "as it was")).toMatchObject({ ok: true });
  expect((await inView(instance)).path).toBe(before.path);
  expect(await takeKept(filing, operator, told.id, "twice")).toMatchObject({ ok: false, error: { code: "not_found" } });
  expect((await incidents()).map(({ path }) => path)).toEqual([after.path]);
});
