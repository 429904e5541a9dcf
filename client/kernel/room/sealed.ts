/** Edits of others as the hub handed them on, with its seal, while it had not said yet that they are committed. */
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
  private kept: SealedEdits[] = [];
  private bytes = 0;

  get all(): readonly SealedEdits[] {
    return this.kept;
  }

  keep(edits: SealedEdits): void {
    const size = sizeOf(edits);
    if (size > MOST_IN_ONE) return;
    this.kept.push(edits);
    this.bytes += size;
    while (this.bytes > MOST_BYTES) this.drop(1);
  }

  /** Everything up to that number is committed. True where something was let go. */
  settled(number: number): boolean {
    const first = this.kept.findIndex((edits) => edits.number > number);
    const done = first < 0 ? this.kept.length : first;
    this.drop(done);
    return done > 0;
  }

  /** Gives all and forgets them: the numbers of another process begin anew. */
  take(): SealedEdits[] {
    const all = this.kept;
    this.kept = [];
    this.bytes = 0;
    return all;
  }

  private drop(count: number): void {
    for (const gone of this.kept.splice(0, count)) this.bytes -= sizeOf(gone);
  }
}

const sizeOf = (edits: SealedEdits): number => edits.updates.reduce((sum, update) => sum + update.byteLength, 0);
