import { describe, expect, it } from "vitest";
import { arrivalWord, barsOf, loopWord, percent, targetOf } from "./model";

const contract = {
  id: "c",
  name: "",
  groupId: "g",
  groupName: "",
  target: 0.95,
  turnaround: { critical: 15, stat: 60, urgent: 240, routine: 1440 },
  clockStarts: "first_image" as const,
  clockStops: "preliminary" as const,
  terms: [],
};
const attained = (met: number, total: number) => ({
  met,
  total,
  fraction: total ? met / total : null,
  medianMinutes: null,
});

describe("hospital", () => {
  it("[HPC1] marks the days that missed the contract, and leaves days without studies empty", () => {
    const attainment = {
      days: 3,
      overall: attained(0, 0),
      byUrgency: [],
      late: [],
      byDay: [
        { day: "2026-11-22", ...attained(0, 0) },
        { day: "2026-11-23", ...attained(19, 20) },
        { day: "2026-11-24", ...attained(9, 10) },
      ],
    };
    const bars = barsOf({ attainment, contracts: [contract] });
    expect(bars.map((bar) => [bar.percent, bar.short])).toEqual([
      [null, false],
      [95, false],
      [90, true],
    ]);
    expect(targetOf([])).toBeNull();
  });

  it("[HPC2] never rounds a figure up to a target that was missed", () => {
    expect(percent(0.94999)).toBe("94.9 %");
    expect(percent(0.95)).toBe("95.0 %");
    expect(percent(null)).toBe("–");
  });

  it("[HPC3] says how a critical result and a delivery stand", () => {
    expect(loopWord("notifying", null)).toEqual({ text: "being rung", tone: "bad" });
    expect(loopWord("closed", 5).text).toBe("acknowledged");
    expect(loopWord("closed", null).text).toBe("withdrawn");
    expect(arrivalWord("sent", "accepted").tone).toBe("ok");
    expect(arrivalWord("ambiguous", "unknown").text).toBe("unclear");
    expect(arrivalWord("waiting", "none").text).toBe("on its way");
  });
});
