// biome-ignore-all lint/a11y/useSemanticElements: virtualised rows are laid out by CSS grid, which a <table> can not be; the roles are those of the ARIA grid pattern
import { useMediaQuery } from "@mantine/hooks";
import { IconArrowDown, IconArrowUp } from "@tabler/icons-react";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, memo, type ReactNode, useEffect, useId, useRef } from "react";
import classes from "./data-table.module.css";

export interface Column<Row> {
  id: string;
  header: string;
  /** A CSS grid track: "96px", "minmax(140px, 2fr)". */
  track: string;
  align?: "left" | "right";
  /** Its header is a button that sorts by it. */
  sortable?: boolean;
  render: (row: Row) => ReactNode;
}

/** Rows by their place: the list may be long and change in place, so nothing here walks over it. */
export interface RowSource<Row> {
  length: number;
  at(index: number): Row;
  indexOf(id: string | null): number;
}

export interface DataTableProps<Row> {
  /** What the list is, for a screen reader: "Worklist, for me". */
  label: string;
  rows: RowSource<Row>;
  columns: ReadonlyArray<Column<Row>>;
  /** The column that the rows are sorted by; null: their own order. */
  sort?: { column: string; down: boolean } | null;
  onSort?: (column: string) => void;
  rowId: (row: Row) => string;
  selected: string | null;
  onSelect: (id: string) => void;
  /** Enter, or a double click. */
  onOpen?: (row: Row) => void;
  /** Below 768 px each row is a card: what is on it. A tap selects; a tap on the selected opens. */
  card: (row: Row) => ReactNode;
  rowHeight?: number;
  /** Dims the row: it is being changed, or belongs to someone else. */
  dim?: (row: Row) => boolean;
  /** Shown at the top of the rows: "3 new". */
  notice?: ReactNode;
  /** Takes the keyboard when it appears. */
  autoFocus?: boolean;
  hold?: object;
  /** At the right end of the header: choosing columns. */
  corner?: ReactNode;
}

/**
 * The list of the house: virtualised rows of 28 px under a sticky header, one selected row, j/k/arrows/Home/End/Page keys and
 * Enter. On a phone the same rows are cards.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const phone = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  return phone ? <Cards {...props} /> : <Grid {...props} />;
}

function Grid<Row>(props: DataTableProps<Row>) {
  const { rows, columns, rowId, selected, rowHeight = 28 } = props;
  const base = useId();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    scrollPaddingStart: 32,
  });
  const at = rows.indexOf(selected);
  const newest = useRef(at);
  newest.current = at;
  // Only choosing a row brings it into sight: one that moves must not take along whoever is reading elsewhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the row is now is read when another is chosen
  useEffect(() => {
    if (newest.current >= 0) virtual.scrollToIndex(newest.current, { align: "auto" });
  }, [selected, virtual]);
  useEffect(() => {
    if (props.autoFocus) scroller.current?.focus({ preventScroll: true });
  }, [props.autoFocus]);
  const onKeyDown = useGridKeys(props, at);
  const tracks = columns.map((column) => column.track).join(" ");
  const items = virtual.getVirtualItems();
  // Rows that scroll out are used again for those that come in: changing a text costs a third of making an element.
  const slots = useRef(0);
  slots.current = Math.max(slots.current, Math.ceil((items.length + 1) / 16) * 16);
  // Stable, so that a row is drawn again only when something of its own has changed.
  const hands = useRef<RowHands>({ select: () => undefined, open: () => undefined }).current;
  hands.select = props.onSelect;
  hands.open = (id) => {
    const place = rows.indexOf(id);
    if (place >= 0) props.onOpen?.(rows.at(place));
  };

  return (
    <div className={classes.frame} {...props.hold}>
      {props.notice ? <div className={classes.notice}>{props.notice}</div> : null}
      {props.corner ? <div className={classes.corner}>{props.corner}</div> : null}
      <div
        ref={scroller}
        className={classes.scroller}
        role="grid"
        aria-label={props.label}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={at >= 0 ? `${base}-${at}` : undefined}
        tabIndex={0}
        onKeyDown={onKeyDown}
      >
        <div role="rowgroup" className={classes.head}>
          <div
            role="row"
            aria-rowindex={1}
            className={`${classes.row} ${classes.headRow}`}
            style={{ gridTemplateColumns: tracks }}
            tabIndex={-1}
          >
            {columns.map((column) => (
              <span
                key={column.id}
                role="columnheader"
                className={classes.cell}
                data-align={column.align}
                tabIndex={-1}
                {...ariaSort(props.sort, column.id)}
              >
                <Header column={column} {...props} />
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
          {items.map((item) => {
            if (item.index >= rows.length) return null;
            const row = rows.at(item.index);
            const key = rowId(row);
            return (
              <TableRow
                key={item.index % slots.current}
                row={row}
                rowKey={key}
                columns={columns}
                tracks={tracks}
                height={rowHeight}
                top={item.start}
                selected={key === selected}
                dim={props.dim?.(row) ?? false}
                hands={hands}
                id={`${base}-${item.index}`}
                index={item.index}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

interface RowHands {
  select: (id: string) => void;
  open: (id: string) => void;
}

interface RowProps<Row> {
  row: Row;
  rowKey: string;
  id: string;
  index: number;
  columns: ReadonlyArray<Column<Row>>;
  tracks: string;
  height: number;
  top: number;
  selected: boolean;
  dim: boolean;
  hands: RowHands;
}

/** One row, drawn again only when its content, place or standing changes: scrolling draws what comes into sight and nothing else. */
const TableRow = memo(function TableRow<Item>({ row, rowKey, id, index, hands, ...props }: RowProps<Item>) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid itself takes the keys (aria-activedescendant)
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={props.selected}
      data-dim={props.dim || undefined}
      className={`${classes.row} ${classes.bodyRow}`}
      style={{
        gridTemplateColumns: props.tracks,
        height: props.height,
        transform: `translateY(${props.top}px)`,
      }}
      tabIndex={-1}
      onClick={() => hands.select(rowKey)}
      onDoubleClick={() => hands.open(rowKey)}
    >
      {props.columns.map((column) => (
        <span key={column.id} role="gridcell" className={classes.cell} data-align={column.align} tabIndex={-1}>
          {column.render(row)}
        </span>
      ))}
    </div>
  );
}) as <Item>(props: RowProps<Item>) => ReactNode;

const ariaSort = (sort: { column: string; down: boolean } | null | undefined, column: string) =>
  sort?.column === column ? ({ "aria-sort": sort.down ? "descending" : "ascending" } as const) : {};

function Header<Row>({ column, sort, onSort }: Pick<DataTableProps<Row>, "sort" | "onSort"> & { column: Column<Row> }) {
  if (!onSort || !column.sortable) return <>{column.header}</>;
  const mine = sort?.column === column.id;
  const Arrow = mine && sort.down ? IconArrowDown : IconArrowUp;
  return (
    <button
      type="button"
      className={classes.sort}
      aria-label={`Sort by ${column.header.toLowerCase()}`}
      onClick={() => onSort(column.id)}
    >
      {column.header}
      {mine ? <Arrow size={12} aria-hidden="true" /> : null}
    </button>
  );
}

/** Cards are of unlike heights: measured as they come into sight. */
function Cards<Row>(props: DataTableProps<Row>) {
  const { rows } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 124,
    overscan: 6,
    gap: 8,
  });
  return (
    <div className={classes.frame}>
      {props.notice ? <div className={classes.notice}>{props.notice}</div> : null}
      <div ref={scroller} className={classes.cards}>
        <ul className={classes.cardList} aria-label={props.label} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            if (item.index >= rows.length) return null;
            const row = rows.at(item.index);
            const key = props.rowId(row);
            const chosen = key === props.selected;
            return (
              <li
                key={key}
                ref={virtual.measureElement}
                data-index={item.index}
                aria-setsize={rows.length}
                aria-posinset={item.index + 1}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <button
                  type="button"
                  className={classes.card}
                  data-dim={props.dim?.(row) || undefined}
                  aria-pressed={chosen}
                  onClick={() => (chosen && props.onOpen ? props.onOpen(row) : props.onSelect(key))}
                >
                  {props.card(row)}
                </button>
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

/** Where a key leads from row `at` of `length`; null for a key that moves nothing. */
export function moveTo(key: string, at: number, length: number): number | null {
  if (length === 0) return null;
  const clamp = (to: number) => Math.max(0, Math.min(length - 1, to));
  switch (key) {
    case "j":
    case "ArrowDown":
      return clamp(at + 1);
    case "k":
    case "ArrowUp":
      return clamp(at < 0 ? 0 : at - 1);
    case "Home":
      return 0;
    case "End":
      return length - 1;
    case "PageDown":
      return clamp(at + 12);
    case "PageUp":
      return clamp(at - 12);
    default:
      return null;
  }
}

function useGridKeys<Row>({ rows, rowId, onSelect, onOpen }: DataTableProps<Row>, at: number) {
  return (event: KeyboardEvent) => {
    if (event.metaKey || event.ctrlKey || event.altKey || event.target !== event.currentTarget) return;
    const to = moveTo(event.key, at, rows.length);
    const place = to ?? at;
    if (place < 0 || place >= rows.length) return;
    const row = rows.at(place);
    if (to !== null) onSelect(rowId(row));
    else if (event.key === "Enter" && onOpen) onOpen(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
