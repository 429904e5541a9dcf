import { Button, TextInput } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { asHubError } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { useLive } from "../../kernel/socket";
import { DataTable } from "../../ui/data-table";
import { KeyHint, useKeyMap, useKeys } from "../../ui/keys";
import type { KeyAction } from "../../ui/keys-model";
import { LiveDot } from "../../ui/live-dot";
import { useNow } from "../../ui/now";
import { ErrorState, OfflineState, SkeletonRows } from "../../ui/states";
import { useHeld } from "../../ui/use-held";
import { useClaims } from "./actions";
import { type Line, linesOf, views } from "./model";
import classes from "./page.module.css";
import { columns, LineCard, TRACKS } from "./parts/columns";
import { DropUpload } from "./parts/drop-upload";
import { EmptyView } from "./parts/empty-view";
import { Preview } from "./parts/preview";
import { useSavedViews, ViewTabs } from "./parts/view-tabs";
import { useViewer, useWorklist } from "./use-worklist";

const idOf = (line: Line) => line.studyId;

/** Studies waiting to be read: which is next, why, by when, and who has what. */
export default function WorklistPage() {
  const query = useWorklist();
  const viewer = useViewer(query.data);
  const now = useNow();
  const saved = useSavedViews();
  // Other pages lead here with a tab and a study; from then on the page goes its own way.
  const [wanted] = useSearchParams();
  const [chosen, setChosen] = useState<string>(() => wanted.get("view") ?? (viewer.reader ? "for-me" : "all"));
  const [filter, setFilter] = useState("");
  const [selected, setSelected] = useState<string | null>(() => wanted.get("study"));
  const [previewing, setPreviewing] = useState(true);
  const field = useRef<HTMLInputElement>(null);
  const claims = useClaims();
  const mayClaim = useMay("study.claim");

  const own = saved.list.find((view) => view.name === chosen);
  const base = own?.base ?? chosen;
  // The clock moves lines between tabs; half a minute is soon enough for that and keeps the list from being sorted every second.
  const coarse = Math.floor(now / 30_000) * 30_000;
  const all = query.data;
  const tabs = useMemo(() => (all ? views(all, viewer, coarse) : []), [all, viewer, coarse]);
  const latest = useMemo(
    () => (all ? linesOf(all, base, filter || (own?.filter ?? ""), viewer, coarse) : []),
    [all, base, filter, own, viewer, coarse],
  );
  const held = useHeld(latest, idOf);
  const at = held.rows.findIndex((line) => line.studyId === selected);
  const current = at >= 0 ? held.rows[at] : undefined;
  const open = (line: Line) => void claims.open(line, mayClaim);
  const move = (by: number) => {
    const to = held.rows[Math.max(0, Math.min(held.rows.length - 1, at + by))];
    if (to) setSelected(to.studyId);
  };
  const keys: KeyAction[] = [
    ...(mayClaim ? [key("next", "N", "Claim and open the next study", () => void claims.next())] : []),
    key("open", "Enter", "Open the selected study", () => current && open(current)),
    key("preview", "Space", "Show or hide the preview", () => setPreviewing((was) => !was)),
    ...(mayClaim
      ? [key("release", "R", "Release the selected study", () => current && void claims.release(current))]
      : []),
    key("filter", "F", "Filter", () => field.current?.focus()),
    key("down", "J", "Next line", () => move(1), "ArrowDown"),
    key("up", "K", "Line before", () => move(-1), "ArrowUp"),
  ];
  useKeys(keys);

  return (
    <DropUpload>
      <div className={classes.page}>
        <h1 className="rr-visually-hidden">Worklist</h1>
        <div className={classes.top}>
          <ViewTabs
            tabs={tabs}
            saved={saved}
            chosen={chosen}
            onChoose={(id) => {
              setChosen(id);
              setFilter("");
            }}
            filter={filter}
          />
          <div className={classes.tools}>
            <TextInput
              ref={field}
              size="xs"
              className={classes.filter}
              aria-label="Filter the list"
              placeholder="Filter"
              leftSection={<IconSearch size={14} stroke={1.8} />}
              rightSection={
                filter ? (
                  <button
                    type="button"
                    className={classes.clear}
                    aria-label="Clear the filter"
                    onClick={() => setFilter("")}
                  >
                    <IconX size={14} />
                  </button>
                ) : null
              }
              value={filter}
              onChange={(event) => setFilter(event.currentTarget.value)}
              onKeyDown={(event) => {
                if (event.key !== "Escape" && event.key !== "Enter") return;
                if (event.key === "Escape") setFilter("");
                event.currentTarget.blur();
                event.stopPropagation();
              }}
            />
            {mayClaim ? (
              <Button
                onClick={() => void claims.next()}
                rightSection={
                  <span className={classes.nextKey}>
                    <KeyHint combo="N" action="worklist.next" />
                  </span>
                }
              >
                Next study
              </Button>
            ) : null}
          </div>
        </div>
        <div className={classes.body} data-preview={previewing && current !== undefined}>
          <ListArea query={query} empty={latest.length === 0 && held.rows.length === 0} filter={filter} view={base}>
            <DataTable
              label="Studies"
              rows={held.rows}
              columns={columns(viewer.userId)}
              rowId={idOf}
              selected={selected}
              onSelect={setSelected}
              onOpen={open}
              card={(line) => <LineCard line={line} userId={viewer.userId} />}
              dim={(line) => line.claim.state === "held" && line.claim.by.id !== viewer.userId}
              hold={held.hold}
              notice={
                held.waiting ? (
                  <Button variant="default" radius="xl" onClick={held.release} className={classes.waiting}>
                    {held.waiting}
                  </Button>
                ) : null
              }
              autoFocus
            />
          </ListArea>
          {previewing && current ? (
            <Preview
              line={current}
              onOpen={() => open(current)}
              onClose={() => setSelected(null)}
              mayClaim={mayClaim}
            />
          ) : null}
        </div>
        <Footer mayClaim={mayClaim} />
      </div>
    </DropUpload>
  );
}

const key = (id: string, combo: string, label: string, run: () => void, other?: string): KeyAction => ({
  id: `worklist.${id}`,
  keys: other ? [combo, other] : [combo],
  label,
  group: "Worklist",
  run,
});

/** The list in its four states. What is shown stays shown while it is loaded again. */
function ListArea({
  query,
  empty,
  filter,
  view,
  children,
}: {
  query: ReturnType<typeof useWorklist>;
  empty: boolean;
  filter: string;
  view: string;
  children: React.ReactNode;
}) {
  if (query.data) return empty ? <EmptyView view={view} filter={filter} /> : children;
  if (!query.error) return <SkeletonRows rows={18} tracks={TRACKS} />;
  const error = asHubError(query.error);
  const retry = () => void query.refetch();
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

function Footer({ mayClaim }: { mayClaim: boolean }) {
  const live = useLive();
  const { openMap } = useKeyMap();
  const hints: Array<[string, string, string]> = [
    ...(mayClaim ? ([["N", "worklist.next", "next"]] as Array<[string, string, string]>) : []),
    ["Enter", "worklist.open", "open"],
    ["Space", "worklist.preview", "preview"],
    ...(mayClaim ? ([["R", "worklist.release", "release"]] as Array<[string, string, string]>) : []),
    ["F", "worklist.filter", "filter"],
  ];
  return (
    <footer className={classes.footer}>
      <span className={classes.hints}>
        {hints.map(([combo, action, label]) => (
          <span key={action} className={classes.hint}>
            <KeyHint combo={combo} action={action} /> {label}
          </span>
        ))}
        <button type="button" className={classes.allKeys} onClick={openMap}>
          <KeyHint combo="?" /> all keys
        </button>
      </span>
      <LiveDot live={live} />
    </footer>
  );
}
