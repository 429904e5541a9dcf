import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../e2e/fixtures/database.js";
import { systemClock } from "../kernel/clock.js";
import { type Database, openDatabase } from "../kernel/database.js";
import type { Deps } from "../kernel/deps.js";
import { makeLog } from "../kernel/log.js";
import { appendEvents } from "../kernel/outbox.js";
import type { PublishedEvent } from "../kernel/reactions.js";
import { type Follower, startFollower } from "./follower.js";
import { type Publisher, startPublisher } from "./publisher.js";

let database: FreshDatabase;
let db: Database;
let deps: Deps;
let publisher: Publisher;
const followers: Follower[] = [];
const heard = { own: [] as number[], foreign: [] as number[] };

beforeAll(async () => {
  database = await freshDatabase();
  db = openDatabase(database.url);
  deps = { db, clock: systemClock, log: makeLog("silent") };
  publisher = startPublisher(deps, database.url, (events) => followers[0]?.offer(events));
  const collect = (into: number[]) => (events: readonly PublishedEvent[]) => {
    into.push(...events.map(({ publishedSeq }) => publishedSeq));
    return true;
  };
  // One beside the publisher, one as in another process, which no offer reaches.
  followers.push(
    startFollower(deps, database.url, 0, collect(heard.own), publisher.isLeader),
    startFollower(deps, database.url, 0, collect(heard.foreign)),
  );
});
afterAll(async () => {
  for (const follower of followers) await follower.stop();
  await publisher.stop();
  await db.close();
  await database.drop();
});
beforeEach(() => {
  heard.own.length = 0;
  heard.foreign.length = 0;
});

const append = (count: number) =>
  db.pgTx((tx) =>
    appendEvents(
      tx,
      { kind: "system", name: "test" },
      Array.from({ length: count }, (_, n) => ({
        stream: `study:${n}`,
        type: "study.changed",
        payload: {},
        topics: [],
      })),
    ),
  );

describe("published events in a process", () => {
  it("[RL1] each once, in order and without a hole, beside the publisher and elsewhere, one by one and in a rush", async () => {
    await expect.poll(() => publisher.isLeader()).toBe(true);
    let sum = 0;
    for (const count of [1, 1, 3, 700, 1, 40, 1]) {
      await append(count);
      sum += count;
    }
    await Promise.all(Array.from({ length: 60 }, () => append(2)));
    sum += 120;
    const all = Array.from({ length: sum }, (_, n) => n + 1);
    await expect.poll(() => heard.own.length, { timeout: 10_000 }).toBe(sum);
    await expect.poll(() => heard.foreign.length, { timeout: 10_000 }).toBe(sum);
    expect(heard.own).toEqual(all);
    expect(heard.foreign).toEqual(all);
  });

  it("[RL1] what an offer does not bring is asked for: one that was published while nobody listened", async () => {
    const before =
      (await db.pool.query<{ top: number }>("SELECT max(published_seq) AS top FROM outbox")).rows[0]?.top ?? 0;
    const [own] = followers.splice(0, 1);
    await append(5);
    await expect.poll(() => heard.own.length, { timeout: 10_000 }).toBe(5);
    expect(heard.own).toEqual([1, 2, 3, 4, 5].map((n) => before + n));
    if (own) followers.unshift(own);
  });
});
