import type { Expectation, ExpectationSource } from "@readroom/shared/domain/completeness.js";
import type { PerformedSeries } from "@readroom/shared/domain/performed-step.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";
import { ms } from "./store.js";

type Reader = Tx | pg.PoolClient | pg.Pool;

/** Images received, by Series Instance UID. */
export async function receivedOf(db: Reader, studyId: string): Promise<Record<string, number>> {
  const rows = await rawRows<{ uid: string; n: number }>(
    db,
    "SELECT series_instance_uid AS uid, instance_count AS n FROM series WHERE study_id = $1::uuid AND NOT made_here ORDER BY series_number, series_instance_uid",
    [studyId],
  );
  return Object.fromEntries(rows.map(({ uid, n }) => [uid, n]));
}

export async function expectationsOf(db: Reader, studyId: string): Promise<Expectation[]> {
  return rawRows<Expectation>(
    db,
    `SELECT source, instances, series, final, ${ms("at")} AS at FROM study_expectation WHERE study_id = $1::uuid`,
    [studyId],
  );
}

export async function saveExpectation(tx: Reader, studyId: string, expectation: Expectation): Promise<void> {
  const { source, instances, series, final, at } = expectation;
  await rawRows(
    tx,
    `INSERT INTO study_expectation (study_id, source, instances, series, final, at) VALUES ($1::uuid, $2, $3::int, $4::jsonb, $5::boolean, $6::timestamptz)
     ON CONFLICT (study_id, source) DO UPDATE SET instances = excluded.instances, series = excluded.series, final = excluded.final, at = excluded.at
     RETURNING 1 AS done`,
    [studyId, source, instances, JSON.stringify(series), final, new Date(at)],
  );
}

/** What lists show. True where it changed. */
export async function setCompleteness(
  tx: Reader,
  studyId: string,
  to: { expected: number | null; missing: number; from: ExpectationSource | "" },
): Promise<boolean> {
  const rows = await rawRows(
    tx,
    `UPDATE study SET instances_expected = $2::int, images_missing = $3::int, expected_from = $4, version = version + 1
     WHERE id = $1::uuid AND (instances_expected, images_missing, expected_from) IS DISTINCT FROM ($2::int, $3::int, $4) RETURNING 1 AS done`,
    [studyId, to.expected, to.missing, to.from],
  );
  return rows.length > 0;
}

/** receiving → complete, since every image that was announced is here. False where it was so already. */
export async function completeNow(tx: Reader, studyId: string, at: Instant): Promise<boolean> {
  const rows = await rawRows(
    tx,
    `UPDATE study SET state = 'complete', complete_at = $2::timestamptz, version = version + 1
     WHERE id = $1::uuid AND state = 'receiving' RETURNING 1 AS done`,
    [studyId, new Date(at)],
  );
  return rows.length > 0;
}

export interface StepRow {
  readonly sopInstanceUid: string;
  readonly state: string;
  readonly station: string;
  readonly endedAt: Instant | null;
  readonly endedHeardAt: Instant | null;
  readonly series: readonly PerformedSeries[];
}

/** The procedure steps that a study came of. */
export async function stepsOf(db: Reader, organisationId: string, studyInstanceUid: string): Promise<StepRow[]> {
  return rawRows<StepRow>(
    db,
    `SELECT sop_instance_uid AS "sopInstanceUid", state, station, ${ms("ended_at")} AS "endedAt", ${ms("ended_heard_at")} AS "endedHeardAt", series
     FROM performed_step WHERE organisation_id = $1::uuid AND study_instance_uid = $2 AND $2 <> '' ORDER BY created_at`,
    [organisationId, studyInstanceUid],
  );
}

export async function studyByUid(db: Reader, organisationId: string, studyInstanceUid: string): Promise<string | null> {
  const rows = await rawRows<{ id: string }>(
    db,
    "SELECT id FROM study WHERE organisation_id = $1::uuid AND study_instance_uid = $2",
    [organisationId, studyInstanceUid],
  );
  return rows[0]?.id ?? null;
}

/** Metadata of the last instance of each of a study's series: what its device said of the time. At most eight series. */
export async function lastInstances(
  db: Reader,
  studyId: string,
): Promise<{ metadata: Uint8Array; receivedAt: Instant; receivedFrom: string }[]> {
  return rawRows(
    db,
    `SELECT i.metadata, ${ms("i.received_at")} AS "receivedAt", i.received_from AS "receivedFrom" FROM (
       SELECT s.id FROM series s WHERE s.study_id = $1::uuid AND s.modality NOT IN ('SR', 'PR', 'KO', 'DOC', 'SEG') ORDER BY s.series_number LIMIT 8) s
     CROSS JOIN LATERAL (SELECT i.metadata, i.received_at, i.received_from FROM instance i WHERE i.series_id = s.id ORDER BY i.received_at DESC LIMIT 1) i`,
    [studyId],
  );
}

export async function setExamEnd(
  tx: Reader,
  studyId: string,
  exam: { at: Instant; correction: string },
): Promise<boolean> {
  const rows = await rawRows(
    tx,
    `UPDATE study SET exam_ended_at = $2::timestamptz, exam_end_note = $3, version = version + 1
     WHERE id = $1::uuid AND (exam_ended_at, exam_end_note) IS DISTINCT FROM ($2::timestamptz, $3) RETURNING 1 AS done`,
    [studyId, new Date(exam.at), exam.correction],
  );
  return rows.length > 0;
}
