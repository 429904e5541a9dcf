import { z } from "zod";
import { type Instant, MINUTE } from "../kernel/instant.js";
import { clockStart, deadlineOf, minutesFor, type Turnaround } from "./contract.js";
import type { SubspecialtyMapping } from "./subspecialties.js";
import { moreUrgent, URGENCIES, type Urgency } from "./urgency.js";

const Words = z.array(z.string().trim().min(1).max(120)).min(1).max(200);
const TEXT_FIELDS = [
  "site",
  "hospital",
  "modality",
  "bodyPart",
  "procedureCode",
  "priority",
  "patientClass",
  "subspecialty",
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

/** Comparisons fold case. "hour" is the wall clock at the site, `to` not included, and may wrap over midnight (22 to 6). */
export type RuleCondition =
  | { readonly all: readonly RuleCondition[] }
  | { readonly any: readonly RuleCondition[] }
  | { readonly not: RuleCondition }
  | { readonly field: TextField; readonly is: readonly string[] }
  | { readonly field: "procedureText"; readonly contains: readonly string[] }
  | { readonly field: "age"; readonly from?: number | undefined; readonly below?: number | undefined }
  | { readonly field: "hour"; readonly from: number; readonly to: number };

const Leaf = z.union([
  z.strictObject({ field: z.enum(TEXT_FIELDS), is: Words }),
  z.strictObject({ field: z.literal("procedureText"), contains: Words }),
  z.strictObject({
    field: z.literal("age"),
    from: z.number().min(0).max(150).optional(),
    below: z.number().min(0).max(150).optional(),
  }),
  z.strictObject({
    field: z.literal("hour"),
    from: z.number().int().min(0).max(23),
    to: z.number().int().min(0).max(24),
  }),
]);

export const RuleCondition: z.ZodType<RuleCondition> = z.lazy(() =>
  z.union([
    Leaf,
    z.strictObject({ all: z.array(RuleCondition).max(50) }),
    z.strictObject({ any: z.array(RuleCondition).min(1).max(50) }),
    z.strictObject({ not: RuleCondition }),
  ]),
);

/** pool: its code. raiseTo never lowers. turnaroundMinutes only shortens what the contract owes. */
export const RuleAction = z
  .strictObject({
    pool: z.string().trim().min(1).max(40).optional(),
    subspecialty: z.string().trim().min(1).max(40).optional(),
    raiseTo: z.enum(URGENCIES).optional(),
    turnaroundMinutes: z.number().positive().max(100_000).optional(),
  })
  .refine((action) => Object.keys(action).length > 0, "a rule that does nothing");
export type RuleAction = z.infer<typeof RuleAction>;

export const SubspecialtyEntry = z.object({
  subspecialty: z.string().trim().min(1).max(40),
  codes: z.array(z.string().max(40)).default([]),
  bodyParts: z.array(z.string().max(40)).default([]),
  words: z.array(z.string().max(60)).default([]),
  modalities: z.array(z.string().max(16)).default([]),
});

export interface RoutingRule {
  readonly id: string;
  readonly name: string;
  readonly condition: RuleCondition;
  readonly action: RuleAction;
}

/** What a study says of itself and its order. "" where unknown; text fields may hold several values (modalities). */
export interface StudyFacts {
  readonly site: readonly string[];
  readonly hospital: readonly string[];
  readonly modality: readonly string[];
  readonly bodyPart: readonly string[];
  readonly procedureCode: readonly string[];
  readonly priority: readonly string[];
  readonly patientClass: readonly string[];
  readonly procedureText: string;
  readonly ageYears: number | null;
  /** 0–23 at the site's time zone when the first image came. */
  readonly localHour: number;
  readonly firstInstanceAt: Instant;
  readonly completeAt: Instant | null;
}

export interface PoolFacts {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly subspecialties: readonly string[];
  readonly fallbackPoolId: string | null;
  /** Members who hold every credential for this study, on shift or not. */
  readonly credentialed: number;
  /** Of those, on shift and not on a break now. */
  readonly readyNow: number;
}

export interface RoutingInput {
  readonly facts: StudyFacts;
  readonly rules: readonly RoutingRule[];
  readonly mapping: readonly SubspecialtyMapping[];
  readonly turnaround: Turnaround | null;
  /** What people have decided; it stands whatever the rules say. */
  readonly byHand: { readonly urgency: Urgency | null; readonly urgencyReason: string; readonly poolId: string | null };
  /** Pools of the group, for the subspecialty that `subspecialtyOf` finds. */
  pools(subspecialty: string): readonly PoolFacts[];
}

export interface RuleTrace {
  readonly name: string;
  readonly matched: boolean;
  readonly because: readonly string[];
}

export interface Explanation {
  readonly subspecialty: { readonly value: string; readonly because: string };
  readonly urgency: { readonly value: Urgency; readonly because: readonly string[] };
  readonly pool: { readonly name: string; readonly because: string } | null;
  readonly clock: {
    readonly startedAt: Instant;
    readonly deadline: Instant;
    readonly minutes: number;
    readonly because: string;
  } | null;
  readonly rules: readonly RuleTrace[];
}

export interface RoutingDecision {
  readonly outcome: "routed" | "unroutable";
  readonly subspecialty: string;
  readonly urgency: Urgency;
  readonly poolId: string | null;
  readonly clockStartedAt: Instant | null;
  readonly deadline: Instant | null;
  /** One sentence. */
  readonly summary: string;
  readonly explanation: Explanation;
}

/** Decides pool, urgency and clock of a study, and says why, rule by rule. Pure: the same input gives the same decision. */
export function decide(input: RoutingInput): RoutingDecision {
  const { facts, mapping } = input;
  const found = subspecialtyOf(facts, mapping);
  const withSubspecialty = { ...facts, subspecialty: [found.value] };
  const traced = input.rules.map((rule) => ({
    rule,
    trace: { name: rule.name, ...test(rule.condition, withSubspecialty) },
  }));
  const matched = traced.filter(({ trace }) => trace.matched).map(({ rule }) => rule);

  const named = namedSubspecialty(found, matched);
  const { value: subspecialty, because, pools } = asPoolsReadIt(input, named);
  const urgency = urgencyOf(input, matched);
  const pool = poolOf(input, pools, subspecialty, matched);
  const clock = clockOf(input, urgency.value, matched);
  const explanation: Explanation = {
    subspecialty: { value: subspecialty, because },
    urgency,
    pool: pool.pool ? { name: pool.pool.name, because: pool.because } : null,
    clock,
    rules: traced.map(({ trace }) => trace),
  };
  return {
    outcome: pool.pool ? "routed" : "unroutable",
    subspecialty,
    urgency: urgency.value,
    poolId: pool.pool?.id ?? null,
    clockStartedAt: clock?.startedAt ?? null,
    deadline: clock?.deadline ?? null,
    summary: pool.pool ? summary(pool.pool, pool.because, urgency, clock) : `Can't be routed: ${pool.because}.`,
    explanation,
  };
}

function summary(
  pool: PoolFacts,
  because: string,
  urgency: Explanation["urgency"],
  clock: Explanation["clock"],
): string {
  const why = urgency.because[0];
  const time = clock
    ? `, due ${shortMinutes(clock.minutes)} after ${clock.because.startsWith("complete") ? "the last image" : "the first image"}`
    : "";
  return `${pool.name}, since ${because}; ${urgency.value}${why ? `, since ${why}` : ""}${time}.`;
}

/** "45 min", "6 h", "2 d 12 h". */
export function shortMinutes(minutes: number): string {
  if (minutes < 120) return `${Math.round(minutes)} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d${hours % 24 ? ` ${hours % 24} h` : ""}`;
}

/** The subspecialty from procedure code, body part, words, in this order of trust over the whole mapping; "general" where none fits. */
export function subspecialtyOf(
  facts: StudyFacts,
  mapping: readonly SubspecialtyMapping[],
): { value: string; because: string } {
  const open = mapping.filter(
    (entry) => entry.modalities.length === 0 || entry.modalities.some((m) => holds(facts.modality, m)),
  );
  for (const entry of open) {
    const code = entry.codes.find((candidate) => holds(facts.procedureCode, candidate));
    if (code) return { value: entry.subspecialty, because: `the procedure code is ${code}` };
  }
  for (const entry of open) {
    const part = entry.bodyParts.find((candidate) => holds(facts.bodyPart, candidate));
    if (part) return { value: entry.subspecialty, because: `the body part is ${part}` };
  }
  for (const entry of open) {
    const word = entry.words.find((candidate) => containsPhrase(facts.procedureText, candidate));
    if (word) return { value: entry.subspecialty, because: `"${word}" is in the procedure's text` };
  }
  const alone = open.find(
    (entry) => entry.modalities.length > 0 && entry.codes.length + entry.bodyParts.length + entry.words.length === 0,
  );
  if (alone) return { value: alone.subspecialty, because: `the modality is ${facts.modality.join(", ")}` };
  return { value: "general", because: "neither code, body part nor text names another subspecialty" };
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
export const urgencyOfPriority = (priority: string): Urgency => PRIORITIES[priority.trim().toLowerCase()] ?? "routine";

/** The order's priority, raised by rules, never lowered; what a person set stands. */
function urgencyOf(input: RoutingInput, matched: readonly RoutingRule[]): Explanation["urgency"] {
  if (input.byHand.urgency)
    return { value: input.byHand.urgency, because: [input.byHand.urgencyReason || "a person set it"] };
  const priority = input.facts.priority.find((value) => value !== "") ?? "";
  let value = urgencyOfPriority(priority);
  const because = value === "routine" ? [] : [`the order says ${priority}`];
  for (const rule of matched) {
    const raised = rule.action.raiseTo ? moreUrgent(value, rule.action.raiseTo) : value;
    if (raised !== value) because.unshift(`the rule "${rule.name}" raises it`);
    value = raised;
  }
  return { value, because };
}

type Named = { readonly value: string; readonly because: string };

function namedSubspecialty(found: Named, matched: readonly RoutingRule[]): Named {
  const rule = matched.find((candidate) => candidate.action.subspecialty !== undefined);
  return rule?.action.subspecialty
    ? { value: rule.action.subspecialty, because: `the rule "${rule.name}" says so` }
    : found;
}

/** A group that keeps no pool for a subspecialty does not tell it apart: its general readers read it, and the explanation says so. */
function asPoolsReadIt(input: RoutingInput, named: Named): Named & { readonly pools: readonly PoolFacts[] } {
  const pools = input.pools(named.value);
  const kept = pools.some((pool) => reads(pool, named.value));
  if (kept || named.value === "general" || !pools.some((pool) => reads(pool, "general"))) return { ...named, pools };
  const because = `no pool reads ${named.value} apart (${named.because})`;
  return { value: "general", because, pools: input.pools("general") };
}

const reads = (pool: PoolFacts, subspecialty: string): boolean =>
  pool.subspecialties.some((s) => same(s, subspecialty));

/** The pool set by hand, else by the first rule that names one, else by subspecialty, else a general one; then along the fall-backs. */
function poolOf(
  input: RoutingInput,
  pools: readonly PoolFacts[],
  subspecialty: string,
  matched: readonly RoutingRule[],
): { pool: PoolFacts | null; because: string } {
  if (pools.length === 0) return { pool: null, because: "no reading group with a pool is under contract" };
  if (input.byHand.poolId) {
    const chosen = pools.find((pool) => pool.id === input.byHand.poolId);
    if (chosen) return { pool: chosen, because: "a person put it there" };
  }
  const ruled = matched.find((rule) => rule.action.pool !== undefined);
  const named = ruled && pools.find((pool) => same(pool.code, ruled.action.pool ?? ""));
  if (ruled && !named)
    return {
      pool: null,
      because: `the rule "${ruled.name}" names the pool ${ruled.action.pool}, which does not exist`,
    };
  const first = named ?? pools.find((pool) => reads(pool, subspecialty));
  if (!first) return { pool: null, because: `no pool reads ${subspecialty}` };
  const because = named ? `the rule "${ruled?.name}" says so` : `it reads ${subspecialty}`;
  return alongFallbacks(first, because, pools);
}

function alongFallbacks(
  first: PoolFacts,
  because: string,
  pools: readonly PoolFacts[],
): { pool: PoolFacts | null; because: string } {
  const seen = new Set<string>();
  for (let pool: PoolFacts | undefined = first; pool && !seen.has(pool.id); ) {
    if (pool.credentialed > 0)
      return {
        pool,
        because: pool === first ? because : `nobody in ${first.name} holds licence, privileges and subspecialty for it`,
      };
    seen.add(pool.id);
    const next: string | null = pool.fallbackPoolId;
    pool = pools.find((candidate) => candidate.id === next);
  }
  const tried = [...seen].map((id) => pools.find((pool) => pool.id === id)?.name ?? "").join(", ");
  return { pool: null, because: `nobody in ${tried} holds licence, privileges and subspecialty for it` };
}

function clockOf(input: RoutingInput, urgency: Urgency, matched: readonly RoutingRule[]): Explanation["clock"] {
  if (!input.turnaround) return null;
  const startedAt = clockStart(input.turnaround, input.facts);
  if (startedAt === null) return null;
  const owed = minutesFor(input.turnaround, urgency);
  let minutes = owed;
  let by = "";
  for (const rule of matched) {
    if (rule.action.turnaroundMinutes !== undefined && rule.action.turnaroundMinutes < minutes) {
      minutes = rule.action.turnaroundMinutes;
      by = rule.name;
    }
  }
  const from = input.turnaround.clockStarts === "complete" ? "complete" : "first image";
  const because = by
    ? `${from}, ${shortMinutes(minutes)} by the rule "${by}"`
    : `${from}, ${shortMinutes(owed)} for ${urgency} by the contract`;
  return { startedAt, deadline: deadlineOf(startedAt, minutes), minutes, because };
}

type Tested = { matched: boolean; because: string[] };
type Facts = StudyFacts & { readonly subspecialty: readonly string[] };

/** Does the condition hold, and which parts decided it, in words. */
export function test(condition: RuleCondition, facts: Facts): Tested {
  if ("all" in condition) {
    const parts = condition.all.map((part) => test(part, facts));
    const failed = parts.filter((part) => !part.matched);
    return {
      matched: failed.length === 0,
      because: (failed.length > 0 ? failed : parts).flatMap((part) => part.because),
    };
  }
  if ("any" in condition) {
    const parts = condition.any.map((part) => test(part, facts));
    const held = parts.filter((part) => part.matched);
    return {
      matched: held.length > 0,
      because: (held.length > 0 ? held.slice(0, 1) : parts).flatMap((part) => part.because),
    };
  }
  if ("not" in condition) {
    const inner = test(condition.not, facts);
    return { matched: !inner.matched, because: inner.because };
  }
  return testLeaf(condition, facts);
}

type LeafCondition = Extract<RuleCondition, { field: string }>;

function testLeaf(leaf: LeafCondition, facts: Facts): Tested {
  switch (leaf.field) {
    case "procedureText": {
      const phrase = leaf.contains.find((candidate) => containsPhrase(facts.procedureText, candidate));
      return phrase
        ? { matched: true, because: [`"${phrase}" is in the procedure's text`] }
        : { matched: false, because: [`none of "${leaf.contains.join('", "')}" is in the procedure's text`] };
    }
    case "age": {
      const { ageYears } = facts;
      if (ageYears === null) return { matched: false, because: ["the patient's age is not known"] };
      const matched = ageYears >= (leaf.from ?? 0) && ageYears < (leaf.below ?? Number.POSITIVE_INFINITY);
      return { matched, because: [`the patient is ${Math.floor(ageYears)}`] };
    }
    case "hour": {
      const { localHour } = facts;
      const matched =
        leaf.from <= leaf.to
          ? localHour >= leaf.from && localHour < leaf.to
          : localHour >= leaf.from || localHour < leaf.to;
      return { matched, because: [`it is ${String(localHour).padStart(2, "0")} h at the site`] };
    }
    default: {
      const values = facts[leaf.field].filter((value) => value !== "");
      const matched = leaf.is.some((candidate) => holds(values, candidate));
      return {
        matched,
        because: [`${LABEL[leaf.field]} ${values.length > 0 ? `is ${values.join(", ")}` : "is not known"}`],
      };
    }
  }
}

const LABEL: Record<TextField, string> = {
  site: "the site",
  hospital: "the hospital",
  modality: "the modality",
  bodyPart: "the body part",
  procedureCode: "the procedure code",
  priority: "the order's priority",
  patientClass: "the patient class",
  subspecialty: "the subspecialty",
};

const fold = (text: string): string => text.trim().toLowerCase();
const same = (a: string, b: string): boolean => fold(a) === fold(b);
const holds = (values: readonly string[], wanted: string): boolean => values.some((value) => same(value, wanted));

/** True where the phrase stands on word boundaries: "head" is in "CT HEAD W/O", not in "overhead". */
export function containsPhrase(text: string, phrase: string): boolean {
  const words = (value: string) =>
    ` ${fold(value)
      .replaceAll(/[^\p{L}\p{N}]+/gu, " ")
      .trim()} `;
  const wanted = words(phrase);
  return wanted.trim() !== "" && words(text).includes(wanted);
}

/** Hour of the day (0–23) in an IANA time zone. */
export function localHour(at: Instant, timeZone: string): number {
  return Number(new Intl.DateTimeFormat("en-GB", { hour: "2-digit", hourCycle: "h23", timeZone }).format(at));
}

/** Age in years on a day, from YYYY-MM-DD or YYYYMMDD; null where that is no date. */
export function ageInYears(birthDate: string | null, at: Instant): number | null {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(birthDate ?? "");
  if (!match) return null;
  const born = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return at < born ? null : (at - born) / (365.2425 * 24 * 60 * MINUTE);
}

/** The hub's own rules, for a group that has none yet: what minutes count in, and the emergency department before the wards. */
export const DEFAULT_RULES: readonly RoutingRule[] = [
  {
    id: "default-stroke",
    name: "Stroke",
    condition: { field: "procedureText", contains: ["stroke", "code stroke", "thrombolysis", "thrombectomy", "LVO"] },
    action: { raiseTo: "stat" },
  },
  {
    id: "default-trauma",
    name: "Major trauma",
    condition: { field: "procedureText", contains: ["trauma", "polytrauma", "dissection", "ruptured"] },
    action: { raiseTo: "stat" },
  },
  {
    id: "default-emergency",
    name: "Emergency department",
    condition: { field: "patientClass", is: ["E", "emergency", "ED"] },
    action: { raiseTo: "urgent" },
  },
];
