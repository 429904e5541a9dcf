import type { StudyHit } from "@readroom/shared/contract/http/worklist.js";
import type pg from "pg";

/** Whose studies may be found: a reading group's own, or a hospital's at the sites that the caller may see. */
export interface Reach {
  readonly groupId: string | null;
  readonly hospitalIds: readonly string[] | null;
  readonly siteIds: readonly string[] | null;
}

type Found = Omit<StudyHit, "patientName"> & { readonly name: Record<string, string> };

const REACH = `($2::uuid IS NULL OR s.group_id = $2::uuid) AND ($3::uuid[] IS NULL OR s.organisation_id = ANY ($3::uuid[]))
  AND ($4::uuid[] IS NULL OR s.site_id = ANY ($4::uuid[]))`;

/**
 * Studies by the beginning of an identifier or of each word of a name, each kind by an index of its own (migration 20261125050000_worklist);
 * by words of the procedure only where these find few, since that reads the open list.
 */
const SEARCH = `WITH asked AS (
    SELECT upper($1::text) AS id, replace(replace(replace(upper($1::text), '\\', '\\\\'), '%', '\\%'), '_', '\\_') || '%' AS begins,
      ARRAY(SELECT left(w, 12) FROM regexp_split_to_table(fold_name($1::text), '[\\^ =,.-]+') w WHERE w <> '') AS words),
  hits AS (
    SELECT 1 AS rank, 'accession' AS by, s.id FROM study s, asked WHERE upper(s.accession_number) LIKE asked.begins AND s.accession_number <> '' AND ${REACH} LIMIT 60),
  orders AS (
    SELECT 1 AS rank, 'accession' AS by, s.id FROM imaging_order o JOIN study s ON s.order_id = o.id, asked
    WHERE upper(o.accession_number) LIKE asked.begins AND o.accession_number <> '' AND ${REACH} LIMIT 60),
  numbers AS (
    SELECT 2 AS rank, 'mrn' AS by, s.id FROM patient p JOIN study s ON s.patient_id = p.id, asked WHERE upper(p.mrn) LIKE asked.begins AND ${REACH} LIMIT 60),
  images_numbers AS (
    SELECT 2 AS rank, 'mrn' AS by, s.id FROM study s, asked
    WHERE s.patient_id IS NULL AND s.dicom_patient_id <> '' AND upper(s.dicom_patient_id) LIKE asked.begins AND ${REACH} LIMIT 60),
  uids AS (
    SELECT 1 AS rank, 'uid' AS by, s.id FROM study s, asked WHERE $1::text ~ '^[0-9.]{8,64}$' AND s.study_instance_uid LIKE $1::text || '%' AND ${REACH} LIMIT 60),
  names AS (
    SELECT 3 AS rank, 'name' AS by, s.id FROM patient p JOIN study s ON s.patient_id = p.id, asked
    WHERE asked.words <> '{}' AND name_beginnings(p.name) @> asked.words AND ${REACH} LIMIT 200),
  images_names AS (
    SELECT 3 AS rank, 'name' AS by, s.id FROM study s, asked
    WHERE s.patient_id IS NULL AND asked.words <> '{}' AND name_beginnings(s.dicom_patient_name) @> asked.words AND ${REACH} LIMIT 200),
  sure AS (SELECT * FROM hits UNION ALL SELECT * FROM orders UNION ALL SELECT * FROM numbers UNION ALL SELECT * FROM images_numbers
    UNION ALL SELECT * FROM uids UNION ALL SELECT * FROM names UNION ALL SELECT * FROM images_names),
  procedures AS (
    SELECT 4 AS rank, 'procedure' AS by, s.id FROM study s LEFT JOIN imaging_order o ON o.id = s.order_id
    WHERE length($1::text) >= 3 AND (SELECT count(*) FROM sure) < 10 AND ${REACH} AND s.report_state IN ('none', 'draft', 'preliminary')
      AND strpos(fold_name(coalesce(nullif(o.procedure_text, ''), s.description)), fold_name($1::text)) > 0 LIMIT 30),
  best AS (SELECT DISTINCT ON (id) id, rank, by FROM (SELECT * FROM sure UNION ALL SELECT * FROM procedures) every ORDER BY id, rank)
  SELECT s.id AS "studyId", coalesce(p.name, s.dicom_patient_name) AS name, coalesce(p.mrn, s.dicom_patient_id) AS mrn,
    coalesce(nullif(o.accession_number, ''), s.accession_number) AS "accessionNumber", coalesce(nullif(o.procedure_text, ''), s.description) AS procedure,
    s.modalities, t.name AS site, (extract(epoch FROM s.study_at) * 1000)::float8 AS "studyAt", s.report_state AS "reportState", best.by
  FROM best JOIN study s ON s.id = best.id JOIN site t ON t.id = s.site_id LEFT JOIN patient p ON p.id = s.patient_id
    LEFT JOIN imaging_order o ON o.id = s.order_id
  ORDER BY best.rank, s.report_state IN ('none', 'draft', 'preliminary') DESC, coalesce(s.study_at, s.first_instance_at) DESC, s.id LIMIT $5::int`;

export async function findStudies(db: pg.Pool, text: string, reach: Reach, limit: number): Promise<Found[]> {
  const { rows } = await db.query<Found>({
    name: "study_search",
    text: SEARCH,
    values: [text, reach.groupId, reach.hospitalIds, reach.siteIds, limit],
  });
  return rows;
}
