import type { SimulationOutcome } from "@readroom/shared/contract/http/simulation.js";
import { describe, expect, it } from "vitest";
import { contractsOf, difference, minutes, percent, queueRows } from "./model";

const tally = (met: number, late: number) => ({
  ...{ studies: met + late, read: met + late, met, late, attainment: met + late ? met / (met + late) : null },
  turnaround: { mean: 10, median: 8, p95: 30 },
});
const column = (title: string, contracts: Record<string, [number, number]>, most: number[]) => ({
  key: title,
  title,
  outcome: {
    byContract: Object.entries(contracts).map(([contract, [met, late]]) => ({
      contract,
      target: 0.95,
      urgencies: [],
      ...tally(met, late),
    })),
    queue: { from: 0, stepMs: 3_600_000, most, pools: [], peak: 0, peakAt: null },
  } as unknown as SimulationOutcome,
});

describe("a comparison", () => {
  it("never rounds up to everything in time", () => {
    expect(percent(tally(9999, 1))).toBe("99.9 %");
    expect(percent(tally(10, 0))).toBe("100 %");
    expect(percent(tally(0, 0))).toBe("–");
  });

  it("says differences with their sign and unit", () => {
    expect(difference(0.98, 0.95, "points")).toBe("+3.0 points");
    expect(difference(10, 12.5, "min")).toBe("−2.5 min");
    expect(difference(10, 10, "min")).toBe("same");
    expect(difference(null, 10, "min")).toBe("");
    expect(minutes(150)).toBe("2.5 h");
  });

  it("puts the contract that misses its target most first", () => {
    const columns = [
      column("now", { North: [90, 10], South: [100, 0] }, []),
      column("draft", { North: [96, 4], South: [80, 20] }, []),
    ];
    expect(contractsOf(columns).map(({ name }) => name)).toEqual(["South", "North"]);
  });

  it("lines the queues up step by step", () => {
    const rows = queueRows([column("now", {}, [1, 2]), column("draft", {}, [3])], (at) => String(at));
    expect(rows).toEqual([
      { time: "0", now: 1, draft: 3 },
      { time: "3600000", now: 2, draft: 0 },
    ]);
  });
});
