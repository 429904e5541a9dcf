import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../kernel/instant.js";
import { expand, type ShiftPattern } from "./pattern.js";
import { addDays, dayOf, daysBetween, endOfDay, isDay, isTimeZone, localInstant, startOfDay, timeOf } from "./zone.js";

/** Zones whose clocks jump at 2, at midnight, by half an hour, southern, and never. Each with a night of each jump near it. */
const ZONES: Readonly<Record<string, readonly string[]>> = {
  "America/New_York": ["2026-03-08", "2026-11-01"],
  "Europe/Berlin": ["2026-03-29", "2026-10-25"],
  "Africa/Cairo": ["2026-04-24", "2026-10-30"],
  "Asia/Beirut": ["2026-03-29", "2026-10-25"],
  "America/Santiago": ["2026-04-05", "2026-09-06"],
  "Australia/Lord_Howe": ["2026-04-05", "2026-10-04"],
  "Australia/Sydney": ["2026-04-05", "2026-10-04"],
  "Asia/Kolkata": ["2026-03-29"],
};
const aNight = fc.constantFrom(...Object.entries(ZONES).flatMap(([zone, days]) => days.map((day) => ({ zone, day }))));
const aTime = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom(0, 15, 30, 45))
  .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}`);
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const pattern = (over: Partial<ShiftPattern>): ShiftPattern => ({
  ...{
    kind: "shift",
    weekdays: EVERY_DAY,
    everyWeeks: 1,
    starts: "19:00",
    ends: "07:00",
    timeZone: "America/New_York",
  },
  ...{ from: "2026-01-01", until: null },
  ...over,
});
const aPattern = fc
  .record({
    night: aNight,
    starts: aTime,
    ends: aTime,
    weekdays: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 7 }),
    everyWeeks: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ night, ...rest }) => ({
    night,
    pattern: pattern({ ...rest, timeZone: night.zone, from: addDays(night.day, -30) }),
  }));

describe("shift patterns", () => {
  it("[RO1] a 12-hour night is 11 hours in spring and 13 in autumn, on the wall clock always 19 to 7", () => {
    const hours = (day: string) => {
      const [night] = expand(
        pattern({ from: day, until: day }),
        startOfDay(day, "America/New_York"),
        endOfDay(day, "America/New_York"),
      );
      return ((night?.endsAt ?? 0) - (night?.startsAt ?? 0)) / HOUR;
    };
    expect([hours("2026-03-07"), hours("2026-07-01"), hours("2026-10-31")]).toEqual([11, 12, 13]);
  });

  it("[RO1] a start that the spring night leaves out is the moment of the jump; one that comes twice is the first", () => {
    const jump = localInstant("2026-03-08", "02:30", "America/New_York");
    expect(new Date(jump).toISOString()).toBe("2026-03-08T07:00:00.000Z");
    expect(timeOf(jump, "America/New_York")).toBe("03:00");
    expect(new Date(localInstant("2026-11-01", "01:30", "America/New_York")).toISOString()).toBe(
      "2026-11-01T05:30:00.000Z",
    );
    expect(timeOf(localInstant("2026-04-24", "00:00", "Africa/Cairo"), "Africa/Cairo")).toBe("01:00");
  });

  it("[RO1] no shift is negative or longer than a day and an hour, and it starts on its day", () => {
    fc.assert(
      fc.property(aPattern, ({ night, pattern: one }) => {
        const from = startOfDay(night.day, night.zone) - 3 * DAY;
        for (const shift of expand(one, from, from + 7 * DAY)) {
          expect(shift.endsAt).toBeGreaterThan(shift.startsAt);
          expect(shift.endsAt - shift.startsAt).toBeLessThanOrEqual(25 * HOUR);
          expect(dayOf(shift.startsAt, night.zone)).toBe(shift.day);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("[RO2] day and night crews who hand over at any time cover every minute once", () => {
    fc.assert(
      fc.property(aNight, aTime, aTime, ({ zone, day }, morning, evening) => {
        fc.pre(morning !== evening);
        const from = startOfDay(day, zone) - 3 * DAY;
        const common = { timeZone: zone, from: addDays(day, -30) };
        const crews = [
          ...expand(pattern({ ...common, starts: morning, ends: evening }), from, from + 7 * DAY),
          ...expand(pattern({ ...common, starts: evening, ends: morning }), from, from + 7 * DAY),
        ].sort((a, b) => a.startsAt - b.startsAt);
        for (let at = 1; at < crews.length; at += 1) expect(crews[at]?.startsAt).toBe(crews[at - 1]?.endsAt);
      }),
      { numRuns: 400 },
    );
  });

  it("[RO3] in pieces as at once", () => {
    fc.assert(
      fc.property(aPattern, fc.integer({ min: 1, max: 20 * 24 * 60 }), ({ night, pattern: one }, cut) => {
        const from = startOfDay(night.day, night.zone) - 10 * DAY;
        const to = from + 20 * DAY;
        const middle = from + Math.min(cut, 20 * 24 * 60) * MINUTE;
        const pieces = [...expand(one, from, middle), ...expand(one, middle, to)];
        const days = [...new Set(pieces.map(({ day }) => day))].sort();
        expect(days).toEqual(expand(one, from, to).map(({ day }) => day));
      }),
      { numRuns: 300 },
    );
  });

  it("[RO4] every second week from the week of the first day, within first and last day", () => {
    const one = pattern({ weekdays: [1, 7], everyWeeks: 2, from: "2026-11-25", until: "2026-12-31" });
    const from = startOfDay("2026-11-01", one.timeZone);
    // 25 November is a Wednesday: its week began on the 23rd, whose Monday is before the first day.
    expect(expand(one, from, from + 90 * DAY).map(({ day }) => day)).toEqual([
      "2026-11-29",
      "2026-12-07",
      "2026-12-13",
      "2026-12-21",
      "2026-12-27",
    ]);
  });
});

describe("days and zones", () => {
  it("[RO9] a day ends where its days are counted, 23 to 25 hours after it began", () => {
    fc.assert(
      fc.property(aNight, fc.integer({ min: -400, max: 400 }), ({ zone, day }, offset) => {
        const one = addDays(day, offset);
        const end = endOfDay(one, zone);
        expect(dayOf(end - 1, zone)).toBe(one);
        expect(dayOf(end, zone)).toBe(addDays(one, 1));
        expect((end - startOfDay(one, zone)) / HOUR).toBeGreaterThanOrEqual(23);
        expect((end - startOfDay(one, zone)) / HOUR).toBeLessThanOrEqual(25);
        expect(daysBetween(day, one)).toBe(offset);
      }),
    );
  });

  it("tells zones and days from what only looks like one", () => {
    expect(["Europe/Berlin", "UTC", "Mars/Base", "+02:00", ""].map(isTimeZone)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
    expect(["2026-02-28", "2026-02-30", "2026-2-3", "tomorrow"].map(isDay)).toEqual([true, false, false, false]);
  });
});
