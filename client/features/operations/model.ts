import type { DeliveryView } from "@readroom/shared/contract/http/delivery.js";
import type {
  AttentionEntry,
  OperationsView,
  PoolLane,
  ReaderLoad,
} from "@readroom/shared/contract/http/operations.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import { sayLeft } from "../../ui/deadline";

/** A study in its pool's lane. Instants in ms. */
export interface Tick {
  studyId: string;
  label: string;
  urgency: Urgency;
  deadline: number;
  clockStartedAt: number;
  holder: string | null;
  /** Why its clock stands still; null where it runs. */
  paused: string | null;
}

/** Somebody beside a lane, with what they hold now. */
export interface Crew extends ReaderLoad {
  open: number;
}

export interface Lane {
  pool: PoolLane;
  ticks: readonly Tick[];
  /** On shift or on call in this pool, those on a break too; who is free first. */
  readers: readonly Crew[];
}

type Row = OperationsView["rows"][number];

/** Does the study still stand on the board? */
export const onBoard = (row: Row, groupId: string): boolean =>
  row.groupId === groupId &&
  (["none", "draft", "preliminary"].includes(row.report.state) || row.claim.state === "held");

/** The view's rows and readers by pool; studies without a clock or already signed are in no lane. */
export function lanesOf(view: Pick<OperationsView, "pools" | "rows" | "readers" | "paused">): Lane[] {
  const paused = new Map(view.paused.map(({ studyId, words }) => [studyId, words]));
  const held = new Map<string, number>();
  const ticks = new Map<string, Tick[]>(view.pools.map(({ id }) => [id, []]));
  for (const row of view.rows) {
    if (row.claim.state === "held") held.set(row.claim.by.id, (held.get(row.claim.by.id) ?? 0) + 1);
    if (row.clock && row.pool && row.claim.state !== "done")
      ticks.get(row.pool.id)?.push(tickOf(row, row.clock, paused));
  }
  const seesRows = view.rows.length > 0;
  const crew = view.readers
    .filter((reader) => reader.onShift || reader.onCallUntil !== null)
    .map((reader) => ({ ...reader, open: seesRows ? (held.get(reader.id) ?? 0) : reader.holding.length }))
    .sort((a, b) => rank(a) - rank(b) || a.open - b.open || a.name.localeCompare(b.name));
  return view.pools.map((pool) => ({
    pool,
    ticks: ticks.get(pool.id) ?? [],
    readers: crew.filter((reader) => reader.poolIds.includes(pool.id)),
  }));
}

const rank = (reader: ReaderLoad): number => (reader.onShift ? (reader.onBreak ? 1 : 0) : 2);

const tickOf = (row: Row, clock: NonNullable<Row["clock"]>, paused: ReadonlyMap<string, string>): Tick => ({
  studyId: row.studyId,
  label: `${row.procedure} · ${row.site.name}`,
  urgency: row.urgency,
  deadline: clock.deadline,
  clockStartedAt: clock.startedAt,
  holder: row.claim.state === "held" ? row.claim.by.name : null,
  paused: paused.get(row.studyId) ?? null,
});

/** How a tick's clock stands. */
export type Standing = "paused" | "over" | "short" | "ample";
export function standingOf(tick: Tick, now: number): Standing {
  if (tick.paused !== null) return "paused";
  if (tick.deadline <= now) return "over";
  return tick.deadline - now < 0.25 * Math.max(tick.deadline - tick.clockStartedAt, 1) ? "short" : "ample";
}

/** A tick in words, for hover and for screen readers. */
export function tickInWords(tick: Tick, now: number): string {
  const clock = tick.paused === null ? sayLeft(tick.deadline - now) : `clock paused, ${tick.paused}`;
  return [tick.label, tick.urgency, clock, tick.holder ? `with ${tick.holder}` : "waiting"].join(", ");
}

/** A lane's counts; of those who may not see studies, as the hub counted them. */
export function countsOf(lane: Lane, now: number, seesRows: boolean) {
  const { pool, ticks } = lane;
  if (!seesRows) return { waiting: pool.open, reading: pool.held, short: pool.atRisk, over: pool.late };
  const standings = ticks.map((tick) => standingOf(tick, now));
  return {
    waiting: ticks.filter((tick) => tick.holder === null).length,
    reading: ticks.filter((tick) => tick.holder !== null).length,
    short: standings.filter((standing) => standing === "short").length,
    over: standings.filter((standing) => standing === "over").length,
  };
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

/** How a lane is drawn: rows, height of a tick and share of the axis between two in one row. The fuller the lane, the smaller. */
export interface Density {
  rows: number;
  step: number;
  gap: number;
  name: "few" | "many" | "dense";
}
export function densityOf(ticks: number): Density {
  if (ticks <= 48) return { rows: 3, step: 20, gap: 0.02, name: "few" };
  if (ticks <= 160) return { rows: 7, step: 10, gap: 0.012, name: "many" };
  return { rows: 14, step: 6, gap: 0.009, name: "dense" };
}

export interface Placed {
  tick: Tick;
  at: number;
  row: number;
}

/**
 * Gives each tick a row so that none hides another: the first row where the tick before it is at least `gap` (share of the axis)
 * away; where none is free, the one whose last tick is farthest. Ticks come back in order of deadline.
 */
export function rowsOf(ticks: readonly Tick[], now: number, { rows, gap }: Pick<Density, "rows" | "gap">): Placed[] {
  const last = Array.from({ length: rows }, () => Number.NEGATIVE_INFINITY);
  return [...ticks]
    .sort((a, b) => a.deadline - b.deadline || (a.studyId < b.studyId ? -1 : 1))
    .map((tick) => {
      const at = place(tick.deadline - now);
      const free = last.findIndex((before) => at - before >= gap);
      const row = free === -1 ? last.indexOf(Math.min(...last)) : free;
      last[row] = at;
      return { tick, at, row };
    });
}

/** Counts for the head of the page. */
export function totals(lanes: readonly Lane[], now: number, seesRows = true) {
  const counts = lanes.map((lane) => countsOf(lane, now, seesRows));
  const sum = (key: "waiting" | "reading" | "short" | "over") => counts.reduce((all, one) => all + one[key], 0);
  const readers = lanes.flatMap((lane) =>
    lane.readers.filter((one) => one.onShift && !one.onBreak).map(({ id }) => id),
  );
  return {
    ...{ waiting: sum("waiting"), reading: sum("reading"), over: sum("over"), short: sum("short") },
    readers: new Set(readers).size,
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
  no_reader: "Nobody to read it",
  unmatched: "No order",
  delivery_ambiguous: "Unclear delivery",
  undelivered: "Not delivered",
  no_receiver: "No receiver",
  ingest_incident: "Image not taken",
  message_rejected: "Message not taken",
  reaction_failed: "Failed step",
  late_images: "Late images",
  clock_skew: "Wrong clock",
  credential_expiring: "Credential ends",
};
