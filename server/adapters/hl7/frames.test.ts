import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frame, type MllpFrame, MllpFrameReader } from "./frames.js";
import { bytesOf } from "./test-data.js";

const LIMIT = 1024;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

function read(stream: Uint8Array, cuts: readonly number[], limit = LIMIT): MllpFrame[] {
  const reader = new MllpFrameReader(limit);
  const edges = [0, ...[...cuts].map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  return edges.slice(1).flatMap((edge, index) => reader.push(stream.subarray(edges[index], edge)));
}

const message = fc
  .uint8Array({ maxLength: 60 })
  .map((bytes) => bytes.map((byte) => (byte === 0x0b || byte === 0x1c ? 0x20 : byte)));

describe("MLLP frames", () => {
  test("[HL1] any fragmentation gives the same messages in order", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 20 }), (messages, cuts) => {
        const stream = Buffer.concat(messages.map(frame));
        const got = read(stream, cuts);
        expect(got.map((found) => found.kind)).toEqual(messages.map(() => "message"));
        expect(got.map((found) => (found.kind === "message" ? Buffer.from(found.bytes).toString("hex") : ""))).toEqual(
          messages.map((bytes) => Buffer.from(bytes).toString("hex")),
        );
      }),
    );
  });

  test("[HL1] bytes between frames and a missing CR after FS are taken", () => {
    const stream = Buffer.concat([
      bytesOf("noise"),
      Buffer.from([0x0b]),
      bytesOf("one"),
      Buffer.from([0x1c]),
      frame(bytesOf("two")),
    ]);
    expect(read(stream, []).map((found) => (found.kind === "message" ? text(found.bytes) : found.kind))).toEqual([
      "garbage",
      "one",
      "two",
    ]);
  });

  test("[HL2] a message cut off by a new start block is unfinished; the one after it is read", () => {
    const stream = Buffer.concat([Buffer.from([0x0b]), bytesOf("MSH|half"), frame(bytesOf("whole"))]);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), (cuts) => {
        const got = read(stream, cuts);
        expect(got.map((found) => found.kind)).toEqual(["unfinished", "message"]);
        expect(got[0]?.kind === "unfinished" && text(got[0].head)).toBe("MSH|half");
      }),
    );
  });

  test("[HL3] a message over the bound is reported once, with its head, and nothing is held", () => {
    const reader = new MllpFrameReader(LIMIT);
    const found = [
      reader.push(Buffer.concat([Buffer.from([0x0b]), Buffer.alloc(600, 65)])),
      reader.push(Buffer.alloc(600, 66)),
      reader.push(frame(bytesOf("x"))),
    ];
    expect(found.flat().map((f) => f.kind)).toEqual(["oversize"]);
    expect(reader.held).toBe(0);
  });

  test("[HL10] any bytes are survived", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(), { maxLength: 8 }), (bytes, cuts) => {
        for (const found of read(bytes, cuts, 100))
          if (found.kind === "message") expect(found.bytes.length).toBeLessThanOrEqual(100);
      }),
    );
  });
});
