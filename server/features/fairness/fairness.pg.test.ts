import type { UserActor } from "@readroom/shared/domain/access.js";
import { HOUR, MINUTE } from "@readroom/shared/kernel/instant.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { relayOf } from "../notices/testing/events.js";
import { claimStudy, release } from "../worklist/commands.js";
import { makeWorld, type StudyOptions, type World } from "../worklist/testing/world.js";
import { fairnessReactions } from "./ledger.js";
import { closeWaits, returnsOf, skipsOf, totals } from "./store.js";

let database: FreshDatabase;
let world: World;
let relay: ReturnType<typeof relayOf>;
let julia: UserActor;
let miguel: UserActor;

beforeAll(async () => {
  database = await freshDatabase();
  world = await makeWorld(database.url);
  relay = relayOf(world.deps, fairnessReactions);
});
afterAll(async () => {
  await world.close();
  await database.drop();
});
beforeEach(async () => {
  await world.db.pool.query(
    "DELETE FROM fairness_pick; DELETE FROM fairness_return; DELETE FROM fairness_read; DELETE FROM study",
  );
  julia = await world.person();
  miguel = await world.person();
});

/** Here for an hour already. */
async function waiting(options: StudyOptions = {}): Promise<string> {
  const id = await world.study(options);
  await world.db.pool.query(
    "UPDATE study SET routed_at = now() - interval '1 hour', complete_at = now() - interval '1 hour', last_instance_at = now() - interval '1 hour' WHERE id = $1",
    [id],
  );
  return id;
}
async function take(who: UserActor, studyId: string): Promise<number> {
  const claimed = await claimStudy(world.deps, who, studyId);
  if (!claimed.ok) throw new Error(claimed.error.message);
  return claimed.value.fence;
}
const skips = (who: UserActor) => skipsOf(world.db.pool, world.group, who.userId, 0);
const rowOf = async (who: UserActor) =>
  (await totals(world.db.pool, world.group, world.now - 2 * HOUR, Date.now())).find(({ id }) => id === who.userId);

describe("fairness ledger", () => {
  it("[FA1] who takes a routine study from the list past a stat one has passed it over; who takes the stat one has not", async () => {
    const stat = await waiting({ urgencyRank: 1 });
    const routine = await waiting();
    await take(julia, routine);
    await take(miguel, stat);
    await relay.run();
    expect((await skips(julia)).map(({ study, picked, places }) => [study.id, picked.id, places])).toEqual([
      [stat, routine, 1],
    ]);
    expect(await skips(miguel)).toEqual([]);
    expect(await rowOf(julia)).toMatchObject({ picked: 1, passedOver: 1 });
    await relay.again();
    expect(await rowOf(julia)).toMatchObject({ picked: 1, passedOver: 1 });
  });

  it("[FA6] only what the reader could have read then: not a foreign site's, not another pool's, not what somebody held", async () => {
    const onlyNorth = await world.person({ sites: [world.north.site], pools: [world.pools.neuro] });
    await waiting({ urgencyRank: 1, at: "south" });
    await waiting({ urgencyRank: 1, subspecialty: "body" });
    await waiting({ urgencyRank: 1, state: "receiving" });
    const held = await waiting({ urgencyRank: 1 });
    const fence = await take(miguel, held);
    const routine = await waiting();
    await take(onlyNorth, routine);
    // Released before the ledger gets to it: at the time of the pick somebody had it.
    await release(world.deps, miguel, held, fence, "called away");
    await relay.run();
    expect(await skips(onlyNorth)).toEqual([]);
  });

  it("[FA6] a study due a little earlier is not held against anybody", async () => {
    await waiting({ urgencyRank: 2, deadline: world.now + 60 * MINUTE });
    await take(julia, await waiting({ urgencyRank: 2, deadline: world.now + 75 * MINUTE }));
    await relay.run();
    expect(await skips(julia)).toEqual([]);
  });

  it("[FA4] the wait ends when somebody takes it, whoever and however", async () => {
    const stat = await waiting({ urgencyRank: 1 });
    await take(julia, await waiting());
    await relay.run();
    expect(await closeWaits(world.db.pool)).toBe(0);
    expect((await skips(julia))[0]).toMatchObject({ takenAt: null, takenBy: null });
    await take(miguel, stat);
    expect(await closeWaits(world.db.pool)).toBe(1);
    expect((await skips(julia))[0]).toMatchObject({ takenBy: miguel.name });
  });

  it("[FA7] what is put back counts with its reason", async () => {
    const study = await waiting();
    const fence = await take(julia, study);
    await release(world.deps, julia, study, fence, "needs a paediatric reader");
    await relay.run();
    expect(await returnsOf(world.db.pool, world.group, julia.userId, 0)).toMatchObject([
      { how: "returned", reason: "needs a paediatric reader" },
    ]);
  });

  it("[FA5] signed work counts once, by the group's table", async () => {
    const study = await waiting();
    await relay.emit("report.signed", { studyId: study, signedBy: julia.userId, kind: "final" });
    await relay.emit("report.signed", { studyId: study, signedBy: julia.userId, kind: "addendum" });
    await relay.run();
    expect(await rowOf(julia)).toMatchObject({ reads: 1, rvu: 0.85 });
    expect((await rowOf(julia))?.hours).toBeCloseTo(1, 1);
  });
});
