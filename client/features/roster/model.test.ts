import { HOUR } from "@readroom/shared/kernel/instant.js";
import { describe, expect, it } from "vitest";
import { daysOf, gapsOf, mondayOf, placed } from "./model";

const ZONE = "America/New_York";

describe("the week on screen", () => {
  it("the day of the autumn change is an hour wider, and all days fill the axis", () => {
    const week = {
      from: "2026-10-26",
      timeZone: ZONE,
      startsAt: Date.UTC(2026, 9, 26, 4),
      endsAt: Date.UTC(2026, 10, 2, 5),
    };
    const days = daysOf(week);
    expect(days.map(({ startsAt, endsAt }) => (endsAt - startsAt) / HOUR)).toEqual([24, 24, 24, 24, 24, 24, 25]);
    expect(days.reduce((sum, { width }) => sum + width, 0)).toBeCloseTo(100, 6);
    expect(placed({ startsAt: 0, endsAt: week.startsAt + HOUR }, week.startsAt, week.endsAt).left).toBe(0);
  });

  it("hours without a reader join to gaps; closed hours and a change of who is on call end one", () => {
    const cover = {
      ...{ poolId: "p", name: "Neuro", capacity: [] },
      onShift: [1, 0, 0, 0, 0, 1],
      onCall: [0, 0, 1, 1, 0, 0],
      open: [true, true, true, true, false, true],
    };
    expect(gapsOf(cover, 0)).toEqual([
      { startsAt: HOUR, endsAt: 2 * HOUR, onCall: false },
      { startsAt: 2 * HOUR, endsAt: 4 * HOUR, onCall: true },
    ]);
  });

  it("a week begins on Monday, where the group is", () => {
    expect(mondayOf(Date.UTC(2026, 10, 30, 3), ZONE)).toBe("2026-11-23");
    expect(mondayOf(Date.UTC(2026, 10, 30, 6), ZONE)).toBe("2026-11-30");
  });
});
