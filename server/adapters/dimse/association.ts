import type { Socket } from "node:net";
import { type Command, CommandField, Status } from "./command.js";
import { type Message, MessageReader } from "./message-reader.js";
import { MessageWriter } from "./message-writer.js";
import { type Context, negotiateContexts, negotiateRoles, type Services, serviceOf } from "./negotiation.js";
import {
  AbortReason,
  type AssociateRequest,
  encodeAbort,
  encodeAssociateAccept,
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
  #timer: NodeJS.Timeout | undefined;
  #running = 0;
  #operationsAllowed = 1;
  readonly #cancelled = new Set<number>();
  #received = 0;
  readonly #reader: PduReader;
  readonly #messages: MessageReader;
  readonly #writer: MessageWriter;

  constructor(
    private readonly socket: Socket,
    private readonly deps: AssociationDeps<Source>,
  ) {
    this.#reader = new PduReader(
      { pdu: (type, body) => this.#onPdu(type, body), fragment: (...piece) => this.#onFragment(...piece) },
      { maxControlLength: MAX_CONTROL_LENGTH, maxDataLength: MAX_PDU_LENGTH },
    );
    this.#messages = new MessageReader({
      contextOf: (id) => this.#contexts.get(id),
      openSink: (context, command) => this.#openSink(context, command),
      wrote: (sink) => this.#holdBack(sink),
      message: (message) => this.#onMessage(message),
    });
    this.#writer = new MessageWriter(socket, () => this.#state === "established");
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
    this.#messages.abort();
    this.#writer.abandon();
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
    if (this.#messages.midDataset) this.#warn("released in the middle of a dataset");
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
    this.#writer.peerMaxPdu = request.maxPduLength;
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
    this.#messages.fragment(contextId, part, piece, last);
  }

  #onMessage({ contextId, context, command, dataset }: Message): void {
    if (command.commandField === CommandField.cCancelRq) {
      if (command.messageIdBeingRespondedTo !== undefined) this.#cancelled.add(command.messageIdBeingRespondedTo);
      return;
    }
    if (command.commandField === CommandField.cStoreRsp || command.commandField === CommandField.nEventReportRsp)
      return this.#writer.answered(command);
    this.#run(contextId, context, command, () => {
      if (dataset === null) return this.#withoutDataset(contextId, context, command);
      return Buffer.isBuffer(dataset)
        ? this.#withIdentifier(contextId, context, command, dataset)
        : this.#finishStore(contextId, context, command, dataset);
    });
  }

  #openSink(context: Context, command: Command): StoreSink {
    return this.deps.ports.store(this.#peer as Peer<Source>, {
      sopClassUid: command.affectedSopClassUid ?? "",
      sopInstanceUid: command.affectedSopInstanceUid ?? "",
      transferSyntaxUid: context.transferSyntax,
      callingAe: this.#request?.callingAe ?? "",
    });
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
      send: (reply: Command, dataset?: Buffer) => this.#writer.send(contextId, reply, dataset),
      storeOnThisAssociation: (id: number, request: Command, pieces: AsyncIterable<Buffer>) =>
        this.#writer.request(id, request, pieces),
    };
    const field = command.commandField;
    const finds = (context.service === "find" && ports.find) || (context.service === "worklist" && ports.worklist);
    if (field === CommandField.cFindRq && finds) await runFind(operation);
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
    this.#writer.send(contextId, {
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
}
