import type { Attainment, HospitalView } from "@readroom/shared/contract/http/hospital.js";
import { metDeadline } from "@readroom/shared/domain/contract.js";
import { URGENCIES, type Urgency } from "@readroom/shared/domain/urgency.js";
import { DAY, type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";

/** A study whose clock was started. stoppedAt: what stops it under the contract has happened. pausedAt: it stands still for the hospital. */
export interface Clocked {
  readonly urgency: Urgency;
  readonly startedAt: Instant;
  readonly deadline: Instant;
  readonly stoppedAt: Instant | null;
  readonly pausedAt?: Instant | null | undefined;
}

const MOST_LATE = 100;

/**
 * How often the contract was kept over `days` days up to now. A study counts on the day of its deadline, in the hospital's zone: as met when
 * its clock was stopped by then, as late when later or not yet; one whose clock still runs does not count, nor one that stands still in time. Counting by day of signature
 * would leave out what was never read.
 */
export function attainment<S extends Clocked>(studies: readonly S[], days: number, timeZone: string, now: Instant) {
  const counted = studies
    .map((study) => ({ study, met: metDeadline(study.deadline, study.stoppedAt, study.pausedAt ?? now) }))
    .filter(({ met }) => met !== "running");
  const dayOf = (at: Instant) =>
    new Intl.DateTimeFormat("en-CA", { timeZone, year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
  const byDay = lastDays(days, dayOf, now).map((day) => ({
    day,
    ...rate(counted.filter(({ study }) => dayOf(study.deadline) === day)),
  }));
  const late = counted.filter(({ met }) => met === "late").sort((a, b) => b.study.deadline - a.study.deadline);
  return {
    overall: rate(counted),
    byUrgency: URGENCIES.map((urgency) => ({
      urgency,
      ...rate(counted.filter(({ study }) => study.urgency === urgency)),
    })),
    byDay,
    late: late
      .slice(0, MOST_LATE)
      .map(({ study }) => ({ study, lateMinutes: minutes((study.stoppedAt ?? now) - study.deadline) })),
  } satisfies Record<keyof Omit<HospitalView["attainment"], "days">, unknown>;
}

type Counted = { readonly study: Clocked; readonly met: "met" | "late" | "running" };

function rate(counted: readonly Counted[]): Attainment {
  const met = counted.filter((one) => one.met === "met").length;
  const total = counted.length;
  return { met, total, fraction: total === 0 ? null : met / total, medianMinutes: median(counted) };
}

/** Median turnaround of those that have a report, in minutes. */
function median(counted: readonly Counted[]): number | null {
  const times = counted
    .flatMap(({ study }) => (study.stoppedAt === null ? [] : [study.stoppedAt - study.startedAt]))
    .sort((a, b) => a - b);
  if (times.length === 0) return null;
  const middle = times.length / 2;
  const low = times[Math.ceil(middle) - 1] ?? 0;
  const high = times[Math.floor(middle)] ?? low;
  return minutes((low + high) / 2);
}

const minutes = (span: number): number => Math.round(span / (MINUTE / 10)) / 10;

/** The last `days` calendar days in a zone, oldest first. Steps of half a day, so that a day of 23 hours is not skipped. */
function lastDays(days: number, dayOf: (at: Instant) => string, now: Instant): string[] {
  const found: string[] = [];
  for (let at = now; found.length < days; at -= DAY / 2) {
    const day = dayOf(at);
    if (found[0] !== day) found.unshift(day);
  }
  return found;
}
