import type { SimulationWanted } from "@readroom/shared/contract/http/simulation.js";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { HOUR, MINUTE } from "@readroom/shared/kernel/instant.js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { makeWorld, type World } from "../worklist/testing/world.js";
import { TryOuts, viewOf } from "./commands.js";
import { Forecasts } from "./forecast.js";
import { runJob } from "./job.js";
import { storeNight } from "./night.js";
import { endAbandoned, insertRun, simulations } from "./store-runs.js";
import type { Runner } from "./thread.js";

let database: FreshDatabase;
let world: World;
let reader: UserActor;
let operator: UserActor;
const here: Runner = async (job, { onProgress }) => runJob(job, onProgress ?? (() => undefined));

// A world of its own for each test: signed reports cannot be taken away again.
beforeEach(async () => {
  database = await freshDatabase();
  world = await makeWorld(database.url);
  reader = await world.person({ subspecialties: ["neuro", "body", "general"], onShift: false });
  operator = await world.person({ role: "operator" });
  for (const table of ["licence", "privilege"])
    await world.db.pool.query(`UPDATE ${table} SET valid_from = valid_from - interval '60 days'`);
});
afterEach(async () => {
  await world.close();
  await database.drop();
});

const by = () => ({ id: operator.userId, name: operator.name, actor: operator });
const wanted = (more: Partial<SimulationWanted> = {}): SimulationWanted => ({
  ...{ name: "More readers at night", traffic: "last_week", rules: "in_force", pools: [], shifts: [], readersOff: [] },
  ...more,
});

/** `count` head CTs over the last week, read by the reader `waited` minutes after they were complete, in five minutes each. */
async function pastWeek(count: number, waited: number): Promise<void> {
  const now = world.deps.clock.now();
  await world.db.pool.query(
    `INSERT INTO shift (user_id, starts_at, ends_at) VALUES ($1, $2::timestamptz - interval '8 days', $2::timestamptz + interval '2 days')`,
    [reader.userId, new Date(now)],
  );
  const studies = await Promise.all(
    Array.from({ length: count }, () => world.study({ subspecialty: "neuro", description: "CT head" })),
  );
  await world.db.pool.query(
    `UPDATE study s SET first_instance_at = t.at, last_instance_at = t.at, complete_at = t.at, clock_started_at = t.at, routed_at = t.at,
       deadline = t.at + interval '30 minutes', urgency = 'stat', urgency_rank = 1, modalities = '{CT}', claimed_by = $2,
       claimed_at = t.at + $3 * interval '1 minute', claim_state = 'done', report_state = 'final', signed_at = t.at + ($3 + 5) * interval '1 minute'
     FROM (SELECT id::uuid, $4::timestamptz - n * ($5 / $6::float8) * interval '1 second' AS at FROM unnest($1::uuid[]) WITH ORDINALITY AS u(id, n)) t WHERE s.id = t.id`,
    [studies, reader.userId, waited, new Date(now - HOUR), 6.9 * 86_400, count],
  );
  await world.db.pool.query(
    "INSERT INTO report (id, study_id, document_id) SELECT gen_random_uuid(), id, 'd' || id FROM study",
  );
  await world.db.pool.query(
    `INSERT INTO report_version (report_id, study_id, version, kind, content, content_hash, authors, signed_by, signed_by_name, signed_at, signer_fence)
     SELECT r.id, s.id, 1, 'final', '{}', 'h', '[]', s.claimed_by, 'x', s.signed_at, 1 FROM study s JOIN report r ON r.study_id = s.id`,
  );
}

async function tried(tryOuts: TryOuts, request: Parameters<TryOuts["start"]>[1]) {
  const started = await tryOuts.start(world.group, request, by());
  if (!started.ok) throw new Error(started.error.message);
  await tryOuts.settled(started.value.id);
  const view = await viewOf(world.deps, world.group, started.value.id);
  if (!view) throw new Error("it is gone");
  return view;
}

describe("try-outs", () => {
  it("[TO1] [TO2] puts what happened beside the present rules and a draft, by the same figures", async () => {
    await pastWeek(240, 40);
    const rules = {
      rules: [
        { id: "soon", name: "Heads soon", condition: { all: [] }, action: { turnaroundMinutes: 5 }, enabled: true },
      ],
      mapping: [],
    };
    const { simulation, result } = await tried(new TryOuts(world.deps, here), wanted({ rules }));
    expect(simulation).toMatchObject({ state: "done", problem: "", requestedBy: operator.name, progress: 1 });
    expect(result?.columns.map(({ key }) => key)).toEqual(["happened", "present", "draft"]);
    const [past, present, draft] = result?.columns.map(({ outcome }) => outcome) ?? [];
    expect(past).toMatchObject({ studies: 240, read: 240, unreadable: 0 });
    expect(past?.all.attainment).toBe(0);
    expect(past?.all.turnaround.mean).toBeCloseTo(45, 0);
    expect(present?.all.turnaround.mean).toBeLessThan(15);
    expect(present?.read).toBe(240);
    expect(draft?.all.attainment).not.toBe(present?.all.attainment);
    expect(past?.readers.find(({ reads }) => reads > 0)).toMatchObject({ reads: 240 });
    expect(simulation.headline.map(({ title }) => title)).toEqual(["What happened", "As it is now", "Draft"]);
  });

  it("[TO1] readers taken off, and shifts added, show in the draft alone", async () => {
    await pastWeek(240, 5);
    const second = await world.person({ subspecialties: ["neuro", "body", "general"], onShift: false });
    for (const table of ["licence", "privilege"])
      await world.db.pool.query(`UPDATE ${table} SET valid_from = valid_from - interval '60 days' WHERE user_id = $1`, [
        second.userId,
      ]);
    const week = [1, 2, 3, 4, 5, 6, 7];
    const shifts = [{ userId: second.userId, starts: "00:00", ends: "12:00", weekdays: week }];
    const { result } = await tried(new TryOuts(world.deps, here), wanted({ readersOff: [reader.userId], shifts }));
    const [, present, draft] = result?.columns.map(({ outcome }) => outcome) ?? [];
    expect(present?.readers.filter(({ reads }) => reads > 0).map(({ name }) => name)).toEqual([reader.name]);
    expect(draft?.readers.filter(({ reads }) => reads > 0).map(({ name }) => name)).toEqual([second.name]);
    expect(draft?.all.turnaround.mean).toBeGreaterThan(present?.all.turnaround.mean ?? 0);
  });

  it("[TO3] a week with few studies gives way to a synthetic month that says so", async () => {
    await pastWeek(5, 5);
    const { result } = await tried(new TryOuts(world.deps, here), wanted());
    expect(result?.columns.map(({ key }) => key)).toEqual(["present", "fifo"]);
    expect(result?.basis).toContain("synthetic month");
    expect(result?.columns[0]?.outcome.read).toBeGreaterThan(100);
  });

  it("[TO4] changes no study, and stands in the audit trail", async () => {
    await pastWeek(210, 5);
    const studies = async () => (await world.db.pool.query("SELECT * FROM study ORDER BY id")).rows;
    const before = await studies();
    const { simulation } = await tried(new TryOuts(world.deps, here), wanted({ readersOff: [reader.userId] }));
    expect(await studies()).toEqual(before);
    const { rows } = await world.db.pool.query(
      "SELECT action, actor_name FROM audit_event WHERE subject = $1 ORDER BY inserted_seq",
      [simulation.id],
    );
    expect(rows).toEqual([
      { action: "simulation.started", actor_name: operator.name },
      { action: "simulation.done", actor_name: "simulation" },
    ]);
  });

  it("[TO5] one at a time, cancelled from anywhere, and not left running by a process that died", async () => {
    await pastWeek(210, 5);
    const waiting: Runner = (_job, { signal }) =>
      new Promise((_, fail) => signal.addEventListener("abort", () => fail(signal.reason)));
    const one = new TryOuts(world.deps, waiting);
    const started = await one.start(world.group, wanted(), by());
    if (!started.ok) throw new Error(started.error.message);
    const second = await new TryOuts(world.deps, here).start(world.group, wanted(), by());
    expect(second).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await one.cancel(world.group, started.value.id, by())).toBe(true);
    await one.settled(started.value.id);
    expect((await viewOf(world.deps, world.group, started.value.id))?.simulation.state).toBe("cancelled");
    const now = world.deps.clock.now();
    const run = { groupId: world.group, name: "left", by: { id: null, name: "x" }, request: {}, basis: "" };
    await insertRun(world.db.pool, run, now - HOUR);
    expect(await endAbandoned(world.db.pool, 10 * MINUTE, now)).toBe(1);
    const left = (await simulations(world.db.pool, world.group)).find(({ name }) => name === "left");
    expect(left?.state).toBe("failed");
  });

  it("[TO6] another group's try-out is as good as unknown", async () => {
    await storeNight(world.deps, world.otherGroup, new AbortController().signal, here);
    const [theirs] = await simulations(world.db.pool, world.otherGroup);
    expect(theirs?.state).toBe("done");
    expect(theirs?.headline[0]?.attainment).toBeGreaterThan(theirs?.headline[1]?.attainment ?? 1);
    expect(await viewOf(world.deps, world.group, theirs?.id ?? "")).toBeNull();
    expect(await new TryOuts(world.deps, here).cancel(world.group, theirs?.id ?? "", by())).toBe(false);
    await storeNight(world.deps, world.otherGroup, new AbortController().signal, here);
    expect(await simulations(world.db.pool, world.otherGroup)).toHaveLength(1);
  });

  it("a draft that is not there is refused in words", async () => {
    const answer = await new TryOuts(world.deps, here).start(world.group, wanted({ rules: "draft" }), by());
    expect(answer).toMatchObject({ ok: false, error: { message: "There is no draft of the rules." } });
  });
});

describe("forecast", () => {
  it("[TO7] starts from what waits and expects what came before", async () => {
    await pastWeek(280, 5);
    for (let n = 0; n < 12; n++)
      await world.study({ subspecialty: "neuro", urgencyRank: 1, deadline: world.deps.clock.now() + 20 * MINUTE });
    const answer = await new Forecasts(world.deps, here).of(world.group, 4);
    if (!answer.ok) throw new Error(answer.error.message);
    const { value } = answer;
    expect(value.waitingNow).toBe(12);
    expect(value.hours).toHaveLength(4);
    // 280 studies in about a week: some 1.7 an hour.
    expect(value.hours[0]?.arriving).toBeGreaterThan(0.5);
    expect(value.hours[0]?.readers).toBe(1);
    // One reader cannot read twelve head CTs in twenty minutes.
    expect(value.hours[0]?.attainment).toBeLessThan(0.6);
    expect(value.hours[3]?.queue.mean).toBeLessThan(12);
    for (const hour of value.hours) expect(hour.queue.low).toBeLessThanOrEqual(hour.queue.high);
  });

  it("[TO7] without readers the queue only grows; the answer is kept for a minute", async () => {
    await pastWeek(280, 5);
    await world.db.pool.query("DELETE FROM shift");
    const forecasts = new Forecasts(world.deps, here);
    const [first, again] = [await forecasts.of(world.group), await forecasts.of(world.group)];
    expect(again).toBe(first);
    if (!first.ok) throw new Error(first.error.message);
    const queue = first.value.hours.map((hour) => hour.queue.mean);
    expect(queue).toEqual([...queue].sort((a, b) => a - b));
    expect(first.value.hours.every(({ readers }) => readers === 0)).toBe(true);
  });
});
