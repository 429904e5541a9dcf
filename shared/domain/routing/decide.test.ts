import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE } from "../../kernel/instant.js";
import { Turnaround } from "../contract.js";
import { DEFAULT_SUBSPECIALTIES } from "../subspecialties.js";
import { URGENCIES, urgencyRank } from "../urgency.js";
import { compile } from "./compile.js";
import { RuleCondition } from "./conditions.js";
import { decide as decidePrepared } from "./decide.js";
import { type ByHand, type Ground, localHour, NO_FACTS, type PoolFacts, type StudyFacts, wallClock } from "./facts.js";
import { subspecialtyOf } from "./mapping.js";
import { decideFast } from "./outcome.js";
import { DEFAULT_RULES, type RoutingRule, RuleAction } from "./rules.js";
import { anyCondition, anyFacts, anyRule, plainly } from "./testing/arbitrary.js";

const facts = (more: Partial<StudyFacts> = {}): StudyFacts => ({
  ...NO_FACTS,
  site: ["ED"],
  hospital: ["H"],
  modality: ["CT"],
  bodyPart: ["HEAD"],
  procedureCode: ["CTHEAD"],
  priority: ["routine"],
  patientClass: ["I"],
  procedureText: "CT head without contrast",
  ageYears: 71,
  localHour: 2,
  firstInstanceAt: 1_000_000,
  ...more,
});
const pool = (code: string, subspecialties: string[], more: Partial<PoolFacts> = {}): PoolFacts => ({
  id: code,
  code,
  name: code,
  subspecialties,
  fallbackPoolId: null,
  credentialed: 1,
  readyNow: 1,
  ...more,
});
interface Input extends Ground {
  readonly facts: StudyFacts;
  readonly rules: readonly RoutingRule[];
}
const input = (more: Partial<Input> = {}): Input => ({
  facts: facts(),
  rules: DEFAULT_RULES,
  turnaround: Turnaround.parse({}),
  pools: () => [pool("NEURO", ["neuro"]), pool("BODY", ["body", "chest", "general"])],
  ...more,
});
const decide = ({ facts: studied, rules, ...ground }: Input) =>
  decidePrepared(compile({ rules, mapping: DEFAULT_SUBSPECIALTIES }), studied, ground);
const byHand = (more: Partial<ByHand>): ByHand => ({ urgency: null, urgencyReason: "", poolId: null, ...more });
const rule = (name: string, condition: RuleCondition, action: RoutingRule["action"]): RoutingRule => ({
  id: name,
  name,
  condition,
  action,
});
const matches = (condition: RuleCondition, studied: StudyFacts): boolean =>
  compile({ rules: [rule("r", condition, { raiseTo: "urgent" })], mapping: [] }).look(studied).matched.length === 1;

describe("routing", () => {
  it("[RT1] finds pool, urgency and clock, and says why in one sentence", () => {
    const decision = decide(input({ facts: facts({ procedureText: "CT head code stroke", patientClass: ["E"] }) }));
    expect(decision).toMatchObject({
      outcome: "routed",
      poolId: "NEURO",
      urgency: "stat",
      deadline: 1_000_000 + 30 * MINUTE,
    });
    expect(decision.summary).toBe(
      'NEURO, since it reads neuro; stat, since the rule "Stroke" raises it, due 30 min after the first image.',
    );
    expect(decision.explanation.rules.map(({ name, matched }) => [name, matched])).toEqual([
      ["Stroke", true],
      ["Major trauma", false],
      ["Emergency department", true],
    ]);
    expect(decision.explanation.rules[1]?.because[0]).toMatch(/none of/);
  });

  it("[RT2] rules never lower the urgency that the order gave", () => {
    const actions = fc.array(fc.constantFrom(...URGENCIES), { maxLength: 6 });
    const priorities = fc.constantFrom("stat", "urgent", "routine");
    fc.assert(
      fc.property(actions, priorities, (raises, priority) => {
        const rules = raises.map((raiseTo, n) => rule(`r${n}`, { all: [] }, { raiseTo }));
        const { urgency } = decide(input({ rules, facts: facts({ priority: [priority] }) }));
        const most = Math.min(urgencyRank(priority as "stat"), ...raises.map(urgencyRank));
        return urgencyRank(urgency) === most;
      }),
    );
  });

  it("[RT3] what a person decided stands whatever the rules say", () => {
    const decision = decide(
      input({
        facts: facts({ procedureText: "stroke" }),
        byHand: byHand({ urgency: "routine", urgencyReason: "scheduled control", poolId: "BODY" }),
      }),
    );
    expect(decision).toMatchObject({ urgency: "routine", poolId: "BODY" });
  });

  it("[RT4] falls back along the pools when nobody is credentialed, and says so; cycles end", () => {
    const pools = [
      pool("NEURO", ["neuro"], { credentialed: 0, fallbackPoolId: "BODY" }),
      pool("BODY", ["body", "general"], { fallbackPoolId: "NEURO" }),
    ];
    expect(decide(input({ pools: () => pools })).explanation.pool).toEqual({
      name: "BODY",
      because: "nobody in NEURO holds licence, privileges and subspecialty for it",
    });
    const nobody = decide(input({ pools: () => pools.map((p) => ({ ...p, credentialed: 0 })) }));
    expect(nobody).toMatchObject({ outcome: "unroutable", poolId: null });
    expect(nobody.summary).toBe(
      "Can't be routed: nobody in NEURO, BODY holds licence, privileges and subspecialty for it.",
    );
  });

  it("[RT5] a rule that names a pool that is not there makes the study unroutable, not lost", () => {
    const decision = decide(input({ rules: [rule("to nowhere", { all: [] }, { pool: "CARDIAC" })] }));
    expect(decision.outcome).toBe("unroutable");
    expect(decision.summary).toMatch(/names the pool CARDIAC, which does not exist/);
    expect(decision.deadline).not.toBeNull();
  });

  it("[RT6] the same input gives the same decision; prepared, fast and traced decisions agree with the plain reading of the rules", () => {
    fc.assert(
      fc.property(fc.array(anyRule, { maxLength: 12 }), anyFacts, (rules, studied) => {
        expect(rules.every(({ condition }) => RuleCondition.safeParse(condition).success)).toBe(true);
        const prepared = compile({ rules, mapping: DEFAULT_SUBSPECIALTIES });
        const ground = input();
        const traced = decidePrepared(prepared, studied, ground);
        expect(decidePrepared(prepared, studied, ground)).toEqual(traced);
        const { value } = subspecialtyOf(studied, DEFAULT_SUBSPECIALTIES);
        const expected = rules.map(({ condition }) => plainly(condition, studied, value));
        expect(traced.explanation.rules.map(({ matched }) => matched)).toEqual(expected);
        expect(traced.matched).toEqual(expected.flatMap((matched, at) => (matched ? [at] : [])));
        expect(traced).toMatchObject(fastOf(decideFast(prepared, studied, ground)));
        const stored = decidePrepared(prepared, studied, ground, "matched").explanation.rules;
        expect(stored).toEqual(traced.explanation.rules.filter(({ matched }) => matched));
      }),
    );
  });

  it("[RT12] rules that match nothing change nothing, wherever they stand", () => {
    fc.assert(
      fc.property(fc.array(anyRule, { minLength: 1, maxLength: 8 }), anyFacts, fc.nat(), (rules, studied, seed) => {
        const { value } = subspecialtyOf(studied, DEFAULT_SUBSPECIALTIES);
        const [apply, idle] = [true, false].map((wanted) =>
          rules.filter(({ condition }) => plainly(condition, studied, value) === wanted),
        ) as [RoutingRule[], RoutingRule[]];
        const mixed = [...apply];
        for (const [n, one] of idle.entries()) mixed.splice((seed * (n + 7)) % (mixed.length + 1), 0, one);
        const without = (list: RoutingRule[]) => {
          const { matched: _places, explanation, ...rest } = decide(input({ rules: list, facts: studied }));
          return { ...rest, explanation: { ...explanation, rules: [] } };
        };
        expect(without(mixed)).toEqual(without(apply));
      }),
    );
  });

  it("[RT13] not is the opposite, and a rule switched off is not asked", () => {
    fc.assert(
      fc.property(anyCondition, anyFacts, (condition, studied) => {
        expect(matches({ not: condition }, studied)).toBe(!matches(condition, studied));
      }),
    );
    const off = { ...rule("off", { all: [] }, { pool: "BODY" }), enabled: false };
    expect(decide(input({ rules: [off] }))).toMatchObject({ poolId: "NEURO", explanation: { rules: [] } });
  });

  it("[RT14] further pools, double reads and notices add up over the rules that match", () => {
    const decision = decide(
      input({
        rules: [
          rule("a", { all: [] }, { also: ["BODY", "NEURO"], notify: { roles: ["operator"] } }),
          rule("b", { all: [] }, { doubleRead: true, notify: { roles: ["operator"], pools: ["BODY"] } }),
        ],
      }),
    );
    expect(decision).toMatchObject({
      poolId: "NEURO",
      alsoPoolIds: ["BODY"],
      doubleRead: true,
      notify: { roles: ["operator"], pools: ["body"] },
      explanation: { also: ["BODY"], doubleRead: true },
    });
  });

  it("[RT15] a closed pool hands on to the next that is open; where all are closed, the study waits in the first", () => {
    const pools = (bodyOpen: boolean) => [
      pool("NEURO", ["neuro"], { open: false, fallbackPoolId: "BODY" }),
      pool("BODY", ["body", "general"], { open: bodyOpen }),
    ];
    expect(decide(input({ pools: () => pools(true) })).explanation.pool).toEqual({
      name: "BODY",
      because: "NEURO is closed now",
    });
    expect(decide(input({ pools: () => pools(false) })).explanation.pool).toEqual({
      name: "NEURO",
      because: "it reads neuro; it waits there until the pool opens",
    });
  });

  it("[RT16] referrer, ward, weekday, contract and AI results are asked too", () => {
    const studied = facts({
      contract: ["NIGHTS"],
      referrer: "Dr Priya Raman",
      ward: "4 West",
      weekday: 6,
      aiResults: [
        { name: "ICH triage", finding: "haemorrhage", present: true },
        { name: "LVO triage", finding: "occlusion", present: false },
      ],
    });
    const held: RuleCondition[] = [
      { field: "contract", is: ["nights"] },
      { field: "referrer", contains: ["raman"] },
      { field: "ward", contains: ["west"] },
      { field: "weekday", is: [6, 7] },
      { field: "aiResult", finding: ["Haemorrhage"] },
      { field: "aiResult", name: "ich triage", finding: ["haemorrhage", "fracture"] },
    ];
    expect(held.map((condition) => matches(condition, studied))).toEqual(held.map(() => true));
    expect(matches({ field: "aiResult", finding: ["occlusion"] }, studied)).toBe(false);
    expect(matches({ field: "aiResult", name: "LVO triage", finding: ["haemorrhage"] }, studied)).toBe(false);
  });

  it("[RT7] hours wrap over midnight, and are the site's, across a change of clocks", () => {
    const night: RuleCondition = { field: "hour", from: 22, to: 6 };
    const at = (hour: number) => matches(night, facts({ localHour: hour }));
    expect([21, 22, 0, 5, 6].map(at)).toEqual([false, true, true, true, false]);
    const beforeAndAfter = ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z"].map((t) =>
      localHour(Date.parse(t), "America/New_York"),
    );
    expect(beforeAndAfter).toEqual([1, 1, 2]);
    expect(wallClock(Date.parse("2026-11-01T04:30:00Z"), "Pacific/Auckland")).toEqual({ hour: 17, weekday: 7 });
  });

  it.each([
    ["CTHEAD", "HEAD", "CT Head", "CT", "neuro"],
    ["", "", "CT OVERHEAD TEST", "CT", "general"],
    ["", "", "XR Knee 3 views", "DX", "msk"],
    ["", "CHEST", "", "CR", "chest"],
    ["", "", "CT chest abdomen pelvis", "CT", "body"],
    ["", "", "Cardiac MR stress", "MR", "cardiac"],
    ["", "", "screening", "MG", "breast"],
  ])("[RT8] %s %s %s %s reads as %s", (code, part, text, modality, expected) => {
    const found = subspecialtyOf(
      facts({ procedureCode: [code], bodyPart: [part], procedureText: text, modality: [modality] }),
      DEFAULT_SUBSPECIALTIES,
    );
    expect(found.value).toBe(expected);
  });

  it("[RT9] a subspecialty without a pool of its own goes to the general readers, and says so", () => {
    const decision = decide(input({ facts: facts({ bodyPart: ["BREAST"], modality: ["MG"], procedureText: "" }) }));
    expect(decision).toMatchObject({ outcome: "routed", poolId: "BODY", subspecialty: "general" });
    expect(decision.explanation.subspecialty.because).toMatch(/no pool reads breast apart/);
  });

  it("[RT10] refuses rules that do nothing, unknown fields and empty lists", () => {
    expect(RuleAction.safeParse({}).success).toBe(false);
    expect(RuleAction.safeParse({ lowerTo: "routine" }).success).toBe(false);
    expect(RuleCondition.safeParse({ field: "modality", is: [] }).success).toBe(false);
    expect(RuleCondition.safeParse({ field: "haircolour", is: ["red"] }).success).toBe(false);
  });

  it("[RT11] a rule's time only shortens what the contract owes", () => {
    const within = (turnaroundMinutes: number) =>
      decide(input({ rules: [rule("r", { all: [] }, { turnaroundMinutes })] })).explanation.clock?.minutes;
    expect([within(20), within(100_000)]).toEqual([20, 24 * 60]);
  });
});

function fastOf(decision: ReturnType<typeof decideFast>) {
  const { outcome, subspecialty, urgency, poolId, alsoPoolIds, clockStartedAt, deadline, doubleRead, notify, matched } =
    decision;
  return { outcome, subspecialty, urgency, poolId, alsoPoolIds, clockStartedAt, deadline, doubleRead, notify, matched };
}
