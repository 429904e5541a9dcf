import type { HeldClaims } from "@readroom/shared/contract/http/worklist.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store.js";

export interface Place {
  readonly poolId: string;
  readonly subspecialty: string;
}

/** At the head of its lane from now on (trigger study_escalated_first keeps it there); `place` null: with whoever was named. */
export async function escalate(
  tx: Executor,
  studyId: string,
  by: string,
  at: Instant,
  note: string,
  place: Place | null,
): Promise<void> {
  await rawRows(
    tx,
    `UPDATE study SET escalated_at = $2::timestamptz, escalated_by = $3::uuid, escalation_note = $4, urgency_rank = -1,
       pool_id = coalesce($5::uuid, pool_id), pool_override = coalesce($5::uuid, pool_override),
       escalated_subspecialty = coalesce($6, escalated_subspecialty), subspecialty = coalesce($6, subspecialty), version = version + 1
     WHERE id = $1::uuid RETURNING 1 AS done`,
    [studyId, new Date(at), by, note, place?.poolId ?? null, place?.subspecialty ?? null],
  );
}

/** Other studies that the reader has on hold. */
export async function holdsOf(executor: Executor, userId: string, besides: string): Promise<number> {
  const rows = await rawRows<{ held: number }>(
    executor,
    `SELECT count(*)::int AS held FROM study_held h JOIN study s ON s.id = h.study_id
     WHERE s.claim_state = 'held' AND s.claim_hold_until IS NOT NULL AND s.claimed_by = $1::uuid AND s.id <> $2::uuid`,
    [userId, besides],
  );
  return rows[0]?.held ?? 0;
}

export async function heldBy(executor: Executor, userId: string, now: Instant): Promise<HeldClaims["claims"]> {
  return rawRows(
    executor,
    `SELECT s.id AS "studyId", s.claim_fence::float8 AS fence, (extract(epoch FROM s.claim_until) * 1000)::float8 AS until,
       s.claim_hold_until IS NOT NULL AS hold
     FROM study_held h JOIN study s ON s.id = h.study_id
     WHERE s.claim_state = 'held' AND s.claimed_by = $1::uuid AND s.claim_until > $2::timestamptz ORDER BY s.claimed_at LIMIT 100`,
    [userId, new Date(now)],
  );
}
