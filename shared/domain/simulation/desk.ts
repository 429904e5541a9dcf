import type { Instant } from "../../kernel/instant.js";
import { StudyHeap } from "./heap.js";
import { bonuses, type Costs, keysOf, type Policy, usesPools } from "./policy.js";
import type { Prepared } from "./prepare.js";
import type { QueueLog } from "./queue-log.js";
import type { Reach } from "./reach.js";

const AWAY = 0;
const IDLE = 1;
const READING = 2;

const UNSEEN = 0;
const WAITING = 1;
const TAKEN = 2;

/** A reader who is given studies before the last one is finished has at most this many waiting. */
const GIVEN_AT_ONCE = 2;

/**
 * The state of a simulation between two events: studies in lanes, readers at work. Studies of one lane have the same readers and keep
 * their order, so that a reader who asks looks at the lanes' first studies only.
 */
export class Desk {
  readonly startAt: Float64Array;
  readonly finishAt: Float64Array;
  readonly readerOf: Int32Array;
  readonly readingMs: Float64Array;
  readonly reads: Int32Array;
  readonly #keys: Float64Array;
  readonly #state: Uint8Array;
  readonly #lanes: StudyHeap[];
  readonly #laneTop: Float64Array;
  #readersOfLane: Int32Array[] = [];
  #lanesOfReader: Int32Array[] = [];
  readonly #given: StudyHeap[];
  readonly #priors: number[][];
  readonly #doing: Uint8Array;
  readonly #leaving: Uint8Array;
  readonly #idleSince: Float64Array;
  readonly #freeAt: Float64Array;
  readonly #lastKind: Int32Array;
  readonly #kindNumbers: Int32Array;
  readonly #push: Uint8Array;
  readonly #bonus: ReturnType<typeof bonuses>;

  constructor(
    private readonly prepared: Prepared,
    private readonly policy: Policy,
    private readonly costs: Costs,
    private readonly queue: QueueLog,
  ) {
    const { arrivals, world, lanes } = prepared;
    const readers = world.readers.length;
    this.#keys = keysOf(prepared, policy);
    this.#bonus = bonuses(policy);
    this.startAt = new Float64Array(arrivals.count).fill(Number.NaN);
    this.finishAt = new Float64Array(arrivals.count).fill(Number.NaN);
    this.readerOf = new Int32Array(arrivals.count).fill(-1);
    this.#state = new Uint8Array(arrivals.count);
    this.#lanes = lanes.map(() => new StudyHeap(this.#keys));
    this.#laneTop = new Float64Array(lanes.length).fill(Number.POSITIVE_INFINITY);
    this.readingMs = new Float64Array(readers);
    this.reads = new Int32Array(readers);
    this.#given = world.readers.map(() => new StudyHeap(this.#keys));
    this.#priors = world.readers.map(() => []);
    this.#doing = new Uint8Array(readers);
    this.#leaving = new Uint8Array(readers);
    this.#idleSince = new Float64Array(readers);
    this.#freeAt = new Float64Array(readers).fill(Number.POSITIVE_INFINITY);
    this.#lastKind = new Int32Array(readers).fill(-1);
    const batches = new Map<string, number>();
    this.#kindNumbers = Int32Array.from(arrivals.kinds, ({ batch }) => {
      if (!batches.has(batch)) batches.set(batch, batches.size);
      return batches.get(batch) ?? 0;
    });
    const pushes = policy.name === "readroom" && policy.assignment === "push";
    this.#push = Uint8Array.from(lanes, ({ pool }) => Number(pushes || world.pools[pool]?.assignment === "push"));
  }

  /** Credentials as they are from now on. Who reads goes on; what was given to somebody who may not read it any more goes back. */
  grant(reach: Reach, now: Instant): void {
    const { lanes, world } = this.prepared;
    const pools = usesPools(this.policy);
    const nobody = new Int32Array(0);
    this.#readersOfLane = lanes.map(({ pool, also, site, subspecialty }) => {
      if (!pools) return reach.readers(site, subspecialty);
      return pool < 0 ? nobody : reach.inPools(site, subspecialty, [pool, ...also]);
    });
    const lists: number[][] = world.readers.map(() => []);
    for (const [lane, readers] of this.#readersOfLane.entries()) for (const r of readers) lists[r]?.push(lane);
    this.#lanesOfReader = lists.map((list) => Int32Array.from(list));
    for (let r = 0; r < lists.length; r++) this.#takeBack(r, now);
    for (let r = 0; r < lists.length; r++) if (this.#doing[r] === IDLE) this.#giveWork(r, now);
  }

  /** Reads something that began before the simulation. */
  keepBusy(reader: number, until: Instant): void {
    this.#doing[reader] = READING;
    this.#leaving[reader] = 1;
    this.#freeAt[reader] = until;
  }

  nextFinish(): Instant {
    let soonest = Number.POSITIVE_INFINITY;
    for (let r = 0; r < this.#freeAt.length; r++)
      if ((this.#freeAt[r] as number) < soonest) soonest = this.#freeAt[r] as number;
    return soonest;
  }

  /** Whoever finishes now, the first of them. */
  finish(now: Instant): void {
    const r = this.#freeAt.indexOf(now);
    this.#freeAt[r] = Number.POSITIVE_INFINITY;
    if (this.#leaving[r] === 1) {
      this.#doing[r] = AWAY;
      this.#leaving[r] = 0;
    } else this.#idle(r, now);
  }

  arrive(r: number, now: Instant): void {
    this.#leaving[r] = 0;
    if (this.#doing[r] === AWAY) this.#idle(r, now);
  }

  leave(r: number, now: Instant): void {
    if (this.#doing[r] === READING) this.#leaving[r] = 1;
    else this.#doing[r] = AWAY;
    this.#takeBack(r, now);
  }

  /** The study is complete: to an idle reader at once, else into its lane. */
  readable(study: number, now: Instant): void {
    const lane = this.prepared.laneOf[study] as number;
    const reader = this.#idleReader(lane, study);
    if (reader >= 0) {
      this.#begin(study, reader, now);
      return;
    }
    this.#state[study] = WAITING;
    this.queue.change(this.#poolOf(lane), 1);
    const busy = this.#push[lane] === 1 ? this.#leastBusy(lane) : -1;
    if (busy >= 0) this.#given[busy]?.push(study);
    else this.#enqueue(study, lane);
  }

  #poolOf(lane: number): number {
    return this.prepared.lanes[lane]?.pool ?? -1;
  }

  #enqueue(study: number, lane: number): void {
    const heap = this.#lanes[lane] as StudyHeap;
    heap.push(study);
    this.#laneTop[lane] = this.#keys[heap.top()] as number;
    const prior = this.prepared.arrivals.priorReader[study] as number;
    if (this.#bonus.ownPrior > 0 && prior >= 0) this.#priors[prior]?.push(study);
  }

  /** Of the idle readers of the lane the one who reported the patient's last study, else who has been idle longest; -1: none. */
  #idleReader(lane: number, study: number): number {
    const readers = this.#readersOfLane[lane] as Int32Array;
    const prior = this.#bonus.ownPrior > 0 ? (this.prepared.arrivals.priorReader[study] as number) : -1;
    let best = -1;
    for (const r of readers) {
      if (this.#doing[r] !== IDLE) continue;
      if (r === prior) return r;
      if (best < 0 || (this.#idleSince[r] as number) < (this.#idleSince[best] as number)) best = r;
    }
    return best;
  }

  #leastBusy(lane: number): number {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const r of this.#readersOfLane[lane] as Int32Array) {
      if (this.#doing[r] !== READING || this.#leaving[r] === 1) continue;
      const waiting = this.#given[r]?.size ?? 0;
      if (waiting >= GIVEN_AT_ONCE) continue;
      const load = (this.#freeAt[r] as number) + waiting * 1e9;
      if (load < least) {
        least = load;
        best = r;
      }
    }
    return best;
  }

  #idle(r: number, now: Instant): void {
    this.#doing[r] = IDLE;
    this.#idleSince[r] = now;
    this.#giveWork(r, now);
  }

  #giveWork(r: number, now: Instant): void {
    const study = this.#best(r);
    if (study < 0) return;
    const lane = this.prepared.laneOf[study] as number;
    if (this.#given[r]?.top() === study) this.#given[r]?.pop();
    this.queue.change(this.#poolOf(lane), -1);
    this.#begin(study, r, now);
    this.#tidy(lane);
  }

  /** Takes what has been begun from the lane's front. An own prior begun out of turn stays in until it comes up. */
  #tidy(lane: number): void {
    const heap = this.#lanes[lane] as StudyHeap;
    while (heap.size > 0 && this.#state[heap.top()] === TAKEN) heap.pop();
    this.#laneTop[lane] = heap.size > 0 ? (this.#keys[heap.top()] as number) : Number.POSITIVE_INFINITY;
  }

  #best(r: number): number {
    const lanes = this.#lanesOfReader[r] as Int32Array;
    const { sameKind } = this.#bonus;
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (const lane of lanes) {
      const top = this.#laneTop[lane] as number;
      // Too late even with every bonus: most lanes end here.
      if (top - sameKind > least || top === Number.POSITIVE_INFINITY) continue;
      const study = this.#lanes[lane]?.top() ?? -1;
      const key = top - (sameKind > 0 && this.#kindOf(study) === this.#lastKind[r] ? sameKind : 0);
      if (key < least || (key === least && study < best)) {
        least = key;
        best = study;
      }
    }
    const given = this.#given[r]?.top() ?? -1;
    if (given >= 0 && (this.#keys[given] as number) <= least) {
      least = this.#keys[given] as number;
      best = given;
    }
    return this.#bestPrior(r, best, least);
  }

  #bestPrior(r: number, found: number, least: number): number {
    const list = this.#priors[r];
    if (!list || list.length === 0) return found;
    let best = found;
    let key = least;
    let kept = 0;
    for (const study of list) {
      if (this.#state[study] === TAKEN) continue;
      list[kept++] = study;
      const lane = this.prepared.laneOf[study] as number;
      if (!this.#readersOfLane[lane]?.includes(r)) continue;
      const bonus = this.#bonus.ownPrior + (this.#kindOf(study) === this.#lastKind[r] ? this.#bonus.sameKind : 0);
      const own = (this.#keys[study] as number) - bonus;
      if (own < key || (own === key && study < best)) {
        key = own;
        best = study;
      }
    }
    list.length = kept;
    return best;
  }

  #kindOf(study: number): number {
    return this.#kindNumbers[this.prepared.arrivals.kind[study] as number] as number;
  }

  #begin(study: number, r: number, now: Instant): void {
    const { arrivals, world } = this.prepared;
    const kind = this.#kindOf(study);
    const { betweenMs, otherKindMs, ownPriorSaves } = this.costs;
    const own = arrivals.priorReader[study] === r ? 1 - ownPriorSaves : 1;
    const reading = ((arrivals.readingMs[study] as number) * own) / (world.readers[r]?.pace ?? 1);
    const taken = Math.max(1, Math.round(reading + betweenMs + (kind === this.#lastKind[r] ? 0 : otherKindMs)));
    this.#state[study] = TAKEN;
    this.startAt[study] = now;
    this.finishAt[study] = now + taken;
    this.readerOf[study] = r;
    this.#doing[r] = READING;
    this.#freeAt[r] = now + taken;
    this.#lastKind[r] = kind;
    this.readingMs[r] = (this.readingMs[r] as number) + taken;
    this.reads[r] = (this.reads[r] as number) + 1;
  }

  /** What was given to a reader who leaves, or may not read it any more, waits in its lane again, unless somebody idle can begin at once. */
  #takeBack(r: number, now: Instant): void {
    const given = this.#given[r];
    if (!given || given.size === 0) return;
    const back: number[] = [];
    for (let study = given.pop(); study >= 0; study = given.pop()) back.push(study);
    for (const study of back) {
      const lane = this.prepared.laneOf[study] as number;
      const idle = this.#idleReader(lane, study);
      if (idle >= 0) {
        this.queue.change(this.#poolOf(lane), -1);
        this.#begin(study, idle, now);
      } else this.#enqueue(study, lane);
    }
  }

  /** Studies that wait for somebody at the end. */
  isWaiting(study: number): boolean {
    return this.#state[study] !== TAKEN && this.#state[study] !== UNSEEN;
  }
}
