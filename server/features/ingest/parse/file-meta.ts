import { EXPLICIT_VR_LITTLE_ENDIAN, IMPLICIT_VR_LITTLE_ENDIAN } from "@readroom/shared/dicom/transfer-syntaxes.js";

/** Where a file's dataset begins and how it is written (DICOM PS3.10 §7). */
export type FileHead =
  | {
      readonly kind: "part10";
      readonly datasetOffset: number;
      readonly transferSyntaxUid: string;
      readonly sopClassUid: string;
      readonly sopInstanceUid: string;
    }
  /** A bare dataset, guessed from its first element; bigEndian without meta is Explicit VR Big Endian. */
  | { readonly kind: "bare"; readonly datasetOffset: 0; readonly transferSyntaxUid: string }
  | { readonly kind: "not-dicom" };

const BIG_ENDIAN = "1.2.840.10008.1.2.2";
const PREAMBLE = 128;

/** Enough of a file to find its dataset: file meta information of real files has 200–600 bytes. */
export const META_BYTES = 16_384;

export function readFileHead(bytes: Buffer): FileHead {
  if (bytes.length >= PREAMBLE + 4 && bytes.toString("latin1", PREAMBLE, PREAMBLE + 4) === "DICM")
    return readMeta(bytes, PREAMBLE + 4);
  // Seen from old archives: the prefix without the preamble.
  if (bytes.toString("latin1", 0, 4) === "DICM") return readMeta(bytes, 4);
  if (bytes.length >= 8 && bytes.readUInt16LE(0) === 2 && isVr(bytes, 4)) return readMeta(bytes, 0);
  return guessBare(bytes);
}

function isVr(bytes: Buffer, at: number): boolean {
  return /^(AE|AS|AT|CS|DA|DS|DT|IS|LO|LT|OB|OW|PN|SH|SQ|ST|TM|UI|UL|UN|US|UT)$/.test(
    bytes.toString("latin1", at, at + 2),
  );
}

function guessBare(bytes: Buffer): FileHead {
  if (bytes.length < 16) return { kind: "not-dicom" };
  const little = bytes.readUInt16LE(0);
  const big = bytes.readUInt16BE(0);
  if (little === 8 && isVr(bytes, 4))
    return { kind: "bare", datasetOffset: 0, transferSyntaxUid: EXPLICIT_VR_LITTLE_ENDIAN };
  if (big === 8 && isVr(bytes, 4)) return { kind: "bare", datasetOffset: 0, transferSyntaxUid: BIG_ENDIAN };
  if (little === 8 && bytes.readUInt16LE(2) < 0x100 && bytes.readUInt32LE(4) < 0x10000)
    return { kind: "bare", datasetOffset: 0, transferSyntaxUid: IMPLICIT_VR_LITTLE_ENDIAN };
  return { kind: "not-dicom" };
}

/** Group 0002 is always explicit little endian. Its group length is not trusted: reading stops at the first element of another group. */
function readMeta(bytes: Buffer, start: number): FileHead {
  const values = new Map<number, string>();
  let at = start;
  while (at + 8 <= bytes.length && bytes.readUInt16LE(at) === 2) {
    const element = bytes.readUInt16LE(at + 2);
    const long = /^(OB|OW|UN|SQ|UT|OF)$/.test(bytes.toString("latin1", at + 4, at + 6));
    if (long && at + 12 > bytes.length) break;
    const length = long ? bytes.readUInt32LE(at + 8) : bytes.readUInt16LE(at + 6);
    const value = at + (long ? 12 : 8);
    if (value + length > bytes.length) return { kind: "not-dicom" };
    values.set(element, bytes.toString("latin1", value, value + length).replace(/[\0 ]+$/, ""));
    at = value + length;
  }
  if (values.size === 0) return guessBare(bytes.subarray(start));
  return {
    kind: "part10",
    datasetOffset: at,
    transferSyntaxUid: values.get(0x0010) ?? "",
    sopClassUid: values.get(0x0002) ?? "",
    sopInstanceUid: values.get(0x0003) ?? "",
  };
}

function element(number: number, vr: string, value: Buffer): Buffer {
  const padded =
    value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from(vr === "UI" || vr === "OB" ? "\0" : " ")]);
  const long = vr === "OB";
  const head = Buffer.alloc(long ? 12 : 8);
  head.writeUInt16LE(2, 0);
  head.writeUInt16LE(number, 2);
  head.write(vr, 4, "latin1");
  if (long) head.writeUInt32LE(padded.length, 8);
  else head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, padded]);
}

/** Preamble, prefix and file meta information for a dataset that came without (C-STORE, or a bare file). */
export function encodeFileHead(meta: {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly transferSyntaxUid: string;
  readonly implementationClassUid: string;
  readonly implementationVersion: string;
  readonly sourceAe?: string;
}): Buffer {
  const ui = (text: string) => Buffer.from(text, "latin1");
  const elements = Buffer.concat([
    element(0x0001, "OB", Buffer.from([0, 1])),
    element(0x0002, "UI", ui(meta.sopClassUid)),
    element(0x0003, "UI", ui(meta.sopInstanceUid)),
    element(0x0010, "UI", ui(meta.transferSyntaxUid)),
    element(0x0012, "UI", ui(meta.implementationClassUid)),
    element(0x0013, "SH", ui(meta.implementationVersion)),
    ...(meta.sourceAe === undefined || meta.sourceAe === ""
      ? []
      : [element(0x0016, "AE", ui(meta.sourceAe.slice(0, 16)))]),
  ]);
  const groupLength = Buffer.alloc(12);
  groupLength.writeUInt16LE(2, 0);
  groupLength.write("UL", 4, "latin1");
  groupLength.writeUInt16LE(4, 6);
  groupLength.writeUInt32LE(elements.length, 8);
  return Buffer.concat([Buffer.alloc(PREAMBLE), Buffer.from("DICM", "latin1"), groupLength, elements]);
}
