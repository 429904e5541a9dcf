/** Where each cell lies, in columns and rows of the wall. */
interface Place {
  column: number;
  row: number;
  rows?: number;
}

interface Layout {
  label: string;
  /** CSS grid-template. */
  template: string;
  places: readonly Place[];
}

const even = (rows: number, columns: number): Pick<Layout, "template" | "places"> => ({
  template: `repeat(${rows}, minmax(0, 1fr)) / repeat(${columns}, minmax(0, 1fr))`,
  places: Array.from({ length: rows * columns }, (_, cell) => ({
    column: cell % columns,
    row: Math.floor(cell / columns),
  })),
});

/** Rows × columns; `mpr`: three planes of one series, the first one large. */
export const layouts = {
  "1x1": { label: "One", ...even(1, 1) },
  "1x2": { label: "Two side by side", ...even(1, 2) },
  "2x1": { label: "Two, one above the other", ...even(2, 1) },
  "2x2": { label: "Four", ...even(2, 2) },
  mpr: {
    label: "Three planes",
    template: "repeat(2, minmax(0, 1fr)) / minmax(0, 3fr) minmax(0, 2fr)",
    places: [
      { column: 0, row: 0, rows: 2 },
      { column: 1, row: 0 },
      { column: 1, row: 1 },
    ],
  },
} as const satisfies Record<string, Layout>;
export type LayoutId = keyof typeof layouts;
export type Direction = "left" | "right" | "up" | "down";

export function cellsOf(layout: LayoutId): number {
  return layouts[layout].places.length;
}

/** Where that cell stands, as CSS grid-area. */
export function areaOf(layout: LayoutId, cell: number): string {
  const places: readonly Place[] = layouts[layout].places;
  const { column, row, rows = 1 } = places[cell] ?? { column: 0, row: 0 };
  return `${row + 1} / ${column + 1} / span ${rows} / span 1`;
}

/** The cell beside `index` in that direction; the cell itself at the edge (moving focus never wraps to the far side). */
export function neighbour(layout: LayoutId, index: number, direction: Direction): number {
  const places: readonly Place[] = layouts[layout].places;
  const from = places[index];
  if (!from) return index;
  const columnStep = direction === "left" ? -1 : direction === "right" ? 1 : 0;
  const step = direction === "up" ? -1 : direction === "down" ? (from.rows ?? 1) : 0;
  const column = from.column + columnStep;
  const row = from.row + step;
  const covers = ({ column: at, row: first, rows = 1 }: Place) => at === column && row >= first && row < first + rows;
  const found = places.findIndex(covers);
  return found < 0 ? index : found;
}
