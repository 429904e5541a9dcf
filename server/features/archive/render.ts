import { promisify } from "node:util";
import { crc32, deflate } from "node:zlib";
import { Tag } from "@readroom/shared/dicom/tags.js";
import { RLE_LOSSLESS, transferSyntax } from "@readroom/shared/dicom/transfer-syntaxes.js";
import { decodeFrame, isDecodable } from "./codecs.js";

type Json = Readonly<Record<string, { Value?: unknown[] } | undefined>>;
export type RenderedImage = { readonly type: "image/png" | "image/jpeg"; readonly bytes: Buffer };

/** The image can't be made into a picture here; the reason goes to the client. */
export class RenderTrouble extends Error {}

const JPEG_BASELINE = "1.2.840.10008.1.2.4.50";
const pack = promisify(deflate) as (bytes: Buffer, options: { level: number }) => Promise<Buffer>;

function number(json: Json, tag: string): number | undefined {
  const value = json[tag]?.Value?.[0];
  return typeof value === "number" ? value : undefined;
}

type Shape = {
  rows: number;
  columns: number;
  samples: number;
  bits: number;
  stored: number;
  signed: boolean;
  planar: boolean;
  photometric: string;
};

function shapeOf(json: Json): Shape {
  const bits = number(json, Tag.BitsAllocated) ?? 8;
  const photometric = json[Tag.PhotometricInterpretation]?.Value?.[0];
  return {
    rows: number(json, Tag.Rows) ?? 0,
    columns: number(json, Tag.Columns) ?? 0,
    samples: number(json, Tag.SamplesPerPixel) ?? 1,
    bits,
    stored: number(json, Tag.BitsStored) ?? bits,
    signed: number(json, Tag.PixelRepresentation) === 1,
    planar: number(json, Tag.PlanarConfiguration) === 1,
    photometric: typeof photometric === "string" ? photometric : "MONOCHROME2",
  };
}

/**
 * A frame as a picture for lists and previews, not for reading: windowed as the file says, at most `side` pixels wide and high.
 * Uncompressed, RLE, JPEG-LS and JPEG 2000 frames are drawn; baseline JPEG goes out as it is. The rest is left to the viewer.
 */
export async function renderPng(json: Json, frame: Buffer, syntaxUid: string, side: number): Promise<RenderedImage> {
  if (syntaxUid === JPEG_BASELINE) return { type: "image/jpeg", bytes: frame };
  const shape = shapeOf(json);
  if (shape.rows === 0 || shape.columns === 0) throw new RenderTrouble("This instance has no image.");
  if (![8, 16].includes(shape.bits)) throw new RenderTrouble(`Images of ${shape.bits} bits are not rendered.`);
  const { pixels, native } = await samplesOf(shape, frame, syntaxUid);
  if (pixels.length < expectedBytes(native)) throw new RenderTrouble("The frame is shorter than its rows and columns.");
  const step = Math.max(1, Math.ceil(Math.max(shape.rows, shape.columns) / side));
  const sample = shape.samples === 3 ? colour(native, pixels) : gray(json, native, pixels, step);
  return { type: "image/png", bytes: await png(shape, step, sample) };
}

/** The frame's samples, and their shape once they are out of their encoding. */
async function samplesOf(shape: Shape, frame: Buffer, syntaxUid: string): Promise<{ pixels: Buffer; native: Shape }> {
  if (syntaxUid === RLE_LOSSLESS) return { pixels: decodeRle(frame, shape), native: { ...shape, planar: true } };
  if (isDecodable(syntaxUid)) {
    const pixels = await decodeFrame(frame, syntaxUid);
    if (pixels === undefined) throw new RenderTrouble("The frame is not what its transfer syntax says.");
    // JPEG 2000 takes its own colour transform back while it decodes.
    const photometric = /^YBR_(RCT|ICT)$/.test(shape.photometric) ? "RGB" : shape.photometric;
    return { pixels, native: { ...shape, photometric, planar: false } };
  }
  if (transferSyntax(syntaxUid)?.encapsulated !== false)
    throw new RenderTrouble(`Images in transfer syntax ${syntaxUid} are not rendered.`);
  return { pixels: frame, native: shape };
}

function expectedBytes(shape: Shape): number {
  const perPixel = shape.photometric === "YBR_FULL_422" && !shape.planar ? 2 : shape.samples;
  return (shape.rows * shape.columns * perPixel * shape.bits) / 8;
}

/** Red, green, blue of the pixel at an index, packed. */
type Sampler = (index: number) => number;

const clamp = (value: number): number => (value < 0 ? 0 : value > 255 ? 255 : Math.round(value));

function stored(shape: Shape, pixels: Buffer): (index: number) => number {
  const mask = 2 ** shape.stored - 1;
  const sign = 2 ** (shape.stored - 1);
  return (index) => {
    const raw = (shape.bits === 8 ? (pixels[index] as number) : pixels.readUInt16LE(index * 2)) & mask;
    return shape.signed && raw >= sign ? raw - mask - 1 : raw;
  };
}

function gray(json: Json, shape: Shape, pixels: Buffer, step: number): Sampler {
  const value = stored(shape, pixels);
  if (shape.photometric === "PALETTE COLOR") throw new RenderTrouble("Palette colour images are not rendered.");
  const slope = number(json, Tag.RescaleSlope) ?? 1;
  const intercept = number(json, Tag.RescaleIntercept) ?? 0;
  const [low, high] = window(json, shape, (index) => value(index) * slope + intercept, step);
  const invert = shape.photometric === "MONOCHROME1";
  return (index) => {
    const level = clamp(((value(index) * slope + intercept - low) / (high - low || 1)) * 255);
    const shade = invert ? 255 - level : level;
    return (shade << 16) | (shade << 8) | shade;
  };
}

/** The file's window (PS3.3 §C.11.2.1.2), else the range of the values. */
function window(json: Json, shape: Shape, value: (index: number) => number, step: number): [number, number] {
  const centre = number(json, Tag.WindowCenter);
  const width = number(json, Tag.WindowWidth);
  if (centre !== undefined && width !== undefined && width >= 1)
    return [centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let index = 0; index < shape.rows * shape.columns; index += step) {
    const here = value(index);
    if (here < low) low = here;
    if (here > high) high = here;
  }
  return [low, high];
}

function colour(shape: Shape, pixels: Buffer): Sampler {
  if (shape.bits !== 8) throw new RenderTrouble("Colour images of 16 bits are not rendered.");
  const plane = shape.rows * shape.columns;
  const halved = shape.photometric === "YBR_FULL_422" && !shape.planar;
  const triple = (index: number): [number, number, number] => {
    if (halved) {
      const pair = (index >> 1) * 4;
      return [pixels[pair + (index & 1)] as number, pixels[pair + 2] as number, pixels[pair + 3] as number];
    }
    const at = shape.planar ? [index, plane + index, 2 * plane + index] : [index * 3, index * 3 + 1, index * 3 + 2];
    return [pixels[at[0] as number] as number, pixels[at[1] as number] as number, pixels[at[2] as number] as number];
  };
  if (!shape.photometric.startsWith("YBR"))
    return (index) => {
      const [r, g, b] = triple(index);
      return (r << 16) | (g << 8) | b;
    };
  return (index) => {
    const [y, cb, cr] = triple(index);
    const r = clamp(y + 1.402 * (cr - 128));
    const g = clamp(y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128));
    const b = clamp(y + 1.772 * (cb - 128));
    return (r << 16) | (g << 8) | b;
  };
}

/** RLE (PS3.5 Annex G): byte planes, most significant first, put together as little endian planes. */
function decodeRle(frame: Buffer, shape: Shape): Buffer {
  const segments = frame.length >= 64 ? frame.readUInt32LE(0) : 0;
  const bytes = shape.bits / 8;
  if (segments !== shape.samples * bytes)
    throw new RenderTrouble("The RLE frame has another number of segments than its pixels need.");
  const plane = shape.rows * shape.columns;
  const out = Buffer.alloc(plane * segments);
  for (let segment = 0; segment < segments; segment++) {
    const start = frame.readUInt32LE(4 + segment * 4);
    const end = segment + 1 < segments ? frame.readUInt32LE(8 + segment * 4) : frame.length;
    const sample = Math.floor(segment / bytes);
    const offset = bytes - 1 - (segment % bytes);
    unpackBits(frame.subarray(start, end), plane, (index, value) => {
      out[(sample * plane + index) * bytes + offset] = value;
    });
  }
  return out;
}

function unpackBits(packed: Buffer, count: number, put: (index: number, value: number) => void): void {
  let at = 0;
  let index = 0;
  while (at < packed.length && index < count) {
    const control = packed.readInt8(at++);
    if (control >= 0)
      for (let n = 0; n <= control && index < count && at < packed.length; n++) put(index++, packed[at++] as number);
    else if (control !== -128 && at < packed.length) {
      const value = packed[at++] as number;
      for (let n = 0; n <= -control && index < count; n++) put(index++, value);
    }
  }
}

function chunk(type: string, body: Buffer): Buffer {
  const out = Buffer.alloc(12 + body.length);
  out.writeUInt32BE(body.length, 0);
  out.write(type, 4, "latin1");
  body.copy(out, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + body.length)), 8 + body.length);
  return out;
}

async function png(shape: Shape, step: number, sample: Sampler): Promise<Buffer> {
  const width = Math.ceil(shape.columns / step);
  const height = Math.ceil(shape.rows / step);
  const lines = Buffer.alloc(height * (1 + width * 3));
  let at = 0;
  for (let y = 0; y < height; y++) {
    at += 1;
    for (let x = 0; x < width; x++) {
      const pixel = sample(y * step * shape.columns + x * step);
      lines[at++] = pixel >> 16;
      lines[at++] = (pixel >> 8) & 0xff;
      lines[at++] = pixel & 0xff;
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("IDAT", await pack(lines, { level: 4 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}
