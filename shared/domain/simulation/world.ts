import type { Instant } from "../../kernel/instant.js";
import type { Turnaround } from "../contract.js";
import type { Reader } from "../eligibility.js";
import type { RuleSet } from "../routing/rules.js";

/** What is simulated. Everything here is plain values, so that a world can be handed to a worker thread. Instants in ms. */
export interface World {
  readonly sites: readonly SimSite[];
  readonly pools: readonly SimPool[];
  readonly readers: readonly SimReader[];
  readonly ruleSet: RuleSet;
}

export interface SimSite {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly hospitalId: string;
  readonly hospitalCode: string;
  readonly jurisdiction: string;
  readonly timeZone: string;
  /** null: no reading group is under contract with the hospital. */
  readonly contract: SimContract | null;
}

export interface SimContract {
  readonly id: string;
  readonly name: string;
  readonly turnaround: Turnaround;
  /** Share of studies that must be in time, 0 to 1. */
  readonly target: number;
}

export interface SimPool {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly subspecialties: readonly string[];
  readonly fallbackPoolId: string | null;
  /** "push": a study is given to a reader when it comes, though the reader still reads another. "pull" (default): readers take the next. */
  readonly assignment?: "pull" | "push";
}

export interface Span {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

export interface SimReader {
  readonly id: string;
  readonly name: string;
  /** Credentials as the hub has them; whether the reader is at work follows from the shifts. */
  readonly scope: Omit<Reader, "shift" | "onBreak">;
  /** Reading times are divided by this: 1 reads at the expected pace. */
  readonly pace: number;
  readonly shifts: readonly (Span & { readonly breaks: readonly Span[] })[];
}

/** A kind of study: what routing sees of it, and how long it takes to read. */
export interface StudyKind {
  readonly code: string;
  readonly text: string;
  readonly modalities: readonly string[];
  readonly bodyPart: string;
  readonly rvu: number;
  /** Expected reading time in minutes at pace 1. */
  readonly readingMinutes: number;
  /** Kinds of one batch follow each other without a change of mind, as "CT head" after "CT head". */
  readonly batch: string;
}

/**
 * Studies in the order of their first image, a column each: a million of them must fit and be walked quickly. kind, site, priority and
 * patientClass are positions in the lists of those names.
 */
export interface Arrivals {
  readonly count: number;
  readonly kinds: readonly StudyKind[];
  readonly priorities: readonly string[];
  readonly patientClasses: readonly string[];
  readonly firstAt: Float64Array;
  /** All images are in and the study can be read. */
  readonly readableAt: Float64Array;
  readonly kind: Int32Array;
  readonly site: Int32Array;
  readonly priority: Uint8Array;
  readonly patientClass: Uint8Array;
  /** Years; NaN where unknown. */
  readonly age: Float32Array;
  /** Time to read at pace 1, ms: drawn once, so that every policy meets the same studies. */
  readonly readingMs: Float32Array;
  /** Position of the reader who read the patient's last study, -1: nobody here. */
  readonly priorReader: Int32Array;
  readonly instances: Int32Array;
  readonly megabytes: Float32Array;
}

/** Empty columns for `count` studies. */
export function emptyArrivals(
  count: number,
  lists: Pick<Arrivals, "kinds" | "priorities" | "patientClasses">,
): Arrivals {
  return {
    ...lists,
    count,
    firstAt: new Float64Array(count),
    readableAt: new Float64Array(count),
    kind: new Int32Array(count),
    site: new Int32Array(count),
    priority: new Uint8Array(count),
    patientClass: new Uint8Array(count),
    age: new Float32Array(count),
    readingMs: new Float32Array(count),
    priorReader: new Int32Array(count).fill(-1),
    instances: new Int32Array(count),
    megabytes: new Float32Array(count),
  };
}
