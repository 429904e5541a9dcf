import type pg from "pg";

/**
 * `open` studies of a reading group that has been fallen behind: orders and patients of their own, a few held, a few preliminary, an earlier
 * study for every tenth. Spread over the sites and pools that the group has already.
 */
export async function seedOpenStudies(db: pg.Client, groupCode: string, open: number): Promise<void> {
  await db.query("BEGIN");
  await db.query(
    `CREATE TEMPORARY TABLE places ON COMMIT DROP AS
     SELECT row_number() OVER (ORDER BY t.code) - 1 AS place, t.id AS site, t.organisation_id AS hospital, g.id AS group_id, t.patient_id_issuer AS issuer
     FROM organisation g JOIN contract c ON c.group_id = g.id JOIN site t ON t.organisation_id = c.hospital_id WHERE g.code = $1`,
    [groupCode],
  );
  await db.query(
    `CREATE TEMPORARY TABLE seeded ON COMMIT DROP AS
     SELECT n, gen_random_uuid() AS study, gen_random_uuid() AS patient, gen_random_uuid() AS ordering, p.site, p.hospital, p.group_id, p.issuer,
       (ARRAY['CT','MR','CR','US','CT'])[1 + n % 5] AS modality,
       (ARRAY['CT head without contrast','MR knee right','Chest two views','Ultrasound abdomen complete','CT pulmonary angiography'])[1 + n % 5] AS procedure,
       (ARRAY['neuro','msk','chest','body','chest'])[1 + n % 5] AS subspecialty, 1 + (n * 7919) % 3 AS rank
     FROM generate_series(1, $1::int) AS g(n) JOIN places p ON p.place = g.n % (SELECT count(*) FROM places)`,
    [open],
  );
  await db.query(
    `INSERT INTO patient (id, organisation_id, issuer, mrn, name, birth_date, sex)
     SELECT patient, hospital, issuer, 'B' || lpad(n::text, 7, '0'),
       jsonb_build_object('alphabetic', (ARRAY['Okonkwo','Sørensen','Nakamura','García','Novák','Haddad','Petrov','Müller'])[1 + n % 8] || '^' ||
         (ARRAY['Ada','Ben','Cleo','Dora','Emil','Fumi','Gus'])[1 + n % 7] || ' ' || n),
       (1930 + n % 85) || '0' || (1 + n % 9) || '1' || n % 9, CASE n % 2 WHEN 0 THEN 'F' ELSE 'M' END FROM seeded`,
  );
  await db.query(
    `INSERT INTO imaging_order (id, site_id, patient_id, accession_number, procedure_text, modality, source, clinical_question)
     SELECT ordering, site, patient, 'BENCH' || n, procedure, modality, 'hl7', 'Rule out the usual' FROM seeded`,
  );
  await db.query(
    `INSERT INTO study (id, organisation_id, site_id, study_instance_uid, patient_id, order_id, accession_number, dicom_patient_id, description, modalities,
       body_part, study_at, state, match_state, instances_received, series_count, group_id, pool_id, subspecialty, urgency, urgency_rank, urgency_reason,
       deadline, clock_started_at, routed_at, routing_summary, routable, report_state)
     SELECT study, hospital, site, '2.25.77' || lpad(n::text, 10, '0'), patient, ordering, 'BENCH' || n, 'B' || lpad(n::text, 7, '0'), procedure, ARRAY[modality],
       'PART', now() - n % 900 * interval '1 minute', 'readable', 'matched', 40 + n % 800, 3, group_id,
       coalesce((SELECT id FROM pool l WHERE l.group_id = seeded.group_id AND seeded.subspecialty = ANY (l.subspecialties) ORDER BY code LIMIT 1),
         (SELECT id FROM pool l WHERE l.group_id = seeded.group_id ORDER BY code LIMIT 1)),
       subspecialty, (ARRAY['critical','stat','urgent','routine'])[1 + rank], rank, CASE WHEN rank = 1 THEN 'Emergency department, stat order' ELSE '' END,
       now() + (n * 7919 % 1440 - 60) * interval '1 minute', now() - n % 300 * interval '1 minute', now(),
       'Routed to its pool because of modality and body part; due by the contract''s turnaround.', true,
       CASE WHEN n % 50 = 0 THEN 'preliminary' ELSE 'none' END FROM seeded`,
  );
  await db.query(
    `INSERT INTO study (organisation_id, site_id, study_instance_uid, patient_id, accession_number, dicom_patient_id, description, modalities, study_at,
       first_instance_at, state, match_state, group_id, claim_state, report_state, signed_at)
     SELECT hospital, site, '2.25.78' || lpad(n::text, 10, '0'), patient, 'OLD' || n, 'B' || lpad(n::text, 7, '0'), procedure, ARRAY[modality], now() - interval '2 years',
       now() - interval '2 years', 'closed', 'matched', group_id, 'done', 'final', now() - interval '2 years' FROM seeded WHERE n % 10 = 0`,
  );
  await db.query("COMMIT");
  await db.query("VACUUM ANALYZE study, patient, imaging_order");
}
