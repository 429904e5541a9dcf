import type { NewNotice, NoticeFacts, NoticeKind } from "@readroom/shared/domain/notices.js";
import { LASTS } from "@readroom/shared/domain/notices.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store-people.js";

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

export interface NoticeRow {
  readonly id: string;
  readonly userId: string;
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly urgent: boolean;
  readonly studyId: string | null;
  readonly facts: NoticeFacts;
  readonly state: string;
  readonly at: Instant;
  readonly snoozedUntil: Instant | null;
}

const COLUMNS = `n.id, n.user_id AS "userId", n.kind, n.subject, n.urgent, n.study_id AS "studyId", n.facts, n.state, ${ms("n.at")} AS at,
  ${ms("n.snoozed_until")} AS "snoozedUntil"`;
const LIVE = "n.state IN ('unread', 'read')";

/** Stores what nobody was told yet; a second time the same occasion changes nothing, also when its notice has been cleared. */
export async function insertNotices(tx: Executor, notices: readonly NewNotice[], now: Instant): Promise<string[]> {
  if (notices.length === 0) return [];
  const rows = notices.map(({ userId, studyId, kind, ...more }) => ({
    ...more,
    kind,
    user_id: userId,
    study_id: studyId,
    expires_at: new Date(now + LASTS[kind]),
  }));
  const told = await rawRows<{ userId: string }>(
    tx,
    `INSERT INTO notice (user_id, kind, subject, occasion, urgent, study_id, facts, at, expires_at)
     SELECT user_id, kind, subject, occasion, urgent, study_id, facts, $2::timestamptz, expires_at
     FROM jsonb_to_recordset($1::jsonb) AS r(user_id uuid, kind text, subject text, occasion text, urgent boolean, study_id uuid, facts jsonb, expires_at timestamptz)
     ON CONFLICT (user_id, kind, subject, occasion) DO NOTHING RETURNING user_id AS "userId"`,
    [JSON.stringify(rows), new Date(now)],
  );
  return [...new Set(told.map((row) => row.userId))];
}

const UNRELEASED = `n.state = 'unread' AND n.released_at IS NULL AND (n.snoozed_until IS NULL OR n.snoozed_until <= $1::timestamptz)`;
const SHIELDED = `SELECT 1 FROM notice_reading r JOIN study s ON s.id = r.study_id AND s.claim_state = 'held' AND s.claimed_by = r.user_id
  WHERE r.user_id = n.user_id AND r.until > $1::timestamptz`;

/** What has not reached these people's screens and is not snoozed, locked: of two that release at once each gets its own. */
export async function lockUnreleased(tx: Executor, userIds: readonly string[], now: Instant): Promise<NoticeRow[]> {
  return rawRows<NoticeRow>(
    tx,
    `SELECT ${COLUMNS} FROM notice n WHERE ${UNRELEASED} AND n.user_id = ANY ($2::uuid[]) ORDER BY n.at LIMIT 1000 FOR UPDATE OF n SKIP LOCKED`,
    [new Date(now), userIds],
  );
}

/** People for whom something can be released now: nothing urgent of theirs waits, and no open report holds the rest. */
export async function peopleToRelease(executor: Executor, now: Instant): Promise<string[]> {
  const rows = await rawRows<{ userId: string }>(
    executor,
    `SELECT DISTINCT n.user_id AS "userId" FROM notice n WHERE ${UNRELEASED} AND (n.urgent OR NOT EXISTS (${SHIELDED})) LIMIT 200`,
    [new Date(now)],
  );
  return rows.map((row) => row.userId);
}

/** The reports that people have open: claimed by them, not signed, and heard of within the lease. */
export async function openReports(
  executor: Executor,
  userIds: readonly string[],
  now: Instant,
): Promise<Map<string, { studyId: string; until: Instant }>> {
  const rows = await rawRows<{ userId: string; studyId: string; until: Instant }>(
    executor,
    `SELECT DISTINCT ON (r.user_id) r.user_id AS "userId", r.study_id AS "studyId", ${ms("r.until")} AS until
     FROM notice_reading r JOIN study s ON s.id = r.study_id AND s.claim_state = 'held' AND s.claimed_by = r.user_id
     WHERE r.until > $1::timestamptz AND r.user_id = ANY ($2::uuid[]) ORDER BY r.user_id, r.until DESC`,
    [new Date(now), userIds],
  );
  return new Map(rows.map(({ userId, ...open }) => [userId, open]));
}

export async function setReading(
  executor: Executor,
  userId: string,
  tab: string,
  studyId: string | null,
  until: Instant,
): Promise<void> {
  if (studyId === null) {
    await rawRows(executor, "DELETE FROM notice_reading WHERE user_id = $1::uuid AND tab = $2 RETURNING 1 AS done", [
      ...[userId, tab],
    ]);
    return;
  }
  await rawRows(
    executor,
    `INSERT INTO notice_reading (user_id, tab, study_id, until) VALUES ($1::uuid, $2, $3::uuid, $4::timestamptz)
     ON CONFLICT (user_id, tab) DO UPDATE SET study_id = excluded.study_id, until = excluded.until RETURNING 1 AS done`,
    [userId, tab, studyId, new Date(until)],
  );
}

export async function markReleased(tx: Executor, ids: readonly string[], now: Instant): Promise<void> {
  if (ids.length === 0) return;
  await rawRows(
    tx,
    "UPDATE notice SET released_at = $2::timestamptz, snoozed_until = NULL WHERE id = ANY ($1::uuid[]) RETURNING 1 AS done",
    [ids, new Date(now)],
  );
}

export async function endNotices(
  tx: Executor,
  ended: readonly { readonly id: string; readonly because: string }[],
  now: Instant,
): Promise<void> {
  if (ended.length === 0) return;
  await rawRows(
    tx,
    `UPDATE notice n SET state = 'cleared', ended_at = $2::timestamptz, ended_because = r.because
     FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, because text) WHERE n.id = r.id AND ${LIVE} RETURNING 1 AS done`,
    [JSON.stringify(ended), new Date(now)],
  );
}

/** Live notices about these studies, locked. */
export async function lockAbout(tx: Executor, studyIds: readonly string[]): Promise<NoticeRow[]> {
  return rawRows<NoticeRow>(
    tx,
    `SELECT ${COLUMNS} FROM notice n WHERE ${LIVE} AND n.study_id = ANY ($1::uuid[]) LIMIT 5000 FOR UPDATE OF n SKIP LOCKED`,
    [studyIds],
  );
}

export async function studiesWithNotices(executor: Executor): Promise<string[]> {
  const rows = await rawRows<{ id: string }>(
    executor,
    `SELECT DISTINCT n.study_id AS id FROM notice n WHERE ${LIVE} AND n.study_id IS NOT NULL LIMIT 2000`,
    [],
  );
  return rows.map((row) => row.id);
}

/** Takes what is past its time off the lists. Gives whose lists changed. */
export async function expireNotices(tx: Executor, now: Instant): Promise<string[]> {
  const rows = await rawRows<{ userId: string }>(
    tx,
    `UPDATE notice n SET state = 'expired', ended_at = $1::timestamptz WHERE ${LIVE} AND n.expires_at <= $1::timestamptz RETURNING n.user_id AS "userId"`,
    [new Date(now)],
  );
  return [...new Set(rows.map((row) => row.userId))];
}

/** Which deliveries, findings and late images, by the subject of their notices, still wait for somebody. */
export async function openSubjects(executor: Executor, subjects: readonly string[]): Promise<Map<string, string>> {
  const ids = (prefix: string) =>
    subjects.filter((subject) => subject.startsWith(prefix)).map((subject) => subject.slice(prefix.length));
  const [deliveries, findings, studies] = [ids("delivery:"), ids("critical:"), ids("study:")];
  const rows = await rawRows<{ subject: string; state: string }>(
    executor,
    `SELECT 'delivery:' || d.id AS subject, d.attempt AS state FROM delivery d
     WHERE d.id = ANY ($1::uuid[]) AND d.accepted_at IS NULL AND d.attempt <> 'gave_up'
     UNION ALL SELECT 'critical:' || f.id, f.state FROM critical_finding f WHERE f.id = ANY ($2::uuid[]) AND f.state <> 'closed'
     UNION ALL SELECT 'study:' || s.id, 'late' FROM study s WHERE s.id = ANY ($3::uuid[]) AND s.late_images > 0`,
    [deliveries, findings, studies],
  );
  return new Map(rows.map((row) => [row.subject, row.state]));
}

/** What is on a person's list, the newest first. */
export async function listOf(executor: Executor, userId: string, kinds: readonly string[]): Promise<NoticeRow[]> {
  return rawRows<NoticeRow>(
    executor,
    `SELECT ${COLUMNS} FROM notice n WHERE n.user_id = $1::uuid AND ${LIVE} AND n.kind = ANY ($2::text[])
       AND (n.released_at IS NOT NULL OR n.snoozed_until IS NOT NULL) ORDER BY n.at DESC LIMIT 300`,
    [userId, kinds],
  );
}

/** How many wait behind an open report. */
export async function waitingOf(executor: Executor, userId: string, kinds: readonly string[]): Promise<number> {
  const [row] = await rawRows<{ n: number }>(
    executor,
    `SELECT count(*)::int AS n FROM notice n WHERE n.user_id = $1::uuid AND n.state = 'unread' AND n.released_at IS NULL
       AND n.snoozed_until IS NULL AND n.kind = ANY ($2::text[])`,
    [userId, kinds],
  );
  return row?.n ?? 0;
}

export type Act = "read" | "unread" | "dismiss" | "snooze";

/** A person's own notices, of those named or all that are on the list. Gives how many changed. */
export async function act(
  tx: Executor,
  userId: string,
  ids: readonly string[] | null,
  what: Act,
  until: Instant,
  now: Instant,
): Promise<number> {
  const set = {
    read: "state = 'read'",
    unread: "state = 'unread'",
    dismiss: "state = 'cleared', ended_at = $3::timestamptz, ended_because = 'put away'",
    snooze: "state = 'unread', released_at = NULL, snoozed_until = $4::timestamptz",
  }[what];
  const rows = await rawRows(
    tx,
    `UPDATE notice n SET ${set} WHERE n.user_id = $1::uuid AND ${LIVE} AND ($2::uuid[] IS NULL OR n.id = ANY ($2::uuid[]))
       AND (n.released_at IS NOT NULL OR n.snoozed_until IS NOT NULL) AND $3::timestamptz IS NOT NULL AND $4::timestamptz IS NOT NULL RETURNING 1 AS done`,
    [userId, ids, new Date(now), new Date(until)],
  );
  return rows.length;
}

export async function scheduleClock(tx: Executor, studyId: string, dueAt: Instant | null): Promise<void> {
  if (dueAt === null) {
    await rawRows(tx, "DELETE FROM notice_clock WHERE study_id = $1::uuid RETURNING 1 AS done", [studyId]);
    return;
  }
  await rawRows(
    tx,
    `INSERT INTO notice_clock (study_id, due_at) VALUES ($1::uuid, $2::timestamptz)
     ON CONFLICT (study_id) DO UPDATE SET due_at = excluded.due_at RETURNING 1 AS done`,
    [studyId, new Date(dueAt)],
  );
}

export async function takeDueClocks(tx: Executor, now: Instant): Promise<string[]> {
  const rows = await rawRows<{ studyId: string }>(
    tx,
    `DELETE FROM notice_clock WHERE study_id IN (SELECT study_id FROM notice_clock WHERE due_at <= $1::timestamptz ORDER BY due_at LIMIT 50 FOR UPDATE SKIP LOCKED)
     RETURNING study_id AS "studyId"`,
    [new Date(now)],
  );
  return rows.map((row) => row.studyId);
}

/** Results that nobody has acknowledged for ten minutes: told of once. */
export async function lateDeliveries(
  executor: Executor,
  now: Instant,
  after: number,
): Promise<{ id: string; studyId: string }[]> {
  return rawRows(
    executor,
    `SELECT d.id, d.study_id AS "studyId" FROM delivery d WHERE d.accepted_at IS NULL AND d.attempt IN ('waiting', 'sending', 'sent')
       AND d.created_at < $1::timestamptz AND d.created_at > $1::timestamptz - interval '1 day'
       AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.kind = 'results' AND n.subject = 'delivery:' || d.id AND n.study_id = d.study_id)
     ORDER BY d.created_at LIMIT 50`,
    [new Date(now - after)],
  );
}
