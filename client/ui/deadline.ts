/** How a deadline stands. `left` in ms (negative when over), `share` of the whole span that is left, 0…1. */
export type DeadlineStanding =
  | { state: "ample"; left: number; share: number }
  | { state: "short"; left: number; share: number }
  | { state: "over"; left: number; share: 0 };

/** Below a quarter of the span the clock turns amber; at zero it counts up. All three arguments are ms instants. */
export function standing(startedAt: number, dueAt: number, now: number): DeadlineStanding {
  const left = dueAt - now;
  if (left <= 0) return { state: "over", left, share: 0 };
  const span = Math.max(dueAt - startedAt, 1);
  const share = Math.min(left / span, 1);
  return share < 0.25 ? { state: "short", left, share } : { state: "ample", left, share };
}

/**
 * "06:12" below an hour, "3:12 h" below a day, "2 d 4 h" beyond; "−" (U+2212) in front when over.
 * Seconds are rounded up while time is left, so that "00:00" is never shown early.
 */
export function spellLeft(left: number): string {
  const over = left <= 0;
  const seconds = over ? Math.floor(-left / 1000) : Math.ceil(left / 1000);
  const sign = over ? "\u2212" : "";
  if (seconds < 3600) return `${sign}${two(Math.floor(seconds / 60))}:${two(seconds % 60)}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${sign}${Math.floor(minutes / 60)}:${two(minutes % 60)} h`;
  const hours = Math.floor(minutes / 60);
  return `${sign}${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The same for a screen reader: "6 minutes left", "overdue by 2 hours". */
export function sayLeft(left: number): string {
  const minutes = Math.round(Math.abs(left) / 60_000);
  const amount =
    minutes < 1
      ? "less than a minute"
      : minutes < 120
        ? `${minutes} minute${minutes === 1 ? "" : "s"}`
        : `${Math.round(minutes / 60)} hours`;
  return left <= 0 ? `overdue by ${amount}` : `${amount} left`;
}

const two = (n: number) => String(n).padStart(2, "0");
