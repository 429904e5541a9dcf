import { type LinesPage, linesOfPage } from "@readroom/shared/contract/http/worklist-lines.js";
import type { Reader } from "@readroom/shared/domain/eligibility.js";
import { asHubError, type HubError } from "../../kernel/api";
import { serverClock } from "../../kernel/clock";
import { type Change, LiveList } from "./live-list";
import type { Line } from "./model";
import { loadPage } from "./source";

export type Loading =
  | { state: "none" }
  /** `lines` of `total` are here; what is here can be worked with. */
  | { state: "loading"; lines: number; total: number | null }
  | { state: "ready"; at: number }
  | { state: "failed"; error: HubError };

const SWEEP_EVERY = 30_000;
/** Lines looked at in one go while nothing else is to be done: about 2 ms. */
const SWEEP_LINES = 2_000;

/**
 * The list of whoever is logged in, kept while they go to other pages: loaded once, then changed by what the hub pushes. Whoever draws it
 * is told at most once a frame.
 */
export class WorklistStore {
  readonly list = new LiveList();
  loading: Loading = { state: "none" };
  reader: Reader | null = null;
  seq = 0;
  private listeners = new Set<() => void>();
  private planned = false;
  private run: AbortController | null = null;
  /** What is pushed while a snapshot is on its way: the snapshot may be older. */
  private gone = new Set<string>();
  private pushed = new Set<string>();
  private sweeper: ReturnType<typeof setInterval> | null = null;
  private version = 0;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    this.sweeper ??= setInterval(() => this.sweep(), SWEEP_EVERY);
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0 || !this.sweeper) return;
      clearInterval(this.sweeper);
      this.sweeper = null;
    };
  };

  snapshot = (): number => this.version;

  /** Tells whoever draws, at the next frame. */
  changed(): void {
    if (this.planned) return;
    this.planned = true;
    const tell = () => {
      this.planned = false;
      this.version += 1;
      for (const listener of this.listeners) listener();
    };
    if (document.visibilityState === "visible") requestAnimationFrame(tell);
    else setTimeout(tell, 250);
  }

  push(change: Change): void {
    if (this.loading.state === "none") return;
    if (this.run) {
      const id = change.type === "line" ? change.line.studyId : change.studyId;
      if (change.type === "gone") this.gone.add(id);
      else this.gone.delete(id);
      this.pushed.add(id);
    }
    this.list.apply(change, serverClock.now());
    this.changed();
  }

  lineOf(studyId: string | null): Line | null {
    return (studyId && this.list.entries.get(studyId)?.line) || null;
  }

  /** Loads the list, or loads it again behind what is shown. */
  async load(): Promise<void> {
    this.run?.abort();
    const run = new AbortController();
    this.run = run;
    this.gone.clear();
    this.pushed.clear();
    if (this.loading.state !== "ready") this.loading = { state: "loading", lines: 0, total: null };
    this.changed();
    try {
      await this.loadPages(run.signal);
      this.loading = { state: "ready", at: serverClock.now() };
    } catch (thrown) {
      if (run.signal.aborted) return;
      // What was loaded stays on screen; the live dot says that the line is gone.
      if (this.loading.state !== "ready") this.loading = { state: "failed", error: asHubError(thrown) };
    } finally {
      if (this.run === run) this.run = null;
      this.changed();
    }
  }

  private async loadPages(signal: AbortSignal): Promise<void> {
    const again = this.loading.state === "ready";
    const seen = new Set<string>();
    // The next page is on its way while this one is put in.
    let coming: ReturnType<typeof loadPage> | null = loadPage(null, signal);
    let first = true;
    while (coming) {
      const page: LinesPage = await coming;
      signal.throwIfAborted();
      coming = page.next === null ? null : loadPage(page.next, signal);
      coming?.catch(() => undefined);
      const lines = linesOfPage(page).filter(({ studyId }) => !this.gone.has(studyId));
      for (const { studyId } of lines) seen.add(studyId);
      if (first) {
        this.seq = page.seq;
        this.reader = page.reader;
      }
      this.list.load(lines, serverClock.now());
      if (this.loading.state === "loading")
        this.loading = { state: "loading", lines: seen.size, total: page.total ?? this.loading.total };
      this.changed();
      first = false;
    }
    if (again) this.list.keepOnly(new Set([...seen, ...this.pushed].filter((id) => !this.gone.has(id))));
  }

  private sweep(): void {
    const step = () => {
      const before = this.list.version;
      const round = this.list.sweep(serverClock.now(), SWEEP_LINES);
      if (this.list.version !== before) this.changed();
      if (!round) idle(step);
    };
    idle(step);
  }
}

const idle = (work: () => void): void => {
  if ("requestIdleCallback" in window) requestIdleCallback(work, { timeout: 1_000 });
  else setTimeout(work, 16);
};

let store: { userId: string; of: WorklistStore } | null = null;

/** The one list of this person in this browser; another person's begins empty. */
export function storeOf(userId: string): WorklistStore {
  if (store?.userId !== userId) store = { userId, of: new WorklistStore() };
  return store.of;
}
