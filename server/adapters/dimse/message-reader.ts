import { type Command, CommandField, hasDataset, parseCommand } from "./command.js";
import type { Context } from "./negotiation.js";
import { AbortReason, PduError } from "./pdu.js";
import type { StoreSink } from "./ports.js";

const MAX_COMMAND_LENGTH = 65_536;
const MAX_IDENTIFIER_LENGTH = 1_048_576;

/** A DIMSE message (PS3.7 §6.3.1): a request in one of the accepted contexts, or the answer to one of ours. */
export type Message = {
  readonly contextId: number;
  readonly context: Context;
  readonly command: Command;
  /** Where the dataset went, or all of it; null where the command has none. */
  readonly dataset: StoreSink | Buffer | null;
};

type Incoming = Omit<Message, "dataset"> &
  ({ readonly sink: StoreSink } | { readonly pieces: Buffer[]; bytes: number });

export interface MessageHandler {
  contextOf(contextId: number): Context | undefined;
  /** Takes the dataset of a C-STORE piece by piece. */
  openSink(context: Context, command: Command): StoreSink;
  /** The sink has got a piece. */
  wrote(sink: StoreSink): void;
  message(message: Message): void;
}

/** Puts messages together from the fragments of P-DATA-TF PDUs (PS3.8 Annex E). Throws {@link PduError} where they break the protocol. */
export class MessageReader {
  #commandPieces: Buffer[] = [];
  #commandLength = 0;
  #commandContext = 0;
  #incoming: Incoming | undefined;

  constructor(private readonly handler: MessageHandler) {}

  /** A dataset has begun and not ended. */
  get midDataset(): boolean {
    return this.#incoming !== undefined;
  }

  fragment(contextId: number, part: "command" | "dataset", piece: Buffer, last: boolean): void {
    if (part === "command") this.#commandPiece(contextId, piece, last);
    else this.#datasetPiece(contextId, piece, last);
  }

  /** The line is gone: what came in half leaves nothing behind. */
  abort(): void {
    if (this.#incoming !== undefined && "sink" in this.#incoming) this.#incoming.sink.abort();
    this.#incoming = undefined;
  }

  #commandPiece(contextId: number, piece: Buffer, last: boolean): void {
    if (this.#incoming !== undefined) throw new PduError("command inside a dataset", AbortReason.unexpectedParameter);
    if (this.#commandLength > 0 && this.#commandContext !== contextId)
      throw new PduError("command spread over contexts", AbortReason.unexpectedParameter);
    this.#commandContext = contextId;
    this.#commandPieces.push(piece);
    this.#commandLength += piece.length;
    if (this.#commandLength > MAX_COMMAND_LENGTH) throw new PduError("command too long", AbortReason.invalidParameter);
    if (!last) return;
    const command = parseCommand(Buffer.concat(this.#commandPieces));
    this.#commandPieces = [];
    this.#commandLength = 0;
    this.#command(contextId, command);
  }

  #command(contextId: number, command: Command): void {
    const context = this.handler.contextOf(contextId);
    if (context === undefined) throw new PduError("context was not accepted", AbortReason.invalidParameter);
    if (!isAnswer(command) && !isRequest(command)) throw new PduError("not a request", AbortReason.invalidParameter);
    if (isAnswer(command) || !hasDataset(command)) this.handler.message({ contextId, context, command, dataset: null });
    else if (command.commandField === CommandField.cStoreRq && context.service === "store")
      this.#incoming = { contextId, context, command, sink: this.handler.openSink(context, command) };
    else this.#incoming = { contextId, context, command, pieces: [], bytes: 0 };
  }

  #datasetPiece(contextId: number, piece: Buffer, last: boolean): void {
    const incoming = this.#incoming;
    if (incoming === undefined || incoming.contextId !== contextId)
      throw new PduError("dataset without its command", AbortReason.unexpectedParameter);
    if ("sink" in incoming) {
      if (piece.length > 0) incoming.sink.write(piece);
      this.handler.wrote(incoming.sink);
    } else {
      incoming.bytes += piece.length;
      if (incoming.bytes > MAX_IDENTIFIER_LENGTH)
        throw new PduError("identifier too long", AbortReason.invalidParameter);
      incoming.pieces.push(piece);
    }
    if (!last) return;
    this.#incoming = undefined;
    const { context, command } = incoming;
    const dataset = "sink" in incoming ? incoming.sink : Buffer.concat(incoming.pieces);
    this.handler.message({ contextId, context, command, dataset });
  }
}

/** A C-CANCEL, or the answer to a request of ours: none of them is followed by a dataset that is read. */
const isAnswer = ({ commandField }: Command): boolean =>
  commandField === CommandField.cCancelRq ||
  commandField === CommandField.cStoreRsp ||
  commandField === CommandField.nEventReportRsp;

const isRequest = ({ messageId, commandField }: Command): boolean =>
  messageId !== undefined && commandField !== undefined && commandField < 0x8000;
