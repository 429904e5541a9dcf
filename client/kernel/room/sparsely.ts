import type { Socket } from "socket.io-client";

/** Messages waiting for the line, above which only the newest of a kind is kept. */
const MAX_JAM = 8;

/** What moves (pointer, view, caret): at most one of a kind in a given time, and the last one always. */
export class Sparsely {
  private readonly slots = new Map<string, { timer: ReturnType<typeof setTimeout> | null; body: object | null }>();

  constructor(
    private readonly socket: Socket,
    private readonly live: () => boolean,
  ) {}

  /** @param every ms */
  send(name: string, body: object, every: number): void {
    if (!this.live()) return;
    const slot = this.slots.get(name) ?? { timer: null, body: null };
    this.slots.set(name, slot);
    const jammed = this.socket.io.engine.writeBuffer.length > MAX_JAM;
    if (slot.timer || jammed) slot.body = body;
    if (slot.timer) return;
    // Not socket.io's volatile: that would lose the last place of a movement whenever another message is just leaving.
    if (!jammed) this.socket.emit(name, body);
    slot.timer = setTimeout(() => {
      slot.timer = null;
      const next = slot.body;
      slot.body = null;
      if (next) this.send(name, next, every);
    }, every);
  }

  stop(): void {
    for (const { timer } of this.slots.values()) if (timer) clearTimeout(timer);
  }
}
