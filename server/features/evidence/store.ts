import { gunzipSync } from "node:zlib";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";
import type { DicomJson } from "../ingest/public.js";
import type { InstanceName, MarkedImage, Request, SignKind } from "./facts.js";

type Reader = Tx | pg.Pool;

export interface SignedStudy extends Request {
  readonly studyId: string;
  readonly studyInstanceUid: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly patientId: string | null;
  readonly timeZone: string;
}

export async function signedStudy(db: Reader, studyId: string): Promise<SignedStudy | null> {
  const rows = await rawRows<SignedStudy>(
    db,
    `SELECT y.id AS "studyId", y.study_instance_uid AS "studyInstanceUid", y.organisation_id AS "organisationId", y.site_id AS "siteId",
       y.patient_id AS "patientId", s.time_zone AS "timeZone",
       coalesce(nullif(o.accession_number, ''), y.accession_number) AS accession, coalesce(o.placer_order_number, '') AS placer,
       coalesce(o.filler_order_number, '') AS filler, coalesce(o.procedure_code, '') AS "procedureCode",
       coalesce(o.procedure_coding_system, '') AS "procedureCodingSystem", coalesce(nullif(o.procedure_text, ''), y.description) AS "procedureText"
     FROM study y JOIN site s ON s.id = y.site_id
     LEFT JOIN imaging_order o ON o.id = y.order_id WHERE y.id = $1::uuid`,
    [studyId],
  );
  return rows[0] ?? null;
}

export interface VersionRow {
  readonly id: string;
  readonly reportId: string;
  readonly version: number;
  readonly kind: SignKind;
  readonly content: unknown;
  readonly authors: unknown;
  readonly marks: unknown;
  readonly signedByName: string;
  readonly organisation: string;
  readonly signedAt: Date;
}

/** Signed versions of a study's report up to one, the first first. */
export async function versionsUpTo(db: Reader, studyId: string, version: number): Promise<VersionRow[]> {
  return rawRows<VersionRow>(
    db,
    `SELECT v.id, v.report_id AS "reportId", v.version, v.kind, v.content, v.authors, v.marks, v.signed_by_name AS "signedByName", v.signed_at AS "signedAt",
       coalesce(o.name, '') AS organisation
     FROM report_version v LEFT JOIN user_account u ON u.id = v.signed_by LEFT JOIN organisation o ON o.id = u.organisation_id
     WHERE v.study_id = $1::uuid AND v.version <= $2::int ORDER BY v.version`,
    [studyId, version],
  );
}

/** A study's images (and what else came with them) that were there at a moment. */
export async function imagesAt(db: Reader, studyId: string, at: Date): Promise<InstanceName[]> {
  return rawRows<InstanceName>(
    db,
    `SELECT y.study_instance_uid AS "studyInstanceUid", e.series_instance_uid AS "seriesInstanceUid", i.sop_class_uid AS "sopClassUid",
       i.sop_instance_uid AS "sopInstanceUid"
     FROM instance i JOIN series e ON e.id = i.series_id JOIN study y ON y.id = i.study_id
     WHERE i.study_id = $1::uuid AND NOT e.made_here AND i.received_at <= $2::timestamptz
     ORDER BY e.series_number NULLS LAST, e.series_instance_uid, i.instance_number NULLS LAST, i.sop_instance_uid`,
    [studyId, at],
  );
}

/** The hub's own objects of the patient's studies that are stored already. */
export async function storedHere(
  db: Reader,
  studyUids: readonly string[],
  organisationId: string,
): Promise<Set<string>> {
  const rows = await rawRows<{ uid: string }>(
    db,
    `SELECT i.sop_instance_uid AS uid FROM study y JOIN series e ON e.study_id = y.id AND e.made_here JOIN instance i ON i.series_id = e.id
     WHERE y.organisation_id = $1::uuid AND y.study_instance_uid = ANY ($2::text[])`,
    [organisationId, [...studyUids]],
  );
  return new Set(rows.map(({ uid }) => uid));
}

interface MetadataRow {
  readonly metadata: Uint8Array;
}
const metadataOf = ({ metadata }: MetadataRow): DicomJson =>
  JSON.parse(gunzipSync(metadata).toString("utf8")) as DicomJson;

/** Images by their UID, of this study or another of the same patient in the same hospital. */
export async function markedImages(
  db: Reader,
  study: SignedStudy,
  sopInstanceUids: readonly string[],
): Promise<Map<string, MarkedImage & { readonly siteId: string }>> {
  const rows = await rawRows<Omit<MarkedImage, "metadata"> & MetadataRow & { siteId: string }>(
    db,
    `SELECT y.study_instance_uid AS "studyInstanceUid", y.site_id AS "siteId", e.series_instance_uid AS "seriesInstanceUid",
       i.sop_class_uid AS "sopClassUid", i.sop_instance_uid AS "sopInstanceUid", i.number_of_frames AS "numberOfFrames", i.metadata
     FROM study y JOIN series e ON e.study_id = y.id JOIN instance i ON i.series_id = e.id
     WHERE y.organisation_id = $1::uuid AND (y.id = $2::uuid OR y.patient_id = $3::uuid) AND i.sop_instance_uid = ANY ($4::text[])
     ORDER BY y.id <> $2::uuid`,
    [study.organisationId, study.studyId, study.patientId, [...sopInstanceUids]],
  );
  // The study's own come first, and are not overwritten by a copy in another one.
  const found = new Map<string, MarkedImage & { readonly siteId: string }>();
  for (const row of rows)
    if (!found.has(row.sopInstanceUid)) found.set(row.sopInstanceUid, { ...row, metadata: metadataOf(row) });
  return found;
}

/** Metadata of the first of a study's images, from which patient and study attributes are copied. Null: it has none. */
export async function firstImage(db: Reader, organisationId: string, studyUid: string): Promise<DicomJson | null> {
  const rows = await rawRows<MetadataRow>(
    db,
    `SELECT i.metadata FROM study y JOIN series e ON e.study_id = y.id AND NOT e.made_here JOIN instance i ON i.series_id = e.id
     WHERE y.organisation_id = $1::uuid AND y.study_instance_uid = $2
     ORDER BY e.modality IN ('SR', 'PR', 'KO', 'DOC', 'OT'), i.received_at, i.sop_instance_uid LIMIT 1`,
    [organisationId, studyUid],
  );
  return rows[0] ? metadataOf(rows[0]) : null;
}
