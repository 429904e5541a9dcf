import type { PerformedSeries, StepState } from "@readroom/shared/domain/performed-step.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store.js";

export interface StepToSave {
  readonly state: StepState;
  readonly station: string;
  readonly modality: string;
  readonly studyInstanceUid: string;
  readonly accessionNumber: string;
  readonly startedAt: Instant | null;
  readonly endedAt: Instant | null;
  /** null: as it was. */
  readonly series: readonly PerformedSeries[] | null;
  readonly reason: string;
}
interface Place {
  readonly organisationId: string;
  readonly siteId: string;
  readonly sopInstanceUid: string;
  readonly now: Instant;
}
export interface SavedStep {
  readonly studyInstanceUid: string;
  readonly accessionNumber: string;
}

const date = (at: Instant | null): Date | null => (at === null ? null : new Date(at));
const SAVED = 'RETURNING study_instance_uid AS "studyInstanceUid", accession_number AS "accessionNumber"';
const NOTHING: SavedStep = { studyInstanceUid: "", accessionNumber: "" };

/** The state of a step of this hospital, held until the transaction ends; null: unknown. Two that create one at once queue up. */
export async function lockStep(
  tx: Executor,
  organisationId: string,
  sopInstanceUid: string,
): Promise<StepState | null> {
  await rawRows(tx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 7274))::text", [
    `${organisationId} ${sopInstanceUid}`,
  ]);
  const rows = await rawRows<{ state: StepState }>(
    tx,
    "SELECT state FROM performed_step WHERE organisation_id = $1::uuid AND sop_instance_uid = $2 FOR UPDATE",
    [organisationId, sopInstanceUid],
  );
  return rows[0]?.state ?? null;
}

export async function insertStep(tx: Executor, place: Place, step: StepToSave): Promise<SavedStep> {
  const rows = await rawRows<SavedStep>(
    tx,
    `INSERT INTO performed_step (organisation_id, site_id, sop_instance_uid, state, station, modality, study_instance_uid, accession_number, started_at, series,
       created_at, updated_at) VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6, $7, $8, $9::timestamptz, $10::jsonb, $11::timestamptz, $11::timestamptz) ${SAVED}`,
    [
      ...[place.organisationId, place.siteId, place.sopInstanceUid, step.state, step.station, step.modality],
      ...[
        step.studyInstanceUid,
        step.accessionNumber,
        date(step.startedAt),
        JSON.stringify(step.series ?? []),
        date(place.now),
      ],
    ],
  );
  return rows[0] ?? NOTHING;
}

/** What is left out of an N-SET stays as it was. */
export async function updateStep(tx: Executor, place: Place, step: StepToSave): Promise<SavedStep> {
  const rows = await rawRows<SavedStep>(
    tx,
    `UPDATE performed_step SET state = $3, modality = coalesce(nullif($4, ''), modality), ended_at = coalesce($5::timestamptz, ended_at),
       ended_heard_at = CASE WHEN $5::timestamptz IS NOT NULL THEN $6::timestamptz ELSE ended_heard_at END, series = coalesce($7::jsonb, series),
       reason = coalesce(nullif($8, ''), reason), updated_at = $6::timestamptz
     WHERE organisation_id = $1::uuid AND sop_instance_uid = $2 ${SAVED}`,
    [
      ...[place.organisationId, place.sopInstanceUid, step.state, step.modality, date(step.endedAt), date(place.now)],
      ...[step.series === null ? null : JSON.stringify(step.series), step.reason],
    ],
  );
  return rows[0] ?? NOTHING;
}
