import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { ms } from "./store.js";

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

/** A finding with whom it rings now: the last that was rung, else the first of the site's ladder. */
export type WaitingFinding = Waiting & { readonly contact: string; readonly phone: string };

/** Loops that are open. extra: "late" past the category's limit. */
export async function criticals(db: pg.Pool, groupId: string, now: Instant): Promise<WaitingFinding[]> {
  const { rows } = await db.query<WaitingFinding>(
    `SELECT f.id, f.study_id AS "studyId", ${STUDY}, f.category || ', ' || f.state AS reason, ${ms("f.raised_at")} AS since,
       CASE WHEN f.due_at < $2 THEN 'late' ELSE '' END AS extra, coalesce(c.name, '') AS contact, coalesce(c.phone, '') AS phone
     FROM critical_finding f JOIN study s ON s.id = f.study_id ${OF_STUDY}
       LEFT JOIN LATERAL (SELECT e.name, e.phone FROM escalation_contact e
         LEFT JOIN critical_step p ON p.contact_id = e.id AND p.finding_id = f.id
         WHERE e.site_id = s.site_id AND e.phone <> '' ORDER BY p.at DESC NULLS LAST, e.position LIMIT 1) c ON true
     WHERE s.group_id = $1 AND f.state <> 'closed' ORDER BY f.due_at LIMIT ${LIMIT}`,
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

/** Sites whose results go to no system: as PDF only (extra "pdf"), or nowhere at all. reason: how many were signed in the last week. */
export async function withoutReceiver(db: pg.Pool, groupId: string, now: Instant): Promise<Waiting[]> {
  const { rows } = await db.query<Waiting>(
    `SELECT t.id, NULL AS "studyId", t.name AS what, h.name AS site, CASE WHEN t.result_pdf_folder THEN 'pdf' ELSE '' END AS extra,
       (SELECT count(DISTINCT v.study_id)::text FROM report_version v JOIN study s ON s.id = v.study_id
         WHERE s.site_id = t.id AND v.signed_at > $2::timestamptz - interval '7 days') AS reason, ${ms("t.created_at")} AS since
     FROM site t JOIN organisation h ON h.id = t.organisation_id
     WHERE coalesce(t.result_host, '') = '' AND EXISTS (SELECT 1 FROM contract c WHERE c.hospital_id = h.id AND c.group_id = $1
       AND c.valid_from <= $2 AND (c.valid_to IS NULL OR c.valid_to > $2)) ORDER BY h.name, t.name LIMIT ${LIMIT}`,
    [groupId, new Date(now)],
  );
  return rows;
}

/**
 * HL7 messages of the last week that were not taken, and that no later one with the same control id mended; of one that was sent again
 * as it was, the last. extra: state.
 */
export async function rejectedMessages(db: pg.Pool, hospitalIds: readonly string[], now: Instant): Promise<Waiting[]> {
  const { rows } = await db.query<Waiting>(
    `SELECT m.id, NULL AS "studyId", m.message_type || ' ' || m.control_id AS what, coalesce(t.name, m.sender) AS site, m.reason, ${ms("m.at")} AS since, m.state AS extra
     FROM hl7_message m LEFT JOIN site t ON t.id = m.site_id
     WHERE m.direction = 'in' AND m.state IN ('rejected', 'failed') AND m.at > $2::timestamptz - interval '7 days'
       AND (m.organisation_id IS NULL OR m.organisation_id = ANY ($1::uuid[]))
       AND NOT EXISTS (SELECT 1 FROM hl7_message a WHERE a.direction = 'in' AND a.sender = m.sender AND a.control_id = m.control_id
         AND (a.state = 'accepted' OR a.digest = m.digest) AND a.at > m.at)
     ORDER BY m.at DESC LIMIT ${LIMIT}`,
    [hospitalIds, new Date(now)],
  );
  return rows;
}

/** Images that came after the signature. reason: how many; extra: who signed. */
export async function lateImages(db: pg.Pool, groupId: string): Promise<Waiting[]> {
  const { rows } = await db.query<Waiting>(
    `SELECT s.id, s.id AS "studyId", ${STUDY}, s.late_images::text AS reason, ${ms("coalesce(s.late_since, s.last_instance_at)")} AS since,
       coalesce(u.display_name, '') AS extra
     FROM study s ${OF_STUDY} LEFT JOIN user_account u ON u.id = s.claimed_by
     WHERE s.group_id = $1 AND s.late_images > 0 ORDER BY s.late_since LIMIT ${LIMIT}`,
    [groupId],
  );
  return rows;
}

export interface SkewedClock {
  readonly siteId: string;
  readonly site: string;
  readonly device: string;
  readonly samples: number;
  readonly aheadMs: number;
  readonly spreadMs: number;
  readonly since: Instant;
}

/** Devices of the group's hospitals whose clocks do not agree with ours. */
export async function skewedClocks(db: pg.Pool, hospitalIds: readonly string[]): Promise<SkewedClock[]> {
  const { rows } = await db.query<SkewedClock>(
    `SELECT d.site_id AS "siteId", t.name AS site, d.device, d.samples, d.ahead_ms::float8 AS "aheadMs", d.spread_ms::float8 AS "spreadMs",
       ${ms("d.flagged_since")} AS since
     FROM device_clock d JOIN site t ON t.id = d.site_id
     WHERE d.flagged_since IS NOT NULL AND t.organisation_id = ANY ($1::uuid[]) ORDER BY d.flagged_since LIMIT ${LIMIT}`,
    [hospitalIds],
  );
  return rows;
}
