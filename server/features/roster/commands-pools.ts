import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { PoolRequest, PoolView } from "@readroom/shared/contract/http/roster.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { fallbackCycle, isOpen } from "@readroom/shared/domain/roster/pools.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { rosterChanged } from "./announce.js";
import { missing } from "./policy.js";
import * as store from "./store-pools.js";

export async function poolViews(deps: Deps, groupId: string): Promise<PoolView[]> {
  const now = deps.clock.now();
  const pools = await store.pools(deps.db.pool, groupId);
  return pools.map((pool) => ({ ...pool, openNow: isOpen(pool.openingHours, pool.timeZone, now) }));
}

/** Adds a pool, or changes the one with `id`. Fall-backs that lead back to themselves are refused with their names. */
export async function savePool(
  deps: Deps,
  actor: Actor,
  groupId: string,
  request: z.output<typeof PoolRequest>,
  id: string | null = null,
): Promise<Result<{ id: string }, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    await store.lockPools(tx, groupId);
    const pools = await store.pools(tx, groupId);
    if (id && !pools.some((pool) => pool.id === id)) return err(missing("pool"));
    const { fallbackPoolId, memberIds, ...pool } = request;
    if (fallbackPoolId && !pools.some((other) => other.id === fallbackPoolId))
      return err(missing("pool to fall back to"));
    const changed = { id: id ?? "new", name: pool.name, fallbackPoolId };
    const ring = fallbackCycle([changed, ...pools.filter((other) => other.id !== id)]);
    if (ring)
      return err(
        refusal("invalid", `The fall-backs would go round in a ring: ${ring}.`, {
          action: "Choose another fall-back, or none.",
        }),
      );
    const saved = await store.savePool(tx, groupId, { ...pool, fallbackPoolId }, id);
    if (!saved) return err(refusal("conflict", `Another pool has the code ${pool.code}.`));
    await store.setMembers(tx, groupId, saved, memberIds);
    await rosterChanged(
      tx,
      actor,
      { groupId, what: "pool" },
      { action: id ? "pool.change" : "pool.add", subject: saved, detail: { ...pool, fallbackPoolId, memberIds } },
    );
    return ok({ id: saved });
  });
}

export async function removePool(
  deps: Deps,
  actor: Actor,
  groupId: string,
  id: string,
): Promise<Result<undefined, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    await store.lockPools(tx, groupId);
    const pools = await store.pools(tx, groupId);
    const pool = pools.find((one) => one.id === id);
    if (!pool) return err(missing("pool"));
    if (pool.openStudies > 0)
      return err(
        refusal(
          "conflict",
          `${pool.openStudies} open ${pool.openStudies === 1 ? "study is" : "studies are"} in ${pool.name}.`,
          {
            action: "Have them read or moved first.",
          },
        ),
      );
    const leaning = pools.filter((one) => one.fallbackPoolId === id).map(({ name }) => name);
    if (leaning.length > 0)
      return err(
        refusal("conflict", `${leaning.join(", ")} ${leaning.length === 1 ? "falls" : "fall"} back to ${pool.name}.`, {
          action: "Give them another fall-back first.",
        }),
      );
    await store.deletePool(tx, id);
    await rosterChanged(
      tx,
      actor,
      { groupId, what: "pool" },
      { action: "pool.remove", subject: id, detail: { code: pool.code } },
    );
    return ok(undefined);
  });
}
