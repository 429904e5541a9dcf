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
  readonly signedAt: Instant | null;
}

const SELECT = `SELECT s.id, s.organisation_id AS "organisationId", s.site_id AS "siteId", t.name AS "siteName", t.jurisdiction, s.group_id AS "groupId",
  s.pool_id AS "poolId", s.patient_id AS "patientId", s.order_id AS "orderId", s.subspecialty, s.state, s.match_state AS "matchState",
  s.report_state AS "reportState", s.urgency, s.claim_state AS "claimState", s.claimed_by AS "claimedBy", s.claim_fence::float8 AS fence,
  ${ms("s.claim_until")} AS until, ${ms("s.signed_at")} AS "signedAt"
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
    return { state: "held", by: raw.claimedBy, until: raw.until ?? 0, fence };
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
        "claim_state = 'held', claimed_by = $2::uuid, claim_fence = $3::bigint, claimed_at = $4::timestamptz, claim_until = $5::timestamptz, claim_note = $6",
        [event.to, event.fence, new Date(now), new Date(event.until), note],
      );
      return;
    case "renewed":
      await write("claim_until = $2::timestamptz", [new Date(event.until)]);
      return;
    case "released":
    case "expired":
      await write(
        "claim_state = 'open', claimed_by = NULL, claimed_at = NULL, claim_until = NULL, claim_note = ''",
        [],
      );
      return;
    case "finished":
      await write(
        "claim_state = 'done', claimed_by = coalesce($2::uuid, claimed_by), claim_until = NULL, claim_note = ''",
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
    text: `UPDATE study SET claim_until = greatest(claim_until, $5::timestamptz)
      WHERE id = $1 AND claimed_by = $2 AND claim_fence = $3 AND claim_state = 'held' AND claim_until > $4::timestamptz`,
    values: [studyId, by, fence, new Date(now), new Date(until)],
  });
  return rowCount === 1;
}

export async function expiredLeases(db: pg.Pool, now: Instant): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    "SELECT id FROM study WHERE claim_state = 'held' AND claim_until <= $1::timestamptz ORDER BY claim_until LIMIT 200",
    [new Date(now)],
  );
  return rows.map((row) => row.id);
}

export interface NextRequest {
  readonly n: number;
  readonly reader: string;
  readonly pools: readonly string[];
  readonly subspecialties: readonly string[];
  readonly final: readonly string[];
  readonly preliminary: readonly string[];
}

export interface NextGrant {
  readonly n: number;
  readonly studyId: string;
  readonly fence: number;
  readonly organisationId: string;
  readonly groupId: string | null;
  readonly patientId: string | null;
  readonly reportState: string;
  readonly siteId: string;
}

/** The strictly best study for each request, in the order of asking (migration 20261124000500, claim_next). */
export async function grantNext(
  tx: pg.PoolClient,
  requests: readonly NextRequest[],
  now: Instant,
  until: Instant,
): Promise<NextGrant[]> {
  const { rows } = await tx.query<NextGrant>({
    name: "claim_next",
    text: `SELECT n, study_id AS "studyId", fence, organisation_id AS "organisationId", group_id AS "groupId", patient_id AS "patientId",
      report_state AS "reportState", site_id AS "siteId" FROM claim_next($1::jsonb, $2::timestamptz, $3::timestamptz)`,
    values: [JSON.stringify(requests), new Date(now), new Date(until)],
  });
  return rows;
}

export interface Grantee {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly address: string;
}

/** Audit rows and events of a whole batch in one statement each: what kernel/audit.ts and outbox.ts do one by one. */
export async function recordGrants(
  tx: pg.PoolClient,
  grants: readonly {
    readonly grant: NextGrant;
    readonly by: Grantee;
    readonly payload: unknown;
    readonly topics: readonly string[];
  }[],
): Promise<void> {
  const rows = grants.map(({ grant, by, payload, topics }) => ({
    ...by,
    organisation_id: grant.organisationId,
    patient_id: grant.patientId,
    study_id: grant.studyId,
    detail: { fence: grant.fence, via: "next" },
    stamp: { kind: by.kind, id: by.id, name: by.name },
    payload,
    topics,
  }));
  const values = [JSON.stringify(rows)];
  await tx.query({
    name: "claim_next_audit",
    text: `INSERT INTO audit_event (actor_kind, actor_id, actor_name, address, action, outcome, organisation_id, patient_id, study_id, subject, detail)
      SELECT kind, id, name, address, 'study.claim', 'allowed', organisation_id, patient_id, study_id, '', detail
      FROM jsonb_to_recordset($1::jsonb) AS r(kind text, id text, name text, address text, organisation_id uuid, patient_id uuid, study_id uuid, detail jsonb)`,
    values,
  });
  await tx.query({
    name: "claim_next_events",
    text: `SELECT outbox_append('study:' || study_id, 'study.claimed', payload, topics, stamp)
      FROM jsonb_to_recordset($1::jsonb) AS r(study_id uuid, payload jsonb, topics text[], stamp jsonb)`,
    values,
  });
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
