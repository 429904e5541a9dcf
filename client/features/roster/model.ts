import type { RosterWeek, ShiftView } from "@readroom/shared/contract/http/roster.js";
import { addDays, dayOf, startOfDay } from "@readroom/shared/domain/roster/zone.js";
import { HOUR, type Instant } from "@readroom/shared/kernel/instant.js";

/** Where something lies on the week's axis, in per cent of its width. */
export interface Placed {
  readonly left: number;
  readonly width: number;
}

export function placed(span: { startsAt: Instant; endsAt: Instant }, from: Instant, to: Instant): Placed {
  const part = (at: Instant) => (100 * (Math.min(Math.max(at, from), to) - from)) / (to - from);
  return { left: part(span.startsAt), width: part(span.endsAt) - part(span.startsAt) };
}

export interface WeekDay extends Placed {
  readonly day: string;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** The days of a week in its zone: 23 and 25 hours long where the clock changes. */
export function daysOf(week: Pick<RosterWeek, "from" | "startsAt" | "endsAt" | "timeZone">): WeekDay[] {
  return Array.from({ length: 7 }, (_, at) => {
    const day = addDays(week.from, at);
    const span = { startsAt: startOfDay(day, week.timeZone), endsAt: startOfDay(addDays(day, 1), week.timeZone) };
    return { day, ...span, ...placed(span, week.startsAt, week.endsAt) };
  });
}

export interface Gap {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
  /** Somebody is at least on call for all of it. */
  readonly onCall: boolean;
}

/** Stretches of hours in which a pool is open and none of its members is on shift. */
export function gapsOf(cover: RosterWeek["coverage"][number], from: Instant): Gap[] {
  const gaps: Gap[] = [];
  cover.onShift.forEach((onShift, hour) => {
    if (onShift > 0 || !cover.open[hour]) return;
    const startsAt = from + hour * HOUR;
    const onCall = (cover.onCall[hour] ?? 0) > 0;
    const last = gaps.at(-1);
    if (last?.endsAt === startsAt && last.onCall === onCall)
      gaps[gaps.length - 1] = { ...last, endsAt: startsAt + HOUR };
    else gaps.push({ startsAt, endsAt: startsAt + HOUR, onCall });
  });
  return gaps;
}

/** Readers in the order of their first shift of the week; those without one after them. */
export function rowsOf(week: RosterWeek): { reader: RosterWeek["readers"][number]; shifts: ShiftView[] }[] {
  const rows = week.readers.map((reader) => ({
    reader,
    shifts: week.shifts.filter(({ userId }) => userId === reader.userId),
  }));
  return rows.sort(
    (a, b) =>
      (a.shifts[0]?.startsAt ?? Infinity) - (b.shifts[0]?.startsAt ?? Infinity) ||
      a.reader.name.localeCompare(b.reader.name),
  );
}

/** The Monday of the week that `at` is in. */
export function mondayOf(at: Instant, zone: string): string {
  const day = dayOf(at, zone);
  const weekday = new Date(`${day}T00:00:00Z`).getUTCDay();
  return addDays(day, -((weekday + 6) % 7));
}
