/** Rows × columns. */
export const layouts = {
  "1x1": { rows: 1, columns: 1, label: "One" },
  "1x2": { rows: 1, columns: 2, label: "Two side by side" },
  "2x1": { rows: 2, columns: 1, label: "Two, one above the other" },
  "2x2": { rows: 2, columns: 2, label: "Four" },
} as const;
export type LayoutId = keyof typeof layouts;
export type Direction = "left" | "right" | "up" | "down";

export function cellsOf(layout: LayoutId): number {
  return layouts[layout].rows * layouts[layout].columns;
}

/** The cell beside `index` in that direction; the cell itself at the edge (moving focus never wraps to the far side). */
export function neighbour(layout: LayoutId, index: number, direction: Direction): number {
  const { rows, columns } = layouts[layout];
  const row = Math.floor(index / columns);
  const column = index % columns;
  const clamp = (value: number, limit: number) => Math.max(0, Math.min(limit - 1, value));
  const rowStep = direction === "up" ? -1 : direction === "down" ? 1 : 0;
  const columnStep = direction === "left" ? -1 : direction === "right" ? 1 : 0;
  return clamp(row + rowStep, rows) * columns + clamp(column + columnStep, columns);
}
