import type { ApiError } from "@readroom/shared/contract/errors.js";
import * as Y from "yjs";
import { type Answer, isPassing, retryAfter } from "./answer";
import type { RoomSnapshot, Saved } from "./state";

export interface EditsOptions {
  readonly doc: Y.Doc;
  /** Changes that did not come from this person. */
  ignore(origin: unknown): boolean;
  send(update: Uint8Array): Promise<Answer>;
  changed(): void;
  /** Join again after that many ms, which sends whatever the hub then lacks. */
  again(ms: number): void;
  refused(error: ApiError): void;
}

/** Edits on their way before further ones are merged into one message. */
const MAX_ON_THE_WAY = 16;
const AGAIN_MS = 500;

/**
 * This person's edits on their way to the hub. "Saved" only means acknowledged after commit. What is lost with a line is not sent
 * again edit by edit: after the next join the hub's state vector says what it lacks, and that is sent in one.
 */
export class Edits {
  private queue: Uint8Array[] = [];
  private onTheWay = 0;
  private count = 0;
  private live = false;
  private flushing = false;
  private generation = 0;
  private reason: string | null = null;

  constructor(private readonly options: EditsOptions) {
    options.doc.on("update", this.made);
  }

  /** Edits that the hub has not acknowledged; after a reload, those that were not when the page was left. */
  get unsaved(): number {
    return this.count;
  }

  remembered(edits: number): void {
    this.count += edits;
    if (edits > 0) this.options.changed();
  }

  refuse(reason: string): void {
    this.reason = reason;
  }

  saved(room: Pick<RoomSnapshot, "status" | "synced" | "frozen" | "late">): Saved {
    if (room.frozen !== null) {
      const late = room.late.reduce((sum, one) => sum + (one.code === "frozen" ? one.edits : 0), 0);
      return { state: "frozen", edits: this.count + late };
    }
    if (this.reason !== null && this.count === 0) return { state: "refused", reason: this.reason };
    if (room.status === "offline") return { state: "offline", edits: this.count };
    return room.synced && this.live && this.count === 0 ? { state: "saved" } : { state: "saving" };
  }

  lineLost(): void {
    this.generation += 1;
    this.live = false;
    this.queue = [];
    this.onTheWay = 0;
  }

  /** Joined, and nothing may be sent: a reader, or a frozen document. */
  nothingToSend(): void {
    this.live = true;
    this.count = 0;
    this.options.changed();
  }

  /**
   * Joined: sends all that the hub lacks. What it has may not be committed there yet: where anything was not acknowledged, it is asked
   * again, be it with nothing.
   * @param ahead this document has something that the hub has not
   */
  resync(hubHas: Uint8Array, ahead: boolean): void {
    this.lineLost();
    this.live = true;
    if (!ahead && this.count === 0) return this.options.changed();
    // Made on an earlier page that had no time to count it.
    this.count = Math.max(1, this.count);
    this.options.changed();
    void this.deliver(Y.encodeStateAsUpdate(this.options.doc, hubHas), this.count);
  }

  stop(): void {
    this.options.doc.off("update", this.made);
    this.lineLost();
  }

  private readonly made = (update: Uint8Array, origin: unknown): void => {
    if (this.options.ignore(origin)) return;
    this.count += 1;
    this.reason = null;
    if (this.live) {
      this.queue.push(update);
      this.flushSoon();
    }
    this.options.changed();
  };

  /** What one action of the editor changes in several steps leaves as one message. */
  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      this.flush();
    });
  }

  private flush(): void {
    if (this.queue.length === 0 || this.onTheWay >= MAX_ON_THE_WAY) return;
    const edits = this.queue.splice(0);
    void this.deliver(edits.length === 1 ? edits[0]! : Y.mergeUpdates(edits), edits.length);
  }

  private async deliver(update: Uint8Array, edits: number): Promise<void> {
    const { generation } = this;
    this.onTheWay += 1;
    const answer = await this.options.send(update);
    if (generation !== this.generation) return;
    this.onTheWay -= 1;
    if (answer.ok) {
      this.count = Math.max(0, this.count - edits);
      this.options.changed();
      return this.flush();
    }
    this.failed(answer.error);
  }

  private failed(error: ApiError): void {
    this.lineLost();
    if (isPassing(error)) {
      this.options.again(retryAfter(error, AGAIN_MS));
      return this.options.changed();
    }
    this.options.refused(error);
  }
}
