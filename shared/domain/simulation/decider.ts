import { compile, type Prepared as PreparedRules } from "../routing/compile.js";
import { leavesOf } from "../routing/conditions.js";
import { decide } from "../routing/decide.js";
import type { PoolFacts, StudyFacts } from "../routing/facts.js";
import { decideFast } from "../routing/outcome.js";
import { isEnabled, type RuleSet } from "../routing/rules.js";
import type { Urgency } from "../urgency.js";
import type { SimContract } from "./world.js";

/** What the simulator asks routing of a study: where it goes and what is owed. */
export interface SimDecision {
  readonly poolId: string | null;
  readonly alsoPoolIds: readonly string[];
  readonly subspecialty: string;
  readonly urgency: Urgency;
  /** Owed after the clock's start; null where no contract sets one. */
  readonly minutes: number | null;
  readonly clockFrom: "first_image" | "complete";
  /** Why it goes nowhere; "" where it goes somewhere. */
  readonly unroutable: string;
}

/**
 * The narrow door to the routing rules. Studies that agree in everything that rules can see get one decision: `ages`, `hours` and
 * `weekdays` are where the rules draw their lines, so that ages and hours between two lines count as the same.
 */
export interface Decider {
  readonly ages: readonly number[];
  readonly hours: readonly number[];
  /** Rules ask for the day of the week. */
  readonly weekdays: boolean;
  decide(
    facts: StudyFacts,
    contract: SimContract | null,
    pools: (subspecialty: string) => readonly PoolFacts[],
  ): SimDecision;
}

/** The rules as they run in the hub. */
export function ruleDecider(ruleSet: RuleSet): Decider {
  const rules = compile(ruleSet);
  const ages = new Set<number>();
  const hours = new Set<number>();
  let weekdays = false;
  for (const leaf of ruleSet.rules.filter(isEnabled).flatMap(({ condition }) => leavesOf(condition))) {
    if (leaf.field === "age") for (const line of [leaf.from, leaf.below]) if (line !== undefined) ages.add(line);
    if (leaf.field === "hour") for (const line of [leaf.from, leaf.to % 24]) hours.add(line);
    if (leaf.field === "weekday") weekdays = true;
  }
  const sorted = (lines: Set<number>) => [...lines].sort((a, b) => a - b);
  return {
    ...{ ages: sorted(ages), hours: sorted(hours), weekdays },
    decide: (facts, contract, pools) => decideBy(rules, facts, contract, pools),
  };
}

const FIRST = 0;
const COMPLETE = 1_000;

function decideBy(
  rules: PreparedRules,
  facts: StudyFacts,
  contract: SimContract | null,
  pools: (subspecialty: string) => readonly PoolFacts[],
): SimDecision {
  // Two moments that can be told apart: which of them the clock starts at holds for every study that looks the same. The examination ends
  // with its images, and the order is there before them: synthetic hospitals know no other times.
  const times = {
    firstInstanceAt: FIRST,
    matchedAt: FIRST,
    completeAt: COMPLETE,
    lastInstanceAt: COMPLETE,
    examEndAt: COMPLETE,
  };
  const ground = { turnaround: contract?.turnaround ?? null, pools };
  const decision = decideFast(rules, { ...facts, ...times }, ground);
  return {
    poolId: decision.poolId,
    alsoPoolIds: decision.alsoPoolIds,
    subspecialty: decision.subspecialty,
    urgency: decision.urgency,
    minutes: decision.minutes,
    clockFrom: decision.clockStartedAt === FIRST ? "first_image" : "complete",
    unroutable: decision.poolId === null ? decide(rules, { ...facts, ...times }, ground, "matched").summary : "",
  };
}

/** Number of lines at or below the value: which interval it lies in. */
export function interval(lines: readonly number[], value: number): number {
  let n = 0;
  while (n < lines.length && (lines[n] as number) <= value) n++;
  return n;
}
