import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { type Actor, may } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import { type FilingDeps, indexStored, recordOf } from "./filing.js";
import { Unreadable } from "./parse/instance.js";
import type { IngestSource } from "./ports.js";
import { inView, replaceInView } from "./replace.js";
import type { Client } from "./store.js";

interface IncidentRow {
  readonly id: string;
  readonly organisationId: string | null;
  readonly siteId: string | null;
  readonly studyId: string | null;
  readonly kind: string;
  readonly source: string;
  readonly path: string | null;
  readonly sopInstanceUid: string;
}

const none = (): Refusal => refusal("not_found", "There is no such incident open.");

async function lockIncident(client: Client, id: string): Promise<IncidentRow | null> {
  const { rows } = await client.query<IncidentRow>(
    `SELECT id, organisation_id AS "organisationId", site_id AS "siteId", study_id AS "studyId", kind, source, path,
       coalesce(detail ->> 'sopInstanceUid', '') AS "sopInstanceUid"
     FROM ingest_incident WHERE id = $1 AND resolved_at IS NULL FOR UPDATE`,
    [id],
  );
  return rows[0] ?? null;
}

/**
 * Takes the object that an incident kept: puts the other one of a conflict in view (and keeps the one that was), or tries again to file
 * one that could not be read. Audited with who did it; the incident is closed with the note.
 */
export async function takeKept(
  filing: FilingDeps,
  actor: Actor,
  incidentId: string,
  note: string,
): Promise<Result<undefined, Refusal>> {
  const { deps } = filing;
  return deps.db.pgTx(async (client) => {
    const incident = await lockIncident(client, incidentId);
    const subject = incident && { hospitalId: incident.organisationId ?? "", siteId: incident.siteId ?? "" };
    if (!incident || !subject || incident.organisationId === null || !may(actor, "queue.act", subject))
      return err(none());
    if (incident.path === null || incident.siteId === null)
      return err(refusal("conflict", "Nothing of it was kept: the sender must send it again."));
    const source = { organisationId: incident.organisationId, siteId: incident.siteId, actor, label: incident.source };
    const problem = await take(filing, client, actor, { ...incident, path: incident.path }, source);
    if (problem) return err(problem);
    await client.query("UPDATE ingest_incident SET resolved_at = $2, resolution = $3 WHERE id = $1", [
      incident.id,
      new Date(deps.clock.now()),
      `taken: ${note}`,
    ]);
    await audit(client, actor, [
      {
        action: "incident.take",
        organisationId: incident.organisationId,
        studyId: incident.studyId,
        subject: incident.id,
        detail: { kind: incident.kind },
      },
    ]);
    return ok(undefined);
  });
}

async function take(
  filing: FilingDeps,
  client: Client,
  actor: Actor,
  incident: IncidentRow & { path: string },
  source: IngestSource,
): Promise<Refusal | null> {
  try {
    if (incident.studyId === null) {
      await indexStored(filing, source, incident.path);
      return null;
    }
    const before = await inView(client, incident.studyId, incident.sopInstanceUid);
    if (!before) return refusal("conflict", "The image that it stood beside is no longer there.");
    const record = await recordOf(filing, source, incident.path);
    const reason = "a person put another object with this UID in view; both are kept";
    await replaceInView(client, actor, incident.studyId, record, before, reason, filing.deps.clock.now());
    return null;
  } catch (error) {
    if (error instanceof Unreadable) return refusal("conflict", `It still can't be read: ${error.message}.`);
    throw error;
  }
}
