import { SECOND } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import type { Timer } from "../../kernel/reactions.js";
import { poolsOf } from "../roster/public.js";
import { ROUTING, type Router } from "./commands.js";
import type { Executor, Transaction } from "./store.js";

const OPEN = "s.state <> 'closed' AND s.report_state IN ('none', 'draft', 'preliminary')";
const BATCH = 100;
/** One turn of the timer works so long at most; claims and deliveries of the night go on between the batches. */
const LONGEST_TURN = 2 * SECOND;

/** Every open study of the group is to be decided anew: one statement, however many. Those that wait already keep their place. */
export async function enqueueGroup(tx: Transaction, groupId: string): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO routing_queue (study_id, group_id, urgency_rank) SELECT s.id, s.group_id, s.urgency_rank FROM study s
     WHERE s.group_id = $1::uuid AND ${OPEN} ON CONFLICT DO NOTHING RETURNING 1 AS done`,
    [groupId],
  );
}

/** Studies that nobody could read: decided anew whenever readers, pools or contracts changed. */
async function enqueueUnroutable(executor: Executor): Promise<void> {
  await rawRows(
    executor,
    `INSERT INTO routing_queue (study_id, group_id, urgency_rank) SELECT s.id, coalesce(s.group_id, s.organisation_id), s.urgency_rank FROM study s
     WHERE NOT s.routable AND s.routed_at IS NOT NULL AND ${OPEN} LIMIT 5000 ON CONFLICT DO NOTHING RETURNING 1 AS done`,
    [],
  );
}

/** How many studies of the group wait to be decided anew. */
export async function waitingOf(executor: Executor, groupId: string): Promise<number> {
  const rows = await rawRows<{ n: number }>(
    executor,
    "SELECT count(*)::int AS n FROM routing_queue WHERE group_id = $1::uuid",
    [groupId],
  );
  return rows[0]?.n ?? 0;
}

/** Routes what waits, the most urgent first, in batches of their own transactions. Returns how many. */
export async function drainQueue(deps: Deps, router: Router, longest = LONGEST_TURN): Promise<number> {
  const started = deps.clock.now();
  for (let done = 0; ; ) {
    const taken = await deps.db.pgTx(async (client) => {
      const { rows } = await client.query<{ id: string }>(
        `DELETE FROM routing_queue WHERE study_id IN (
           SELECT study_id FROM routing_queue ORDER BY urgency_rank, wanted_at LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING study_id AS id`,
        [BATCH],
      );
      const ids = rows.map((row) => row.id);
      await router.route(client, ids, ROUTING);
      return ids.length;
    });
    done += taken;
    if (taken < BATCH || deps.clock.now() - started > longest) return done;
  }
}

export function routingTimers(router: Router): readonly Timer[] {
  let seen: number | null = null;
  let open: ReadonlyMap<string, string> | null = null;
  return [
    { name: "routing.queue", everyMs: 500, run: async (deps) => void (await drainQueue(deps, router)) },
    {
      name: "routing.readers",
      everyMs: 10 * SECOND,
      run: async (deps) => {
        const now = await router.stamp(deps.db.pool);
        if (seen !== null && seen !== now) await enqueueUnroutable(deps.db.pool);
        seen = now;
      },
    },
    {
      name: "routing.opening_hours",
      everyMs: 30 * SECOND,
      run: async (deps) => {
        const state = await openPools(deps);
        for (const [groupId, pools] of state)
          if (open?.has(groupId) && open.get(groupId) !== pools)
            await deps.db.pgTx((client) => enqueueGroup(client, groupId));
        open = state;
      },
    },
  ];
}

/** Which pools are open now, for each group that has one with opening hours. */
async function openPools(deps: Deps): Promise<Map<string, string>> {
  const groups = await rawRows<{ id: string }>(
    deps.db.pool,
    "SELECT DISTINCT group_id AS id FROM pool WHERE opening_hours <> '[]'::jsonb",
    [],
  );
  const state = new Map<string, string>();
  for (const { id } of groups) {
    const pools = await poolsOf(deps.db.pool, id, deps.clock.now());
    state.set(id, pools.flatMap((pool) => (pool.openNow ? [pool.id] : [])).join());
  }
  return state;
}
