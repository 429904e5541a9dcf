import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store.js";

/** Written at once, so that the list moves before the clock is decided anew. */
export async function setUrgency(
  tx: Executor,
  studyId: string,
  urgency: string,
  rank: number,
  reason: string,
): Promise<void> {
  await rawRows(
    tx,
    `UPDATE study SET urgency = $2, urgency_rank = $3::int, urgency_reason = $4, urgency_override = $2, version = version + 1
     WHERE id = $1::uuid RETURNING 1 AS done`,
    [studyId, urgency, rank, reason],
  );
}

export async function setPool(tx: Executor, studyId: string, poolId: string | null): Promise<void> {
  await rawRows(
    tx,
    "UPDATE study SET pool_override = $2::uuid, version = version + 1 WHERE id = $1::uuid RETURNING 1 AS done",
    [studyId, poolId],
  );
}

export interface NewMatch {
  readonly state: "matched" | "confirmed";
  readonly reason: string;
  readonly orderId: string | null;
  readonly patientId: string | null;
}

export async function setMatch(tx: Executor, studyId: string, match: NewMatch): Promise<void> {
  await rawRows(
    tx,
    `UPDATE study SET match_state = $2, match_reason = $3, order_id = $4::uuid, patient_id = $5::uuid, version = version + 1
     WHERE id = $1::uuid RETURNING 1 AS done`,
    [studyId, match.state, match.reason, match.orderId, match.patientId],
  );
}

export interface OrderToMatch {
  readonly organisationId: string;
  readonly patientId: string;
  readonly state: string;
  readonly birthDatesDiffer: boolean;
}

export async function orderToMatch(tx: Executor, orderId: string, studyId: string): Promise<OrderToMatch | null> {
  const rows = await rawRows<OrderToMatch>(
    tx,
    `SELECT t.organisation_id AS "organisationId", o.patient_id AS "patientId", o.state,
       coalesce(replace(p.birth_date, '-', '') <> replace(s.dicom_birth_date, '-', '')
         AND length(replace(p.birth_date, '-', '')) = 8 AND length(replace(s.dicom_birth_date, '-', '')) = 8, false) AS "birthDatesDiffer"
     FROM imaging_order o JOIN site t ON t.id = o.site_id JOIN patient p ON p.id = o.patient_id, study s WHERE o.id = $1::uuid AND s.id = $2::uuid`,
    [orderId, studyId],
  );
  return rows[0] ?? null;
}

export interface CandidateRow {
  readonly id: string;
  readonly accessionNumber: string;
  readonly procedure: string;
  readonly procedureCode: string;
  readonly priority: string;
  readonly patientClass: string;
  readonly patientLocation: string;
  readonly clinicalQuestion: string;
  readonly laterality: string;
  readonly referringName: string;
  readonly referringPhone: string;
  readonly orderedAt: number;
  readonly scheduledAt: number | null;
  readonly name: Record<string, string>;
  readonly mrn: string;
  readonly birthDate: string | null;
  readonly sameAccession: boolean;
  readonly sameMrn: boolean;
  readonly sameBirthDate: boolean;
  readonly sameModality: boolean;
}

/** Open orders of the study's hospital that share something with the images, the likeliest first. */
export async function orderCandidates(executor: Executor, studyId: string): Promise<CandidateRow[]> {
  return rawRows<CandidateRow>(
    executor,
    `SELECT * FROM (
       SELECT ${ORDER_COLUMNS}, p.name, p.mrn, p.birth_date AS "birthDate",
         s.accession_number <> '' AND upper(trim(o.accession_number)) = upper(trim(s.accession_number)) AS "sameAccession",
         s.dicom_patient_id <> '' AND upper(trim(p.mrn)) = upper(trim(s.dicom_patient_id)) AS "sameMrn",
         coalesce(replace(p.birth_date, '-', '') = replace(s.dicom_birth_date, '-', ''), false) AS "sameBirthDate",
         o.modality <> '' AND o.modality = ANY (s.modalities) AS "sameModality"
       FROM study s JOIN site t ON t.organisation_id = s.organisation_id JOIN imaging_order o ON o.site_id = t.id JOIN patient p ON p.id = o.patient_id
       WHERE s.id = $1::uuid AND o.state <> 'cancelled' AND o.ordered_at > now() - interval '60 days'
     ) c WHERE "sameAccession" OR "sameMrn" OR "sameBirthDate"
     ORDER BY ("sameAccession"::int * 4 + "sameMrn"::int * 4 + "sameBirthDate"::int * 2 + "sameModality"::int) DESC, "orderedAt" DESC LIMIT 30`,
    [studyId],
  );
}

/** An order (`o`) as screens show it. */
export const ORDER_COLUMNS = `o.id, o.accession_number AS "accessionNumber", o.procedure_text AS procedure, o.procedure_code AS "procedureCode", o.priority,
  o.patient_class AS "patientClass", o.patient_location AS "patientLocation", o.clinical_question AS "clinicalQuestion", o.laterality,
  o.referring_name AS "referringName", o.referring_phone AS "referringPhone", (extract(epoch FROM o.ordered_at) * 1000)::float8 AS "orderedAt",
  (extract(epoch FROM o.scheduled_at) * 1000)::float8 AS "scheduledAt"`;
