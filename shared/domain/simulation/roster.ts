import { DAY, HOUR, type Instant, MINUTE } from "../../kernel/instant.js";
import { Random } from "./random.js";
import type { SimReader } from "./world.js";
import { zoneClock } from "./zone.js";

type Shifts = SimReader["shifts"];

export interface RosterRequest {
  readonly seed: number;
  readonly from: Instant;
  readonly until: Instant;
  readonly timeZone: string;
  /** Reader-hours of work by hour of the day (`workByHour`). */
  readonly work: readonly number[];
  /** Lengths that a shift may have, whole hours. */
  readonly shiftHours: readonly number[];
  /** Days on and days off in turn; [1, 0] works every day. */
  readonly pattern: readonly [on: number, off: number];
}

/**
 * Shifts for every reader, begun where the work is: one reader after the other takes the start that covers most of what is not
 * covered yet. Each has a break of half an hour about the middle. Wall clock times of one zone, so that a night on which clocks change is an
 * hour longer or shorter.
 */
export function withRoster(readers: readonly SimReader[], request: RosterRequest): SimReader[] {
  const [on, off] = request.pattern;
  const share = on / (on + off);
  const mean = request.shiftHours.reduce((sum, hours) => sum + hours, 0) / request.shiftHours.length;
  const wanted = scaled(request.work, readers.length * share * (mean - 0.5));
  const covered = new Array<number>(24).fill(0);
  const chosen = readers.map(() => placed(wanted, covered, request.shiftHours, share));
  // Each is asked again once all others stand, until that changes little.
  for (let pass = 0; pass < 4; pass++)
    for (const [n, shift] of chosen.entries()) {
      cover(covered, shift, -share);
      chosen[n] = placed(wanted, covered, request.shiftHours, share);
    }
  return readers.map((reader, n) => {
    const { start, hours } = chosen[n] as Placed;
    const phase = new Random(request.seed, `phase ${n}`).below(on + off);
    return { ...reader, shifts: shiftsOf(request, start, hours, phase) };
  });
}

interface Placed {
  readonly start: number;
  readonly hours: number;
}

/** The shift that leaves the smallest sum of squared gaps: an hour that lacks two readers is worse than two hours that lack one. */
function placed(wanted: readonly number[], covered: number[], lengths: readonly number[], share: number): Placed {
  let best = { start: 0, hours: lengths[0] ?? 8, gain: Number.NEGATIVE_INFINITY };
  for (const hours of lengths)
    for (let start = 0; start < 24; start++) {
      let gain = 0;
      for (let h = 0; h < hours; h++) {
        const hour = (start + h) % 24;
        const gap = (wanted[hour] as number) - (covered[hour] as number);
        gain += gap ** 2 - (gap - share) ** 2;
      }
      if (gain > best.gain) best = { start, hours, gain };
    }
  cover(covered, best, share);
  return best;
}

function cover(covered: number[], { start, hours }: Placed, by: number): void {
  for (let h = 0; h < hours; h++) covered[(start + h) % 24] = (covered[(start + h) % 24] as number) + by;
}

function scaled(work: readonly number[], hours: number): number[] {
  const all = work.reduce((total, value) => total + value, 0);
  return work.map((value) => (all > 0 ? (value * hours) / all : 0));
}

function shiftsOf(request: RosterRequest, startHour: number, hours: number, phase: number): Shifts {
  const clock = zoneClock(request.timeZone);
  const [on, off] = request.pattern;
  const shifts: Shifts[number][] = [];
  for (let day = clock.dayOf(request.from) - 1; day <= clock.dayOf(request.until); day++) {
    if ((((day + phase) % (on + off)) + on + off) % (on + off) >= on) continue;
    const startsAt = clock.instantOf(day, startHour * HOUR);
    const endHour = startHour + hours;
    const endsAt = clock.instantOf(day + Math.floor(endHour / 24), (endHour % 24) * HOUR);
    if (endsAt <= request.from || startsAt >= request.until + DAY / 2) continue;
    const middle = (startsAt + endsAt) / 2 + (((phase * 7) % 5) - 2) * 15 * MINUTE;
    const breaks = hours >= 6 ? [{ startsAt: middle, endsAt: middle + 30 * MINUTE }] : [];
    shifts.push({ startsAt, endsAt, breaks });
  }
  return shifts;
}
