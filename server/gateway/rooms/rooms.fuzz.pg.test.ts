import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { play } from "../../../e2e/fixtures/fuzz/play.js";
import { Lane } from "../../../e2e/fixtures/fuzz/world.js";

const RUNS = Number(process.env.READROOM_FUZZ_RUNS ?? 30);
const FIRST = Number(process.env.READROOM_FUZZ_SEED ?? 1);
/** Scenarios that run at once, each with two hub processes of its own on the same database. */
const LANES = Number(process.env.READROOM_FUZZ_LANES ?? 4);
/** Seeds that found something once: played first, for ever. */
const PINNED: readonly number[] = [97, 200, 416];

import { seedReadingWorld } from "../../../e2e/fixtures/reading.js";
import { openDatabase } from "../../kernel/database.js";

let database: FreshDatabase;
const lanes: Lane[] = [];
beforeAll(async () => {
  database = await freshDatabase();
  const db = openDatabase(database.url);
  const world = await seedReadingWorld(db.pool);
  await db.close();
  for (let n = 0; n < LANES; n += 1) lanes.push(await Lane.open(database.url, world));
});
afterAll(async () => {
  await Promise.all(lanes.map((lane) => lane.close()));
  await database.drop();
});

/** Plays the seeds, as many at once as there are lanes; gives what went wrong. */
async function playAll(seeds: readonly number[]): Promise<string[]> {
  const wrong: string[] = [];
  const waiting = [...seeds];
  await Promise.all(
    lanes.map(async (lane) => {
      for (let seed = waiting.shift(); seed !== undefined && wrong.length < 3; seed = waiting.shift()) {
        const named = seed;
        await play(lane, named).catch((error: unknown) => {
          wrong.push(`seed ${named}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        });
      }
    }),
  );
  return wrong;
}

describe("rooms under seeded disorder", () => {
  it(
    `[RM11] ${RUNS} seeds from ${FIRST}: 2 to 8 screens at two hub processes; all converge, nothing acknowledged is lost, nothing is written without the right to`,
    async () => {
      const seeds = Array.from({ length: RUNS }, (_, n) => FIRST + n);
      expect((await playAll([...PINNED, ...seeds])).join("\n\n")).toBe("");
    },
    RUNS * 5_000 + 60_000,
  );
});
