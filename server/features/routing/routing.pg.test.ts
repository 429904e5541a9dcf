import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import type { RuleSet } from "@readroom/shared/domain/routing/rules.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { appendEvents } from "../../kernel/outbox.js";
import { Reactor } from "../../relay/reactor.js";
import { worklistFeature } from "../worklist/public.js";
import { makeWorld, type World } from "../worklist/testing/world.js";
import { Router } from "./commands.js";
import { routingFeature } from "./public.js";
import { drainQueue } from "./queue.js";
import {
  discardDraft,
  draftView,
  publishDraft,
  replaceRules,
  saveDraft,
  startDraft,
  version,
  versions,
} from "./sets.js";
import { replay, tryOn } from "./trial.js";
import { explain } from "./why.js";

let database: FreshDatabase;
let world: World;
let router: Router;
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
  router = new Router(world.deps);
  await world.db.pool.query("DELETE FROM study");
  await world.db.pool.query("DELETE FROM routing_decision");
  await world.db.pool.query("DELETE FROM reader_profile");
  await world.db.pool.query("TRUNCATE routing_rule_set");
});

const route = (id: string) => world.db.tx((tx) => router.route(tx, [id], SYSTEM));
const studyRow = async (id: string) =>
  (await world.db.pool.query<Record<string, unknown>>("SELECT * FROM study WHERE id = $1", [id])).rows[0] ?? {};
const decisions = async (id: string) =>
  (await world.db.pool.query("SELECT 1 FROM routing_decision WHERE study_id = $1", [id])).rowCount;
const fresh = (more = {}) => world.study({ routed: false, state: "receiving", matchState: "unmatched", ...more });
const north = (id: string, more = {}) => ({
  ...{ id, groupId: world.group, siteId: world.north.site, siteName: "North", jurisdiction: "US-NY" },
  ...{ subspecialty: "neuro", reportState: "none", ...more },
});
const value = <T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
/** Publishes a change to the rules that are in effect. */
async function publish(operator: UserActor, change: (content: RuleSet) => RuleSet, note = "a change"): Promise<void> {
  const draft = value(await startDraft(world.deps, operator, undefined));
  const saved = value(await saveDraft(world.deps, operator, draft.revision, change(draft.content)));
  value(await publishDraft(world.deps, operator, saved.revision, note));
}
const TO_BODY = {
  id: "to-body",
  name: "CT to body",
  condition: { all: [{ field: "modality" as const, is: ["CT"] }, { not: { field: "site" as const, is: ["SOUTH"] } }] },
  action: { pool: "body", raiseTo: "urgent" as const },
  enabled: true,
};

/** Everything published and reacted to, until nothing more follows. */
async function reactAll(): Promise<void> {
  const reactor = new Reactor(world.deps, [
    ...(routingFeature(world.deps).reactions ?? []),
    ...(worklistFeature(world.deps).reactions ?? []),
  ]);
  for (;;) {
    await world.db.pool.query("SELECT 1 FROM outbox_publish(10000)");
    const { rows } = await world.db.pool.query(
      `SELECT id, stream, version, type, payload, topics, actor, (extract(epoch FROM at) * 1000)::bigint AS at, published_seq AS "publishedSeq"
       FROM outbox WHERE published_seq > $1 ORDER BY published_seq`,
      [await reactor.cursor()],
    );
    if (rows.length === 0) return;
    await reactor.handle(rows);
  }
}
const happened = (type: string, payload: Record<string, unknown>) =>
  world.db.tx((tx) => appendEvents(tx, SYSTEM, [{ stream: `study:${payload.studyId}`, type, payload, topics: [] }]));

describe("routing a study", () => {
  it("[RO1] sets group, pool, urgency and clock while images still arrive, and stores why, for whom and on what", async () => {
    const reader = await world.person();
    const away = await world.person({ jurisdictions: ["US-IL"] });
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
    const why = await explain(world.deps, reader, north(id));
    expect(why).toMatchObject({
      outcome: "routed",
      decidedUnder: 0,
      me: { eligible: true, reasons: [] },
      pool: { name: "NEURO" },
      whenDecided: {
        eligible: [reader.name],
        others: [{ name: away.name, reasons: ["no licence for US-NY"] }],
        more: 0,
      },
    });
    expect(why.rules.map(({ name, matched }) => [name, matched])).toEqual([
      ["Stroke", true],
      ["Major trauma", false],
      ["Emergency department", false],
    ]);
    const { rows } = await world.db.pool.query("SELECT facts FROM routing_decision WHERE study_id = $1", [id]);
    expect(rows[0]).toMatchObject({ facts: { facts: { modality: ["CT"], procedureText: "CT head code stroke" } } });
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
    const south = { siteId: world.south.site, siteName: "South", jurisdiction: "US-IL" };
    const why = await explain(world.deps, reader, north(id, south));
    expect(why.me?.reasons).toEqual(["no licence for US-IL"]);

    const readers = routingFeature(world.deps).timers?.find(({ name }) => name === "routing.readers");
    await readers?.run(world.deps);
    await world.person();
    await readers?.run(world.deps);
    await drainQueue(world.deps, router);
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
    const id = await fresh();
    await happened("study.receiving", { studyId: id });
    await reactAll();
    expect(await studyRow(id)).toMatchObject({ pool_id: world.pools.neuro, urgency: "routine" });

    await publish(operator, ({ mapping }) => ({ mapping, rules: [TO_BODY] }));
    await reactAll();
    expect(await drainQueue(world.deps, router)).toBe(1);
    expect(await studyRow(id)).toMatchObject({ pool_id: world.pools.body, urgency: "urgent" });
    const why = await explain(world.deps, operator, north(id));
    expect(why).toMatchObject({ decidedUnder: 1, pool: { because: 'the rule "CT to body" says so' } });
    expect((await world.db.pool.query("SELECT 1 FROM reaction_failure")).rowCount).toBe(0);
  });

  it("[RO7] a burst of images that changes nothing that routing looks at takes no lock and decides nothing", async () => {
    await world.person();
    const id = await fresh();
    await happened("study.receiving", { studyId: id });
    await reactAll();
    const before = await studyRow(id);
    const holder = await world.db.pool.connect();
    try {
      await holder.query("BEGIN");
      await holder.query("SELECT 1 FROM study WHERE id = $1 FOR UPDATE", [id]);
      await happened("study.receiving", { studyId: id });
      await reactAll();
    } finally {
      await holder.query("ROLLBACK");
      holder.release();
    }
    expect((await studyRow(id)).version).toBe(before.version);
    await world.db.pool.query("UPDATE study SET description = 'CT abdomen' WHERE id = $1", [id]);
    await happened("study.receiving", { studyId: id });
    await reactAll();
    expect(await studyRow(id)).toMatchObject({ pool_id: world.pools.body, subspecialty: "body" });
  });

  it("[RO8] many studies are decided in one transaction as they would be one by one; a bad one holds up no other", async () => {
    await world.person();
    const together = await Promise.all(
      Array.from({ length: 12 }, (_, n) => fresh({ description: `CT ${n % 2 ? "head" : "abdomen"}` })),
    );
    for (const studyId of together) await happened("study.complete", { studyId });
    await happened("study.complete", { studyId: "00000000-0000-4000-8000-000000000000" });
    await reactAll();
    const rows = await Promise.all(together.map(studyRow));
    expect(rows.map((row) => row.pool_id)).toEqual(
      together.map((_, n) => (n % 2 ? world.pools.neuro : world.pools.body)),
    );
    expect(await Promise.all(together.map(decisions))).toEqual(together.map(() => 1));
    const kept = await world.db.pool.query(
      "SELECT count(*)::int AS n FROM routing_eligibility e WHERE e.id IN (SELECT eligibility_id FROM routing_decision)",
    );
    expect(kept.rows[0]).toEqual({ n: 1 });
  });
});

describe("sets of rules", () => {
  it("[RO6] refuses rules that could never work, all at once and in words", async () => {
    const operator = await world.person({ role: "operator" });
    const refused = await replaceRules(world.deps, operator, {
      note: "x",
      rules: [
        { ...TO_BODY, id: "a", name: "x", action: { pool: "CARDIAC" } },
        { ...TO_BODY, id: "b", name: "y", condition: { field: "hour", from: 3, to: 3 } },
      ],
    });
    expect(refused).toMatchObject({
      ok: false,
      error: {
        code: "invalid",
        message: "These rules can't be published. “x”: there is no pool CARDIAC. Pools are BODY, NEURO. And 2 more.",
        detail: { problems: expect.arrayContaining([{ ruleId: "b", message: expect.stringContaining("are empty") }]) },
      },
    });
  });

  it("[RO9] a draft changes nothing until it is published; publication is audited and every version stays readable and restorable", async () => {
    const operator = await world.person({ role: "operator" });
    await world.person();
    const id = await fresh();
    await publish(operator, (content) => ({ ...content, rules: [TO_BODY] }), "bodies first");
    const draft = value(await startDraft(world.deps, operator, undefined));
    await saveDraft(world.deps, operator, draft.revision, { ...draft.content, rules: [] });
    await route(id);
    expect(await studyRow(id)).toMatchObject({ pool_id: world.pools.body });
    const { versions: all } = await versions(world.deps, world.group);
    expect(all.map(({ number, state, note, rules }) => [number, state, note, rules])).toEqual([
      [1, "published", "bodies first", 1],
      [0, "earlier", "What every group starts with", 3],
    ]);
    const one = value(await version(world.deps, world.group, all[0]?.id ?? ""));
    expect(one.lines[0]?.sentence).toBe("If the modality is CT and the site is not SOUTH → BODY pool, at least urgent");
    expect(one.changes.slice(0, 2)).toEqual([
      "New: “CT to body”: if the modality is CT and the site is not SOUTH → BODY pool, at least urgent.",
      "Removed: “Stroke”.",
    ]);
    const again = value(await discardDraft(world.deps, operator, draft.revision + 1));
    expect(again).toBeNull();
    const restored = value(await startDraft(world.deps, operator, all[1]?.id));
    expect(restored.content.rules.map(({ name }) => name)).toEqual(["Stroke", "Major trauma", "Emergency department"]);
    const audited = await world.db.pool.query(
      "SELECT action, detail->>'note' AS note FROM audit_event WHERE action = 'rules.changed' AND actor_id = $1",
      [operator.userId],
    );
    expect(audited.rows).toEqual([{ action: "rules.changed", note: "bodies first" }]);
    await expect(
      world.db.pool.query("UPDATE routing_rule_set SET content = '{}' WHERE state = 'published'"),
    ).rejects.toThrow(/does not change/);
  });

  it("[RO10] two people on one draft: the later save is refused with whose came first, and nothing is lost", async () => {
    const [ann, ben] = [await world.person({ role: "operator" }), await world.person({ role: "administrator" })];
    const draft = value(await startDraft(world.deps, ann, undefined));
    expect(await startDraft(world.deps, ben, undefined)).toMatchObject({ ok: false, error: { code: "conflict" } });
    value(await saveDraft(world.deps, ben, draft.revision, { ...draft.content, rules: [TO_BODY] }));
    const late = await saveDraft(world.deps, ann, draft.revision, { ...draft.content, rules: [] });
    expect(late).toMatchObject({
      ok: false,
      error: {
        code: "conflict",
        message: `${ben.name} has changed the draft since you opened it.`,
        detail: { revision: 2, byName: ben.name },
      },
    });
    expect((await draftView(world.deps, world.group))?.content.rules).toEqual([TO_BODY]);
    expect(await publishDraft(world.deps, ann, draft.revision, "n")).toMatchObject({
      ok: false,
      error: { code: "conflict" },
    });
  });

  it("[RO11] a draft is tried on one study and on the last week's decisions, and changes neither", async () => {
    const operator = await world.person({ role: "operator" });
    await world.person();
    const ids = [await fresh(), await fresh(), await fresh({ at: "south" })];
    for (const id of ids) await route(id);
    const draft = value(await startDraft(world.deps, operator, undefined));
    value(await saveDraft(world.deps, operator, draft.revision, { ...draft.content, rules: [TO_BODY] }));
    const tried = value(await tryOn(world.deps, operator, { studyId: ids[0] }));
    expect(tried).toMatchObject({
      same: false,
      now: { pool: { name: "NEURO" } },
      draft: { pool: { name: "BODY" }, urgency: { value: "urgent" } },
    });
    const replayed = value(await replay(world.deps, operator, 7));
    expect(replayed).toMatchObject({
      ...{ studies: 3, elsewhere: 2, otherUrgency: 2, unroutable: { before: 0, after: 0 } },
      pools: [
        { name: "BODY", before: 0, after: 2 },
        { name: "NEURO", before: 3, after: 1 },
      ],
    });
    expect(replayed.examples).toHaveLength(2);
    expect(await Promise.all(ids.map(decisions))).toEqual([1, 1, 1]);
    const stranger = await world.person({
      role: "operator",
      organisation: world.otherGroup,
      hospitals: [world.foreign.hospital],
    });
    expect(await tryOn(world.deps, stranger, { studyId: ids[0] })).toMatchObject({
      ok: false,
      error: { code: "not_found" },
    });
  });
});
