import { Tag, tagNumber } from "@readroom/shared/dicom/tags.js";
import { implicitVr } from "../ingest/public.js";

type Attribute = { readonly vr: string; readonly Value?: readonly unknown[] };
export type Identifier = Readonly<Record<string, Attribute>>;

const LONG = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);

const short = (bytes: Buffer, value: number, at: number) => bytes.writeUInt16LE(value & 0xffff, at);
const word = (bytes: Buffer, value: number, at: number) => bytes.writeUInt32LE(value >>> 0, at);
/** Bytes of a value and how it is written. */
const NUMBERS: Readonly<Record<string, readonly [number, (bytes: Buffer, value: number, at: number) => unknown]>> = {
  US: [2, short],
  SS: [2, short],
  UL: [4, word],
  SL: [4, word],
  FL: [4, (bytes, value, at) => bytes.writeFloatLE(value, at)],
  FD: [8, (bytes, value, at) => bytes.writeDoubleLE(value, at)],
};

function textOf(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    const name = value as { Alphabetic?: string; Ideographic?: string; Phonetic?: string };
    return [name.Alphabetic ?? "", name.Ideographic ?? "", name.Phonetic ?? ""].join("=").replace(/=+$/, "");
  }
  return value === null || value === undefined ? "" : String(value);
}

function valueBytes(vr: string, attribute: Attribute, explicit: boolean): Buffer {
  const values = attribute.Value ?? [];
  if (vr === "SQ") return Buffer.concat(values.map((item) => itemBytes(item as Identifier, explicit)));
  const number = NUMBERS[vr];
  if (number !== undefined) {
    const [width, write] = number;
    const bytes = Buffer.alloc(values.length * width);
    for (const [index, value] of values.entries()) write(bytes, Number(value), index * width);
    return bytes;
  }
  const bytes = Buffer.from(values.map(textOf).join("\\"), "utf8");
  if (bytes.length % 2 === 0) return bytes;
  return Buffer.concat([bytes, Buffer.from(vr === "UI" ? "\0" : " ")]);
}

function itemBytes(item: Identifier, explicit: boolean): Buffer {
  const body = encodeIdentifier(item, explicit);
  const head = Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]);
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body]);
}

/** A C-FIND identifier (PS3.7 §9.3.2) or an object of the hub's own as a little endian dataset: text as UTF-8, as its Specific Character Set must say. */
export function encodeIdentifier(identifier: Identifier, explicit: boolean): Buffer {
  const parts: Buffer[] = [];
  for (const tag of Object.keys(identifier).sort()) {
    const attribute = identifier[tag] as Attribute;
    const number = tagNumber(tag);
    const value = valueBytes(attribute.vr, attribute, explicit);
    const long = explicit && LONG.has(attribute.vr);
    const head = Buffer.alloc(long ? 12 : 8);
    head.writeUInt16LE(number >>> 16, 0);
    head.writeUInt16LE(number & 0xffff, 2);
    if (explicit) head.write(attribute.vr, 4, "latin1");
    if (!explicit) head.writeUInt32LE(value.length, 4);
    else if (long) head.writeUInt32LE(value.length, 8);
    else head.writeUInt16LE(value.length, 6);
    parts.push(head, value);
  }
  return Buffer.concat(parts);
}

/**
 * What goes back for one match: the attributes that were asked for, empty where the archive has none (PS3.4 §C.4.1.1.3.2), the level
 * and the character set.
 */
export function answerIdentifier(asked: Identifier, match: Identifier, aeTitle: string): Identifier {
  const answer: Record<string, Attribute> = {};
  for (const [tag, attribute] of Object.entries(asked)) {
    const found = match[tag];
    answer[tag] = found ?? { vr: attribute.vr === "UN" ? implicitVr(tagNumber(tag), false) : attribute.vr };
  }
  answer[Tag.SpecificCharacterSet] = { vr: "CS", Value: ["ISO_IR 192"] };
  answer[Tag.QueryRetrieveLevel] = asked[Tag.QueryRetrieveLevel] ?? { vr: "CS" };
  answer[Tag.RetrieveAETitle] = { vr: "AE", Value: [aeTitle] };
  return answer;
}
