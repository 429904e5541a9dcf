import { OperationsView } from "@readroom/shared/contract/http/operations.js";
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { api } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { useFeed, useHubEvents } from "../../kernel/socket";
import { type Patches, patched, take } from "./patches";

const KEY = ["operations"];
/** Rows gather for so long before the lanes are drawn anew. */
const GATHER = 200;
/** People, counts and the short list are asked for again this long after something happened, and not sooner than `REST` after the last time. */
const SETTLE = 700;
const REST = 4_000;
/** What time alone changes: shifts that begin, clocks that run out. */
const EVERY = 45_000;

/** Events that change nothing beside the lanes. */
const QUIET = /^(worklist\.|study\.(receiving|claim_renewed)|presence|report\.(draft|saved))/;

/** The whole board once, then a row at a time; the rest beside it in one small request however much happens. */
export function useBoard() {
  const client = useQueryClient();
  const feed = useFeed();
  const seesRows = useMay("worklist.read");
  const keeper = useMemo(() => new Keeper(client), [client]);
  useEffect(() => keeper.run(), [keeper]);
  useEffect(() => feed.onGap(() => void client.invalidateQueries({ queryKey: KEY })), [feed, client]);
  useHubEvents((event) => {
    if (seesRows && take(keeper.patches, event)) keeper.draw();
    if (!QUIET.test(event.type)) keeper.refresh();
  });
  const query = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) =>
      patched(await api.get("/api/operations", OperationsView, { signal }), keeper.patches),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return { query, refresh: () => keeper.refresh(0) };
}

class Keeper {
  /** The newest row of each study that changed since the snapshot was asked for. */
  readonly patches = new Map<string, OperationsView["rows"][number] | null>();
  private drawing: ReturnType<typeof setTimeout> | undefined;
  private asking: ReturnType<typeof setTimeout> | undefined;
  private askedAt = 0;

  constructor(private readonly client: QueryClient) {}

  run(): () => void {
    const timer = setInterval(() => this.refresh(), EVERY);
    return () => {
      clearInterval(timer);
      clearTimeout(this.drawing);
      clearTimeout(this.asking);
      this.drawing = undefined;
      this.asking = undefined;
    };
  }

  draw(): void {
    this.drawing ??= setTimeout(() => {
      this.drawing = undefined;
      this.set((view) => patched(view, this.patches as Patches));
      if (this.patches.size > 2_000) this.patches.clear();
    }, GATHER);
  }

  /** rest: of what a person just did, the answer should show at once. */
  refresh(rest = REST): void {
    if (rest === 0) {
      clearTimeout(this.asking);
      this.asking = undefined;
    }
    const wait = Math.max(rest === 0 ? 0 : SETTLE, this.askedAt + rest - performance.now());
    this.asking ??= setTimeout(() => {
      this.asking = undefined;
      this.askedAt = performance.now();
      void this.ask();
    }, wait);
  }

  private async ask(): Promise<void> {
    // A failure is shown by nothing: what stands stays, and the next event or the timer asks again.
    const fresh = await api.get("/api/operations", OperationsView, { query: { rows: "false" } }).catch(() => null);
    if (fresh) this.set((view) => ({ ...fresh, rows: view.rows, truncated: view.truncated }));
  }

  private set(change: (view: OperationsView) => OperationsView): void {
    this.client.setQueryData<OperationsView>(KEY, (view) => view && change(view));
  }
}
