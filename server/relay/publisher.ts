import { type HeldConnection, holdConnection } from "../kernel/database.js";
import type { Deps } from "../kernel/deps.js";
import type { PublishedEvent } from "../kernel/reactions.js";
import { EVENT_COLUMNS } from "./follower.js";
import { startTurns } from "./turns.js";

const LEADER_KEY = 72_707_371;
const BATCH = 500;
const POLL_MS = 500;
const RETRY_MS = 2_000;
/** Where so many events come in a tenth of a second, they are gathered for some milliseconds: a turn costs as much for one as for ten. */
const BUSY_IN_100_MS = 15;
const GATHER_MS = 20;
/** Audit rows sealed in one go: few while events wait, so that none waits for more than some milliseconds. */
const SEALED_IN_PAUSE = 200;
const SEALED_IN_RUSH = 50;
const SEAL_AT_LEAST_MS = 250;
const SEAL_AT_MOST_MS = 100;

export interface Publisher {
  /** True while this process holds the leader's lock. */
  isLeader(): boolean;
  stop(): Promise<void>;
}

/**
 * Gives committed events their published sequence numbers, and seals the audit trail. One leader at a time, by an advisory lock on a
 * connection of its own: when the process dies, PostgreSQL lets the lock go and another takes over. Insert-time sequences would not do:
 * they commit out of order. NOTIFY is a hint that work is there; the poll is the guarantee. onPublished: for the followers of this
 * process, which then need not ask for them.
 */
export function startPublisher(
  deps: Deps,
  url: string,
  onPublished: (events: readonly PublishedEvent[]) => void = () => undefined,
): Publisher {
  let client: HeldConnection | null = null;
  let leader = false;
  // A notification during a turn: the turn's own pause must not put it off.
  let hinted = false;
  let sealedAt = 0;
  let gatherUntil = 0;
  const countBusy = busyCount();

  const connect = async (): Promise<HeldConnection> => {
    const fresh = holdConnection(url, "readroom-relay");
    fresh.on("error", () => {
      client = null;
      leader = false;
    });
    fresh.on("notification", () => {
      hinted = true;
      turns.again(gatherUntil - deps.clock.now());
    });
    await fresh.connect();
    await fresh.query("LISTEN readroom_outbox");
    return fresh;
  };

  const turn = async (): Promise<void> => {
    try {
      client ??= await connect();
      if (!leader) {
        const { rows } = await client.query<{ got: boolean }>("SELECT pg_try_advisory_lock($1) AS got", [LEADER_KEY]);
        leader = rows[0]?.got === true;
      }
      if (!leader) return turns.again(RETRY_MS);
      hinted = false;
      const published = await publishBatch(client);
      if (published.length > 0) onPublished(published);
      gatherUntil = countBusy(published.length, deps.clock.now()) ? deps.clock.now() + GATHER_MS : 0;
      const idle = !hinted && published.length < BATCH;
      // Sealing waits for a pause, but not for ever: an event's way to the screens comes first.
      const due = sealedAt + (idle ? SEAL_AT_MOST_MS : SEAL_AT_LEAST_MS) - deps.clock.now();
      if (due <= 0) {
        await client.query({
          name: "seal",
          text: "SELECT audit_seal($1)",
          values: [idle ? SEALED_IN_PAUSE : SEALED_IN_RUSH],
        });
        sealedAt = deps.clock.now();
      }
      if (hinted || published.length === BATCH) turns.again(gatherUntil - deps.clock.now());
      else turns.again(due > 0 ? due : POLL_MS);
    } catch (error) {
      deps.log.error(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "relay could not publish; it tries again",
      );
      await client?.end().catch(() => undefined);
      client = null;
      leader = false;
      turns.again(RETRY_MS);
    }
  };

  const turns = startTurns(turn);
  return {
    isLeader: () => leader,
    stop: async () => {
      await turns.stop();
      await client?.end().catch(() => undefined);
    },
  };
}

/** Whether many were published lately: in the last whole tenth of a second, or in this one until now. */
function busyCount(): (published: number, now: number) => boolean {
  let [began, count, before] = [0, 0, 0];
  return (published, now) => {
    if (now - began >= 100 || now < began) [began, count, before] = [now, 0, now - began < 200 ? count : 0];
    count += published;
    return Math.max(count, before) >= BUSY_IN_100_MS;
  };
}

/** The hint to the followers goes out with the commit of the numbers: one commit, and nobody looks before they are there. */
async function publishBatch(client: HeldConnection): Promise<PublishedEvent[]> {
  const { rows } = await client.query<PublishedEvent>({
    name: "publish",
    text: `WITH published AS MATERIALIZED (SELECT * FROM outbox_publish($1)),
        told AS MATERIALIZED (SELECT pg_notify('readroom_published', max(published_seq)::text) FROM published HAVING count(*) > 0)
      SELECT ${EVENT_COLUMNS} FROM published CROSS JOIN told ORDER BY published_seq`,
    values: [BATCH],
  });
  return rows;
}
