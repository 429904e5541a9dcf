import { type QueryClient, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import { useFeed, useHubEvents } from "../../kernel/socket";
import { useSignedIn } from "../../kernel/session";
import { type Line, reduce, type Viewer, type Worklist, type WorklistChange } from "./model";
import { loadLines, loadWorklist } from "./source";

export const WORKLIST = ["worklist"] as const;
const GATHER = 120;

/** Applies a change to the list that is loaded; does nothing before the first load. */
export function change(client: QueryClient, what: WorklistChange): void {
  client.setQueryData<Worklist>(WORKLIST, (list) => (list ? reduce(list, what) : list));
}

/**
 * The worklist, live: a snapshot, and after each event the studies that it names asked for again, all of a burst in one request
 * (rejected: patches on the wire, since what a row may show differs from viewer to viewer).
 */
export function useWorklist() {
  const client = useQueryClient();
  const feed = useFeed();
  const query = useQuery({ queryKey: WORKLIST, queryFn: ({ signal }) => loadWorklist(signal), staleTime: 60_000 });
  const due = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const refresh = async () => {
    timer.current = undefined;
    const asked = [...due.current];
    due.current.clear();
    try {
      change(client, { type: "refreshed", asked, lines: await loadLines(asked) });
    } catch {
      // What could not be refreshed is stale as a whole: load it again, which also shows why if that fails too.
      await client.invalidateQueries({ queryKey: WORKLIST });
    }
  };
  useHubEvents((event) => {
    const id = event.payload.studyId;
    const known = client.getQueryData<Worklist>(WORKLIST);
    if (typeof id !== "string" || !known || event.seq <= known.seq) return;
    due.current.add(id);
    timer.current ??= setTimeout(() => void refresh(), GATHER);
  });
  useEffect(() => () => clearTimeout(timer.current), []);

  const seq = query.data?.seq;
  useEffect(() => {
    // The snapshot was taken before the line stood: what happened in between was heard by nobody.
    if (seq !== undefined && feed.unbrokenSince !== null && seq < feed.unbrokenSince)
      void client.invalidateQueries({ queryKey: WORKLIST });
  }, [seq, feed, client]);

  return query;
}

/** Who is looking, for the selectors of the model. */
export function useViewer(): Viewer {
  const session = useSignedIn();
  return useMemo(() => ({ userId: session.user.id, reader: session.reader }), [session]);
}

/** Shows a study as claimed by this person before the hub has answered; `undo` puts back what was there. */
export function predictClaim(client: QueryClient, line: Line, by: { id: string; name: string }): () => void {
  change(client, { type: "line", line: { ...line, claim: { state: "held", by, fence: null } } });
  return () => change(client, { type: "line", line });
}
