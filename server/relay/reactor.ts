import type { Deps } from "../kernel/deps.js";
import type { PublishedEvent, Reaction } from "../kernel/reactions.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 5 * 60_000;
const CURSOR = "reactions";
/** So many events share a transaction at most: locks are held for tens of milliseconds. */
const MOST_AT_ONCE = 250;
/** While one transaction waits for the disk, another is at work. Below so many events it is not worth two commits. */
const LANES = 2;
const LEAST_IN_A_LANE = 20;

/** Runs each feature's reactions to each published event exactly once, in published order; a failed one is kept and tried again. */
export class Reactor {
  constructor(
    private readonly deps: Deps,
    private readonly reactions: readonly Reaction[],
  ) {}

  /** Where the last run stopped: events after it are handed to `handle` again at start. */
  async cursor(): Promise<number> {
    // Plain SQL, like all that a start waits for: Prisma's first query takes half a second.
    const { rows } = await this.deps.db.pool.query<{ value: unknown }>("SELECT value FROM hub_state WHERE key = $1", [
      CURSOR,
    ]);
    return typeof rows[0]?.value === "number" ? rows[0].value : 0;
  }

  async handle(events: readonly PublishedEvent[]): Promise<void> {
    const wants = (reaction: Reaction, event: PublishedEvent) =>
      reaction.types.includes(event.type) && (reaction.when?.(event) ?? true);
    for (const reaction of this.reactions) {
      if (!reaction.runMany) continue;
      await Promise.all(
        lanesOf(events.filter((event) => wants(reaction, event))).map((lane) => this.runLane(reaction, lane)),
      );
    }
    for (const event of events) {
      for (const reaction of this.reactions) {
        if (!reaction.runMany && wants(reaction, event)) await this.runOnce(reaction, event);
      }
    }
    const last = events[events.length - 1];
    if (!last) return;
    await this.deps.db.pool.query(
      `INSERT INTO hub_state (key, value, updated_at) VALUES ($1, to_jsonb($2::bigint), now())
       ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()`,
      [CURSOR, last.publishedSeq],
    );
  }

  /** Tries the failed ones that are due. */
  async retryDue(): Promise<void> {
    const { rows } = await this.deps.db.pool.query<{ handler: string } & PublishedEvent>(
      `SELECT f.handler, o.id, o.stream, o.version, o.type, o.payload, o.topics, o.actor, (extract(epoch FROM o.at) * 1000)::bigint AS at,
         o.published_seq AS "publishedSeq"
       FROM reaction_failure f JOIN outbox o ON o.id = f.event_id WHERE f.next_at <= now() ORDER BY o.published_seq LIMIT 50`,
    );
    for (const row of rows) {
      const reaction = this.reactions.find((candidate) => candidate.handler === row.handler);
      if (reaction) await this.runOnce(reaction, row);
    }
  }

  private async runLane(reaction: Reaction, events: readonly PublishedEvent[]): Promise<void> {
    for (let at = 0; at < events.length; at += MOST_AT_ONCE)
      await this.runMany(reaction, events.slice(at, at + MOST_AT_ONCE));
  }

  /** All in one transaction; where that fails, one by one, so that one bad event holds up no other. */
  private async runMany(reaction: Reaction, events: readonly PublishedEvent[]): Promise<void> {
    const ids = events.map((event) => event.id);
    try {
      await this.deps.db.pgTx(async (client) => {
        const { rows } = await client.query<{ id: string }>(
          `INSERT INTO reaction (event_id, handler) SELECT id, $2 FROM unnest($1::uuid[]) AS id ON CONFLICT DO NOTHING RETURNING event_id AS id`,
          [ids, reaction.handler],
        );
        const mine = new Set(rows.map((row) => row.id));
        if (mine.size > 0)
          await reaction.runMany?.(
            this.deps,
            client,
            events.filter((event) => mine.has(event.id)),
          );
      });
    } catch (error) {
      this.deps.log.warn(
        {
          handler: reaction.handler,
          events: events.length,
          err: { message: error instanceof Error ? error.message : String(error) },
        },
        "reactions failed together; each is tried alone",
      );
      for (const event of events) await this.runOnce(reaction, event);
    }
  }

  private async runOnce(reaction: Reaction, event: PublishedEvent): Promise<void> {
    try {
      await this.deps.db.tx(async (tx) => {
        const claimed =
          await tx.$executeRaw`INSERT INTO reaction (event_id, handler) VALUES (${event.id}::uuid, ${reaction.handler}) ON CONFLICT DO NOTHING`;
        if (claimed === 0) return;
        await reaction.run(this.deps, tx, event);
        await tx.$executeRaw`DELETE FROM reaction_failure WHERE event_id = ${event.id}::uuid AND handler = ${reaction.handler}`;
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.deps.log.error(
        { handler: reaction.handler, event: event.id, type: event.type, err: { message: reason } },
        "reaction failed; kept for retry",
      );
      await this.deps.db.pool.query(
        `INSERT INTO reaction_failure (event_id, handler, attempts, last_error, next_at) VALUES ($1, $2, 1, $3, now() + interval '${FIRST_PAUSE_MS} milliseconds')
         ON CONFLICT (event_id, handler) DO UPDATE SET attempts = reaction_failure.attempts + 1, last_error = excluded.last_error,
           next_at = now() + least(interval '${LONGEST_PAUSE_MS} milliseconds', interval '${FIRST_PAUSE_MS} milliseconds' * power(2, reaction_failure.attempts))`,
        [event.id, reaction.handler, reason.slice(0, 2000)],
      );
    }
  }
}

/** Events of one stream stay in one lane, in their order; the lanes run side by side. */
function lanesOf(events: readonly PublishedEvent[]): PublishedEvent[][] {
  if (events.length < 2 * LEAST_IN_A_LANE) return [[...events]];
  const lanes: PublishedEvent[][] = Array.from({ length: LANES }, () => []);
  for (const event of events) {
    let hash = 0;
    for (let i = 0; i < event.stream.length; i += 1) hash = (hash * 31 + event.stream.charCodeAt(i)) | 0;
    lanes[Math.abs(hash) % LANES]?.push(event);
  }
  return lanes;
}
