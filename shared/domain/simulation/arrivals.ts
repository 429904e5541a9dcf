import { DAY, HOUR, type Instant, MINUTE, SECOND } from "../../kernel/instant.js";
import { hourHolds } from "../routing/compile.js";
import { BY_HOUR, BY_WEEKDAY, CLASSES, PRIORITIES, PRIORITY_MIX, PROCEDURES, type Procedure } from "./case-mix.js";
import type { Source } from "./hospitals.js";
import { cumulative, drawn, Random } from "./random.js";
import { type Arrivals, emptyArrivals, type SimSite } from "./world.js";
import { zoneClock } from "./zone.js";

export interface TrafficRequest {
  readonly seed: number;
  /** Exactly so many. */
  readonly studies: number;
  readonly from: Instant;
  readonly until: Instant;
  readonly sites: readonly SimSite[];
  readonly sources: readonly Source[];
  /** How many readers there are: some patients' last study was read by one of them. */
  readonly readers: number;
  /** Sites send only in these hours of their own day, over midnight where `from` is the later one; left out: at all hours. */
  readonly sendHours?: { readonly from: number; readonly to: number };
  /** Studies a site and hour of the span instead of the synthetic curve; `rates[site][hour]`, any scale. */
  readonly rates?: readonly (readonly number[])[];
}

/** Share of the day's studies that this hour of the class's own day has, times the weekday's factor; mean 1 over a week. */
export function arrivalWeight(patientClass: (typeof CLASSES)[number], hour: number, weekday: number): number {
  const byHour = BY_HOUR[patientClass];
  const byDay = BY_WEEKDAY[patientClass];
  const mean = sum(byHour) / 24;
  return (((byHour[hour] ?? 0) / mean) * (byDay[weekday] ?? 1) * 7) / sum(byDay);
}

/**
 * Expected work by hour of the span, in any scale: `hours[site][hour]`, the classes of each site mixed as its source says. A site's
 * `volume` is what it sends in a day of 24 hours in this scale.
 */
export function hourlyRates(
  request: Pick<TrafficRequest, "from" | "until" | "sites" | "sources" | "sendHours">,
): Float64Array[][] {
  const hours = Math.max(1, Math.ceil((request.until - request.from) / HOUR));
  const shapes = new Map<string, Float64Array[]>();
  return request.sites.map((site, s) => {
    const shape = shapes.get(site.timeZone) ?? shapeOf(site.timeZone, request, hours);
    shapes.set(site.timeZone, shape);
    const source = request.sources[s] as Source;
    return CLASSES.map((_, c) =>
      (shape[c] as Float64Array).map((w) => (w * source.volume * (source.classes[c] ?? 0)) / 24),
    );
  });
}

function shapeOf(
  timeZone: string,
  { from, sendHours }: Parameters<typeof hourlyRates>[0],
  hours: number,
): Float64Array[] {
  const clock = zoneClock(timeZone);
  return CLASSES.map((patientClass) =>
    Float64Array.from({ length: hours }, (_, h) => {
      const at = from + h * HOUR + HOUR / 2;
      const hour = clock.hourOf(at);
      if (sendHours && !hourHolds(sendHours, hour)) return 0;
      return arrivalWeight(patientClass, hour, clock.weekdayOf(at));
    }),
  );
}

/**
 * A given number of studies whose times follow the sites' hours: points of a Poisson process under the condition of their count are
 * independent draws from its normalised rate. Everything follows from the seed.
 */
export function synthesise(request: TrafficRequest): Arrivals {
  const draw = new Draw(request);
  const { studies } = request;
  const times = new Float64Array(studies);
  const cells = new Int32Array(studies);
  for (let i = 0; i < studies; i++) {
    const cell = draw.cell();
    cells[i] = cell;
    times[i] = draw.timeIn(cell);
  }
  const order = new Uint32Array(studies)
    .map((_, i) => i)
    .sort((a, b) => (times[a] as number) - (times[b] as number) || a - b);
  const arrivals = emptyArrivals(studies, { kinds: PROCEDURES, priorities: PRIORITIES, patientClasses: CLASSES });
  for (let i = 0; i < studies; i++) {
    const from = order[i] as number;
    draw.study(arrivals, i, times[from] as number, cells[from] as number);
  }
  return arrivals;
}

class Draw {
  readonly #when: Random;
  readonly #what: Random;
  readonly #cells: Float64Array;
  readonly #hours: number;
  readonly #procedures = CLASSES.map((_, c) => cumulative(PROCEDURES.map(({ weights }) => weights[c] as number)));
  readonly #priorities = CLASSES.map((name) => cumulative(PRIORITY_MIX[name]));

  constructor(private readonly request: TrafficRequest) {
    this.#when = new Random(request.seed, "arrivals");
    this.#what = new Random(request.seed, "studies");
    const rates = request.rates ? request.rates.map((site, s) => this.#byClass(site, s)) : hourlyRates(request);
    this.#hours = rates[0]?.[0]?.length ?? 1;
    this.#cells = cumulative(rates.flatMap((classes) => classes.flatMap((hours) => [...hours])));
    if (!((this.#cells[this.#cells.length - 1] ?? 0) > 0)) throw new RangeError("no site sends anything in this span");
  }

  /** Measured rates know no classes: the source's shares, whatever the hour. */
  #byClass(site: readonly number[], s: number): Float64Array[] {
    return CLASSES.map((_, c) => Float64Array.from(site, (rate) => rate * (this.request.sources[s]?.classes[c] ?? 0)));
  }

  /** (site × class × hour) as one number. */
  cell(): number {
    return drawn(this.#cells, this.#when.uniform());
  }

  timeIn(cell: number): Instant {
    const hour = cell % this.#hours;
    const begins = this.request.from + hour * HOUR;
    const length = Math.min(HOUR, this.request.until - begins);
    return Math.round(begins + length * this.#when.uniform());
  }

  study(into: Arrivals, i: number, at: Instant, cell: number): void {
    const classAndSite = Math.floor(cell / this.#hours);
    const c = classAndSite % CLASSES.length;
    const site = Math.floor(classAndSite / CLASSES.length);
    const chance = this.#what;
    const kind = drawn(this.#procedures[c] as Float64Array, chance.uniform());
    const procedure = PROCEDURES[kind] as Procedure;
    into.firstAt[i] = at;
    into.kind[i] = kind;
    into.site[i] = site;
    into.patientClass[i] = c;
    into.priority[i] = drawn(this.#priorities[c] as Float64Array, chance.uniform());
    into.age[i] = ageOf(chance, procedure, c);
    const size = Math.exp(0.35 * chance.normal());
    into.instances[i] = Math.max(1, Math.round(procedure.images * size));
    into.megabytes[i] = procedure.megabytes * size;
    const median = procedure.readingMinutes / Math.exp(procedure.sigma ** 2 / 2);
    into.readingMs[i] = Math.min(chance.logNormal(median, procedure.sigma), 90) * MINUTE;
    const line = this.request.sources[site]?.lineMbPerSecond ?? 10;
    const transfer = (procedure.megabytes * size * SECOND) / line;
    into.readableAt[i] = Math.round(
      at + chance.between(0.6, 1.4) * procedure.examMinutes * MINUTE + transfer + 20 * SECOND,
    );
    into.priorReader[i] = chance.uniform() < 0.12 && this.request.readers > 0 ? chance.below(this.request.readers) : -1;
  }
}

function ageOf(chance: Random, procedure: Procedure, patientClass: number): number {
  if (procedure.code === "USAPPY") return chance.between(3, 16);
  if (patientClass === 0 && chance.uniform() < 0.12) return chance.between(0, 18);
  const centre = patientClass === 1 ? 66 : 54;
  return Math.min(102, Math.max(18, centre + 18 * chance.normal()));
}

/** Reader-hours of work that each hour of a day brings, 0 to 23 of `timeZone`, averaged over the span: what shifts are planned on. */
export function workByHour(request: Omit<TrafficRequest, "seed" | "readers" | "rates">, timeZone: string): number[] {
  const rates = hourlyRates(request);
  const clock = zoneClock(timeZone);
  const minutes = CLASSES.map((_, c) => {
    const all = PROCEDURES.reduce((total, { weights }) => total + (weights[c] as number), 0);
    return (
      PROCEDURES.reduce((total, { weights, readingMinutes }) => total + (weights[c] as number) * readingMinutes, 0) /
      all
    );
  });
  const work = new Array<number>(24).fill(0);
  let all = 0;
  for (const classes of rates)
    for (const [c, hours] of classes.entries())
      for (const [h, rate] of hours.entries()) {
        const hour = clock.hourOf(request.from + h * HOUR + HOUR / 2);
        work[hour] = (work[hour] as number) + rate * (minutes[c] as number);
        all += rate;
      }
  const days = Math.max(1, (request.until - request.from) / DAY);
  const scale = request.studies / Math.max(all, Number.MIN_VALUE) / 60 / days;
  return work.map((value) => value * scale);
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
