import { promisify } from "node:util";
import { inflateRaw } from "node:zlib";
import type { ObjectStore } from "../ingest/public.js";
import { datasetStart } from "./dimse-queries.js";
import type { InstanceRow } from "./store.js";

type Ranges = readonly (readonly [offset: number, length: number])[];
type Positions = {
  readonly frames?:
    | {
        readonly kind: "native";
        readonly offset: number;
        readonly frameBytes: number;
        readonly count: number;
        readonly swap?: number;
        readonly frameBits?: number;
        readonly deflated?: true;
      }
    | { readonly kind: "encapsulated"; readonly frames: readonly Ranges[] };
  readonly bulk: readonly (readonly [path: string, offset: number, length: number])[];
};

const inflate = promisify(inflateRaw) as (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;
const MAX_INFLATED = 1_073_741_824;

export function positionsOf(row: Pick<InstanceRow, "frames">): Positions {
  return row.frames === null ? { bulk: [] } : (JSON.parse(row.frames.toString("utf8")) as Positions);
}

export function frameCountOf(positions: Positions): number {
  const { frames } = positions;
  return frames === undefined ? 0 : frames.kind === "native" ? frames.count : frames.frames.length;
}

/** Frames (numbered from 1) as stored; big endian words are swapped, since the wire is little endian. */
export async function readFrames(
  objects: ObjectStore,
  row: InstanceRow,
  numbers: readonly number[],
): Promise<Buffer[]> {
  const { frames } = positionsOf(row);
  if (frames === undefined) return [];
  if (frames.kind === "native" && frames.deflated) return deflatedFrames(objects, row, frames, numbers);
  const object = await objects.open(row.path);
  try {
    if (frames.kind === "native")
      return await Promise.all(
        numbers.map((number) => nativeFrame((at, length) => object.read(at, length), frames, number)),
      );
    return await Promise.all(
      numbers.map(async (number) => {
        const ranges = frames.frames[number - 1] ?? [];
        const pieces = await Promise.all(ranges.map(([offset, length]) => object.read(offset, length)));
        return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
      }),
    );
  } finally {
    await object.close();
  }
}

type Native = Extract<Positions["frames"], { kind: "native" }>;

async function nativeFrame(
  read: (offset: number, length: number) => Promise<Buffer>,
  frames: Native,
  number: number,
): Promise<Buffer> {
  const { offset, frameBytes, frameBits, swap } = frames;
  if (frameBits !== undefined) return bitFrame(read, offset, frameBits, number);
  const bytes = await read(offset + (number - 1) * frameBytes, frameBytes);
  if (swap === 2) bytes.swap16();
  else if (swap === 4) bytes.swap32();
  else if (swap === 8) bytes.swap64();
  return bytes;
}

/** A frame of 1-bit pixels that begins inside a byte (PS3.5 §8.1.1): shifted to begin at bit 0. */
async function bitFrame(
  read: (offset: number, length: number) => Promise<Buffer>,
  offset: number,
  frameBits: number,
  number: number,
): Promise<Buffer> {
  const start = (number - 1) * frameBits;
  const firstByte = Math.floor(start / 8);
  const shift = start % 8;
  const bytes = await read(offset + firstByte, Math.ceil((start + frameBits) / 8) - firstByte);
  const frame = Buffer.alloc(Math.ceil(frameBits / 8));
  for (let at = 0; at < frame.length; at++)
    frame[at] = (((bytes[at] as number) | ((bytes[at + 1] ?? 0) << 8)) >> shift) & 0xff;
  const spare = frameBits % 8;
  if (spare !== 0) frame[frame.length - 1] = (frame[frame.length - 1] as number) & ((1 << spare) - 1);
  return frame;
}

async function deflatedFrames(
  objects: ObjectStore,
  row: InstanceRow,
  frames: Native,
  numbers: readonly number[],
): Promise<Buffer[]> {
  const object = await objects.open(row.path);
  try {
    const offset = datasetStart(await object.read(0, Math.min(object.size, 16_384)));
    const bytes = await inflate(await object.read(offset, row.size - offset), { maxOutputLength: MAX_INFLATED });
    return await Promise.all(
      numbers.map((number) =>
        nativeFrame(async (at, length) => Buffer.from(bytes.subarray(at, at + length)), frames, number),
      ),
    );
  } finally {
    await object.close();
  }
}

/** A long value by its path ("60003000", "00420011", "54000100.1.54001010"); undefined: the instance has none there. */
export async function readBulk(objects: ObjectStore, row: InstanceRow, path: string): Promise<Buffer | undefined> {
  const entry = positionsOf(row).bulk.find(([at]) => at === path);
  if (entry === undefined) return undefined;
  const object = await objects.open(row.path);
  try {
    return await object.read(entry[1], entry[2]);
  } finally {
    await object.close();
  }
}
