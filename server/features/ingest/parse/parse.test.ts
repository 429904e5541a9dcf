import { promises as fs } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { element, makeDataset, makeFile, makeImage, newUid } from "../../../../e2e/devices/dicom-maker.js";
import { realDicom } from "../../../../e2e/devices/test-data.js";
import { characterSet, decodeText } from "./charset.js";
import { DatasetReader, NeedMoreBytes, NotADataset } from "./dataset.js";
import { encodeFileHead, readFileHead } from "./file-meta.js";
import { parseInstance, personName, Unreadable } from "./instance.js";

const real = realDicom();

async function parse(bytes: Buffer, headBytes = 65_536) {
  const head = readFileHead(bytes);
  if (head.kind === "not-dicom") throw new Unreadable("not a DICOM file");
  return parseInstance({
    head: bytes.subarray(0, headBytes),
    size: bytes.length,
    datasetOffset: head.datasetOffset,
    transferSyntaxUid: head.transferSyntaxUid,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
    webRoot: "/dicomweb",
  });
}

describe("reading DICOM", () => {
  it("[PA1] a header longer than the first read is read again, larger", async () => {
    const long = makeImage({
      extra: [
        [0x00204000, "LT", "x".repeat(9_000)],
        [0x00287fe0, "UT", "y".repeat(200_000)],
      ],
    });
    const parsed = await parse(long);
    expect(parsed.flags).toEqual([]);
    expect(parsed.frames).toMatchObject({ kind: "native", count: 1, frameBytes: 512 });
    expect(parsed.bulk.map(([path]) => path)).toContain("00287FE0");
  });

  it("[PA2] an Extended Offset Table (VR OV) does not end the header, and its frames are found", async () => {
    const frames = [Buffer.alloc(10, 1), Buffer.alloc(20, 2)];
    const items = frames.map((frame) =>
      Buffer.concat([Buffer.from([0xfe, 0xff, 0x00, 0xe0, frame.length, 0, 0, 0]), frame]),
    );
    const table = Buffer.alloc(16);
    table.writeBigUInt64LE(18n, 8);
    const long = (tag: number, vr: string, value: Buffer) => {
      const bytes = element([tag, "OB", value]);
      bytes.write(vr, 4, "latin1");
      return bytes;
    };
    const dataset = makeDataset({ frames: 2, instance: "1.2.3" });
    const pixelsAt = dataset.length - 12 - 16 * 16 * 2 * 2;
    const pixelHead = Buffer.from([0xe0, 0x7f, 0x10, 0, 0x4f, 0x42, 0, 0, 0xff, 0xff, 0xff, 0xff]);
    const encapsulated = Buffer.concat([
      dataset.subarray(0, pixelsAt),
      long(0x7fe00001, "OV", table),
      pixelHead,
      Buffer.from([0xfe, 0xff, 0x00, 0xe0, 0, 0, 0, 0]),
      ...items,
      Buffer.from([0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]),
    ]);
    const parsed = await parse(
      makeFile(encapsulated, { instance: "1.2.3", transferSyntax: "1.2.840.10008.1.2.4.201" }),
    );
    expect(parsed.frames).toMatchObject({ kind: "encapsulated" });
    expect(
      parsed.frames?.kind === "encapsulated" &&
        parsed.frames.frames.map((ranges) => ranges.map(([, length]) => length)),
    ).toEqual([[10], [20]]);
  });

  it("[PA3] garbage and truncation give a reason, never a crash or a hang", () => {
    const dataset = makeDataset({ rows: 4, columns: 4 });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(dataset.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(dataset.length),
        fc.boolean(),
        fc.boolean(),
        (edits, length, explicit, bigEndian) => {
          const bytes = Buffer.from(dataset);
          for (const [at, value] of edits) bytes[at] = value;
          try {
            new DatasetReader(bytes.subarray(0, length)).read(0, { explicit, bigEndian });
          } catch (error) {
            expect(error instanceof NeedMoreBytes || error instanceof NotADataset).toBe(true);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it("[PA4] sequences nested without end are refused, not followed", () => {
    const open = Buffer.from([
      0x40, 0, 0x75, 0x02, 0x53, 0x51, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xfe, 0xff, 0x00, 0xe0, 0xff, 0xff, 0xff, 0xff,
    ]);
    expect(() =>
      new DatasetReader(Buffer.concat(Array.from({ length: 5_000 }, () => open))).read(0, {
        explicit: true,
        bigEndian: false,
      }),
    ).toThrow(NotADataset);
  });

  it("[PA5] a made file head is read back as it was meant", () => {
    const uid = newUid();
    const head = encodeFileHead({
      sopClassUid: "1.2.840.10008.5.1.4.1.1.2",
      sopInstanceUid: uid,
      transferSyntaxUid: "1.2.840.10008.1.2.4.70",
      implementationClassUid: "2.25.1",
      implementationVersion: "V",
      sourceAe: "CT1",
    });
    expect(readFileHead(Buffer.concat([head, makeDataset()]))).toEqual({
      kind: "part10",
      datasetOffset: head.length,
      transferSyntaxUid: "1.2.840.10008.1.2.4.70",
      sopClassUid: "1.2.840.10008.5.1.4.1.1.2",
      sopInstanceUid: uid,
    });
  });

  it("[PA6] ISO 2022 text: two-byte sets, delimiters inside characters, and the way back to ASCII", () => {
    const japanese = Buffer.from(
      "Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
      "latin1",
    );
    expect(decodeText(japanese, characterSet(["", "ISO 2022 IR 87"]))).toBe("Yamada^Tarou=山田^太郎=やまだ^たろう");
    const korean = Buffer.from(
      "Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
      "latin1",
    );
    expect(decodeText(korean, characterSet(["", "ISO 2022 IR 149"]))).toBe("Hong^Gildong=洪^吉洞=홍^길동");
    expect(characterSet(["ISO_IR 999"]).unknown).toBe(true);
  });

  it.runIf(real !== undefined)("[PA7] names of every real character set come out as people write them", async () => {
    const expected: Record<string, string> = {
      "chrArab.dcm": "قباني^لنزار",
      "chrFren.dcm": "Buc^Jérôme",
      "chrGreek.dcm": "Διονυσιος",
      "chrHbrw.dcm": "שרון^דבורה",
      "chrJapMulti.dcm": "やまだ^たろう",
      "chrKoreanMulti.dcm": "김희중",
      "chrRuss.dcm": "Люкceмбypг",
      "chrX1.dcm": "Wang^XiaoDong",
      "chrX2.dcm": "Wang^XiaoDong",
    };
    for (const [name, wanted] of Object.entries(expected)) {
      const parsed = await parse(await fs.readFile(join(real as string, "charsets", name)));
      expect([name, personName(parsed.metadata, "00100010").Alphabetic]).toEqual([name, wanted]);
    }
  });
});
