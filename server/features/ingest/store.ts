import type pg from "pg";
import type { Database } from "../../kernel/database.js";
import { type IndexRecord, imageFields, type SeriesFields, type StudyFields } from "./index-record.js";
import type { Match } from "./match.js";
import type { IngestSource } from "./ports.js";

export type Client = pg.PoolClient;

export type StudyRow = {
  readonly id: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly groupId: string | null;
  readonly state: string;
  readonly fresh: boolean;
};

const STUDY_COLUMNS = `id, organisation_id AS "organisationId", site_id AS "siteId", group_id AS "groupId", state`;

/** The patient's row, made from what the images say where no order brought it. HL7 is the authority: an existing row is left alone. */
export async function ensurePatient(
  client: Client,
  organisationId: string,
  fields: StudyFields,
): Promise<string | null> {
  if (fields.patientId === "") return null;
  const { rows } = await client.query<{ id: string }>(
    `WITH made AS (
       INSERT INTO patient (organisation_id, issuer, mrn, name, birth_date, sex) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (organisation_id, issuer, mrn) DO NOTHING RETURNING id)
     SELECT id FROM made UNION ALL SELECT id FROM patient WHERE organisation_id = $1 AND issuer = $2 AND mrn = $3 LIMIT 1`,
    [organisationId, fields.issuer, fields.patientId, JSON.stringify(fields.patientName), fields.birthDate, fields.sex],
  );
  return rows[0]?.id ?? null;
}

/** Makes the study's row, or turns an expected one into a receiving one; the first instance decides the study's attributes. */
export async function ensureStudy(
  client: Client,
  source: IngestSource,
  studyInstanceUid: string,
  fields: StudyFields,
  match: Match,
  patientId: string | null,
  nowMs: number,
): Promise<StudyRow> {
  const matched = match.state === "matched";
  const { rows } = await client.query<StudyRow>(
    `INSERT INTO study (organisation_id, site_id, study_instance_uid, patient_id, order_id, accession_number, dicom_patient_id, dicom_issuer,
       dicom_patient_name, dicom_birth_date, dicom_sex, description, body_part, referring_name, match_state, match_reason, state,
       study_at, first_instance_at, last_instance_at, is_demo, detail)
     SELECT $1, $2::uuid, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'receiving',
       CASE WHEN $17::text IS NULL THEN NULL
            WHEN $18::int IS NOT NULL THEN ($17::timestamp - make_interval(mins => $18::int)) AT TIME ZONE 'UTC'
            ELSE $17::timestamp AT TIME ZONE s.time_zone END,
       to_timestamp($19::double precision / 1000), to_timestamp($19::double precision / 1000), $20,
       jsonb_build_object('dicom', $21::jsonb)
     FROM site s WHERE s.id = $2::uuid
     ON CONFLICT (organisation_id, study_instance_uid) DO UPDATE
       SET state = CASE WHEN study.state = 'expected' THEN 'receiving' ELSE study.state END,
         detail = CASE WHEN study.detail ? 'dicom' THEN study.detail ELSE study.detail || excluded.detail END
     RETURNING ${STUDY_COLUMNS}, (xmax = 0) AS fresh`,
    [
      source.organisationId,
      source.siteId,
      studyInstanceUid,
      matched ? match.patientId : patientId,
      matched ? match.orderId : null,
      fields.accessionNumber,
      fields.patientId,
      fields.issuer,
      JSON.stringify(fields.patientName),
      fields.birthDate,
      fields.sex,
      fields.description,
      fields.bodyPart,
      fields.referringName,
      match.state,
      matched ? "" : match.reason,
      fields.studyAt,
      fields.studyOffsetMinutes,
      nowMs,
      source.isDemo ?? false,
      JSON.stringify(fields.attributes),
    ],
  );
  const row = rows[0];
  if (row === undefined) throw new Error("site of the sender is gone");
  return row;
}

/** A study that the hub's own objects belong to: never made for them. */
export async function existingStudy(
  client: Client,
  organisationId: string,
  studyInstanceUid: string,
): Promise<StudyRow> {
  const { rows } = await client.query<StudyRow>(
    `SELECT ${STUDY_COLUMNS}, false AS fresh FROM study WHERE organisation_id = $1 AND study_instance_uid = $2`,
    [organisationId, studyInstanceUid],
  );
  if (rows[0] === undefined) throw new Error("the study that an object was made for is gone");
  return rows[0];
}

/** The series' row. One of the hub's own making (`madeHere`) leaves the study's counts and modalities as they are. */
export async function ensureSeries(
  client: Client,
  studyId: string,
  seriesInstanceUid: string,
  fields: SeriesFields,
  madeHere = false,
): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `WITH made AS (
       INSERT INTO series (study_id, series_instance_uid, modality, series_number, description, body_part, frame_of_reference_uid, attributes, made_here)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (study_id, series_instance_uid) DO NOTHING RETURNING id),
     grown AS (
       UPDATE study SET series_count = series_count + 1,
         modalities = CASE WHEN $3 = '' OR $3 = ANY(modalities) THEN modalities ELSE array_append(modalities, $3) END,
         body_part = CASE WHEN body_part = '' THEN $6 ELSE body_part END
       WHERE id = $1 AND NOT $9 AND EXISTS (SELECT 1 FROM made))
     SELECT id FROM made UNION ALL SELECT id FROM series WHERE study_id = $1 AND series_instance_uid = $2 LIMIT 1`,
    [
      studyId,
      seriesInstanceUid,
      fields.modality,
      fields.seriesNumber,
      fields.description,
      fields.bodyPart,
      fields.frameOfReferenceUid,
      JSON.stringify(fields.attributes),
      madeHere,
    ],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error("series vanished while it was written");
  return id;
}

export type Placed = { readonly record: IndexRecord; readonly studyId: string; readonly seriesId: string };

/**
 * Writes instances and raises the counts of their series and studies in one statement. An instance that is indexed already changes
 * nothing, and what the hub made itself does not count for its study. Returns the SOP Instance UIDs that are new, as `studyId sopInstanceUid`.
 */
export async function insertInstances(
  client: Client | pg.Pool,
  placed: readonly Placed[],
  nowMs: number,
): Promise<Set<string>> {
  const image = placed.map(({ record }) => imageFields(record.parsed.metadata));
  const { rows } = await client.query<{ key: string }>({
    name: "ingest-instances",
    text: `WITH fresh AS (
      INSERT INTO instance (series_id, study_id, sop_instance_uid, sop_class_uid, transfer_syntax_uid, instance_number, rows, columns,
        number_of_frames, path, size, digest, metadata, frames, received_from, flags, received_at)
      SELECT series_id, study_id, sop, class, syntax, number, rows, columns, frame_count, path, size, digest, metadata, frames, received_from,
        coalesce(string_to_array(nullif(flags, ''), chr(31)), '{}'), to_timestamp($17::double precision / 1000)
      FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::int[], $7::int[], $8::int[], $9::int[], $10::text[],
        $11::bigint[], $12::text[], $13::bytea[], $14::bytea[], $15::text[], $16::text[])
        AS t(series_id, study_id, sop, class, syntax, number, rows, columns, frame_count, path, size, digest, metadata, frames, received_from, flags)
      ON CONFLICT (study_id, sop_instance_uid) DO NOTHING RETURNING series_id, study_id, sop_instance_uid, size),
    counted_series AS (
      UPDATE series SET instance_count = instance_count + c.n
      FROM (SELECT series_id, count(*)::int AS n FROM fresh GROUP BY series_id) c WHERE series.id = c.series_id),
    counted_study AS (
      UPDATE study SET instances_received = instances_received + c.n, bytes_received = bytes_received + c.bytes, version = version + 1,
        last_instance_at = to_timestamp($17::double precision / 1000)
      FROM (SELECT study_id, count(*)::int AS n, sum(size)::bigint AS bytes FROM fresh WHERE sop_instance_uid <> ALL ($18::text[]) GROUP BY study_id) c
      WHERE study.id = c.study_id)
    SELECT study_id || ' ' || sop_instance_uid AS key FROM fresh`,
    values: [
      placed.map((p) => p.seriesId),
      placed.map((p) => p.studyId),
      placed.map((p) => p.record.parsed.sopInstanceUid),
      placed.map((p) => p.record.parsed.sopClassUid),
      placed.map((p) => p.record.parsed.transferSyntaxUid),
      image.map((i) => i.instanceNumber),
      image.map((i) => i.rows),
      image.map((i) => i.columns),
      placed.map((p) => p.record.parsed.numberOfFrames),
      placed.map((p) => p.record.path),
      placed.map((p) => p.record.size),
      placed.map((p) => p.record.digest),
      placed.map((p) => p.record.metadata),
      placed.map((p) => p.record.frames),
      placed.map((p) => p.record.source.label),
      placed.map((p) => p.record.parsed.flags.join("\u001f")),
      nowMs,
      placed.flatMap(({ record }) => (record.source.madeHere ? [record.parsed.sopInstanceUid] : [])),
    ],
  });
  return new Set(rows.map((row) => row.key));
}

export type Existing = {
  readonly studyId: string;
  readonly path: string;
  readonly digest: string;
  readonly size: number;
};

export async function findInstance(
  db: Database,
  organisationId: string,
  studyUid: string,
  sopUid: string,
): Promise<Existing | undefined> {
  const { rows } = await db.pool.query<Existing>(
    `SELECT i.study_id AS "studyId", i.path, i.digest, i.size FROM instance i JOIN study s ON s.id = i.study_id
     WHERE s.organisation_id = $1 AND s.study_instance_uid = $2 AND i.sop_instance_uid = $3`,
    [organisationId, studyUid, sopUid],
  );
  return rows[0];
}

/** Paths that the index knows, of those given. */
export async function knownPaths(db: Database, paths: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.pool.query<{ path: string }>(
    "SELECT path FROM instance WHERE path = ANY($1::text[]) UNION ALL SELECT path FROM ingest_incident WHERE path = ANY($1::text[])",
    [paths],
  );
  return new Set(rows.map((row) => row.path));
}
