import { promises as fs } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeImage, newUid } from "../../../e2e/devices/dicom-maker.js";
import { dcmsend } from "../../../e2e/devices/modality.js";
import { createStep, listenForReports, requestCommitment, setStep } from "../../../e2e/devices/workflow-dcmjs.js";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { makeHospital } from "../../../e2e/fixtures/hospital.js";
import { type DimseSupervisor, superviseDimse } from "../../app/dimse-supervisor.js";
import { testClock } from "../../kernel/clock.js";
import { type Database, openDatabase } from "../../kernel/database.js";
import { makeLog } from "../../kernel/log.js";
import { weigh } from "./images.js";

const REPORT_PORT = 11_247;
const CT = "1.2.840.10008.5.1.4.1.1.2";
let database: FreshDatabase;
let db: Database;
let root = "";
let dimse: DimseSupervisor;
let port = 0;

beforeAll(async () => {
  root = await fs.mkdtemp(join(tmpdir(), "readroom-workflow-"));
  database = await freshDatabase();
  db = openDatabase(database.url, { max: 3 });
  const { siteId } = await makeHospital(db);
  await db.pool.query("INSERT INTO dicom_peer (ae_title, host, port, site_id) VALUES ('CT1', '127.0.0.1', $1, $2)", [
    REPORT_PORT,
    siteId,
  ]);
  const entry = fileURLToPath(new URL("../../app/dimse-process.ts", import.meta.url));
  const config = {
    ...{ databaseUrl: database.url, dataDir: join(root, "data"), host: "127.0.0.1", port: 0, aeTitle: "READROOM" },
    ...{ loopbackIsFirstHospital: true, logLevel: "silent" },
  };
  dimse = superviseDimse(config, makeLog("silent"), { entry, execArgv: ["--import", "tsx"] });
  port = await dimse.start();
});
afterAll(async () => {
  await dimse.stop();
  await db.close();
  await database.drop();
  await fs.rm(root, { recursive: true });
});

const called = () => ({ port, callingAe: "CT1" });
const references = (uids: readonly string[]) =>
  uids.map((ReferencedSOPInstanceUID) => ({ ReferencedSOPClassUID: CT, ReferencedSOPInstanceUID }));

/** A study of so many images, sent by CT1. */
async function send(count: number): Promise<{ study: string; series: string; instances: string[]; studyId: string }> {
  const folder = await fs.mkdtemp(join(root, "study-"));
  const [study, series] = [newUid(), newUid()];
  const instances = Array.from({ length: count }, newUid);
  for (const [index, instance] of instances.entries())
    await fs.writeFile(
      join(folder, `${index}.dcm`),
      makeImage({ study, series, instance, number: index + 1, rows: 32, columns: 32 }),
    );
  expect((await dcmsend(called(), [folder])).code).toBe(0);
  const { rows } = await db.pool.query<{ id: string }>("SELECT id FROM study WHERE study_instance_uid = $1", [study]);
  return { study, series, instances, studyId: rows[0]?.id ?? "" };
}

describe("modality performed procedure step", () => {
  it("[CK17] N-CREATE and N-SET are kept, refused out of order, and say how many images there are", async () => {
    const { study, series, instances, studyId } = await send(2);
    const uid = newUid();
    const begun = {
      PerformedProcedureStepStatus: "IN PROGRESS",
      PerformedStationAETitle: "CT1",
      PerformedProcedureStepStartDate: "20261124",
      PerformedProcedureStepStartTime: "220000",
      Modality: "CT",
      ScheduledStepAttributesSequence: [{ StudyInstanceUID: study, AccessionNumber: "A1" }],
      PerformedSeriesSequence: [],
    };
    expect(await setStep(called(), uid, { PerformedProcedureStepStatus: "COMPLETED" })).toBe(0x0112);
    expect(await createStep(called(), newUid(), { ...begun, PerformedProcedureStepStatus: "COMPLETED" })).toBe(0x0106);
    expect(await createStep(called(), uid, begun)).toBe(0);
    expect(await createStep(called(), uid, begun)).toBe(0x0111);
    const ended = {
      PerformedProcedureStepStatus: "COMPLETED",
      PerformedProcedureStepEndDate: "20261124",
      PerformedProcedureStepEndTime: "221000",
      PerformedSeriesSequence: [
        { SeriesInstanceUID: series, ReferencedImageSequence: references([...instances, newUid()]) },
      ],
    };
    expect(await setStep(called(), uid, ended)).toBe(0);
    expect(await setStep(called(), uid, ended)).toBe(0x0110);
    const { rows } = await db.pool.query(
      "SELECT state, station, study_instance_uid AS study, series, to_char(ended_at AT TIME ZONE 'America/New_York', 'HH24:MI') AS ended FROM performed_step WHERE sop_instance_uid = $1",
      [uid],
    );
    expect(rows[0]).toMatchObject({ state: "COMPLETED", station: "CT1", study, ended: "22:10" });
    expect(rows[0].series[0].instances).toHaveLength(3);

    const deps = { db, clock: testClock(Date.now()), log: makeLog("silent") };
    await db.pgTx((tx) => weigh(deps, tx, studyId));
    const weighed = await db.pool.query(
      "SELECT instances_expected AS expected, images_missing AS missing, expected_from AS how FROM study WHERE id = $1",
      [studyId],
    );
    expect(weighed.rows[0]).toEqual({ expected: 3, missing: 1, how: "step" });
  });
});

describe("storage commitment", () => {
  it("[CK18] the sender is called back with what is held, and what is not is listed with its reason", async () => {
    const { instances } = await send(3);
    const listener = listenForReports(REPORT_PORT);
    try {
      const [held, unknown] = [newUid(), newUid()];
      expect(
        await requestCommitment(called(), { TransactionUID: held, ReferencedSOPSequence: references(instances) }),
      ).toBe(0);
      const all = await listener.next();
      expect([all.type, all.elements.TransactionUID]).toEqual([1, held]);
      expect(all.elements.ReferencedSOPSequence).toHaveLength(3);
      expect(
        await requestCommitment(called(), {
          TransactionUID: unknown,
          ReferencedSOPSequence: references([...instances, newUid()]),
        }),
      ).toBe(0);
      const some = await listener.next();
      expect(some.type).toBe(2);
      expect(some.elements.ReferencedSOPSequence).toHaveLength(3);
      expect(some.elements.FailedSOPSequence).toMatchObject([{ FailureReason: 0x0112 }]);
      expect(await requestCommitment(called(), { TransactionUID: newUid() })).toBe(0x0120);
    } finally {
      listener.close();
    }
    const { rows } = await db.pool.query("SELECT count(*)::int AS n FROM commitment_request WHERE last_error = ''");
    expect(rows[0].n).toBe(2);
    const expected = await db.pool.query("SELECT instances FROM study_expectation WHERE source = 'commitment'");
    expect(expected.rows.map(({ instances: n }) => n)).toEqual([4]);
  });
});
