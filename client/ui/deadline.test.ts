import { describe, expect, it } from "vitest";
import { sayLeft, spellLeft, standing } from "./deadline";

const minute = 60_000;

describe("deadline", () => {
  it("[UI2] is ample, then short under a quarter of its span, then over", () => {
    expect(standing(0, 60 * minute, 10 * minute)).toEqual({ state: "ample", left: 50 * minute, share: 50 / 60 });
    expect(standing(0, 60 * minute, 46 * minute).state).toBe("short");
    expect(standing(0, 60 * minute, 60 * minute)).toEqual({ state: "over", left: 0, share: 0 });
    expect(standing(0, 60 * minute, 61 * minute)).toEqual({ state: "over", left: -minute, share: 0 });
  });

  it("[UI2] stays sane when the due time is not after the start", () => {
    expect(standing(10, 10, 5)).toEqual({ state: "ample", left: 5, share: 1 });
  });

  it("[UI2] counts down in minutes and seconds, hours, days; counts up with a minus sign when over", () => {
    expect(spellLeft(6 * minute + 12_000)).toBe("06:12");
    expect(spellLeft(500)).toBe("00:01");
    expect(spellLeft(-500)).toBe("\u221200:00");
    expect(spellLeft(-92_000)).toBe("\u221201:32");
    expect(spellLeft(192 * minute)).toBe("3:12 h");
    expect(spellLeft(52 * 60 * minute)).toBe("2 d 4 h");
  });

  it("[UI2] says it in words for a screen reader", () => {
    expect(sayLeft(minute)).toBe("1 minute left");
    expect(sayLeft(-30_000)).toBe("overdue by 1 minute");
    expect(sayLeft(-10_000)).toBe("overdue by less than a minute");
    expect(sayLeft(3 * 60 * minute)).toBe("3 hours left");
  });
});
