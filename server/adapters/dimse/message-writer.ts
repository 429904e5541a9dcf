import type { Socket } from "node:net";
import { type Command, encodeCommand, Status } from "./command.js";
import { encodeData } from "./pdu.js";

/** Writes messages as P-DATA-TF PDUs no longer than the peer takes (PS3.8 §9.3.5), and waits for the answers to ours. */
export class MessageWriter {
  /** Longest PDU that the peer takes, bytes; 0: any. */
  peerMaxPdu = 0;
  readonly #answers = new Map<number, (status: number) => void>();

  constructor(
    private readonly socket: Socket,
    /** May anything be written? */
    private readonly established: () => boolean,
  ) {}

  send(contextId: number, command: Command, dataset?: Buffer): void {
    if (!this.established()) return;
    this.socket.cork();
    const encoded = encodeCommand(command, dataset !== undefined);
    for (const piece of encodeData(contextId, "command", encoded, this.peerMaxPdu)) this.socket.write(piece);
    if (dataset !== undefined)
      for (const piece of encodeData(contextId, "dataset", dataset, this.peerMaxPdu)) this.socket.write(piece);
    this.socket.uncork();
  }

  /**
   * A request of ours on the peer's own association: a C-STORE of a C-GET (PS3.4 §C.4.3), or an event report. Resolves with the peer's
   * status, or a processing failure where the line was gone.
   */
  async request(contextId: number, request: Command, pieces: AsyncIterable<Buffer>): Promise<number> {
    const id = request.messageId ?? 0;
    const answered = new Promise<number>((resolve) => this.#answers.set(id, resolve));
    for (const piece of encodeData(contextId, "command", encodeCommand(request, true), this.peerMaxPdu))
      this.socket.write(piece);
    let held: Buffer | undefined;
    for await (const piece of pieces) {
      if (held !== undefined) await this.#data(contextId, held, false);
      held = piece;
    }
    await this.#data(contextId, held ?? Buffer.alloc(0), true);
    const status = await answered;
    this.#answers.delete(id);
    return status;
  }

  answered({ messageIdBeingRespondedTo = -1, status = Status.processingFailure }: Command): void {
    this.#answers.get(messageIdBeingRespondedTo)?.(status);
  }

  /** Nothing will be answered any more. */
  abandon(): void {
    for (const settle of this.#answers.values()) settle(Status.processingFailure);
    this.#answers.clear();
  }

  async #data(contextId: number, piece: Buffer, last: boolean): Promise<void> {
    if (!this.established()) return;
    let room = true;
    for (const part of encodeData(contextId, "dataset", piece, this.peerMaxPdu, last)) room = this.socket.write(part);
    if (!room) await new Promise<void>((resolve) => this.#whenDrained(resolve));
  }

  #whenDrained(resolve: () => void): void {
    const done = () => {
      this.socket.off("drain", done);
      this.socket.off("close", done);
      resolve();
    };
    this.socket.once("drain", done);
    this.socket.once("close", done);
  }
}
