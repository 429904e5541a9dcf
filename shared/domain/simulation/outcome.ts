import type { Instant } from "../../kernel/instant.js";
import { URGENCIES } from "../urgency.js";
import type { Run } from "./engine.js";
import { longestOf } from "./longest.js";
import type { Outcome, ReaderOutcome, Tally, Times } from "./outcome-types.js";
import { rounded } from "./rounded.js";
import { unreadOf } from "./unread.js";

/** Groups of studies by some number of theirs, their turnarounds side by side in one array: a million studies cost two walks. */
class Grouped {
  readonly #read: Int32Array;
  readonly #met: Int32Array;
  readonly #late: Int32Array;
  readonly #begin: Int32Array;
  readonly #minutes: Float32Array;

  constructor(run: Run, never: Uint8Array, groups: number, groupOf: (study: number) => number) {
    const { prepared, finishAt } = run;
    const { count, readableAt } = prepared.arrivals;
    const counts = (i: number) => never[i] === 0 && (readableAt[i] as number) < prepared.until;
    const timed = new Int32Array(groups);
    this.#read = new Int32Array(groups);
    this.#met = new Int32Array(groups);
    this.#late = new Int32Array(groups);
    for (let i = 0; i < count; i++) {
      const group = groupOf(i);
      if (group < 0) continue;
      if (counts(i)) timed[group] = (timed[group] as number) + 1;
      const verdict = verdictOf(run, i);
      if (!Number.isNaN(finishAt[i] as number)) this.#read[group] = (this.#read[group] as number) + 1;
      if (verdict === 1) this.#met[group] = (this.#met[group] as number) + 1;
      if (verdict === -1) this.#late[group] = (this.#late[group] as number) + 1;
    }
    this.#begin = new Int32Array(groups + 1);
    for (let g = 0; g < groups; g++) this.#begin[g + 1] = (this.#begin[g] as number) + (timed[g] as number);
    this.#minutes = new Float32Array(this.#begin[groups] as number);
    const fill = this.#begin.slice();
    for (let i = 0; i < count; i++) {
      const group = groupOf(i);
      if (group < 0 || !counts(i)) continue;
      const finish = finishAt[i] as number;
      const at = fill[group] as number;
      fill[group] = at + 1;
      this.#minutes[at] = ((Number.isNaN(finish) ? prepared.until : finish) - startOf(run, i)) / 60_000;
    }
  }

  tally(group: number): Tally {
    const met = this.#met[group] as number;
    const late = this.#late[group] as number;
    const minutes = this.#minutes.subarray(this.#begin[group], this.#begin[group + 1]).sort();
    return {
      ...{ studies: met + late, read: this.#read[group] as number, met, late },
      attainment: met + late > 0 ? met / (met + late) : null,
      turnaround: timesOf(minutes),
    };
  }
}

function timesOf(sorted: Float32Array): Times {
  if (sorted.length === 0) return { mean: 0, median: 0, p95: 0 };
  let sum = 0;
  for (const value of sorted) sum += value;
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  return { mean: sum / sorted.length, median: at(0.5), p95: at(0.95) };
}

function startOf({ prepared }: Run, i: number): Instant {
  const start = prepared.clockStart[i] as number;
  return Number.isNaN(start) ? (prepared.arrivals.firstAt[i] as number) : start;
}

/** 1 in time, -1 late, 0 no clock or not due yet. What nobody reads is late once its time is over. */
function verdictOf({ prepared, finishAt }: Run, i: number): -1 | 0 | 1 {
  const deadline = prepared.deadline[i] as number;
  if (Number.isNaN(deadline)) return 0;
  const finish = finishAt[i] as number;
  if (Number.isNaN(finish)) return prepared.until > deadline ? -1 : 0;
  return finish <= deadline ? 1 : -1;
}

/** The figures of a run. */
export function outcomeOf(run: Run): Outcome {
  const { prepared, policy, finishAt } = run;
  const { world, arrivals, urgency, laneOf, lanes } = prepared;
  const { nobody, never } = unreadOf(run);
  const all = new Grouped(run, never, 1, () => 0);
  const byUrgency = new Grouped(run, never, URGENCIES.length, (i) => urgency[i] as number);
  const contracts = contractsOf(run);
  const byContract = new Grouped(
    run,
    never,
    contracts.list.length,
    (i) => contracts.ofSite[arrivals.site[i] as number] as number,
  );
  const cells = contracts.list.length * URGENCIES.length;
  const byBoth = new Grouped(run, never, cells, (i) => {
    const contract = contracts.ofSite[arrivals.site[i] as number] as number;
    return contract < 0 ? -1 : contract * URGENCIES.length + (urgency[i] as number);
  });
  const byPool = new Grouped(run, never, world.pools.length, (i) => lanes[laneOf[i] as number]?.pool ?? -1);
  const urgencies = (grouped: Grouped, offset: number) =>
    URGENCIES.map((name, u) => ({ urgency: name, ...grouped.tally(offset + u) })).filter(
      ({ studies, read }) => studies + read > 0,
    );
  const unreadable = nobody.reduce((sum, { count }) => sum + count, 0);
  let read = 0;
  for (const finish of finishAt) if (!Number.isNaN(finish)) read++;
  return {
    policy: policy.name,
    ...{ studies: arrivals.count, read, unreadable, waiting: arrivals.count - read - unreadable },
    all: all.tally(0),
    byUrgency: urgencies(byUrgency, 0),
    byContract: contracts.list.map(({ name, target }, c) => ({
      ...{ contract: name, target },
      ...byContract.tally(c),
      urgencies: urgencies(byBoth, c * URGENCIES.length),
    })),
    byPool: world.pools.map(({ name }, p) => ({ pool: name, peak: run.queue.peak[p] as number, ...byPool.tally(p) })),
    parts: partsOf(run),
    queue: queueOf(run),
    readers: readersOf(run),
    nobody,
    longest: longestOf(run),
  };
}

function contractsOf({ prepared: { world } }: Run) {
  const list: { readonly id: string; readonly name: string; readonly target: number }[] = [];
  const ofSite = Int32Array.from(world.sites, ({ contract }) => {
    if (!contract) return -1;
    const known = list.findIndex(({ id }) => id === contract.id);
    return known >= 0 ? known : list.push(contract) - 1;
  });
  return { list, ofSite };
}

function partsOf({ prepared: { arrivals }, startAt, finishAt }: Run): Outcome["parts"] {
  let transfer = 0;
  let queue = 0;
  let reading = 0;
  let read = 0;
  for (let i = 0; i < arrivals.count; i++) {
    const start = startAt[i] as number;
    if (Number.isNaN(start)) continue;
    read++;
    transfer += (arrivals.readableAt[i] as number) - (arrivals.firstAt[i] as number);
    queue += start - (arrivals.readableAt[i] as number);
    reading += (finishAt[i] as number) - start;
  }
  const mean = (sum: number) => (read > 0 ? rounded(sum / read / 60_000) : 0);
  return { transfer: mean(transfer), queue: mean(queue), reading: mean(reading) };
}

function queueOf({ queue, prepared: { world } }: Run): Outcome["queue"] {
  const columns = queue.pools + 1;
  return {
    ...{ from: queue.from, stepMs: queue.stepMs, most: [...queue.mostInAll], peak: queue.peakInAll },
    peakAt: Number.isNaN(queue.peakAt) ? null : queue.peakAt,
    pools: world.pools.map(({ name }, p) => ({
      pool: name,
      most: Array.from({ length: queue.steps }, (_, step) => queue.most[step * columns + p] as number),
    })),
  };
}

function readersOf({ prepared: { world, arrivals }, readerOf, atWorkMs, readingMs, reads }: Run): ReaderOutcome[] {
  const rvu = new Float64Array(world.readers.length);
  for (let i = 0; i < arrivals.count; i++) {
    const r = readerOf[i] as number;
    if (r >= 0) rvu[r] = (rvu[r] as number) + (arrivals.kinds[arrivals.kind[i] as number]?.rvu ?? 0);
  }
  return world.readers.map(({ name }, r) => {
    const hours = (atWorkMs[r] as number) / 3_600_000;
    return {
      ...{ name, reads: reads[r] as number, rvu: rounded(rvu[r] as number, 1), hoursAtWork: rounded(hours) },
      rvuPerHour: hours > 0 ? rounded((rvu[r] as number) / hours, 1) : 0,
      utilisation: hours > 0 ? rounded((readingMs[r] as number) / 3_600_000 / hours, 3) : 0,
    };
  });
}
