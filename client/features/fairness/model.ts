import type { FairnessReader } from "@readroom/shared/contract/http/fairness.js";
import type { Period } from "@readroom/shared/domain/fairness.js";

export const PERIOD_WORDS: Readonly<Record<Period, string>> = { tonight: "Tonight", "7d": "7 days", "30d": "30 days" };

/** "18 min", "2 h 5 min"; "under a minute" for less. */
export function minutesInWords(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 1) return "under a minute";
  if (minutes < 60) return `${minutes} min`;
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest === 0 ? `${hours} h` : `${hours} h ${rest} min`;
}

/** How the work an hour stands against the group's, in words; "–" where nobody was on shift, or for less than an hour, which says nothing. */
export function balanceInWords(balance: number | null, hours: number): string {
  if (balance === null || hours < 1) return "–";
  const percent = Math.round((balance - 1) * 100);
  if (Math.abs(percent) < 5) return "about the mean";
  return percent > 0 ? `${percent} % above` : `${-percent} % below`;
}

/** One's own row first, then those who were there by their work, then the others. */
export function ordered(readers: readonly FairnessReader[], me: string | null): FairnessReader[] {
  return [...readers].sort(
    (a, b) =>
      Number(b.id === me) - Number(a.id === me) ||
      Number(b.hours > 0 || b.reads > 0) - Number(a.hours > 0 || a.reads > 0) ||
      b.rvu - a.rvu ||
      a.name.localeCompare(b.name),
  );
}

/** Length of a bar in percent of the longest, at least a hair where there is something. */
export const barOf = (value: number, longest: number): number =>
  value <= 0 || longest <= 0 ? 0 : Math.max(2, Math.round((value / longest) * 100));
