import type { Instant } from "../../kernel/instant.js";
import type { Role } from "../access.js";
import { clockStart, deadlineOf, minutesFor } from "../contract.js";
import { moreUrgent, type Urgency } from "../urgency.js";
import type { Prepared, Seen } from "./compile.js";
import { type Ground, NOT_BY_HAND, type PoolFacts, type StudyFacts } from "./facts.js";
import type { RoutingRule } from "./rules.js";
import { fold, same } from "./text.js";

/** A decision without its words. Indices in `matched` are into `prepared.rules`. */
export interface FastDecision {
  readonly outcome: "routed" | "unroutable";
  readonly subspecialty: string;
  readonly urgency: Urgency;
  readonly poolId: string | null;
  /** Further pools that may take the study too. */
  readonly alsoPoolIds: readonly string[];
  readonly clockStartedAt: Instant | null;
  readonly deadline: Instant | null;
  /** Owed from the clock's start; null without a contract. */
  readonly minutes: number | null;
  readonly doubleRead: boolean;
  readonly notify: { readonly roles: readonly Role[]; readonly pools: readonly string[] };
  readonly matched: readonly number[];
}

/** How each part came about, for the words that `decide` finds for it. */
export interface Outcome extends FastDecision {
  readonly seen: Seen;
  readonly subspecialtyBy: { readonly rule: RoutingRule | null; readonly named: string };
  readonly raisedBy: readonly RoutingRule[];
  readonly pool: Chosen;
  readonly minutesBy: RoutingRule | null;
}

export type Chosen =
  | { readonly pool: PoolFacts; readonly by: "hand" | "subspecialty" | RoutingRule; readonly passed: readonly Passed[] }
  | { readonly pool: null; readonly missing: Missing };
/** Pools along the fall-backs that could not take it. */
export interface Passed {
  readonly pool: PoolFacts;
  readonly because: "nobody" | "closed";
}
export type Missing =
  | { readonly what: "no_pools" }
  | { readonly what: "unknown_pool"; readonly rule: RoutingRule; readonly code: string }
  | { readonly what: "no_pool_reads"; readonly subspecialty: string }
  | { readonly what: "nobody"; readonly tried: readonly PoolFacts[] };

/**
 * The decision alone, for simulations and replays: the same as `decide` gives, without its explanation. Pure. `ground.pools` is asked
 * once or twice a decision: give it arrays that are kept, by site and subspecialty.
 */
export const decideFast = (prepared: Prepared, facts: StudyFacts, ground: Ground): FastDecision =>
  outcomeOf(prepared, facts, ground);

export function outcomeOf(prepared: Prepared, facts: StudyFacts, ground: Ground): Outcome {
  const seen = prepared.look(facts);
  const matched = seen.matched.map((index) => (prepared.rules[index] as Prepared["rules"][number]).rule);
  const byRule = matched.find(({ action }) => action.subspecialty !== undefined) ?? null;
  const named = byRule?.action.subspecialty ?? seen.found.value;
  const { subspecialty, pools } = asPoolsReadIt(ground, named);
  const urgency = urgencyOf(facts, ground, matched);
  const pool = poolOf(ground, pools, subspecialty, matched);
  const clock = clockOf(facts, ground, urgency.value, matched);
  return {
    outcome: pool.pool ? "routed" : "unroutable",
    subspecialty,
    urgency: urgency.value,
    poolId: pool.pool?.id ?? null,
    alsoPoolIds: pool.pool ? alsoPools(pools, pool.pool, matched) : [],
    clockStartedAt: clock?.startedAt ?? null,
    deadline: clock?.deadline ?? null,
    minutes: clock?.minutes ?? null,
    doubleRead: matched.some(({ action }) => action.doubleRead === true),
    notify: notifyOf(matched),
    matched: seen.matched,
    seen,
    subspecialtyBy: { rule: byRule, named },
    raisedBy: urgency.raisedBy,
    pool,
    minutesBy: clock?.by ?? null,
  };
}

const PRIORITIES: Record<string, Urgency> = {
  critical: "critical",
  stat: "stat",
  s: "stat",
  emergency: "stat",
  urgent: "urgent",
  asap: "urgent",
  a: "urgent",
  high: "urgent",
  "timing critical": "urgent",
  t: "urgent",
};

/** Urgency of an order's priority (HL7 TQ1-9 codes and words alike); routine for what is not known. */
export const urgencyOfPriority = (priority: string): Urgency => PRIORITIES[fold(priority)] ?? "routine";
export const KNOWN_PRIORITIES: readonly string[] = [
  ...Object.keys(PRIORITIES),
  "routine",
  "r",
  "preop",
  "p",
  "callback",
  "c",
];

/** The order's own, before any rule. */
export const priorityOf = (facts: StudyFacts): string => facts.priority.find((value) => value !== "") ?? "";

/** The order's priority, raised by rules, never lowered; what a person set stands. */
function urgencyOf(facts: StudyFacts, ground: Ground, matched: readonly RoutingRule[]) {
  const byHand = ground.byHand?.urgency;
  if (byHand) return { value: byHand, raisedBy: [] };
  let value = urgencyOfPriority(priorityOf(facts));
  const raisedBy: RoutingRule[] = [];
  for (const rule of matched) {
    const raised = rule.action.raiseTo ? moreUrgent(value, rule.action.raiseTo) : value;
    if (raised !== value) raisedBy.unshift(rule);
    value = raised;
  }
  return { value, raisedBy };
}

/** A group that keeps no pool for a subspecialty does not tell it apart: its general readers read it. */
function asPoolsReadIt(ground: Ground, named: string): { subspecialty: string; pools: readonly PoolFacts[] } {
  const pools = ground.pools(named);
  const kept = pools.some((pool) => reads(pool, named));
  if (kept || named === "general" || !pools.some((pool) => reads(pool, "general")))
    return { subspecialty: named, pools };
  return { subspecialty: "general", pools: ground.pools("general") };
}

const reads = (pool: PoolFacts, subspecialty: string): boolean =>
  pool.subspecialties.some((s) => same(s, subspecialty));

/** The pool set by hand, else by the first rule that names one, else by subspecialty; then along the fall-backs. */
function poolOf(
  ground: Ground,
  pools: readonly PoolFacts[],
  subspecialty: string,
  matched: readonly RoutingRule[],
): Chosen {
  if (pools.length === 0) return { pool: null, missing: { what: "no_pools" } };
  const byHand = (ground.byHand ?? NOT_BY_HAND).poolId;
  const chosen = byHand && pools.find((pool) => pool.id === byHand);
  if (chosen) return { pool: chosen, by: "hand", passed: [] };
  const rule = matched.find(({ action }) => action.pool !== undefined);
  const code = rule?.action.pool ?? "";
  const named = rule && pools.find((pool) => same(pool.code, code));
  if (rule && !named) return { pool: null, missing: { what: "unknown_pool", rule, code } };
  const first = named ?? pools.find((pool) => reads(pool, subspecialty));
  if (!first) return { pool: null, missing: { what: "no_pool_reads", subspecialty } };
  return alongFallbacks(first, rule ?? "subspecialty", pools);
}

/** The first open pool with somebody who may read it; where all such are closed, the first of them: it waits there until it opens. */
function alongFallbacks(first: PoolFacts, by: "subspecialty" | RoutingRule, pools: readonly PoolFacts[]): Chosen {
  const passed: Passed[] = [];
  let waits: Chosen | null = null;
  for (let pool: PoolFacts | undefined = first; pool && !passed.some((one) => one.pool.id === pool?.id); ) {
    if (pool.credentialed > 0) {
      const taken: Chosen = { pool, by, passed: [...passed] };
      if (pool.open !== false) return taken;
      waits ??= taken;
    }
    passed.push({ pool, because: pool.credentialed > 0 ? "closed" : "nobody" });
    const next: string | null = pool.fallbackPoolId;
    pool = pools.find((candidate) => candidate.id === next);
  }
  return waits ?? { pool: null, missing: { what: "nobody", tried: passed.map(({ pool }) => pool) } };
}

function alsoPools(pools: readonly PoolFacts[], main: PoolFacts, matched: readonly RoutingRule[]): string[] {
  const also = new Set<string>();
  for (const { action } of matched)
    for (const code of action.also ?? []) {
      const pool = pools.find((candidate) => same(candidate.code, code));
      if (pool && pool.id !== main.id && pool.credentialed > 0) also.add(pool.id);
    }
  return [...also];
}

const NOBODY: FastDecision["notify"] = { roles: [], pools: [] };

function notifyOf(matched: readonly RoutingRule[]): FastDecision["notify"] {
  const notices = matched.flatMap(({ action }) => action.notify ?? []);
  if (notices.length === 0) return NOBODY;
  return {
    roles: [...new Set(notices.flatMap(({ roles }) => roles ?? []))],
    pools: [...new Set(notices.flatMap(({ pools }) => (pools ?? []).map(fold)))],
  };
}

function clockOf(facts: StudyFacts, ground: Ground, urgency: Urgency, matched: readonly RoutingRule[]) {
  if (!ground.turnaround) return null;
  const startedAt = clockStart(ground.turnaround, facts, urgency);
  if (startedAt === null) return null;
  let minutes = minutesFor(ground.turnaround, urgency);
  let by: RoutingRule | null = null;
  for (const rule of matched) {
    if (rule.action.turnaroundMinutes !== undefined && rule.action.turnaroundMinutes < minutes) {
      minutes = rule.action.turnaroundMinutes;
      by = rule;
    }
  }
  return { startedAt, deadline: deadlineOf(startedAt, minutes) + (facts.pausedMs ?? 0), minutes, by };
}
