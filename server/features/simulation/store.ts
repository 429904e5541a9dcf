import { Turnaround } from "@readroom/shared/domain/contract.js";
import type { SimSite, Span } from "@readroom/shared/domain/simulation/world.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows } from "../../kernel/database.js";

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

export interface GroupRow {
  readonly id: string;
  readonly timeZone: string;
}

export async function groupOf(db: pg.Pool, id: string): Promise<GroupRow | null> {
  const rows = await rawRows<GroupRow>(
    db,
    `SELECT id, time_zone AS "timeZone" FROM organisation WHERE id = $1::uuid AND kind = 'reading_group'`,
    [id],
  );
  return rows[0] ?? null;
}

type SiteRow = Omit<SimSite, "contract"> & {
  readonly contractId: string;
  readonly contractName: string;
  readonly turnaround: unknown;
  readonly target: number;
};

/** Sites of the hospitals that the group has ever had under contract, each with the contract's terms. */
export async function sitesOf(db: pg.Pool, groupId: string): Promise<SimSite[]> {
  const rows = await rawRows<SiteRow>(
    db,
    `SELECT t.id, t.code, t.name, t.organisation_id AS "hospitalId", h.code AS "hospitalCode", t.jurisdiction, t.time_zone AS "timeZone",
       c.id AS "contractId", c.name AS "contractName", c.turnaround, c.attainment_target AS target
     FROM contract c JOIN organisation h ON h.id = c.hospital_id JOIN site t ON t.organisation_id = h.id
     WHERE c.group_id = $1::uuid ORDER BY t.code, t.id`,
    [groupId],
  );
  return rows.map(({ contractId, contractName, turnaround, target, ...site }) => ({
    ...site,
    contract: { id: contractId, name: contractName, turnaround: Turnaround.parse(turnaround), target },
  }));
}

export interface PersonShift extends Span {
  readonly userId: string;
}

/** Shifts of the group's readers that touch the span; being on call is not being at work. */
export async function shiftsOf(db: pg.Pool, groupId: string, from: Instant, until: Instant): Promise<PersonShift[]> {
  return rawRows<PersonShift>(
    db,
    `SELECT s.user_id AS "userId", ${ms("s.starts_at")} AS "startsAt", ${ms("s.ends_at")} AS "endsAt"
     FROM shift s JOIN user_account u ON u.id = s.user_id
     WHERE u.organisation_id = $1::uuid AND s.kind = 'shift' AND s.starts_at < $3::timestamptz AND s.ends_at > $2::timestamptz
     ORDER BY s.starts_at, s.user_id LIMIT 50000`,
    [groupId, new Date(from), new Date(until)],
  );
}

/** RVU an hour that each reader plans with. */
export async function pacesOf(db: pg.Pool, groupId: string): Promise<Map<string, number>> {
  const rows = await rawRows<{ userId: string; rvu: number }>(
    db,
    `SELECT p.user_id AS "userId", p.rvu_per_hour::float8 AS rvu FROM reader_profile p JOIN user_account u ON u.id = p.user_id WHERE u.organisation_id = $1::uuid`,
    [groupId],
  );
  return new Map(rows.map(({ userId, rvu }) => [userId, rvu]));
}

/** A study with what rules see of it, what was decided and what became of it. */
export interface StudyRow {
  readonly id: string;
  readonly siteId: string;
  readonly patientId: string | null;
  readonly modalities: readonly string[];
  readonly bodyPart: string;
  readonly code: string;
  readonly text: string;
  readonly priority: string;
  readonly patientClass: string;
  readonly birthDate: string | null;
  readonly firstAt: Instant;
  readonly readableAt: Instant;
  readonly instances: number;
  readonly bytes: number;
  readonly urgency: Urgency;
  readonly poolId: string | null;
  readonly subspecialty: string;
  readonly clockStartedAt: Instant | null;
  readonly deadline: Instant | null;
  readonly claimedBy: string | null;
  readonly claimedAt: Instant | null;
  readonly signedBy: string | null;
  readonly signedAt: Instant | null;
}

const STUDY = `s.id, s.site_id AS "siteId", s.patient_id AS "patientId", s.modalities, coalesce(nullif(s.body_part, ''), o.body_part, '') AS "bodyPart",
  coalesce(o.procedure_code, '') AS code, trim(coalesce(o.procedure_text, '') || ' ' || s.description) AS text, coalesce(o.priority, '') AS priority,
  coalesce(o.patient_class, '') AS "patientClass", coalesce(p.birth_date, s.dicom_birth_date) AS "birthDate", ${ms("s.first_instance_at")} AS "firstAt",
  ${ms("coalesce(s.complete_at, s.last_instance_at)")} AS "readableAt", s.instances_received AS instances, s.bytes_received::float8 AS bytes, s.urgency,
  s.pool_id AS "poolId", s.subspecialty, ${ms("s.clock_started_at")} AS "clockStartedAt", ${ms("s.deadline")} AS deadline,
  s.claimed_by AS "claimedBy", ${ms("s.claimed_at")} AS "claimedAt", v.signed_by AS "signedBy", ${ms("v.signed_at")} AS "signedAt"`;
const FROM = `study s LEFT JOIN imaging_order o ON o.id = s.order_id LEFT JOIN patient p ON p.id = s.patient_id
  LEFT JOIN LATERAL (SELECT r.signed_by, r.signed_at FROM report_version r WHERE r.study_id = s.id ORDER BY r.version LIMIT 1) v ON true`;

/** Studies of the group whose first image came in the span, in that order. */
export async function studiesBetween(
  db: pg.Pool,
  groupId: string,
  from: Instant,
  until: Instant,
  limit: number,
): Promise<StudyRow[]> {
  return rawRows<StudyRow>(
    db,
    `SELECT ${STUDY} FROM ${FROM} WHERE s.group_id = $1::uuid AND s.routed_at IS NOT NULL
       AND s.first_instance_at >= $2::timestamptz AND s.first_instance_at < $3::timestamptz ORDER BY s.first_instance_at, s.id LIMIT $4::int`,
    [groupId, new Date(from), new Date(until), limit],
  );
}

/** Everything that waits for a first report now. */
export async function openStudies(db: pg.Pool, groupId: string, limit: number): Promise<StudyRow[]> {
  return rawRows<StudyRow>(
    db,
    `SELECT ${STUDY.replace('s.claimed_by AS "claimedBy"', `CASE WHEN s.claim_state = 'held' THEN s.claimed_by END AS "claimedBy"`)}
     FROM ${FROM} WHERE s.group_id = $1::uuid AND s.report_state IN ('none', 'draft') AND s.state <> 'closed' AND s.routed_at IS NOT NULL
     ORDER BY s.first_instance_at, s.id LIMIT $2::int`,
    [groupId, limit],
  );
}

export async function countBetween(db: pg.Pool, groupId: string, from: Instant, until: Instant): Promise<number> {
  const rows = await rawRows<{ n: number }>(
    db,
    "SELECT count(*)::int AS n FROM study WHERE group_id = $1::uuid AND first_instance_at >= $2::timestamptz AND first_instance_at < $3::timestamptz",
    [groupId, new Date(from), new Date(until)],
  );
  return rows[0]?.n ?? 0;
}
