/** Start block, end block and carriage return of the Minimal Lower Layer Protocol (HL7 v2.5.1 Appendix C, "MLLP Release 1"). */
export const START_BLOCK = 0x0b;
export const END_BLOCK = 0x1c;
export const CARRIAGE_RETURN = 0x0d;

/** Enough of a message that never ended to name its sender and control id in the refusal. */
const HEAD_BYTES = 4096;

export type MllpFrame =
  | { kind: "message"; bytes: Uint8Array }
  /** A new start block, or the end of the stream, came before the message's end block: its end is lost. */
  | { kind: "unfinished"; head: Uint8Array }
  /** The message grew past the bound; nothing after it on this connection can be trusted to be aligned. */
  | { kind: "oversize"; head: Uint8Array; limit: number }
  /** Bytes outside any frame (keep-alives of some engines, a sender that speaks no MLLP). */
  | { kind: "garbage"; bytes: number };

/**
 * Cuts a TCP stream into MLLP frames. Accepts any fragmentation, several frames in one packet, bytes between frames, and an end
 * block without the carriage return that should follow (several engines leave it out).
 *
 * Never holds more than `limit` bytes of a message; chunks are kept as they came and joined once, so that a message of many
 * megabytes costs one copy (appending to a growing buffer costs the square).
 */
export class MllpFrameReader {
  readonly limit: number;
  #chunks: Uint8Array[] = [];
  #held = 0;
  #inside = false;
  #dead = false;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** True while a message has begun and not ended: the listener's slow-sender clock runs. */
  get inside(): boolean {
    return this.#inside;
  }

  /** Bytes of the message that is being received. */
  get held(): number {
    return this.#held;
  }

  push(chunk: Uint8Array): MllpFrame[] {
    const frames: MllpFrame[] = [];
    let at = 0;
    while (at < chunk.length && !this.#dead) {
      at = this.#inside ? this.#readInside(chunk, at, frames) : this.#readOutside(chunk, at, frames);
    }
    return frames;
  }

  /** The stream has ended: the head of the message that was under way, or nothing where none was. */
  end(): Uint8Array | undefined {
    if (!this.#inside || this.#dead) return undefined;
    const head = this.#join().subarray(0, HEAD_BYTES);
    this.#forget();
    return head;
  }

  #readOutside(chunk: Uint8Array, from: number, frames: MllpFrame[]): number {
    const start = chunk.indexOf(START_BLOCK, from);
    const end = start === -1 ? chunk.length : start;
    let garbage = 0;
    // CR and LF between frames are the tail of the frame before (FS CR) or a polite newline: not worth a word.
    for (let i = from; i < end; i++) if (chunk[i] !== CARRIAGE_RETURN && chunk[i] !== 0x0a) garbage++;
    if (garbage > 0) frames.push({ kind: "garbage", bytes: garbage });
    if (start === -1) return chunk.length;
    this.#inside = true;
    return start + 1;
  }

  #readInside(chunk: Uint8Array, from: number, frames: MllpFrame[]): number {
    const end = chunk.indexOf(END_BLOCK, from);
    const restart = chunk.indexOf(START_BLOCK, from);
    if (restart !== -1 && (end === -1 || restart < end)) {
      this.#hold(chunk.subarray(from, restart), frames);
      if (!this.#dead) frames.push({ kind: "unfinished", head: this.#join().subarray(0, HEAD_BYTES) });
      this.#forget();
      this.#inside = true;
      return restart + 1;
    }
    this.#hold(chunk.subarray(from, end === -1 ? chunk.length : end), frames);
    if (this.#dead || end === -1) return chunk.length;
    frames.push({ kind: "message", bytes: this.#join() });
    this.#forget();
    return end + 1;
  }

  #hold(part: Uint8Array, frames: MllpFrame[]): void {
    if (this.#held + part.length > this.limit) {
      const head = this.#chunks.length > 0 ? this.#join().slice(0, HEAD_BYTES) : part.slice(0, HEAD_BYTES);
      frames.push({ kind: "oversize", head, limit: this.limit });
      this.#forget();
      this.#dead = true;
      return;
    }
    if (part.length === 0) return;
    this.#chunks.push(part);
    this.#held += part.length;
  }

  #join(): Uint8Array {
    if (this.#chunks.length === 1) return this.#chunks[0]!;
    const whole = new Uint8Array(this.#held);
    let at = 0;
    for (const chunk of this.#chunks) {
      whole.set(chunk, at);
      at += chunk.length;
    }
    return whole;
  }

  #forget(): void {
    this.#chunks = [];
    this.#held = 0;
    this.#inside = false;
  }
}

/** VT message FS CR. */
export function frame(message: Uint8Array): Uint8Array {
  const framed = new Uint8Array(message.length + 3);
  framed[0] = START_BLOCK;
  framed.set(message, 1);
  framed[message.length + 1] = END_BLOCK;
  framed[message.length + 2] = CARRIAGE_RETURN;
  return framed;
}
