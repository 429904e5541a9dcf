import type { Instant } from "../../kernel/instant.js";
import { dayOf, daysBetween } from "./zone.js";

/** Days before its last day at which a credential is announced; 0: on that day. */
export const THRESHOLDS: readonly number[] = [60, 30, 7, 0];

export interface Credential {
  readonly id: string;
  readonly userId: string;
  /** What a renewal would be for: the jurisdiction, or the site. */
  readonly covers: string;
  /** Exclusive: the first instant after its last day. */
  readonly validTo: Instant;
  /** The zone whose days count. */
  readonly zone: string;
}

/** Whole days from today to the last valid day: 0 on that day, negative afterwards. */
export const daysLeft = (credential: Pick<Credential, "validTo" | "zone">, now: Instant): number =>
  daysBetween(dayOf(now, credential.zone), dayOf(credential.validTo - 1, credential.zone));

export interface Announcement {
  readonly credentialId: string;
  /** The tightest threshold that has been reached. */
  readonly threshold: number;
  readonly daysLeft: number;
  /** All that count as said with it: a licence entered five days before its end is announced once, not three times. */
  readonly settles: readonly number[];
}

/**
 * What is to be said now about credentials that run out. Each threshold is said once for a credential and an end (`said`, by credential);
 * one that its holder has renewed, with a later end for the same place, is not spoken of.
 */
export function announcements(
  credentials: readonly Credential[],
  said: ReadonlyMap<string, readonly number[]>,
  now: Instant,
): Announcement[] {
  const latest = new Map<string, Instant>();
  const key = ({ userId, covers }: Credential) => `${userId} ${covers}`;
  for (const one of credentials) latest.set(key(one), Math.max(latest.get(key(one)) ?? 0, one.validTo));
  return credentials.flatMap((credential) => {
    if ((latest.get(key(credential)) ?? 0) > credential.validTo) return [];
    const left = daysLeft(credential, now);
    const reached = THRESHOLDS.filter((threshold) => left <= threshold);
    const open = reached.filter((threshold) => !said.get(credential.id)?.includes(threshold));
    const tightest = Math.min(...reached);
    // Only the tightest is news: an earlier one that was missed while the hub was down has been overtaken.
    if (reached.length === 0 || !open.includes(tightest)) return [];
    return [{ credentialId: credential.id, threshold: tightest, daysLeft: left, settles: open }];
  });
}
