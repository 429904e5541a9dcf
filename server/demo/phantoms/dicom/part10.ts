/**
 * A small writer of DICOM Part 10 files in explicit VR little endian (PS3.5 7.1.2, PS3.10 7.1). A library's dataset object
 * costs more per slice than the slice's computation, and these headers hold nothing but flat attributes and short sequences.
 */
export type Vr =
  | "AE"
  | "AS"
  | "CS"
  | "DA"
  | "DS"
  | "IS"
  | "LO"
  | "LT"
  | "PN"
  | "SH"
  | "ST"
  | "TM"
  | "UI" // text
  | "US"
  | "SS"
  | "SL"
  | "UL"
  | "FD"
  | "AT"
  | "SQ";

export type Value = string | number | readonly (string | number)[] | readonly Attribute[][];

/** Tag as 0xGGGGEEEE, VR, value; an empty string is a present attribute without a value (type 2). */
export type Attribute = readonly [tag: number, vr: Vr, value: Value];

export interface PixelData {
  readonly vr: "OW" | "OB";
  readonly bytes: Uint8Array;
}

const EXPLICIT_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
const IMPLEMENTATION_UID = "2.25.212736981459822331406087361547826620211";
const LIMITS: Partial<Record<Vr, number>> = { AE: 16, CS: 16, DS: 16, IS: 12, LO: 64, SH: 16, PN: 64, UI: 64 };

/** Bytes of a whole file: preamble, file meta, attributes in ascending tag order, pixel data. Throws RangeError on a value over its VR's length. */
export function part10File(
  sopClassUid: string,
  sopInstanceUid: string,
  attributes: readonly Attribute[],
  pixels: PixelData,
): Uint8Array {
  const meta = Buffer.concat([
    Buffer.from([0x02, 0x00, 0x01, 0x00, 0x4f, 0x42, 0, 0, 2, 0, 0, 0, 0, 1]),
    element([0x00020002, "UI", sopClassUid]),
    element([0x00020003, "UI", sopInstanceUid]),
    element([0x00020010, "UI", EXPLICIT_LITTLE_ENDIAN]),
    element([0x00020012, "UI", IMPLEMENTATION_UID]),
    element([0x00020013, "SH", "READROOM_PHANTOM"]),
  ]);
  const body = dataset(attributes);
  const head = Buffer.alloc(12);
  head.writeUInt16LE(0x7fe0, 0);
  head.writeUInt16LE(0x0010, 2);
  head.write(pixels.vr, 4, "latin1");
  const odd = pixels.bytes.length % 2;
  head.writeUInt32LE(pixels.bytes.length + odd, 8);
  const length = element([0x00020000, "UL", meta.length]);
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from("DICM"),
    length,
    meta,
    body,
    head,
    pixels.bytes,
    Buffer.alloc(odd),
  ]);
}

/** Attributes sorted by tag; a tag given twice keeps its last value, so that a specific module can refine a general one. */
function dataset(attributes: readonly Attribute[]): Buffer {
  const byTag = new Map(attributes.map((a) => [a[0], a]));
  return Buffer.concat([...byTag.values()].sort((a, b) => a[0] - b[0]).map(element));
}

function element([tag, vr, value]: Attribute): Buffer {
  const bytes = vr === "SQ" ? sequence(value as Attribute[][]) : valueBytes(tag, vr, value);
  const long = vr === "SQ";
  const head = Buffer.alloc(long ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, "latin1");
  if (long) head.writeUInt32LE(bytes.length, 8);
  else head.writeUInt16LE(bytes.length, 6);
  return Buffer.concat([head, bytes]);
}

function sequence(items: readonly (readonly Attribute[])[]): Buffer {
  return Buffer.concat(
    items.map((item) => {
      const body = dataset(item);
      const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
      head.writeUInt32LE(body.length, 4);
      return Buffer.concat([head, body]);
    }),
  );
}

function valueBytes(tag: number, vr: Vr, value: Value): Buffer {
  const list = (Array.isArray(value) ? value : [value]) as readonly (string | number)[];
  switch (vr) {
    case "US":
      return packed(list, 2, (b, v, at) => b.writeUInt16LE(v, at));
    case "SS":
      return packed(list, 2, (b, v, at) => b.writeInt16LE(v, at));
    case "SL":
      return packed(list, 4, (b, v, at) => b.writeInt32LE(v, at));
    case "UL":
      return packed(list, 4, (b, v, at) => b.writeUInt32LE(v, at));
    case "FD":
      return packed(list, 8, (b, v, at) => b.writeDoubleLE(v, at));
    case "AT":
      return packed(list, 4, (b, v, at) => {
        b.writeUInt16LE(v >>> 16, at);
        b.writeUInt16LE(v & 0xffff, at + 2);
      });
    default:
      return textBytes(tag, vr, list);
  }
}

function packed(
  list: readonly (string | number)[],
  width: number,
  write: (b: Buffer, v: number, at: number) => void,
): Buffer {
  const bytes = Buffer.alloc(list.length * width);
  list.forEach((v, i) => {
    write(bytes, Number(v), i * width);
  });
  return bytes;
}

function textBytes(tag: number, vr: Vr, list: readonly (string | number)[]): Buffer {
  const limit = LIMITS[vr];
  const words = list.map((v) => (typeof v === "number" ? decimal(v) : v));
  for (const word of words) {
    // A backslash separates values, a control character ends the text in some readers: neither may come from a header.
    if (vr !== "LT" && vr !== "ST" && /[\\\p{Cc}]/u.test(word))
      throw new RangeError(`${name(tag)} ${vr} holds a forbidden character`);
    const groups = vr === "PN" ? word.split("=") : [word];
    if (limit !== undefined && groups.some((g) => [...g].length > limit)) {
      throw new RangeError(`${name(tag)} ${vr} is longer than ${limit} characters`);
    }
  }
  const text = Buffer.from(words.join("\\"), "utf8");
  if (text.length % 2 === 0) return text;
  return Buffer.concat([text, Buffer.from([vr === "UI" ? 0 : 0x20])]);
}

/** Decimal string of at most 16 characters (PS3.5 6.2, DS). */
function decimal(v: number): string {
  const plain = String(v);
  return plain.length <= 16 ? plain : String(Number(v.toPrecision(9)));
}

function name(tag: number): string {
  const hex = tag.toString(16).padStart(8, "0");
  return `value of (${hex.slice(0, 4)},${hex.slice(4)})`;
}
