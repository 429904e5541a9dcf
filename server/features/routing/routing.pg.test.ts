import type { Actor } from "@readroom/shared/domain/access.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { appendEvents } from "../../kernel/outbox.js";
import { Reactor } from "../../relay/reactor.js";
import { worklistFeature } from "../worklist/public.js";
import { makeWorld, type World } from "../worklist/testing/world.js";
import { routeStudy } from "./commands.js";
import { routingFeature } from "./public.js";
import { replaceRules } from "./rules.js";
import { explain } from "./why.js";

let database: FreshDatabase;
let world: World;
const SYSTEM: Actor = { kind: "system", name: "test" };

beforeAll(async () => {
  database = await freshDatabase();
  world = await makeWorld(database.url);
});
afterAll(async () => {
  await world.close();
  await database.drop();
});
beforeEach(async () => {
  await world.db.pool.query("DELETE FROM study");
  await world.db.pool.query("DELETE FROM reader_profile");
  await world.db.pool.query("DELETE FROM routing_rule");
});

const route = (id: string) => world.db.tx((tx) => routeStudy(world.deps, tx, id, SYSTEM));
const studyRow = async (id: string) =>
  (await world.db.pool.query<Record<string, unknown>>("SELECT * FROM study WHERE id = $1", [id])).rows[0] ?? {};
const decisions = async (id: string) =>
  (await world.db.pool.query("SELECT 1 FROM routing_decision WHERE study_id = $1", [id])).rowCount;
const fresh = (more = {}) => world.study({ routed: false, state: "receiving", matchState: "unmatched", ...more });

describe("routing a study", () => {
  it("[RO1] sets group, pool, urgency and clock while images still arrive, and stores why", async () => {
    const reader = await world.person();
    const id = await fresh({ description: "CT head code stroke" });
    await route(id);
    const study = await studyRow(id);
    expect(study).toMatchObject({
      group_id: world.group,
      pool_id: world.pools.neuro,
      subspecialty: "neuro",
      urgency: "stat",
      urgency_rank: 1,
      routable: true,
    });
    expect((study.deadline as Date).getTime() - (study.first_instance_at as Date).getTime()).toBe(30 * MINUTE);
    const why = await explain(world.deps, reader, {
      id,
      groupId: world.group,
      siteId: world.north.site,
      siteName: "North",
      jurisdiction: "US-NY",
      subspecialty: "neuro",
      reportState: "none",
    });
    expect(why).toMatchObject({ outcome: "routed", me: { eligible: true, reasons: [] }, pool: { name: "NEURO" } });
    expect(why.rules.find(({ name }) => name === "Emergency department")?.matched).toBe(false);
  });

  it("[RO2] the same decision again is not stored again and tells nobody", async () => {
    await world.person();
    const id = await fresh();
    await route(id);
    await route(id);
    expect(await decisions(id)).toBe(1);
    const told = await world.db.pool.query("SELECT 1 FROM outbox WHERE stream = $1", [`study:${id}`]);
    expect(told.rowCount).toBe(1);
  });

  it("[RO3] what nobody may read is visible with the reason, and becomes routable when somebody may", async () => {
    const reader = await world.person({ jurisdictions: ["US-NY"] });
    const id = await fresh({ at: "south" });
    await route(id);
    expect(await studyRow(id)).toMatchObject({ routable: false, pool_id: null, group_id: world.group });
    expect((await studyRow(id)).routing_summary).toBe(
      "Can't be routed: nobody in NEURO, BODY holds licence, privileges and subspecialty for it.",
    );
    const why = await explain(world.deps, reader, {
      id,
      groupId: world.group,
      siteId: world.south.site,
      siteName: "South",
      jurisdiction: "US-IL",
      subspecialty: "neuro",
      reportState: "none",
    });
    expect(why.me?.reasons).toEqual(["no licence for US-IL"]);
    await world.person();
    await route(id);
    expect(await studyRow(id)).toMatchObject({ routable: true, pool_id: world.pools.neuro });
  });

  it("[RO4] complete and identified becomes readable; without its order it waits", async () => {
    await world.person();
    const id = await fresh({ state: "complete" });
    await route(id);
    expect((await studyRow(id)).state).toBe("complete");
    await world.db.pool.query("UPDATE study SET match_state = 'matched' WHERE id = $1", [id]);
    await route(id);
    expect((await studyRow(id)).state).toBe("readable");
    await world.db.pool.query("UPDATE study SET match_state = 'unmatched' WHERE id = $1", [id]);
    await route(id);
    expect((await studyRow(id)).state).toBe("complete");
  });

  it("[RO5] reacts to published events exactly once, and decides open studies anew when rules change", async () => {
    await world.person();
    const operator = await world.person({ role: "operator" });
    const reactor = new Reactor(world.deps, [
      ...(routingFeature(world.deps).reactions ?? []),
      ...(worklistFeature(world.deps).reactions ?? []),
    ]);
    const publish = async () => {
      await world.db.pool.query("SELECT 1 FROM outbox_publish(10000)");
      const { rows } = await world.db.pool.query(
        `SELECT id, stream, version, type, payload, topics, actor, (extract(epoch FROM at) * 1000)::bigint AS at, published_seq AS "publishedSeq"
         FROM outbox WHERE published_seq > $1 ORDER BY published_seq`,
        [await reactor.cursor()],
      );
      await reactor.handle(rows);
      return rows.length;
    };
    const id = await fresh();
    await world.db.tx((tx) =>
      appendEvents(tx, SYSTEM, [
        { stream: `study:${id}`, type: "study.receiving", payload: { studyId: id }, topics: [] },
      ]),
    );
    while ((await publish()) > 0);
    expect(await studyRow(id)).toMatchObject({ pool_id: world.pools.neuro, urgency: "routine" });

    const condition = {
      all: [{ field: "modality" as const, is: ["CT"] }, { not: { field: "site" as const, is: ["SOUTH"] } }],
    };
    const rules = [
      {
        name: "CT of the north to body",
        condition,
        action: { pool: "body", raiseTo: "urgent" as const },
        enabled: true,
      },
    ];
    const saved = await replaceRules(world.deps, operator, { rules });
    expect(saved.ok && saved.value).toMatchObject({
      builtIn: false,
      rules: [{ name: "CT of the north to body", version: 1 }],
    });
    while ((await publish()) > 0);
    expect(await studyRow(id)).toMatchObject({ pool_id: world.pools.body, urgency: "urgent" });
    expect((await world.db.pool.query("SELECT 1 FROM reaction_failure")).rowCount).toBe(0);
  });

  it("[RO6] refuses rules that name a pool that is not there, in words", async () => {
    const operator = await world.person({ role: "operator" });
    const refused = await replaceRules(world.deps, operator, {
      rules: [{ name: "x", condition: { all: [] }, action: { pool: "CARDIAC" }, enabled: true }],
    });
    expect(refused).toMatchObject({
      ok: false,
      error: { code: "invalid", message: '"x": there is no pool CARDIAC. Pools are BODY, NEURO.' },
    });
  });
});
