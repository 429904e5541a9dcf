import { ActionIcon, Button, Checkbox, Popover } from "@mantine/core";
import { IconColumns3 } from "@tabler/icons-react";
import { useMemo } from "react";
import { z } from "zod";
import { usePreference } from "../../../kernel/preferences";
import { DataTable, type RowSource } from "../../../ui/data-table";
import { count } from "../../../ui/format";
import { sayWaiting } from "../../../ui/held";
import { ErrorState, OfflineState, SkeletonRows } from "../../../ui/states";
import { countOf } from "../conditions";
import type { LiveList } from "../live-list";
import type { Line } from "../model";
import classes from "../page.module.css";
import type { WorklistStore } from "../store";
import type { LookingInHand } from "../use-looking";
import { allColumns, LineCard, TRACKS, USUAL } from "./columns";
import { EmptyView } from "./empty-view";

const Columns = z.array(z.string()).min(1).max(40);
const idOf = (line: Line) => line.studyId;

/** The list in its four states. What is shown stays shown while it is loaded again. */
export function ListArea({
  store,
  looking,
  rows,
  userId,
  onOpen,
}: {
  store: WorklistStore;
  looking: LookingInHand;
  rows: RowSource<Line>;
  userId: string;
  onOpen: (line: Line) => void;
}) {
  const { list, loading } = store;
  const [chosen, setChosen] = usePreference("worklistColumns", Columns, USUAL as string[]);
  const every = useMemo(() => allColumns(userId), [userId]);
  const columns = useMemo(() => every.filter((column) => chosen.includes(column.id)), [every, chosen]);
  const hold = useHold(store);
  if (rows.length === 0) {
    if (loading.state === "failed") return <Failed store={store} />;
    if (loading.state !== "ready" && list.entries.size === 0) return <SkeletonRows rows={18} tracks={TRACKS} />;
    const { text } = looking.conditions;
    const filters = countOf(looking.conditions) - (text ? 1 : 0);
    return <EmptyView view={looking.definition.base} text={text ?? ""} filters={filters} />;
  }
  const waiting = sayWaiting(list.waiting);
  return (
    <DataTable
      label={`Worklist, ${looking.tabs.find((tab) => tab.id === looking.tab)?.label ?? "view"}`}
      rows={rows}
      columns={columns}
      rowId={idOf}
      selected={looking.selected}
      onSelect={looking.select}
      onOpen={onOpen}
      sort={looking.sort}
      onSort={looking.sortBy}
      card={(line) => <LineCard line={line} userId={userId} />}
      dim={(line) => line.claim.state === "held" && line.claim.by.id !== userId}
      hold={hold}
      corner={<ChooseColumns every={every} chosen={chosen} onChange={setChosen} />}
      notice={
        waiting ? (
          <Button size="compact-sm" variant="default" className={classes.waiting} onClick={() => letGo(store, list)}>
            {waiting}
          </Button>
        ) : null
      }
      autoFocus
    />
  );
}

function letGo(store: WorklistStore, list: LiveList): void {
  list.release();
  store.changed();
}

/** The list stays as it is while the mouse is over it: nothing moves under a pointer. */
function useHold(store: WorklistStore) {
  return useMemo(() => {
    const hold = (event: { pointerType: string }) => {
      if (event.pointerType === "mouse") store.list.hold();
    };
    return { onPointerEnter: hold, onPointerMove: hold, onPointerLeave: () => letGo(store, store.list) };
  }, [store]);
}

function ChooseColumns({
  every,
  chosen,
  onChange,
}: {
  every: ReadonlyArray<{ id: string; header: string }>;
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}) {
  return (
    <Popover position="bottom-end" withinPortal trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon size={24} aria-label="Choose columns">
          <IconColumns3 size={15} stroke={1.7} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown aria-label="Columns">
        <Checkbox.Group
          label="Columns"
          value={[...chosen]}
          onChange={(next) => onChange(next.length ? next : [...USUAL])}
        >
          <div className={classes.options}>
            {every.map((column) => (
              <Checkbox key={column.id} value={column.id} label={column.header} />
            ))}
          </div>
        </Checkbox.Group>
        <Button mt="xs" size="compact-sm" variant="subtle" color="gray" onClick={() => onChange([...USUAL])}>
          As usual
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

function Failed({ store }: { store: WorklistStore }) {
  if (store.loading.state !== "failed") return null;
  const { error } = store.loading;
  const retry = () => void store.load();
  return error.code === "offline" ? (
    <OfflineState onRetry={retry}>
      The list will be here again as soon as the connection is. A study that is open in another tab goes on working and
      keeps what you type.
    </OfflineState>
  ) : (
    <ErrorState
      title="The worklist could not be loaded"
      error={error}
      safe="Claims and drafts are safe on the hub."
      onRetry={retry}
    />
  );
}

/** While the rest of a long list is on its way. */
export const partial = (loading: WorklistStore["loading"]): string =>
  loading.state === "loading" && loading.total !== null && loading.lines > 0
    ? `${count(loading.lines)} of ${count(loading.total)} studies loaded`
    : "";
