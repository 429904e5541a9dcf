import { type Command, CommandField, Status } from "./command.js";
import type { Context } from "./negotiation.js";
import { DimseFailure, type DimsePorts, type Peer, type RetrievedObject } from "./ports.js";
import { StoreScu } from "./store-scu.js";

/** What an operation of the query/retrieve services (PS3.4 Annex C) may use of its association. */
export type Operation<Source> = {
  readonly contextId: number;
  readonly context: Context;
  readonly command: Command;
  readonly identifier: Buffer;
  readonly peer: Peer<Source>;
  readonly ports: DimsePorts<Source>;
  readonly callingAe: string;
  readonly aeTitle: string;
  readonly contexts: ReadonlyMap<number, Context>;
  cancelled(): boolean;
  send(reply: Command, dataset?: Buffer): void;
  storeOnThisAssociation(contextId: number, request: Command, pieces: AsyncIterable<Buffer>): Promise<number>;
};

function reply<Source>(operation: Operation<Source>, status: number, more: Command = {}): Command {
  return {
    affectedSopClassUid: operation.context.abstractSyntax,
    commandField: (operation.command.commandField ?? 0) | 0x8000,
    messageIdBeingRespondedTo: operation.command.messageId ?? 0,
    status,
    ...more,
  };
}

function failure<Source>(operation: Operation<Source>, error: unknown): void {
  if (!(error instanceof DimseFailure)) throw error;
  operation.send(reply(operation, error.status, { errorComment: error.message }));
}

const HEAR_EVERY = 50;

/** C-FIND: a pending response a match, then the final one (PS3.4 §C.4.1, §K.4.1). */
export async function runFind<Source>(operation: Operation<Source>): Promise<void> {
  const { ports, context, identifier } = operation;
  try {
    const find = context.service === "worklist" ? ports.worklist : ports.find;
    const matches = find?.(operation.peer, {
      sopClassUid: context.abstractSyntax,
      transferSyntaxUid: context.transferSyntax,
      identifier,
      cancelled: operation.cancelled,
    });
    let sent = 0;
    for await (const match of matches ?? []) {
      // A cancel, and the other associations, are heard between matches.
      sent += 1;
      if (sent % HEAR_EVERY === 0) await new Promise((resolve) => setImmediate(resolve));
      if (operation.cancelled()) {
        operation.send(reply(operation, Status.cancel));
        return;
      }
      const status = match.unsupportedKeys === true ? Status.pendingWithWarning : Status.pending;
      operation.send(reply(operation, status), match.identifier);
    }
    operation.send(reply(operation, Status.success));
  } catch (error) {
    failure(operation, error);
  }
}

type Sender = { send(object: RetrievedObject, messageId: number): Promise<number>; close(): Promise<void> };

/** C-MOVE and C-GET: sub-operations one after the other, progress after each, counts at the end (PS3.4 §C.4.2, §C.4.3). */
export async function runRetrieve<Source>(operation: Operation<Source>, kind: "move" | "get"): Promise<void> {
  let sender: Sender | undefined;
  try {
    const { ports, peer, context, identifier } = operation;
    const request = { sopClassUid: context.abstractSyntax, transferSyntaxUid: context.transferSyntax, identifier };
    const objects = (await ports.retrieve?.(peer, request)) ?? [];
    if (objects.length === 0) {
      operation.send(reply(operation, Status.success, counts(0, 0, 0)));
      return;
    }
    sender = kind === "get" ? senderOnThisAssociation(operation) : await senderToDestination(operation, objects);
    await subOperations(operation, objects, sender);
  } catch (error) {
    failure(operation, error);
  } finally {
    await sender?.close();
  }
}

async function subOperations<Source>(
  operation: Operation<Source>,
  objects: RetrievedObject[],
  sender: Sender,
): Promise<void> {
  let [completed, failed] = [0, 0];
  for (const [index, object] of objects.entries()) {
    if (operation.cancelled()) {
      operation.send(reply(operation, Status.cancel, counts(objects.length - index, completed, failed)));
      return;
    }
    const status = await sender.send(object, (index % 65_534) + 1);
    // Warnings (Bxxx) mean stored with a remark.
    if (status === Status.success || status >> 12 === 0xb) completed += 1;
    else failed += 1;
    const remaining = objects.length - index - 1;
    if (remaining > 0) operation.send(reply(operation, Status.pending, counts(remaining, completed, failed)));
  }
  operation.send(
    reply(operation, failed === 0 ? Status.success : Status.subOperationsFailed, counts(undefined, completed, failed)),
  );
}

function counts(remaining: number | undefined, completed: number, failed: number): Command {
  return {
    ...(remaining === undefined ? {} : { numberOfRemainingSuboperations: remaining }),
    numberOfCompletedSuboperations: completed,
    numberOfFailedSuboperations: failed,
    numberOfWarningSuboperations: 0,
  };
}

function storeRequest(object: RetrievedObject, messageId: number): Command {
  return {
    affectedSopClassUid: object.sopClassUid,
    commandField: CommandField.cStoreRq,
    messageId,
    priority: 0,
    affectedSopInstanceUid: object.sopInstanceUid,
  };
}

function senderOnThisAssociation<Source>(operation: Operation<Source>): Sender {
  return {
    send: (object, messageId) => {
      const context = [...operation.contexts].find(
        ([, c]) => c.abstractSyntax === object.sopClassUid && c.transferSyntax === object.transferSyntaxUid,
      );
      // Stored in a syntax that the peer did not propose: counted as failed rather than sent as something else.
      if (context === undefined) return Promise.resolve(Status.sopClassNotSupported);
      return operation.storeOnThisAssociation(context[0], storeRequest(object, messageId), object.read());
    },
    close: () => Promise.resolve(),
  };
}

async function senderToDestination<Source>(operation: Operation<Source>, objects: RetrievedObject[]): Promise<Sender> {
  const aeTitle = operation.command.moveDestination ?? "";
  const destination = await operation.ports.destination?.(operation.peer, aeTitle);
  if (destination === undefined)
    throw new DimseFailure(Status.moveDestinationUnknown, `move destination ${aeTitle} is not a known peer`);
  const scu = await StoreScu.connect({
    ...destination,
    calledAe: aeTitle,
    callingAe: operation.aeTitle,
    objects,
  }).catch((error: unknown) => {
    throw new DimseFailure(
      0xa702,
      `move destination ${aeTitle}: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  return {
    send: (object, messageId) =>
      scu.store(
        {
          ...storeRequest(object, messageId),
          moveOriginatorAe: operation.callingAe,
          moveOriginatorMessageId: operation.command.messageId ?? 0,
        },
        object,
      ),
    close: () => scu.release(),
  };
}
