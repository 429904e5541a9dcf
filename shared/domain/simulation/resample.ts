import { HOUR, type Instant } from "../../kernel/instant.js";
import { cumulative, drawn, Random } from "./random.js";
import { type Arrivals, emptyArrivals } from "./world.js";

export interface ResampleRequest {
  readonly seed: number;
  /** Real studies to draw from: what comes next resembles what came. */
  readonly from: Arrivals;
  readonly begins: Instant;
  /** Expected studies, `rates[site][hour]` from `begins` on. */
  readonly rates: readonly (readonly number[])[];
}

/**
 * Studies to come: their number Poisson about what is expected, their times by the rates, and each one a real study of the same site drawn
 * with replacement, with its priority, kind, time of transfer and of reading.
 */
export function resample({ seed, from, begins, rates }: ResampleRequest): Arrivals {
  const chance = new Random(seed, "resample");
  const hours = rates[0]?.length ?? 0;
  const cells = rates.flat();
  const expected = cells.reduce((sum, rate) => sum + rate, 0);
  const bySite = rates.map((_, site) => studiesOf(from, site));
  const count = from.count === 0 ? 0 : poisson(chance, expected);
  const sums = cumulative(cells);
  const drawnStudies = Array.from({ length: count }, () => {
    const cell = drawn(sums, chance.uniform());
    const site = Math.floor(cell / hours);
    const own = bySite[site] as number[];
    const at = begins + ((cell % hours) + chance.uniform()) * HOUR;
    return { at, site, study: own.length > 0 ? (own[chance.below(own.length)] as number) : chance.below(from.count) };
  }).sort((a, b) => a.at - b.at);
  const made = emptyArrivals(count, from);
  for (const [i, { at, site, study }] of drawnStudies.entries()) {
    made.firstAt[i] = at;
    made.readableAt[i] = at + ((from.readableAt[study] as number) - (from.firstAt[study] as number));
    made.site[i] = site;
    for (const column of [
      "kind",
      "priority",
      "patientClass",
      "age",
      "readingMs",
      "priorReader",
      "instances",
      "megabytes",
    ] as const)
      made[column][i] = from[column][study] as number;
  }
  return made;
}

function studiesOf({ count, site }: Arrivals, wanted: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < count; i++) if (site[i] === wanted) found.push(i);
  return found;
}

/** Knuth's product below 30, the normal approximation above. */
export function poisson(chance: Random, mean: number): number {
  if (mean > 30) return Math.max(0, Math.round(mean + Math.sqrt(mean) * chance.normal()));
  const limit = Math.exp(-mean);
  let n = 0;
  for (let product = chance.uniform(); product > limit; product *= chance.uniform()) n++;
  return n;
}

/** One after the other, in the order given: of two sets of columns with the same lists. */
export function joined(first: Arrivals, second: Arrivals): Arrivals {
  const made = emptyArrivals(first.count + second.count, first);
  for (const [key, column] of Object.entries(made)) {
    if (!ArrayBuffer.isView(column)) continue;
    const target = column as Float64Array;
    target.set(first[key as "firstAt"], 0);
    target.set(second[key as "firstAt"], first.count);
  }
  return made;
}
