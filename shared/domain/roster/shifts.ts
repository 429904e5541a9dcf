import { DAY, HOUR, type Instant } from "../../kernel/instant.js";
import { expand, type Occurrence, type ShiftKind, type ShiftPattern } from "./pattern.js";
import { spanInWords } from "./zone.js";

export interface Span {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

export const overlaps = (a: Span, b: Span): boolean => a.startsAt < b.endsAt && b.startsAt < a.endsAt;
export const covers = (span: Span | null | undefined, now: Instant): boolean =>
  span !== null && span !== undefined && span.startsAt <= now && now < span.endsAt;

/** Longer is a mistake in the dates, not a shift. */
export const LONGEST_SHIFT = 25 * HOUR;

/** The first two of one person's spans that overlap; null where none do. Both lists in any order; O((n+m) log(n+m)). */
export function firstOverlap(existing: readonly Span[], wanted: readonly Span[]): { had: Span; wanted: Span } | null {
  const all = [
    ...existing.map((span) => ({ span, isNew: false })),
    ...wanted.map((span) => ({ span, isNew: true })),
  ].sort((a, b) => a.span.startsAt - b.span.startsAt);
  // The span that reaches furthest so far, of the old ones and of the new ones apart: old ones may overlap each other unjudged.
  let had: Span | null = null;
  let fresh: Span | null = null;
  for (const { span, isNew } of all) {
    const against: Span | null = isNew ? had : fresh;
    if (against && overlaps(against, span))
      return isNew ? { had: against, wanted: span } : { had: span, wanted: against };
    if (isNew && fresh && overlaps(fresh, span)) return { had: fresh, wanted: span };
    if (isNew) fresh = fresh && fresh.endsAt >= span.endsAt ? fresh : span;
    else had = had && had.endsAt >= span.endsAt ? had : span;
  }
  return null;
}

/** "Dr Ada Bell is on from Sat 28 Nov 19:00 to … already." */
export const overlapInWords = (name: string, had: Span, zone: string): string =>
  `${name} has a shift from ${spanInWords(had, zone)} already: one person's shifts may not overlap.`;

/** Two patterns of one person, told apart by nothing but their times: do they ever meet? Looked at over `days` from `from`. */
export function patternOverlap(
  existing: readonly ShiftPattern[],
  wanted: ShiftPattern,
  from: Instant,
  days: number,
): { had: Span; wanted: Span } | null {
  const to = from + days * DAY;
  const had = existing.flatMap((pattern): Occurrence[] => expand(pattern, from, to));
  return firstOverlap(had, expand(wanted, from, to));
}

/** Hours of the spans that fall into the 24 before `now`, each minute counted once. */
export function hoursInLastDay(spans: readonly Span[], now: Instant): number {
  const from = now - DAY;
  let reached = from;
  let worked = 0;
  for (const span of [...spans].sort((a, b) => a.startsAt - b.startsAt)) {
    const start = Math.max(span.startsAt, reached);
    const end = Math.min(span.endsAt, now);
    if (end > start) worked += end - start;
    reached = Math.max(reached, end);
  }
  return worked / HOUR;
}

export interface Covering extends Span {
  readonly userId: string;
  readonly kind: ShiftKind;
}

export interface CoverHour {
  readonly at: Instant;
  /** Members on shift for the whole hour. */
  readonly onShift: number;
  readonly onCall: number;
}

/** Who covers a pool, hour by hour from `from`: a gap is an hour in which nobody of its members is on shift. */
export function coverage(
  memberIds: readonly string[],
  shifts: readonly Covering[],
  from: Instant,
  to: Instant,
): CoverHour[] {
  const members = new Set(memberIds);
  const theirs = shifts.filter((shift) => members.has(shift.userId));
  const hours: CoverHour[] = [];
  for (let at = from; at < to; at += HOUR) {
    // Half past: a shift that starts or ends within the hour covers it where it has the middle.
    const here = theirs.filter((shift) => covers(shift, at + HOUR / 2));
    const count = (kind: ShiftKind) => new Set(here.filter((one) => one.kind === kind).map((one) => one.userId)).size;
    hours.push({ at, onShift: count("shift"), onCall: count("on_call") });
  }
  return hours;
}
