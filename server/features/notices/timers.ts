import { DAY, MINUTE, SECOND } from "@readroom/shared/kernel/instant.js";
import type { Deps } from "../../kernel/deps.js";
import type { Timer } from "../../kernel/reactions.js";
import { settle } from "./causes.js";
import { dispatchDue } from "./dispatch.js";
import type { NoticePorts } from "./ports.js";
import { warningOf } from "./reactions.js";
import * as store from "./store.js";
import { forgetOldDispatches } from "./store-dispatch.js";
import { Audience } from "./store-people.js";
import { release, sayChanged, tell, type Ways } from "./tell.js";

/** A hub that was down warns of clocks that ran out meanwhile, but not of old ones: the board shows those. */
const WARNS_AFTER_DEADLINE = 10 * MINUTE;
const UNACKNOWLEDGED = 10 * MINUTE;

export function noticeTimers(ways: Ways, ports: NoticePorts): Timer[] {
  const timer = (name: string, everyMs: number, run: (deps: Deps) => Promise<unknown>): Timer => ({
    ...{ name: `notices.${name}`, everyMs },
    run: async (deps) => void (await run(deps)),
  });
  return [
    timer("release", SECOND, (deps) => releaseDue(deps, ways)),
    timer("clocks", 2 * SECOND, (deps) => warnOfClocks(deps, ways)),
    timer("dispatch", 2 * SECOND, (deps) => dispatchDue(deps, ports)),
    timer("settle", 30 * SECOND, async (deps) => settle(deps, await store.studiesWithNotices(deps.db.pool))),
    timer("expire", 30 * SECOND, expire),
    timer("unacknowledged", 30 * SECOND, (deps) => tellOfLate(deps, ways)),
    timer("forget", 10 * MINUTE, (deps) => forgetOldDispatches(deps.db.pool, deps.clock.now() - 30 * DAY)),
  ];
}

/** What waited: the report was signed or left, its tab died, a snooze is over. */
export async function releaseDue(deps: Deps, ways: Ways): Promise<void> {
  const people = await store.peopleToRelease(deps.db.pool, deps.clock.now());
  if (people.length > 0) await deps.db.tx((tx) => release(deps, tx, ways, people));
}

/** Three quarters of a study's time are over: whoever has it, or whoever could take it, is told. */
export async function warnOfClocks(deps: Deps, ways: Ways): Promise<void> {
  const now = deps.clock.now();
  await deps.db.tx(async (tx) => {
    const due = await store.takeDueClocks(tx, now);
    const audience = new Audience(tx, now);
    await audience.loadStudies(due);
    for (const studyId of due) {
      const study = await audience.study(studyId);
      const at = study && warningOf(study);
      if (!study || at === null || study.deadline === null || study.claimState === "done") continue;
      // The clock was stopped or the deadline moved since it was put down.
      if (at > now) await store.scheduleClock(tx, studyId, at);
      else if (now <= study.deadline + WARNS_AFTER_DEADLINE)
        await tell(deps, tx, ways, { type: "clock_running_out", study }, audience);
    }
  });
}

async function expire(deps: Deps): Promise<void> {
  await deps.db.tx(async (tx) => sayChanged(tx, await store.expireNotices(tx, deps.clock.now())));
}

async function tellOfLate(deps: Deps, ways: Ways): Promise<void> {
  const now = deps.clock.now();
  const late = await store.lateDeliveries(deps.db.pool, now, UNACKNOWLEDGED);
  for (const { id, studyId } of late) {
    await deps.db.tx(async (tx) => {
      const audience = new Audience(tx, now);
      const study = await audience.study(studyId);
      if (study) await tell(deps, tx, ways, { type: "results_stuck", study, deliveryId: id, how: "late" }, audience);
    });
  }
}
