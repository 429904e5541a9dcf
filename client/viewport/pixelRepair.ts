import { type DicomJson, type DicomJsonElement, numbersOf } from "./dicomJson";

/**
 * What the image loader does not take as the standard allows it, put into the form that it takes.
 */

const paletteTables = ["00281201", "00281202", "00281203"] as const;
const paletteDescriptors = ["00281101", "00281102", "00281103"] as const;

/**
 * Palette tables (PS3.3 C.7.6.3.1.5, .6) come as binary in DICOM JSON, inline or behind a link; the loader wants numbers.
 * @param fetchBulk gets the bytes of a BulkDataURI
 */
export async function withPaletteNumbers(
  dataset: DicomJson,
  fetchBulk: (uri: string) => Promise<Uint8Array>,
): Promise<DicomJson> {
  if (!paletteTables.some((key) => dataset[key] && !dataset[key].Value)) return dataset;
  const repaired = { ...dataset };
  for (const [index, key] of paletteTables.entries()) {
    const bytes = await bytesOf(dataset[key], fetchBulk);
    const [entries = 0] = numbersOf(dataset, paletteDescriptors[index] as string, 3) ?? [];
    if (bytes) repaired[key] = { vr: "US", Value: tableEntries(bytes, entries === 0 ? 65_536 : entries) };
  }
  return repaired;
}

const VOI_LUT_FUNCTION = "00281056";

/**
 * The dataset without its VOI LUT function (PS3.3 C.11.2.1.3): the renderer reads only the first letter of its name, throws on it
 * and leaves the image white. A sigmoid window (mammography) so becomes the linear one of the same centre and width, its tangent.
 */
export function linearWindow(dataset: DicomJson): DicomJson {
  const { [VOI_LUT_FUNCTION]: _function, ...linear } = dataset;
  return linear;
}

async function bytesOf(element: DicomJsonElement | undefined, fetchBulk: (uri: string) => Promise<Uint8Array>) {
  if (element?.InlineBinary) return Uint8Array.from(atob(element.InlineBinary), (character) => character.charCodeAt(0));
  return element?.BulkDataURI ? await fetchBulk(element.BulkDataURI) : undefined;
}

/** One number an entry: 16-bit little-endian words, or bytes where the table is only as long as its entries. */
export function tableEntries(bytes: Uint8Array, entries: number): number[] {
  if (bytes.length < entries * 2) return [...bytes.subarray(0, entries)];
  const words = new DataView(bytes.buffer, bytes.byteOffset, entries * 2);
  return Array.from({ length: entries }, (_, index) => words.getUint16(index * 2, true));
}

const clamp = (value: number) => (value < 0 ? 0 : value > 255 ? 255 : Math.round(value));

/** Uncompressed YBR_FULL_422 (two luminances, one Cb, one Cr for two pixels; PS3.3 C.7.6.3.1.2) as RGB, 3 bytes a pixel. */
export function rgbOfYbr422(ybr: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((ybr.length / 2) * 3);
  let out = 0;
  for (let at = 0; at + 3 < ybr.length; at += 4) {
    const blue = (ybr[at + 2] as number) - 128;
    const red = (ybr[at + 3] as number) - 128;
    for (let pixel = 0; pixel < 2; pixel += 1) {
      const light = ybr[at + pixel] as number;
      rgb[out++] = clamp(light + 1.402 * red);
      rgb[out++] = clamp(light - 0.344136 * blue - 0.714136 * red);
      rgb[out++] = clamp(light + 1.772 * blue);
    }
  }
  return rgb;
}

/**
 * A frame's multipart answer with its body changed. The loader tells 4:2:2 by a length that no such image has, and would draw
 * the subsampled bytes as RGB; so they are made RGB before it sees them.
 * @param size bytes of the body as the header promises them; an answer of another shape is left as it is
 */
export function replaceBody(
  multipart: ArrayBuffer,
  size: number,
  change: (body: Uint8Array) => Uint8Array,
): ArrayBuffer {
  const bytes = new Uint8Array(multipart);
  const start = bodyStart(bytes);
  const tail = bytes.subarray(start + size);
  if (start < 0 || tail.length < 4 || tail[0] !== 13 || tail[1] !== 10) return multipart;
  const body = change(bytes.subarray(start, start + size));
  const whole = new Uint8Array(start + body.length + tail.length);
  whole.set(bytes.subarray(0, start));
  whole.set(body, start);
  whole.set(tail, start + body.length);
  return whole.buffer;
}

function bodyStart(bytes: Uint8Array): number {
  for (let at = 0; at + 3 < bytes.length && at < 4096; at += 1) {
    if (bytes[at] === 13 && bytes[at + 1] === 10 && bytes[at + 2] === 13 && bytes[at + 3] === 10) return at + 4;
  }
  return -1;
}
