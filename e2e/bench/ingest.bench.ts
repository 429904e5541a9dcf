import { promises as fs } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { superviseDimse } from "../../server/app/dimse-supervisor.js";
import { openDatabase } from "../../server/kernel/database.js";
import { makeLog } from "../../server/kernel/log.js";
import { makeImage, newUid } from "../devices/dicom-maker.js";
import { dcmsend, launchTool, modalityKind } from "../devices/modality.js";
import { makeHospital } from "../fixtures/hospital.js";
import type { BenchContext, Benchmark } from "./bench.js";
import { quantile } from "./bench.js";

const INSTANCES = 300;
const ROUNDS = 5;
const ASSOCIATIONS = [1, 4];
const HUB_PORT = 20_980;
const PEER_PORT = 20_981;

/** CT slices of 512 × 512 × 16 bit (0.53 MB each), a new study a round, in as many folders as there are associations. */
async function makeStudy(folder: string, folders: number): Promise<string[]> {
  const [study, series] = [newUid(), newUid()];
  const paths = Array.from({ length: folders }, (_, index) => join(folder, String(index)));
  for (const path of paths) await fs.mkdir(path, { recursive: true });
  for (let number = 1; number <= INSTANCES; number++)
    await fs.writeFile(
      join(paths[number % folders] as string, `${number}.dcm`),
      makeImage({ study, series, number, rows: 512, columns: 512 }),
    );
  return paths;
}

async function rate(port: number, folders: readonly string[]): Promise<number> {
  const began = performance.now();
  const runs = await Promise.all(folders.map((folder) => dcmsend({ port }, [folder])));
  const failed = runs.find((run) => run.code !== 0);
  if (failed !== undefined) throw new Error(`dcmsend: ${failed.output.slice(0, 400)}`);
  return INSTANCES / ((performance.now() - began) / 1000);
}

async function startHub({ database, defer, scratch }: BenchContext): Promise<void> {
  const url = await database();
  const db = openDatabase(url, { max: 2 });
  defer(() => db.close());
  await makeHospital(db);
  const entry = fileURLToPath(new URL("../../server/app/dimse-process.ts", import.meta.url));
  const config = {
    databaseUrl: url,
    dataDir: join(scratch, "hub"),
    port: HUB_PORT,
    aeTitle: "READROOM",
    loopbackIsFirstHospital: true,
    logLevel: "warn",
  };
  const dimse = superviseDimse(config, makeLog("warn"), { entry, execArgv: ["--import", "tsx"] });
  defer(() => dimse.stop());
  await dimse.start();
}

async function startPeer({ defer, scratch }: BenchContext): Promise<void> {
  const folder = join(scratch, "storescp");
  await fs.mkdir(folder, { recursive: true });
  const { process: peer, done } = launchTool("storescp", [
    "--fork",
    "+xa",
    "-od",
    folder,
    "-aet",
    "READROOM",
    String(PEER_PORT),
  ]);
  defer(async () => {
    peer.kill("SIGTERM");
    await done;
  });
}

/** C-STORE against dcmtk's storescp in the same run, on the same files; storescp neither syncs nor indexes. */
export default {
  name: "ingest",
  async run(context) {
    const { figure, note, scratch } = context;
    if (modalityKind() !== "dcmtk") {
      note("dcmtk is not installed: C-STORE is not measured");
      return;
    }
    await startHub(context);
    await startPeer(context);
    await rate(HUB_PORT, await makeStudy(join(scratch, "warm"), 1));
    for (const associations of ASSOCIATIONS) {
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const folder = join(scratch, `round-${associations}-${round}`);
        const folders = await makeStudy(folder, associations);
        theirs.push(await rate(PEER_PORT, folders));
        ours.push(await rate(HUB_PORT, folders));
        await fs.rm(folder, { recursive: true });
      }
      const name = `C-STORE, ${associations} association${associations === 1 ? "" : "s"}`;
      figure({ name, subject: "readroom (fsync and index)", value: quantile(ours, 0.5), unit: "instances/s" });
      figure({ name, subject: "dcmtk storescp (neither)", value: quantile(theirs, 0.5), unit: "instances/s" });
      figure({ name, subject: "ratio", value: quantile(ours, 0.5) / quantile(theirs, 0.5), unit: "of storescp" });
    }
  },
} satisfies Benchmark;
