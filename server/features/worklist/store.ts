import type { ClaimEvent, ClaimState } from "@readroom/shared/domain/claim.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { assertNever } from "@readroom/shared/kernel/result.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";

export type Executor = Tx | pg.Pool | pg.PoolClient;

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** A study as the commands about its claim see it. */
export interface ClaimableStudy {
  readonly id: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly siteName: string;
  readonly jurisdiction: string;
  readonly groupId: string | null;
  readonly poolId: string | null;
  readonly patientId: string | null;
  readonly orderId: string | null;
  readonly subspecialty: string;
  readonly state: string;
  readonly matchState: string;
  readonly reportState: string;
  readonly urgency: string;
  readonly claim: ClaimState;
}

interface Raw extends Omit<ClaimableStudy, "claim"> {
  readonly claimState: string;
  readonly claimedBy: string | null;
  readonly fence: number;
  readonly until: Instant | null;
  readonly hold: boolean;
  readonly signedAt: Instant | null;
}

const SELECT = `SELECT s.id, s.organisation_id AS "organisationId", s.site_id AS "siteId", t.name AS "siteName", t.jurisdiction, s.group_id AS "groupId",
  s.pool_id AS "poolId", s.patient_id AS "patientId", s.order_id AS "orderId", s.subspecialty, s.state, s.match_state AS "matchState",
  s.report_state AS "reportState", s.urgency, s.claim_state AS "claimState", s.claimed_by AS "claimedBy", s.claim_fence::float8 AS fence,
  ${ms("s.claim_until")} AS until, s.claim_hold_until IS NOT NULL AS hold, ${ms("s.signed_at")} AS "signedAt"
  FROM study s JOIN site t ON t.id = s.site_id WHERE s.id = $1::uuid`;

export async function readStudy(executor: Executor, studyId: string): Promise<ClaimableStudy | null> {
  return toStudy(await rawRows<Raw>(executor, SELECT, [studyId]));
}

/** The same with the row taken for this transaction: of many who claim at once, each sees what the one before did. */
export async function lockStudy(tx: Executor, studyId: string): Promise<ClaimableStudy | null> {
  return toStudy(await rawRows<Raw>(tx, `${SELECT} FOR UPDATE OF s`, [studyId]));
}

function toStudy(rows: Raw[]): ClaimableStudy | null {
  const raw = rows[0];
  return raw ? { ...raw, claim: claimState(raw) } : null;
}

function claimState(raw: Raw): ClaimState {
  const { fence } = raw;
  if (raw.claimState === "held" && raw.claimedBy)
    return { state: "held", by: raw.claimedBy, until: raw.until ?? 0, fence, ...(raw.hold ? { hold: true } : {}) };
  if (raw.claimState === "done") return { state: "done", by: raw.claimedBy, at: raw.signedAt ?? 0, fence };
  return { state: "open", fence };
}

/** Writes what happened to the claim. */
export async function applyClaim(
  tx: Executor,
  studyId: string,
  event: ClaimEvent,
  now: Instant,
  note: string,
): Promise<void> {
  const write = (set: string, values: unknown[]) =>
    rawRows(tx, `UPDATE study SET ${set}, version = version + 1 WHERE id = $1::uuid RETURNING 1 AS done`, [
      studyId,
      ...values,
    ]);
  switch (event.type) {
    case "granted":
      await write(
        "claim_state = 'held', claimed_by = $2::uuid, claim_fence = $3::bigint, claimed_at = $4::timestamptz, claim_until = $5::timestamptz, claim_hold_until = NULL, claim_note = $6",
        [event.to, event.fence, new Date(now), new Date(event.until), note],
      );
      return;
    case "renewed":
      await write("claim_until = $2::timestamptz", [new Date(event.until)]);
      return;
    case "put_on_hold":
      await write("claim_until = $2::timestamptz, claim_hold_until = $2::timestamptz", [new Date(event.until)]);
      return;
    case "resumed":
      await write("claim_until = $2::timestamptz, claim_hold_until = NULL", [new Date(event.until)]);
      return;
    case "released":
    case "expired":
      await write(
        "claim_state = 'open', claimed_by = NULL, claimed_at = NULL, claim_until = NULL, claim_hold_until = NULL, claim_note = ''",
        [],
      );
      return;
    case "finished":
      await write(
        "claim_state = 'done', claimed_by = coalesce($2::uuid, claimed_by), claim_until = NULL, claim_hold_until = NULL, claim_note = '', escalated_at = NULL",
        [event.by],
      );
      return;
    default:
      assertNever(event);
  }
}

/** The heartbeat's one statement: moves the lease on where the fence is the newest and the lease has not run out. */
export async function renewLease(
  db: pg.Pool,
  studyId: string,
  by: string,
  fence: number,
  now: Instant,
  until: Instant,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: "claim_renew",
    // On hold the end stands where the hold put it: a page that is open somewhere must not stretch it.
    text: `UPDATE study SET claim_until = CASE WHEN claim_hold_until IS NULL THEN greatest(claim_until, $5::timestamptz) ELSE claim_until END
      WHERE id = $1 AND claimed_by = $2 AND claim_fence = $3 AND claim_state = 'held' AND claim_until > $4::timestamptz`,
    values: [studyId, by, fence, new Date(now), new Date(until)],
  });
  return rowCount === 1;
}

export async function expiredLeases(db: pg.Pool, now: Instant): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT s.id FROM study_held h JOIN study s ON s.id = h.study_id WHERE s.claim_state = 'held' AND s.claim_until <= $1::timestamptz
     ORDER BY s.claim_until LIMIT 200`,
    [new Date(now)],
  );
  return rows.map((row) => row.id);
}

export interface Colleague {
  readonly userId: string;
  readonly roles: readonly string[];
}

/** Roles of a live account of the group; null for anybody else. */
export async function colleague(executor: Executor, userId: string, groupId: string): Promise<Colleague | null> {
  const rows = await rawRows<Colleague>(
    executor,
    `SELECT u.id AS "userId", coalesce((SELECT array_agg(g.role) FROM role_grant g WHERE g.user_id = u.id), '{}') AS roles
     FROM user_account u WHERE u.id = $1::uuid AND u.organisation_id = $2::uuid AND u.disabled_at IS NULL`,
    [userId, groupId],
  );
  return rows[0] ?? null;
}

export async function setBreak(tx: Executor, userId: string, since: Instant | null): Promise<boolean> {
  const rows = await rawRows(
    tx,
    "UPDATE reader_profile SET on_break_since = $2::timestamptz WHERE user_id = $1::uuid RETURNING 1 AS done",
    [userId, since === null ? null : new Date(since)],
  );
  return rows.length === 1;
}

export async function nameOf(executor: Executor, userId: string): Promise<string> {
  const rows = await rawRows<{ name: string }>(
    executor,
    "SELECT display_name AS name FROM user_account WHERE id = $1::uuid",
    [userId],
  );
  return rows[0]?.name ?? "Somebody";
}

/** A study whose final report is signed is closed. */
export async function closeStudy(tx: Executor, studyId: string): Promise<void> {
  await rawRows(
    tx,
    `UPDATE study SET state = 'closed', version = version + 1
     WHERE id = $1::uuid AND report_state IN ('final', 'addended', 'corrected') AND state <> 'closed' RETURNING 1 AS done`,
    [studyId],
  );
}
