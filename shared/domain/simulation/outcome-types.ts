import type { Instant } from "../../kernel/instant.js";
import type { Urgency } from "../urgency.js";
import type { PolicyName } from "./policy.js";

/**
 * Minutes from the clock's start (from the first image where no contract sets a clock) to the report. What still waits at the end counts
 * with the time until then: a policy that leaves studies over must not look quick by it. What nobody may read does not count.
 */
export interface Times {
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
}

/** studies: those whose clock counts: read, or past their time. attainment null where there is none. */
export interface Tally {
  readonly studies: number;
  readonly read: number;
  readonly met: number;
  readonly late: number;
  readonly attainment: number | null;
  readonly turnaround: Times;
}

export interface Outcome {
  readonly policy: PolicyName;
  readonly studies: number;
  readonly read: number;
  readonly waiting: number;
  readonly unreadable: number;
  readonly all: Tally;
  readonly byUrgency: readonly (Tally & { readonly urgency: Urgency })[];
  readonly byContract: readonly (Tally & {
    readonly contract: string;
    readonly target: number;
    readonly urgencies: readonly (Tally & { readonly urgency: Urgency })[];
  })[];
  readonly byPool: readonly (Tally & { readonly pool: string; readonly peak: number })[];
  /** Mean minutes of a read study that each part took: they add up to first image → report. */
  readonly parts: { readonly transfer: number; readonly queue: number; readonly reading: number };
  readonly queue: {
    readonly from: Instant;
    readonly stepMs: number;
    readonly most: readonly number[];
    readonly pools: readonly { readonly pool: string; readonly most: readonly number[] }[];
    readonly peak: number;
    readonly peakAt: Instant | null;
  };
  readonly readers: readonly ReaderOutcome[];
  readonly nobody: readonly Unread[];
  readonly longest: readonly LongWait[];
}

export interface ReaderOutcome {
  readonly name: string;
  readonly reads: number;
  readonly rvu: number;
  readonly hoursAtWork: number;
  readonly rvuPerHour: number;
  /** Share of the time at work that was spent reading; above 1 where the last study took longer than the shift. */
  readonly utilisation: number;
}

/** Studies that nobody could read, by reason. */
export interface Unread {
  readonly reason: string;
  readonly count: number;
  readonly sites: readonly string[];
  readonly example: string;
}

export interface LongWait {
  readonly site: string;
  readonly what: string;
  readonly urgency: Urgency;
  readonly readableAt: Instant;
  readonly waitedMinutes: number;
  readonly lateMinutes: number | null;
  readonly reader: string | null;
}
