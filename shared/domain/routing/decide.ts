import type { Instant } from "../../kernel/instant.js";
import { type ClockStart, clockNotes, shortMinutes, startsFor } from "../contract.js";
import type { Urgency } from "../urgency.js";
import type { Prepared } from "./compile.js";
import { type RuleTrace, traces } from "./explain.js";
import type { Ground, PoolFacts, StudyFacts } from "./facts.js";
import { type Chosen, type FastDecision, type Outcome, outcomeOf, priorityOf, urgencyOfPriority } from "./outcome.js";

export { shortMinutes };

export interface Explanation {
  readonly subspecialty: { readonly value: string; readonly because: string };
  readonly urgency: { readonly value: Urgency; readonly because: readonly string[] };
  readonly pool: { readonly name: string; readonly because: string } | null;
  /** Names of pools that may take it too. */
  readonly also: readonly string[];
  readonly doubleRead: boolean;
  readonly clock: {
    readonly startedAt: Instant;
    readonly deadline: Instant;
    readonly minutes: number;
    /** What started it, as "the first image". */
    readonly since: string;
    readonly because: string;
  } | null;
  readonly rules: readonly RuleTrace[];
}

export interface RoutingDecision extends FastDecision {
  /** One sentence. */
  readonly summary: string;
  readonly explanation: Explanation;
}

/**
 * Decides pool, urgency and clock of a study, and says why. Pure: the same input gives the same decision. explain: "all" traces every
 * rule in force; "matched" only those that apply (what is stored; the others are found again from the stored facts and the version).
 */
export function decide(
  prepared: Prepared,
  facts: StudyFacts,
  ground: Ground,
  explain: "all" | "matched" = "all",
): RoutingDecision {
  const { seen, subspecialtyBy, raisedBy, pool, minutesBy, ...fast } = outcomeOf(prepared, facts, ground);
  const outcome: Outcome = { ...fast, seen, subspecialtyBy, raisedBy, pool, minutesBy };
  const clock = clockWords(outcome, ground, seen.facts);
  const urgency = { value: fast.urgency, because: urgencyWords(outcome, ground) };
  const because = poolWords(pool, fast.subspecialty);
  return {
    ...fast,
    summary: pool.pool ? summary(pool.pool, because, urgency, clock) : `Can't be routed: ${because}.`,
    explanation: {
      subspecialty: { value: fast.subspecialty, because: subspecialtyWords(outcome) },
      urgency,
      pool: pool.pool ? { name: pool.pool.name, because } : null,
      also: alsoNames(fast, ground),
      doubleRead: fast.doubleRead,
      clock,
      rules: explain === "all" ? traces(prepared, seen) : traces(prepared, seen, seen.matched),
    },
  };
}

function alsoNames(fast: FastDecision, ground: Ground): string[] {
  if (fast.alsoPoolIds.length === 0) return [];
  const pools = ground.pools(fast.subspecialty);
  return fast.alsoPoolIds.map((id) => pools.find((pool) => pool.id === id)?.name ?? "");
}

function summary(
  pool: PoolFacts,
  because: string,
  urgency: Explanation["urgency"],
  clock: Explanation["clock"],
): string {
  const why = urgency.because[0];
  const time = clock ? `, due ${shortMinutes(clock.minutes)} after ${clock.since}` : "";
  return `${pool.name}, since ${because}; ${urgency.value}${why ? `, since ${why}` : ""}${time}.`;
}

function subspecialtyWords({ subspecialty, subspecialtyBy: { rule, named }, seen }: Outcome): string {
  const because = rule ? `the rule "${rule.name}" says so` : seen.found.because;
  return subspecialty === named ? because : `no pool reads ${named} apart (${because})`;
}

function urgencyWords({ raisedBy, seen }: Outcome, ground: Ground): string[] {
  if (ground.byHand?.urgency) return [ground.byHand.urgencyReason || "a person set it"];
  const priority = priorityOf(seen.facts);
  return [
    ...raisedBy.map(({ name }) => `the rule "${name}" raises it`),
    ...(urgencyOfPriority(priority) === "routine" ? [] : [`the order says ${priority}`]),
  ];
}

function poolWords(chosen: Chosen, subspecialty: string): string {
  if (chosen.pool) {
    const passed = chosen.passed[0];
    if (passed)
      return passed.because === "closed"
        ? `${passed.pool.name} is closed now`
        : `nobody in ${passed.pool.name} holds licence, privileges and subspecialty for it`;
    if (chosen.by === "hand") return "a person put it there";
    const own = chosen.by === "subspecialty" ? `it reads ${subspecialty}` : `the rule "${chosen.by.name}" says so`;
    return chosen.pool.open === false ? `${own}; it waits there until the pool opens` : own;
  }
  const { missing } = chosen;
  switch (missing.what) {
    case "no_pools":
      return "no reading group with a pool is under contract";
    case "unknown_pool":
      return `the rule "${missing.rule.name}" names the pool ${missing.code}, which does not exist`;
    case "no_pool_reads":
      return `no pool reads ${missing.subspecialty}`;
    case "nobody": {
      const tried = missing.tried.map(({ name }) => name).join(", ");
      return `nobody in ${tried} holds licence, privileges and subspecialty for it`;
    }
  }
}

function clockWords(outcome: Outcome, ground: Ground, facts: StudyFacts): Explanation["clock"] {
  const { clockStartedAt: startedAt, deadline, minutes, minutesBy } = outcome;
  if (startedAt === null || deadline === null || minutes === null) return null;
  const since = ground.turnaround ? SINCE[startsFor(ground.turnaround, outcome.urgency)] : "";
  const because = minutesBy
    ? `${since}, ${shortMinutes(minutes)} by the rule "${minutesBy.name}"`
    : `${since}, ${shortMinutes(minutes)} for ${outcome.urgency} by the contract`;
  const notes = ground.turnaround ? clockNotes(ground.turnaround, facts, outcome.urgency) : "";
  return { startedAt, deadline, minutes, since, because: because + notes };
}

const SINCE: Record<ClockStart, string> = {
  first_image: "the first image",
  last_image: "the last image",
  complete: "the last image",
  order_matched: "the order was matched",
  exam_end: "the end of the exam",
};
