import { personNameToJson } from "@readroom/shared/dicom/person-name.js";
import { tagText } from "@readroom/shared/dicom/tags.js";
import { type CharacterSet, characterSet, DEFAULT_CHARACTER_SET, decodeText } from "./charset.js";
import { type Dataset, type Element, type Encoding, PIXEL_TAGS } from "./dataset.js";

/** DICOM JSON Model (PS3.18 Annex F). */
export type JsonValue = string | number | null | { readonly [key: string]: unknown };
export type JsonAttribute = {
  readonly vr: string;
  readonly Value?: readonly JsonValue[];
  readonly InlineBinary?: string;
  readonly BulkDataURI?: string;
};
export type DicomJson = Record<string, JsonAttribute>;

/** Where a value that is not in the metadata lies in the file: path of tags and item numbers, offset, length in bytes. */
export type BulkEntry = readonly [path: string, offset: number, length: number];

/** Longer binary values go out of the metadata and are fetched by their Bulk Data URI. */
const INLINE_BYTES = 1024;
/** Text this long is a document, not a header field (PS3.18 §F.2.6 allows any VR). */
const INLINE_TEXT_BYTES = 65_536;

const TEXT = new Set(["LO", "LT", "SH", "ST", "UC", "UT", "PN"]);
const ONE_VALUE = new Set(["LT", "ST", "UT", "UR"]);
const BINARY = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "UN"]);
const WORD_BYTES: Readonly<Record<string, number>> = { OW: 2, OF: 4, OL: 4, OD: 8, OV: 8 };

type Context = {
  readonly bytes: Buffer;
  readonly encoding: Encoding;
  readonly charset: CharacterSet;
  readonly path: string;
  readonly bulkBase: string;
  readonly bulk: BulkEntry[];
};

const SPECIFIC_CHARACTER_SET = 0x00080005;

/** Character set of a dataset; items without one of their own have their parent's. */
function charsetOf(dataset: Dataset, bytes: Buffer, inherited: CharacterSet): CharacterSet {
  const element = dataset.get(SPECIFIC_CHARACTER_SET);
  if (element === undefined || element.length === 0) return inherited;
  return characterSet(bytes.toString("latin1", element.offset, element.offset + element.length).split("\\"));
}

/**
 * The metadata of a dataset: everything but pixels and long binary values, which `bulk` then lists. `bulkBase` is the path of the
 * instance's bulk data resource. Group lengths and padding are left out.
 */
export function toDicomJson(
  dataset: Dataset,
  bytes: Buffer,
  encoding: Encoding,
  bulkBase: string,
): { json: DicomJson; bulk: BulkEntry[]; charset: CharacterSet } {
  const bulk: BulkEntry[] = [];
  const charset = charsetOf(dataset, bytes, DEFAULT_CHARACTER_SET);
  const json = convert(dataset, { bytes, encoding, charset, path: "", bulkBase, bulk });
  return { json, bulk, charset };
}

function convert(dataset: Dataset, context: Context): DicomJson {
  const json: DicomJson = {};
  // The standard wants ascending order; devices mostly send it, and sorting an almost sorted list is cheap.
  for (const element of [...dataset.values()].sort((a, b) => a.tag - b.tag)) {
    if ((element.tag & 0xffff) === 0 || element.tag === 0xfffcfffc) continue;
    json[tagText(element.tag)] = attribute(element, context);
  }
  // All text goes out as UTF-8 (PS3.18 §F.2): the attribute must say so, whatever the file said.
  if (json["00080005"] !== undefined) json["00080005"] = { vr: "CS", Value: ["ISO_IR 192"] };
  return json;
}

function attribute(element: Element, context: Context): JsonAttribute {
  const { tag, vr, offset, length } = element;
  const path = `${context.path}${tagText(tag)}`;
  if (element.items !== undefined) {
    const items = element.items.map((item, index) => {
      const charset = charsetOf(item, context.bytes, context.charset);
      return convert(item, { ...context, charset, path: `${path}.${index + 1}.` });
    });
    return items.length === 0 ? { vr: "SQ" } : { vr: "SQ", Value: items };
  }
  if (PIXEL_TAGS.has(tag) && context.path === "") return { vr, BulkDataURI: `${context.bulkBase}/${path}` };
  if (length === 0) return { vr };
  const long = BINARY.has(vr) ? length > INLINE_BYTES : length > INLINE_TEXT_BYTES;
  if (long) {
    context.bulk.push([path, offset, length]);
    return { vr, BulkDataURI: `${context.bulkBase}/${path}` };
  }
  const value = context.bytes.subarray(offset, offset + length);
  if (BINARY.has(vr)) return { vr, InlineBinary: littleEndian(value, vr, context.encoding).toString("base64") };
  const values =
    vr === "AT"
      ? attributeTags(value, context.encoding)
      : (numbers(value, vr, context.encoding) ?? texts(value, vr, context.charset));
  return values.length === 0 ? { vr } : { vr, Value: values };
}

/** InlineBinary is little endian (PS3.18 §F.2.7). */
function littleEndian(value: Buffer, vr: string, encoding: Encoding): Buffer {
  const width = WORD_BYTES[vr];
  if (!encoding.bigEndian || width === undefined || value.length % width !== 0) return value;
  return swapped(value, width);
}

export function swapped(value: Buffer, width: number): Buffer {
  const copy = Buffer.from(value);
  if (width === 2) copy.swap16();
  else if (width === 4) copy.swap32();
  else if (width === 8) copy.swap64();
  return copy;
}

function attributeTags(value: Buffer, encoding: Encoding): string[] {
  const tags: string[] = [];
  for (let at = 0; at + 4 <= value.length; at += 4) {
    const group = encoding.bigEndian ? value.readUInt16BE(at) : value.readUInt16LE(at);
    const element = encoding.bigEndian ? value.readUInt16BE(at + 2) : value.readUInt16LE(at + 2);
    tags.push(tagText(group * 0x10000 + element));
  }
  return tags;
}

type Reader = readonly [
  width: number,
  little: (b: Buffer, at: number) => number | bigint,
  big: (b: Buffer, at: number) => number | bigint,
];

const NUMBERS: Readonly<Record<string, Reader>> = {
  US: [2, (b, at) => b.readUInt16LE(at), (b, at) => b.readUInt16BE(at)],
  SS: [2, (b, at) => b.readInt16LE(at), (b, at) => b.readInt16BE(at)],
  UL: [4, (b, at) => b.readUInt32LE(at), (b, at) => b.readUInt32BE(at)],
  SL: [4, (b, at) => b.readInt32LE(at), (b, at) => b.readInt32BE(at)],
  FL: [4, (b, at) => b.readFloatLE(at), (b, at) => b.readFloatBE(at)],
  FD: [8, (b, at) => b.readDoubleLE(at), (b, at) => b.readDoubleBE(at)],
  UV: [8, (b, at) => b.readBigUInt64LE(at), (b, at) => b.readBigUInt64BE(at)],
  SV: [8, (b, at) => b.readBigInt64LE(at), (b, at) => b.readBigInt64BE(at)],
};

function numbers(value: Buffer, vr: string, encoding: Encoding): JsonValue[] | undefined {
  const reader = NUMBERS[vr];
  if (reader === undefined) return undefined;
  const [width, little, big] = reader;
  const read = encoding.bigEndian ? big : little;
  const values: JsonValue[] = [];
  for (let at = 0; at + width <= value.length; at += width) values.push(jsonNumber(read(value, at)));
  return values;
}

/** NaN and infinities go as text, 64-bit integers beyond 2^53 too (PS3.18 Table F.2.3-1 notes). */
function jsonNumber(number: number | bigint): JsonValue {
  if (typeof number === "bigint") return Number.isSafeInteger(Number(number)) ? Number(number) : number.toString();
  return Number.isFinite(number) ? number : String(number).replace("Infinity", "inf");
}

function texts(value: Buffer, vr: string, charset: CharacterSet): JsonValue[] {
  const text = TEXT.has(vr) ? decodeText(value, charset) : value.toString("latin1");
  if (ONE_VALUE.has(vr)) {
    const trimmed = text.replace(/[\s\0]+$/u, "");
    return trimmed === "" ? [] : [trimmed];
  }
  const parts = text.split("\\").map((part) => jsonText(part.replace(/^ +|[\0 ]+$/g, ""), vr));
  return parts.every((part) => part === null) ? [] : parts;
}

function jsonText(text: string, vr: string): JsonValue {
  if (vr === "PN") {
    const name = personNameToJson(text);
    return Object.keys(name).length === 0 ? null : name;
  }
  if (text === "") return null;
  if (vr !== "DS" && vr !== "IS") return text;
  // What is no number stays text (PS3.18 §F.2.3.1): a client sees the device's mistake instead of null.
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/** First value of an attribute as text; "" where there is none. */
export function firstText(json: DicomJson, tag: string): string {
  const value = json[tag]?.Value?.[0];
  return typeof value === "string" ? value : typeof value === "number" ? String(value) : "";
}

/** First value as a number; undefined where there is none. */
export function firstNumber(json: DicomJson, tag: string): number | undefined {
  const value = json[tag]?.Value?.[0];
  return typeof value === "number" ? value : undefined;
}
