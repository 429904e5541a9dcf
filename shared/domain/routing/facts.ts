import { z } from "zod";
import { type Instant, MINUTE } from "../../kernel/instant.js";
import type { Turnaround } from "../contract.js";
import { URGENCIES, type Urgency } from "../urgency.js";

const Values = z.array(z.string()).default([]);

/** One answer of an algorithm about the study: "cerebral haemorrhage" of "ICH triage", present or not. */
export const AiResult = z.object({ name: z.string(), finding: z.string(), present: z.boolean() });
export type AiResult = z.infer<typeof AiResult>;

/**
 * What routing sees of a study and its order. "" or nothing where unknown; text fields may hold several values (site: code and id,
 * modalities). Stored with each decision, so that another set of rules can be tried on the same facts later: new fields need defaults.
 */
export const StudyFacts = z.object({
  site: Values,
  hospital: Values,
  contract: Values,
  modality: Values,
  bodyPart: Values,
  procedureCode: Values,
  priority: Values,
  patientClass: Values,
  procedureText: z.string().default(""),
  referrer: z.string().default(""),
  ward: z.string().default(""),
  ageYears: z.number().nullable().default(null),
  /** 0–23 and 1 (Monday) – 7 at the site when the first image came. */
  localHour: z.number().int().default(0),
  weekday: z.number().int().default(1),
  aiResults: z.array(AiResult).default([]),
  firstInstanceAt: z.number(),
  completeAt: z.number().nullable().default(null),
  lastInstanceAt: z.number().nullish(),
  matchedAt: z.number().nullish(),
  examEndAt: z.number().nullish(),
  examEndNote: z.string().optional(),
  pausedMs: z.number().optional(),
});
export interface StudyFacts {
  readonly site: readonly string[];
  readonly hospital: readonly string[];
  readonly contract: readonly string[];
  readonly modality: readonly string[];
  readonly bodyPart: readonly string[];
  readonly procedureCode: readonly string[];
  readonly priority: readonly string[];
  readonly patientClass: readonly string[];
  readonly procedureText: string;
  readonly referrer: string;
  readonly ward: string;
  readonly ageYears: number | null;
  readonly localHour: number;
  readonly weekday: number;
  readonly aiResults: readonly AiResult[];
  readonly firstInstanceAt: Instant;
  readonly completeAt: Instant | null;
  /** What else may start a contract's clock (see contract.ts). */
  readonly lastInstanceAt?: Instant | null | undefined;
  readonly matchedAt?: Instant | null | undefined;
  readonly examEndAt?: Instant | null | undefined;
  readonly examEndNote?: string | undefined;
  /** How long the clock stood still for the hospital, ended pauses. */
  readonly pausedMs?: number | undefined;
}

/** A study of which nothing is known: the start of a literal. */
export const NO_FACTS: StudyFacts = {
  ...{ site: [], hospital: [], contract: [], modality: [], bodyPart: [], procedureCode: [], priority: [] },
  ...{ patientClass: [], procedureText: "", referrer: "", ward: "", ageYears: null, localHour: 0, weekday: 1 },
  ...{ aiResults: [], firstInstanceAt: 0, completeAt: null },
};

/** What people have decided; it stands whatever the rules say. */
export const ByHand = z.object({
  urgency: z.enum(URGENCIES).nullable().default(null),
  urgencyReason: z.string().default(""),
  poolId: z.string().nullable().default(null),
});
export interface ByHand {
  readonly urgency: Urgency | null;
  readonly urgencyReason: string;
  readonly poolId: string | null;
}
export const NOT_BY_HAND: ByHand = { urgency: null, urgencyReason: "", poolId: null };

export interface PoolFacts {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly subspecialties: readonly string[];
  readonly fallbackPoolId: string | null;
  /** Within its opening hours now; left out: always open. */
  readonly open?: boolean | undefined;
  /** Members who hold every credential for this study, on shift or not. */
  readonly credentialed: number;
  /** Of those, on shift and not on a break now. */
  readonly readyNow: number;
}

/** What a decision stands on beside the study's own facts. */
export interface Ground {
  readonly turnaround: Turnaround | null;
  readonly byHand?: ByHand | undefined;
  /** Pools of the group as they stand for a study of this subspecialty at its site. */
  pools(subspecialty: string): readonly PoolFacts[];
}

/** Hour of the day (0–23) in an IANA time zone. */
export const localHour = (at: Instant, timeZone: string): number => wallClock(at, timeZone).hour;

interface WallClock {
  readonly hour: number;
  readonly weekday: number;
}
const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const formats = new Map<string, Intl.DateTimeFormat>();
const clocks = new Map<string, WallClock>();
const QUARTER = 15 * MINUTE;
const MOST_CLOCKS = 10_000;

/**
 * Hour (0–23) and weekday (1 = Monday … 7) in an IANA time zone. Kept by the quarter of an hour, since asking the formatter takes longer than
 * the rest of a decision; no zone has changed its offset at another moment since 1986.
 */
export function wallClock(at: Instant, timeZone: string): WallClock {
  const key = `${timeZone} ${Math.floor(at / QUARTER)}`;
  const known = clocks.get(key);
  if (known) return known;
  if (clocks.size >= MOST_CLOCKS) clocks.clear();
  const clock = askClock(at, timeZone);
  clocks.set(key, clock);
  return clock;
}

function askClock(at: Instant, timeZone: string): WallClock {
  let format = formats.get(timeZone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", weekday: "short", hourCycle: "h23", timeZone });
    formats.set(timeZone, format);
  }
  const parts = format.formatToParts(at);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? "";
  return { hour: Number(part("hour")), weekday: WEEKDAYS.indexOf(part("weekday")) + 1 };
}

/** Age in years on a day, from YYYY-MM-DD or YYYYMMDD; null where that is no date. */
export function ageInYears(birthDate: string | null, at: Instant): number | null {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(birthDate ?? "");
  if (!match) return null;
  const born = Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]));
  return at < born ? null : (at - born) / (365.2425 * 24 * 60 * MINUTE);
}
