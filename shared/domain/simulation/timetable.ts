import type { Instant } from "../../kernel/instant.js";
import type { SimReader, Span } from "./world.js";

export interface Turn {
  readonly at: Instant;
  readonly reader: number;
  readonly present: boolean;
}

/** When each reader comes to work and leaves it, breaks being absences, within [from, until), in order of time. */
export function timetable(readers: readonly SimReader[], from: Instant, until: Instant): Turn[] {
  const turns = readers.flatMap((reader, r) =>
    presence(reader, from, until).flatMap(({ startsAt, endsAt }): Turn[] => [
      { at: startsAt, reader: r, present: true },
      ...(endsAt < until ? [{ at: endsAt, reader: r, present: false }] : []),
    ]),
  );
  // Who leaves goes before who comes, so that a hand-over at the full hour counts nobody twice.
  return turns.sort((a, b) => a.at - b.at || Number(a.present) - Number(b.present) || a.reader - b.reader);
}

/** Spans at work: shifts joined where they overlap or meet, less the breaks. */
export function presence(reader: Pick<SimReader, "shifts">, from: Instant, until: Instant): Span[] {
  const joined: { startsAt: Instant; endsAt: Instant }[] = [];
  const shifts = reader.shifts.filter(({ startsAt, endsAt }) => endsAt > startsAt && endsAt > from && startsAt < until);
  for (const { startsAt, endsAt } of [...shifts].sort((a, b) => a.startsAt - b.startsAt)) {
    const last = joined[joined.length - 1];
    if (last && startsAt <= last.endsAt) last.endsAt = Math.max(last.endsAt, endsAt);
    else joined.push({ startsAt, endsAt });
  }
  const breaks = shifts.flatMap((shift) => shift.breaks).sort((a, b) => a.startsAt - b.startsAt);
  return joined
    .flatMap((span) => without(span, breaks))
    .map(({ startsAt, endsAt }) => ({ startsAt: Math.max(startsAt, from), endsAt: Math.min(endsAt, until) }))
    .filter(({ startsAt, endsAt }) => endsAt > startsAt);
}

function without(span: Span, breaks: readonly Span[]): Span[] {
  const parts: Span[] = [];
  let { startsAt } = span;
  for (const pause of breaks) {
    if (pause.endsAt <= startsAt || pause.startsAt >= span.endsAt) continue;
    if (pause.startsAt > startsAt) parts.push({ startsAt, endsAt: pause.startsAt });
    startsAt = Math.max(startsAt, pause.endsAt);
  }
  return startsAt < span.endsAt ? [...parts, { startsAt, endsAt: span.endsAt }] : parts;
}

/** ms at work of each reader; who is still there counts until the span's end. */
export function timeAtWork(turns: readonly Turn[], readers: number, until: Instant): Float64Array {
  const ms = new Float64Array(readers);
  const since = new Map<number, Instant>();
  for (const { at, reader, present } of turns) {
    if (present) since.set(reader, at);
    else {
      ms[reader] = (ms[reader] as number) + at - (since.get(reader) ?? at);
      since.delete(reader);
    }
  }
  for (const [reader, at] of since) ms[reader] = (ms[reader] as number) + until - at;
  return ms;
}
