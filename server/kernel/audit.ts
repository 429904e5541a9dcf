import { type Actor, actorStamp } from "@readroom/shared/domain/access.js";
import type pg from "pg";
import { rawRows, type Tx } from "./database.js";

/** One access or change, as the audit trail keeps it. detail holds ids and codes, never names or text of the patient. */
export interface AuditEntry {
  readonly action: string;
  readonly outcome?: "allowed" | "refused";
  readonly organisationId?: string | null;
  readonly patientId?: string | null;
  readonly studyId?: string | null;
  readonly subject?: string;
  readonly detail?: Record<string, unknown>;
}

/** Writes audit rows with the change that they are about, or alone (executor: pool) for reads. The sealer chains them afterwards. */
export async function audit(
  executor: Tx | pg.PoolClient | pg.Pool,
  actor: Actor,
  entries: readonly AuditEntry[],
): Promise<void> {
  if (entries.length === 0) return;
  const stamp = actorStamp(actor);
  const address = "address" in actor ? actor.address : "";
  await rawRows(
    executor,
    `INSERT INTO audit_event (actor_kind, actor_id, actor_name, address, action, outcome, organisation_id, patient_id, study_id, subject, detail)
     SELECT $1, $2, $3, $4, e.action, coalesce(e.outcome, 'allowed'), e."organisationId", e."patientId", e."studyId", coalesce(e.subject, ''),
       coalesce(e.detail, '{}')
     FROM jsonb_to_recordset($5::jsonb) AS e(action text, outcome text, "organisationId" uuid, "patientId" uuid, "studyId" uuid, subject text, detail jsonb)
     RETURNING 1 AS done`,
    [stamp.kind, stamp.id, stamp.name, address, JSON.stringify(entries)],
  );
}
