import { HOUR, type Instant, MINUTE } from "../kernel/instant.js";

/**
 * One comparison of a device's clock with ours. behindMs: our receipt minus the device's own time. A message and a procedure step are sent
 * as they are made, so it is the device's error; an image was acquired before it was sent, so its delay is in it too.
 */
export interface ClockSample {
  readonly kind: "image" | "message" | "step";
  readonly behindMs: number;
}

/** Flagged beyond this. */
export const SKEW_LIMIT = 2 * MINUTE;
/** Farther apart it is no clock's error but an old study sent again. */
export const SKEW_HORIZON = 14 * HOUR;
/** Fewer samples say nothing: one late retransmission is no clock. */
export const SKEW_SAMPLES = 5;

export interface SkewEstimate {
  readonly samples: number;
  /** How far the device's clock is ahead of ours (negative: behind), ms; 0 where it can't be told. */
  readonly aheadMs: number;
  /** Median distance of the samples from their median: how sure it is. */
  readonly spreadMs: number;
  readonly flagged: boolean;
}

/** The middle of the values; of an even number the lower one of the two, so that it is a value that was seen. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] ?? 0;
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
}

/**
 * How wrong a device's clock is. Robust: half of the samples less one may be anything. From messages and procedure steps it is the median.
 * From images alone the delay of a queue looks like a clock that is behind, so that "behind" is believed only where even the
 * quickest tenth of the images came so late; "ahead" (images from our future) has no innocent explanation and is the median.
 */
export function estimateSkew(samples: readonly ClockSample[]): SkewEstimate {
  const near = samples.filter(({ behindMs }) => Math.abs(behindMs) <= SKEW_HORIZON);
  const direct = near.filter(({ kind }) => kind !== "image").map(({ behindMs }) => behindMs);
  const believed = direct.length >= SKEW_SAMPLES ? direct : near.map(({ behindMs }) => behindMs);
  if (believed.length < SKEW_SAMPLES) return { samples: believed.length, aheadMs: 0, spreadMs: 0, flagged: false };
  const middle = median(believed);
  const behind = direct.length >= SKEW_SAMPLES || middle < 0 ? middle : Math.max(0, quantile(believed, 0.1));
  const spreadMs = median(believed.map((value) => Math.abs(value - middle)));
  // Subtracting from zero, since -0 is not what a screen should get.
  return { samples: believed.length, aheadMs: 0 - behind, spreadMs, flagged: Math.abs(behind) > SKEW_LIMIT };
}

/** "The clock of CT1 is 4 min ahead of ours (by 23 comparisons)." Whole hours are a time zone more often than a clock. */
export function skewInWords(device: string, estimate: SkewEstimate): string {
  const minutes = Math.round(Math.abs(estimate.aheadMs) / MINUTE);
  const hours = Math.round(Math.abs(estimate.aheadMs) / (HOUR / 2)) / 2;
  const wholeHours = hours >= 0.5 && Math.abs(Math.abs(estimate.aheadMs) - hours * HOUR) < SKEW_LIMIT;
  const span = wholeHours ? `${hours} h` : `${minutes} min`;
  const side = estimate.aheadMs > 0 ? "ahead of" : "behind";
  const hint = wholeHours ? " Check its time zone first." : "";
  return `The clock of ${device} is ${span} ${side} ours (by ${estimate.samples} comparisons).${hint}`;
}

/** An examination is not believed to have ended earlier than this before its first image. */
export const EXAM_END_BOUND = 4 * HOUR;

export interface ExamEnd {
  readonly at: Instant;
  /** What was done to the device's word; "" where it stands as it was said. */
  readonly correction: string;
}

/**
 * When an examination ended, from what its device said. Corrected by the device's known skew where that is flagged; never later than we heard
 * of it (`heardAt`), and never earlier than four hours before the first image: a wrong clock must not make a study late before it came.
 */
export function examEnd(
  said: Instant,
  about: { readonly firstInstanceAt: Instant; readonly heardAt: Instant; readonly skew: SkewEstimate | null },
): ExamEnd {
  const skew = about.skew?.flagged ? about.skew.aheadMs : 0;
  const corrected = said - skew;
  const earliest = about.firstInstanceAt - EXAM_END_BOUND;
  const minutes = Math.round(Math.abs(skew) / MINUTE);
  const correction =
    skew === 0 ? "" : `corrected by ${minutes} min, since the device's clock is ${skew > 0 ? "ahead" : "behind"}`;
  if (corrected > about.heardAt)
    return {
      at: about.heardAt,
      correction: join(correction, "the device said a time in our future: the time we heard of it counts"),
    };
  if (corrected < earliest)
    return {
      at: about.firstInstanceAt,
      correction: join(correction, "the device said a time too long before the first image: the first image counts"),
    };
  return { at: corrected, correction };
}

const join = (...parts: string[]): string => parts.filter((part) => part !== "").join("; ");
