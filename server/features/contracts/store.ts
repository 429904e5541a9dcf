import type { ContractView, CriticalBrief, DeliveryBrief } from "@readroom/shared/contract/http/hospital.js";
import { clockStop, stopsFor, Turnaround, termsInWords } from "@readroom/shared/domain/contract.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;
type Name = Record<string, string>;

/** A hospital and, where the actor is limited to some of its sites, those (null: all). */
export interface Ours {
  readonly hospitalId: string;
  readonly siteIds: readonly string[] | null;
}
const SITES = "($2::uuid[] IS NULL OR s.site_id = ANY ($2::uuid[]))";
const PATIENT = "coalesce(p.name, s.dicom_patient_name) AS name, coalesce(p.mrn, s.dicom_patient_id) AS mrn";
const PROCEDURE = `coalesce(nullif(o.procedure_text, ''), s.description) AS procedure`;
const JOINS =
  "JOIN site t ON t.id = s.site_id LEFT JOIN patient p ON p.id = s.patient_id LEFT JOIN imaging_order o ON o.id = s.order_id";

export async function hospitalOf(
  db: pg.Pool,
  id: string,
): Promise<{ id: string; name: string; timeZone: string } | null> {
  const { rows } = await db.query<{ id: string; name: string; timeZone: string }>(
    `SELECT id, name, time_zone AS "timeZone" FROM organisation WHERE id = $1 AND kind = 'hospital'`,
    [id],
  );
  return rows[0] ?? null;
}

export async function sitesOf(
  db: pg.Pool,
  ours: Ours,
): Promise<{ id: string; code: string; name: string; timeZone: string }[]> {
  const { rows } = await db.query<{ id: string; code: string; name: string; timeZone: string }>(
    `SELECT id, code, name, time_zone AS "timeZone" FROM site WHERE organisation_id = $1 AND ($2::uuid[] IS NULL OR id = ANY ($2::uuid[])) ORDER BY name`,
    [ours.hospitalId, ours.siteIds],
  );
  return rows;
}

export async function contractsOf(db: pg.Pool, hospitalId: string, now: Instant): Promise<ContractView[]> {
  const { rows } = await db.query<
    Omit<ContractView, "turnaround" | "clockStarts" | "clockStops" | "terms"> & { turnaround: unknown }
  >(
    `SELECT c.id, c.name, c.group_id AS "groupId", g.name AS "groupName", c.attainment_target AS target, c.turnaround
     FROM contract c JOIN organisation g ON g.id = c.group_id
     WHERE c.hospital_id = $1 AND c.valid_from <= $2 AND (c.valid_to IS NULL OR c.valid_to > $2) ORDER BY c.valid_from, c.id`,
    [hospitalId, new Date(now)],
  );
  return rows.map((row) => {
    const terms = Turnaround.parse(row.turnaround);
    const { clockStarts, clockStops = "preliminary", critical, stat, urgent, routine } = terms;
    return {
      ...row,
      turnaround: { critical, stat, urgent, routine },
      clockStarts,
      clockStops,
      terms: termsInWords(terms),
    };
  });
}

/** A study whose clock has run, as attainment counts it. stoppedAt: what the contract says stops the clock has happened. */
export interface ClockedStudy {
  readonly studyId: string;
  readonly urgency: Urgency;
  readonly startedAt: Instant;
  readonly deadline: Instant;
  readonly stoppedAt: Instant | null;
  /** Stands still since, for the hospital; null where it runs. */
  readonly pausedAt: Instant | null;
  readonly name: Name;
  readonly procedure: string;
}

type Stops = Parameters<typeof clockStop>[1];

/** Studies whose deadline fell after `since`. */
export async function clockedSince(db: pg.Pool, ours: Ours, since: Instant): Promise<ClockedStudy[]> {
  const version = (kinds: string) =>
    `(SELECT ${ms("min(v.signed_at)")} FROM report_version v WHERE v.study_id = s.id AND v.kind IN (${kinds}))`;
  const { rows } = await db.query<Omit<ClockedStudy, "stoppedAt"> & Stops & { turnaround: unknown }>(
    `SELECT s.id AS "studyId", s.urgency, ${ms("coalesce(s.clock_started_at, s.first_instance_at)")} AS "startedAt", ${ms("s.deadline")} AS deadline,
       ${ms("s.paused_at")} AS "pausedAt", ${version("'preliminary'")} AS "preliminaryAt",
       coalesce(${version("'final'")}, CASE WHEN s.report_state <> 'preliminary' THEN ${ms("s.signed_at")} END) AS "finalAt",
       (SELECT ${ms("min(f.raised_at)")} FROM critical_finding f WHERE f.study_id = s.id) AS "criticalAt",
       (SELECT ${ms("min(f.reached_at)")} FROM critical_finding f WHERE f.study_id = s.id) AS "calledAt",
       (SELECT c.turnaround FROM contract c WHERE c.hospital_id = s.organisation_id AND c.group_id = s.group_id) AS turnaround, ${PATIENT}, ${PROCEDURE}
     FROM study s ${JOINS} WHERE s.organisation_id = $1 AND ${SITES} AND s.deadline IS NOT NULL AND s.deadline >= $3 ORDER BY s.deadline LIMIT 200000`,
    [ours.hospitalId, ours.siteIds, new Date(since)],
  );
  return rows.map(({ turnaround, preliminaryAt, finalAt, criticalAt, calledAt, ...row }) => {
    const stops = stopsFor(Turnaround.parse(turnaround ?? {}), row.urgency);
    return { ...row, stoppedAt: clockStop(stops, { preliminaryAt, finalAt, criticalAt, calledAt }) };
  });
}

export async function onShiftFor(
  db: pg.Pool,
  ours: Ours,
  now: Instant,
): Promise<{ id: string; name: string; title: string; until: Instant }[]> {
  const { rows } = await db.query<{ id: string; name: string; title: string; until: Instant }>(
    `SELECT u.id, u.display_name AS name, u.title, max(${ms("w.ends_at")}) AS until
     FROM shift w JOIN user_account u ON u.id = w.user_id JOIN privilege v ON v.user_id = u.id JOIN site t ON t.id = v.site_id
       JOIN contract c ON c.group_id = u.organisation_id AND c.hospital_id = t.organisation_id
     WHERE t.organisation_id = $1 AND ($2::uuid[] IS NULL OR t.id = ANY ($2::uuid[])) AND u.disabled_at IS NULL
       AND w.starts_at <= $3 AND w.ends_at > $3 AND v.valid_from <= $3 AND v.valid_to > $3 AND c.valid_from <= $3 AND (c.valid_to IS NULL OR c.valid_to > $3)
     GROUP BY u.id ORDER BY u.display_name`,
    [ours.hospitalId, ours.siteIds, new Date(now)],
  );
  return rows;
}

/** Open loops first, then those closed since. */
export async function criticalsOf(
  db: pg.Pool,
  ours: Ours,
  since: Instant,
): Promise<(Omit<CriticalBrief, "patientName"> & { name: Name })[]> {
  const { rows } = await db.query<Omit<CriticalBrief, "patientName"> & { name: Name }>(
    `SELECT f.id, f.study_id AS "studyId", ${PATIENT}, ${PROCEDURE}, t.name AS "siteName", f.category, f.finding, f.state, ${ms("f.raised_at")} AS "raisedAt",
       f.raised_by_name AS "raisedByName", ${ms("f.due_at")} AS "dueAt", f.reached_name AS "reachedName", ${ms("f.acknowledged_at")} AS "acknowledgedAt",
       f.acknowledged_name AS "acknowledgedName"
     FROM critical_finding f JOIN study s ON s.id = f.study_id ${JOINS}
     WHERE s.organisation_id = $1 AND ${SITES} AND (f.state <> 'closed' OR f.closed_at >= $3) ORDER BY (f.state = 'closed'), f.due_at DESC LIMIT 200`,
    [ours.hospitalId, ours.siteIds, new Date(since)],
  );
  return rows;
}

export async function deliveriesOf(
  db: pg.Pool,
  ours: Ours,
  since: Instant,
): Promise<(Omit<DeliveryBrief, "patientName"> & { name: Name })[]> {
  const { rows } = await db.query<Omit<DeliveryBrief, "patientName"> & { name: Name }>(
    `SELECT d.id, d.study_id AS "studyId", ${PATIENT}, ${PROCEDURE}, t.name AS "siteName", d.destination, d.kind, d.attempt, d.receipt, d.attempts,
       d.last_error AS "lastError", ${ms("d.created_at")} AS "createdAt", ${ms("d.accepted_at")} AS "acceptedAt"
     FROM delivery d JOIN study s ON s.id = d.study_id ${JOINS}
     WHERE s.organisation_id = $1 AND ${SITES} AND (d.accepted_at IS NULL OR d.created_at >= $3) ORDER BY (d.accepted_at IS NULL) DESC, d.created_at DESC LIMIT 200`,
    [ours.hospitalId, ours.siteIds, new Date(since)],
  );
  return rows;
}
