import type { HistoryState } from "@readroom/shared/contract/http/history.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { axisOf, cutsOf, placeOf, runsOf, screenOf, stepAt, timeAt } from "./model";

describe("the axis of a room's past", () => {
  it("[RH6] stretches in which something happened follow each other; quiet hours are cut out", () => {
    const axis = axisOf([10_000, 20_000, 7_200_000, 7_205_000]);
    expect(axis.stretches).toEqual([
      { from: 9_000, until: 21_000, start: 0 },
      { from: 7_199_000, until: 7_206_000, start: 12_000 },
    ]);
    expect(axis.length).toBe(19_000);
    expect(cutsOf(axis)).toEqual([12_000]);
  });

  it("[RH6] every instant in a stretch has one place, and back", () => {
    const axis = axisOf([10_000, 20_000, 7_200_000, 7_205_000]);
    for (const at of [9_000, 10_500, 20_000, 7_199_000, 7_205_999]) expect(timeAt(axis, placeOf(axis, at))).toBe(at);
    expect(placeOf(axis, 3_600_000)).toBe(12_000);
    expect(timeAt(axis, 99_999_999)).toBe(7_206_000);
    expect(timeAt(axisOf([]), 5)).toBe(0);
  });

  it("[RH6] what is asked for is at most a second from something that happened, whatever its milliseconds", () => {
    const axis = axisOf([1_795_877_500_440, 1_795_877_505_146]);
    expect(stepAt(axis, axis.length, 250)).toBe(1_795_877_506_146);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 600_000 }), { minLength: 1 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (some, part) => {
          const instants = [...new Set(some)].sort((a, b) => a - b);
          const at = axisOf(instants);
          const asked = stepAt(at, part * at.length, 250);
          const stretch = at.stretches.find((one) => one.from <= asked && asked <= one.until);
          expect(stretch).toBeDefined();
          expect(asked).toBeLessThanOrEqual((instants.findLast((one) => one <= (stretch?.until ?? 0)) ?? 0) + 1_000);
        },
      ),
      { seed: 6 },
    );
  });
});

const screen = (personId: string, presenting: boolean) =>
  ({ personId, presenting, at: 0, view: {} }) as unknown as HistoryState["screens"][number];
const state = (screens: HistoryState["screens"]): HistoryState => ({
  ...{ at: 0, annotations: [], keyImages: [], report: null, here: [] },
  screens,
});

describe("what is shown", () => {
  it("[RH7] the chosen person's screen, else who presents, else the reader's", () => {
    const all = state([screen("a", false), screen("b", true), screen("c", false)]);
    expect(screenOf(all, "c", "a")?.personId).toBe("c");
    expect(screenOf(all, "hidden", "a")).toBeNull();
    expect(screenOf(all, null, "a")?.personId).toBe("b");
    expect(screenOf(state([screen("c", false), screen("a", false)]), null, "a")?.personId).toBe("a");
  });

  it("[RH8] a section's text falls into runs of one writer each", () => {
    const word = (start: number, length: number, personId: string) => ({
      section: "f",
      start,
      length,
      personId,
      name: "",
    });
    expect(
      runsOf("No bleed seen.", "f", [word(3, 5, "a"), word(8, 5, "b")]).map((run) => [run.text, run.personId]),
    ).toEqual([
      ["No ", null],
      ["bleed", "a"],
      [" seen", "b"],
      [".", null],
    ]);
  });
});
