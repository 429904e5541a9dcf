import { type HeldConnection, holdConnection } from "../kernel/database.js";
import type { Deps } from "../kernel/deps.js";
import type { PublishedEvent } from "../kernel/reactions.js";

const POLL_MS = 1_000;
const BATCH = 500;

export interface Follower {
  stop(): Promise<void>;
}

/**
 * Every process that has sockets follows the published events by itself, so that no broker is needed between processes for them.
 * `onEvents` answers false to be given the same events again later (a process that is not the leader does not react to them).
 */
export function startFollower(
  deps: Deps,
  url: string,
  from: number,
  onEvents: (events: PublishedEvent[]) => Promise<boolean> | boolean,
): Follower {
  let last = from;
  let stopped = false;
  let client: HeldConnection | null = null;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> = Promise.resolve();
  // A notification during a turn: the turn's own pause must not put it off.
  let hinted = false;

  const again = (ms: number): void => {
    if (stopped) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(turn);
    }, ms);
  };

  const turn = async (): Promise<void> => {
    if (stopped) return;
    try {
      if (!client) {
        const fresh = holdConnection(url, "readroom-follower");
        fresh.on("error", () => {
          client = null;
        });
        fresh.on("notification", () => {
          hinted = true;
          again(0);
        });
        await fresh.connect();
        await fresh.query("LISTEN readroom_published");
        client = fresh;
      }
      hinted = false;
      const events = await eventsAfter(client, last);
      let taken = true;
      if (events.length > 0) {
        taken = await onEvents(events);
        if (taken) last = events[events.length - 1]?.publishedSeq ?? last;
      }
      again(taken && (hinted || events.length === BATCH) ? 0 : POLL_MS);
    } catch (error) {
      deps.log.error(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "events could not be followed; trying again",
      );
      await client?.end().catch(() => undefined);
      client = null;
      again(POLL_MS);
    }
  };

  again(0);
  return {
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      await running;
      await client?.end().catch(() => undefined);
    },
  };
}

async function eventsAfter(client: HeldConnection, last: number): Promise<PublishedEvent[]> {
  const { rows } = await client.query<PublishedEvent>({
    name: "events_after",
    text: `SELECT id, stream, version, type, payload, topics, actor, (extract(epoch FROM at) * 1000)::bigint AS at, published_seq AS "publishedSeq"
      FROM outbox WHERE published_seq > $1 ORDER BY published_seq LIMIT ${BATCH}`,
    values: [last],
  });
  return rows;
}
