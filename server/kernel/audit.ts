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
  const stamp = actorStamp(actor);
  const address = "address" in actor ? actor.address : "";
  for (const e of entries) {
    await rawRows(
      executor,
      `INSERT INTO audit_event (actor_kind, actor_id, actor_name, address, action, outcome, organisation_id, patient_id, study_id, subject, detail)
       VALUES ($1, $2, $3, $4, $5, $6, $7::uuid, $8::uuid, $9::uuid, $10, $11::jsonb) RETURNING 1 AS done`,
      [
        stamp.kind,
        stamp.id,
        stamp.name,
        address,
        e.action,
        e.outcome ?? "allowed",
        e.organisationId ?? null,
        e.patientId ?? null,
        e.studyId ?? null,
        e.subject ?? "",
        JSON.stringify(e.detail ?? {}),
      ],
    );
  }
}
