import type { PauseReason } from "@readroom/shared/domain/clock-pause.js";
import { OpeningHours } from "@readroom/shared/domain/roster/pools.js";
import { studyRvu } from "@readroom/shared/domain/roster/rvu.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";

export const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;
type Db = pg.Pool | pg.PoolClient;

export interface GroupRow {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
}

export async function groupOf(db: Db, id: string): Promise<GroupRow | null> {
  const { rows } = await db.query<GroupRow>(
    `SELECT id, name, time_zone AS "timeZone" FROM organisation WHERE id = $1 AND kind = 'reading_group'`,
    [id],
  );
  return rows[0] ?? null;
}

/** Opening hours of a group's pools, by pool; those without are always open. */
export async function hoursOf(db: Db, groupId: string): Promise<Map<string, { hours: OpeningHours[]; zone: string }>> {
  const { rows } = await db.query<{ id: string; hours: unknown; zone: string }>(
    `SELECT p.id, p.opening_hours AS hours, coalesce(p.time_zone, g.time_zone) AS zone
     FROM pool p JOIN organisation g ON g.id = p.group_id WHERE p.group_id = $1`,
    [groupId],
  );
  return new Map(rows.map(({ id, hours, zone }) => [id, { hours: OpeningHours.array().parse(hours), zone }]));
}

export interface LoadRow {
  readonly holding: string[];
  readonly signed: number;
  /** Relative value units of what was signed, each study once. */
  readonly rvu: number;
  readonly rvuPerHour: number;
  readonly maxRvu: number | null;
  readonly online: boolean;
}

/** What each reader holds and has signed since the shift began (or in the last 12 hours). */
export async function loadOf(db: Db, groupId: string, now: Instant): Promise<Map<string, LoadRow>> {
  const { rows } = await db.query<Omit<LoadRow, "rvu"> & { userId: string; signedModalities: string[][] }>(
    `SELECT u.id AS "userId", p.rvu_per_hour AS "rvuPerHour", p.max_rvu_per_shift AS "maxRvu",
       coalesce((SELECT array_agg(s.id ORDER BY s.claimed_at) FROM study s WHERE s.claim_state = 'held' AND s.claimed_by = u.id), '{}') AS holding,
       (SELECT count(*)::int FROM report_version v WHERE v.signed_by = u.id AND v.signed_at >= b.began) AS signed,
       coalesce((SELECT jsonb_agg(to_jsonb(st.modalities)) FROM study st
         WHERE st.id IN (SELECT v.study_id FROM report_version v WHERE v.signed_by = u.id AND v.signed_at >= b.began)), '[]') AS "signedModalities",
       EXISTS (SELECT 1 FROM session n WHERE n.user_id = u.id AND n.expires_at > $2 AND n.last_seen_at > $2::timestamptz - interval '2 minutes') AS online
     FROM reader_profile p JOIN user_account u ON u.id = p.user_id
       CROSS JOIN LATERAL (SELECT coalesce((SELECT min(w.starts_at) FROM shift w WHERE w.user_id = u.id AND w.kind = 'shift' AND w.starts_at <= $2
         AND w.ends_at > $2), $2::timestamptz - interval '12 hours') AS began) b
     WHERE u.organisation_id = $1`,
    [groupId, new Date(now)],
  );
  return new Map(
    rows.map(({ userId, signedModalities, ...row }) => [
      userId,
      { ...row, rvu: signedModalities.reduce((sum, modalities) => sum + studyRvu(modalities), 0) },
    ]),
  );
}

export interface CountRow {
  readonly open: number;
  readonly held: number;
  readonly atRisk: number;
  readonly late: number;
}

/** How each pool's open studies stand: under a quarter of their time, and past it. */
export async function countsOf(db: Db, groupId: string, now: Instant): Promise<Map<string, CountRow>> {
  const { rows } = await db.query<CountRow & { poolId: string }>(
    `SELECT pool_id AS "poolId", count(*) FILTER (WHERE claim_state = 'open')::int AS open, count(*) FILTER (WHERE claim_state = 'held')::int AS held,
       count(*) FILTER (WHERE unread AND deadline >= $2 AND deadline - (deadline - clock_started_at) / 4 <= $2)::int AS "atRisk",
       count(*) FILTER (WHERE unread AND deadline < $2)::int AS late
     FROM (SELECT *, report_state IN ('none', 'draft') AND paused_at IS NULL AS unread FROM study) s
     WHERE group_id = $1 AND pool_id IS NOT NULL AND (report_state IN ('none', 'draft', 'preliminary') OR claim_state = 'held') GROUP BY 1`,
    [groupId, new Date(now)],
  );
  return new Map(rows.map(({ poolId, ...counts }) => [poolId, counts]));
}

export interface PausedRow {
  readonly studyId: string;
  readonly since: Instant;
  readonly reason: PauseReason;
}

/** Clocks of the group's open studies that stand still; of one study where given. */
export async function pausedOf(db: Db, groupId: string, studyId: string | null = null): Promise<PausedRow[]> {
  const { rows } = await db.query<PausedRow>(
    `SELECT id AS "studyId", ${ms("paused_at")} AS since, paused_reason AS reason FROM study
     WHERE group_id = $1 AND paused_at IS NOT NULL AND report_state IN ('none', 'draft', 'preliminary') AND ($2::uuid IS NULL OR id = $2::uuid)`,
    [groupId, studyId],
  );
  return rows;
}

/** Studies that wait in one pool and that the same people may read: of one site, subspecialty and kind of read. */
export interface WaitingKind {
  readonly poolId: string;
  readonly pool: string;
  readonly siteId: string;
  readonly site: string;
  readonly jurisdiction: string;
  readonly subspecialty: string;
  readonly reportState: string;
  readonly count: number;
  /** The one whose clock runs out first. */
  readonly studyId: string;
  readonly deadline: Instant;
  readonly warnAt: Instant;
  readonly since: Instant;
}

export async function waitingKinds(db: Db, groupId: string): Promise<WaitingKind[]> {
  const { rows } = await db.query<WaitingKind>(
    `SELECT s.pool_id AS "poolId", l.name AS pool, s.site_id AS "siteId", t.name AS site, t.jurisdiction, s.subspecialty,
       CASE WHEN s.report_state = 'preliminary' THEN 'preliminary' ELSE 'none' END AS "reportState", count(*)::int AS count,
       (array_agg(s.id ORDER BY s.deadline))[1] AS "studyId", ${ms("min(s.deadline)")} AS deadline,
       ${ms("min(s.deadline - (s.deadline - s.clock_started_at) / 4)")} AS "warnAt", ${ms("min(s.first_instance_at)")} AS since
     FROM study s JOIN pool l ON l.id = s.pool_id JOIN site t ON t.id = s.site_id
     WHERE s.group_id = $1 AND s.claim_state = 'open' AND s.report_state IN ('none', 'draft', 'preliminary') AND s.state = 'readable'
       AND s.deadline IS NOT NULL AND s.paused_at IS NULL
     GROUP BY 1, 2, 3, 4, 5, 6, 7 ORDER BY min(s.deadline) LIMIT 200`,
    [groupId],
  );
  return rows;
}

/** A study as an operator rescues it. */
export interface RescuedStudy {
  readonly id: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly siteName: string;
  readonly jurisdiction: string;
  readonly groupId: string | null;
  readonly poolId: string | null;
  readonly poolName: string;
  readonly poolOverride: string | null;
  readonly subspecialty: string;
  readonly reportState: string;
  readonly urgency: Urgency;
  readonly urgencyReason: string;
  readonly routing: string;
  readonly claimedBy: string | null;
}

export async function studyOf(db: Db, id: string): Promise<RescuedStudy | null> {
  const { rows } = await db.query<RescuedStudy>(
    `SELECT s.id, s.organisation_id AS "organisationId", s.site_id AS "siteId", t.name AS "siteName", t.jurisdiction, s.group_id AS "groupId",
       s.pool_id AS "poolId", coalesce(l.name, '') AS "poolName", s.pool_override AS "poolOverride", s.subspecialty, s.report_state AS "reportState",
       s.urgency, s.urgency_reason AS "urgencyReason", s.routing_summary AS routing,
       CASE WHEN s.claim_state = 'held' THEN s.claimed_by END AS "claimedBy"
     FROM study s JOIN site t ON t.id = s.site_id LEFT JOIN pool l ON l.id = s.pool_id WHERE s.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export interface NoteRow {
  readonly kind: string;
  readonly subject: string;
  readonly note: string;
  readonly settles: boolean;
  readonly by: string;
  readonly at: Instant;
}

/** What operators wrote beside entries of the short list, the oldest first. */
export async function notesOf(db: Db, groupId: string): Promise<NoteRow[]> {
  const { rows } = await db.query<NoteRow>(
    `SELECT kind, subject, note, settles, by_name AS by, ${ms("at")} AS at FROM operations_note WHERE group_id = $1 AND at > now() - interval '120 days' ORDER BY at`,
    [groupId],
  );
  return rows;
}

export async function insertNote(
  tx: pg.PoolClient,
  note: {
    groupId: string;
    kind: string;
    subject: string;
    note: string;
    settles: boolean;
    byId: string;
    byName: string;
    at: Instant;
  },
): Promise<void> {
  await tx.query(
    "INSERT INTO operations_note (group_id, kind, subject, note, settles, by_id, by_name, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    [note.groupId, note.kind, note.subject, note.note, note.settles, note.byId, note.byName, new Date(note.at)],
  );
}

/** Due at once. False where it is not among the failed ones of this group. */
export async function retryReaction(db: Db, groupId: string, eventId: string, handler: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `UPDATE reaction_failure f SET next_at = now() FROM outbox o
     WHERE f.event_id = $2 AND f.handler = $3 AND o.id = f.event_id
       AND NOT EXISTS (SELECT 1 FROM study s WHERE s.id::text = o.payload ->> 'studyId' AND s.group_id IS DISTINCT FROM $1::uuid)`,
    [groupId, eventId, handler],
  );
  return rowCount === 1;
}

/** The hospital and study of the incident that was resolved now; null where there is none open for the caller. */
export async function resolveIncident(
  db: pg.PoolClient,
  id: string,
  hospitalIds: readonly string[] | null,
  resolution: string,
  now: Instant,
): Promise<{ organisationId: string | null; studyId: string | null } | null> {
  const { rows } = await db.query<{ organisationId: string | null; studyId: string | null }>(
    `UPDATE ingest_incident SET resolved_at = $4, resolution = $3
     WHERE id = $1 AND resolved_at IS NULL AND ($2::uuid[] IS NULL OR organisation_id IS NULL OR organisation_id = ANY ($2::uuid[]))
     RETURNING organisation_id AS "organisationId", study_id AS "studyId"`,
    [id, hospitalIds, resolution, new Date(now)],
  );
  return rows[0] ?? null;
}
