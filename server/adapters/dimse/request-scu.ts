import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Command, encodeCommand, hasDataset, parseCommand, Status } from "./command.js";
import {
  type AcceptedContext,
  type AssociateRequest,
  encodeAssociateRequest,
  encodeData,
  encodeRelease,
  MAX_PDU_LENGTH,
  PduType,
  type ProposedContext,
  parseAssociateAccept,
} from "./pdu.js";
import { PduReader } from "./pdu-reader.js";

export type Called = {
  readonly host: string;
  readonly port: number;
  readonly calledAe: string;
  readonly callingAe: string;
};
type Wanted = Called & {
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
  readonly roles?: AssociateRequest["roles"];
};

/** One answer to a request. */
export type Answer = { readonly status: number; readonly dataset: Buffer | null };

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 30_000;
const CONTEXT = 1;
const MOST_ANSWERS = 100;
const isPending = (status: number): boolean => status === Status.pending || status === Status.pendingWithWarning;

/**
 * One request on an association of its own: opens it, sends, collects the answers up to the final one, releases. For questions to a peer
 * (C-FIND) and reports to it (N-EVENT-REPORT), which are seldom. Throws where the peer can't be reached, refuses, or falls silent.
 */
export async function requestOnce(
  wanted: Wanted,
  make: (transferSyntax: string) => { readonly command: Command; readonly dataset: Buffer },
): Promise<Answer[]> {
  const socket = connect({ host: wanted.host, port: wanted.port, noDelay: true });
  try {
    return await new Requestor(socket, wanted).run(make);
  } finally {
    socket.destroy();
  }
}

class Requestor {
  #command: Buffer[] = [];
  #dataset: Buffer[] = [];
  #current: Command | undefined;
  readonly #answers: Answer[] = [];
  #accepted: { resolve(context: AcceptedContext): void; reject(error: Error): void } | undefined;
  #finished: { resolve(): void; reject(error: Error): void } | undefined;
  #peerMaxPdu = 16_384;

  constructor(
    private readonly socket: Socket,
    private readonly wanted: Wanted,
  ) {}

  async run(make: Parameters<typeof requestOnce>[1]): Promise<Answer[]> {
    const { socket, wanted } = this;
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("no answer in time")));
    await once(socket, "connect");
    socket.setTimeout(ANSWER_TIMEOUT_MS);
    this.#listen();
    const proposed: ProposedContext = {
      id: CONTEXT,
      abstractSyntax: wanted.abstractSyntax,
      transferSyntaxes: [...wanted.transferSyntaxes],
    };
    const { calledAe, callingAe, roles = [] } = wanted;
    const accepted = await new Promise<AcceptedContext>((resolve, reject) => {
      this.#accepted = { resolve, reject };
      socket.write(encodeAssociateRequest({ calledAe, callingAe, contexts: [proposed], roles }));
    });
    const { command, dataset } = make(accepted.transferSyntax);
    await new Promise<void>((resolve, reject) => {
      this.#finished = { resolve, reject };
      for (const piece of encodeData(CONTEXT, "command", encodeCommand(command, true), this.#peerMaxPdu))
        socket.write(piece);
      for (const piece of encodeData(CONTEXT, "dataset", dataset, this.#peerMaxPdu)) socket.write(piece);
    });
    const closed = once(socket, "close");
    socket.end(encodeRelease("request"));
    await closed;
    return this.#answers;
  }

  #listen(): void {
    const { socket } = this;
    const reader = new PduReader(
      {
        pdu: (type, body) => this.#onPdu(type, body),
        fragment: (_context, part, piece, last) => this.#onFragment(part, piece, last),
      },
      { maxControlLength: 262_144, maxDataLength: MAX_PDU_LENGTH },
    );
    socket.on("data", (chunk: Buffer) => {
      try {
        reader.push(chunk);
      } catch (error) {
        socket.destroy(error as Error);
      }
    });
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("connection closed")));
  }

  #fail(error: Error): void {
    this.#accepted?.reject(error);
    this.#finished?.reject(error);
  }

  #onPdu(type: number, body: Buffer): void {
    if (type === PduType.associateAc) {
      const answer = parseAssociateAccept(body);
      this.#peerMaxPdu = answer.maxPduLength;
      const context = answer.contexts.find(({ id, accepted }) => id === CONTEXT && accepted);
      if (context) this.#accepted?.resolve(context);
      else this.#fail(new Error("the peer does not offer it"));
    } else if (type === PduType.associateRj) this.#fail(new Error(`association rejected, reason ${body[3]}`));
    else if (type === PduType.abort) this.#fail(new Error("aborted by the peer"));
    else if (type === PduType.releaseRp) this.socket.end();
  }

  #onFragment(part: "command" | "dataset", piece: Buffer, last: boolean): void {
    const pieces = part === "command" ? this.#command : this.#dataset;
    pieces.push(Buffer.from(piece));
    if (!last) return;
    const whole = Buffer.concat(pieces);
    pieces.length = 0;
    if (part === "command") {
      const command = parseCommand(whole);
      if (hasDataset(command)) this.#current = command;
      else this.#answer(command, null);
    } else if (this.#current) {
      const command = this.#current;
      this.#current = undefined;
      this.#answer(command, whole);
    }
  }

  #answer(command: Command, dataset: Buffer | null): void {
    const status = command.status ?? Status.processingFailure;
    this.#answers.push({ status, dataset });
    if (!isPending(status) || this.#answers.length >= MOST_ANSWERS) this.#finished?.resolve();
  }
}
