import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDate, parseDate, parseDateRange, parseDateTime, parseTime, parseTimeRange } from "./date-time.js";
import { displayPersonName, foldName, parsePersonName, personNameFromJson, personNameToJson } from "./person-name.js";
import { isStorageSopClass, sopClassKind, sopClassName, VERIFICATION } from "./sop-classes.js";
import { transferSyntax } from "./transfer-syntaxes.js";
import { isStrictUid, isUid, parseUid, uidFromUuid } from "./uid.js";

describe("UIDs", () => {
  it("[DV1] takes what devices send and nothing that could be a path", () => {
    expect(parseUid("1.2.840.10008.1.1\0")).toBe("1.2.840.10008.1.1");
    expect(parseUid("1.2.3 ")).toBe("1.2.3");
    expect(isUid("1.2.03")).toBe(true);
    expect(isStrictUid("1.2.03")).toBe(false);
    for (const bad of ["", ".", "..", "1..2", "1.2.", "1.2/3", "../1", "1.2.a", "1".repeat(65), 12])
      expect(isUid(bad)).toBe(false);
  });

  it("[DV1] never accepts a separator, whatever the text", () => {
    fc.assert(fc.property(fc.string(), (text) => !isUid(text) || /^[0-9.]+$/.test(text)));
  });

  it("[DV2] derives 2.25 UIDs from UUIDs", () => {
    expect(uidFromUuid("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")).toBe("2.25.329800735698586629295641978511506172918");
  });
});

describe("person names", () => {
  it("[DV3] keeps the three groups", () => {
    const name = parsePersonName("Yamada^Tarou=山田^太郎=やまだ^たろう");
    expect(name.alphabetic?.family).toBe("Yamada");
    expect(name.ideographic).toMatchObject({ family: "山田", given: "太郎" });
    expect(name.phonetic?.given).toBe("たろう");
    expect(displayPersonName(name)).toBe("Yamada, Tarou (山田, 太郎)");
    expect(personNameFromJson(personNameToJson("Yamada^Tarou=山田^太郎=やまだ^たろう"))).toBe(
      "Yamada^Tarou=山田^太郎=やまだ^たろう",
    );
    expect(personNameToJson("Doe^Jane^^^ ")).toEqual({ Alphabetic: "Doe^Jane" });
    expect(parsePersonName("=山田^太郎")).toEqual({ ideographic: expect.objectContaining({ family: "山田" }) });
    expect(foldName("Müller^Änne")).toBe("muller anne");
  });
});

describe("dates and times", () => {
  it("[DV4] reads DA in the present and the old form, and no other day", () => {
    expect(parseDate("1995.06.26")).toEqual({ year: 1995, month: 6, day: 26 });
    expect(parseDate("20240229")).toEqual({ year: 2024, month: 2, day: 29 });
    for (const bad of ["20230229", "19951301", "1995", "1995.0626", "", "199506261"])
      expect(parseDate(bad)).toBeUndefined();
  });

  it("[DV4] DA written is DA read", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9999 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 28 }),
        (y, m, d) => {
          expect(parseDate(formatDate({ year: y, month: m, day: d }))).toEqual({ year: y, month: m, day: d });
        },
      ),
    );
  });

  it("[DV5] reads TM to the precision that was sent", () => {
    expect(parseTime("10")).toEqual({ hour: 10 });
    expect(parseTime("103104.5")).toEqual({ hour: 10, minute: 31, second: 4, microsecond: 500000 });
    expect(parseTime("10:31:04")).toEqual({ hour: 10, minute: 31, second: 4 });
    for (const bad of ["25", "1060", "10310", "1031:04", "abc"]) expect(parseTime(bad)).toBeUndefined();
  });

  it("[DV6] reads DT with offset", () => {
    expect(parseDateTime("20240131103104.25-0530")).toEqual({
      year: 2024,
      month: 1,
      day: 31,
      time: { hour: 10, minute: 31, second: 4, microsecond: 250000 },
      offsetMinutes: -330,
    });
    expect(parseDateTime("2024")).toEqual({ year: 2024 });
    expect(parseDateTime("20241340")).toBeUndefined();
  });

  it("[DV7] reads matching ranges, both ends inclusive", () => {
    expect(parseDateRange("20240101-20240131")).toEqual({ from: "20240101", to: "20240131" });
    expect(parseDateRange("-20240131")).toEqual({ to: "20240131" });
    expect(parseDateRange("20240101-")).toEqual({ from: "20240101" });
    expect(parseDateRange("20240101")).toEqual({ from: "20240101", to: "20240101" });
    expect(parseDateRange("-")).toBeUndefined();
    expect(parseTimeRange("10-11")).toEqual({ from: "100000.000000", to: "115959.999999" });
  });
});

describe("SOP classes and transfer syntaxes", () => {
  it("[DV8] stores the whole storage arc and private classes, and no other service", () => {
    expect(isStorageSopClass("1.2.840.10008.5.1.4.1.1.2")).toBe(true);
    expect(isStorageSopClass("1.2.840.10008.5.1.4.1.1.999.7")).toBe(true);
    expect(isStorageSopClass("1.3.12.2.1107.5.9.1")).toBe(true);
    expect(isStorageSopClass(VERIFICATION)).toBe(false);
    expect(isStorageSopClass("1.2.840.10008.5.1.4.1.2.2.1")).toBe(false);
    expect(sopClassName("1.2.840.10008.5.1.4.1.1.2")).toBe("CT Image");
    expect(sopClassKind("1.2.840.10008.5.1.4.1.1.88.59")).toBe("key-objects");
  });

  it("[DV9] knows how a dataset is laid out, also in a compressed syntax it has not heard of", () => {
    expect(transferSyntax("1.2.840.10008.1.2.4.201")?.mediaType).toBe("image/jphc");
    expect(transferSyntax("1.2.840.10008.1.2.4.999")).toMatchObject({ encapsulated: true, vr: "explicit" });
    expect(transferSyntax("1.2.840.10008.1.2.4.94")).toBeUndefined();
    expect(transferSyntax("1.2.840.113619.5.2")).toBeUndefined();
  });
});
