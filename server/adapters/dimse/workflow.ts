import { STORAGE_COMMITMENT, STORAGE_COMMITMENT_INSTANCE } from "@readroom/shared/dicom/sop-classes.js";
import { type Command, CommandField, Status } from "./command.js";
import type { Operation } from "./query.js";

/** Is it one of the two operations of a performed procedure step? */
export const isStepCommand = (field: number | undefined): boolean =>
  field === CommandField.nCreateRq || field === CommandField.nSetRq;

function answer<Source>(operation: Operation<Source>, status: number, more: Command = {}): void {
  operation.send({
    affectedSopClassUid: operation.context.abstractSyntax,
    commandField: (operation.command.commandField ?? 0) | 0x8000,
    messageIdBeingRespondedTo: operation.command.messageId ?? 0,
    status,
    ...more,
  });
}

const comment = (text: string | undefined): Command => (text === undefined ? {} : { errorComment: text });

/** N-CREATE and N-SET of a Modality Performed Procedure Step (PS3.4 F.7.2.1, F.7.2.2). */
export async function runStep<Source>(operation: Operation<Source>): Promise<void> {
  const { command, context, identifier, ports, peer, callingAe } = operation;
  const create = command.commandField === CommandField.nCreateRq;
  const sopInstanceUid = (create ? command.affectedSopInstanceUid : command.requestedSopInstanceUid) ?? "";
  const done = await ports.performed?.(peer, {
    verb: create ? "create" : "set",
    sopInstanceUid,
    transferSyntaxUid: context.transferSyntax,
    dataset: identifier,
    callingAe,
  });
  if (done === undefined) return;
  answer(operation, done.status, {
    affectedSopInstanceUid: done.sopInstanceUid ?? sopInstanceUid,
    ...(done.errorId === undefined ? {} : { errorId: done.errorId }),
    ...comment(done.comment),
  });
}

/** The N-EVENT-REPORT that a commitment is answered by (PS3.4 J.3.3). */
export const eventReport = (eventTypeId: number, messageId: number): Command => ({
  affectedSopClassUid: STORAGE_COMMITMENT,
  commandField: CommandField.nEventReportRq,
  messageId,
  affectedSopInstanceUid: STORAGE_COMMITMENT_INSTANCE,
  eventTypeId,
});

async function* once(dataset: Buffer): AsyncGenerator<Buffer> {
  yield dataset;
}

/** N-ACTION of storage commitment (PS3.4 J.3.2): answered at once; the report follows, here or later on an association of ours. */
export async function runCommitment<Source>(operation: Operation<Source>): Promise<void> {
  const { command, context, identifier, ports, peer, callingAe, contextId } = operation;
  const done = await ports.commit?.(peer, {
    actionTypeId: command.actionTypeId ?? 0,
    transferSyntaxUid: context.transferSyntax,
    dataset: identifier,
    callingAe,
  });
  if (done === undefined) return;
  answer(operation, done.status, {
    affectedSopInstanceUid: STORAGE_COMMITMENT_INSTANCE,
    ...(command.actionTypeId === undefined ? {} : { actionTypeId: command.actionTypeId }),
    ...comment(done.comment),
  });
  const { report } = done;
  if (report === undefined) return;
  // Not waited for: the peer may send its next request before it answers the report.
  operation
    .storeOnThisAssociation(contextId, eventReport(report.eventTypeId, REPORT_ID), once(report.dataset))
    .then((status) => report.reported(status === Status.processingFailure ? null : status))
    .catch((error: unknown) => ports.log.warn({ peer: peer.label, problem: String(error) }, "commitment not reported"));
}

/** Message ids are each side's own (PS3.7 §9.1): ours only must not meet those of C-GET's sub-operations, which count up from 1. */
const REPORT_ID = 0xfffe;
