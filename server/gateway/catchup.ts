import type { Database } from "../kernel/database.js";

const MOST_REPLAYED = 2_000;

export async function topPublishedSeq(db: Database): Promise<number> {
  const { rows } = await db.pool.query<{ top: number }>(
    "SELECT coalesce(max(published_seq), 0)::bigint AS top FROM outbox",
  );
  return rows[0]?.top ?? 0;
}

/** Events after `since` on any of the topics, oldest first; reset when there are more than a client should replay. */
export async function replayAfter(
  db: Database,
  since: number,
  topics: readonly string[],
): Promise<{ seq: number; missed: unknown[]; reset: boolean }> {
  const top = await topPublishedSeq(db);
  if (since > top) return { seq: top, missed: [], reset: true };
  const { rows } = await db.pool.query(
    `SELECT published_seq AS seq, type, payload, actor, (extract(epoch FROM at) * 1000)::bigint AS at
     FROM outbox WHERE published_seq > $1 AND topics && $2::text[] ORDER BY published_seq LIMIT $3`,
    [since, topics, MOST_REPLAYED + 1],
  );
  return rows.length > MOST_REPLAYED ? { seq: top, missed: [], reset: true } : { seq: top, missed: rows, reset: false };
}
