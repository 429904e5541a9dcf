import type { Actor } from "@readroom/shared/domain/access.js";
import type { Deps } from "../../kernel/deps.js";
import { type IndexRecord, imageFields } from "./index-record.js";
import type { Client } from "./store.js";
import { recordIncident } from "./store-incidents.js";
import { announceStudies } from "./store-progress.js";

/** What an object that ends too early looks like in the index (parse/instance.ts, parse/frames.ts). */
const CUT_OFF = /^(header could be read only in part|images can't be shown: (pixel data has|fragments end))/;

export const isCutOff = (flags: readonly string[]): boolean => flags.some((flag) => CUT_OFF.test(flag));

export interface InView {
  readonly flags: string[];
  readonly path: string;
  readonly size: number;
  readonly digest: string;
}

export async function inView(client: Client, studyId: string, sopInstanceUid: string): Promise<InView | null> {
  const { rows } = await client.query<InView>(
    "SELECT flags, path, size, digest FROM instance WHERE study_id = $1 AND sop_instance_uid = $2 FOR UPDATE",
    [studyId, sopInstanceUid],
  );
  return rows[0] ?? null;
}

/**
 * Puts an object in view in the place of the one that is there, which stays on disk and is named by the incident: nothing that was
 * acknowledged is lost, and whoever reads the incident can put it back. The images count as new, so that a signed report hears of them.
 */
export async function replaceInView(
  client: Client,
  actor: Actor,
  studyId: string,
  record: IndexRecord,
  before: InView,
  reason: string,
  nowMs: number,
): Promise<string> {
  const { parsed, source } = record;
  const image = imageFields(parsed.metadata);
  await client.query(
    `UPDATE instance SET path = $3, size = $4, digest = $5, metadata = $6, frames = $7, flags = $8, rows = $9, columns = $10, number_of_frames = $11,
       transfer_syntax_uid = $12, received_from = $13, received_at = to_timestamp($14::double precision / 1000)
     WHERE study_id = $1 AND sop_instance_uid = $2`,
    [
      ...[studyId, parsed.sopInstanceUid, record.path, record.size, record.digest, record.metadata, record.frames],
      ...[
        [...parsed.flags],
        image.rows,
        image.columns,
        parsed.numberOfFrames,
        parsed.transferSyntaxUid,
        source.label,
        nowMs,
      ],
    ],
  );
  await client.query(
    `UPDATE study SET bytes_received = bytes_received + $2, version = version + 1, last_instance_at = to_timestamp($3::double precision / 1000) WHERE id = $1`,
    [studyId, record.size - before.size, nowMs],
  );
  const incidentId = await recordIncident(client, actor, {
    source,
    studyId,
    kind: "replaced",
    reason,
    label: source.label,
    path: before.path,
    detail: {
      sopInstanceUid: parsed.sopInstanceUid,
      seriesInstanceUid: parsed.seriesInstanceUid,
      digest: before.digest,
      keptPath: record.path,
      keptDigest: record.digest,
    },
  });
  await announceStudies(client, actor, "study.receiving", [studyId]);
  return incidentId;
}

/**
 * The whole object came after one that had been cut off on its way: it takes the other's place. Null where the one in view is whole, or the
 * new one is not: then it is a conflict like any other.
 */
export async function replaceCutOff(deps: Deps, record: IndexRecord, studyId: string): Promise<string | null> {
  if (isCutOff(record.parsed.flags)) return null;
  return deps.db.pgTx(async (client) => {
    const before = await inView(client, studyId, record.parsed.sopInstanceUid);
    if (!before || !isCutOff(before.flags) || before.size >= record.size) return null;
    const reason = "an image that had come cut off was replaced by the whole one; both are kept";
    return replaceInView(client, record.source.actor, studyId, record, before, reason, deps.clock.now());
  });
}
