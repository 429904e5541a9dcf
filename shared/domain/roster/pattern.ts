import { z } from "zod";
import type { Instant } from "../../kernel/instant.js";
import { addDays, type Day, dayOf, daysBetween, isDay, isTimeZone, localInstant, mondayOf, weekdayOf } from "./zone.js";

/** on_call: reachable, and asked only where the caller of eligibility says so. */
export const ShiftKind = z.enum(["shift", "on_call"]);
export type ShiftKind = z.infer<typeof ShiftKind>;

export const DayText = z.string().refine(isDay, "must be a day of the calendar, such as 2026-11-25");
export const TimeText = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "must be a time of day, such as 19:00");
export const ZoneText = z.string().max(64).refine(isTimeZone, "must be an IANA time zone, such as Europe/Berlin");

/**
 * Shifts that come again: on some weekdays (1 Monday … 7 Sunday) of every Nth week, counted from the week of `from`, by the wall clock of
 * `timeZone`. An end that is not after the start is on the next day; the same time twice is a whole day.
 */
export const ShiftPattern = z
  .object({
    kind: ShiftKind.default("shift"),
    weekdays: z.array(z.number().int().min(1).max(7)).min(1, "at least one day of the week").max(7),
    everyWeeks: z.number().int().min(1).max(52).default(1),
    starts: TimeText,
    ends: TimeText,
    timeZone: ZoneText,
    from: DayText,
    /** The last day on which a shift may start; null: until further notice. */
    until: DayText.nullable().default(null),
  })
  .refine(({ from, until }) => until === null || until >= from, {
    message: "the last day is before the first",
    path: ["until"],
  });
export type ShiftPattern = z.infer<typeof ShiftPattern>;

export interface Occurrence {
  /** The day on which it starts, by the pattern's own zone: what makes it the same occurrence whenever it is expanded. */
  readonly day: Day;
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/**
 * The shifts of a pattern that overlap [from, to), in order. A night of 23 or 25 hours gives a shift that is shorter or longer; one that
 * the spring jump swallows whole is left out.
 */
export function expand(pattern: ShiftPattern, from: Instant, to: Instant): Occurrence[] {
  if (to <= from) return [];
  const found: Occurrence[] = [];
  // A shift that began the day before may still run.
  const earliest = addDays(dayOf(from, pattern.timeZone), -1);
  const last = dayOf(to, pattern.timeZone);
  const end = pattern.until !== null && pattern.until < last ? pattern.until : last;
  for (let day = later(earliest, pattern.from); day <= end; day = addDays(day, 1)) {
    if (!startsOn(pattern, day)) continue;
    const one = occurrenceOn(pattern, day);
    if (one.endsAt > one.startsAt && one.startsAt < to && one.endsAt > from) found.push(one);
  }
  return found;
}

const later = (a: Day, b: Day): Day => (daysBetween(a, b) > 0 ? b : a);

function startsOn(pattern: ShiftPattern, day: Day): boolean {
  if (!pattern.weekdays.includes(weekdayOf(day))) return false;
  const weeks = daysBetween(mondayOf(pattern.from), mondayOf(day)) / 7;
  return weeks % pattern.everyWeeks === 0;
}

function occurrenceOn(pattern: ShiftPattern, day: Day): Occurrence {
  const endDay = pattern.ends > pattern.starts ? day : addDays(day, 1);
  return {
    day,
    startsAt: localInstant(day, pattern.starts, pattern.timeZone),
    endsAt: localInstant(endDay, pattern.ends, pattern.timeZone),
  };
}

const NAMES = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** "Mon, Tue 19:00–07:00 every 2 weeks, America/New_York". */
export function patternInWords(pattern: ShiftPattern): string {
  const days = [...new Set(pattern.weekdays)].sort((a, b) => a - b);
  const named = days.length === 7 ? "Every day" : days.map((day) => NAMES[day - 1]).join(", ");
  const weeks = pattern.everyWeeks === 1 ? "" : ` every ${pattern.everyWeeks} weeks`;
  return `${named} ${pattern.starts}–${pattern.ends}${weeks}, ${pattern.timeZone}`;
}
