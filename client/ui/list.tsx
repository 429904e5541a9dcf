import { useMediaQuery } from "@mantine/hooks";
import type { ReactNode } from "react";
import classes from "./list.module.css";
import { asShown, type Loaded } from "./loaded";
import { ErrorState, OfflineState, SkeletonRows } from "./states";

export interface ListColumn<Row> {
  header: string;
  render: (row: Row) => ReactNode;
  align?: "right";
  /** Takes the room that is left. */
  wide?: boolean;
}

/**
 * A short table inside a page (up to some hundred rows; longer lists are a DataTable), with its four states. On a phone each row
 * is a card: the first column is its title, the others are named.
 */
export function List<Row>({
  label,
  loaded,
  columns,
  rowId,
  empty,
  onPick,
}: {
  label: string;
  loaded: Loaded<readonly Row[]>;
  columns: ReadonlyArray<ListColumn<Row>>;
  rowId: (row: Row) => string;
  empty: ReactNode;
  /** Makes the first column a button. */
  onPick?: (row: Row) => void;
}) {
  const phone = useMediaQuery("(max-width: 48em)", undefined, { getInitialValueInEffect: false });
  const shown = asShown(loaded);
  switch (shown.state) {
    case "loading":
      return (
        <SkeletonRows rows={4} tracks={columns.map((column) => (column.wide ? "2fr" : "1fr")).join(" ")} height={36} />
      );
    case "error":
      return <ErrorState title={`${label}: could not be loaded`} error={shown.error} onRetry={shown.retry} />;
    case "offline":
      return <OfflineState onRetry={shown.retry}>This list comes back with the connection.</OfflineState>;
    case "ready":
      if (shown.value.length === 0) return empty;
      return phone ? (
        <ul className={classes.cards} aria-label={label}>
          {shown.value.map((row) => (
            <li key={rowId(row)} className={classes.card}>
              {columns.map((column, at) => (
                <div key={column.header} className={at === 0 ? classes.cardTitle : classes.cardLine}>
                  {at === 0 ? null : <span className={classes.cardName}>{column.header}</span>}
                  <First row={row} column={column} pick={at === 0 ? onPick : undefined} />
                </div>
              ))}
            </li>
          ))}
        </ul>
      ) : (
        <Table label={label} rows={shown.value} columns={columns} rowId={rowId} onPick={onPick} />
      );
  }
}

function Table<Row>({
  label,
  rows,
  columns,
  rowId,
  onPick,
}: {
  label: string;
  rows: readonly Row[];
  columns: ReadonlyArray<ListColumn<Row>>;
  rowId: (row: Row) => string;
  onPick: ((row: Row) => void) | undefined;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className={classes.scroll} tabIndex={0} aria-label={`${label}, table`}>
      <table className={classes.table}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.header} scope="col" data-align={column.align} data-wide={column.wide}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={rowId(row)}>
              {columns.map((column, at) => (
                <td key={column.header} data-align={column.align} data-wide={column.wide}>
                  <First row={row} column={column} pick={at === 0 ? onPick : undefined} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function First<Row>({
  row,
  column,
  pick,
}: {
  row: Row;
  column: ListColumn<Row>;
  pick: ((row: Row) => void) | undefined;
}) {
  if (!pick) return <>{column.render(row)}</>;
  return (
    <button type="button" className={classes.pick} onClick={() => pick(row)}>
      {column.render(row)}
    </button>
  );
}
