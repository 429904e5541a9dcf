import { spanInWords, timeOf } from "@readroom/shared/domain/roster/zone.js";

const labels = new Map<string, Intl.DateTimeFormat>();

/** "Sat 28" in a zone. */
export function dayLabel(at: number, timeZone: string): string {
  const made =
    labels.get(timeZone) ?? new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", timeZone });
  labels.set(timeZone, made);
  return made.format(at);
}

/** "19" on the hour, else "19:30": as much as fits on a bar. */
export const clockLabel = (at: number, timeZone: string): string => timeOf(at, timeZone).replace(/:00$/, "");

/** A span without its zone, where that is the one that the page names. */
export function spanLabel(span: { startsAt: number; endsAt: number }, timeZone: string, pageZone: string): string {
  const words = spanInWords(span, timeZone);
  return timeZone === pageZone ? words.slice(0, words.lastIndexOf(" (")) : words;
}
