import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { computePhantom, computePhantomInWorker, phantomById, type StudyHeader } from "./public.js";

const header: StudyHeader = {
  patient: { name: "Lindqvist^Maja", id: "SM-77", birthDate: "", sex: "F" },
  accessionNumber: "B-9",
  studyId: "1",
  studyDate: "20260302",
  studyTime: "120000",
  institution: "Södermalm",
  stationName: "MR1",
  referringPhysician: "",
};

describe("phantom worker", { timeout: 120_000 }, () => {
  const here = dirname(fileURLToPath(import.meta.url));
  const spec = phantomById("mr-brain-normal");
  let folder: string;
  let workerUrl: URL;

  // A worker thread runs compiled code: compile these files alone, whatever state the build is in.
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "phantom-worker-"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
    const options = [
      "--ignoreConfig",
      "--module",
      "nodenext",
      "--target",
      "es2023",
      "--types",
      "node",
      "--skipLibCheck",
      "--rootDir",
      here,
    ];
    execFileSync(process.execPath, [tsc, ...options, "--outDir", folder, join(here, "worker.ts")], { cwd: here });
    workerUrl = pathToFileURL(join(folder, "worker.js"));
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true }));

  it("[PH10] gives the same bytes as the calling thread, counts them, and ends with its reader", async () => {
    const here = computePhantom(spec, header, { seed: 4 });
    const counts: number[] = [];
    for await (const instance of computePhantomInWorker(spec, header, {
      seed: 4,
      workerUrl,
      onProgress: (done) => counts.push(done),
    })) {
      expect(Buffer.compare(instance.dataset, here.next().value?.dataset ?? new Uint8Array())).toBe(0);
      if (counts.length === 3) break;
    }
    expect(counts).toEqual([1, 2, 3]);
  });

  it("[PH10] a refused header and an abort reach the caller", async () => {
    const long = { ...header, accessionNumber: "B".repeat(17) };
    await expect(computePhantomInWorker(spec, long, { seed: 4, workerUrl }).next()).rejects.toThrow(/longer than 16/);
    const abort = new AbortController();
    const running = computePhantomInWorker(spec, header, { seed: 4, workerUrl, signal: abort.signal });
    await running.next();
    abort.abort(new Error("hub stops"));
    await expect(running.next()).rejects.toThrow("hub stops");
  });
});
