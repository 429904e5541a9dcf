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
  const syntax = wireSyntax(answer, xhr.getResponseHeader("Content-Type") ?? "");
  return syntax === undefined || uncompressed.has(syntax) ? replaceBody(answer, size, rgbOfYbr422) : answer;
}

const HEAD_BYTES = 1024;

/** The transfer syntax of the part's own header, where the standard puts it (PS3.18 8.7.3.5.2), else that of the whole answer. */
function wireSyntax(answer: ArrayBuffer, contentType: string): string | undefined {
  const head = new TextDecoder("latin1").decode(answer.slice(0, HEAD_BYTES)).split("\r\n\r\n")[0] ?? "";
  return [head, contentType]
    .map((text) => /transfer-syntax="?([0-9.]+)/.exec(text)?.[1])
    .find((found) => found !== undefined);
}
