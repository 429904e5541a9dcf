import dcmjs from "dcmjs";
import type { Identifier } from "../archive/public.js";
import type { DicomJson, JsonAttribute } from "../ingest/public.js";

/** A dataset as the DICOM JSON Model has it (PS3.18 Annex F), by tag. */
export type Dataset = Identifier;

type Value = string | number | readonly (string | number)[] | readonly Dataset[];

/** Attributes by keyword (PS3.6). null: present without a value (type 2); undefined: left out. */
export type Attributes = Readonly<Record<string, Value | null | undefined>>;

type Entry = { readonly tag: string; readonly vr: string };

/** Characters that a value of this VR holds at most (PS3.5 Table 6.2-1); a person name's are those of one group. */
const LONGEST: Readonly<Record<string, number>> = { CS: 16, LO: 64, PN: 64, SH: 16, ST: 1024, DS: 16, IS: 12 };
const PARAGRAPHS = new Set(["ST", "LT", "UT"]);

/** Makes a dataset of attributes by keyword; throws on a keyword that PS3.6 does not have (a programming error). */
export function dataset(attributes: Attributes): Dataset {
  const made: Record<string, JsonAttribute> = {};
  const names = dcmjs.data.DicomMetaDictionary.nameMap as Readonly<Record<string, Entry | undefined>>;
  for (const [keyword, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    const entry = names[keyword];
    const tag = /^\(([0-9A-F]{4}),([0-9A-F]{4})\)$/.exec(entry?.tag ?? "");
    if (entry === undefined || tag === null) throw new Error(`no attribute is called ${keyword}`);
    made[`${tag[1]}${tag[2]}`] = attribute(entry.vr, value);
  }
  return made;
}

function attribute(vr: string, value: Value | null): JsonAttribute {
  const values = value === null ? [] : Array.isArray(value) ? value : [value];
  const written = values.map((one) => (typeof one === "string" ? textFor(vr, one) : vr === "DS" ? decimal(one) : one));
  return written.length === 0 || (written.length === 1 && written[0] === "")
    ? { vr }
    : { vr, Value: written as NonNullable<JsonAttribute["Value"]> };
}

/**
 * Words of people as a VR may hold them: no separators and no control characters, cut to the VR's length at a whole character; lines of
 * ST, LT and UT end in CR LF (PS3.5 §6.1.3).
 */
export function textFor(vr: string, text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  const printable = text.replace(/[\u0000-\u0008\u000b\u000e-\u001f\u007f]/g, " ");
  const clean = PARAGRAPHS.has(vr)
    ? printable.replace(/\r\n?|\n/g, "\r\n").replaceAll("\t", " ")
    : printable.replaceAll("\\", "/").replace(/\s+/g, " ").trim();
  const longest = LONGEST[vr];
  return longest === undefined || clean.length <= longest ? clean : [...clean].slice(0, longest).join("").trimEnd();
}

/** A number as DS holds it (PS3.5 §6.2): at most 16 characters, no digits that a double does not have. */
export function decimal(value: unknown): string {
  const number = Number(value);
  const plain = String(number);
  if (plain.length <= 16) return plain;
  for (let digits = 15; digits > 0; digits--) {
    const text = String(Number(number.toPrecision(digits)));
    if (text.length <= 16) return text;
  }
  return number.toExponential(8);
}

/** Attributes of a stored object as they are, by tag; those that it lacks or that are not in its header are left out. */
export function copied(from: DicomJson, tags: readonly string[]): Dataset {
  const made: Record<string, JsonAttribute> = {};
  for (const tag of tags) {
    const there = from[tag];
    if (there !== undefined && there.BulkDataURI === undefined && there.InlineBinary === undefined) made[tag] = there;
  }
  return made;
}

/** Several datasets as one; of two attributes with the same tag the later one. */
export const joined = (...parts: readonly Dataset[]): Dataset => Object.assign({}, ...parts) as Dataset;
