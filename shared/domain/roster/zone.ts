import { Temporal } from "temporal-polyfill";
import type { Instant } from "../../kernel/instant.js";

/** A calendar day, "2026-11-25". It becomes a span of time only with a zone. */
export type Day = string;

/** Is it an IANA zone that this machine knows? */
export function isTimeZone(name: string): boolean {
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    // "+02:00" is a zone to Temporal, but has no daylight saving: nobody's wall clock.
    return /^[A-Za-z]/.test(name);
  } catch {
    return false; // RangeError is how Temporal says no
  }
}

/** Is it a day of the calendar, written YYYY-MM-DD? */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  try {
    return Temporal.PlainDate.from(text, { overflow: "reject" }).toString() === text;
  } catch {
    return false; // 30 February
  }
}

/**
 * The instant at which the wall clock of `zone` first shows `time` ("HH:MM") on `day`, or would: a time that the spring night leaves out
 * is the moment of the jump, one that the autumn night has twice is the first of the two. So local times keep their order, a shift
 * never ends before it starts, and one that ends when the next begins leaves neither gap nor overlap.
 */
export function localInstant(day: Day, time: string, zone: string): Instant {
  const wall = Temporal.PlainDate.from(day).toPlainDateTime(Temporal.PlainTime.from(time));
  const first = wall.toZonedDateTime(zone, { disambiguation: "earlier" });
  if (first.toPlainDateTime().equals(wall)) return first.epochMilliseconds;
  return first.getTimeZoneTransition("next")?.epochMilliseconds ?? first.epochMilliseconds;
}

/** The first instant of a day: 00:00, or later where the clock jumps over midnight. */
export const startOfDay = (day: Day, zone: string): Instant =>
  Temporal.PlainDate.from(day).toZonedDateTime(zone).epochMilliseconds;

/** The first instant after a day: until then, and no longer, does what is "valid through" it hold. */
export const endOfDay = (day: Day, zone: string): Instant => startOfDay(addDays(day, 1), zone);

export const addDays = (day: Day, days: number): Day => Temporal.PlainDate.from(day).add({ days }).toString();

/** Whole days from one to the other; negative where `to` is earlier. */
export const daysBetween = (from: Day, to: Day): number =>
  Temporal.PlainDate.from(from).until(Temporal.PlainDate.from(to), { largestUnit: "day" }).days;

/** 1 Monday … 7 Sunday (ISO 8601). */
export const weekdayOf = (day: Day): number => Temporal.PlainDate.from(day).dayOfWeek;

/** The Monday of a day's week. */
export const mondayOf = (day: Day): Day => addDays(day, 1 - weekdayOf(day));

const zoned = (at: Instant, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(Math.floor(at)).toZonedDateTimeISO(zone);

/** The day that it is in `zone` at an instant. */
export const dayOf = (at: Instant, zone: string): Day => zoned(at, zone).toPlainDate().toString();

/** What the wall clock of `zone` shows, "02:14". */
export const timeOf = (at: Instant, zone: string): string =>
  zoned(at, zone).toPlainTime().toString({ smallestUnit: "minute" });

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "Sat 28 Nov 19:00", in the zone's own time. */
export function momentInWords(at: Instant, zone: string): string {
  const local = zoned(at, zone);
  return `${WEEKDAYS[local.dayOfWeek - 1]} ${local.day} ${MONTHS[local.month - 1]} ${timeOf(at, zone)}`;
}

/** "Sat 28 Nov 19:00 to Sun 29 Nov 07:00 (Europe/Berlin)". */
export const spanInWords = (span: { startsAt: Instant; endsAt: Instant }, zone: string): string =>
  `${momentInWords(span.startsAt, zone)} to ${momentInWords(span.endsAt, zone)} (${zone})`;
