import type { SimulationWanted } from "@readroom/shared/contract/http/simulation.js";
import { kindOf, readingMinutes } from "@readroom/shared/domain/ranking.js";
import { studyRvu } from "@readroom/shared/domain/roster/rvu.js";
import { ageInYears } from "@readroom/shared/domain/routing/facts.js";
import type { RuleSet } from "@readroom/shared/domain/routing/rules.js";
import type { Fate } from "@readroom/shared/domain/simulation/happened.js";
import type { Decided } from "@readroom/shared/domain/simulation/prepare.js";
import { Random } from "@readroom/shared/domain/simulation/random.js";
import {
  type Arrivals,
  emptyArrivals,
  type SimReader,
  type Span,
  type World,
} from "@readroom/shared/domain/simulation/world.js";
import { zoneClock } from "@readroom/shared/domain/simulation/zone.js";
import { HOUR, type Instant, MINUTE, SECOND } from "@readroom/shared/kernel/instant.js";
import type { PersonShift, StudyRow } from "./store.js";

/** Between these, a claim and a signature say how long reading took; outside, the reader did something else meanwhile. */
const SHORTEST = 20 * SECOND;
const LONGEST = 60 * MINUTE;
const SIGMA = 0.45;

/** Rows as columns, in their order; studies of sites that the world does not know are left out of both. */
export function arrivalsOf(
  all: readonly StudyRow[],
  world: Pick<World, "sites" | "readers">,
): { arrivals: Arrivals; rows: StudyRow[] } {
  const sites = new Map(world.sites.map(({ id }, n) => [id, n]));
  const readers = new Map(world.readers.map(({ id }, n) => [id, n]));
  const rows = all.filter(({ siteId }) => sites.has(siteId));
  const kinds = new Numbered<StudyRow>(({ modalities, bodyPart, code, text }) =>
    JSON.stringify([modalities, bodyPart, code, text]),
  );
  const priorities = new Numbered<string>((value) => value);
  const classes = new Numbered<string>((value) => value);
  const numbers = rows.map((row) => ({
    kind: kinds.of(row),
    priority: priorities.of(row.priority),
    patientClass: classes.of(row.patientClass),
  }));
  const made = emptyArrivals(rows.length, {
    kinds: kinds.list.map(({ modalities, bodyPart, code, text, subspecialty }) => ({
      ...{ code, text, modalities, bodyPart, rvu: studyRvu(modalities), readingMinutes: readingMinutes(modalities) },
      batch: kindOf(modalities, bodyPart, subspecialty),
    })),
    priorities: priorities.list,
    patientClasses: classes.list,
  });
  const lastReader = new Map<string, number>();
  for (const [i, row] of rows.entries()) {
    made.kind[i] = numbers[i]?.kind ?? 0;
    made.priority[i] = numbers[i]?.priority ?? 0;
    made.patientClass[i] = numbers[i]?.patientClass ?? 0;
    made.site[i] = sites.get(row.siteId) ?? 0;
    made.firstAt[i] = row.firstAt;
    made.readableAt[i] = Math.max(row.firstAt, row.readableAt);
    made.age[i] = ageInYears(row.birthDate, row.firstAt) ?? Number.NaN;
    made.instances[i] = row.instances;
    made.megabytes[i] = row.bytes / 1e6;
    made.readingMs[i] = readingMs(row);
    made.priorReader[i] = row.patientId === null ? -1 : (lastReader.get(row.patientId) ?? -1);
    const signer = row.signedBy === null ? undefined : readers.get(row.signedBy);
    if (row.patientId && signer !== undefined) lastReader.set(row.patientId, signer);
  }
  return { arrivals: made, rows };
}

class Numbered<T> {
  readonly list: T[] = [];
  readonly #numbers = new Map<string, number>();

  constructor(private readonly keyOf: (value: T) => string) {}

  of(value: T): number {
    const key = this.keyOf(value);
    const number = this.#numbers.get(key) ?? this.list.push(value) - 1;
    this.#numbers.set(key, number);
    return number;
  }
}

/** As long as it took, where that is known; else drawn by the kind, always the same for the same study. */
function readingMs(row: StudyRow): number {
  const took = row.signedAt !== null && row.claimedAt !== null ? row.signedAt - row.claimedAt : Number.NaN;
  if (took >= SHORTEST && took <= LONGEST) return took;
  const median = (readingMinutes(row.modalities) * MINUTE) / Math.exp(SIGMA ** 2 / 2);
  return Math.min(LONGEST, new Random(1, row.id).logNormal(median, SIGMA));
}

/** What was decided of each study, as it stands. */
export const decidedOf = (rows: readonly StudyRow[]): Decided[] =>
  rows.map(({ poolId, subspecialty, urgency, clockStartedAt, deadline }) => ({
    ...{ poolId, subspecialty, urgency, deadline, clockStart: clockStartedAt },
  }));

/** Who read each study and when; who signed without a claim that fits began shortly before. */
export function fatesOf(rows: readonly StudyRow[], readers: readonly SimReader[], arrivals: Arrivals): Fate[] {
  const numbers = new Map(readers.map(({ id }, n) => [id, n]));
  return rows.map(({ claimedAt, signedAt, signedBy, readableAt }, i) => {
    if (signedAt === null) return { startAt: null, finishAt: null, reader: -1 };
    const took = arrivals.readingMs[i] as number;
    const began =
      claimedAt !== null && claimedAt <= signedAt ? Math.max(claimedAt, signedAt - LONGEST) : signedAt - took;
    const startAt = Math.min(signedAt, Math.max(began, Math.min(readableAt, signedAt - SECOND)));
    return { startAt, finishAt: signedAt, reader: signedBy === null ? -1 : (numbers.get(signedBy) ?? -1) };
  });
}

/** Readers with the shifts that are theirs. */
export function withShifts(readers: readonly SimReader[], shifts: readonly PersonShift[]): SimReader[] {
  return readers.map((reader) => ({
    ...reader,
    shifts: shifts
      .filter(({ userId }) => userId === reader.id)
      .map(({ startsAt, endsAt }) => ({ startsAt, endsAt, breaks: [] })),
  }));
}

/** The world as the draft would have it: rules, pools and their members, who is there and when. Shifts are wall clock times of `timeZone`. */
export function drafted(
  world: World,
  wanted: SimulationWanted,
  ruleSet: RuleSet,
  timeZone: string,
  span: { from: Instant; until: Instant },
): World {
  const changed = new Map(wanted.pools.map((pool) => [pool.poolId, pool]));
  const pools = world.pools.map((pool) => {
    const {
      subspecialties = pool.subspecialties,
      fallbackPoolId = pool.fallbackPoolId,
      assignment,
    } = changed.get(pool.id) ?? {};
    return { ...pool, subspecialties, fallbackPoolId, ...(assignment ? { assignment } : {}) };
  });
  const off = new Set(wanted.readersOff);
  const readers = world.readers.map((reader): SimReader => {
    const poolIds = pools
      .filter(({ id }) => changed.get(id)?.members?.includes(reader.id) ?? reader.scope.poolIds.includes(id))
      .map(({ id }) => id);
    const added = wanted.shifts
      .filter(({ userId }) => userId === reader.id)
      .flatMap((shift) => spansOf(shift, timeZone, span));
    const shifts = [...reader.shifts, ...added.map((one) => ({ ...one, breaks: [] }))];
    return { ...reader, scope: { ...reader.scope, poolIds }, shifts: off.has(reader.id) ? [] : shifts };
  });
  return { ...world, pools, readers, ruleSet };
}

function spansOf(
  shift: SimulationWanted["shifts"][number],
  timeZone: string,
  span: { from: Instant; until: Instant },
): Span[] {
  const clock = zoneClock(timeZone);
  const [starts, ends] = [shift.starts, shift.ends].map(msOfDay) as [number, number];
  const spans: Span[] = [];
  for (let day = clock.dayOf(span.from) - 1; day <= clock.dayOf(span.until); day++) {
    // 1970-01-01 was a Thursday, 4 by ISO 8601.
    if (!shift.weekdays.includes(((((day + 3) % 7) + 7) % 7) + 1)) continue;
    spans.push({
      startsAt: clock.instantOf(day, starts),
      endsAt: clock.instantOf(ends > starts ? day : day + 1, ends),
    });
  }
  return spans;
}

function msOfDay(time: string): number {
  const [hours, minutes] = time.split(":").map(Number);
  return (hours ?? 0) * HOUR + (minutes ?? 0) * MINUTE;
}
