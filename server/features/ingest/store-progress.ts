import type { Actor } from "@readroom/shared/domain/access.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import type { Client } from "./store.js";

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
