import { AbortReason, PduError, PduType } from "./pdu.js";

/** What the reader tells. Everything is called synchronously from `push`, in wire order. */
export type PduHandler = {
  /** A whole PDU other than P-DATA-TF. `body` is only valid during the call. */
  pdu(type: number, body: Buffer): void;
  /**
   * A piece of a presentation data value as it came in, without copying. `last`: this piece ends the message part (PS3.8 Annex E.2).
   * Pieces of one value come one after the other and may be empty at the end.
   */
  fragment(contextId: number, part: "command" | "dataset", piece: Buffer, last: boolean): void;
};

export type ReaderLimits = {
  /** Longest body of a PDU other than P-DATA-TF; an association request with 128 contexts of 40 syntaxes has 160 KB. */
  readonly maxControlLength: number;
  /** Longest P-DATA-TF body: what we advertised. A peer that sends more breaks PS3.8 Annex D.1. */
  readonly maxDataLength: number;
};

const EMPTY = Buffer.alloc(0);

/**
 * Streaming reader of the upper layer. Pixel data goes through as pieces of the socket's own buffers: no PDU is ever assembled in
 * memory, so a hostile length costs nothing. Assembling PDUs first (as dcmjs-dimse does) took three times the CPU per instance.
 */
export class PduReader {
  #state: "header" | "control" | "value-header" | "value" = "header";
  readonly #small = Buffer.alloc(6);
  #smallFilled = 0;
  #type = 0;
  #pduLeft = 0;
  #control: Buffer[] = [];
  #contextId = 0;
  #flags = 0;
  #valueLeft = 0;

  constructor(
    private readonly handler: PduHandler,
    private readonly limits: ReaderLimits,
  ) {}

  /** True between PDUs: the only place where a connection may end without something having been cut. */
  get atBoundary(): boolean {
    return this.#state === "header" && this.#smallFilled === 0;
  }

  /** Takes bytes off the socket. Throws {@link PduError} on a malformed stream; the reader must not be used afterwards. */
  push(chunk: Buffer): void {
    let at = 0;
    // A zero-length value or control body completes without a further byte, hence the second condition.
    while (at < chunk.length || (this.#state === "control" && this.#pduLeft === 0)) {
      switch (this.#state) {
        case "header":
          at = this.#fill(chunk, at);
          if (this.#smallFilled === 6) this.#startPdu();
          break;
        case "control":
          at = this.#takeControl(chunk, at);
          break;
        case "value-header":
          at = this.#fill(chunk, at);
          if (this.#smallFilled === 6) this.#startValue();
          break;
        case "value":
          at = this.#takeValue(chunk, at);
          break;
      }
    }
  }

  #fill(chunk: Buffer, at: number): number {
    const take = Math.min(6 - this.#smallFilled, chunk.length - at);
    chunk.copy(this.#small, this.#smallFilled, at, at + take);
    this.#smallFilled += take;
    return at + take;
  }

  #startPdu(): void {
    this.#smallFilled = 0;
    this.#type = this.#small.readUInt8(0);
    this.#pduLeft = this.#small.readUInt32BE(2);
    if (this.#type < PduType.associateRq || this.#type > PduType.abort)
      throw new PduError(`unrecognized PDU type ${this.#type}`, AbortReason.unrecognizedPdu);
    const most = this.#type === PduType.data ? this.limits.maxDataLength : this.limits.maxControlLength;
    if (this.#pduLeft > most)
      throw new PduError(`PDU of ${this.#pduLeft} bytes, at most ${most} are taken`, AbortReason.invalidParameter);
    if (this.#type !== PduType.data) {
      this.#control = [];
      this.#state = "control";
    } else if (this.#pduLeft < 6) throw new PduError("P-DATA-TF without a value", AbortReason.invalidParameter);
    else this.#state = "value-header";
  }

  #takeControl(chunk: Buffer, at: number): number {
    const take = Math.min(this.#pduLeft, chunk.length - at);
    if (take > 0) this.#control.push(chunk.subarray(at, at + take));
    this.#pduLeft -= take;
    if (this.#pduLeft === 0) {
      this.#state = "header";
      this.handler.pdu(this.#type, Buffer.concat(this.#control));
      this.#control = [];
    }
    return at + take;
  }

  #startValue(): void {
    this.#smallFilled = 0;
    const length = this.#small.readUInt32BE(0);
    if (length < 2 || length + 4 > this.#pduLeft)
      throw new PduError("presentation data value longer than its PDU", AbortReason.invalidParameter);
    this.#contextId = this.#small.readUInt8(4);
    this.#flags = this.#small.readUInt8(5);
    if ((this.#flags & 0xfc) !== 0) throw new PduError("unknown message control bits", AbortReason.invalidParameter);
    this.#valueLeft = length - 2;
    this.#pduLeft -= length + 4;
    this.#state = "value";
    if (this.#valueLeft === 0) this.#emit(EMPTY, true);
  }

  #takeValue(chunk: Buffer, at: number): number {
    const take = Math.min(this.#valueLeft, chunk.length - at);
    this.#valueLeft -= take;
    this.#emit(chunk.subarray(at, at + take), this.#valueLeft === 0);
    return at + take;
  }

  #emit(piece: Buffer, endOfValue: boolean): void {
    if (endOfValue) {
      if (this.#pduLeft !== 0 && this.#pduLeft < 6)
        throw new PduError("P-DATA-TF with a cut value", AbortReason.invalidParameter);
      this.#state = this.#pduLeft === 0 ? "header" : "value-header";
    }
    const part = (this.#flags & 1) === 1 ? "command" : "dataset";
    this.handler.fragment(this.#contextId, part, piece, endOfValue && (this.#flags & 2) === 2);
  }
}
