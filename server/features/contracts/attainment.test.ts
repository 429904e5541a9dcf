import { DAY, HOUR, MINUTE } from "@readroom/shared/kernel/instant.js";
import { describe, expect, it } from "vitest";
import { attainment, type Clocked } from "./attainment.js";

const now = Date.parse("2026-11-24T22:00:00Z");
const study = (dueAgo: number, signedAfterStart: number | null, urgency: Clocked["urgency"] = "stat"): Clocked => {
  const deadline = now - dueAgo;
  const startedAt = deadline - 30 * MINUTE;
  return {
    urgency,
    startedAt,
    deadline,
    stoppedAt: signedAfterStart === null ? null : startedAt + signedAfterStart,
  };
};

describe("attainment", () => {
  it("[CO1] counts met, late, and open past the deadline; not what still runs", () => {
    const kept = attainment(
      [study(HOUR, 20 * MINUTE), study(HOUR, 45 * MINUTE), study(HOUR, null), study(-HOUR, null)],
      30,
      "UTC",
      now,
    );
    expect(kept.overall).toEqual({ met: 1, total: 3, fraction: 1 / 3, medianMinutes: 32.5 });
    expect(kept.late.map(({ lateMinutes }) => lateMinutes)).toEqual([15, 60]);
    expect(kept.byUrgency.find(({ urgency }) => urgency === "routine")).toMatchObject({ total: 0, fraction: null });
  });

  it("[CO2] a study counts on the day of its deadline in the hospital's zone; empty days are there", () => {
    const kept = attainment([study(23 * HOUR, MINUTE)], 3, "America/New_York", now);
    expect(kept.byDay.map(({ day, total }) => [day, total])).toEqual([
      ["2026-11-22", 0],
      ["2026-11-23", 1],
      ["2026-11-24", 0],
    ]);
  });

  it("[CO3] shows every day once when clocks change", () => {
    const days = attainment([], 10, "America/New_York", Date.parse("2026-11-06T12:00:00Z")).byDay.map(({ day }) => day);
    expect(days[0]).toBe("2026-10-28");
    expect(new Set(days).size).toBe(10);
    expect(attainment([study(2 * DAY, MINUTE)], 1, "UTC", now).overall.total).toBe(1);
  });
});
