import type { Actor } from "@readroom/shared/domain/access.js";
import { actorStamp } from "@readroom/shared/domain/access.js";
import { audit } from "../../kernel/audit.js";
import type { Database } from "../../kernel/database.js";
import type { Owned, Scope } from "./access.js";
import type { InstanceQuery, SeriesQuery, StudyQuery } from "./query.js";

/** One instance as serving needs it. Immutable once indexed. */
export type InstanceRow = Owned & {
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  readonly path: string;
  readonly size: number;
  readonly frames: Buffer | null;
  readonly patientId: string | null;
};

const OWNED = `st.id AS "studyId", st.organisation_id AS "organisationId", st.site_id AS "siteId", st.patient_id AS "patientId"`;
const INSTANCE = `${OWNED}, i.sop_instance_uid AS "sopInstanceUid", i.sop_class_uid AS "sopClassUid", i.transfer_syntax_uid AS "transferSyntaxUid",
  i.path, i.size, i.frames`;

export type Level = { readonly studyUid: string; readonly seriesUid?: string; readonly instanceUid?: string };

const AT_LEVEL = `st.study_instance_uid = $1 AND ($2::text IS NULL OR se.series_instance_uid = $2) AND ($3::text IS NULL OR i.sop_instance_uid = $3)`;
const ORDERED =
  "ORDER BY st.first_instance_at, se.series_number NULLS LAST, se.series_instance_uid, i.instance_number NULLS LAST, i.sop_instance_uid";
const FROM = `FROM study st JOIN series se ON se.study_id = st.id JOIN instance i ON i.series_id = se.id`;

/** Instances of a study, a series, or one. Of every hospital: the caller asks policy. */
export async function instancesAt(db: Database, level: Level): Promise<InstanceRow[]> {
  const { rows } = await db.pool.query<InstanceRow>({
    name: "archive-instances",
    text: `SELECT ${INSTANCE} ${FROM} WHERE ${AT_LEVEL} ${ORDERED}`,
    values: [level.studyUid, level.seriesUid ?? null, level.instanceUid ?? null],
  });
  return rows;
}

export type MetadataRow = Owned & { readonly metadata: Buffer; readonly patientId: string | null };

export async function metadataAt(db: Database, level: Level): Promise<MetadataRow[]> {
  const { rows } = await db.pool.query<MetadataRow>({
    name: "archive-metadata",
    text: `SELECT ${OWNED}, i.metadata ${FROM} WHERE ${AT_LEVEL} ${ORDERED}`,
    values: [level.studyUid, level.seriesUid ?? null, level.instanceUid ?? null],
  });
  return rows;
}

export type StudyMatch = Owned & {
  readonly patientRow: string | null;
  readonly dicom: Record<string, unknown>;
  readonly studyInstanceUid: string;
  readonly modalities: readonly string[];
  readonly seriesCount: number;
  readonly instances: number;
};

class Parameters {
  readonly values: unknown[] = [];
  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

function scoped(scope: Scope, p: Parameters): string[] {
  return [
    ...(scope.hospitalIds === null ? [] : [`st.organisation_id = ANY(${p.add(scope.hospitalIds)}::uuid[])`]),
    ...(scope.siteIds === null ? [] : [`st.site_id = ANY(${p.add(scope.siteIds)}::uuid[])`]),
    ...(scope.studyId === null ? [] : [`st.id = ${p.add(scope.studyId)}::uuid`]),
    // An order's row that no image has come for is no study of the archive yet.
    "st.instances_received > 0",
  ];
}

/** LIKE pattern of a DICOM wildcard (PS3.4 §C.2.2.2.4): `*` any, `?` one character. */
function like(pattern: string): string {
  return pattern
    .replace(/[\\%_]/g, "\\$&")
    .replaceAll("*", "%")
    .replaceAll("?", "_");
}

function text(column: string, pattern: string, p: Parameters, ignoreCase = false): string {
  if (/[*?]/.test(pattern) || ignoreCase) return `${column} ${ignoreCase ? "ILIKE" : "LIKE"} ${p.add(like(pattern))}`;
  return `${column} = ${p.add(pattern)}`;
}

function range(column: string, from: string | undefined, to: string | undefined, p: Parameters): string[] {
  return [
    ...(from === undefined ? [] : [`${column} >= ${p.add(from)}`]),
    ...(to === undefined ? [] : [`${column} <= ${p.add(to)}`]),
  ];
}

const DATE = `(st.detail #>> '{dicom,00080020,Value,0}')`;
const TIME = `(st.detail #>> '{dicom,00080030,Value,0}')`;

function studyConditions(q: StudyQuery, p: Parameters): string[] {
  const name = (pattern: string) => {
    const at = p.add(like(pattern));
    return `(st.dicom_patient_name->>'alphabetic' ILIKE ${at} OR st.dicom_patient_name->>'ideographic' ILIKE ${at} OR st.dicom_patient_name->>'phonetic' ILIKE ${at})`;
  };
  return [
    ...(q.studyUids === undefined ? [] : [`st.study_instance_uid = ANY(${p.add(q.studyUids)}::text[])`]),
    ...(q.date === undefined ? [] : range(DATE, q.date.from, q.date.to, p)),
    ...(q.time === undefined ? [] : range(`rpad(${TIME}, 13, '0')`, q.time.from, q.time.to, p)),
    ...(q.accession === undefined ? [] : [text("st.accession_number", q.accession, p)]),
    ...(q.patientId === undefined ? [] : [text("st.dicom_patient_id", q.patientId, p)]),
    ...(q.issuer === undefined ? [] : [text("st.dicom_issuer", q.issuer, p)]),
    ...(q.patientName === undefined ? [] : [name(q.patientName)]),
    ...(q.birthDate === undefined ? [] : range("st.dicom_birth_date", q.birthDate.from, q.birthDate.to, p)),
    ...(q.sex === undefined ? [] : [text("st.dicom_sex", q.sex, p)]),
    ...(q.referring === undefined ? [] : [text("st.referring_name", q.referring, p, true)]),
    ...(q.description === undefined ? [] : [text("st.description", q.description, p, true)]),
    ...(q.studyId === undefined ? [] : [text(`(st.detail #>> '{dicom,00200010,Value,0}')`, q.studyId, p)]),
    ...(q.modalities === undefined ? [] : [`(st.modalities || own.modalities) && ${p.add(q.modalities)}::text[]`]),
  ];
}

/** The hub's own objects of a study are no images that came, yet found with the others: counts and modalities as QIDO-RS tells them. */
const ALL = `CROSS JOIN LATERAL (SELECT count(*)::int AS series, coalesce(sum(o.instance_count), 0)::int AS instances,
  coalesce(array_agg(DISTINCT o.modality) FILTER (WHERE o.modality <> ALL (coalesce(st.modalities, '{}'))), '{}') AS modalities FROM series o WHERE o.study_id = st.id AND o.made_here) own`;
const STUDY = `st.id AS "studyId", st.organisation_id AS "organisationId", st.site_id AS "siteId", st.patient_id AS "patientRow",
  coalesce(st.detail->'dicom', '{}') AS dicom, st.study_instance_uid AS "studyInstanceUid", st.modalities || own.modalities AS modalities, st.series_count + own.series AS "seriesCount",
  st.instances_received + own.instances AS instances`;

export async function searchStudies(
  db: Database,
  scope: Scope,
  q: StudyQuery,
  limit: number,
  offset: number,
): Promise<StudyMatch[]> {
  const p = new Parameters();
  const where = [...scoped(scope, p), ...studyConditions(q, p)].join(" AND ");
  const { rows } = await db.pool.query<StudyMatch>(
    `SELECT ${STUDY} FROM study st ${ALL} WHERE ${where} ORDER BY ${DATE} DESC NULLS LAST, st.id LIMIT ${p.add(limit)} OFFSET ${p.add(offset)}`,
    p.values,
  );
  return rows;
}

export type SeriesMatch = StudyMatch & {
  readonly seriesInstanceUid: string;
  readonly modality: string;
  readonly seriesNumber: number | null;
  readonly seriesDescription: string;
  readonly bodyPart: string;
  readonly attributes: Record<string, unknown>;
  readonly seriesInstances: number;
};

function seriesConditions(q: SeriesQuery, p: Parameters): string[] {
  return [
    ...studyConditions(q, p),
    ...(q.seriesUids === undefined ? [] : [`se.series_instance_uid = ANY(${p.add(q.seriesUids)}::text[])`]),
    ...(q.modality === undefined ? [] : [text("se.modality", q.modality, p)]),
    ...(q.seriesNumber === undefined ? [] : [`se.series_number = ${p.add(q.seriesNumber)}`]),
    ...(q.seriesDescription === undefined ? [] : [text("se.description", q.seriesDescription, p, true)]),
    ...(q.bodyPart === undefined ? [] : [text("se.body_part", q.bodyPart, p, true)]),
  ];
}

const SERIES = `${STUDY}, se.series_instance_uid AS "seriesInstanceUid", se.modality, se.series_number AS "seriesNumber", se.description AS "seriesDescription",
  se.body_part AS "bodyPart", se.attributes, se.instance_count AS "seriesInstances"`;

export async function searchSeries(
  db: Database,
  scope: Scope,
  q: SeriesQuery,
  limit: number,
  offset: number,
): Promise<SeriesMatch[]> {
  const p = new Parameters();
  const where = [...scoped(scope, p), ...seriesConditions(q, p)].join(" AND ");
  const { rows } = await db.pool.query<SeriesMatch>(
    `SELECT ${SERIES} FROM study st JOIN series se ON se.study_id = st.id ${ALL} WHERE ${where}
     ORDER BY ${DATE} DESC NULLS LAST, st.id, se.series_number NULLS LAST, se.id LIMIT ${p.add(limit)} OFFSET ${p.add(offset)}`,
    p.values,
  );
  return rows;
}

export type InstanceMatch = SeriesMatch & {
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  readonly instanceNumber: number | null;
  readonly rows: number | null;
  readonly columns: number | null;
  readonly numberOfFrames: number;
};

export async function searchInstances(
  db: Database,
  scope: Scope,
  q: InstanceQuery,
  limit: number,
  offset: number,
): Promise<InstanceMatch[]> {
  const p = new Parameters();
  const where = [
    ...scoped(scope, p),
    ...seriesConditions(q, p),
    ...(q.sopInstanceUids === undefined ? [] : [`i.sop_instance_uid = ANY(${p.add(q.sopInstanceUids)}::text[])`]),
    ...(q.sopClassUids === undefined ? [] : [`i.sop_class_uid = ANY(${p.add(q.sopClassUids)}::text[])`]),
    ...(q.instanceNumber === undefined ? [] : [`i.instance_number = ${p.add(q.instanceNumber)}`]),
  ].join(" AND ");
  const { rows } = await db.pool.query<InstanceMatch>(
    `SELECT ${SERIES}, i.sop_instance_uid AS "sopInstanceUid", i.sop_class_uid AS "sopClassUid", i.transfer_syntax_uid AS "transferSyntaxUid",
       i.instance_number AS "instanceNumber", i.rows, i.columns, i.number_of_frames AS "numberOfFrames"
     FROM study st JOIN series se ON se.study_id = st.id JOIN instance i ON i.series_id = se.id ${ALL} WHERE ${where}
     ORDER BY ${DATE} DESC NULLS LAST, st.id, se.series_number NULLS LAST, se.id, i.instance_number NULLS LAST, i.id
     LIMIT ${p.add(limit)} OFFSET ${p.add(offset)}`,
    p.values,
  );
  return rows;
}

export type AccessEntry = {
  readonly action: string;
  readonly studyId?: string;
  readonly organisationId?: string;
  readonly patientId?: string | null;
  readonly detail: Record<string, unknown>;
};

export async function auditAccess(db: Database, actor: Actor, entry: AccessEntry): Promise<void> {
  await audit(db.pool, actor, [
    { ...entry, subject: entry.studyId === undefined ? "studies" : `study:${entry.studyId}` },
  ]);
}

/** Who it is, for batching audit rows. */
export function actorKey(actor: Actor): string {
  const { kind, id } = actorStamp(actor);
  return `${kind}:${id}:${"address" in actor ? actor.address : ""}`;
}
