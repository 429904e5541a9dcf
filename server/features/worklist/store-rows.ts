import type { ClaimView, WorklistRow } from "@readroom/shared/contract/http/worklist.js";
import { displayPersonName, parsePersonName } from "@readroom/shared/dicom/person-name.js";
import { warnAt } from "@readroom/shared/domain/contract.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import { DAY, type Instant } from "@readroom/shared/kernel/instant.js";
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
const MRN = "coalesce(p.mrn, s.dicom_patient_id)";
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
  ${ms("s.last_instance_at")} AS "lastAt", s.state, s.instances_received AS received, s.instances_expected AS expected, s.series_count AS series,
  s.match_state AS "matchState", s.match_reason AS "matchReason", s.urgency, s.urgency_reason AS "urgencyReason",
  ${ms("s.clock_started_at")} AS "clockStartedAt", ${ms("s.deadline")} AS deadline, l.id AS "poolId", coalesce(l.code, '') AS "poolCode",
  coalesce(l.name, '') AS "poolName", s.subspecialty, s.routable, s.routing_summary AS "routingSummary", s.claim_state AS "claimState",
  s.claimed_by AS "claimedBy", ${ms("s.claimed_at")} AS "claimedAt", ${ms("s.claim_until")} AS "claimUntil", s.claim_note AS "claimNote", s.claim_fence::float8 AS fence,
  u.display_name AS "holderName", u.short_name AS "holderShort", u.colour AS "holderColour", s.report_state AS "reportState",
  ${ms("s.signed_at")} AS "signedAt", s.critical_state AS "criticalState", s.is_demo AS "isDemo",
  (SELECT count(*)::int FROM study pr JOIN site prt ON prt.id = pr.site_id WHERE ${IS_PRIOR}) AS priors`;

/**
 * Rows of the studies that fit `where` (SQL over `s` and $1…), most urgent first. seq: published sequence number read before this.
 * Tenancy is the caller's: `where` must hold the group or the hospital.
 */
export async function rowsWhere(
  executor: Executor,
  where: string,
  values: unknown[],
  seq: number,
  limit = 5000,
): Promise<WorklistRow[]> {
  const rows = await rawRows<Raw>(
    executor,
    `SELECT ${COLUMNS} FROM ${STUDY_TABLES} WHERE ${where} ORDER BY s.urgency_rank, s.deadline, s.id LIMIT ${limit}`,
    values,
  );
  return rows.map((raw) => toRow(raw, seq));
}

export async function rowsOf(executor: Executor, studyIds: readonly string[], seq: number): Promise<WorklistRow[]> {
  return rowsWhere(executor, "s.id = ANY ($1::uuid[])", [studyIds], seq);
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
  return {
    studyId: raw.studyId,
    studyInstanceUid: raw.studyInstanceUid,
    seq,
    hospital: { id: raw.hospitalId, name: raw.hospitalName },
    site: {
      id: raw.siteId,
      code: raw.siteCode,
      name: raw.siteName,
      timeZone: raw.timeZone,
      jurisdiction: raw.jurisdiction,
    },
    groupId: raw.groupId,
    patient: {
      id: raw.patientId,
      source: raw.patientName ? "order" : "images",
      name: displayName(raw.patientName ?? raw.imagesName),
      mrn: raw.mrn,
      birthDate: isoDate(raw.birthDate),
      age: ageOn(raw.birthDate, raw.studyAt ?? raw.firstAt),
      sex: raw.sex,
    },
    accessionNumber: raw.accessionNumber,
    procedure: raw.procedureText || raw.description || [...raw.modalities, raw.bodyPart].filter(Boolean).join(" "),
    modalities: raw.modalities.length > 0 ? raw.modalities : raw.orderModality ? [raw.orderModality] : [],
    bodyPart: raw.bodyPart,
    studyAt: raw.studyAt,
    state: raw.state,
    images: { received: raw.received, expected: raw.expected, series: raw.series, lastAt: raw.lastAt },
    match: { state: raw.matchState, reason: raw.matchReason },
    urgency: raw.urgency,
    urgencyReason: raw.urgencyReason,
    clock: clockOf(raw),
    pool: raw.poolId ? { id: raw.poolId, code: raw.poolCode, name: raw.poolName } : null,
    subspecialty: raw.subspecialty,
    routable: raw.routable,
    routing: raw.routingSummary,
    claim: claimView(raw),
    report: { state: raw.reportState, signedAt: raw.signedAt },
    criticalState: raw.criticalState,
    priors: raw.priors,
    isDemo: raw.isDemo,
  };
}

function clockOf(raw: Raw): WorklistRow["clock"] {
  const { clockStartedAt: startedAt, deadline } = raw;
  if (startedAt === null || deadline === null) return null;
  return { startedAt, deadline, warnAt: warnAt(startedAt, deadline), rule: raw.routingSummary };
}

function claimView(raw: Raw): ClaimView {
  const by = raw.claimedBy
    ? {
        id: raw.claimedBy,
        name: raw.holderName ?? "",
        shortName: raw.holderShort ?? "",
        colour: raw.holderColour ?? "",
      }
    : null;
  if (raw.claimState === "done") return { state: "done", by, at: raw.signedAt };
  if (raw.claimState !== "held" || !by) return { state: "open" };
  return {
    state: "held",
    by,
    since: raw.claimedAt ?? 0,
    until: raw.claimUntil ?? 0,
    fence: raw.fence,
    note: raw.claimNote,
  };
}

/** "SAMPLE, Ada" from a name as orders ({alphabetic …}) or DICOM JSON ({Alphabetic …}) keep it. */
export function displayName(name: Name): string {
  const group = (key: string) => name[key] ?? name[key.charAt(0).toUpperCase() + key.slice(1)] ?? "";
  const groups = [group("alphabetic"), group("ideographic"), group("phonetic")].join("=");
  // Some modalities blank the name out: a row must not look as if it had no patient.
  return displayPersonName(parsePersonName(groups)).trim() || "Name not sent";
}

/** YYYY-MM-DD of YYYYMMDD or YYYY-MM-DD; null where the day is not known. */
export function isoDate(text: string | null): string | null {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text ?? "");
  return match ? `${match[1]}-${match[2]}-${match[3]}` : null;
}

/** Age as radiologists write it: days up to a month, months up to two years, years after (DICOM PS3.5 §6.2, AS). */
export function ageOn(birthDate: string | null, at: Instant): string | null {
  const iso = isoDate(birthDate);
  if (!iso) return null;
  const days = Math.floor((at - Date.parse(`${iso}T00:00:00Z`)) / DAY);
  if (!(days >= 0)) return null;
  if (days < 31) return `${days} D`;
  const [born, then] = [new Date(`${iso}T00:00:00Z`), new Date(at)];
  const birthdayPassed = then.getUTCDate() >= born.getUTCDate() ? 0 : 1;
  const months =
    (then.getUTCFullYear() - born.getUTCFullYear()) * 12 + then.getUTCMonth() - born.getUTCMonth() - birthdayPassed;
  return months < 24 ? `${months} M` : `${Math.floor(months / 12)} Y`;
}

/** Studies on lists whose patient's name or number changed. */
export async function openStudiesOfPatient(executor: Executor, patientIds: readonly string[]): Promise<string[]> {
  const rows = await rawRows<{ id: string }>(
    executor,
    "SELECT id FROM study WHERE patient_id = ANY ($1::uuid[]) AND report_state IN ('none', 'draft', 'preliminary')",
    [patientIds],
  );
  return rows.map((row) => row.id);
}
