import type { WorklistRow } from "@readroom/shared/contract/http/worklist.js";
import { displayPersonName, parsePersonName } from "@readroom/shared/dicom/person-name.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import { claimFrom, rowFrom } from "@readroom/shared/domain/worklist-row.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";

type Executor = Tx | pg.Pool | pg.PoolClient;
type Name = Partial<Record<string, string>>;

interface Raw {
  readonly studyId: string;
  readonly studyInstanceUid: string;
  readonly hospitalId: string;
  readonly hospitalName: string;
  readonly siteId: string;
  readonly siteCode: string;
  readonly siteName: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly groupId: string | null;
  readonly patientId: string | null;
  readonly patientName: Name | null;
  readonly imagesName: Name;
  readonly mrn: string;
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly accessionNumber: string;
  readonly procedureText: string;
  readonly description: string;
  readonly modalities: string[];
  readonly orderModality: string;
  readonly bodyPart: string;
  readonly studyAt: Instant | null;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly state: string;
  readonly received: number;
  readonly expected: number | null;
  readonly series: number;
  readonly matchState: string;
  readonly matchReason: string;
  readonly urgency: Urgency;
  readonly urgencyReason: string;
  readonly clockStartedAt: Instant | null;
  readonly deadline: Instant | null;
  readonly poolId: string | null;
  readonly poolCode: string;
  readonly poolName: string;
  readonly subspecialty: string;
  readonly routable: boolean;
  readonly routingSummary: string;
  readonly claimState: string;
  readonly claimedBy: string | null;
  readonly claimedAt: Instant | null;
  readonly claimUntil: Instant | null;
  readonly claimNote: string;
  readonly held: boolean;
  readonly escalatedAt: Instant | null;
  readonly escalatedBy: string;
  readonly escalationNote: string;
  readonly late: number;
  readonly paused: boolean;
  readonly fence: number;
  readonly holderName: string | null;
  readonly holderShort: string | null;
  readonly holderColour: string | null;
  readonly reportState: string;
  readonly signedAt: Instant | null;
  readonly criticalState: string;
  readonly priors: number;
  readonly isDemo: boolean;
}

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/**
 * Who the patient is, for finding the same one's other studies: number and issuer of the order's patient, else of the images. `s` a
 * study, `p` its patient, `t` its site.
 */
export const MRN = "coalesce(p.mrn, s.dicom_patient_id)";
const ISSUER = "coalesce(p.issuer, nullif(s.dicom_issuer, ''), t.patient_id_issuer)";

/** Condition that `pr` (of site `prt`) is an earlier study of the same patient as `s`. */
export const IS_PRIOR = `pr.organisation_id = s.organisation_id AND pr.id <> s.id
  AND (pr.patient_id = s.patient_id OR (pr.patient_id IS NULL AND ${MRN} <> '' AND pr.dicom_patient_id = ${MRN}
    AND coalesce(nullif(pr.dicom_issuer, ''), prt.patient_id_issuer) = ${ISSUER}))
  AND coalesce(pr.study_at, pr.first_instance_at) < coalesce(s.study_at, s.first_instance_at)`;

export const STUDY_TABLES = `study s JOIN organisation h ON h.id = s.organisation_id JOIN site t ON t.id = s.site_id
  LEFT JOIN patient p ON p.id = s.patient_id LEFT JOIN imaging_order o ON o.id = s.order_id
  LEFT JOIN pool l ON l.id = s.pool_id LEFT JOIN user_account u ON u.id = s.claimed_by`;

const COLUMNS = `s.id AS "studyId", s.study_instance_uid AS "studyInstanceUid", h.id AS "hospitalId", h.name AS "hospitalName", t.id AS "siteId",
  t.code AS "siteCode", t.name AS "siteName", t.time_zone AS "timeZone", t.jurisdiction, s.group_id AS "groupId", s.patient_id AS "patientId",
  p.name AS "patientName", s.dicom_patient_name AS "imagesName", ${MRN} AS mrn, coalesce(p.birth_date, s.dicom_birth_date) AS "birthDate",
  coalesce(p.sex, s.dicom_sex) AS sex, coalesce(nullif(o.accession_number, ''), s.accession_number) AS "accessionNumber",
  coalesce(o.procedure_text, '') AS "procedureText", s.description, s.modalities, coalesce(o.modality, '') AS "orderModality",
  coalesce(nullif(s.body_part, ''), o.body_part, '') AS "bodyPart", ${ms("s.study_at")} AS "studyAt", ${ms("s.first_instance_at")} AS "firstAt",
  ${ms("s.last_instance_at")} AS "lastAt", s.state, s.instances_received AS received, s.late_images AS late, s.paused_at IS NOT NULL AS paused, s.instances_expected AS expected, s.series_count AS series,
  s.match_state AS "matchState", s.match_reason AS "matchReason", s.urgency, s.urgency_reason AS "urgencyReason",
  ${ms("s.clock_started_at")} AS "clockStartedAt", ${ms("s.deadline")} AS deadline, l.id AS "poolId", coalesce(l.code, '') AS "poolCode",
  coalesce(l.name, '') AS "poolName", s.subspecialty, s.routable, s.routing_summary AS "routingSummary", s.claim_state AS "claimState",
  s.claimed_by AS "claimedBy", ${ms("s.claimed_at")} AS "claimedAt", ${ms("s.claim_until")} AS "claimUntil", s.claim_note AS "claimNote", s.claim_fence::float8 AS fence,
  s.claim_hold_until IS NOT NULL AS held, ${ms("s.escalated_at")} AS "escalatedAt", s.escalation_note AS "escalationNote",
  coalesce((SELECT e.display_name FROM user_account e WHERE e.id = s.escalated_by), '') AS "escalatedBy",
  u.display_name AS "holderName", u.short_name AS "holderShort", u.colour AS "holderColour", s.report_state AS "reportState",
  ${ms("s.signed_at")} AS "signedAt", s.critical_state AS "criticalState", s.is_demo AS "isDemo",
  (SELECT count(*)::int FROM study pr JOIN site prt ON prt.id = pr.site_id WHERE ${IS_PRIOR}) AS priors`;

/**
 * Rows of the studies that fit `where` (SQL over `s` and $1…), most urgent first. seq: published sequence number read before this.
 * Tenancy is the caller's: `where` must hold the group or the hospital. name: that
 * of the prepared statement, where `where` is always the same.
 */
export async function rowsWhere(
  executor: Executor,
  where: string,
  values: unknown[],
  seq: number,
  { limit = 5000, name }: { limit?: number; name?: string } = {},
): Promise<WorklistRow[]> {
  const rows = await rawRows<Raw>(
    executor,
    `SELECT ${COLUMNS} FROM ${STUDY_TABLES} WHERE ${where} ORDER BY s.urgency_rank, s.deadline, s.id LIMIT ${limit}`,
    values,
    name,
  );
  return rows.map((raw) => toRow(raw, seq));
}

export async function rowsOf(executor: Executor, studyIds: readonly string[], seq: number): Promise<WorklistRow[]> {
  // Planning these joins takes the database eight times as long as running them: prepared, and without showing the planner how many are
  // asked for (it would plan anew for each list), it plans once for each connection.
  return rowsWhere(executor, "s.id = ANY (ARRAY(SELECT unnest($1::uuid[])))", [studyIds], seq, {
    name: "worklist_rows",
  });
}

export async function rowOf(executor: Executor, studyId: string): Promise<WorklistRow | null> {
  const seq = await topSeq(executor);
  return (await rowsOf(executor, [studyId], seq))[0] ?? null;
}

/** The last published event's number: what a snapshot read afterwards holds at least. */
export async function topSeq(executor: Executor): Promise<number> {
  const rows = await rawRows<{ top: number }>(
    executor,
    "SELECT coalesce(max(published_seq), 0)::float8 AS top FROM outbox",
    [],
  );
  return rows[0]?.top ?? 0;
}

function toRow(raw: Raw, seq: number): WorklistRow {
  const by = raw.claimedBy
    ? {
        id: raw.claimedBy,
        name: raw.holderName ?? "",
        shortName: raw.holderShort ?? "",
        colour: raw.holderColour ?? "",
      }
    : null;
  return rowFrom(
    {
      ...raw,
      hospital: { id: raw.hospitalId, name: raw.hospitalName },
      site: {
        id: raw.siteId,
        code: raw.siteCode,
        name: raw.siteName,
        timeZone: raw.timeZone,
        jurisdiction: raw.jurisdiction,
      },
      name: nameText(raw.patientName ?? raw.imagesName),
      ordered: raw.patientName !== null,
      pool: raw.poolId ? { id: raw.poolId, code: raw.poolCode, name: raw.poolName } : null,
      routing: raw.routingSummary,
      claim: claimFrom({
        state: raw.claimState,
        by,
        since: raw.claimedAt,
        until: raw.claimUntil,
        fence: raw.fence,
        note: raw.claimNote,
        hold: raw.held,
        signedAt: raw.signedAt,
      }),
      escalation:
        raw.escalatedAt === null ? null : { by: raw.escalatedBy, at: raw.escalatedAt, note: raw.escalationNote },
    },
    seq,
  );
}

/** The groups of a name as orders ({alphabetic …}) or DICOM JSON ({Alphabetic …}) keep it, as PN text. */
function nameText(name: Name): string {
  const group = (key: string) => name[key] ?? name[key.charAt(0).toUpperCase() + key.slice(1)] ?? "";
  return [group("alphabetic"), group("ideographic"), group("phonetic")].join("=");
}

/** "SAMPLE, Ada" from a name as orders ({alphabetic …}) or DICOM JSON ({Alphabetic …}) keep it. */
export const displayName = (name: Name): string =>
  // Some modalities blank the name out: a row must not look as if it had no patient.
  displayPersonName(parsePersonName(nameText(name))).trim() || "Name not sent";

/** Studies on lists whose patient's name or number changed. */
export async function openStudiesOfPatient(executor: Executor, patientIds: readonly string[]): Promise<string[]> {
  const rows = await rawRows<{ id: string }>(
    executor,
    "SELECT id FROM study WHERE patient_id = ANY ($1::uuid[]) AND report_state IN ('none', 'draft', 'preliminary')",
    [patientIds],
  );
  return rows.map((row) => row.id);
}
