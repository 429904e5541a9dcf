import fc from "fast-check";
import { URGENCIES } from "../../urgency.js";
import { hourHolds } from "../compile.js";
import { PHRASE_FIELDS, type RuleCondition, TEXT_FIELDS } from "../conditions.js";
import { NO_FACTS, type StudyFacts } from "../facts.js";
import type { RoutingRule, RuleAction } from "../rules.js";
import { containsPhrase, same } from "../text.js";

/** The plain reading of a condition, asked part by part: what prepared rules are held against. */
export function plainly(condition: RuleCondition, facts: StudyFacts, subspecialty: string): boolean {
  if ("all" in condition) return condition.all.every((part) => plainly(part, facts, subspecialty));
  if ("any" in condition) return condition.any.some((part) => plainly(part, facts, subspecialty));
  if ("not" in condition) return !plainly(condition.not, facts, subspecialty);
  if ("contains" in condition)
    return condition.contains.some((phrase) => containsPhrase(facts[condition.field], phrase));
  switch (condition.field) {
    case "age": {
      const { ageYears } = facts;
      return ageYears !== null && ageYears >= (condition.from ?? 0) && ageYears < (condition.below ?? 1000);
    }
    case "hour":
      return hourHolds(condition, facts.localHour);
    case "weekday":
      return condition.is.includes(facts.weekday);
    case "aiResult":
      return facts.aiResults.some(
        (result) =>
          result.present &&
          (condition.name === undefined || same(condition.name, result.name)) &&
          condition.finding.some((wanted) => same(wanted, result.finding)),
      );
    default: {
      const values = condition.field === "subspecialty" ? [subspecialty] : facts[condition.field];
      return values.some((value) => value !== "" && condition.is.some((wanted) => same(wanted, value)));
    }
  }
}

const VALUES = ["CT", "ct", "MR", "ED", "stat", "HEAD", "E", "A1", "neuro", "general"];
const PHRASES = ["head", "CT head", "head trauma", "raman", "contrast", "é"];
const some = <T>(values: readonly T[]) => fc.array(fc.constantFrom(...values), { minLength: 1, maxLength: 3 });
const number = (max: number) => fc.integer({ min: 0, max });

const leaf: fc.Arbitrary<RuleCondition> = fc.oneof(
  fc.record({ field: fc.constantFrom(...TEXT_FIELDS), is: some(VALUES) }),
  fc.record({ field: fc.constantFrom(...PHRASE_FIELDS), contains: some(PHRASES) }),
  fc.record({ field: fc.constant("hour" as const), from: number(23), to: number(24) }),
  fc.record({ field: fc.constant("weekday" as const), is: some([1, 2, 6, 7]) }),
  fc.record({ field: fc.constant("age" as const), from: number(90), below: number(120) }),
  fc.record({ field: fc.constant("aiResult" as const), finding: some(["bleed", "Bleed", "clot"]) }),
  fc.record({ field: fc.constant("aiResult" as const), name: fc.constantFrom("X", "Y"), finding: some(["bleed"]) }),
);

export const anyCondition: fc.Arbitrary<RuleCondition> = fc.letrec<{ node: RuleCondition }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.record({ all: fc.array(tie("node"), { maxLength: 3 }) }),
    fc.record({ any: fc.array(tie("node"), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie("node") }),
  ),
})).node;

const anyAction: fc.Arbitrary<RuleAction> = fc.oneof(
  fc.constantFrom<RuleAction>({ pool: "NEURO" }, { pool: "BODY" }, { pool: "NOWHERE" }),
  fc.constantFrom<RuleAction>({ also: ["BODY"], notify: { pools: ["BODY"] } }, { also: ["BODY", "NEURO"] }),
  fc.constantFrom<RuleAction>({ subspecialty: "body", doubleRead: true }, { subspecialty: "breast" }),
  fc.constantFrom(...URGENCIES).map((raiseTo): RuleAction => ({ raiseTo })),
  fc.integer({ min: 1, max: 2000 }).map((turnaroundMinutes): RuleAction => ({ turnaroundMinutes })),
);

let made = 0;
export const anyRule: fc.Arbitrary<RoutingRule> = fc.tuple(anyCondition, anyAction).map(([condition, action]) => {
  made += 1;
  return { id: `rule-${made}`, name: `rule ${made}`, condition, action };
});

const some0 = <T>(values: readonly T[]) => fc.array(fc.constantFrom(...values), { maxLength: 2 });
export const anyFacts: fc.Arbitrary<StudyFacts> = fc
  .record({
    site: some0(VALUES),
    hospital: some0(VALUES),
    contract: some0(VALUES),
    modality: some0(VALUES),
    bodyPart: some0([...VALUES, ""]),
    procedureCode: some0(VALUES),
    priority: some0(["stat", "urgent", "routine", "whatever", ""]),
    patientClass: some0(VALUES),
    procedureText: some0(PHRASES).map((words) => words.join(" / ")),
    referrer: some0(PHRASES).map((words) => words.join(", ")),
    ward: some0(PHRASES).map((words) => words.join("-")),
    ageYears: fc.option(fc.double({ min: 0, max: 120, noNaN: true })),
    localHour: number(23),
    weekday: fc.integer({ min: 1, max: 7 }),
    aiResults: fc.array(
      fc.record({ name: fc.constantFrom("X", "Y"), finding: fc.constantFrom("bleed", "clot"), present: fc.boolean() }),
      { maxLength: 2 },
    ),
  })
  .map((facts) => ({ ...NO_FACTS, firstInstanceAt: 1_000_000, ...facts }));
