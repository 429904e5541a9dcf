import { Tag } from "@readroom/shared/dicom/tags.js";
import type { TransferSyntax } from "@readroom/shared/dicom/transfer-syntaxes.js";
import type { Element } from "./dataset.js";
import { type DicomJson, firstNumber } from "./dicom-json.js";

/** Byte ranges of one frame in the stored file, in order; more than one where it came in several fragments. */
export type FrameRanges = readonly (readonly [offset: number, length: number])[];

/** Where an instance's frames are, so that serving one is a `pread`. */
export type FrameIndex =
  | {
      readonly kind: "native";
      readonly offset: number;
      readonly frameBytes: number;
      readonly count: number;
      /** Width of big endian words that must be swapped for the wire; absent: none. */
      readonly swap?: number;
      /** Frames begin at any bit (1 bit allocated, PS3.5 §8.1.1): bits of one frame. */
      readonly frameBits?: number;
      /** Offsets count in the inflated dataset. */
      readonly deflated?: true;
    }
  | { readonly kind: "encapsulated"; readonly frames: readonly FrameRanges[] };

/** Reads `length` bytes at `offset` of the stored file; shorter at its end. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>;

/** Why frames can't be served although the object was stored. */
export class FrameTrouble extends Error {}

const ITEM = 0xfffee000;
const SEQUENCE_END = 0xfffee0dd;
const MAX_FRAGMENTS = 1_000_000;
const WINDOW = 65_536;

/** Frames of uncompressed pixel data (PS3.5 §8.1). */
export function nativeFrames(json: DicomJson, pixel: Element, syntax: TransferSyntax): FrameIndex {
  const rows = firstNumber(json, Tag.Rows) ?? 0;
  const columns = firstNumber(json, Tag.Columns) ?? 0;
  const samples = firstNumber(json, Tag.SamplesPerPixel) ?? 1;
  const defaultBits = pixel.tag === 0x7fe00009 ? 64 : pixel.tag === 0x7fe00008 ? 32 : 8;
  const bits = firstNumber(json, Tag.BitsAllocated) ?? defaultBits;
  const count = Math.max(1, firstNumber(json, Tag.NumberOfFrames) ?? 1);
  // YBR_FULL_422 is subsampled: two bytes a pixel (PS3.3 §C.7.6.3.1.2).
  const photometric = json[Tag.PhotometricInterpretation]?.Value?.[0];
  const perPixel = photometric === "YBR_FULL_422" && samples === 3 ? 2 : samples;
  const frameBits = rows * columns * perPixel * bits;
  const frameBytes = Math.ceil(frameBits / 8);
  if (frameBytes === 0) throw new FrameTrouble("rows, columns or bits allocated are missing");
  const needed = Math.ceil((frameBits * count) / 8);
  if (pixel.length < needed)
    throw new FrameTrouble(`pixel data has ${pixel.length} bytes, ${count} frame(s) need ${needed}`);
  const width = bits / 8;
  const swap = syntax.endian === "big" && pixel.vr !== "OB" && width > 1 ? width : undefined;
  return {
    kind: "native",
    offset: pixel.offset,
    frameBytes,
    count,
    ...(swap === undefined ? {} : { swap }),
    ...(frameBits % 8 === 0 ? {} : { frameBits }),
    ...(syntax.deflated ? { deflated: true as const } : {}),
  };
}

type Fragment = { readonly itemOffset: number; readonly offset: number; readonly length: number };

/**
 * Frames of encapsulated pixel data (PS3.5 §A.4): by the Extended Offset Table, else the Basic one, else one fragment a frame, else,
 * for several fragments of several frames without a table, by the code streams' first bytes. `start`: the first item's offset.
 */
export async function encapsulatedFrames(start: number, json: DicomJson, read: ReadAt): Promise<FrameIndex> {
  const { basicTable, fragments } = await scanFragments(start, read);
  const count = Math.max(1, firstNumber(json, Tag.NumberOfFrames) ?? 1);
  const first = fragments[0];
  if (first === undefined) throw new FrameTrouble("pixel data has no fragments");
  const starts = extendedOffsets(json) ?? basicTable;
  if (starts !== undefined && starts.length === count && count > 1) return byTable(fragments, starts, first.itemOffset);
  if (count === 1) return { kind: "encapsulated", frames: [ranges(fragments)] };
  if (fragments.length === count)
    return { kind: "encapsulated", frames: fragments.map((fragment) => ranges([fragment])) };
  return byCodeStream(fragments, count, read);
}

function ranges(fragments: readonly Fragment[]): FrameRanges {
  return fragments.map(({ offset, length }) => [offset, length] as const);
}

function extendedOffsets(json: DicomJson): number[] | undefined {
  const inline = json[Tag.ExtendedOffsetTable]?.InlineBinary;
  if (inline === undefined) return undefined;
  const bytes = Buffer.from(inline, "base64");
  const offsets: number[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8) offsets.push(Number(bytes.readBigUInt64LE(at)));
  return offsets;
}

/** A table that points between fragments is worth nothing: then the fragments are taken as they come. */
function byTable(fragments: readonly Fragment[], starts: readonly number[], base: number): FrameIndex {
  const index = new Map(fragments.map((fragment, at) => [fragment.itemOffset - base, at]));
  const firsts = starts.map((start) => index.get(start));
  const frames = firsts.map((from, at) => {
    const to = at + 1 < firsts.length ? firsts[at + 1] : fragments.length;
    if (from === undefined || to === undefined || to <= from)
      throw new FrameTrouble("offset table does not point at fragments");
    return ranges(fragments.slice(from, to));
  });
  return { kind: "encapsulated", frames };
}

/** JPEG family (FF D8, FF 4F) begins a frame; anything else continues one. */
async function byCodeStream(fragments: readonly Fragment[], count: number, read: ReadAt): Promise<FrameIndex> {
  const frames: Fragment[][] = [];
  for (const fragment of fragments) {
    const head = await read(fragment.offset, 2);
    const begins = head.length === 2 && head[0] === 0xff && (head[1] === 0xd8 || head[1] === 0x4f);
    if (begins || frames.length === 0) frames.push([fragment]);
    else frames.at(-1)?.push(fragment);
  }
  if (frames.length !== count)
    throw new FrameTrouble(`${fragments.length} fragments can't be told apart into ${count} frames`);
  return { kind: "encapsulated", frames: frames.map(ranges) };
}

/** Walks item headers by small reads: a 600 MB multi-frame costs as many preads as it has fragments, not 600 MB of memory. */
async function scanFragments(
  start: number,
  read: ReadAt,
): Promise<{ basicTable: number[] | undefined; fragments: Fragment[] }> {
  const fragments: Fragment[] = [];
  let basicTable: number[] | undefined;
  let window = { offset: start, bytes: await read(start, WINDOW) };
  let at = start;
  for (let index = 0; index <= MAX_FRAGMENTS; index++) {
    if (at < window.offset || at + 8 > window.offset + window.bytes.length)
      window = { offset: at, bytes: await read(at, 512) };
    if (window.bytes.length < at - window.offset + 8) throw new FrameTrouble("fragments end without a delimiter");
    const here = at - window.offset;
    const tag = window.bytes.readUInt16LE(here) * 0x10000 + window.bytes.readUInt16LE(here + 2);
    const length = window.bytes.readUInt32LE(here + 4);
    if (tag === SEQUENCE_END) return { basicTable, fragments };
    if (tag !== ITEM || length === 0xffffffff) throw new FrameTrouble("something other than a fragment in pixel data");
    if (index === 0) basicTable = await readBasicTable(at + 8, length, read);
    else fragments.push({ itemOffset: at, offset: at + 8, length });
    at += 8 + length;
  }
  throw new FrameTrouble("too many fragments");
}

async function readBasicTable(offset: number, length: number, read: ReadAt): Promise<number[] | undefined> {
  if (length === 0 || length > 4 * MAX_FRAGMENTS) return undefined;
  const bytes = await read(offset, length);
  const offsets: number[] = [];
  for (let at = 0; at + 4 <= bytes.length; at += 4) offsets.push(bytes.readUInt32LE(at));
  return offsets;
}

export function frameCount(index: FrameIndex): number {
  return index.kind === "native" ? index.count : index.frames.length;
}
