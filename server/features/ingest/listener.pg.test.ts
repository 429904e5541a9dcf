import { promises as fs } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { uidFromUuid } from "@readroom/shared/dicom/uid.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeImage, newUid } from "../../../e2e/devices/dicom-maker.js";
import {
  dcmsend,
  echo,
  findscu,
  getscu,
  launchDcmsend,
  launchTool,
  modalityKind,
  movescu,
  storescu,
} from "../../../e2e/devices/modality.js";
import { realDicom } from "../../../e2e/devices/test-data.js";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { makeHospital } from "../../../e2e/fixtures/hospital.js";
import { type DimseSupervisor, superviseDimse } from "../../app/dimse-supervisor.js";
import { type Database, openDatabase } from "../../kernel/database.js";
import { makeLog } from "../../kernel/log.js";

let database: FreshDatabase;
let db: Database;
let root = "";
let dimse: DimseSupervisor;
let port = 0;
const real = realDicom();

async function launch(): Promise<void> {
  const entry = fileURLToPath(new URL("../../app/dimse-process.ts", import.meta.url));
  const config = {
    databaseUrl: database.url,
    dataDir: join(root, "data"),
    host: "127.0.0.1",
    port: 0,
    aeTitle: "READROOM",
    loopbackIsFirstHospital: true,
    logLevel: "silent",
  };
  dimse = superviseDimse(config, makeLog("silent"), { entry, execArgv: ["--import", "tsx"] });
  port = await dimse.start();
}

beforeAll(async () => {
  root = await fs.mkdtemp(join(tmpdir(), "readroom-listener-"));
  database = await freshDatabase();
  db = openDatabase(database.url, { max: 3 });
  await makeHospital(db);
  await launch();
});

afterAll(async () => {
  await dimse.stop();
  await db.close();
  await database.drop();
  await fs.rm(root, { recursive: true });
});

async function makeStudy(folder: string, count: number, size = 64): Promise<{ study: string; instances: string[] }> {
  await fs.mkdir(folder, { recursive: true });
  const [study, series] = [newUid(), newUid()];
  const instances = Array.from({ length: count }, newUid);
  await Promise.all(
    instances.map((instance, index) =>
      fs.writeFile(
        join(folder, `${index}.dcm`),
        makeImage({ study, series, instance, number: index + 1, rows: size, columns: size }),
      ),
    ),
  );
  return { study, instances };
}

async function indexed(study: string): Promise<{ sop: string; path: string; size: number }[]> {
  const { rows } = await db.pool.query(
    "SELECT i.sop_instance_uid AS sop, i.path, i.size FROM instance i JOIN study s ON s.id = i.study_id WHERE s.study_instance_uid = $1",
    [study],
  );
  return rows;
}

const dcmtk = modalityKind() === "dcmtk";

describe("DICOM listener", () => {
  it("[IN1] answers C-ECHO, and turns a wrong called AE title away", async () => {
    expect((await echo({ port })).code).toBe(0);
    const wrong = await echo({ port, calledAe: "SOMEBODY" });
    expect(wrong.code).not.toBe(0);
    if (dcmtk) expect(wrong.output).toContain("Called AE Title Not Recognized");
  });

  it("[IN2] keeps every instance of every real set as sent, in its own transfer syntax", async () => {
    const folder = real ?? join(root, "generated");
    if (real === undefined) await makeStudy(folder, 5);
    const sets =
      real === undefined
        ? [folder]
        : [
            "ct-head-phantom/std-5mm",
            "transfer-syntaxes/ct-image",
            "cine",
            "sr",
            "seg",
            "rt",
            "waveform",
            "charsets",
          ].map((set) => join(real, set));
    const present: string[] = [];
    for (const set of sets)
      if (
        await fs.stat(set).then(
          () => true,
          () => false,
        )
      )
        present.push(set);
    for (const set of present) expect((await dcmsend({ port }, [set], ["--no-halt"])).code).toBe(0);
    const { rows } = await db.pool.query<{ path: string; sop: string; syntax: string }>(
      "SELECT path, sop_instance_uid AS sop, transfer_syntax_uid AS syntax FROM instance",
    );
    expect(rows.length).toBeGreaterThan(real === undefined ? 4 : 40);
    if (real !== undefined && dcmtk) {
      const syntaxes = new Set(rows.map((row) => row.syntax));
      expect(syntaxes.size).toBeGreaterThanOrEqual(4);
      const names = await db.pool.query<{ name: { ideographic?: string } }>(
        "SELECT dicom_patient_name AS name FROM study WHERE dicom_patient_name ? 'ideographic'",
      );
      expect(names.rows.map(({ name }) => name.ideographic)).toContain("王^小东");
    }
    for (const row of rows)
      expect((await fs.readFile(join(root, "data/archive/objects", row.path))).subarray(128, 132).toString()).toBe(
        "DICM",
      );
  }, 120_000);

  it("[IN3] success only after fsync and index commit: whatever was acknowledged survives kill -9, five times at random moments", async () => {
    for (let round = 0; round < 5; round++) {
      const folder = join(root, `kill-${round}`);
      const { study, instances } = await makeStudy(folder, 120, 128);
      const sender = dcmtk ? launchDcmsend({ port }, [folder], ["-v"]) : undefined;
      const done = sender?.done ?? dcmsend({ port }, [folder]);
      const target = 5 + Math.floor(Math.random() * 60);
      while ((await indexed(study)).length < target) await new Promise<void>((resolve) => setImmediate(resolve));
      process.kill(dimse.pid() as number, "SIGKILL");
      const { output } = await done;
      const acknowledged = (output.match(/Received C-STORE Response \(Success\)/g) ?? []).length;
      await dimse.stop();
      await launch();
      const rows = await indexed(study);
      expect(rows.length).toBeGreaterThanOrEqual(acknowledged);
      for (const row of rows)
        expect((await fs.stat(join(root, "data/archive/objects", row.path))).size).toBe(Number(row.size));
      // The sender repeats what was not answered; what was there is success again and changes nothing.
      expect((await dcmsend({ port }, [folder])).code).toBe(0);
      const all = await indexed(study);
      expect(all.map((row) => row.sop).sort()).toEqual([...instances].sort());
      const counts = await db.pool.query("SELECT instances_received AS n FROM study WHERE study_instance_uid = $1", [
        study,
      ]);
      expect(counts.rows[0].n).toBe(instances.length);
      expect((await fs.readdir(join(root, "data/archive/incoming"))).length).toBe(0);
    }
  }, 180_000);

  it("[IN4] four associations at once into one study lose and double nothing", async () => {
    const folder = join(root, "four");
    const { study, instances } = await makeStudy(folder, 80);
    for (let part = 0; part < 4; part++) await fs.mkdir(join(folder, `p${part}`));
    for (let index = 0; index < 80; index++)
      await fs.rename(join(folder, `${index}.dcm`), join(folder, `p${index % 4}`, `${index}.dcm`));
    const runs = await Promise.all([0, 1, 2, 3].map((part) => dcmsend({ port }, [join(folder, `p${part}`)])));
    expect(runs.map((run) => run.code)).toEqual([0, 0, 0, 0]);
    expect((await indexed(study)).map((row) => row.sop).sort()).toEqual([...instances].sort());
    const { rows } = await db.pool.query(
      "SELECT instances_received AS n, series_count AS series FROM study WHERE study_instance_uid = $1",
      [study],
    );
    expect(rows[0]).toEqual({ n: 80, series: 1 });
  }, 60_000);

  it.runIf(dcmtk)(
    "[IN5] a sender killed in the middle leaves no temporary file and no half object",
    async () => {
      const folder = join(root, "cut");
      const { study } = await makeStudy(folder, 60, 512);
      const sender = launchDcmsend({ port }, [folder]);
      while ((await indexed(study)).length < 3) await new Promise<void>((resolve) => setImmediate(resolve));
      sender.process.kill("SIGKILL");
      await sender.done;
      expect((await echo({ port })).code).toBe(0);
      await expect.poll(async () => (await fs.readdir(join(root, "data/archive/incoming"))).length).toBe(0);
      for (const row of await indexed(study))
        expect((await fs.stat(join(root, "data/archive/objects", row.path))).size).toBe(Number(row.size));
    },
    60_000,
  );

  it.runIf(dcmtk)("[IN6] refuses what can't be filed with a status and a comment that says why", async () => {
    const bad = join(root, "no-study.dcm");
    const file = makeImage({ study: "1.2.3.4.5.6" });
    // The study's UID becomes something that is no UID, without changing any length.
    await fs.writeFile(bad, Buffer.from(file.toString("latin1").replace("1.2.3.4.5.6", "1.2.x.4.5.6"), "latin1"));
    const run = await storescu({ port }, [bad], ["-v"]);
    expect(run.output).toMatch(/Cannot ?understand|C000/i);
    const { rows } = await db.pool.query("SELECT reason FROM ingest_incident WHERE kind = 'unreadable'");
    expect(rows.map((row) => row.reason)).toContain("Study Instance UID is not a UID");
  });

  it.runIf(dcmtk)("[OR18] a modality is given its site's orders that wait for images, and nobody else's", async () => {
    const other = await makeHospital(db, "ELSEWHERE");
    const { siteId } = (
      await db.pool.query<{ siteId: string }>('SELECT id AS "siteId" FROM site ORDER BY created_at LIMIT 1')
    ).rows[0]!;
    const order = (site: string, accession: string, state: string, detail = "{}") =>
      db.pool.query(
        `WITH p AS (INSERT INTO patient (organisation_id, issuer, mrn, name, birth_date, sex)
           SELECT organisation_id, patient_id_issuer, $2, '{"alphabetic": "Ångström^Per"}', '19500102', 'M' FROM site WHERE id = $1 RETURNING id)
         INSERT INTO imaging_order (site_id, patient_id, accession_number, procedure_text, modality, state, source, detail, scheduled_at)
         SELECT $1, id, $2, 'CT head', 'CT', $3, 'form', $4::jsonb, '2026-11-28T23:30:00Z' FROM p`,
        [site, accession, state, detail],
      );
    await order(siteId, "WL1", "scheduled");
    await order(siteId, "WL2", "cancelled");
    await order(siteId, "WL3", "scheduled", '{"held": true}');
    await order(other.siteId, "WL4", "scheduled");
    const ask = async (...keys: string[]) => {
      const { code, output } = await findscu({ port }, "-W", [
        "AccessionNumber",
        "PatientName",
        "StudyInstanceUID",
        ...keys,
      ]);
      expect(code).toBe(0);
      return [...output.matchAll(/SH \[(WL\d)\s*\]/g)].map((match) => match[1]);
    };
    const step = (key: string) => `ScheduledProcedureStepSequence[0].${key}`;
    // Half past eleven at night in UTC is half past six in New York.
    expect(await ask(step("Modality=CT"), step("ScheduledProcedureStepStartDate=20261128"))).toEqual(["WL1"]);
    expect(await ask(step("ScheduledProcedureStepStartTime=1830"))).toEqual(["WL1"]);
    expect(await ask(step("ScheduledProcedureStepStartDate=20261129"))).toEqual([]);
    expect(await ask(step("Modality=MR"))).toEqual([]);
    expect(await ask("PatientID=WL1", step("ScheduledStationAETitle=CT1"))).toEqual(["WL1"]);
    expect(await ask(step("ScheduledProcedureStepStartDate=soon"))).toEqual([]);
    const { rows } = await db.pool.query(
      "SELECT count(*)::int AS n FROM audit_event WHERE action = 'order.list' AND detail->>'by' = 'modality worklist'",
    );
    // Asked for four times, written down once in the hour.
    expect(rows[0]?.n).toBe(1);
    // The console cut the accession number short: the Study Instance UID that it was given leads back.
    const promised = (
      await db.pool.query<{ id: string }>("SELECT id FROM imaging_order WHERE accession_number = 'WL1'")
    ).rows[0]!;
    const study = uidFromUuid(promised.id);
    const file = join(root, "promised.dcm");
    await fs.writeFile(file, makeImage({ study, patientId: "WL1", accession: "W" }));
    expect((await storescu({ port }, [file])).code).toBe(0);
    const matched = await db.pool.query<{ order: string }>(
      'SELECT order_id AS "order" FROM study WHERE study_instance_uid = $1',
      [study],
    );
    expect(matched.rows[0]?.order).toBe(promised.id);
    expect(await ask(step("Modality=CT"))).toEqual([]);
    const cutOff = await findscu({ port }, "-S", ["QueryRetrieveLevel=STUDY", "PatientName=*?*?*?*?*?*?*#"]);
    expect(cutOff.code).toBe(0);
  });

  it.runIf(dcmtk)(
    "[IN12] other archives find, get and move priors: the same bytes, of their own hospital only",
    async () => {
      const folder = join(root, "prior");
      const { study, instances } = await makeStudy(folder, 3);
      await dcmsend({ port }, [folder]);
      const keys = ["QueryRetrieveLevel=STUDY", `StudyInstanceUID=${study}`];
      const found = await findscu({ port }, "-S", [
        ...keys,
        "PatientName",
        "NumberOfStudyRelatedInstances",
        "ModalitiesInStudy",
      ]);
      expect(found.output).toContain("Test^Made");
      expect(found.output).toMatch(/\[3\s*\]/);
      expect(
        (await findscu({ port }, "-S", ["QueryRetrieveLevel=STUDY", "StudyInstanceUID=1.2.3", "PatientName"])).output,
      ).not.toContain("Test^Made");
      expect(
        (
          await findscu({ port }, "-P", [
            "QueryRetrieveLevel=SERIES",
            `StudyInstanceUID=${study}`,
            "Modality",
            "SeriesInstanceUID",
          ])
        ).output,
      ).toContain("[CT]");

      const got = join(root, "got");
      await fs.mkdir(got);
      const get = await getscu({ port }, keys, got);
      expect([get.code, (await fs.readdir(got)).length]).toEqual([0, 3]);

      const moved = join(root, "moved");
      await fs.mkdir(moved);
      const destination = 20_990;
      const { process: archive, done } = launchTool("storescp", [
        "-od",
        moved,
        "-aet",
        "OLDPACS",
        "+xa",
        String(destination),
      ]);
      try {
        await expect.poll(async () => (await echo({ port: destination, calledAe: "OLDPACS" })).code).toBe(0);
        expect((await movescu({ port }, "NOBODY", keys)).code).not.toBe(0);
        await db.pool.query(
          "INSERT INTO dicom_peer (ae_title, host, port, site_id) SELECT 'OLDPACS', '127.0.0.1', $1, id FROM site LIMIT 1",
          [destination],
        );
        expect((await movescu({ port }, "OLDPACS", keys)).code).toBe(0);
        await expect.poll(async () => (await fs.readdir(moved)).length).toBe(3);
      } finally {
        archive.kill("SIGTERM");
        await done;
      }
      const sent = await fs.readFile(join(folder, "0.dcm"));
      const dataset = sent.subarray(sent.indexOf(Buffer.from([0x08, 0, 0x16, 0, 0x55, 0x49])));
      const copies = await Promise.all((await fs.readdir(moved)).map((name) => fs.readFile(join(moved, name))));
      expect(copies.some((copy) => copy.subarray(copy.length - dataset.length).equals(dataset))).toBe(true);
      expect(instances).toHaveLength(3);
    },
    60_000,
  );
});
