import { join } from "node:path";
import { FilesystemStore } from "../../server/adapters/objectstore/filesystem.js";
import { archiveFeature } from "../../server/features/archive/public.js";
import { createPipeline } from "../../server/features/ingest/public.js";
import { buildHttp } from "../../server/gateway/http.js";
import { systemClock } from "../../server/kernel/clock.js";
import { openDatabase } from "../../server/kernel/database.js";
import { makeLog } from "../../server/kernel/log.js";
import { makeImage, newUid } from "../devices/dicom-maker.js";
import { makeHospital } from "../fixtures/hospital.js";
import type { Benchmark } from "./bench.js";
import { quantile } from "./bench.js";

const FRAMES = 300;
const AT_ONCE = 6;
const ROUNDS = 3;

async function* whole(bytes: Buffer) {
  yield bytes;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Serving one CT series of 300 slices of 512 × 512 over loopback: frames one by one and six at a time, metadata, QIDO-RS. */
export default {
  name: "dicomweb",
  async run({ database, defer, figure, scratch }) {
    const db = openDatabase(await database(), { max: 8 });
    defer(() => db.close());
    const { organisationId, siteId } = await makeHospital(db);
    const log = makeLog("silent");
    const deps = { db, clock: systemClock, log };
    const objects = FilesystemStore.at(join(scratch, "archive"));
    const pipeline = createPipeline(deps, objects, {
      implementationClassUid: "2.25.1",
      implementationVersion: "BENCH",
    });
    defer(() => pipeline.stop());
    const actor = {
      kind: "machine",
      tokenId: "bench",
      name: "bench",
      role: "integration",
      hospitalIds: [organisationId],
      siteIds: null,
      address: "127.0.0.1",
    } as const;
    const [study, series] = [newUid(), newUid()];
    const instances = Array.from({ length: FRAMES }, newUid);
    const files = instances.map((instance, index) =>
      makeImage({ study, series, instance, number: index + 1, rows: 512, columns: 512 }),
    );
    const source = { organisationId, siteId, actor, label: "bench" };
    for (let at = 0; at < FRAMES; at += 20)
      await Promise.all(files.slice(at, at + 20).map((file) => pipeline.receive(source, whole(file))));
    const archive = archiveFeature({ ...deps, objects, pipeline });
    const app = await buildHttp({
      log,
      authenticate: async () => actor,
      trustProxy: false,
      version: "bench",
      register: async (http) => void (await archive.routes?.(http)),
    });
    defer(() => app.close());
    const root = `${await app.listen({ host: "127.0.0.1", port: 0 })}/dicomweb`;
    const frame = async (instance: string) => {
      const response = await fetch(`${root}/studies/${study}/series/${series}/instances/${instance}/frames/1`);
      const bytes = (await response.arrayBuffer()).byteLength;
      if (response.status !== 200 || bytes < 524_288) throw new Error(`frame: ${response.status}, ${bytes} bytes`);
    };
    const one = async () => {
      for (const instance of instances) await frame(instance);
    };
    const six = async () => {
      const left = instances.values();
      await Promise.all(
        Array.from({ length: AT_ONCE }, async () => {
          for (const instance of left) await frame(instance);
        }),
      );
    };
    const text = (path: string, gzip: boolean) => async () => {
      const response = await fetch(`${root}${path}`, { headers: { "accept-encoding": gzip ? "gzip" : "identity" } });
      if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
      await response.arrayBuffer();
    };
    const measured: [string, () => Promise<unknown>][] = [
      [`${FRAMES} frames, one by one`, one],
      [`${FRAMES} frames, ${AT_ONCE} at a time`, six],
      ["series metadata", text(`/studies/${study}/series/${series}/metadata`, false)],
      ["series metadata, gzip", text(`/studies/${study}/series/${series}/metadata`, true)],
      ["QIDO-RS by PatientID", text("/studies?PatientID=MADE-1", true)],
    ];
    for (const [name, work] of measured) {
      const times: number[] = [];
      for (let round = 0; round <= ROUNDS; round++) times.push(await timed(work));
      // The first round warms up.
      figure({ name, subject: "readroom", value: quantile(times.slice(1), 0.5), unit: "ms" });
    }
  },
} satisfies Benchmark;
