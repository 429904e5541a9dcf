/** Protocol data units of the DICOM upper layer (PS3.8 §9.3): what is sent, and what is read out of a whole body. */

export const PduType = {
  associateRq: 1,
  associateAc: 2,
  associateRj: 3,
  data: 4,
  releaseRq: 5,
  releaseRp: 6,
  abort: 7,
} as const;

/** Longest P-DATA-TF body that we ask peers to send: 128 KB measured best; larger ones gained nothing. */
export const MAX_PDU_LENGTH = 131_072;

export const IMPLEMENTATION_CLASS_UID = "2.25.250862164934803306389245917230684175233";
export const IMPLEMENTATION_VERSION = "READROOM_1";

export type ProposedContext = {
  readonly id: number;
  readonly abstractSyntax: string;
  readonly transferSyntaxes: readonly string[];
};

export type AssociateRequest = {
  readonly protocolVersion: number;
  readonly calledAe: string;
  readonly callingAe: string;
  readonly applicationContext: string;
  readonly contexts: readonly ProposedContext[];
  /** Longest P-DATA-TF body the requestor takes; 0: no limit (PS3.8 Annex D.1). */
  readonly maxPduLength: number;
  readonly implementationClass: string;
  readonly implementationVersion: string;
  /** Asynchronous operations window (PS3.7 D.3.3.3): operations that the requestor invokes; absent: 1. */
  readonly maxOperationsInvoked?: number;
  /** SCP/SCU role selection (PS3.7 D.3.3.4), needed for C-GET. */
  readonly roles: readonly { readonly sopClass: string; readonly scu: boolean; readonly scp: boolean }[];
};

export type ContextResult =
  | { readonly id: number; readonly result: "accepted"; readonly transferSyntax: string }
  | {
      readonly id: number;
      readonly result: "abstract syntax not supported" | "transfer syntaxes not supported" | "no reason";
    };

/** Result, source and reason of an A-ASSOCIATE-RJ (PS3.8 Table 9-21). */
export type Rejection = { readonly result: 1 | 2; readonly source: 1 | 2 | 3; readonly reason: number };

export const Reject = {
  applicationContext: { result: 1, source: 1, reason: 2 },
  callingAe: { result: 1, source: 1, reason: 3 },
  calledAe: { result: 1, source: 1, reason: 7 },
  protocolVersion: { result: 1, source: 2, reason: 2 },
  congestion: { result: 2, source: 3, reason: 1 },
  localLimit: { result: 2, source: 3, reason: 2 },
} as const satisfies Record<string, Rejection>;

/** Reason of an A-ABORT by the service provider (PS3.8 Table 9-26). */
export const AbortReason = {
  notSpecified: 0,
  unrecognizedPdu: 1,
  unexpectedPdu: 2,
  unrecognizedParameter: 4,
  unexpectedParameter: 5,
  invalidParameter: 6,
} as const;

export class PduError extends Error {
  constructor(
    message: string,
    readonly reason: number,
  ) {
    super(message);
  }
}

function malformed(message: string): never {
  throw new PduError(message, AbortReason.invalidParameter);
}

type Item = { readonly type: number; readonly body: Buffer };

function* items(body: Buffer): Generator<Item> {
  let at = 0;
  while (at < body.length) {
    if (at + 4 > body.length) malformed("item header cut off");
    const type = body.readUInt8(at);
    const length = body.readUInt16BE(at + 2);
    if (at + 4 + length > body.length) malformed("item longer than its PDU");
    yield { type, body: body.subarray(at + 4, at + 4 + length) };
    at += 4 + length;
  }
}

function text(body: Buffer): string {
  return body.toString("latin1").replace(/[\0 ]+$/, "");
}

function parseContext(body: Buffer): ProposedContext {
  if (body.length < 4) malformed("presentation context too short");
  const id = body.readUInt8(0);
  if (id % 2 === 0) malformed("presentation context id is even");
  let abstractSyntax: string | undefined;
  const transferSyntaxes: string[] = [];
  for (const item of items(body.subarray(4))) {
    if (item.type === 0x30) abstractSyntax = text(item.body);
    else if (item.type === 0x40) transferSyntaxes.push(text(item.body));
  }
  if (abstractSyntax === undefined || transferSyntaxes.length === 0) malformed("presentation context without syntaxes");
  return { id, abstractSyntax, transferSyntaxes };
}

type UserInformation = Pick<
  AssociateRequest,
  "maxPduLength" | "implementationClass" | "implementationVersion" | "maxOperationsInvoked" | "roles"
>;

function parseUserInformation(body: Buffer): UserInformation {
  let maxPduLength = 16_384;
  let implementationClass = "";
  let implementationVersion = "";
  let maxOperationsInvoked: number | undefined;
  const roles: { sopClass: string; scu: boolean; scp: boolean }[] = [];
  for (const item of items(body)) {
    if (item.type === 0x51 && item.body.length === 4) maxPduLength = item.body.readUInt32BE(0);
    else if (item.type === 0x52) implementationClass = text(item.body);
    else if (item.type === 0x55) implementationVersion = text(item.body);
    else if (item.type === 0x53 && item.body.length === 4) maxOperationsInvoked = item.body.readUInt16BE(0);
    else if (item.type === 0x54 && item.body.length > 4) {
      const length = item.body.readUInt16BE(0);
      if (length + 4 !== item.body.length) malformed("role selection item of the wrong length");
      const sopClass = text(item.body.subarray(2, 2 + length));
      roles.push({ sopClass, scu: item.body[2 + length] === 1, scp: item.body[3 + length] === 1 });
    }
  }
  return {
    maxPduLength,
    implementationClass,
    implementationVersion,
    ...(maxOperationsInvoked === undefined ? {} : { maxOperationsInvoked }),
    roles,
  };
}

/** Reads the body of an A-ASSOCIATE-RQ (PS3.8 §9.3.2). Throws {@link PduError} on what is malformed. */
export function parseAssociateRequest(body: Buffer): AssociateRequest {
  if (body.length < 68) malformed("A-ASSOCIATE-RQ too short");
  const contexts: ProposedContext[] = [];
  let applicationContext = "";
  let user = parseUserInformation(Buffer.alloc(0));
  for (const item of items(body.subarray(68))) {
    if (item.type === 0x10) applicationContext = text(item.body);
    else if (item.type === 0x20) contexts.push(parseContext(item.body));
    else if (item.type === 0x50) user = parseUserInformation(item.body);
  }
  if (new Set(contexts.map((context) => context.id)).size !== contexts.length)
    malformed("presentation context id twice");
  return {
    protocolVersion: body.readUInt16BE(0),
    calledAe: body.toString("latin1", 4, 20).trim(),
    callingAe: body.toString("latin1", 20, 36).trim(),
    applicationContext,
    contexts,
    ...user,
  };
}

function pdu(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(6);
  head.writeUInt8(type, 0);
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}

function item(type: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(body.length, 2);
  return Buffer.concat([head, body]);
}

const RESULT_CODE: Record<ContextResult["result"], number> = {
  accepted: 0,
  "no reason": 2,
  "abstract syntax not supported": 3,
  "transfer syntaxes not supported": 4,
};

function uint16(value: number): Buffer {
  const body = Buffer.alloc(2);
  body.writeUInt16BE(value);
  return body;
}

function uint32(value: number): Buffer {
  const body = Buffer.alloc(4);
  body.writeUInt32BE(value);
  return body;
}

function ae(title: string): Buffer {
  return Buffer.from(title.slice(0, 16).padEnd(16, " "), "latin1");
}

function roleItem(role: { sopClass: string; scu: boolean; scp: boolean }): Buffer {
  const name = Buffer.from(role.sopClass, "latin1");
  return item(0x54, Buffer.concat([uint16(name.length), name, Buffer.from([role.scu ? 1 : 0, role.scp ? 1 : 0])]));
}

const APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";

export function isDicomApplicationContext(uid: string): boolean {
  return uid === APPLICATION_CONTEXT;
}

export type AssociateAccept = {
  readonly calledAe: string;
  readonly callingAe: string;
  readonly contexts: readonly ContextResult[];
  readonly maxPduLength: number;
  readonly maxOperationsInvoked?: number;
  readonly roles: AssociateRequest["roles"];
};

/** A-ASSOCIATE-AC (PS3.8 §9.3.3). */
export function encodeAssociateAccept(accept: AssociateAccept): Buffer {
  const contexts = accept.contexts.map((context) => {
    const syntax = context.result === "accepted" ? context.transferSyntax : "1.2.840.10008.1.2";
    const head = Buffer.from([context.id, 0, RESULT_CODE[context.result], 0]);
    return item(0x21, Buffer.concat([head, item(0x40, Buffer.from(syntax, "latin1"))]));
  });
  const user = Buffer.concat([
    item(0x51, uint32(accept.maxPduLength)),
    item(0x52, Buffer.from(IMPLEMENTATION_CLASS_UID, "latin1")),
    ...(accept.maxOperationsInvoked === undefined
      ? []
      : [item(0x53, Buffer.concat([uint16(accept.maxOperationsInvoked), uint16(1)]))]),
    ...accept.roles.map(roleItem),
    item(0x55, Buffer.from(IMPLEMENTATION_VERSION, "latin1")),
  ]);
  return pdu(
    PduType.associateAc,
    Buffer.concat([
      uint16(1),
      uint16(0),
      ae(accept.calledAe),
      ae(accept.callingAe),
      Buffer.alloc(32),
      item(0x10, Buffer.from(APPLICATION_CONTEXT, "latin1")),
      ...contexts,
      item(0x50, user),
    ]),
  );
}

/** A-ASSOCIATE-RQ (PS3.8 §9.3.2), for the sub-operations of C-MOVE and for tests. */
export function encodeAssociateRequest(request: {
  readonly calledAe: string;
  readonly callingAe: string;
  readonly contexts: readonly ProposedContext[];
  readonly maxPduLength?: number;
  readonly maxOperationsInvoked?: number;
  readonly roles?: AssociateRequest["roles"];
}): Buffer {
  const contexts = request.contexts.map((context) =>
    item(
      0x20,
      Buffer.concat([
        Buffer.from([context.id, 0, 0, 0]),
        item(0x30, Buffer.from(context.abstractSyntax, "latin1")),
        ...context.transferSyntaxes.map((syntax) => item(0x40, Buffer.from(syntax, "latin1"))),
      ]),
    ),
  );
  const user = Buffer.concat([
    item(0x51, uint32(request.maxPduLength ?? MAX_PDU_LENGTH)),
    item(0x52, Buffer.from(IMPLEMENTATION_CLASS_UID, "latin1")),
    ...(request.maxOperationsInvoked === undefined
      ? []
      : [item(0x53, Buffer.concat([uint16(request.maxOperationsInvoked), uint16(1)]))]),
    ...(request.roles ?? []).map(roleItem),
    item(0x55, Buffer.from(IMPLEMENTATION_VERSION, "latin1")),
  ]);
  return pdu(
    PduType.associateRq,
    Buffer.concat([
      uint16(1),
      uint16(0),
      ae(request.calledAe),
      ae(request.callingAe),
      Buffer.alloc(32),
      item(0x10, Buffer.from(APPLICATION_CONTEXT, "latin1")),
      ...contexts,
      item(0x50, user),
    ]),
  );
}

export type AcceptedContext = { readonly id: number; readonly accepted: boolean; readonly transferSyntax: string };

/** Reads an A-ASSOCIATE-AC as the requestor of a sub-operation sees it. */
export function parseAssociateAccept(body: Buffer): { contexts: AcceptedContext[]; maxPduLength: number } {
  if (body.length < 68) malformed("A-ASSOCIATE-AC too short");
  const contexts: AcceptedContext[] = [];
  let maxPduLength = 16_384;
  for (const { type, body: inner } of items(body.subarray(68))) {
    if (type === 0x50) maxPduLength = parseUserInformation(inner).maxPduLength;
    if (type !== 0x21) continue;
    if (inner.length < 4) malformed("presentation context result too short");
    const [syntax] = [...items(inner.subarray(4))].filter((part) => part.type === 0x40);
    contexts.push({
      id: inner.readUInt8(0),
      accepted: inner.readUInt8(2) === 0,
      transferSyntax: syntax === undefined ? "" : text(syntax.body),
    });
  }
  return { contexts, maxPduLength };
}

/** A-ASSOCIATE-RJ (PS3.8 §9.3.4). */
export function encodeReject(rejection: Rejection): Buffer {
  return pdu(PduType.associateRj, Buffer.from([0, rejection.result, rejection.source, rejection.reason]));
}

export function encodeRelease(type: "request" | "response"): Buffer {
  return pdu(type === "request" ? PduType.releaseRq : PduType.releaseRp, Buffer.alloc(4));
}

/** A-ABORT by the service provider, i.e. by the protocol machine (PS3.8 §9.3.8). */
export function encodeAbort(reason: number): Buffer {
  return pdu(PduType.abort, Buffer.from([0, 0, 2, reason]));
}

/**
 * One DIMSE message part as P-DATA-TF PDUs, none longer than the peer takes. Peers that say 0 (no limit) get 128 KB pieces. A peer
 * that asks for less than a PDV header and two bytes is given that least size: PDUs can't be made any shorter.
 */
export function* encodeData(
  contextId: number,
  part: "command" | "dataset",
  body: Buffer,
  peerMax: number,
  last = true,
) {
  const most = Math.max(2, (peerMax === 0 ? MAX_PDU_LENGTH : Math.min(peerMax, MAX_PDU_LENGTH)) - 6);
  let at = 0;
  do {
    const piece = body.subarray(at, at + most);
    at += piece.length;
    const head = Buffer.alloc(12);
    head.writeUInt8(PduType.data, 0);
    head.writeUInt32BE(piece.length + 6, 2);
    head.writeUInt32BE(piece.length + 2, 6);
    head.writeUInt8(contextId, 10);
    head.writeUInt8((part === "command" ? 1 : 0) | (last && at >= body.length ? 2 : 0), 11);
    yield head;
    yield piece;
  } while (at < body.length);
}
