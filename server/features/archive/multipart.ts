import { randomBytes } from "node:crypto";

/** One boundary for the life of the process: 128 random bits occur in no image, and the framing of every answer is a constant. */
export const BOUNDARY = `readroom-${randomBytes(16).toString("hex")}`;

const CLOSE = Buffer.from(`\r\n--${BOUNDARY}--\r\n`, "latin1");

function partHead(contentType: string, first: boolean): Buffer {
  return Buffer.from(`${first ? "" : "\r\n"}--${BOUNDARY}\r\nContent-Type: ${contentType}\r\n\r\n`, "latin1");
}

export function multipartType(inner: string): string {
  return `multipart/related; type="${inner}"; boundary=${BOUNDARY}`;
}

/** Whole parts in memory: frames. */
export function multipartBody(contentType: string, parts: readonly Buffer[]): Buffer {
  const pieces: Buffer[] = [];
  for (const [index, part] of parts.entries()) pieces.push(partHead(contentType, index === 0), part);
  pieces.push(CLOSE);
  return Buffer.concat(pieces);
}

export type StreamedPart = { readonly contentType: string; readonly size: number; open(): AsyncIterable<Buffer> };

/** Length of a streamed answer, known before its first byte. */
export function multipartLength(parts: readonly StreamedPart[]): number {
  return parts.reduce(
    (sum, part, index) => sum + partHead(part.contentType, index === 0).length + part.size,
    CLOSE.length,
  );
}

/** Parts from disk, one after the other, without ever holding one in memory. */
export async function* multipartStream(parts: readonly StreamedPart[]): AsyncGenerator<Buffer> {
  for (const [index, part] of parts.entries()) {
    yield partHead(part.contentType, index === 0);
    yield* part.open();
  }
  yield CLOSE;
}
