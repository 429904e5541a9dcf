import fc from "fast-check";
import { type Packet, PacketType } from "socket.io-parser";
import { describe, expect, it } from "vitest";
import { FrameDecoder, FrameEncoder, readFrame } from "./frames.js";

const bytes = fc.uint8Array({ maxLength: 300 });
const value = fc.letrec((tie) => ({
  leaf: fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), bytes),
  node: fc.oneof(
    { maxDepth: 4 },
    tie("leaf"),
    fc.array(tie("node"), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 8 }).filter((key) => key !== "$b" && key !== "__proto__" && key !== "toJSON"),
      tie("node"),
      { maxKeys: 4 },
    ),
  ),
})).node;

function through(packet: Packet): { packets: Packet[]; count: number } {
  const packets: Packet[] = [];
  const decoder = new FrameDecoder();
  decoder.on("decoded", (decoded: Packet) => packets.push(decoded));
  const encoded = new FrameEncoder().encode(packet);
  for (const frame of encoded) decoder.add(frame);
  return { packets, count: encoded.length };
}

const plain = (data: unknown): unknown =>
  data instanceof Uint8Array
    ? { bytes: [...data] }
    : Array.isArray(data)
      ? data.map(plain)
      : data && typeof data === "object"
        ? Object.fromEntries(Object.entries(data).map(([key, part]) => [key, plain(part)]))
        : data;

describe("frames", () => {
  it("[FR1] any message comes back as it went, in one frame", () => {
    fc.assert(
      fc.property(fc.array(value, { maxLength: 3 }), fc.option(fc.nat(), { nil: undefined }), (args, id) => {
        const packet: Packet = {
          type: PacketType.EVENT,
          nsp: "/",
          data: ["room.update", ...args],
          ...(id === undefined ? {} : { id }),
        };
        const { packets, count } = through(packet);
        expect(count).toBe(1);
        expect(packets).toHaveLength(1);
        expect(plain(packets[0]?.data)).toEqual(plain(packet.data));
        expect(packets[0]?.id).toBe(id);
      }),
      { seed: 7, numRuns: 500 },
    );
  });

  it("[FR2] a message without bytes is the standard text packet, so that a stock client understands it", () => {
    expect(new FrameEncoder().encode({ type: PacketType.EVENT, nsp: "/", data: ["clock"], id: 3 })).toEqual([
      '23["clock"]',
    ]);
  });

  it("[FR3] arbitrary and cut-off bytes throw and never give a packet that was not sent", () => {
    const whole = new FrameEncoder().encode({
      type: PacketType.ACK,
      nsp: "/",
      id: 1,
      data: [{ ok: true, update: new Uint8Array([1, 2, 3]) }],
    })[0] as Uint8Array;
    for (let end = 0; end < whole.length; end += 1) expect(() => readFrame(whole.slice(0, end))).toThrow();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
        try {
          const packet = readFrame(noise);
          expect(Array.isArray(packet.data)).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { seed: 11, numRuns: 2000 },
    );
  });

  it("[FR4] the standard's several-frame binary packets, reserved names and deep nesting are refused", () => {
    const decoder = new FrameDecoder();
    expect(() => decoder.add('51-["x",{"_placeholder":true,"num":0}]')).toThrow();
    let deep: unknown = new Uint8Array([1]);
    for (let n = 0; n < 40; n += 1) deep = [deep];
    expect(() =>
      new FrameEncoder().encode({ type: PacketType.EVENT, nsp: "/", data: ["x", new Uint8Array(1), deep] }),
    ).toThrow();
    const reserved = new FrameEncoder().encode({
      type: PacketType.EVENT,
      nsp: "/",
      data: ["disconnect", new Uint8Array(1)],
    })[0];
    expect(() => decoder.add(reserved)).toThrow();
  });
});
