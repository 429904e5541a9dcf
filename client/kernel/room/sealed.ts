/** Edits, others' and one's own, as the hub handed them on, with its seal, while it had not said yet that they are committed. */
export interface SealedEdits {
  readonly number: number;
  readonly updates: readonly Uint8Array[];
  readonly seal: Uint8Array;
}

const MOST_BYTES = 8_000_000;
/** Larger than the hub takes back in one message. */
const MOST_IN_ONE = 3_000_000;

/**
 * What this screen has seen and the hub could still lose: brought back when it joins again. Without it, an edit here that stands
 * behind such words could not be taken by the hub, which knows nothing of them.
 */
export class Unsettled {
  /** Of earlier visits: owed to the hub until it says that they are committed. */
  private owed: SealedEdits[] = [];
  /** Of this visit, by the hub's numbers. */
  private kept: SealedEdits[] = [];
  bytes = 0;
  private full = false;

  get all(): readonly SealedEdits[] {
    return [...this.owed, ...this.kept];
  }

  /** As they were kept on this machine. */
  remembered(edits: readonly SealedEdits[]): void {
    for (const one of edits) this.add(this.owed, one);
  }

  /** The visit is over: the next one's numbers, perhaps of another process, begin anew. */
  visitOver(): void {
    this.owed.push(...this.kept.splice(0));
  }

  /** What is to be brought back, in its order. */
  get debt(): readonly SealedEdits[] {
    return [...this.owed];
  }

  /** Committed, or refused for good. */
  paid(edits: SealedEdits): void {
    const at = this.owed.indexOf(edits);
    if (at >= 0) this.drop(this.owed, at, 1);
  }

  keep(edits: SealedEdits): void {
    this.add(this.kept, edits);
  }

  /** Everything up to that number is committed. True where something was let go. */
  settled(number: number): boolean {
    const first = this.kept.findIndex((edits) => edits.number > number);
    const done = first < 0 ? this.kept.length : first;
    this.drop(this.kept, 0, done);
    return done > 0;
  }

  forget(): void {
    this.owed = [];
    this.kept = [];
    this.bytes = 0;
  }

  private add(to: SealedEdits[], edits: SealedEdits): void {
    const size = sizeOf(edits);
    // What comes later stands on what came first, and is of no use without it: nothing more until there is room for all again.
    if (this.bytes === 0) this.full = false;
    this.full ||= size > MOST_IN_ONE || this.bytes + size > MOST_BYTES;
    if (this.full) return;
    to.push(edits);
    this.bytes += size;
  }

  private drop(from: SealedEdits[], at: number, count: number): void {
    for (const gone of from.splice(at, count)) this.bytes -= sizeOf(gone);
  }
}

/** Writes down, on this machine, what is not settled: what came new at once, what has gone when there is time. */
export class SealedNotes {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due = 0;
  private resting = 0;

  /** @param write gives the bytes that it wrote down: the more there are, the longer it rests */
  constructor(private readonly write: () => number) {}

  /** @param within ms; 0: at once, or after the rest of the last time */
  changed(within: number): void {
    const due = Math.max(performance.now() + within, this.resting);
    if (this.timer && this.due <= due) return;
    clearTimeout(this.timer);
    this.due = due;
    const wait = due - performance.now();
    if (wait <= 0) return this.flush();
    this.timer = setTimeout(() => this.flush(), wait);
  }

  flush(): void {
    this.stop();
    this.resting = performance.now() + REST_MS + this.write() / BYTES_A_MS;
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
const REST_MS = 20;
const BYTES_A_MS = 20_000;

const sizeOf = (edits: SealedEdits): number => edits.updates.reduce((sum, update) => sum + update.byteLength, 0);
