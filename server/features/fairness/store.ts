import type { Period } from "@readroom/shared/domain/fairness.js";
import type { RvuEntry } from "@readroom/shared/domain/rvu-table.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import { DAY, HOUR, type Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";

export type Executor = Tx | pg.Pool | pg.PoolClient;

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** A study as the ledger looks at it. */
export interface LedgerStudy {
  readonly id: string;
  readonly groupId: string | null;
  readonly poolId: string | null;
  readonly siteId: string;
  readonly jurisdiction: string;
  readonly subspecialty: string;
  readonly reportState: string;
  readonly urgencyRank: number;
  readonly deadline: Instant | null;
  readonly modalities: readonly string[];
  readonly bodyPart: string;
  readonly description: string;
}

const STUDY = `s.id, s.group_id AS "groupId", s.pool_id AS "poolId", s.site_id AS "siteId", t.jurisdiction, s.subspecialty, s.report_state AS "reportState",
  s.urgency_rank AS "urgencyRank", ${ms("s.deadline")} AS deadline, s.modalities, s.body_part AS "bodyPart",
  concat_ws(' ', nullif(s.description, ''), o.procedure_text) AS description`;
const TABLES = "study s JOIN site t ON t.id = s.site_id LEFT JOIN imaging_order o ON o.id = s.order_id";

export async function ledgerStudy(executor: Executor, id: string): Promise<LedgerStudy | null> {
  const rows = await rawRows<LedgerStudy>(executor, `SELECT ${STUDY} FROM ${TABLES} WHERE s.id = $1::uuid`, [id]);
  return rows[0] ?? null;
}

/**
 * Studies of these pools that may have been open at `at`, in the order of urgency: open still, or claimed since. Generous
 * by minutes, since the row's time is the hub's and the event's the database's: whether somebody held one is asked by `heldAt`.
 */
export async function maybeOpenAt(
  executor: Executor,
  groupId: string,
  pools: readonly string[],
  maxRank: number,
  at: Instant,
): Promise<LedgerStudy[]> {
  return rawRows<LedgerStudy>(
    executor,
    `SELECT ${STUDY} FROM ${TABLES}
     WHERE s.group_id = $1::uuid AND s.report_state IN ('none', 'draft', 'preliminary') AND s.urgency_rank <= $3::int AND s.pool_id = ANY ($2::uuid[])
       AND s.routable AND s.state = 'readable' AND s.routed_at < $4::timestamptz AND coalesce(s.complete_at, s.last_instance_at) < $4::timestamptz
       AND (s.claim_state = 'open' OR s.claimed_at > $4::timestamptz - interval '10 minutes')
     ORDER BY s.urgency_rank, s.deadline LIMIT 300`,
    [groupId, pools, maxRank, new Date(at)],
  );
}

/** Which of these somebody held at that moment, by the events of their claims. */
export async function heldAt(executor: Executor, ids: readonly string[], at: Instant): Promise<Set<string>> {
  const rows = await rawRows<{ stream: string; type: string }>(
    executor,
    `SELECT DISTINCT ON (o.stream) o.stream, o.type FROM outbox o WHERE o.stream = ANY ($1::text[]) AND o.at < $2::timestamptz
       AND o.type IN ('study.claimed', 'study.released', 'study.claim_expired', 'study.claim_finished') ORDER BY o.stream, o.version DESC`,
    [ids.map((id) => `study:${id}`), new Date(at)],
  );
  return new Set(rows.filter(({ type }) => type === "study.claimed").map(({ stream }) => stream.slice(6)));
}

export interface Pick {
  readonly eventId: string;
  readonly groupId: string;
  readonly userId: string;
  readonly studyId: string;
  readonly at: Instant;
  readonly ahead: number;
  readonly skipped: readonly { readonly studyId: string; readonly places: number }[];
}

export async function insertPick(tx: Executor, pick: Pick): Promise<void> {
  const { eventId, groupId, userId, studyId, ahead } = pick;
  const at = new Date(pick.at);
  await rawRows(
    tx,
    `INSERT INTO fairness_pick (event_id, group_id, user_id, study_id, at, ahead) VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz, $6::int)
     ON CONFLICT DO NOTHING RETURNING 1 AS done`,
    [eventId, groupId, userId, studyId, at, ahead],
  );
  if (pick.skipped.length === 0) return;
  await rawRows(
    tx,
    `INSERT INTO fairness_skip (event_id, study_id, user_id, at, places)
     SELECT $1::uuid, study_id, $2::uuid, $3::timestamptz, places FROM jsonb_to_recordset($4::jsonb) AS r(study_id uuid, places int)
     ON CONFLICT DO NOTHING RETURNING 1 AS done`,
    [eventId, userId, at, JSON.stringify(pick.skipped.map(({ studyId: id, places }) => ({ study_id: id, places })))],
  );
}

/** Ends the wait of what was passed over and has been taken since, by whoever and however: as the claim's own event says. */
export async function closeWaits(executor: Executor): Promise<number> {
  const rows = await rawRows(
    executor,
    `WITH taken AS (
       SELECT k.event_id, k.study_id, c.at, c.by FROM (SELECT * FROM fairness_skip WHERE taken_at IS NULL LIMIT 2000) k
       CROSS JOIN LATERAL (SELECT o.at, (o.payload ->> 'by')::uuid AS by FROM outbox o
         WHERE o.stream = 'study:' || k.study_id AND o.type = 'study.claimed' AND o.at > k.at ORDER BY o.version LIMIT 1) c)
     UPDATE fairness_skip k SET taken_at = taken.at, taken_by = taken.by FROM taken
     WHERE k.event_id = taken.event_id AND k.study_id = taken.study_id AND k.taken_at IS NULL RETURNING 1 AS done`,
    [],
  );
  return rows.length;
}

export async function insertReturn(
  tx: Executor,
  r: { eventId: string; groupId: string; userId: string; studyId: string; at: Instant; how: string; reason: string },
): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO fairness_return (event_id, group_id, user_id, study_id, at, how, reason)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::timestamptz, $6, $7) ON CONFLICT DO NOTHING RETURNING 1 AS done`,
    [r.eventId, r.groupId, r.userId, r.studyId, new Date(r.at), r.how, r.reason.slice(0, 300)],
  );
}

export async function insertRead(
  tx: Executor,
  r: { eventId: string; userId: string; study: LedgerStudy; at: Instant; kind: string; rvu: number },
): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO fairness_read (event_id, group_id, user_id, study_id, pool_id, at, kind, rvu)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::timestamptz, $7, $8::float8) ON CONFLICT DO NOTHING RETURNING 1 AS done`,
    [r.eventId, r.study.groupId, r.userId, r.study.id, r.study.poolId, new Date(r.at), r.kind, r.rvu],
  );
}

/** Since when a period counts; "tonight": since the group's earliest shift that is on now began, else 12 hours. */
export async function startOf(executor: Executor, groupId: string, period: Period, now: Instant): Promise<Instant> {
  if (period !== "tonight") return now - (period === "7d" ? 7 : 30) * DAY;
  const rows = await rawRows<{ at: Instant | null }>(
    executor,
    `SELECT ${ms("min(s.starts_at)")} AS at FROM shift s JOIN user_account u ON u.id = s.user_id
     WHERE u.organisation_id = $1::uuid AND s.kind = 'shift' AND s.starts_at <= $2::timestamptz AND s.ends_at > $2::timestamptz`,
    [groupId, new Date(now)],
  );
  return Math.max(now - DAY, Math.min(rows[0]?.at ?? now, now - 12 * HOUR));
}

export interface Totals {
  readonly id: string;
  readonly name: string;
  readonly shortName: string;
  readonly colour: string;
  readonly reads: number;
  readonly rvu: number;
  readonly hours: number;
  readonly picked: number;
  readonly passedOver: number;
  readonly medianWaitMs: number | null;
  readonly returned: number;
  readonly expired: number;
}

export async function totals(executor: Executor, groupId: string, from: Instant, now: Instant): Promise<Totals[]> {
  return rawRows<Totals>(
    executor,
    `SELECT u.id, u.display_name AS name, u.short_name AS "shortName", u.colour, coalesce(r.reads, 0) AS reads, coalesce(r.rvu, 0) AS rvu,
       coalesce(h.hours, 0)::float8 AS hours, coalesce(p.picked, 0) AS picked, coalesce(p.over, 0) AS "passedOver", w.median AS "medianWaitMs",
       coalesce(b.returned, 0) AS returned, coalesce(b.expired, 0) AS expired
     FROM reader_profile f JOIN user_account u ON u.id = f.user_id
       LEFT JOIN (SELECT user_id, count(*)::int AS reads, sum(rvu) AS rvu FROM fairness_read WHERE group_id = $1::uuid AND at >= $2::timestamptz GROUP BY 1) r ON r.user_id = u.id
       LEFT JOIN (SELECT user_id, sum(extract(epoch FROM least(ends_at, $3::timestamptz) - greatest(starts_at, $2::timestamptz))) / 3600 AS hours FROM shift
         WHERE kind = 'shift' AND starts_at < $3::timestamptz AND ends_at > $2::timestamptz GROUP BY 1) h ON h.user_id = u.id
       LEFT JOIN (SELECT user_id, count(*)::int AS picked, sum(ahead)::int AS over FROM fairness_pick WHERE group_id = $1::uuid AND at >= $2::timestamptz GROUP BY 1) p ON p.user_id = u.id
       LEFT JOIN (SELECT user_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM coalesce(taken_at, $3::timestamptz) - at) * 1000) AS median
         FROM fairness_skip WHERE at >= $2::timestamptz GROUP BY 1) w ON w.user_id = u.id
       LEFT JOIN (SELECT user_id, count(*) FILTER (WHERE how <> 'expired')::int AS returned, count(*) FILTER (WHERE how = 'expired')::int AS expired
         FROM fairness_return WHERE group_id = $1::uuid AND at >= $2::timestamptz GROUP BY 1) b ON b.user_id = u.id
     WHERE u.organisation_id = $1::uuid AND u.disabled_at IS NULL ORDER BY u.display_name, u.id`,
    [groupId, new Date(from), new Date(now)],
  );
}

export async function readerOf(
  executor: Executor,
  groupId: string,
  userId: string,
): Promise<{ id: string; name: string } | null> {
  const rows = await rawRows<{ id: string; name: string }>(
    executor,
    `SELECT u.id, u.display_name AS name FROM user_account u JOIN reader_profile f ON f.user_id = u.id WHERE u.id = $1::uuid AND u.organisation_id = $2::uuid`,
    [userId, groupId],
  );
  return rows[0] ?? null;
}

interface Seen {
  readonly id: string;
  readonly what: string;
  readonly site: string;
  readonly urgency: Urgency;
}
const seen = (study: string, order: string, site: string): string =>
  `jsonb_build_object('id', ${study}.id, 'site', ${site}.name, 'urgency', ${study}.urgency, 'what',
     coalesce(nullif(${order}.procedure_text, ''), nullif(${study}.description, ''), array_to_string(${study}.modalities, ' ')))`;
const joined = (study: string, order: string, site: string, on: string): string =>
  `JOIN study ${study} ON ${study}.id = ${on} JOIN site ${site} ON ${site}.id = ${study}.site_id LEFT JOIN imaging_order ${order} ON ${order}.id = ${study}.order_id`;

export async function skipsOf(
  executor: Executor,
  groupId: string,
  userId: string,
  from: Instant,
): Promise<
  { at: Instant; study: Seen; picked: Seen; places: number; takenAt: Instant | null; takenBy: string | null }[]
> {
  return rawRows(
    executor,
    `SELECT ${ms("k.at")} AS at, ${seen("s", "o", "t")} AS study, ${seen("q", "qo", "qt")} AS picked, k.places, ${ms("k.taken_at")} AS "takenAt", u.display_name AS "takenBy"
     FROM fairness_skip k JOIN fairness_pick p ON p.event_id = k.event_id ${joined("s", "o", "t", "k.study_id")} ${joined("q", "qo", "qt", "p.study_id")}
       LEFT JOIN user_account u ON u.id = k.taken_by
     WHERE k.user_id = $1::uuid AND p.group_id = $2::uuid AND k.at >= $3::timestamptz ORDER BY k.at DESC, k.places DESC LIMIT 300`,
    [userId, groupId, new Date(from)],
  );
}

export async function returnsOf(
  executor: Executor,
  groupId: string,
  userId: string,
  from: Instant,
): Promise<{ at: Instant; study: Seen; how: string; reason: string }[]> {
  return rawRows(
    executor,
    `SELECT ${ms("r.at")} AS at, ${seen("s", "o", "t")} AS study, r.how, r.reason FROM fairness_return r ${joined("s", "o", "t", "r.study_id")}
     WHERE r.user_id = $1::uuid AND r.group_id = $2::uuid AND r.at >= $3::timestamptz ORDER BY r.at DESC LIMIT 300`,
    [userId, groupId, new Date(from)],
  );
}

const tableKey = (groupId: string): string => `fairness.rvu:${groupId}`;

export async function storedTable(executor: Executor, groupId: string): Promise<RvuEntry[] | null> {
  const rows = await rawRows<{ value: RvuEntry[] }>(executor, "SELECT value FROM hub_state WHERE key = $1", [
    tableKey(groupId),
  ]);
  return rows[0]?.value ?? null;
}

export async function saveTable(tx: Executor, groupId: string, entries: readonly RvuEntry[] | null): Promise<void> {
  if (entries === null) {
    await rawRows(tx, "DELETE FROM hub_state WHERE key = $1 RETURNING 1 AS done", [tableKey(groupId)]);
    return;
  }
  await rawRows(
    tx,
    `INSERT INTO hub_state (key, value, updated_at) VALUES ($1, $2::jsonb, now())
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now() RETURNING 1 AS done`,
    [tableKey(groupId), JSON.stringify(entries)],
  );
}
