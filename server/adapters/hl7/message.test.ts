import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeText, STANDARD_DELIMITERS, unescapeText } from "./escape.js";
import { readHeader } from "./header.js";
import { interpret } from "./interpret.js";
import { type Hl7Text, parseMessage } from "./message.js";
import { bytesOf, realMessage, realMessages } from "./test-data.js";
import { formatTimeStamp, parseBirthDate, parseTimeStamp } from "./times.js";

const UTF8 = { charset: "utf-8", declared: "UNICODE UTF-8" };
const HEAD = "MSH|^~\\&|A|B|C|D|20220101||ORM^O01|1|P|2.5";

function parsed(text: string | Uint8Array): Hl7Text {
  const result = parseMessage(typeof text === "string" ? bytesOf(text) : text);
  if (!result.ok) throw new Error(result.problem.text);
  return result.value;
}

describe("reading messages", () => {
  const real = realMessages();

  test.runIf(real.length > 0)("[HL7] every real message is read, segment by segment and field by field", () => {
    expect(real.length).toBe(26);
    for (const { name, bytes } of real) {
      const text = new TextDecoder().decode(bytes).replace(/^\ufeff/, "");
      // One real ORU has a raw line break inside its base64.
      const lines = text
        .replace(/[\r\n]+(?![A-Z][A-Z0-9]{2}\|)(?=.)/g, "\u2028")
        .split(/[\r\n]+/)
        .filter((line) => line !== "");
      const message = parsed(bytes);
      expect(
        message.segments.map((s) => s.name),
        name,
      ).toEqual(lines.map((line) => line.slice(0, 3)));
      for (const [index, line] of lines.entries()) {
        const fields = line.split("|");
        const shift = index === 0 ? 1 : 0;
        for (let field = 1; field < fields.length; field++) {
          expect(message.segments[index]?.raw(field + shift)).toBe(fields[field]?.replaceAll("\u2028", "\n"));
        }
      }
      expect(readHeader(bytes).ok, name).toBe(true);
    }
  });

  test.runIf(real.length > 0)(
    "[HL8] [HL9] escapes in the message's own character set, and UTF-8 under a header that says 8859/1",
    () => {
      const siu = parsed(realMessage("SIU_S12-NewAppointmentBooking.hl7"));
      expect(siu.first("AIS")?.text(3, 2)).toBe("SEPTOPLASTIA (OPERAÇÃO ISOLADA)");
      const omi = parsed(realMessage("OMI_O23-ImagingOrder.hl7"));
      expect(omi.first("OBR")?.text(31, 2)).toContain("from 12 –35.,comorbidity");
      expect(omi.warnings).toEqual(["MSH-18 says 8859/1 but the bytes are UTF-8"]);
      const oml = parsed(realMessage("OML-O21-01.hl7"));
      expect(oml.segments.some((s) => s.text(5, 1).includes("ContainerType=CaseView&ContainerID=0&SlideID="))).toBe(
        true,
      );
    },
  );

  test("[HL7] line ends, byte order mark, unusual separators, the truncation character, blank lines", () => {
    for (const end of ["\r", "\n", "\r\n"]) {
      expect(parsed(`${HEAD}${end}${end}PID|1||X${end}`).first("PID")?.text(3)).toBe("X");
    }
    expect(parsed(`\ufeff\r\n ${HEAD}\rPID|1||X`).first("PID")?.text(3)).toBe("X");
    expect(parsed(`${HEAD}\n    PID|1||X\n\tORC|NW`).segments.map(({ name }) => name)).toEqual(["MSH", "PID", "ORC"]);
    expect(parsed(`${HEAD}\rNTE|1||first\r  PID of old`).first("NTE")?.text(3)).toBe("first\n  PID of old");
    const odd = parsed("MSH#@~?$#A#B#C#D#20220101##ORM@O01#1#P#2.5\rPID#1##X@@@Y$1.2?F?~Z");
    expect(odd.first("PID")?.text(3, 4, 2)).toBe("1.2#");
    expect(odd.first("PID")?.repetitions(3)[1]?.text(1)).toBe("Z");
    expect(odd.msh.text(9, 2)).toBe("O01");
    expect(parsed("MSH|^~\\&#|A|B|C|D|20220101||ORM^O01|1|P|2.7\rPID|1||X\\P\\").first("PID")?.text(3)).toBe("X#");
  });

  test("[HL8] each escape once; what is none stays", () => {
    const read = (text: string, charset = UTF8) => unescapeText(text, STANDARD_DELIMITERS, charset);
    expect(read("a\\F\\b\\S\\c\\T\\d\\R\\e\\E\\f")).toBe("a|b^c&d~e\\f");
    expect(read("\\E\\T\\E\\")).toBe("\\T\\");
    expect(read("one\\.br\\two\\.sp2\\three\\.sk3\\four\\.in+4\\")).toBe("one\ntwo\n\nthree   four");
    expect(read("\\H\\bold\\N\\ \\Zlocal\\ \\C2842\\ \\M1B2842\\")).toBe("bold   ");
    expect(read("C:\\temp\\file")).toBe("C:\\temp\\file");
    expect(read("\\XC3\\\\XA7\\ \\X0D0A\\")).toBe("ç \r\n");
    expect(read("\\XE7\\", { charset: "ascii", declared: "8859/1" })).toBe("ç");
    expect(read("\\Xzz\\")).toBe("\\Xzz\\");
  });

  test("[HL9] names for a character set that the table does not have, and a sender whose own name holds a separator's byte", () => {
    // Big5: 院 is B0 7C, whose second byte is "|"; 王 is A4 FD.
    const hospital = Buffer.from([0xb0, 0x7c]);
    const message = (msh18: string) =>
      parsed(
        Buffer.concat([
          bytesOf("MSH|^~\\&|HIS|"),
          hospital,
          bytesOf(`|C|D|20220101||ORM^O01|1|P|2.5||||||${msh18}\rPID|1||X||`),
          Buffer.from([0xa4, 0xfd]),
        ]),
      );
    for (const said of ["BIG-5", "BIG5", "big5"]) {
      expect(message(said).msh.text(4)).toBe("院");
      expect(message(said).msh.text(10)).toBe("1");
      expect(message(said).first("PID")?.text(5)).toBe("王");
    }
    const latin = (msh18: string) =>
      parsed(Buffer.concat([bytesOf(`${HEAD}||||||${msh18}\rPID|1||X||`), Buffer.from([0xb3])]));
    expect(latin("ISO-8859-2").first("PID")?.text(5)).toBe("ł");
    expect(latin("8859-2").warnings).toEqual([]);
    const dash = Buffer.concat([bytesOf(`${HEAD}\rPID|1||X||M`), Buffer.from([0xfc, 0x20, 0x96, 0x20, 0x80])]);
    expect(parsed(dash).first("PID")?.text(5)).toBe("Mü – €");
    expect(latin("CP1250").first("PID")?.text(5)).toBe("ł");
    expect(latin("WHATEVER").warnings).toEqual(["unknown character set in MSH-18, read as windows-1252"]);
  });

  test("[HL9] character sets by MSH-18, and bytes that fit none", () => {
    const message = (msh18: string, name: number[]) =>
      Buffer.concat([bytesOf(`${HEAD}||||||${msh18}\rPID|1||X||`), Buffer.from(name), bytesOf("^A")]);
    expect(
      parsed(message("8859/1", [0xe7]))
        .first("PID")
        ?.text(5),
    ).toBe("ç");
    expect(
      parsed(message("8859/2", [0xb3]))
        .first("PID")
        ?.text(5),
    ).toBe("ł");
    expect(
      parsed(message("8859/7", [0xe1]))
        .first("PID")
        ?.text(5),
    ).toBe("α");
    expect(
      parsed(message("GB 18030-2000", [0xb0, 0xa1]))
        .first("PID")
        ?.text(5),
    ).toBe("啊");
    expect(
      parsed(message("UNICODE UTF-8", [0xe5, 0x95, 0x8a]))
        .first("PID")
        ?.text(5),
    ).toBe("啊");
    expect(
      parsed(message("~ISO IR87", [0x1b, 0x24, 0x42, 0x3b, 0x33, 0x1b, 0x28, 0x42]))
        .first("PID")
        ?.text(5),
    ).not.toBe("");
    expect(
      parsed(message("ISO IR87", [0x1b, 0x24, 0x42, 0x3b, 0x33, 0x1b, 0x28, 0x42]))
        .first("PID")
        ?.text(5),
    ).toBe("山");
    const odd = parsed(message("KLINGON", [0xff]));
    expect(odd.first("PID")?.text(5)).toBe("ÿ");
    expect(odd.warnings).toHaveLength(1);
  });

  test("[HL10] any bytes give a message or a problem", () => {
    const profile = { patientIdIssuer: "X", timeZone: "Europe/Berlin", accessionFrom: null };
    const line = fc.string({ unit: fc.constantFrom(...'MSHPIDORCBX|^~\\&"\r\n0129NWé漢') });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          line.map(bytesOf),
          line.map((rest) => bytesOf(`${HEAD}\r${rest}`)),
        ),
        (bytes) => {
          readHeader(bytes);
          interpret(bytes, profile);
        },
      ),
      { numRuns: 500 },
    );
  });

  test("[HL8] escaping and unescaping any text gives it back", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const once = text.replace(/\r\n?/g, "\n").replaceAll("\0", "");
        expect(unescapeText(escapeText(text), STANDARD_DELIMITERS, UTF8)).toBe(once);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these bytes end frames and segments
        expect(escapeText(text)).not.toMatch(/[\x00-\x1f|^~&]/);
      }),
    );
  });

  test("[HL11] times with and without offset, partial dates of birth", () => {
    expect(parseTimeStamp("20261124091400+0100", "UTC")).toBe(Date.UTC(2026, 10, 24, 8, 14));
    expect(parseTimeStamp("20261124091400", "Europe/Berlin")).toBe(Date.UTC(2026, 10, 24, 8, 14));
    expect(parseTimeStamp("20260724091400", "America/New_York")).toBe(Date.UTC(2026, 6, 24, 13, 14));
    expect(parseTimeStamp("201203141259-0215", "UTC")).toBe(Date.UTC(2012, 2, 14, 15, 14));
    expect(parseTimeStamp("20150624084727.655-0500", "UTC")).toBe(Date.UTC(2015, 5, 24, 13, 47, 27, 655));
    expect(parseTimeStamp("20260230", "UTC")).toBeNull();
    expect(parseTimeStamp("2010201200+0215", "UTC")).toBeNull();
    expect(formatTimeStamp(Date.UTC(2026, 10, 24, 8, 14), "Europe/Berlin")).toBe("20261124091400+0100");
    expect(formatTimeStamp(Date.UTC(2026, 6, 24, 13, 14), "America/St_Johns")).toBe("20260724104400-0230");
    expect(["1961", "196105", "19610509", "196105091200", "19611309", "garbage", ""].map(parseBirthDate)).toEqual([
      "1961",
      "196105",
      "19610509",
      "19610509",
      null,
      null,
      null,
    ]);
  });
});
