import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

export interface GroupRow {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
}

export async function groupOf(db: pg.Pool, id: string): Promise<GroupRow | null> {
  const { rows } = await db.query<GroupRow>(
    `SELECT id, name, time_zone AS "timeZone" FROM organisation WHERE id = $1 AND kind = 'reading_group'`,
    [id],
  );
  return rows[0] ?? null;
}

export interface LoadRow {
  readonly userId: string;
  readonly holding: string[];
  readonly signed: number;
  readonly online: boolean;
}

/** What each reader holds and has signed since the shift began (or in the last 12 hours). */
export async function loadOf(db: pg.Pool, groupId: string, now: Instant): Promise<Map<string, LoadRow>> {
  const { rows } = await db.query<LoadRow>(
    `SELECT u.id AS "userId",
       coalesce((SELECT array_agg(s.id ORDER BY s.claimed_at) FROM study s WHERE s.claim_state = 'held' AND s.claimed_by = u.id), '{}') AS holding,
       (SELECT count(*)::int FROM report_version v WHERE v.signed_by = u.id AND v.signed_at > coalesce((SELECT max(w.starts_at) FROM shift w
         WHERE w.user_id = u.id AND w.starts_at <= $2 AND w.ends_at > $2), $2::timestamptz - interval '12 hours')) AS signed,
       EXISTS (SELECT 1 FROM session n WHERE n.user_id = u.id AND n.expires_at > $2 AND n.last_seen_at > $2::timestamptz - interval '2 minutes') AS online
     FROM reader_profile p JOIN user_account u ON u.id = p.user_id WHERE u.organisation_id = $1`,
    [groupId, new Date(now)],
  );
  return new Map(rows.map((row) => [row.userId, row]));
}

/** Something that waits for a person, as its table has it; no patient's name, since the list is read by people without that right too. */
export interface Waiting {
  readonly id: string;
  readonly studyId: string | null;
  readonly what: string;
  readonly site: string;
  readonly reason: string;
  readonly since: Instant;
  readonly extra: string;
}

const STUDY = `coalesce(nullif(o.procedure_text, ''), nullif(s.description, ''), array_to_string(s.modalities, ' ')) AS what, t.name AS site`;
const OF_STUDY = "JOIN site t ON t.id = s.site_id LEFT JOIN imaging_order o ON o.id = s.order_id";
const OPEN = "s.report_state IN ('none', 'draft') AND s.state <> 'closed'";
const LIMIT = 100;

export async function unroutable(db: pg.Pool, groupId: string): Promise<Waiting[]> {
  const { rows } = await db.query<Waiting>(
    `SELECT s.id, s.id AS "studyId", ${STUDY}, s.routing_summary AS reason, ${ms("s.first_instance_at")} AS since, s.urgency AS extra
     FROM study s ${OF_STUDY} WHERE s.group_id = $1 AND NOT s.routable AND s.routed_at IS NOT NULL AND ${OPEN} ORDER BY s.first_instance_at LIMIT ${LIMIT}`,
    [groupId],
  );
  return rows;
}

export async function unmatched(db: pg.Pool, groupId: string): Promise<Waiting[]> {
  const { rows } = await db.query<Waiting>(
    `SELECT s.id, s.id AS "studyId", ${STUDY}, s.match_reason AS reason, ${ms("s.first_instance_at")} AS since, s.urgency AS extra
     FROM study s ${OF_STUDY} WHERE s.group_id = $1 AND s.match_state NOT IN ('matched', 'confirmed') AND ${OPEN} ORDER BY s.first_instance_at LIMIT ${LIMIT}`,
    [groupId],
  );
  return rows;
}

/** Results that a person must look at: refused for good, given up, ambiguous, or under way for more than ten minutes. extra: attempt. */
export async function undelivered(db: pg.Pool, groupId: string, now: Instant): Promise<Waiting[]> {
  const { rows } = await db.query<Waiting>(
    `SELECT d.id, d.study_id AS "studyId", ${STUDY}, coalesce(nullif(d.last_error, ''), d.destination || ' has not answered') AS reason,
       ${ms("d.created_at")} AS since, d.attempt AS extra
     FROM delivery d JOIN study s ON s.id = d.study_id ${OF_STUDY}
     WHERE s.group_id = $1 AND d.accepted_at IS NULL AND d.attempt NOT IN ('superseded', 'cancelled', 'resolved', 'done')
       AND (d.attempt NOT IN ('waiting', 'sending', 'sent') OR d.created_at < $2::timestamptz - interval '10 minutes') ORDER BY d.created_at LIMIT ${LIMIT}`,
    [groupId, new Date(now)],
  );
  return rows;
}

/** Loops that are open. extra: "late" past the category's limit. */
export async function criticals(db: pg.Pool, groupId: string, now: Instant): Promise<Waiting[]> {
  const { rows } = await db.query<Waiting>(
    `SELECT f.id, f.study_id AS "studyId", ${STUDY}, f.category || ', ' || f.state AS reason, ${ms("f.raised_at")} AS since,
       CASE WHEN f.due_at < $2 THEN 'late' ELSE '' END AS extra
     FROM critical_finding f JOIN study s ON s.id = f.study_id ${OF_STUDY} WHERE s.group_id = $1 AND f.state <> 'closed' ORDER BY f.due_at LIMIT ${LIMIT}`,
    [groupId, new Date(now)],
  );
  return rows;
}

/** hospitalIds: those whose studies the caller may see. */
export async function incidents(db: pg.Pool, hospitalIds: readonly string[]): Promise<Waiting[]> {
  const { rows } = await db.query<Waiting>(
    `SELECT i.id, i.study_id AS "studyId", i.kind AS what, coalesce(t.name, i.source) AS site, i.reason, ${ms("i.at")} AS since, i.source AS extra
     FROM ingest_incident i LEFT JOIN site t ON t.id = i.site_id
     WHERE i.resolved_at IS NULL AND (i.organisation_id IS NULL OR i.organisation_id = ANY ($1::uuid[])) ORDER BY i.at DESC LIMIT ${LIMIT}`,
    [hospitalIds],
  );
  return rows;
}

/** Reactions that failed ten times, of the caller's studies and of none. extra: the handler. */
export async function failedReactions(db: pg.Pool, groupId: string): Promise<Waiting[]> {
  const { rows } = await db.query<Waiting>(
    `SELECT f.event_id AS id, s.id AS "studyId", f.handler AS what, coalesce(t.name, '') AS site, o.type || ': ' || f.attempts || ' attempts' AS reason,
       ${ms("o.at")} AS since, f.handler AS extra
     FROM reaction_failure f JOIN outbox o ON o.id = f.event_id
       LEFT JOIN study s ON s.id::text = o.payload ->> 'studyId' LEFT JOIN site t ON t.id = s.site_id
     WHERE f.attempts >= 10 AND (s.id IS NULL OR s.group_id = $1) ORDER BY o.at LIMIT ${LIMIT}`,
    [groupId],
  );
  return rows;
}

/** Due at once. False where it is not among the failed ones of this group. */
export async function retryReaction(db: pg.Pool, groupId: string, eventId: string, handler: string): Promise<boolean> {
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
