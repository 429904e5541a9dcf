import { AbortReason, PduError } from "./pdu.js";

/** DIMSE command sets (PS3.7 §6.3, Annex E): always implicit VR little endian, group 0000 only. */
export const CommandField = {
  cStoreRq: 0x0001,
  cStoreRsp: 0x8001,
  cGetRq: 0x0010,
  cGetRsp: 0x8010,
  cFindRq: 0x0020,
  cFindRsp: 0x8020,
  cMoveRq: 0x0021,
  cMoveRsp: 0x8021,
  cEchoRq: 0x0030,
  cEchoRsp: 0x8030,
  nEventReportRq: 0x0100,
  nEventReportRsp: 0x8100,
  nSetRq: 0x0120,
  nActionRq: 0x0130,
  nCreateRq: 0x0140,
  cCancelRq: 0x0fff,
} as const;

const NO_DATASET = 0x0101;

/** Status codes (PS3.7 Annex C, PS3.4 §B.2.3, §C.4). */
export const Status = {
  success: 0x0000,
  pending: 0xff00,
  /** Some of the keys asked for are not supported. */
  pendingWithWarning: 0xff01,
  cancel: 0xfe00,
  sopClassNotSupported: 0x0122,
  unrecognizedOperation: 0x0211,
  notAuthorized: 0x0124,
  processingFailure: 0x0110,
  missingAttribute: 0x0120,
  duplicateInstance: 0x0111,
  noSuchInstance: 0x0112,
  classInstanceConflict: 0x0119,
  noSuchActionType: 0x0123,
  invalidAttributeValue: 0x0106,
  outOfResources: 0xa700,
  moveDestinationUnknown: 0xa801,
  datasetMismatch: 0xa900,
  cannotUnderstand: 0xc000,
  subOperationsFailed: 0xb000,
} as const;

type Vr = "UI" | "US" | "LO" | "AE" | "UL" | "AT";

const ELEMENTS = {
  affectedSopClassUid: [0x0002, "UI"],
  requestedSopClassUid: [0x0003, "UI"],
  commandField: [0x0100, "US"],
  messageId: [0x0110, "US"],
  messageIdBeingRespondedTo: [0x0120, "US"],
  moveDestination: [0x0600, "AE"],
  priority: [0x0700, "US"],
  commandDataSetType: [0x0800, "US"],
  status: [0x0900, "US"],
  errorComment: [0x0902, "LO"],
  errorId: [0x0903, "US"],
  affectedSopInstanceUid: [0x1000, "UI"],
  requestedSopInstanceUid: [0x1001, "UI"],
  eventTypeId: [0x1002, "US"],
  actionTypeId: [0x1008, "US"],
  numberOfRemainingSuboperations: [0x1020, "US"],
  numberOfCompletedSuboperations: [0x1021, "US"],
  numberOfFailedSuboperations: [0x1022, "US"],
  numberOfWarningSuboperations: [0x1023, "US"],
  moveOriginatorAe: [0x1030, "AE"],
  moveOriginatorMessageId: [0x1031, "US"],
} as const satisfies Record<string, readonly [number, Vr]>;

type Keyword = keyof typeof ELEMENTS;
type ValueOf<V extends Vr> = V extends "US" | "UL" ? number : string;
export type Command = { readonly [K in Keyword]?: ValueOf<(typeof ELEMENTS)[K][1]> };

const BY_ELEMENT = new Map<number, [Keyword, Vr]>(
  (Object.entries(ELEMENTS) as [Keyword, readonly [number, Vr]][]).map(([keyword, [element, vr]]) => [
    element,
    [keyword, vr],
  ]),
);

/** Reads a command set. Unknown elements of group 0000 are passed over; anything else throws {@link PduError}. */
export function parseCommand(body: Buffer): Command {
  const command: Record<string, string | number> = {};
  let at = 0;
  while (at < body.length) {
    if (at + 8 > body.length) throw new PduError("command element cut off", AbortReason.invalidParameter);
    const group = body.readUInt16LE(at);
    const element = body.readUInt16LE(at + 2);
    const length = body.readUInt32LE(at + 4);
    if (group !== 0) throw new PduError("element of another group in a command set", AbortReason.invalidParameter);
    if (at + 8 + length > body.length) throw new PduError("command element too long", AbortReason.invalidParameter);
    const value = body.subarray(at + 8, at + 8 + length);
    const known = BY_ELEMENT.get(element);
    if (known !== undefined && length > 0) {
      const [keyword, vr] = known;
      if (vr === "US") {
        if (length < 2) throw new PduError("command number too short", AbortReason.invalidParameter);
        command[keyword] = value.readUInt16LE(0);
      } else
        command[keyword] = value
          .toString("latin1")
          .replace(/[\0 ]+$/, "")
          .trimStart();
    }
    at += 8 + length;
  }
  return command as Command;
}

export function hasDataset(command: Command): boolean {
  return (command.commandDataSetType ?? NO_DATASET) !== NO_DATASET;
}

/** Writes a command set with its group length first and elements in ascending order. Error Comment is cut to LO's 64 characters. */
export function encodeCommand(command: Command, dataset = false): Buffer {
  const all: Command = { ...command, commandDataSetType: dataset ? 0 : NO_DATASET };
  const parts: Buffer[] = [];
  for (const [keyword, [element, vr]] of Object.entries(ELEMENTS) as [Keyword, readonly [number, Vr]][]) {
    const value = all[keyword];
    if (value !== undefined) parts.push(encodeElement(element, vr, value));
  }
  const body = Buffer.concat(parts);
  const group = Buffer.alloc(12);
  group.writeUInt32LE(4, 4);
  group.writeUInt32LE(body.length, 8);
  return Buffer.concat([group, body]);
}

function encodeElement(element: number, vr: Vr, value: string | number): Buffer {
  const bytes = typeof value === "number" ? encodeNumber(value) : encodeText(vr, value);
  const head = Buffer.alloc(8);
  head.writeUInt16LE(element, 2);
  head.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

function encodeNumber(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function encodeText(vr: Vr, value: string): Buffer {
  const cut = vr === "LO" ? value.slice(0, 64) : value;
  return Buffer.from(cut.length % 2 === 0 ? cut : cut + (vr === "UI" ? "\0" : " "), "latin1");
}
