/** What a list shows while it is held still: rows in the order they had, and how much is waiting behind. */
export interface HeldView<Row> {
  rows: Row[];
  /** Rows that have come since and are not shown yet. */
  arrived: number;
  /** Rows still shown that have left the list. */
  left: number;
  moved: boolean;
}

/**
 * A list never moves under a pointer. While it is held, known rows keep their place and take their newest content; rows that
 * came wait; rows that left stay as they were last seen (rejected: dropping them, which shifts all below by one row).
 * @param held the rows as shown when the hold began, newest known content
 * @param latest the list as it is now
 */
export function heldView<Row>(held: readonly Row[], latest: readonly Row[], id: (row: Row) => string): HeldView<Row> {
  const now = new Map(latest.map((row) => [id(row), row]));
  const before = new Set(held.map(id));
  const rows = held.map((row) => now.get(id(row)) ?? row);
  const arrived = latest.filter((row) => !before.has(id(row))).length;
  const left = held.filter((row) => !now.has(id(row))).length;
  const kept = latest.filter((row) => before.has(id(row))).map(id);
  const order = held.map(id).filter((key) => now.has(key));
  return { rows, arrived, left, moved: kept.some((key, at) => key !== order[at]) };
}

/** "3 new", "1 new, 2 gone", "order changed"; empty when nothing waits. */
export function sayWaiting(view: Pick<HeldView<unknown>, "arrived" | "left" | "moved">): string {
  const parts = [view.arrived ? `${view.arrived} new` : "", view.left ? `${view.left} gone` : ""].filter(Boolean);
  return parts.join(", ") || (view.moved ? "order changed" : "");
}
