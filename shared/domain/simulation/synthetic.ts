import { DAY, HOUR, type Instant } from "../../kernel/instant.js";
import { synthesise, workByHour } from "./arrivals.js";
import { ruleDecider } from "./decider.js";
import { type RunOptions, run } from "./engine.js";
import { type SyntheticWorld, syntheticWorld } from "./hospitals.js";
import { outcomeOf } from "./outcome.js";
import type { Outcome } from "./outcome-types.js";
import type { Policy } from "./policy.js";
import { type Prepared, prepare } from "./prepare.js";
import { withRoster } from "./roster.js";
import type { Arrivals } from "./world.js";
import { zoneClock } from "./zone.js";

/** A synthetic night or a span of whole days. */
export interface SyntheticRequest {
  readonly kind: "night" | "days";
  readonly seed: number;
  readonly studies: number;
  readonly hospitals: number;
  readonly readers: number;
  /** Day on the group's wall clock on which it begins, days since 1970. */
  readonly day: number;
  /** Days of arrivals where kind is "days". */
  readonly days?: number;
}

export const GROUP_ZONE = "America/New_York";
/** Hospitals send from 19:00 to 07:00 of their own day, so that the group's night ends when it is 07:00 on the other coast, and somewhat later. */
const NIGHT = { from: 19 * HOUR, arrivals: 15 * HOUR, after: 2 * HOUR, sendHours: { from: 19, to: 7 } } as const;

export interface Synthetic {
  readonly world: SyntheticWorld;
  readonly arrivals: Arrivals;
  readonly from: Instant;
  readonly until: Instant;
}

/** Hospitals, readers with their shifts, and the studies of the span. */
export function synthetic(request: SyntheticRequest): Synthetic {
  const clock = zoneClock(GROUP_ZONE);
  const night = request.kind === "night";
  const from = clock.instantOf(request.day, night ? NIGHT.from : 0);
  const last = night ? from + NIGHT.arrivals : clock.instantOf(request.day + (request.days ?? 1), 0);
  const until = last + NIGHT.after;
  const world = syntheticWorld({ ...request, from, until });
  const traffic = {
    studies: request.studies,
    from,
    until: last,
    sites: world.sites,
    sources: world.sources,
    ...(night ? { sendHours: NIGHT.sendHours } : {}),
  };
  const readers = withRoster(world.readers, {
    ...{ seed: request.seed, from, until, timeZone: GROUP_ZONE, work: workByHour(traffic, GROUP_ZONE) },
    ...(night ? { shiftHours: [8, 9], pattern: [1, 0] as const } : { shiftHours: [8, 9], pattern: [5, 2] as const }),
  });
  const arrivals = synthesise({ ...traffic, seed: request.seed, readers: readers.length });
  return { world: { ...world, readers }, arrivals, from, until };
}

/** Decided by the world's own rules. */
export const prepared = ({ world, arrivals, from, until }: Synthetic): Prepared =>
  prepare(world, arrivals, ruleDecider(world.ruleSet), { from, until });

/** The same arrivals and reading times under each policy. */
export const compare = (ready: Prepared, policies: readonly Policy[], options: RunOptions = {}): Outcome[] =>
  policies.map((policy) => outcomeOf(run(ready, policy, options)));

export const dayOf = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day) / DAY;
