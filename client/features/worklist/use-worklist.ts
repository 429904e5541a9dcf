import type { PersonChip } from "@readroom/shared/contract/http/worklist.js";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { useSignedIn } from "../../kernel/session";
import { useFeed, useHubEvents } from "../../kernel/socket";
import type { Line, Viewer } from "./model";
import { changeOf } from "./source";
import { storeOf, type WorklistStore } from "./store";

/** The list of whoever is logged in. Re-renders the caller when it changes, at most once a frame. */
export function useWorklist(): WorklistStore {
  const store = useStore();
  useSyncExternalStore(store.subscribe, store.snapshot);
  return store;
}

export function useStore(): WorklistStore {
  return storeOf(useSignedIn().user.id);
}

/**
 * Keeps the list true while Readroom is open, on whichever page: rows that the hub computes after each event go into it. They are not
 * replayed, so it is loaded again after every gap in the connection. Loads nothing by itself before a page has asked for the list.
 */
export function useListKeptTrue(): void {
  const store = useStore();
  const feed = useFeed();
  useHubEvents((event) => {
    const what = changeOf(event);
    if (what) store.push(what);
  });
  useEffect(() => {
    const again = () => {
      if (store.loading.state !== "none") void store.load();
    };
    const undo = [feed.onGap(again), feed.onReset(again)];
    return () => {
      for (const step of undo) step();
    };
  }, [feed, store]);
}

/** Loads the list for a page that shows it, and again where the snapshot was taken before the line stood: nobody heard what came between. */
export function useListLoaded(store: WorklistStore): void {
  const feed = useFeed();
  useEffect(() => {
    if (store.loading.state === "none" || store.loading.state === "failed") void store.load();
  }, [store]);
  const ready = store.loading.state === "ready";
  useEffect(() => {
    if (ready && feed.unbrokenSince !== null && store.seq < feed.unbrokenSince) void store.load();
  }, [ready, store, feed]);
}

/** Who is looking, for the selectors of the model. The list carries a fresher copy of the reader's rights than the session. */
export function useViewer(store: WorklistStore): Viewer {
  const session = useSignedIn();
  const reader = store.loading.state === "none" ? session.reader : (store.reader ?? session.reader);
  return useMemo(() => ({ userId: session.user.id, reader }), [session.user.id, reader]);
}

/** Shows a study as claimed by this person before the hub has answered; `undo` puts back what was there. */
export function predictClaim(store: WorklistStore, line: Line, by: PersonChip): () => void {
  store.push({ type: "line", line: { ...line, claim: { state: "held", by, since: 0, until: 0, fence: 0, note: "" } } });
  return () => store.push({ type: "line", line });
}
