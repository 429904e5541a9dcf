import type { Instant } from "../kernel/instant.js";

/**
 * How it is known how many images a study has. step: the modality's performed procedure step lists them; commitment: the sender asked us to
 * confirm that we hold them, by name; query: the sender's archive answered how many it has; quiet: nobody said, no image came for the site's quiet time.
 */
export const EXPECTATION_SOURCES = ["step", "commitment", "query"] as const;
export type ExpectationSource = (typeof EXPECTATION_SOURCES)[number];

export interface Expectation {
  readonly source: ExpectationSource;
  readonly instances: number;
  /** By Series Instance UID, where the source says so. */
  readonly series: Readonly<Record<string, number>>;
  /** The step was discontinued, or is not over: more may come or fewer. */
  readonly final: boolean;
  readonly at: Instant;
}

export interface SeriesCount {
  readonly seriesInstanceUid: string;
  readonly received: number;
  readonly expected: number | null;
}

export interface Completeness {
  readonly received: number;
  readonly expected: number | null;
  readonly missing: number;
  readonly how: ExpectationSource | "quiet" | "arriving";
  readonly series: readonly SeriesCount[];
  /** "All 240 images are here (the modality's own list)." */
  readonly sentence: string;
}

export const HOW_WE_KNOW: Readonly<Record<Completeness["how"], string>> = {
  step: "by the modality's own list",
  commitment: "by the sender's storage commitment",
  query: "by asking the sender's archive",
  quiet: "no image came for the site's quiet time; nobody has said how many there are",
  arriving: "images are still arriving",
};

/** Which word counts: the modality's own list before the sender's commitment before a count that was asked for. */
export function bestExpectation(expectations: readonly Expectation[]): Expectation | null {
  for (const source of EXPECTATION_SOURCES) {
    const found = expectations.find((one) => one.source === source && one.final && one.instances > 0);
    if (found) return found;
  }
  return null;
}

export function completeness(
  received: Readonly<Record<string, number>>,
  expectations: readonly Expectation[],
  arriving: boolean,
): Completeness {
  const total = Object.values(received).reduce((sum, count) => sum + count, 0);
  const best = bestExpectation(expectations);
  const named = new Set([...Object.keys(received), ...Object.keys(best?.series ?? {})]);
  const series = [...named].map((seriesInstanceUid) => ({
    seriesInstanceUid,
    received: received[seriesInstanceUid] ?? 0,
    expected: best?.series[seriesInstanceUid] ?? null,
  }));
  const missing = best ? missingOf(total, best, series) : 0;
  const how: Completeness["how"] = best?.source ?? (arriving ? "arriving" : "quiet");
  const counts = { received: total, expected: best?.instances ?? null, missing, how, series };
  return { ...counts, sentence: sentence(counts) };
}

/** By series where they are known: a series that nobody announced (a reformat, a dose report) does not make up for a missing one. */
function missingOf(total: number, best: Expectation, series: readonly SeriesCount[]): number {
  if (Object.keys(best.series).length === 0) return Math.max(0, best.instances - total);
  return series.reduce((sum, one) => sum + Math.max(0, (one.expected ?? 0) - one.received), 0);
}

function sentence(counts: Omit<Completeness, "sentence">): string {
  const { received, expected, missing, how } = counts;
  if (expected === null) return `${images(received)} so far: ${HOW_WE_KNOW[how]}.`;
  if (missing === 0) return `All ${images(expected)} are here, ${HOW_WE_KNOW[how]}.`;
  return `${missing} of ${images(expected)} ${missing === 1 ? "is" : "are"} missing, ${HOW_WE_KNOW[how]}.`;
}

const images = (count: number): string => `${count} image${count === 1 ? "" : "s"}`;
