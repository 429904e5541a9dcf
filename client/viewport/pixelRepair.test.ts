import { describe, expect, it } from "vitest";
import { linearWindow, replaceBody, rgbOfYbr422, tableEntries, withPaletteNumbers } from "./pixelRepair";

const text = (bytes: ArrayBuffer) => new TextDecoder("latin1").decode(bytes);
const bytes = (content: string) => Uint8Array.from(content, (character) => character.charCodeAt(0));

describe("pixel repairs", () => {
  it("[VP20] reads palette tables of 16-bit words and of bytes, inline or by link", async () => {
    expect(tableEntries(new Uint8Array([0, 1, 0xff, 0xff]), 2)).toEqual([256, 65_535]);
    expect(tableEntries(new Uint8Array([7, 9]), 2)).toEqual([7, 9]);
    const dataset = {
      "00281101": { vr: "US", Value: [2, 0, 16] },
      "00281201": { vr: "OW", InlineBinary: btoa("\x00\x01\xff\xff") },
      "00281202": { vr: "OW", BulkDataURI: "/bulk/1" },
    };
    const repaired = await withPaletteNumbers(
      { ...dataset, "00281102": dataset["00281101"] },
      async () => new Uint8Array([1, 0, 2, 0]),
    );
    expect(repaired["00281201"]?.Value).toEqual([256, 65_535]);
    expect(repaired["00281202"]?.Value).toEqual([1, 2]);
  });

  it("[VP30] takes a sigmoid window as the linear one of the same centre and width", () => {
    const sigmoid = { "00281056": { vr: "CS", Value: ["SIGMOID"] }, "00281050": { vr: "DS", Value: [2653] } };
    expect(linearWindow(sigmoid)).toEqual({ "00281050": { vr: "DS", Value: [2653] } });
    expect(linearWindow({})).toEqual({});
  });

  it("[VP21] turns 4:2:2 into RGB: grey stays grey, both pixels take the one colour", () => {
    expect([...rgbOfYbr422(new Uint8Array([10, 200, 128, 128]))]).toEqual([10, 10, 10, 200, 200, 200]);
    expect([...rgbOfYbr422(new Uint8Array([76, 76, 85, 255]))]).toEqual([254, 0, 0, 254, 0, 0]);
  });

  it("[VP21] changes the body of a multipart answer and nothing else, and leaves unexpected answers alone", () => {
    const answer = bytes("--B\r\nContent-Type: x\r\n\r\nABCD\r\n--B--\r\n").buffer;
    expect(text(replaceBody(answer, 4, () => bytes("abcdef")))).toBe(
      "--B\r\nContent-Type: x\r\n\r\nabcdef\r\n--B--\r\n",
    );
    expect(replaceBody(answer, 3, () => bytes("x"))).toBe(answer);
  });
});
