import type { LifeView, PauseView } from "@readroom/shared/contract/http/clocks.js";
import type { PauseReason, PauseState } from "@readroom/shared/domain/clock-pause.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";

export type Executor = Tx | pg.PoolClient;
type Reader = Executor | pg.Pool;

export const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;
const date = (at: Instant): Date => new Date(at);

export interface ClockedStudy {
  readonly id: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly groupId: string | null;
  readonly patientId: string | null;
  readonly studyInstanceUid: string;
  readonly state: string;
  readonly reportState: string;
  readonly signedAt: Instant | null;
  readonly claimState: string;
  readonly claimedBy: string | null;
  readonly received: number;
  readonly firstInstanceAt: Instant;
  readonly lastInstanceAt: Instant;
  readonly deadline: Instant | null;
  readonly pausedAt: Instant | null;
  readonly pausedReason: PauseReason | null;
  readonly pausedMs: number;
  readonly lateImages: number;
  readonly lateSince: Instant | null;
  readonly lateSeenAt: Instant | null;
}

const STUDY = `SELECT s.id, s.organisation_id AS "organisationId", s.site_id AS "siteId", s.group_id AS "groupId", s.patient_id AS "patientId",
    s.study_instance_uid AS "studyInstanceUid", s.state, s.report_state AS "reportState", ${ms("s.signed_at")} AS "signedAt", s.claim_state AS "claimState",
    s.claimed_by AS "claimedBy", s.instances_received AS received, ${ms("s.first_instance_at")} AS "firstInstanceAt",
    ${ms("s.last_instance_at")} AS "lastInstanceAt", ${ms("s.deadline")} AS deadline, ${ms("s.paused_at")} AS "pausedAt", s.paused_reason AS "pausedReason",
    s.paused_ms::float8 AS "pausedMs", s.late_images AS "lateImages", ${ms("s.late_since")} AS "lateSince",
    ${ms("s.late_seen_at")} AS "lateSeenAt" FROM study s WHERE s.id = $1::uuid`;

export async function readStudy(db: Reader, id: string): Promise<ClockedStudy | null> {
  return (await rawRows<ClockedStudy>(db, STUDY, [id]))[0] ?? null;
}

/** Takes the study's row for this transaction. */
export async function lockStudy(tx: Executor, id: string): Promise<ClockedStudy | null> {
  return (await rawRows<ClockedStudy>(tx, `${STUDY} FOR UPDATE OF s`, [id]))[0] ?? null;
}

export function pauseOf(study: ClockedStudy): PauseState {
  const { pausedAt: since, pausedReason: reason, pausedMs } = study;
  return since === null || reason === null
    ? { state: "running", pausedMs }
    : { state: "paused", reason, since, pausedMs };
}

export async function beginPause(
  tx: Executor,
  studyId: string,
  pause: { reason: PauseReason; note: string; by: string; at: Instant },
): Promise<void> {
  await rawRows(
    tx,
    `WITH begun AS (INSERT INTO clock_pause (study_id, reason, note, began_at, began_by_name) VALUES ($1::uuid, $2, $3, $4::timestamptz, $5) RETURNING 1)
     UPDATE study SET paused_at = $4::timestamptz, paused_reason = $2, version = version + 1 WHERE id = $1::uuid RETURNING 1 AS done`,
    [studyId, pause.reason, pause.note, date(pause.at), pause.by],
  );
}

/** Ends the open pause and moves the deadline by its length. Resolves with the new deadline. */
export async function endPause(
  tx: Executor,
  studyId: string,
  end: { at: Instant; spanMs: number; by: string; how: string; answer: string },
): Promise<Instant | null> {
  const rows = await rawRows<{ deadline: Instant | null }>(
    tx,
    `WITH ended AS (UPDATE clock_pause SET ended_at = $2::timestamptz, ended_by_name = $4, ended_by = $5, answer = $6
       WHERE study_id = $1::uuid AND ended_at IS NULL RETURNING 1)
     UPDATE study s SET paused_at = NULL, paused_reason = NULL, paused_ms = s.paused_ms + $3::bigint,
       deadline = s.deadline + make_interval(secs => $3::float8 / 1000), version = s.version + 1
     WHERE s.id = $1::uuid RETURNING ${ms("s.deadline")} AS deadline`,
    [studyId, date(end.at), end.spanMs, end.by, end.how, end.answer],
  );
  return rows[0]?.deadline ?? null;
}

export async function pausesOf(db: Reader, studyId: string): Promise<PauseView[]> {
  return rawRows<PauseView>(
    db,
    `SELECT id, reason, note, ${ms("began_at")} AS "beganAt", began_by_name AS "beganBy", ${ms("ended_at")} AS "endedAt", ended_by_name AS "endedBy", answer
     FROM clock_pause WHERE study_id = $1::uuid ORDER BY began_at`,
    [studyId],
  );
}

/** Images of a study that came after a moment. */
export async function imagesSince(tx: Executor, studyId: string, at: Instant): Promise<number> {
  const rows = await rawRows<{ n: number }>(
    tx,
    `SELECT count(*)::int AS n FROM instance i JOIN series s ON s.id = i.series_id
     WHERE i.study_id = $1::uuid AND i.received_at > $2::timestamptz AND NOT s.made_here`,
    [studyId, date(at)],
  );
  return rows[0]?.n ?? 0;
}

export async function setLate(tx: Executor, studyId: string, images: number, since: Instant): Promise<void> {
  await rawRows(
    tx,
    `UPDATE study SET late_images = $2::int, late_since = coalesce(late_since, $3::timestamptz), version = version + 1
     WHERE id = $1::uuid RETURNING 1 AS done`,
    [studyId, images, date(since)],
  );
}

/** What came until now has been looked at, by a person or by an addendum. */
export async function setSeen(tx: Executor, studyId: string, at: Instant): Promise<void> {
  await rawRows(
    tx,
    `UPDATE study SET late_images = 0, late_since = NULL, late_seen_at = $2::timestamptz, version = version + 1
     WHERE id = $1::uuid RETURNING 1 AS done`,
    [studyId, date(at)],
  );
}

/** The study's clock as it is shown: null until it runs. stoppedAt: the signature that ended it under most contracts. */
export async function clockOf(db: Reader, studyId: string): Promise<LifeView["clock"]> {
  const rows = await rawRows<NonNullable<LifeView["clock"]>>(
    db,
    `SELECT ${ms("s.clock_started_at")} AS "startedAt", ${ms("s.deadline")} AS deadline, ${ms("s.signed_at")} AS "stoppedAt", ${ms("s.paused_at")} AS "pausedAt",
       s.paused_ms::float8 AS "pausedMs",
       coalesce((SELECT d.explanation -> 'clock' ->> 'because' FROM routing_decision d WHERE d.study_id = s.id ORDER BY d.at DESC LIMIT 1), '') AS because
     FROM study s WHERE s.id = $1::uuid AND s.deadline IS NOT NULL AND s.clock_started_at IS NOT NULL`,
    [studyId],
  );
  return rows[0] ?? null;
}
