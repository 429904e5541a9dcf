import { setImmediate as turn } from "node:timers/promises";
import { Turnaround } from "@readroom/shared/domain/contract.js";
import { compile } from "@readroom/shared/domain/routing/compile.js";
import { decide } from "@readroom/shared/domain/routing/decide.js";
import type { Ground, StudyFacts } from "@readroom/shared/domain/routing/facts.js";
import { decideFast } from "@readroom/shared/domain/routing/outcome.js";
import { ROUTING, Router } from "../../server/features/routing/commands.js";
import { routingReactions } from "../../server/features/routing/reactions.js";
import { publishedSet } from "../../server/features/routing/store-sets.js";
import { makeWorld, type World } from "../../server/features/worklist/testing/world.js";
import type { PublishedEvent, Reaction } from "../../server/kernel/reactions.js";
import { Reactor } from "../../server/relay/reactor.js";
import { plainly } from "../../shared/domain/routing/testing/arbitrary.js";
import type { BenchContext, Benchmark } from "./bench.js";
import { arrive, populate, READERS, RULES, ruleSet, someFacts } from "./routing.world.js";

const STUDIES = 8_000;
const ALONE = 300;
const AS_IT_WAS = 30;
/** What the follower hands over at most at once. */
const FOLLOWED = 500;

/** Routing decisions with 200 rules and 500 readers: the rules alone, then as they run in the hub, with everything that is written. */
export default {
  name: "routing",
  async run(context: BenchContext) {
    await pure(context);
    const world = await makeWorld(await context.database());
    context.defer(() => world.close());
    await populate(world);
    await writeRules(world);
    context.note(
      `${RULES} rules, ${READERS} readers; each decision: study, decision, who was eligible, audit, event, reaction`,
    );
    const label = "decisions, written";
    const together = await hub(world, STUDIES, routingReactions(new Router(world.deps)));
    context.figure({ name: label, subject: "readroom (what queued, together)", value: together, unit: "decisions/s" });
    const alone = await hub(world, ALONE, routingReactions(new Router(world.deps)).map(oneByOne));
    context.figure({ name: label, subject: "one transaction a decision", value: alone, unit: "decisions/s" });
    const before = await hub(world, AS_IT_WAS, [anew(world)]);
    context.figure({
      name: label,
      subject: "one transaction, readers read each time",
      value: before,
      unit: "decisions/s",
    });
    context.note(
      `together : alone : reading each time = ${(together / before).toFixed(0)} : ${(alone / before).toFixed(1)} : 1`,
    );
  },
} satisfies Benchmark;

async function pure(context: BenchContext): Promise<void> {
  const set = ruleSet();
  const prepared = compile(set);
  const facts = someFacts(2_000);
  const pools = ["neuro", "body", "chest", "msk", "cardiac", "breast", "nuclear", "paediatric", "general"].map(
    (code) => ({
      ...{ id: code, code: code.toUpperCase(), name: code, subspecialties: [code], fallbackPoolId: null },
      ...{ credentialed: 9, readyNow: 3 },
    }),
  );
  const ground: Ground = { turnaround: Turnaround.parse({}), pools: () => pools };
  const name = `decisions, ${RULES} rules, pure`;
  const rate = async (subject: string, one: (study: StudyFacts) => unknown) =>
    context.figure({ name, subject, value: await perSecond(facts, one), unit: "decisions/s" });
  await rate("prepared, alone", (study) => decideFast(prepared, study, ground));
  await rate("prepared, as stored", (study) => decide(prepared, study, ground, "matched"));
  await rate("prepared, every rule in words", (study) => decide(prepared, study, ground));
  await rate("each rule in turn, matching alone", (study) =>
    set.rules.filter(({ condition }) => plainly(condition, study, "neuro")),
  );
}

async function perSecond(facts: readonly StudyFacts[], one: (study: StudyFacts) => unknown): Promise<number> {
  for (const study of facts.slice(0, 500)) one(study);
  await turn();
  const began = performance.now();
  let done = 0;
  while (performance.now() - began < 1_500)
    for (const study of facts.slice(0, 100)) done += one(study) === null ? 0 : 1;
  return (done / (performance.now() - began)) * 1000;
}

async function writeRules(world: World): Promise<void> {
  await publishedSet(world.db.pool, world.group);
  await world.db.pool.query("UPDATE routing_rule_set SET state = 'earlier'");
  await world.db.pool.query(
    `INSERT INTO routing_rule_set (group_id, state, number, content, created_by_name, updated_by_name, published_at) VALUES ($1, 'published', 1, $2, 'b', 'b', now())`,
    [world.group, JSON.stringify(ruleSet())],
  );
}

/** Studies arrive, their events are published, and the reactor gets them as the follower hands them over. */
async function hub(world: World, count: number, reactions: readonly Reaction[]): Promise<number> {
  await arrive(world, count);
  const { rows } = await world.db.pool.query<PublishedEvent>(
    `SELECT id, stream, version, type, payload, topics, actor, (extract(epoch FROM at) * 1000)::bigint AS at, published_seq AS "publishedSeq"
     FROM outbox ORDER BY published_seq`,
  );
  const reactor = new Reactor(world.deps, reactions);
  const began = performance.now();
  for (let at = 0; at < rows.length; at += FOLLOWED) await reactor.handle(rows.slice(at, at + FOLLOWED));
  const took = performance.now() - began;
  const routed = await world.db.pool.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM study s WHERE routed_at IS NOT NULL AND EXISTS (SELECT 1 FROM routing_decision d WHERE d.study_id = s.id)",
  );
  if (routed.rows[0]?.n !== count) throw new Error(`${routed.rows[0]?.n} of ${count} studies were routed`);
  return (count / took) * 1000;
}

const oneByOne = ({ runMany: _together, ...reaction }: Reaction): Reaction => reaction;

/** Rules, pools and readers are read for each decision, as the hub did before it kept them. */
const anew = (world: World): Reaction => ({
  handler: "routing.decide",
  types: ["study.complete"],
  run: async (_deps, tx, { payload }) =>
    void (await new Router(world.deps).route(tx, [String(payload.studyId)], ROUTING)),
});
