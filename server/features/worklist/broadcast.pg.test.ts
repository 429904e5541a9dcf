import type { WorklistRow } from "@readroom/shared/contract/http/worklist.js";
import { WorklistRow as Row } from "@readroom/shared/contract/http/worklist.js";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import type { PublishedEvent } from "../../kernel/reactions.js";
import { RowBroadcast } from "./broadcast.js";
import { makeWorld, type World } from "./testing/world.js";
import { worklist } from "./views.js";

let database: FreshDatabase;
let world: World;
beforeAll(async () => {
  database = await freshDatabase();
  world = await makeWorld(database.url);
});
afterAll(async () => {
  await world.close();
  await database.drop();
});

const event = (publishedSeq: number, type: string, payload: Record<string, unknown>): PublishedEvent => ({
  ...{ id: "e", stream: "s", version: 1, topics: [], at: 0, publishedSeq, type, payload },
  actor: { kind: "system", id: "t", name: "t" },
});

it("[WL12] many events about a few studies become one row each, to the group and the hospital entitled to it alone", async () => {
  const [own, foreign] = [await world.study(), await world.study({ at: "foreign" })];
  const rows = new RowBroadcast(world.deps);
  const sent: { topics: readonly string[]; type: string; seq: number; row: WorklistRow }[] = [];
  const events = Array.from({ length: 40 }, (_, n) =>
    event(n + 1, "study.receiving", { studyId: n % 2 === 0 ? own : foreign }),
  );
  rows.follow(events, (topics, { type, payload, seq }) =>
    sent.push({ topics, type, seq, row: Row.parse(payload.row) }),
  );
  await rows.settled();
  expect(sent.map(({ topics, type, seq, row }) => [row.studyId, type, seq, [...topics].sort()])).toEqual(
    expect.arrayContaining([
      [own, "worklist.row", 40, [`group:${world.group}`, `hospital:${world.north.hospital}`]],
      [foreign, "worklist.row", 40, [`group:${world.otherGroup}`, `hospital:${world.foreign.hospital}`]],
    ]),
  );
  expect(sent).toHaveLength(2);
});

it("[WL13] a study that went to another group leaves the list of the one that had it", async () => {
  const rows = new RowBroadcast(world.deps);
  const gone: (readonly string[])[] = [];
  const studyId = await world.study();
  rows.follow(
    [event(50, "study.routed", { studyId, groupId: world.group, previousGroupId: world.otherGroup })],
    (topics, { type }) => {
      if (type === "worklist.gone") gone.push(topics);
    },
  );
  await rows.settled();
  expect(gone).toEqual([[`group:${world.otherGroup}`]]);
});

it("[WL14] the list holds the group's own studies alone, in the order of urgency and deadline", async () => {
  await world.db.pool.query("DELETE FROM study");
  const [routine, stat] = [await world.study({ urgencyRank: 3 }), await world.study({ urgencyRank: 1, at: "south" })];
  await world.study({ at: "foreign", urgencyRank: 0 });
  const list = await worklist(world.deps, await world.person(), null);
  expect(list.ok && list.value.rows.map((row) => row.studyId)).toEqual([stat, routine]);
});
