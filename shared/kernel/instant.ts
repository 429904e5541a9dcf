/** A moment as milliseconds since 1970-01-01T00:00:00Z. Time is always handed in: shared code never asks a clock. */
export type Instant = number;

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** "2026-11-24T02:14:00.000Z" of an instant. */
export const toIso = (at: Instant): string => new Date(at).toISOString();

/** Milliseconds of an ISO 8601 text; throws RangeError on what is none. */
export function fromIso(text: string): Instant {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new RangeError(`not an instant: ${text}`);
  return at;
}
