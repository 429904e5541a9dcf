import type { DicomJson } from "./dicomJson";
import { tag, textOf } from "./dicomJson";
import { replaceBody, rgbOfYbr422 } from "./pixelRepair";

/** Sizes of frames whose uncompressed form the loader cannot read, by the frame's address. */
const subsampled = new Map<string, number>();

const uncompressed = new Set([
  "1.2.840.10008.1.2",
  "1.2.840.10008.1.2.1",
  "1.2.840.10008.1.2.2",
  "1.2.840.10008.1.2.1.99",
]);

/** Remembers frames that need their bytes changed before the loader sees them. */
export function noteFrame(imageId: string, dataset: DicomJson, rows: number, columns: number): void {
  if (textOf(dataset, tag.PhotometricInterpretation) !== "YBR_FULL_422") return;
  subsampled.set(imageId.slice("wadors:".length), rows * columns * 2);
}

/** The loader's hook between a frame's arrival and its reading. */
export async function repairFrame(xhr: XMLHttpRequest): Promise<ArrayBuffer> {
  const answer = xhr.response as ArrayBuffer;
  const size = subsampled.get(xhr.responseURL);
  if (size === undefined) return answer;
  const syntax = /transfer-syntax="?([0-9.]+)/.exec(xhr.getResponseHeader("Content-Type") ?? "")?.[1];
  return syntax === undefined || uncompressed.has(syntax) ? replaceBody(answer, size, rgbOfYbr422) : answer;
}
