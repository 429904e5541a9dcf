import { HubEvent, Subscribed } from "@readroom/shared/contract/down.js";
import type { ApiError } from "@readroom/shared/contract/errors.js";

/** What the feed needs of a socket.io connection. */
export interface Wire {
  /** Sends and resolves with the acknowledgement, or rejects when none came in time. */
  ask(message: string, body: unknown): Promise<unknown>;
}

/** Types of events that are views computed from stored ones. After a gap their snapshots are loaded again ("gap"). */
const COMPUTED: ReadonlySet<string> = new Set(["worklist.row", "worklist.gone"]);

type Answer<T> = { ok: true; value: T } | { ok: false; error: ApiError };

/**
 * The committed events of the topics that this page follows, in published order, each once. After a gap it asks for what it
 * missed; where the hub no longer has that, listeners are told to load their snapshots anew ("reset").
 */
export class Feed {
  private wanted = new Map<string, number>();
  private listeners = new Set<(event: HubEvent) => void>();
  private resets = new Set<() => void>();
  private gaps = new Set<() => void>();
  private begun = new Set<() => void>();
  private seen: number | null = null;
  private wire: Wire | null = null;
  /** Sequence from which nothing was missed: a snapshot taken before it must be loaded anew. null: not subscribed yet. */
  unbrokenSince: number | null = null;

  /** The last sequence number seen; null before the first subscription. */
  get seq(): number | null {
    return this.seen;
  }

  onEvent(listener: (event: HubEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  onReset(listener: () => void): () => void {
    this.resets.add(listener);
    return () => this.resets.delete(listener);
  }

  /** Called after every reconnect: what is computed and not stored was missed, so its snapshot is to be loaded again. */
  onGap(listener: () => void): () => void {
    this.gaps.add(listener);
    return () => this.gaps.delete(listener);
  }

  /** Called once this listens: at once, or with the first subscription. A snapshot that was taken before may lack something. */
  onBegun(listener: () => void): () => void {
    if (this.unbrokenSince !== null) listener();
    else this.begun.add(listener);
    return () => this.begun.delete(listener);
  }

  /** Follows topics until the returned function is called; asked for again after every reconnect. */
  follow(topics: readonly string[]): () => void {
    const fresh = topics.filter((topic) => !this.wanted.has(topic));
    for (const topic of topics) this.wanted.set(topic, (this.wanted.get(topic) ?? 0) + 1);
    if (this.wire && fresh.length > 0) void this.subscribe(this.wire, fresh, false);
    return () => {
      for (const topic of topics) {
        const left = (this.wanted.get(topic) ?? 1) - 1;
        if (left > 0) this.wanted.set(topic, left);
        else this.wanted.delete(topic);
      }
    };
  }

  /** A connection stands (the first, or again): subscribes to everything wanted, from the last event seen. */
  connected(wire: Wire): Promise<void> {
    this.wire = wire;
    return this.subscribe(wire, [...this.wanted.keys()], true);
  }

  disconnected(): void {
    this.wire = null;
  }

  /** An "events" message as it came in; what does not fit the contract, or was seen already, is left aside. */
  receive(message: unknown): void {
    if (!Array.isArray(message)) return;
    for (const one of message) {
      const event = HubEvent.safeParse(one);
      if (event.success) this.take(event.data);
    }
  }

  private take(event: HubEvent): void {
    // Computed views follow the event that they were computed from under its number; they are neither stored nor replayed.
    if (COMPUTED.has(event.type)) {
      for (const listener of this.listeners) listener(event);
      return;
    }
    if (this.seen !== null && event.seq <= this.seen) return;
    this.seen = event.seq;
    for (const listener of this.listeners) listener(event);
  }

  private async subscribe(wire: Wire, topics: readonly string[], whole: boolean): Promise<void> {
    const since = whole && this.seen !== null ? this.seen : undefined;
    const answer = (await wire.ask("topics.subscribe", {
      topics,
      ...(since === undefined ? {} : { since }),
    })) as Answer<unknown>;
    if (this.wire !== wire) return;
    const parsed = answer.ok ? Subscribed.safeParse(answer.value) : null;
    if (!parsed?.success) throw new Error("the hub refused the subscription");
    const subscribed = parsed.data;
    if (!whole) return;
    if (subscribed.reset || since === undefined) {
      this.seen = subscribed.seq;
      this.unbrokenSince = subscribed.seq;
      if (subscribed.reset) for (const reset of this.resets) reset();
      for (const begun of this.begun) begun();
      this.begun.clear();
      return;
    }
    for (const event of subscribed.missed) this.take(event);
    this.seen = Math.max(this.seen ?? 0, subscribed.seq);
    for (const gap of this.gaps) gap();
  }
}
