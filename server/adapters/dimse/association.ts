import type { Socket } from "node:net";
import { type Command, CommandField, encodeCommand, hasDataset, parseCommand, Status } from "./command.js";
import { type Context, negotiateContexts, negotiateRoles, type Services, serviceOf } from "./negotiation.js";
import {
  AbortReason,
  type AssociateRequest,
  encodeAbort,
  encodeAssociateAccept,
  encodeData,
  encodeReject,
  encodeRelease,
  isDicomApplicationContext,
  MAX_PDU_LENGTH,
  PduError,
  PduType,
  parseAssociateRequest,
  Reject,
  type Rejection,
} from "./pdu.js";
import { PduReader } from "./pdu-reader.js";
import type { DimsePorts, Peer, StoreSink } from "./ports.js";
import { runFind, runRetrieve } from "./query.js";
import { isStepCommand, runCommitment, runStep } from "./workflow.js";

export type AssociationLimits = {
  /** ARTIM (PS3.8 §9.1.4): wait for the request, and for the peer to close, ms. */
  readonly artimMs: number;
  /** Silence inside an association after which it is aborted, ms. */
  readonly idleMs: number;
  /** Socket is paused while more than this is queued for the disk, bytes. */
  readonly pauseAtBytes: number;
  /** Operations in flight that a peer may ask for. */
  readonly maxOperations: number;
};

export const DEFAULT_LIMITS: AssociationLimits = {
  artimMs: 30_000,
  idleMs: 600_000,
  pauseAtBytes: 4 * 1024 * 1024,
  maxOperations: 8,
};

const MAX_CONTROL_LENGTH = 262_144;
const MAX_COMMAND_LENGTH = 65_536;
const MAX_IDENTIFIER_LENGTH = 1_048_576;

/** A message whose dataset is still coming in. */
type Incoming = { readonly contextId: number; readonly context: Context; readonly command: Command } & (
  | { readonly sink: StoreSink }
  | { readonly identifier: Buffer[]; identifierLength: number }
);

type State = "awaiting request" | "deciding" | "established" | "closing";

export type AssociationDeps<Source> = {
  readonly ports: DimsePorts<Source>;
  readonly services: Services;
  readonly limits: AssociationLimits;
  readonly aeTitle: string;
  /** Why nobody is let in at the moment (association limit, shutting down); asked when the request has come. */
  readonly busy: () => Rejection | undefined;
};

/** One association as acceptor: the protocol machine of PS3.8 §9.2 and the DIMSE services on top of it. */
export class Association<Source> {
  #state: State = "awaiting request";
  #peer: Peer<Source> | undefined;
  #request: AssociateRequest | undefined;
  #contexts = new Map<number, Context>();
  #peerMaxPdu = 0;
  #timer: NodeJS.Timeout | undefined;
  #commandPieces: Buffer[] = [];
  #commandLength = 0;
  #commandContext = 0;
  #incoming: Incoming | undefined;
  #running = 0;
  #operationsAllowed = 1;
  readonly #cancelled = new Set<number>();
  readonly #subOperations = new Map<number, (status: number) => void>();
  #received = 0;
  readonly #reader: PduReader;

  constructor(
    private readonly socket: Socket,
    private readonly deps: AssociationDeps<Source>,
  ) {
    this.#reader = new PduReader(
      { pdu: (type, body) => this.#onPdu(type, body), fragment: (...piece) => this.#onFragment(...piece) },
      { maxControlLength: MAX_CONTROL_LENGTH, maxDataLength: MAX_PDU_LENGTH },
    );
    socket.setNoDelay(true);
    this.#arm(deps.limits.artimMs);
    socket.on("data", (chunk: Buffer) => this.#onData(chunk));
    socket.on("end", () => this.#onEnd());
    socket.on("close", () => this.#onClose());
    // The reason is in the close that follows; without a listener a reset connection would end the process.
    socket.on("error", (error) => this.#warn("connection failed", { code: (error as NodeJS.ErrnoException).code }));
  }

  get established(): boolean {
    return this.#state === "established";
  }

  /** Ends the association from our side, e.g. at shutdown. Instances not yet answered stay unacknowledged. */
  abort(reason: number = AbortReason.notSpecified): void {
    if (this.#state === "closing") return;
    this.#close(encodeAbort(reason));
  }

  /** Aborts and closes without waiting for the peer: what a stopping process does. */
  shutDown(): void {
    this.abort();
    this.socket.destroySoon();
  }

  #warn(message: string, fields: Record<string, unknown> = {}): void {
    const peer = this.#peer?.label ?? this.socket.remoteAddress ?? "unknown";
    this.deps.ports.log.warn({ peer, ...fields }, message);
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#onTimeout(), ms);
  }

  #onTimeout(): void {
    if (this.#state === "closing") this.socket.destroy();
    else if (this.#running > 0) this.#arm(this.deps.limits.idleMs);
    else {
      this.#warn(this.#state === "established" ? "association silent too long" : "no association request in time");
      if (this.#state === "established") this.abort();
      else this.socket.destroy();
    }
  }

  #onData(chunk: Buffer): void {
    if (this.#state === "closing") return;
    if (this.#state === "established") this.#timer?.refresh();
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof PduError)) throw error;
      this.#warn("protocol error", { problem: error.message });
      this.abort(error.reason);
    }
  }

  #onEnd(): void {
    if (this.#state === "established") this.#warn("connection ended without release", { received: this.#received });
    this.socket.end();
  }

  #onClose(): void {
    clearTimeout(this.#timer);
    this.#state = "closing";
    if (this.#incoming !== undefined && "sink" in this.#incoming) this.#incoming.sink.abort();
    this.#incoming = undefined;
    for (const settle of this.#subOperations.values()) settle(Status.processingFailure);
    this.#subOperations.clear();
  }

  /** Sends a last PDU and waits, within ARTIM, for the peer to close (Sta13). */
  #close(last: Buffer): void {
    this.#state = "closing";
    this.socket.resume();
    this.socket.write(last);
    this.#arm(this.deps.limits.artimMs);
  }

  #onPdu(type: number, body: Buffer): void {
    if (type === PduType.associateRq && this.#state === "awaiting request")
      this.#onRequest(parseAssociateRequest(body));
    else if (type === PduType.releaseRq && this.#state === "established") this.#onRelease();
    else if (type === PduType.abort) {
      if (this.#state === "established") this.#warn("aborted by the peer", { source: body[2], reason: body[3] });
      this.socket.destroy();
    } else throw new PduError(`PDU type ${type} while ${this.#state}`, AbortReason.unexpectedPdu);
  }

  #onRelease(): void {
    if (this.#incoming !== undefined) this.#warn("released in the middle of a dataset");
    this.deps.ports.log.info({ peer: this.#peer?.label, received: this.#received }, "association released");
    this.#close(encodeRelease("response"));
    this.socket.end();
  }

  #onRequest(request: AssociateRequest): void {
    this.#state = "deciding";
    clearTimeout(this.#timer);
    const refusal = this.#refusal(request);
    if (refusal !== undefined) {
      this.#reject(refusal, request);
      return;
    }
    const address = (this.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    this.socket.pause();
    this.deps.ports.resolvePeer({ calledAe: request.calledAe, callingAe: request.callingAe, address }).then(
      (answer) => {
        this.socket.resume();
        if (this.#state !== "deciding") return;
        if (answer.ok) this.#accept(request, answer.peer);
        else
          this.#reject(
            answer.refusal === "called AE title not recognized" ? Reject.calledAe : Reject.callingAe,
            request,
          );
      },
      (error: unknown) => {
        this.socket.resume();
        this.#warn("peer could not be looked up", { problem: String(error) });
        if (this.#state === "deciding") this.#reject(Reject.congestion, request);
      },
    );
  }

  #refusal(request: AssociateRequest): Rejection | undefined {
    if ((request.protocolVersion & 1) === 0) return Reject.protocolVersion;
    if (!isDicomApplicationContext(request.applicationContext)) return Reject.applicationContext;
    return this.deps.busy();
  }

  #reject(rejection: Rejection, request: AssociateRequest): void {
    this.#warn("association rejected", { callingAe: request.callingAe, calledAe: request.calledAe, ...rejection });
    this.#close(encodeReject(rejection));
  }

  #accept(request: AssociateRequest, peer: Peer<Source>): void {
    this.#peer = peer;
    this.#request = request;
    this.#peerMaxPdu = request.maxPduLength;
    const contexts = negotiateContexts(request, this.deps.services);
    for (const result of contexts) {
      const proposed = request.contexts.find((context) => context.id === result.id);
      const service = proposed === undefined ? undefined : serviceOf(proposed.abstractSyntax);
      if (result.result !== "accepted" || proposed === undefined || service === undefined) continue;
      const { abstractSyntax } = proposed;
      this.#contexts.set(result.id, { abstractSyntax, service, transferSyntax: result.transferSyntax });
    }
    const asked = request.maxOperationsInvoked;
    const { maxOperations, idleMs } = this.deps.limits;
    // 0 asks for an unlimited window (PS3.7 D.3.3.3.1).
    if (asked !== undefined) this.#operationsAllowed = asked === 0 ? maxOperations : Math.min(asked, maxOperations);
    this.#state = "established";
    this.#arm(idleMs);
    this.socket.write(
      encodeAssociateAccept({
        calledAe: request.calledAe,
        callingAe: request.callingAe,
        contexts,
        maxPduLength: MAX_PDU_LENGTH,
        ...(asked === undefined ? {} : { maxOperationsInvoked: this.#operationsAllowed }),
        roles: negotiateRoles(request, this.deps.services),
      }),
    );
  }

  #onFragment(contextId: number, part: "command" | "dataset", piece: Buffer, last: boolean): void {
    if (this.#state !== "established") throw new PduError(`data while ${this.#state}`, AbortReason.unexpectedPdu);
    if (part === "command") this.#onCommandPiece(contextId, piece, last);
    else this.#onDatasetPiece(contextId, piece, last);
  }

  #onCommandPiece(contextId: number, piece: Buffer, last: boolean): void {
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
    this.#onCommand(contextId, command);
  }

  #onCommand(contextId: number, command: Command): void {
    const context = this.#contexts.get(contextId);
    if (context === undefined) throw new PduError("context was not accepted", AbortReason.invalidParameter);
    if (command.commandField === CommandField.cCancelRq) {
      if (command.messageIdBeingRespondedTo !== undefined) this.#cancelled.add(command.messageIdBeingRespondedTo);
      return;
    }
    if (command.commandField === CommandField.cStoreRsp || command.commandField === CommandField.nEventReportRsp) {
      this.#subOperations.get(command.messageIdBeingRespondedTo ?? -1)?.(command.status ?? Status.processingFailure);
      return;
    }
    if (command.messageId === undefined || command.commandField === undefined || command.commandField >= 0x8000)
      throw new PduError("not a request", AbortReason.invalidParameter);
    if (!hasDataset(command)) {
      this.#run(contextId, context, command, () => this.#withoutDataset(contextId, context, command));
      return;
    }
    if (command.commandField === CommandField.cStoreRq && context.service === "store" && this.#peer !== undefined)
      this.#incoming = { contextId, context, command, sink: this.#openSink(context, command, this.#peer) };
    else this.#incoming = { contextId, context, command, identifier: [], identifierLength: 0 };
  }

  #openSink(context: Context, command: Command, peer: Peer<Source>): StoreSink {
    return this.deps.ports.store(peer, {
      sopClassUid: command.affectedSopClassUid ?? "",
      sopInstanceUid: command.affectedSopInstanceUid ?? "",
      transferSyntaxUid: context.transferSyntax,
      callingAe: this.#request?.callingAe ?? "",
    });
  }

  #onDatasetPiece(contextId: number, piece: Buffer, last: boolean): void {
    const incoming = this.#incoming;
    if (incoming === undefined || incoming.contextId !== contextId)
      throw new PduError("dataset without its command", AbortReason.unexpectedParameter);
    if ("sink" in incoming) {
      if (piece.length > 0) incoming.sink.write(piece);
      this.#holdBack(incoming.sink);
    } else {
      incoming.identifierLength += piece.length;
      if (incoming.identifierLength > MAX_IDENTIFIER_LENGTH)
        throw new PduError("identifier too long", AbortReason.invalidParameter);
      incoming.identifier.push(piece);
    }
    if (!last) return;
    this.#incoming = undefined;
    const { context, command } = incoming;
    this.#run(contextId, context, command, () =>
      "sink" in incoming
        ? this.#finishStore(contextId, context, command, incoming.sink)
        : this.#withIdentifier(contextId, context, command, Buffer.concat(incoming.identifier)),
    );
  }

  #holdBack(sink: StoreSink): void {
    const { pauseAtBytes } = this.deps.limits;
    if (sink.queuedBytes < pauseAtBytes || this.socket.isPaused()) return;
    this.socket.pause();
    sink.whenBelow(pauseAtBytes / 2, () => this.#resume());
  }

  #resume(): void {
    if (this.#running <= this.#operationsAllowed) this.socket.resume();
  }

  /** Runs an operation beside others, as far as the negotiated window goes; a peer that sends more waits at the socket. */
  #run(contextId: number, context: Context, command: Command, work: () => Promise<void>): void {
    this.#running += 1;
    if (this.#running > this.#operationsAllowed) this.socket.pause();
    work()
      .catch((error: unknown) => {
        this.#warn("operation failed", { service: context.service, problem: String(error) });
        this.#respond(contextId, command, context, Status.processingFailure, "internal error");
      })
      .finally(() => {
        this.#running -= 1;
        this.#cancelled.delete(command.messageId ?? -1);
        this.#timer?.refresh();
        this.#resume();
      });
  }

  async #withoutDataset(contextId: number, context: Context, command: Command): Promise<void> {
    const echo = command.commandField === CommandField.cEchoRq && context.service === "verification";
    if (echo) this.#respond(contextId, command, context, Status.success);
    else
      this.#respond(contextId, command, context, Status.unrecognizedOperation, "operation not offered in this context");
  }

  async #finishStore(contextId: number, context: Context, command: Command, sink: StoreSink): Promise<void> {
    const answer = await sink.finish();
    if (answer.status === Status.success) this.#received += 1;
    else this.#warn("instance refused", { status: answer.status.toString(16), comment: answer.comment });
    this.#respond(contextId, command, context, answer.status, answer.comment);
  }

  async #withIdentifier(contextId: number, context: Context, command: Command, identifier: Buffer): Promise<void> {
    const { ports } = this.deps;
    if (this.#peer === undefined) return;
    const operation = {
      contextId,
      context,
      command,
      identifier,
      peer: this.#peer,
      ports,
      callingAe: this.#request?.callingAe ?? "",
      aeTitle: this.deps.aeTitle,
      contexts: this.#contexts,
      cancelled: () => this.#state !== "established" || this.#cancelled.has(command.messageId ?? -1),
      send: (reply: Command, dataset?: Buffer) => this.#send(contextId, reply, dataset),
      storeOnThisAssociation: (id: number, request: Command, pieces: AsyncIterable<Buffer>) =>
        this.#subStore(id, request, pieces),
    };
    const field = command.commandField;
    if (field === CommandField.cFindRq && context.service === "find" && ports.find) await runFind(operation);
    else if (field === CommandField.cMoveRq && context.service === "move" && ports.retrieve)
      await runRetrieve(operation, "move");
    else if (field === CommandField.cGetRq && context.service === "get" && ports.retrieve)
      await runRetrieve(operation, "get");
    else if (context.service === "step" && ports.performed && isStepCommand(field)) await runStep(operation);
    else if (context.service === "commitment" && ports.commit && field === CommandField.nActionRq)
      await runCommitment(operation);
    else
      this.#respond(contextId, command, context, Status.unrecognizedOperation, "operation not offered in this context");
  }

  #respond(contextId: number, command: Command, context: Context, status: number, comment?: string): void {
    this.#send(contextId, {
      affectedSopClassUid: command.affectedSopClassUid ?? context.abstractSyntax,
      commandField: (command.commandField ?? 0) | 0x8000,
      messageIdBeingRespondedTo: command.messageId ?? 0,
      status,
      ...(comment === undefined || status === Status.success ? {} : { errorComment: comment }),
      ...(command.affectedSopInstanceUid === undefined
        ? {}
        : { affectedSopInstanceUid: command.affectedSopInstanceUid }),
    });
  }

  #send(contextId: number, command: Command, dataset?: Buffer): void {
    if (this.#state !== "established") return;
    this.socket.cork();
    for (const piece of encodeData(
      contextId,
      "command",
      encodeCommand(command, dataset !== undefined),
      this.#peerMaxPdu,
    ))
      this.socket.write(piece);
    if (dataset !== undefined)
      for (const piece of encodeData(contextId, "dataset", dataset, this.#peerMaxPdu)) this.socket.write(piece);
    this.socket.uncork();
  }

  /** C-STORE sub-operation of a C-GET, on this very association (PS3.4 §C.4.3). Resolves with the peer's status. */
  async #subStore(contextId: number, request: Command, pieces: AsyncIterable<Buffer>): Promise<number> {
    const answered = new Promise<number>((resolve) => this.#subOperations.set(request.messageId ?? 0, resolve));
    for (const piece of encodeData(contextId, "command", encodeCommand(request, true), this.#peerMaxPdu))
      this.socket.write(piece);
    let held: Buffer | undefined;
    for await (const piece of pieces) {
      if (held !== undefined) await this.#writeData(contextId, held, false);
      held = piece;
    }
    await this.#writeData(contextId, held ?? Buffer.alloc(0), true);
    const status = await answered;
    this.#subOperations.delete(request.messageId ?? 0);
    return status;
  }

  async #writeData(contextId: number, piece: Buffer, last: boolean): Promise<void> {
    if (this.#state !== "established") return;
    let room = true;
    for (const part of encodeData(contextId, "dataset", piece, this.#peerMaxPdu, last)) room = this.socket.write(part);
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
