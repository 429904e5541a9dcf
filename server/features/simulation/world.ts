import type { SimReader, World } from "@readroom/shared/domain/simulation/world.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type { Deps } from "../../kernel/deps.js";
import { groupReaders, poolsOf } from "../roster/public.js";
import { publishedSet } from "../routing/public.js";
import { withShifts } from "./model.js";
import * as store from "./store.js";

/** The group as it is, with the shifts that touch the span: sites under contract, pools, readers with their credentials, rules in force. */
export async function presentWorld(deps: Deps, groupId: string, from: Instant, until: Instant): Promise<World> {
  const db = deps.db.pool;
  const [sites, pools, people, shifts, paces, ruleSet] = await Promise.all([
    store.sitesOf(db, groupId),
    poolsOf(db, groupId),
    groupReaders(db, groupId, deps.clock.now()),
    store.shiftsOf(db, groupId, from, until),
    store.pacesOf(db, groupId),
    publishedSet(db, groupId),
  ]);
  const mean = [...paces.values()].reduce((sum, rvu) => sum + rvu, 0) / Math.max(1, paces.size);
  const readers = people.map(
    ({ userId: id, name, scope: { shift: _shift, onBreak: _onBreak, ...scope } }): SimReader => {
      const pace = (paces.get(id) ?? mean) / mean;
      return { id, name, scope, pace: Math.min(2, Math.max(0.5, Number.isFinite(pace) ? pace : 1)), shifts: [] };
    },
  );
  return {
    sites,
    pools: pools.map(({ id, code, name, subspecialties, fallbackPoolId }) => ({
      id,
      code,
      name,
      subspecialties,
      fallbackPoolId,
    })),
    readers: withShifts(readers, shifts),
    ruleSet: ruleSet.content,
  };
}
