import { type HeldConnection, holdConnection } from "../kernel/database.js";
import type { Deps } from "../kernel/deps.js";

const LEADER_KEY = 72_707_371;
const BATCH = 500;
const POLL_MS = 500;
const RETRY_MS = 2_000;
/** Audit rows sealed in one go: few while events wait, so that none waits for more than some milliseconds. */
const SEALED_IN_PAUSE = 200;
const SEALED_IN_RUSH = 50;
const SEAL_AT_LEAST_MS = 250;

export interface Publisher {
  /** True while this process holds the leader's lock. */
  isLeader(): boolean;
  stop(): Promise<void>;
}

/**
 * Gives committed events their published sequence numbers, and seals the audit trail. One leader at a time, by an advisory lock on a
 * connection of its own: when the process dies, PostgreSQL lets the lock go and another takes over. Insert-time sequences would not do:
 * they commit out of order. NOTIFY is a hint that work is there; the poll is the guarantee.
 */
export function startPublisher(deps: Deps, url: string): Publisher {
  let client: HeldConnection | null = null;
  let leader = false;
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> = Promise.resolve();
  // A notification during a turn: the turn's own pause must not put it off.
  let hinted = false;
  let sealedAt = 0;

  const again = (ms: number): void => {
    if (stopped) return;
    if (timer) clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(turn);
    }, ms);
  };

  const connect = async (): Promise<HeldConnection> => {
    const fresh = holdConnection(url, "readroom-relay");
    fresh.on("error", () => {
      client = null;
      leader = false;
    });
    fresh.on("notification", () => {
      hinted = true;
      again(0);
    });
    await fresh.connect();
    await fresh.query("LISTEN readroom_outbox");
    return fresh;
  };

  const turn = async (): Promise<void> => {
    if (stopped) return;
    try {
      client ??= await connect();
      if (!leader) {
        const { rows } = await client.query<{ got: boolean }>("SELECT pg_try_advisory_lock($1) AS got", [LEADER_KEY]);
        leader = rows[0]?.got === true;
      }
      if (!leader) return again(RETRY_MS);
      hinted = false;
      const published = await publishBatch(client);
      const idle = !hinted && published < BATCH;
      // Sealing waits for a pause, but not for ever: an event's way to the screens comes first.
      if (idle || deps.clock.now() - sealedAt >= SEAL_AT_LEAST_MS) {
        await client.query({
          name: "seal",
          text: "SELECT audit_seal($1)",
          values: [idle ? SEALED_IN_PAUSE : SEALED_IN_RUSH],
        });
        sealedAt = deps.clock.now();
      }
      again(hinted || published === BATCH ? 0 : POLL_MS);
    } catch (error) {
      deps.log.error(
        { err: { message: error instanceof Error ? error.message : String(error) } },
        "relay could not publish; it tries again",
      );
      await client?.end().catch(() => undefined);
      client = null;
      leader = false;
      again(RETRY_MS);
    }
  };

  again(0);
  return {
    isLeader: () => leader,
    stop: async () => {
      stopped = true;
      if (timer) clearTimeout(timer);
      await running;
      await client?.end().catch(() => undefined);
    },
  };
}

/** The hint to the followers goes out with the commit of the numbers: one commit, and nobody looks before they are there. */
async function publishBatch(client: HeldConnection): Promise<number> {
  const { rows } = await client.query<{ published: number }>({
    name: "publish",
    text: `WITH published AS MATERIALIZED (SELECT 1 FROM outbox_publish($1))
      SELECT count(*) AS published, CASE WHEN count(*) > 0 THEN pg_notify('readroom_published', '') END FROM published`,
    values: [BATCH],
  });
  return rows[0]?.published ?? 0;
}
