import { describe, expect, it } from "vitest";
import { age, ago, dateOnly, initials, personName } from "./format";

describe("format", () => {
  it("[UI6] reads a person name with its ideographic and phonetic groups", () => {
    expect(personName("SAMPLE^Ada")).toBe("SAMPLE, Ada");
    expect(personName("Yamada^Tarou=山田^太郎=やまだ^たろう")).toBe("Yamada, Tarou 山田太郎 (やまだ たろう)");
    expect(personName("=山田^太郎")).toBe("山田太郎");
    expect(personName({ Alphabetic: "SAMPLE^Ada", Ideographic: "山田^花" })).toBe("SAMPLE, Ada 山田花");
    expect(personName("DOE")).toBe("DOE");
    expect(personName("^^^")).toBe("Name not sent");
    expect(personName(null)).toBe("Name not sent");
  });

  it("[UI6] gives an age in years, months or days", () => {
    const on = Date.UTC(2026, 10, 24);
    expect(age("19550301", on)).toBe("71 y");
    expect(age("1955-11-25", on)).toBe("70 y");
    expect(age("2025-09-24", on)).toBe("14 mo");
    expect(age("20261112", on)).toBe("12 d");
    expect(age("20300101", on)).toBe("");
    expect(age("unknown", on)).toBe("");
  });

  it("[UI6] tells how long ago, initials and a DICOM date", () => {
    expect(ago(1000, 3000)).toBe("2 s ago");
    expect(ago(0, 14 * 60_000)).toBe("14 min ago");
    expect(initials("Dr Maya Ortiz")).toBe("MO");
    expect(initials("Cher")).toBe("C");
    expect(dateOnly("20261124")).toContain("2026");
    expect(dateOnly("nonsense")).toBe("nonsense");
  });
});
