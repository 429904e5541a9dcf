import type { PersonChip } from "@readroom/shared/contract/http/worklist.js";
import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useSignedIn } from "../../kernel/session";
import { useFeed, useHubEvents } from "../../kernel/socket";
import { type Line, reduce, type Viewer, type Worklist, type WorklistChange } from "./model";
import { changeOf, loadWorklist } from "./source";

export const WORKLIST = ["worklist"] as const;
/** Only what comes during a load is needed of these; the cap keeps a list that is never loaded again from growing. */
const MOST_HEARD = 5_000;

/** Applies a change to the list that is loaded; does nothing before the first load. */
export function change(client: QueryClient, what: WorklistChange): void {
  client.setQueryData<Worklist>(WORKLIST, (list) => (list ? reduce(list, what) : list));
}

/**
 * The worklist, live: a snapshot, then the rows that the hub computes after each event. Such rows are not replayed, so the
 * snapshot is loaded again after every gap in the connection.
 */
export function useWorklist() {
  const client = useQueryClient();
  const feed = useFeed();
  const heard = useRef<WorklistChange[]>([]);
  const query = useQuery({
    queryKey: WORKLIST,
    queryFn: async ({ signal }) => {
      heard.current = [];
      const list = await loadWorklist(signal);
      // Rows that were pushed while the snapshot was on its way: it may be older than they are.
      return heard.current.reduce(reduce, list);
    },
    staleTime: 60_000,
  });
  useHubEvents((event) => {
    const what = changeOf(event);
    if (!what) return;
    if (heard.current.length < MOST_HEARD) heard.current.push(what);
    change(client, what);
  });
  useEffect(() => feed.onGap(() => void client.invalidateQueries({ queryKey: WORKLIST })), [feed, client]);

  const seq = query.data?.seq;
  useEffect(() => {
    // The snapshot was taken before the line stood: what happened in between was heard by nobody.
    if (seq !== undefined && feed.unbrokenSince !== null && seq < feed.unbrokenSince)
      void client.invalidateQueries({ queryKey: WORKLIST });
  }, [seq, feed, client]);

  return query;
}

/** Who is looking, for the selectors of the model. The list carries a fresher copy of the reader's rights than the session. */
export function useViewer(list: Worklist | undefined): Viewer {
  const session = useSignedIn();
  const reader = list ? list.reader : session.reader;
  return useMemo(() => ({ userId: session.user.id, reader }), [session.user.id, reader]);
}

/** Shows a study as claimed by this person before the hub has answered; `undo` puts back what was there. */
export function predictClaim(client: QueryClient, line: Line, by: PersonChip): () => void {
  change(client, {
    type: "line",
    line: { ...line, claim: { state: "held", by, since: 0, until: 0, fence: 0, note: "" } },
  });
  return () => change(client, { type: "line", line });
}
