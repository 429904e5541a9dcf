import type { SimulationResult } from "@readroom/shared/contract/http/simulation.js";
import { dayOf, GROUP_ZONE, type SyntheticRequest } from "@readroom/shared/domain/simulation/synthetic.js";
import { HOUR } from "@readroom/shared/kernel/instant.js";
import type { Deps } from "../../kernel/deps.js";
import type { NightJob } from "./job.js";
import * as runs from "./store-runs.js";
import { type Runner, runInThread } from "./thread.js";

const NAME = "A synthetic night: 2,000 studies, 60 hospitals, 25 readers";
const NIGHT: SyntheticRequest = {
  kind: "night",
  seed: 1,
  studies: 2_000,
  hospitals: 60,
  readers: 25,
  day: dayOf(2026, 11, 24),
};
const TIME_LIMIT = 60_000;

/** The night that `readroom simulate` shows, as a try-out of the group: what Readroom's order does against plain first-in-first-out. Once. */
export async function storeNight(
  deps: Deps,
  groupId: string,
  signal: AbortSignal,
  runner: Runner = runInThread,
): Promise<void> {
  if (await runs.hasRun(deps.db.pool, groupId, NAME)) return;
  const by = { id: null, name: "Readroom" };
  const basis =
    "2,000 studies of 60 made-up hospitals in one night, read by 25 made-up readers; every column meets the same arrivals and reading times.";
  const id = await runs.insertRun(deps.db.pool, { groupId, name: NAME, by, request: NIGHT, basis }, deps.clock.now());
  if (!id) return;
  try {
    const { from, until, columns } = await runner(JOB, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIME_LIMIT)]),
    });
    const result: SimulationResult = { from, until, timeZone: GROUP_ZONE, basis, columns };
    await runs.finishRun(deps.db.pool, id, { state: "done", result }, deps.clock.now());
  } catch (error) {
    // Not kept as a failure: the next start tries again.
    await runs.finishRun(deps.db.pool, id, { state: "failed", problem: "" }, deps.clock.now());
    await runs.deleteRun(deps.db.pool, groupId, id);
    throw error;
  }
}

const JOB: NightJob = {
  ...{ kind: "night", request: NIGHT, stepMs: HOUR / 4 },
  columns: [
    { title: "These rules", policy: { name: "readroom" } },
    { title: "Plain first-in-first-out", policy: { name: "fifo" } },
    { title: "First-in-first-out in each pool", policy: { name: "fifo_pool" } },
  ],
};
