import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import type { IngestSource, IntakeOutcome, Pipeline } from "../ingest/public.js";
import { storeParts } from "./stow.js";

/** Files nothing: says how long each part was. */
const measuring = {
  receive: async (_source: IngestSource, part: AsyncIterable<Buffer>): Promise<IntakeOutcome> => {
    let length = 0;
    for await (const piece of part) length += piece.length;
    return { kind: "refused", status: 0xc000, reason: String(length) };
  },
} as unknown as Pipeline;

function bodyOf(parts: readonly Buffer[], epilogue = ""): Buffer {
  const pieces = parts.flatMap((part) => [Buffer.from("--b\r\nContent-Type: application/dicom\r\n\r\n"), part, CRLF]);
  return Buffer.concat([...pieces, Buffer.from(`--b--\r\n${epilogue}`)]);
}

const CRLF = Buffer.from("\r\n");

async function lengths(body: Buffer, chunk: number): Promise<string[]> {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; at += chunk) chunks.push(body.subarray(at, at + chunk));
  const source = { door: "stow" } as unknown as IngestSource;
  const outcomes = await storeParts(measuring, source, Readable.from(chunks), "b", { maxBytes: 1e9 });
  if (!Array.isArray(outcomes)) throw new Error(outcomes.message);
  return outcomes.map((outcome) => (outcome.kind === "refused" ? outcome.reason : outcome.kind));
}

describe("parts of a STOW-RS body", () => {
  for (const chunk of [1_000, 16_384, 65_536, 10_000_000]) {
    it(`[AR2] are filed whatever pieces the body comes in: ${chunk} bytes each`, async () => {
      const parts = [40_000, 10, 200_000].map((length) => Buffer.alloc(length, 7));
      expect(await lengths(bodyOf(parts), chunk)).toEqual(["40000", "10", "200000"]);
      expect(await lengths(bodyOf(parts.slice(0, 1)), chunk)).toEqual(["40000"]);
      expect(await lengths(bodyOf(parts.slice(2), "x".repeat(100_000)), chunk)).toEqual(["200000"]);
    });
  }
});
