import { HOUR, type Instant } from "../../kernel/instant.js";
import type { Run } from "./engine.js";
import { type Decided, type Prepared, prepare } from "./prepare.js";
import { QueueLog } from "./queue-log.js";
import { timeAtWork, timetable } from "./timetable.js";
import type { Arrivals, World } from "./world.js";

/** What really became of a study: who read it and when, as far as that has happened. */
export interface Fate {
  readonly startAt: Instant | null;
  readonly finishAt: Instant | null;
  readonly reader: number;
}

const NEVER_ASKED = {
  ...{ ages: [], hours: [], weekdays: false },
  decide: () => {
    throw new RangeError("every study of the past is decided already");
  },
};

/** The past in the shape of a simulation's run, so that both are counted by the same figures. */
export function happened(
  world: World,
  arrivals: Arrivals,
  decided: readonly Decided[],
  fates: readonly Fate[],
  span: { readonly from: Instant; readonly until: Instant; readonly stepMs?: number },
): Run {
  const prepared = prepare(world, arrivals, NEVER_ASKED, span, decided);
  const { count } = arrivals;
  const startAt = Float64Array.from(fates, ({ startAt: at }) => at ?? Number.NaN);
  const finishAt = Float64Array.from(fates, ({ finishAt: at }) => at ?? Number.NaN);
  const readerOf = Int32Array.from(fates, ({ reader }) => reader);
  const readingMs = new Float64Array(world.readers.length);
  const reads = new Int32Array(world.readers.length);
  for (let i = 0; i < count; i++) {
    const r = readerOf[i] as number;
    if (r < 0 || Number.isNaN(finishAt[i] as number)) continue;
    reads[r] = (reads[r] as number) + 1;
    readingMs[r] = (readingMs[r] as number) + (finishAt[i] as number) - (startAt[i] as number);
  }
  const turns = timetable(world.readers, span.from, span.until);
  return {
    ...{ policy: { name: "readroom" }, prepared, startAt, finishAt, readerOf, readingMs, reads },
    queue: queueOf(prepared, startAt, span.stepMs ?? HOUR),
    atWorkMs: timeAtWork(turns, world.readers.length, span.until),
  };
}

function queueOf(prepared: Prepared, startAt: Float64Array, stepMs: number): QueueLog {
  const { arrivals, lanes, laneOf, until } = prepared;
  const changes: { at: Instant; pool: number; by: 1 | -1 }[] = [];
  for (let i = 0; i < arrivals.count; i++) {
    const readable = arrivals.readableAt[i] as number;
    const start = startAt[i] as number;
    if (readable >= until || start <= readable) continue;
    const pool = lanes[laneOf[i] as number]?.pool ?? -1;
    changes.push({ at: readable, pool, by: 1 });
    if (start < until) changes.push({ at: start, pool, by: -1 });
  }
  const queue = new QueueLog(prepared, stepMs);
  for (const { at, pool, by } of changes.sort((a, b) => a.at - b.at || a.by - b.by)) {
    queue.advance(at);
    queue.change(pool, by);
  }
  queue.advance(until);
  return queue;
}
