import type { Actor } from "@readroom/shared/domain/access.js";
import { audit } from "../../kernel/audit.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import type { IngestSource } from "./ports.js";
import type { Client, StudyRow } from "./store.js";

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
