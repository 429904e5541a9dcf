import type { FairnessReader } from "@readroom/shared/contract/http/fairness.js";
import { describe, expect, it } from "vitest";
import { balanceInWords, barOf, minutesInWords, ordered } from "./model";

const reader = (id: string, more: Partial<FairnessReader> = {}): FairnessReader => ({
  ...{ id, name: id, shortName: id, colour: "#fff", reads: 0, rvu: 0, hours: 0, rvuPerHour: null, balance: null },
  ...{ picked: 0, passedOver: 0, medianWaitMs: null, returned: 0, expired: 0 },
  ...more,
});

describe("fairness page", () => {
  it("one's own row stands first, those who were away last", () => {
    const rows = [
      reader("away"),
      reader("little", { hours: 2, rvu: 1 }),
      reader("much", { hours: 2, rvu: 9 }),
      reader("me"),
    ];
    expect(ordered(rows, "me").map(({ id }) => id)).toEqual(["me", "much", "little", "away"]);
  });

  it("says waits and balance in words", () => {
    expect([20_000, 18 * 60_000, 125 * 60_000, 120 * 60_000].map(minutesInWords)).toEqual([
      "under a minute",
      "18 min",
      "2 h 5 min",
      "2 h",
    ]);
    expect([null, 1.02, 1.24, 0.8].map((balance) => balanceInWords(balance, 8))).toEqual([
      "–",
      "about the mean",
      "24 % above",
      "20 % below",
    ]);
    expect(balanceInWords(0, 0.4)).toBe("–");
    expect([barOf(0, 10), barOf(0.01, 10), barOf(10, 10)]).toEqual([0, 2, 100]);
  });
});
