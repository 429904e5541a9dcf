import { z } from "zod";
import type { Instant } from "../../kernel/instant.js";
import { TimeText } from "./pattern.js";
import { addDays, dayOf, localInstant, weekdayOf } from "./zone.js";

/** Open on some weekdays between two times of the pool's own zone; an end that is not after the start is on the next day. */
export const OpeningHours = z.object({
  weekdays: z.array(z.number().int().min(1).max(7)).min(1, "at least one day of the week").max(7),
  from: TimeText,
  to: TimeText,
});
export type OpeningHours = z.infer<typeof OpeningHours>;

/** Is the pool open at `now`? Without opening hours it always is. */
export function isOpen(hours: readonly OpeningHours[], zone: string, now: Instant): boolean {
  if (hours.length === 0) return true;
  const today = dayOf(now, zone);
  return [addDays(today, -1), today].some((day) => windowsOn(hours, zone, day).some(([a, b]) => a <= now && now < b));
}

/** When a pool that is closed now opens next, within eight days; null where it is open, or never opens. */
export function opensNext(hours: readonly OpeningHours[], zone: string, now: Instant): Instant | null {
  if (isOpen(hours, zone, now)) return null;
  const today = dayOf(now, zone);
  for (let ahead = 0; ahead <= 8; ahead += 1) {
    const starts = windowsOn(hours, zone, addDays(today, ahead))
      .filter(([a, b]) => a > now && b > a)
      .map(([a]) => a);
    if (starts.length > 0) return Math.min(...starts);
  }
  return null;
}

function windowsOn(hours: readonly OpeningHours[], zone: string, day: string): [Instant, Instant][] {
  return hours
    .filter(({ weekdays }) => weekdays.includes(weekdayOf(day)))
    .map(({ from, to }) => [localInstant(day, from, zone), localInstant(to > from ? day : addDays(day, 1), to, zone)]);
}

export interface PoolLink {
  readonly id: string;
  readonly name: string;
  readonly fallbackPoolId: string | null;
}

/** The names along a ring of fall-backs, "Neuro → Body → Neuro"; null where every chain ends. */
export function fallbackCycle(pools: readonly PoolLink[]): string | null {
  const byId = new Map(pools.map((pool) => [pool.id, pool]));
  for (const first of pools) {
    const seen: PoolLink[] = [];
    for (let pool: PoolLink | undefined = first; pool; pool = byId.get(pool.fallbackPoolId ?? "")) {
      const at = seen.indexOf(pool);
      if (at >= 0) return [...seen.slice(at), pool].map(({ name }) => name).join(" → ");
      seen.push(pool);
    }
  }
  return null;
}
