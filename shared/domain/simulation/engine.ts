import { DAY, HOUR, type Instant } from "../../kernel/instant.js";
import { Desk } from "./desk.js";
import { COSTS, type Costs, type Policy } from "./policy.js";
import type { Prepared } from "./prepare.js";
import { QueueLog } from "./queue-log.js";
import { timeAtWork, timetable } from "./timetable.js";

export interface RunOptions {
  readonly costs?: Costs;
  /** Length of a step of the queue's curve, ms. */
  readonly stepMs?: number;
  /** Called every so many studies with the share that is done; throws to stop. */
  readonly progress?: (share: number) => void;
  /** Readers are busy with these at the beginning: position and when they come free. */
  readonly busy?: readonly { readonly reader: number; readonly until: Instant }[];
}

/** What became of each study under one policy. Instants in ms, NaN: it did not come to that. */
export interface Run {
  readonly policy: Policy;
  readonly prepared: Prepared;
  readonly startAt: Float64Array;
  readonly finishAt: Float64Array;
  /** -1: nobody. */
  readonly readerOf: Int32Array;
  readonly queue: QueueLog;
  /** Per reader: ms at work within the span, and ms spent reading. */
  readonly atWorkMs: Float64Array;
  readonly readingMs: Float64Array;
  readonly reads: Int32Array;
}

const PROGRESS_EVERY = 20_000;

/**
 * Runs the arrivals through the readers under a policy: a discrete-event simulation whose events are a study that becomes readable, a
 * reader who finishes, one who comes or goes, and credentials that change. It ends at the span's end; what is being read then is read to
 * its end.
 */
export function run(prepared: Prepared, policy: Policy, options: RunOptions = {}): Run {
  const { arrivals, order, from, until, rights } = prepared;
  const span = until - from;
  const queue = new QueueLog(prepared, options.stepMs ?? (span > 3 * DAY ? HOUR : HOUR / 4));
  const turns = timetable(prepared.world.readers, from, until);
  const desk = new Desk(prepared, policy, options.costs ?? COSTS, queue);
  for (const { reader, until: free } of options.busy ?? []) desk.keepBusy(reader, free);
  let next = 0;
  let turn = 0;
  let epoch = 0;
  for (;;) {
    // What was complete before the span waits from its begin on.
    const readable =
      next < order.length
        ? Math.max(from, arrivals.readableAt[order[next] as number] as number)
        : Number.POSITIVE_INFINITY;
    const roster = turns[turn]?.at ?? Number.POSITIVE_INFINITY;
    const change = rights[epoch]?.at ?? Number.POSITIVE_INFINITY;
    const finish = desk.nextFinish();
    const now = Math.min(readable, roster, change, finish);
    if (now >= until || now === Number.POSITIVE_INFINITY) break;
    queue.advance(now);
    // At the same moment: rights first, then who comes free, comes and goes, then what arrives.
    if (change === now) desk.grant((rights[epoch++] as (typeof rights)[number]).reach, now);
    else if (finish === now) desk.finish(now);
    else if (roster === now) {
      const { reader, present } = turns[turn++] as (typeof turns)[number];
      if (present) desk.arrive(reader, now);
      else desk.leave(reader, now);
    } else {
      desk.readable(order[next++] as number, now);
      if (options.progress && next % PROGRESS_EVERY === 0) options.progress(next / order.length);
    }
  }
  queue.advance(until);
  const { startAt, finishAt, readerOf, readingMs, reads } = desk;
  return {
    policy,
    prepared,
    startAt,
    finishAt,
    readerOf,
    queue,
    atWorkMs: timeAtWork(turns, prepared.world.readers.length, until),
    readingMs,
    reads,
  };
}
