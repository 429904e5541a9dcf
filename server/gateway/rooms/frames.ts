import { performance } from "node:perf_hooks";
import type { PointerPlace, RoomFrame, SharedView } from "@readroom/shared/contract/room.js";

/** How long pointers may wait for company, ms: nobody sees the difference in a small room, and a large one sends a frame for many. */
export function pointerWindow(people: number, late: number): number {
  if (late > UNDER_LOAD_MS) return 33;
  if (people <= 8) return 0;
  return people <= 24 ? 8 : 16;
}
const UNDER_LOAD_MS = 12;
const MOST_EDITS = 500;

export interface FrameSink {
  /** lossy: only what the next frame says anew; `sole`: the one person whose pointers and views these are needs nothing back. */
  send(frame: RoomFrame, lossy: boolean, sole: string | null): void;
  people(): number;
  /** The hub's word on edits that are not committed yet (seal.ts). */
  seal(updates: readonly Uint8Array[]): Uint8Array;
  /** The number of the last edit that is committed with all before it. */
  committed(): number;
}

/**
 * Gathers what a room has to tell into one message for all. Edits leave with the next turn of the event loop and take the waiting
 * pointers along; pointers alone wait for a short window.
 */
export class FrameGatherer {
  private edits: Uint8Array[] = [];
  private lastEdit = 0;
  private pointers = new Map<string, PointerPlace | null>();
  private awareness = new Map<string, Uint8Array>();
  private views = new Map<string, SharedView>();
  private senders = new Set<string>();
  private turn: NodeJS.Immediate | null = null;
  private timer: NodeJS.Timeout | null = null;
  private due = 0;
  private late = 0;

  constructor(
    private readonly documentId: string,
    private readonly sink: FrameSink,
  ) {}

  /** @param number of the edit in this room; of one that came committed from elsewhere: 0 */
  edit(key: string, update: Uint8Array, number: number): void {
    this.edits.push(update);
    this.lastEdit = Math.max(this.lastEdit, number);
    this.senders.add(key);
    // A frame is brought back whole: it must fit into one message.
    if (this.edits.length >= MOST_EDITS) this.flush();
    else this.soon();
  }

  pointer(key: string, place: PointerPlace | null): void {
    this.pointers.set(key, place);
    this.later(key);
  }

  aware(key: string, state: Uint8Array): void {
    this.awareness.set(key, state);
    this.later(key);
  }

  view(key: string, view: SharedView): void {
    this.views.set(key, view);
    this.later(key);
  }

  stop(): void {
    if (this.turn) clearImmediate(this.turn);
    if (this.timer) clearTimeout(this.timer);
    this.turn = null;
    this.timer = null;
  }

  private soon(): void {
    this.turn ??= setImmediate(() => this.flush());
  }

  private later(key: string): void {
    this.senders.add(key);
    if (this.turn || this.timer) return;
    const wait = pointerWindow(this.sink.people(), this.late);
    if (wait === 0) return this.soon();
    this.due = performance.now() + wait;
    this.timer = setTimeout(() => {
      // A timer that comes late is the loop telling that it has too much to do.
      this.late = this.late * 0.8 + (performance.now() - this.due) * 0.2;
      this.flush();
    }, wait);
  }

  private flush(): void {
    this.stop();
    const frame: RoomFrame = {
      d: this.documentId,
      ...(this.edits.length > 0 ? { u: this.edits, ...this.standing() } : {}),
      ...(this.pointers.size > 0 ? { p: [...this.pointers] } : {}),
      ...(this.awareness.size > 0 ? { a: [...this.awareness] } : {}),
      ...(this.views.size > 0 ? { v: [...this.views] } : {}),
    };
    const [first] = this.senders;
    // Edits go back to who made them as well: under the seal, to be brought again before what others built on them.
    const sole = this.edits.length === 0 && this.senders.size === 1 && first !== undefined ? first : null;
    // Only a moving pointer may be lost: the next one says it anew. A pointer that left, a view, a caret might be the last for long.
    const moving = [...this.pointers.values()].every((place) => place !== null);
    const lossy = this.edits.length === 0 && this.views.size === 0 && this.awareness.size === 0 && moving;
    this.edits = [];
    this.pointers = new Map();
    this.awareness = new Map();
    this.views = new Map();
    this.senders = new Set();
    this.sink.send(frame, lossy, sole);
  }

  private standing(): Pick<RoomFrame, "n" | "c" | "s"> {
    const committed = this.sink.committed();
    if (this.lastEdit <= committed) return { c: committed };
    return { n: this.lastEdit, c: committed, s: this.sink.seal(this.edits) };
  }
}
