import type { DeliveryView } from "@readroom/shared/contract/http/delivery.js";
import type {
  AttentionEntry,
  OperationsView,
  PoolLane,
  ReaderLoad,
} from "@readroom/shared/contract/http/operations.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";

/** A study in its pool's lane. Instants in ms. */
export interface Tick {
  studyId: string;
  label: string;
  urgency: Urgency;
  deadline: number;
  clockStartedAt: number;
  holder: string | null;
}

export interface Lane {
  pool: Pick<PoolLane, "id" | "name">;
  ticks: readonly Tick[];
  /** On shift in this pool, those on a break too. */
  readers: readonly ReaderLoad[];
}

/** The view's rows and readers by pool; studies without a clock or already signed are in no lane. */
export function lanesOf(view: Pick<OperationsView, "pools" | "rows" | "readers">): Lane[] {
  return view.pools.map((pool) => ({
    pool,
    ticks: view.rows.flatMap((row) =>
      row.pool?.id === pool.id && row.clock && row.claim.state !== "done"
        ? {
            studyId: row.studyId,
            label: `${row.procedure} · ${row.site.name}`,
            urgency: row.urgency,
            deadline: row.clock.deadline,
            clockStartedAt: row.clock.startedAt,
            holder: row.claim.state === "held" ? row.claim.by.name : null,
          }
        : [],
    ),
    readers: view.readers.filter((reader) => reader.onShift && reader.poolIds.includes(pool.id)),
  }));
}

const MINUTE = 60_000;
/** The axis runs from an hour over to eight hours ahead. */
export const AXIS = { over: 60 * MINUTE, ahead: 8 * 60 * MINUTE };

const root = (ms: number) => Math.sign(ms) * Math.sqrt(Math.abs(ms));

/**
 * Where a deadline stands on the axis, 0…1, for time left in ms. The scale is a square root on both sides of now, so that the
 * last minutes are spread out and the far hours are not (rejected: linear, where everything urgent is one smear at the left).
 */
export function place(left: number): number {
  const from = root(-AXIS.over);
  const to = root(AXIS.ahead);
  const clamped = Math.max(-AXIS.over, Math.min(AXIS.ahead, left));
  return (root(clamped) - from) / (to - from);
}

/** Marks of the axis: time left in ms and what is written there. */
export const MARKS: ReadonlyArray<{ left: number; label: string }> = [
  { left: -30 * MINUTE, label: "\u221230 min" },
  { left: 0, label: "now" },
  { left: 15 * MINUTE, label: "15 min" },
  { left: 60 * MINUTE, label: "1 h" },
  { left: 2 * 60 * MINUTE, label: "2 h" },
  { left: 4 * 60 * MINUTE, label: "4 h" },
  { left: 8 * 60 * MINUTE, label: "8 h" },
];

/**
 * Gives each tick a row so that none hides another: the first row where the tick before it is at least `gap` (share of the axis)
 * away; the last row takes what fits nowhere. Ticks come back in order of deadline.
 */
export function rowsOf(
  ticks: readonly Tick[],
  now: number,
  rows = 3,
  gap = 0.014,
): Array<{ tick: Tick; at: number; row: number }> {
  const last = Array.from({ length: rows }, () => Number.NEGATIVE_INFINITY);
  return [...ticks]
    .sort((a, b) => a.deadline - b.deadline)
    .map((tick) => {
      const at = place(tick.deadline - now);
      const free = last.findIndex((before) => at - before >= gap);
      const row = free === -1 ? rows - 1 : free;
      last[row] = at;
      return { tick, at, row };
    });
}

/** Counts for the head of the page. */
export function totals(lanes: readonly Lane[], now: number) {
  const ticks = lanes.flatMap((lane) => lane.ticks);
  return {
    waiting: ticks.filter((tick) => tick.holder === null).length,
    reading: ticks.filter((tick) => tick.holder !== null).length,
    over: ticks.filter((tick) => tick.deadline <= now).length,
    short: ticks.filter(
      (tick) => tick.deadline > now && tick.deadline - now < 0.25 * Math.max(tick.deadline - tick.clockStartedAt, 1),
    ).length,
    readers: new Set(
      lanes.flatMap((lane) => lane.readers.filter((reader) => !reader.onBreak).map((reader) => reader.id)),
    ).size,
  };
}

/** How a delivery stands, as one word with its weight. */
export function deliveryWord(
  state: DeliveryView["state"],
  heldBack: boolean,
): { text: string; tone: "ok" | "wait" | "bad" } {
  switch (state) {
    case "delivered":
      return { text: "delivered", tone: "ok" };
    case "refused":
      return { text: "refused", tone: "bad" };
    case "ambiguous":
      return { text: "unclear", tone: "bad" };
    case "gave_up":
      return { text: "given up", tone: "bad" };
    case "sending":
      return { text: "sending", tone: "wait" };
    case "waiting":
      return { text: heldBack ? "after an earlier one" : "waiting", tone: "wait" };
  }
}

const ACTION_WORDS = {
  send_again: "Send again",
  confirm_received: "It arrived",
  give_up: "Give up",
} as const;

/** What a button for it says. */
export const actionWord = (action: keyof typeof ACTION_WORDS): string => ACTION_WORDS[action];

/** Kinds of attention in words, as a heading before each entry. */
export const KIND_WORDS: Record<AttentionEntry["kind"], string> = {
  critical_unacknowledged: "Not acknowledged",
  unroutable: "Not routable",
  no_reader: "No reader",
  unmatched: "No order",
  delivery_ambiguous: "Unclear delivery",
  undelivered: "Not delivered",
  ingest_incident: "Not taken",
  reaction_failed: "Failed step",
};
