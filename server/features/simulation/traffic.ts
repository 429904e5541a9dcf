import { synthesise, workByHour } from "@readroom/shared/domain/simulation/arrivals.js";
import type { Source } from "@readroom/shared/domain/simulation/hospitals.js";
import { withRoster } from "@readroom/shared/domain/simulation/roster.js";
import type { Arrivals, SimReader, World } from "@readroom/shared/domain/simulation/world.js";
import { zoneClock } from "@readroom/shared/domain/simulation/zone.js";
import { DAY, HOUR, type Instant } from "@readroom/shared/kernel/instant.js";
import type { StudyRow } from "./store.js";

/** A month whose weeks are alike: 28 days. */
export const MONTH = 28 * DAY;
/** Minutes of reading a synthetic study takes in the mean, opening and closing included: what the size of a month is planned on. */
const MINUTES_A_STUDY = 5.4;
/** How busy readers are in a month whose size nobody knows. */
const BUSY = 0.75;
const MOST_STUDIES = 200_000;
/** Fewer studies in a week than this say nothing about the shape of a month. */
export const ENOUGH_A_WEEK = 200;

export interface Month {
  readonly world: World;
  readonly arrivals: Arrivals;
  readonly from: Instant;
  readonly until: Instant;
  readonly basis: string;
}

/**
 * A synthetic month of the group's own sites: curve and case mix of the synthetic hospitals, scaled to what the sites sent lately, or to
 * what the readers can read where they sent too little. Shifts repeat the last week; a group without a week of shifts gets planned ones.
 */
export function syntheticMonth(world: World, lastWeek: readonly StudyRow[], now: Instant, timeZone: string): Month {
  const clock = zoneClock(timeZone);
  const from = clock.instantOf(clock.dayOf(now), 0);
  const until = from + MONTH;
  const weekHours = hoursOf(world.readers, now - 7 * DAY, now);
  const repeated = weekHours >= world.readers.length * 10;
  const measured = lastWeek.length >= ENOUGH_A_WEEK;
  const readerHours = repeated ? weekHours * 4 : world.readers.length * 8.5 * 20;
  const studies = measured ? lastWeek.length * 4 : (readerHours * 60 * BUSY) / MINUTES_A_STUDY;
  const sources = world.sites.map((site) => sourceOf(lastWeek, site.id, measured));
  const traffic = {
    studies: Math.max(1, Math.min(MOST_STUDIES, Math.round(studies))),
    from,
    until,
    sites: world.sites,
    sources,
  };
  const readers = repeated
    ? world.readers.map((reader) => weekly(reader, now, from, until))
    : withRoster(world.readers, {
        ...{ seed: 1, from, until, timeZone, work: workByHour(traffic, timeZone) },
        ...{ shiftHours: [8, 9], pattern: [5, 2] as const },
      });
  return {
    ...{ world: { ...world, readers }, from, until },
    arrivals: synthesise({ ...traffic, seed: 1, readers: readers.length }),
    basis: [
      `A synthetic month of ${traffic.studies.toLocaleString("en")} studies from ${world.sites.length} sites`,
      measured
        ? "as many as last week's traffic makes in four weeks"
        : "as many as keep the readers three quarters busy, since last week had too few to go by",
      repeated ? "the shifts of last week again" : "with planned shifts, since there is no week of shifts to repeat",
    ]
      .join("; ")
      .concat("."),
  };
}

const hoursOf = (readers: readonly SimReader[], from: Instant, until: Instant): number =>
  readers
    .flatMap(({ shifts }) => shifts)
    .reduce((sum, { startsAt, endsAt }) => sum + Math.max(0, Math.min(endsAt, until) - Math.max(startsAt, from)), 0) /
  HOUR;

/** The shifts of the last seven days again and again. (A week that a clock change cuts is an hour off at its edge: this is a plan, not a roster.) */
function weekly(reader: SimReader, now: Instant, from: Instant, until: Instant): SimReader {
  const week = reader.shifts
    .map(({ startsAt, endsAt }) => ({ startsAt: Math.max(startsAt, now - 7 * DAY), endsAt: Math.min(endsAt, now) }))
    .filter(({ startsAt, endsAt }) => endsAt > startsAt);
  const shifts: SimReader["shifts"][number][] = [];
  for (let later = 0; later <= until + DAY - now; later += 7 * DAY)
    for (const { startsAt, endsAt } of week)
      if (endsAt + later > from && startsAt + later < until)
        shifts.push({ startsAt: startsAt + later, endsAt: endsAt + later, breaks: [] });
  return { ...reader, shifts };
}

function sourceOf(lastWeek: readonly StudyRow[], siteId: string, measured: boolean): Source {
  const own = measured ? lastWeek.filter((row) => row.siteId === siteId) : [];
  const share = (letter: string) =>
    own.filter(({ patientClass }) => patientClass.toUpperCase().startsWith(letter)).length;
  const [emergency, inpatient] = [share("E"), share("I")];
  const classes =
    own.length > 0
      ? ([emergency, inpatient, own.length - emergency - inpatient] as const)
      : ([0.6, 0.28, 0.12] as const);
  const all = classes[0] + classes[1] + classes[2];
  return {
    volume: measured ? own.length : 1,
    classes: [classes[0] / all, classes[1] / all, classes[2] / all],
    lineMbPerSecond: 12,
  };
}

/** Expected studies by site and hour of the coming hours: what came at this hour of the day in the days that are known, evened out over three hours. */
export function measuredRates(
  rows: readonly StudyRow[],
  world: World,
  now: Instant,
  hours: number,
  days: number,
): number[][] {
  return world.sites.map((site) => {
    const clock = zoneClock(site.timeZone);
    const byHour = new Array<number>(24).fill(0);
    for (const row of rows)
      if (row.siteId === site.id)
        byHour[clock.hourOf(row.firstAt)] = (byHour[clock.hourOf(row.firstAt)] ?? 0) + 1 / days;
    return Array.from({ length: hours }, (_, h) => {
      const hour = clock.hourOf(now + h * HOUR + HOUR / 2);
      return [23, 0, 1].reduce((sum, near) => sum + (byHour[(hour + near) % 24] ?? 0), 0) / 3;
    });
  });
}
