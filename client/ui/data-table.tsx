// biome-ignore-all lint/a11y/useSemanticElements: virtualised rows are laid out by CSS grid, which a <table> can not be; the roles are those of the ARIA grid pattern
import { useMediaQuery } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef } from "react";
import classes from "./data-table.module.css";

export interface Column<Row> {
  id: string;
  header: string;
  /** A CSS grid track: "96px", "minmax(140px, 2fr)". */
  track: string;
  align?: "left" | "right";
  render: (row: Row) => ReactNode;
}

export interface DataTableProps<Row> {
  /** What the list is, for a screen reader: "Worklist, for me". */
  label: string;
  rows: readonly Row[];
  columns: ReadonlyArray<Column<Row>>;
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
    overscan: 12,
    scrollPaddingStart: 32,
  });
  const at = rows.findIndex((row) => rowId(row) === selected);
  useEffect(() => {
    if (at >= 0) virtual.scrollToIndex(at, { align: "auto" });
  }, [at, virtual]);
  useEffect(() => {
    if (props.autoFocus) scroller.current?.focus({ preventScroll: true });
  }, [props.autoFocus]);
  const onKeyDown = useGridKeys(props, at);
  const tracks = columns.map((column) => column.track).join(" ");

  return (
    <div className={classes.frame} {...props.hold}>
      {props.notice ? <div className={classes.notice}>{props.notice}</div> : null}
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
              >
                {column.header}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className={classes.body} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const row = rows[item.index] as Row;
            return (
              <GridRow
                key={rowId(row)}
                {...props}
                row={row}
                id={`${base}-${item.index}`}
                index={item.index}
                style={{ gridTemplateColumns: tracks, height: rowHeight, transform: `translateY(${item.start}px)` }}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function GridRow<Row>({
  row,
  id,
  index,
  style,
  ...props
}: DataTableProps<Row> & { row: Row; id: string; index: number; style: React.CSSProperties }) {
  const key = props.rowId(row);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid itself takes the keys (aria-activedescendant)
    <div
      id={id}
      role="row"
      aria-rowindex={index + 2}
      aria-selected={key === props.selected}
      data-dim={props.dim?.(row) || undefined}
      className={`${classes.row} ${classes.bodyRow}`}
      style={style}
      tabIndex={-1}
      onClick={() => props.onSelect(key)}
      onDoubleClick={() => props.onOpen?.(row)}
    >
      {props.columns.map((column) => (
        <span key={column.id} role="gridcell" className={classes.cell} data-align={column.align} tabIndex={-1}>
          {column.render(row)}
        </span>
      ))}
    </div>
  );
}

function Cards<Row>(props: DataTableProps<Row>) {
  return (
    <div className={classes.frame}>
      {props.notice ? <div className={classes.notice}>{props.notice}</div> : null}
      <ul className={classes.cards} aria-label={props.label}>
        {props.rows.map((row) => {
          const key = props.rowId(row);
          const chosen = key === props.selected;
          return (
            <li key={key}>
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
    const row = rows[to ?? at];
    if (!row) return;
    if (to !== null) onSelect(rowId(row));
    else if (event.key === "Enter" && onOpen) onOpen(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
