import { TextDecoder } from "node:util";

/**
 * Text in the character sets of DICOM (PS3.5 §6.1, PS3.3 §C.12.1.1.2): single-byte repertoires, ISO 2022 code extensions (Japanese,
 * Korean, Chinese), and the stand-alone multi-byte ones (UTF-8, GB18030, GBK).
 */
const SINGLE: Readonly<Record<string, string>> = {
  "": "ascii",
  "IR 6": "ascii",
  "IR 100": "iso-8859-1",
  "IR 101": "iso-8859-2",
  "IR 109": "iso-8859-3",
  "IR 110": "iso-8859-4",
  "IR 144": "iso-8859-5",
  "IR 127": "iso-8859-6",
  "IR 126": "iso-8859-7",
  "IR 138": "iso-8859-8",
  "IR 148": "iso-8859-9",
  "IR 203": "iso-8859-15",
  "IR 166": "windows-874",
  "IR 13": "shift_jis",
  "IR 192": "utf-8",
  GB18030: "gb18030",
  GBK: "gbk",
};

type Escape = { readonly width: 1 | 2; readonly slot: "G0" | "G1"; readonly label: string; readonly three?: boolean };

/** Escape sequences after ESC (PS3.3 Tables C.12-3, C.12-4). Two-byte G0 sets are decoded as their EUC forms, i.e. with the high bits set. */
const ESCAPES: Readonly<Record<string, Escape>> = {
  "(B": { width: 1, slot: "G0", label: "ascii" },
  "(J": { width: 1, slot: "G0", label: "ascii" },
  ")I": { width: 1, slot: "G1", label: "shift_jis" },
  "-A": { width: 1, slot: "G1", label: "iso-8859-1" },
  "-B": { width: 1, slot: "G1", label: "iso-8859-2" },
  "-C": { width: 1, slot: "G1", label: "iso-8859-3" },
  "-D": { width: 1, slot: "G1", label: "iso-8859-4" },
  "-L": { width: 1, slot: "G1", label: "iso-8859-5" },
  "-G": { width: 1, slot: "G1", label: "iso-8859-6" },
  "-F": { width: 1, slot: "G1", label: "iso-8859-7" },
  "-H": { width: 1, slot: "G1", label: "iso-8859-8" },
  "-M": { width: 1, slot: "G1", label: "iso-8859-9" },
  "-b": { width: 1, slot: "G1", label: "iso-8859-15" },
  "-T": { width: 1, slot: "G1", label: "windows-874" },
  $B: { width: 2, slot: "G0", label: "euc-jp" },
  "$(D": { width: 2, slot: "G0", label: "euc-jp", three: true },
  "$)C": { width: 2, slot: "G1", label: "euc-kr" },
  "$)A": { width: 2, slot: "G1", label: "gbk" },
};

const ESC = 0x1b;
/** Delimiters at which G0 and G1 go back to the first character set: \ ^ = CR LF FF TAB (PS3.5 §6.1.2.5.3). */
const DELIMITERS = new Set([0x5c, 0x5e, 0x3d, 0x0d, 0x0a, 0x0c, 0x09]);

const decoders = new Map<string, TextDecoder>();

function decodeAs(label: string, bytes: Uint8Array): string {
  if (label === "ascii") return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  let decoder = decoders.get(label);
  if (decoder === undefined) {
    decoder = new TextDecoder(label, { ignoreBOM: true });
    decoders.set(label, decoder);
  }
  return decoder.decode(bytes);
}

function labelOf(term: string): string | undefined {
  const bare = term
    .trim()
    .toUpperCase()
    .replace(/^ISO[_ -]2022 ?/, "")
    .replace(/^ISO[_ -]?IR[ _-]?/, "IR ")
    .replace(/^ISO_/, "");
  return SINGLE[bare.replace(/^IR(\d)/, "IR $1")];
}

export type CharacterSet = {
  readonly label: string;
  readonly extensions: boolean;
  /** A defined term that nobody knows; text is then read as Latin-1, so that nothing is lost, and the instance is flagged. */
  readonly unknown: boolean;
};

export const DEFAULT_CHARACTER_SET: CharacterSet = { label: "ascii", extensions: false, unknown: false };

/** From the values of Specific Character Set (0008,0005). UTF-8 in a file that names nothing is recognised by {@link decodeText}. */
export function characterSet(terms: readonly string[]): CharacterSet {
  const first = labelOf(terms[0] ?? "");
  const extensions = terms.length > 1 || terms.some((term) => /2022/.test(term));
  return { label: first ?? "iso-8859-1", extensions, unknown: first === undefined };
}

/** Decodes a value. Values of several parts are still joined by `\`. */
export function decodeText(bytes: Buffer, set: CharacterSet): string {
  if (isPlain(bytes)) return bytes.toString("latin1");
  if (set.extensions && bytes.includes(ESC)) return decodeExtended(bytes, set);
  if (set.label !== "ascii") return decodeAs(set.label, bytes);
  // No character set named, yet not ASCII: senders that write UTF-8 or Latin-1 without saying so.
  const utf8 = bytes.toString("utf8");
  return utf8.includes("\ufffd") ? bytes.toString("latin1") : utf8;
}

function isPlain(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte >= 0x80 || byte === ESC) return false;
  return true;
}

type Shift = { g0: Escape | undefined; g1: Escape | undefined };

function decodeExtended(bytes: Buffer, set: CharacterSet): string {
  let text = "";
  let at = 0;
  const shift: Shift = { g0: undefined, g1: undefined };
  while (at < bytes.length) {
    const designation = bytes[at] === ESC ? readEscape(bytes, at) : undefined;
    if (designation !== undefined) {
      if (designation.set.slot === "G0") shift.g0 = designation.set;
      else shift.g1 = designation.set;
      at += designation.length;
      continue;
    }
    const end = runEnd(bytes, at, shift);
    text += decodeRun(bytes.subarray(at, end), shift, set);
    if (shift.g0?.width !== 2 && DELIMITERS.has(bytes[end - 1] as number)) {
      shift.g0 = undefined;
      shift.g1 = undefined;
    }
    at = end;
  }
  return text;
}

function readEscape(bytes: Buffer, at: number): { set: Escape; length: number } | undefined {
  for (const size of [2, 3]) {
    const set = ESCAPES[bytes.toString("latin1", at + 1, at + 1 + size)];
    if (set !== undefined) return { set, length: size + 1 };
  }
  return undefined;
}

/** A run ends before the next escape, or after a delimiter (in a two-byte G0 set delimiters are parts of characters). */
function runEnd(bytes: Buffer, start: number, shift: Shift): number {
  let at = start;
  do {
    const byte = bytes[at] as number;
    at += 1;
    if (shift.g0?.width !== 2 && DELIMITERS.has(byte)) return at;
  } while (at < bytes.length && bytes[at] !== ESC);
  return at;
}

function decodeRun(run: Buffer, shift: Shift, set: CharacterSet): string {
  if (shift.g0?.width === 2) return decodeTwoByte(run, shift.g0);
  const label = shift.g1?.label ?? (set.label === "ascii" ? "iso-8859-1" : set.label);
  return decodeAs(label, run);
}

function decodeTwoByte(run: Buffer, set: Escape): string {
  const bytes: number[] = [];
  let at = 0;
  for (; at + 1 < run.length && (run[at] as number) >= 0x21; at += 2) {
    if (set.three === true) bytes.push(0x8f);
    bytes.push((run[at] as number) | 0x80, (run[at + 1] as number) | 0x80);
  }
  return decodeAs(set.label, Uint8Array.from(bytes)) + run.subarray(at).toString("latin1");
}
