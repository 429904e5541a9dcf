import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { encodeCommand, parseCommand } from "./command.js";
import { encodeAssociateRequest, encodeData, encodeRelease, PduError, parseAssociateRequest } from "./pdu.js";
import { PduReader } from "./pdu-reader.js";

type Seen = { pdus: [number, Buffer][]; parts: { context: number; part: string; bytes: Buffer; last: boolean }[] };

const LIMITS = { maxControlLength: 65_536, maxDataLength: 131_072 };

function reader(): { seen: Seen; reader: PduReader } {
  const seen: Seen = { pdus: [], parts: [] };
  const made = new PduReader(
    {
      pdu: (type, body) => seen.pdus.push([type, Buffer.from(body)]),
      fragment: (context, part, piece, last) => {
        const open = seen.parts.at(-1);
        if (open !== undefined && !open.last && open.context === context && open.part === part) {
          open.bytes = Buffer.concat([open.bytes, piece]);
          open.last = last;
        } else seen.parts.push({ context, part, bytes: Buffer.from(piece), last });
      },
    },
    LIMITS,
  );
  return { seen, reader: made };
}

function push(into: PduReader, stream: Buffer, cuts: readonly number[]): void {
  let at = 0;
  for (const cut of [...cuts.map((c) => c % (stream.length + 1)).sort((a, b) => a - b), stream.length]) {
    into.push(stream.subarray(at, cut));
    at = cut;
  }
}

describe("PDU reader", () => {
  const dataset = fc.uint8Array({ minLength: 0, maxLength: 5000 }).map((bytes) => Buffer.from(bytes));

  it("[DI1] gives the same messages however the stream is cut up and whatever PDU length the peer uses", () => {
    fc.assert(
      fc.property(dataset, fc.integer({ min: 8, max: 4000 }), fc.array(fc.nat(20_000)), (body, peerMax, cuts) => {
        const command = encodeCommand({ commandField: 1, messageId: 7, affectedSopInstanceUid: "1.2.3" }, true);
        const stream = Buffer.concat([
          ...encodeData(3, "command", command, peerMax),
          ...encodeData(3, "dataset", body, peerMax),
          encodeRelease("request"),
        ]);
        const { seen, reader: made } = reader();
        push(made, stream, cuts);
        expect(seen.parts).toHaveLength(2);
        expect(seen.parts[0]).toMatchObject({ context: 3, part: "command", last: true });
        expect(parseCommand(seen.parts[0]?.bytes ?? Buffer.alloc(0))).toMatchObject({
          messageId: 7,
          affectedSopInstanceUid: "1.2.3",
        });
        expect(seen.parts[1]?.bytes.equals(body)).toBe(true);
        expect(seen.pdus.map(([type]) => type)).toEqual([5]);
        expect(made.atBoundary).toBe(true);
      }),
    );
  });

  it("[DI2] never throws anything but a PduError on garbage, and never holds more than the control limit", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat(400)), (bytes, cuts) => {
        const { reader: made } = reader();
        try {
          push(made, Buffer.from(bytes), cuts);
        } catch (error) {
          expect(error).toBeInstanceOf(PduError);
        }
      }),
    );
  });

  it("[DI2] refuses hostile lengths at the header, before any byte of the body", () => {
    const hostile = (type: number, length: number, rest: number[] = []) =>
      Buffer.from([type, 0, length >>> 24, (length >>> 16) & 255, (length >>> 8) & 255, length & 255, ...rest]);
    for (const stream of [
      hostile(1, 0xffffffff),
      hostile(4, 0xffffffff),
      hostile(4, 131_073),
      hostile(9, 4),
      hostile(4, 2),
      hostile(4, 10, [0, 0, 0, 200, 1, 2]),
    ])
      expect(() => reader().reader.push(stream)).toThrow(PduError);
  });

  it("[DI3] truncation is seen as not being at a boundary, and gives no last fragment", () => {
    const stream = Buffer.concat([...encodeData(1, "dataset", Buffer.alloc(1000, 7), 400)]);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: stream.length - 1 }), (length) => {
        const { seen, reader: made } = reader();
        made.push(stream.subarray(0, length));
        expect(seen.parts.every((part) => !part.last)).toBe(true);
      }),
    );
  });

  it("[DI4] reads association requests, and refuses mutilated ones with a PduError", () => {
    const request = encodeAssociateRequest({
      calledAe: "READROOM",
      callingAe: "CT1",
      contexts: [{ id: 1, abstractSyntax: "1.2.840.10008.1.1", transferSyntaxes: ["1.2.840.10008.1.2"] }],
      maxOperationsInvoked: 4,
    }).subarray(6);
    expect(parseAssociateRequest(request)).toMatchObject({
      calledAe: "READROOM",
      callingAe: "CT1",
      maxPduLength: 131_072,
      maxOperationsInvoked: 4,
    });
    fc.assert(
      fc.property(fc.nat(request.length - 1), fc.nat(255), fc.nat(request.length), (at, value, length) => {
        const mutilated = Buffer.from(request);
        mutilated[at] = value;
        try {
          parseAssociateRequest(mutilated.subarray(0, length));
        } catch (error) {
          expect(error).toBeInstanceOf(PduError);
        }
      }),
    );
  });
});
