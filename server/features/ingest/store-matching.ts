import { uuidOfUid } from "@readroom/shared/dicom/uid.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import type { Database } from "../../kernel/database.js";
import type { Match, OrderCandidate } from "./match.js";
import type { Client } from "./store.js";
import { announceStudies } from "./store-progress.js";

export async function siteIssuer(client: Client, siteId: string): Promise<string> {
  const { rows } = await client.query<{ issuer: string }>(
    "SELECT patient_id_issuer AS issuer FROM site WHERE id = $1",
    [siteId],
  );
  return rows[0]?.issuer ?? "";
}

/** $1: the hospital. */
const CANDIDATE = `SELECT o.id AS "orderId", o.site_id AS "siteId", o.patient_id AS "patientId", p.mrn, p.issuer, o.study_instance_uid AS "studyInstanceUid"
  FROM imaging_order o JOIN site s ON s.id = o.site_id JOIN patient p ON p.id = o.patient_id
  WHERE s.organisation_id = $1 AND o.state <> 'cancelled'`;

/** The hospital's open and closed orders with this accession number. */
export async function ordersByAccession(
  client: Client,
  organisationId: string,
  accession: string,
): Promise<OrderCandidate[]> {
  if (accession === "") return [];
  const { rows } = await client.query<OrderCandidate>(`${CANDIDATE} AND o.accession_number = $2 LIMIT 20`, [
    organisationId,
    accession,
  ]);
  return rows;
}

/** The hospital's order that this Study Instance UID was made of (uidFromUuid); null where it was made of something else. */
export async function orderPromised(
  client: Client,
  organisationId: string,
  studyInstanceUid: string,
): Promise<OrderCandidate | null> {
  const orderId = uuidOfUid(studyInstanceUid);
  if (orderId === null) return null;
  const { rows } = await client.query<OrderCandidate>(`${CANDIDATE} AND o.id = $2::uuid`, [organisationId, orderId]);
  return rows[0] ?? null;
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
