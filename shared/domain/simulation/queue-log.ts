import type { Instant } from "../../kernel/instant.js";
import type { Prepared } from "./prepare.js";

/** How many studies wait in each pool, at the begin of each step and at the worst moment. The last column stands for no pool. */
export class QueueLog {
  readonly pools: number;
  readonly steps: number;
  /** [step × (pools + 1) + pool]: waiting at the step's begin, and the most within it. */
  readonly waiting: Int32Array;
  readonly most: Int32Array;
  /** All pools together, the most within each step. */
  readonly mostInAll: Int32Array;
  readonly peak: Int32Array;
  peakInAll = 0;
  peakAt: Instant = Number.NaN;
  readonly #now: Int32Array;
  #all = 0;
  #step = 0;
  #time: Instant;

  constructor(
    prepared: Pick<Prepared, "world" | "from" | "until">,
    readonly stepMs: number,
  ) {
    this.pools = prepared.world.pools.length;
    this.steps = Math.max(1, Math.ceil((prepared.until - prepared.from) / stepMs));
    const columns = this.pools + 1;
    this.waiting = new Int32Array(this.steps * columns);
    this.most = new Int32Array(this.steps * columns);
    this.mostInAll = new Int32Array(this.steps);
    this.peak = new Int32Array(columns);
    this.#now = new Int32Array(columns);
    this.#time = prepared.from;
    this.from = prepared.from;
  }

  readonly from: Instant;

  /** Time goes on: every step that begins until `now` is written. */
  advance(now: Instant): void {
    if (now <= this.#time) return;
    this.#time = now;
    while (this.#step + 1 < this.steps && this.from + (this.#step + 1) * this.stepMs <= now) {
      this.#step += 1;
      for (let p = 0; p <= this.pools; p++) {
        const cell = this.#step * (this.pools + 1) + p;
        this.waiting[cell] = this.#now[p] as number;
        this.most[cell] = this.#now[p] as number;
      }
      this.mostInAll[this.#step] = this.#all;
    }
  }

  /** by: +1 a study waits, -1 one is taken. pool -1: none. */
  change(pool: number, by: 1 | -1): void {
    const p = pool < 0 ? this.pools : pool;
    const n = (this.#now[p] as number) + by;
    this.#now[p] = n;
    this.#all += by;
    if (by < 0) return;
    const cell = this.#step * (this.pools + 1) + p;
    if (n > (this.most[cell] as number)) this.most[cell] = n;
    if (n > (this.peak[p] as number)) this.peak[p] = n;
    if (this.#all > (this.mostInAll[this.#step] as number)) this.mostInAll[this.#step] = this.#all;
    if (this.#all > this.peakInAll) {
      this.peakInAll = this.#all;
      this.peakAt = this.#time;
    }
  }
}
