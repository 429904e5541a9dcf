import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import { parseDate } from "@readroom/shared/dicom/date-time.js";
import type { PersonNameJson } from "@readroom/shared/dicom/person-name.js";
import { Tag } from "@readroom/shared/dicom/tags.js";
import { type TransferSyntax, transferSyntax } from "@readroom/shared/dicom/transfer-syntaxes.js";
import { parseUid } from "@readroom/shared/dicom/uid.js";
import { type Dataset, DatasetReader, type Element, NeedMoreBytes, NotADataset, PIXEL_TAGS } from "./dataset.js";
import { type BulkEntry, type DicomJson, firstNumber, firstText, toDicomJson } from "./dicom-json.js";
import { encapsulatedFrames, type FrameIndex, FrameTrouble, frameCount, nativeFrames, type ReadAt } from "./frames.js";

/** Everything the index keeps of an instance. */
export type ParsedInstance = {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly transferSyntaxUid: string;
  readonly metadata: DicomJson;
  readonly bulk: readonly BulkEntry[];
  readonly frames: FrameIndex | undefined;
  readonly numberOfFrames: number;
  /** What is odd about it, in words that people understand; it was kept all the same. */
  readonly flags: readonly string[];
};

/** The object can't be filed: the reason is shown to the sender and in the queue. `status`: as C-STORE answers it. */
export class Unreadable extends Error {
  constructor(
    reason: string,
    readonly status: 0xc000 | 0xa900 = 0xc000,
  ) {
    super(reason);
  }
}

const HEAD_STEPS = [65_536, 1_048_576, 16_777_216, 268_435_456];
/** A deflated dataset is inflated in memory; more than this is a bomb. */
const MAX_INFLATED = 1_073_741_824;
const inflate = promisify(inflateRaw) as (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

export type ParseInput = {
  /** The first bytes of the stored file; at least 64 KB of it, or all. */
  readonly head: Buffer;
  readonly size: number;
  readonly datasetOffset: number;
  readonly transferSyntaxUid: string;
  readonly read: ReadAt;
  /** Path of the DICOMweb service, for Bulk Data URIs. */
  readonly webRoot: string;
};

type Parsed = { readonly dataset: Dataset; readonly bytes: Buffer; readonly complete: boolean };

/** Reads a stored file's header, metadata and frame positions. Throws {@link Unreadable}. */
export async function parseInstance(input: ParseInput): Promise<ParsedInstance> {
  const syntax = transferSyntax(input.transferSyntaxUid);
  if (syntax === undefined)
    throw new Unreadable(`transfer syntax ${input.transferSyntaxUid || "(none)"} is not supported`);
  const parsed = syntax.deflated ? await parseDeflated(input, syntax) : await parseGrowing(input, syntax);
  const uids = requiredUids(parsed);
  const bulkBase = `${input.webRoot}/studies/${uids.studyInstanceUid}/series/${uids.seriesInstanceUid}/instances/${uids.sopInstanceUid}/bulkdata`;
  const encoding = { explicit: syntax.vr === "explicit", bigEndian: syntax.endian === "big" };
  const { json, bulk, charset } = toDicomJson(parsed.dataset, parsed.bytes, encoding, bulkBase);
  const flags = [
    ...(parsed.complete ? [] : ["header could be read only in part"]),
    ...(charset.unknown ? ["unknown character set, text read as Latin-1"] : []),
    ...oddities(json),
  ];
  const frames = await findFrames(input, parsed, json, syntax).catch((error: unknown) => {
    if (!(error instanceof FrameTrouble) && !(error instanceof RangeError)) throw error;
    flags.push(`images can't be shown: ${error.message}`);
    return undefined;
  });
  return {
    ...uids,
    transferSyntaxUid: syntax.uid,
    metadata: json,
    bulk: syntax.deflated ? [] : bulk,
    frames,
    numberOfFrames: frames === undefined ? Math.max(1, firstNumber(json, Tag.NumberOfFrames) ?? 1) : frameCount(frames),
    flags,
  };
}

async function parseGrowing(input: ParseInput, syntax: TransferSyntax): Promise<Parsed> {
  const encoding = { explicit: syntax.vr === "explicit", bigEndian: syntax.endian === "big" };
  let partial = new Map<number, Element>();
  let bytes = input.head;
  for (const step of HEAD_STEPS) {
    if (step < input.head.length && step < input.size) continue;
    bytes = step <= input.head.length || input.head.length >= input.size ? input.head : await input.read(0, step);
    partial = new Map();
    try {
      return {
        dataset: new DatasetReader(bytes).read(input.datasetOffset, encoding, partial),
        bytes,
        complete: bytes.length >= input.size || hasPixels(partial),
      };
    } catch (error) {
      if (error instanceof NotADataset) break;
      if (!(error instanceof NeedMoreBytes)) throw error;
      if (bytes.length >= input.size) break;
    }
  }
  return { dataset: partial, bytes, complete: false };
}

function hasPixels(dataset: Dataset): boolean {
  for (const tag of PIXEL_TAGS) if (dataset.has(tag)) return true;
  return false;
}

async function parseDeflated(input: ParseInput, syntax: TransferSyntax): Promise<Parsed> {
  const packed = await input.read(input.datasetOffset, input.size - input.datasetOffset);
  const bytes = await inflate(packed, { maxOutputLength: MAX_INFLATED }).catch(() => {
    throw new Unreadable("deflated dataset can't be inflated");
  });
  const partial = new Map<number, Element>();
  try {
    return {
      dataset: new DatasetReader(bytes).read(0, { explicit: syntax.vr === "explicit", bigEndian: false }, partial),
      bytes,
      complete: true,
    };
  } catch (error) {
    if (!(error instanceof NeedMoreBytes) && !(error instanceof NotADataset)) throw error;
    return { dataset: partial, bytes, complete: false };
  }
}

function requiredUids(
  parsed: Parsed,
): Pick<ParsedInstance, "studyInstanceUid" | "seriesInstanceUid" | "sopInstanceUid" | "sopClassUid"> {
  const uid = (tag: number, name: string) => {
    const element = parsed.dataset.get(tag);
    if (element === undefined || element.length === 0) throw new Unreadable(`no ${name}`);
    const value = parseUid(parsed.bytes.toString("latin1", element.offset, element.offset + element.length));
    if (value === undefined) throw new Unreadable(`${name} is not a UID`);
    return value;
  };
  return {
    sopClassUid: uid(0x00080016, "SOP Class UID"),
    sopInstanceUid: uid(0x00080018, "SOP Instance UID"),
    studyInstanceUid: uid(0x0020000d, "Study Instance UID"),
    seriesInstanceUid: uid(0x0020000e, "Series Instance UID"),
  };
}

function oddities(json: DicomJson): string[] {
  const flags: string[] = [];
  if (firstText(json, Tag.PatientID) === "") flags.push("no patient id");
  const date = firstText(json, Tag.StudyDate);
  if (date !== "" && parseDate(date) === undefined) flags.push("study date is not a date");
  return flags;
}

async function findFrames(
  input: ParseInput,
  parsed: Parsed,
  json: DicomJson,
  syntax: TransferSyntax,
): Promise<FrameIndex | undefined> {
  const pixel = [...PIXEL_TAGS].map((tag) => parsed.dataset.get(tag)).find((element) => element !== undefined);
  if (pixel === undefined) return undefined;
  if (pixel.undefinedLength) return encapsulatedFrames(pixel.offset, json, input.read);
  if (syntax.encapsulated)
    throw new FrameTrouble("pixel data is not encapsulated although the transfer syntax is compressed");
  const present = syntax.deflated ? parsed.bytes.length : input.size;
  return nativeFrames(json, { ...pixel, length: Math.min(pixel.length, Math.max(0, present - pixel.offset)) }, syntax);
}

/** The three groups of a person name, each without trailing separators. */
export function personName(json: DicomJson, tag: string): PersonNameJson {
  const value = json[tag]?.Value?.[0];
  return typeof value === "object" && value !== null ? (value as PersonNameJson) : {};
}
