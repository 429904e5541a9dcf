import type { Instant } from "../kernel/instant.js";
import { BONUS, type LaneStudy } from "./ranking.js";

/** The part of a rank that does not depend on who asks. */
export type Ranked = Pick<LaneStudy, "studyId" | "urgencyRank" | "latestStart">;

/**
 * All that "next" may ever add to a study for one reader's sake. A study counts as passed over only where it stood ahead even if
 * everything had spoken for the one that was picked: in doubt for the reader.
 */
export const BENEFIT_OF_DOUBT = BONUS.ownPrior + BONUS.sameKind + BONUS.ownSubspecialty;

/** Was `other` clearly ahead of `picked` when it was picked? More urgent, or of the same urgency and to be started clearly earlier. */
export function wasAhead(other: Ranked, picked: Ranked): boolean {
  if (other.studyId === picked.studyId) return false;
  if (other.urgencyRank !== picked.urgencyRank) return other.urgencyRank < picked.urgencyRank;
  return other.latestStart < picked.latestStart - BENEFIT_OF_DOUBT;
}

/** Those that were passed over, the first in the order first; places: how far ahead of the picked one, among them. */
export function passedOver<S extends Ranked>(
  picked: Ranked,
  open: readonly S[],
): { readonly study: S; readonly places: number }[] {
  const ahead = open
    .filter((other) => wasAhead(other, picked))
    .sort((a, b) => a.urgencyRank - b.urgencyRank || a.latestStart - b.latestStart || (a.studyId < b.studyId ? -1 : 1));
  return ahead.map((study, n) => ({ study, places: ahead.length - n }));
}

/** Periods that the ledger is looked at over. "tonight": since the reader's shift began, or the last 12 hours. */
export const PERIODS = ["tonight", "7d", "30d"] as const;
export type Period = (typeof PERIODS)[number];

export interface Worked {
  readonly userId: string;
  readonly rvu: number;
  /** On shift within the period so far. */
  readonly hours: number;
}

export interface Balance {
  readonly rvuPerHour: number | null;
  /** Against the group's: 1 is the mean, 1.2 a fifth more an hour. null where nobody has hours. */
  readonly balance: number | null;
}

/** Each reader's work an hour against the group's mean over all hours: a person with few hours does not swing the mean. */
export function balances(all: readonly Worked[]): Map<string, Balance> {
  const hours = all.reduce((sum, one) => sum + one.hours, 0);
  const rvu = all.reduce((sum, one) => sum + (one.hours > 0 ? one.rvu : 0), 0);
  const mean = hours > 0 ? rvu / hours : null;
  return new Map(
    all.map(({ userId, rvu: own, hours: worked }) => {
      const rvuPerHour = worked > 0 ? own / worked : null;
      return [userId, { rvuPerHour, balance: rvuPerHour !== null && mean ? rvuPerHour / mean : null }];
    }),
  );
}

/** How long what was passed over waited until somebody took it, or has waited until now. */
export const waited = (skippedAt: Instant, takenAt: Instant | null, now: Instant): number =>
  Math.max(0, (takenAt ?? now) - skippedAt);
