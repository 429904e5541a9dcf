import { HOUR, type Instant } from "../../kernel/instant.js";
import { warnAt } from "../contract.js";
import { ruleDecider } from "./decider.js";
import { type Run, run } from "./engine.js";
import type { Policy } from "./policy.js";
import { type Decided, prepare } from "./prepare.js";
import { joined, resample } from "./resample.js";
import { rounded } from "./rounded.js";
import { presence } from "./timetable.js";
import type { Arrivals, World } from "./world.js";

export interface ForecastRequest {
  readonly world: World;
  readonly now: Instant;
  readonly hours: number;
  /** Studies that wait now, what is decided of each, and who is in a study until when. */
  readonly open: Arrivals;
  readonly decided: readonly Decided[];
  readonly busy: readonly { readonly reader: number; readonly until: Instant }[];
  /** What to draw coming studies from, and how many to expect by site and hour. */
  readonly recent: Arrivals;
  readonly rates: readonly (readonly number[])[];
  readonly seeds: number;
}

/** Mean over the seeds, and the values that nine of ten lie between. */
export interface Band {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

export interface ForecastHour {
  /** The end of the hour. */
  readonly at: Instant;
  readonly arriving: number;
  readonly readers: number;
  readonly queue: Band;
  /** Waiting, in the last quarter of their time; and past it. */
  readonly atRisk: Band;
  readonly late: Band;
  /** Of the studies that fall due in the hour, the share in time; null where none falls due in any seed. */
  readonly attainment: number | null;
  readonly pools: readonly { readonly pool: string; readonly queue: Band; readonly attainment: number | null }[];
}

export interface Forecast {
  readonly from: Instant;
  readonly waitingNow: number;
  readonly hours: readonly ForecastHour[];
}

const POLICY: Policy = { name: "readroom" };

/** What the next hours bring with the present roster: the simulation from the studies that wait now, once for each seed. */
export function forecast(request: ForecastRequest): Forecast {
  const { world, now, hours, open, decided, busy, seeds } = request;
  const decider = ruleDecider(world.ruleSet);
  const until = now + hours * HOUR;
  const counts = Array.from({ length: seeds }, (_, seed) => {
    const coming = resample({ seed, from: request.recent, begins: now, rates: request.rates });
    const ready = prepare(world, joined(open, coming), decider, { from: now, until }, decided);
    const counted = Array.from({ length: hours }, () => new HourCount(world.pools.length));
    countHours(run(ready, POLICY, { busy }), now, counted);
    return counted;
  });
  return {
    from: now,
    waitingNow: open.count,
    hours: Array.from({ length: hours }, (_, h) => {
      const at = now + (h + 1) * HOUR;
      const of = counts.map((hour) => hour[h] as HourCount);
      return {
        at,
        arriving: rounded(
          request.rates.reduce((sum, site) => sum + (site[h] ?? 0), 0),
          1,
        ),
        readers: world.readers.filter((reader) => presence(reader, at - HOUR / 2, at - HOUR / 2 + 1).length > 0).length,
        queue: band(of.map(({ waiting }) => sum(waiting))),
        atRisk: band(of.map(({ atRisk }) => atRisk)),
        late: band(of.map(({ late }) => late)),
        attainment: share(
          of.map(({ met }) => sum(met)),
          of.map(({ due }) => sum(due)),
        ),
        pools: world.pools.map(({ name }, p) => ({
          pool: name,
          queue: band(of.map(({ waiting }) => waiting[p] as number)),
          attainment: share(
            of.map(({ met }) => met[p] as number),
            of.map(({ due }) => due[p] as number),
          ),
        })),
      };
    }),
  };
}

class HourCount {
  readonly waiting: Int32Array;
  readonly met: Int32Array;
  readonly due: Int32Array;
  atRisk = 0;
  late = 0;

  /** The last place stands for no pool. */
  constructor(pools: number) {
    this.waiting = new Int32Array(pools + 1);
    this.met = new Int32Array(pools + 1);
    this.due = new Int32Array(pools + 1);
  }
}

function countHours(done: Run, now: Instant, hours: readonly HourCount[]): void {
  const { prepared, startAt, finishAt } = done;
  const { arrivals, lanes, laneOf, deadline, clockStart } = prepared;
  const add = (list: Int32Array, at: number) => {
    list[at] = (list[at] as number) + 1;
  };
  for (let i = 0; i < arrivals.count; i++) {
    const pool = lanes[laneOf[i] as number]?.pool ?? -1;
    const column = pool < 0 ? prepared.world.pools.length : pool;
    const begins = Number.isNaN(startAt[i] as number) ? Number.POSITIVE_INFINITY : (startAt[i] as number);
    const ends = Number.isNaN(finishAt[i] as number) ? Number.POSITIVE_INFINITY : (finishAt[i] as number);
    const due = deadline[i] as number;
    const warn = Number.isNaN(due) ? Number.NaN : warnAt(clockStart[i] as number, due);
    for (const [h, hour] of hours.entries()) {
      const at = now + (h + 1) * HOUR;
      if ((arrivals.readableAt[i] as number) <= at && at < begins) {
        add(hour.waiting, column);
        if (warn <= at && at <= due) hour.atRisk++;
      }
      if (due < at && at < ends && (arrivals.firstAt[i] as number) <= at) hour.late++;
      if (at - HOUR < due && due <= at) {
        add(hour.due, column);
        if (ends <= due) add(hour.met, column);
      }
    }
  }
}

const sum = (values: Iterable<number>): number => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

function band(values: readonly number[]): Band {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? 0;
  return { mean: rounded(sum(values) / Math.max(1, values.length), 1), low: at(0.05), high: at(0.95) };
}

const share = (met: readonly number[], due: readonly number[]): number | null =>
  sum(due) > 0 ? rounded(sum(met) / sum(due), 3) : null;
