import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE } from "../kernel/instant.js";
import { Turnaround } from "./contract.js";
import {
  DEFAULT_RULES,
  decide,
  localHour,
  type PoolFacts,
  type RoutingInput,
  type RoutingRule,
  RuleAction,
  RuleCondition,
  type StudyFacts,
  subspecialtyOf,
  test,
} from "./routing.js";
import { DEFAULT_SUBSPECIALTIES } from "./subspecialties.js";
import { URGENCIES, urgencyRank } from "./urgency.js";

const facts = (more: Partial<StudyFacts> = {}): StudyFacts => ({
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
  completeAt: null,
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
const input = (more: Partial<RoutingInput> = {}): RoutingInput => ({
  facts: facts(),
  rules: DEFAULT_RULES,
  mapping: DEFAULT_SUBSPECIALTIES,
  turnaround: Turnaround.parse({}),
  byHand: { urgency: null, urgencyReason: "", poolId: null },
  pools: () => [pool("NEURO", ["neuro"]), pool("BODY", ["body", "chest", "general"])],
  ...more,
});
const rule = (name: string, condition: RuleCondition, action: RoutingRule["action"]): RoutingRule => ({
  id: name,
  name,
  condition,
  action,
});

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
        byHand: { urgency: "routine", urgencyReason: "scheduled control", poolId: "BODY" },
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

  it("[RT6] the same input gives the same decision, whatever the conditions", () => {
    const leaf: fc.Arbitrary<RuleCondition> = fc.oneof(
      fc.record({
        field: fc.constantFrom("modality", "site", "priority"),
        is: fc.array(fc.constantFrom("CT", "MR", "ED", "stat"), { minLength: 1, maxLength: 3 }),
      }),
      fc.record({
        field: fc.constant("hour" as const),
        from: fc.integer({ min: 0, max: 23 }),
        to: fc.integer({ min: 0, max: 24 }),
      }),
      fc.record({ field: fc.constant("age" as const), from: fc.integer({ min: 0, max: 90 }) }),
    ) as fc.Arbitrary<RuleCondition>;
    const tree = fc.letrec<{ node: RuleCondition }>((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.record({ all: fc.array(tie("node"), { maxLength: 3 }) }),
        fc.record({ any: fc.array(tie("node"), { minLength: 1, maxLength: 3 }) }),
        fc.record({ not: tie("node") }),
      ),
    })).node;
    fc.assert(
      fc.property(tree, fc.integer({ min: 0, max: 23 }), (condition, hour) => {
        expect(RuleCondition.safeParse(condition).success).toBe(true);
        const studied = { ...facts({ localHour: hour }), subspecialty: ["neuro"] };
        const [plain, negated] = [test(condition, studied), test({ not: condition }, studied)];
        expect(negated.matched).toBe(!plain.matched);
        const asked = input({
          rules: [rule("r", condition, { raiseTo: "urgent" })],
          facts: facts({ localHour: hour }),
        });
        expect(decide(asked)).toEqual(decide(asked));
      }),
    );
  });

  it("[RT7] hours wrap over midnight, and are the site's, across a change of clocks", () => {
    const night: RuleCondition = { field: "hour", from: 22, to: 6 };
    const at = (hour: number) => test(night, { ...facts({ localHour: hour }), subspecialty: [] }).matched;
    expect([21, 22, 0, 5, 6].map(at)).toEqual([false, true, true, true, false]);
    const beforeAndAfter = ["2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z", "2026-11-01T07:30:00Z"].map((t) =>
      localHour(Date.parse(t), "America/New_York"),
    );
    expect(beforeAndAfter).toEqual([1, 1, 2]);
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
