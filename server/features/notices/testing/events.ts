import type { Actor } from "@readroom/shared/domain/access.js";
import type { Deps } from "../../../kernel/deps.js";
import { appendEvents } from "../../../kernel/outbox.js";
import type { PublishedEvent, Reaction } from "../../../kernel/reactions.js";
import { Reactor } from "../../../relay/reactor.js";

const SYSTEM: Actor = { kind: "system", name: "test" };

/** The relay's part in a test: publishes what was committed and runs the reactions to it. */
export function relayOf(deps: Deps, reactions: readonly Reaction[]) {
  const reactor = new Reactor(deps, reactions);
  const all = async (after = 0): Promise<PublishedEvent[]> =>
    (
      await deps.db.pool.query<PublishedEvent>(
        `SELECT id, stream, version, type, payload, topics, actor, (extract(epoch FROM at) * 1000)::float8 AS at, published_seq::int AS "publishedSeq"
         FROM outbox WHERE published_seq > $1 ORDER BY published_seq`,
        [after],
      )
    ).rows;
  let last = 0;
  const run = async (): Promise<PublishedEvent[]> => {
    const fresh: PublishedEvent[] = [];
    for (;;) {
      await deps.db.pool.query("SELECT 1 FROM outbox_publish(500)");
      const events = await all(last);
      if (events.length === 0) return fresh;
      last = events.at(-1)?.publishedSeq ?? last;
      fresh.push(...events);
      await reactor.handle(events);
    }
  };
  return {
    run,
    /** Everything that ever happened, once more: as after a restart that lost its place. */
    again: async () => reactor.handle(await all()),
    emit: (type: string, payload: Record<string, unknown>, actor: Actor = SYSTEM) =>
      deps.db.tx((tx) => appendEvents(tx, actor, [{ stream: `test:${type}`, type, payload, topics: [] }])),
  };
}
