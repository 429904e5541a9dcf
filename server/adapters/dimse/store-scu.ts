import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Command, encodeCommand, parseCommand, Status } from "./command.js";
import {
  type AcceptedContext,
  encodeAbort,
  encodeAssociateRequest,
  encodeData,
  encodeRelease,
  MAX_PDU_LENGTH,
  PduType,
  type ProposedContext,
  parseAssociateAccept,
} from "./pdu.js";
import { PduReader } from "./pdu-reader.js";
import type { RetrievedObject } from "./ports.js";

type Target = {
  readonly host: string;
  readonly port: number;
  readonly calledAe: string;
  readonly callingAe: string;
  readonly objects: readonly Pick<RetrievedObject, "sopClassUid" | "transferSyntaxUid">[];
};

const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 60_000;
/** Presentation context ids are odd and one byte (PS3.8 §9.3.2.2). */
const MOST_CONTEXTS = 128;

/**
 * Storage SCU that sends what is stored, byte for byte. Not dcmjs-dimse's: that parses and writes every dataset anew (0 of 300 came out
 * identical), and a prior must reach the other archive as the modality made it.
 */
export class StoreScu {
  #contexts: readonly { proposed: ProposedContext; accepted: AcceptedContext | undefined }[] = [];
  #peerMaxPdu = 16_384;
  #command: Buffer[] = [];
  #waiting: { resolve: (status: number) => void } | undefined;
  #ended: string | undefined;

  private constructor(
    private readonly socket: Socket,
    private readonly target: Target,
  ) {}

  /** Opens an association that proposes each (class, syntax) pair of the objects in a context of its own. */
  static async connect(target: Target): Promise<StoreScu> {
    const socket = connect({ host: target.host, port: target.port, noDelay: true });
    const scu = new StoreScu(socket, target);
    await scu.#associate();
    return scu;
  }

  async #associate(): Promise<void> {
    const { socket, target } = this;
    socket.setTimeout(CONNECT_TIMEOUT_MS, () => socket.destroy(new Error("no answer in time")));
    await once(socket, "connect");
    const proposed = this.#proposals();
    await new Promise<void>((resolve, reject) => {
      const reader = new PduReader(
        {
          pdu: (type, body) => this.#onPdu(type, body, proposed, resolve, reject),
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
      socket.on("error", (error) => this.#end(error.message));
      socket.on("close", () => {
        this.#end("connection closed");
        reject(new Error(this.#ended));
      });
      socket.write(
        encodeAssociateRequest({ calledAe: target.calledAe, callingAe: target.callingAe, contexts: proposed }),
      );
    });
    socket.setTimeout(ANSWER_TIMEOUT_MS);
  }

  #proposals(): ProposedContext[] {
    const pairs = new Map(this.target.objects.map((o) => [`${o.sopClassUid} ${o.transferSyntaxUid}`, o]));
    return [...pairs.values()].slice(0, MOST_CONTEXTS).map((object, index) => ({
      id: index * 2 + 1,
      abstractSyntax: object.sopClassUid,
      transferSyntaxes: [object.transferSyntaxUid],
    }));
  }

  #end(why: string): void {
    this.#ended ??= why;
    this.#waiting?.resolve(Status.processingFailure);
    this.#waiting = undefined;
  }

  #onPdu(
    type: number,
    body: Buffer,
    proposed: ProposedContext[],
    accept: () => void,
    refuse: (error: Error) => void,
  ): void {
    if (type === PduType.associateAc) {
      const answer = parseAssociateAccept(body);
      this.#peerMaxPdu = answer.maxPduLength;
      this.#contexts = proposed.map((context) => ({
        proposed: context,
        accepted: answer.contexts.find((result) => result.id === context.id && result.accepted),
      }));
      accept();
    } else if (type === PduType.associateRj) refuse(new Error(`association rejected, reason ${body[3]}`));
    else if (type === PduType.abort) this.socket.destroy(new Error("aborted by the peer"));
    else if (type === PduType.releaseRp) this.socket.end();
  }

  #onFragment(part: "command" | "dataset", piece: Buffer, last: boolean): void {
    if (part !== "command") return;
    this.#command.push(piece);
    if (!last) return;
    const command = parseCommand(Buffer.concat(this.#command));
    this.#command = [];
    this.#waiting?.resolve(command.status ?? Status.processingFailure);
    this.#waiting = undefined;
  }

  /** Sends one object; resolves with the peer's status, 0122 where no context for it was accepted, 0110 where the line broke. */
  async store(request: Command, object: RetrievedObject): Promise<number> {
    const context = this.#contexts.find(
      ({ proposed, accepted }) =>
        accepted !== undefined &&
        proposed.abstractSyntax === object.sopClassUid &&
        proposed.transferSyntaxes[0] === object.transferSyntaxUid,
    )?.proposed;
    if (context === undefined) return Status.sopClassNotSupported;
    if (this.#ended !== undefined) return Status.processingFailure;
    const answered = new Promise<number>((resolve) => {
      this.#waiting = { resolve };
    });
    for (const piece of encodeData(context.id, "command", encodeCommand(request, true), this.#peerMaxPdu))
      this.socket.write(piece);
    let held: Buffer | undefined;
    for await (const piece of object.read()) {
      if (held !== undefined) await this.#write(context.id, held, false);
      held = piece;
    }
    await this.#write(context.id, held ?? Buffer.alloc(0), true);
    return answered;
  }

  async #write(contextId: number, piece: Buffer, last: boolean): Promise<void> {
    let room = true;
    for (const part of encodeData(contextId, "dataset", piece, this.#peerMaxPdu, last)) room = this.socket.write(part);
    if (!room && this.#ended === undefined)
      await Promise.race([once(this.socket, "drain"), once(this.socket, "close")]);
  }

  /** A-RELEASE, then the connection's end; an already broken line is fine. */
  async release(): Promise<void> {
    if (this.#ended !== undefined) return;
    const closed = once(this.socket, "close");
    this.socket.write(encodeRelease("request"));
    await closed;
  }

  abort(): void {
    if (this.#ended === undefined) this.socket.end(encodeAbort(0));
  }
}
