import type { Actor } from "@readroom/shared/domain/access.js";
import type pg from "pg";
import { audit } from "../../kernel/audit.js";
import type { Database } from "../../kernel/database.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import { type IndexRecord, imageFields, type SeriesFields, type StudyFields } from "./index-record.js";
import type { Match, OrderCandidate } from "./match.js";
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

export async function siteIssuer(client: Client, siteId: string): Promise<string> {
  const { rows } = await client.query<{ issuer: string }>(
    "SELECT patient_id_issuer AS issuer FROM site WHERE id = $1",
    [siteId],
  );
  return rows[0]?.issuer ?? "";
}

/** The hospital's open and closed orders with this accession number. */
export async function ordersByAccession(
  client: Client,
  organisationId: string,
  accession: string,
): Promise<OrderCandidate[]> {
  if (accession === "") return [];
  const { rows } = await client.query<OrderCandidate>(
    `SELECT o.id AS "orderId", o.site_id AS "siteId", o.patient_id AS "patientId", p.mrn, p.issuer, o.study_instance_uid AS "studyInstanceUid"
     FROM imaging_order o JOIN site s ON s.id = o.site_id JOIN patient p ON p.id = o.patient_id
     WHERE s.organisation_id = $1 AND o.accession_number = $2 AND o.state <> 'cancelled' LIMIT 20`,
    [organisationId, accession],
  );
  return rows;
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

export type StudyProgress = {
  readonly id: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly groupId: string | null;
  readonly state: string;
  readonly instances: number;
  readonly series: number;
  readonly bytes: number;
  readonly modalities: readonly string[];
  readonly matchState: string;
  readonly matchReason: string;
  readonly orderId: string | null;
  readonly version: number;
};

const PROGRESS = `id, organisation_id AS "organisationId", site_id AS "siteId", group_id AS "groupId", state, instances_received AS instances,
  series_count AS series, bytes_received AS bytes, modalities, match_state AS "matchState", match_reason AS "matchReason",
  order_id AS "orderId", version`;

/** Tells what has come of studies so far: `study.receiving` with counts, `study.complete` when they went quiet. */
export async function announceStudies(
  client: Client,
  actor: Actor,
  type: string,
  studyIds: readonly string[],
  first: ReadonlySet<string> = new Set(),
): Promise<void> {
  const { rows } = await client.query<StudyProgress>(
    `SELECT ${PROGRESS} FROM study WHERE id = ANY($1::uuid[]) ORDER BY id`,
    [studyIds],
  );
  await appendEvents(
    client,
    actor,
    rows.map((study) => studyEvent(type, study, first.has(study.id))),
  );
}

function studyEvent(type: string, study: StudyProgress, first: boolean) {
  return {
    stream: `study:${study.id}`,
    type,
    topics: studyTopics(study),
    payload: {
      studyId: study.id,
      siteId: study.siteId,
      organisationId: study.organisationId,
      state: study.state,
      first,
      instances: study.instances,
      series: study.series,
      bytes: study.bytes,
      modalities: study.modalities,
      matchState: study.matchState,
      matchReason: study.matchReason,
      orderId: study.orderId,
      version: study.version,
    },
  };
}

/** Turns studies complete for which no instance came for their site's quiet time. Returns how many. */
export async function completeQuietStudies(
  client: Client,
  actor: Actor,
  nowMs: number,
  limit: number,
): Promise<number> {
  const { rows } = await client.query<StudyProgress>(
    `UPDATE study SET state = 'complete', complete_at = to_timestamp($1::double precision / 1000), version = version + 1
     WHERE id IN (
       SELECT st.id FROM study st JOIN site s ON s.id = st.site_id
       WHERE st.state = 'receiving' AND st.last_instance_at <= to_timestamp($1::double precision / 1000) - make_interval(secs => s.quiet_seconds)
       ORDER BY st.last_instance_at LIMIT $2 FOR UPDATE OF st SKIP LOCKED)
     RETURNING ${PROGRESS}`,
    [nowMs, limit],
  );
  await appendEvents(
    client,
    actor,
    rows.map((study) => studyEvent("study.complete", study, false)),
  );
  return rows.length;
}

/** Turns a study complete whose modality's own list of images is here in full, without waiting for the quiet time. False: it was so already. */
export async function completeAnnounced(
  client: Client,
  actor: Actor,
  studyId: string,
  nowMs: number,
): Promise<boolean> {
  const { rows } = await client.query<StudyProgress>(
    `UPDATE study SET state = 'complete', complete_at = to_timestamp($2::double precision / 1000), version = version + 1
     WHERE id = $1 AND state = 'receiving' RETURNING ${PROGRESS}`,
    [studyId, nowMs],
  );
  await appendEvents(
    client,
    actor,
    rows.map((study) => studyEvent("study.complete", study, false)),
  );
  return rows.length > 0;
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

export type Incident = {
  readonly source: IngestSource | undefined;
  readonly studyId: string | null;
  readonly kind: "conflict" | "replaced" | "unreadable" | "refused";
  readonly reason: string;
  readonly label: string;
  readonly path: string | null;
  readonly detail: Record<string, unknown>;
};

/** Puts something into the queue of what could not be taken as it was. */
export async function recordIncident(client: Client, actor: Actor, incident: Incident): Promise<string> {
  const organisationId = incident.source?.organisationId ?? null;
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO ingest_incident (organisation_id, site_id, study_id, kind, reason, source, path, detail)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
    [
      organisationId,
      incident.source?.siteId ?? null,
      incident.studyId,
      incident.kind,
      incident.reason,
      incident.label,
      incident.path,
      JSON.stringify(incident.detail),
    ],
  );
  const id = rows[0]?.id ?? "";
  const topic =
    organisationId === null ? [] : studyTopics({ id: incident.studyId ?? id, organisationId, groupId: null });
  await appendEvents(client, actor, [
    {
      stream: `ingest:${organisationId ?? "hub"}`,
      type: "ingest.incident",
      topics: topic,
      payload: { incidentId: id, studyId: incident.studyId, kind: incident.kind, reason: incident.reason },
    },
  ]);
  return id;
}

export async function auditImport(client: Client, actor: Actor, study: StudyRow, source: IngestSource): Promise<void> {
  await audit(client, actor, [
    {
      action: "study.received",
      organisationId: study.organisationId,
      studyId: study.id,
      subject: `study:${study.id}`,
      detail: { from: source.label },
    },
  ]);
}

export type UnmatchedStudy = {
  readonly id: string;
  readonly siteId: string;
  readonly organisationId: string;
  readonly studyInstanceUid: string;
  readonly accessionNumber: string;
  readonly patientId: string;
  readonly issuer: string;
};

/** Studies that wait for an order with this accession number. */
export async function unmatchedByAccession(
  client: Client,
  organisationId: string,
  accession: string,
): Promise<UnmatchedStudy[]> {
  const { rows } = await client.query<UnmatchedStudy>(
    `SELECT id, site_id AS "siteId", organisation_id AS "organisationId", study_instance_uid AS "studyInstanceUid", accession_number AS "accessionNumber",
       dicom_patient_id AS "patientId", dicom_issuer AS issuer
     FROM study WHERE organisation_id = $1 AND accession_number = $2 AND match_state = 'unmatched' FOR UPDATE`,
    [organisationId, accession],
  );
  return rows;
}

/** Ties a study to its order, or keeps the new reason why not. True when it is matched now. */
export async function applyMatch(client: Client, actor: Actor, studyId: string, match: Match): Promise<boolean> {
  if (match.state === "unmatched") {
    await client.query("UPDATE study SET match_reason = $2 WHERE id = $1 AND match_reason <> $2", [
      studyId,
      match.reason,
    ]);
    return false;
  }
  await client.query(
    "UPDATE study SET match_state = 'matched', match_reason = '', order_id = $2, patient_id = $3, version = version + 1 WHERE id = $1",
    [studyId, match.orderId, match.patientId],
  );
  await announceStudies(client, actor, "study.matched", [studyId]);
  return true;
}

/** Sites by id, for sources that name one (imports, uploads, machine clients). */
export async function siteOf(
  db: Database,
  siteId: string,
): Promise<{ siteId: string; organisationId: string } | undefined> {
  const { rows } = await db.pool.query<{ siteId: string; organisationId: string }>(
    'SELECT id AS "siteId", organisation_id AS "organisationId" FROM site WHERE id::text = $1',
    [siteId],
  );
  return rows[0];
}

/** A hospital's sites in the order they were made: the default for one that has only one. */
export async function sitesOf(
  db: Database,
  organisationIds: readonly string[] | null,
): Promise<{ siteId: string; organisationId: string; code: string }[]> {
  const { rows } = await db.pool.query<{ siteId: string; organisationId: string; code: string }>(
    `SELECT s.id AS "siteId", s.organisation_id AS "organisationId", s.code FROM site s JOIN organisation o ON o.id = s.organisation_id
     WHERE o.kind = 'hospital' AND ($1::uuid[] IS NULL OR o.id = ANY($1::uuid[])) ORDER BY o.created_at, o.code, s.created_at, s.code`,
    [organisationIds],
  );
  return rows;
}

export type PeerRow = {
  readonly aeTitle: string;
  readonly host: string;
  readonly port: number | null;
  readonly siteId: string;
  readonly organisationId: string;
};

export async function peersByAe(db: Database, aeTitle: string): Promise<PeerRow[]> {
  const { rows } = await db.pool.query<PeerRow>(
    `SELECT p.ae_title AS "aeTitle", p.host, p.port, p.site_id AS "siteId", s.organisation_id AS "organisationId"
     FROM dicom_peer p JOIN site s ON s.id = p.site_id WHERE p.ae_title = $1`,
    [aeTitle],
  );
  return rows;
}

export async function touchPeer(db: Database, aeTitle: string, host: string, nowMs: number): Promise<void> {
  await db.pool.query(
    "UPDATE dicom_peer SET last_seen_at = to_timestamp($3::double precision / 1000) WHERE ae_title = $1 AND host = $2",
    [aeTitle, host, nowMs],
  );
}

/** Paths that the index knows, of those given. */
export async function knownPaths(db: Database, paths: readonly string[]): Promise<Set<string>> {
  const { rows } = await db.pool.query<{ path: string }>(
    "SELECT path FROM instance WHERE path = ANY($1::text[]) UNION ALL SELECT path FROM ingest_incident WHERE path = ANY($1::text[])",
    [paths],
  );
  return new Set(rows.map((row) => row.path));
}

/** What an order's images would be found by. */
export async function accessionOf(
  db: Database,
  orderId: string,
): Promise<{ organisationId: string; accessionNumber: string } | undefined> {
  const { rows } = await db.pool.query<{ organisationId: string; accessionNumber: string }>(
    `SELECT s.organisation_id AS "organisationId", o.accession_number AS "accessionNumber"
     FROM imaging_order o JOIN site s ON s.id = o.site_id WHERE o.id::text = $1`,
    [orderId],
  );
  return rows[0];
}
