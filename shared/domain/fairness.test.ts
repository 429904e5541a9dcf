import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BENEFIT_OF_DOUBT, balances, passedOver, type Ranked, waited, wasAhead } from "./fairness.js";
import { compareRanks, rankOf } from "./ranking.js";
import { DEFAULT_RVUS, rvuOf } from "./rvu-table.js";

const one = fc.record({
  studyId: fc.uuid(),
  urgencyRank: fc.integer({ min: -1, max: 3 }),
  latestStart: fc.integer({ min: 0, max: 40 }).map((minutes) => minutes * 120_000),
}) as fc.Arbitrary<Ranked>;

describe("fairness", () => {
  it("[FA1] whatever speaks for the picked study, one that counts as passed over would have been next before it", () => {
    const flags = fc.record({ prior: fc.boolean(), kind: fc.boolean(), own: fc.boolean() });
    fc.assert(
      fc.property(one, one, flags, (other, picked, says) => {
        if (!wasAhead(other, picked)) return;
        const lane = (study: Ranked, mine: boolean) => ({
          ...study,
          ...{ poolId: "p", siteId: "t", preliminary: false },
          subspecialty: mine && says.own ? "neuro" : "general",
          kind: mine && says.kind ? "CT head" : "MR knee",
        });
        const reader = {
          ...{ pools: ["p"], subspecialties: ["neuro", "general"], final: ["t"], preliminary: [] },
          lastKind: "CT head",
          ownPriors: new Set(says.prior ? [picked.studyId] : []),
        };
        expect(compareRanks(rankOf(reader, lane(other, false)), rankOf(reader, lane(picked, true)))).toBeLessThan(0);
      }),
    );
  });

  it("[FA1] nothing is ahead of itself, and of two at most one is ahead", () => {
    fc.assert(
      fc.property(one, one, (a, b) => {
        expect(wasAhead(a, a)).toBe(false);
        expect(wasAhead(a, b) && wasAhead(b, a)).toBe(false);
      }),
    );
    const picked: Ranked = { studyId: "b", urgencyRank: 2, latestStart: 100 * 60_000 };
    expect(wasAhead({ ...picked, studyId: "a", latestStart: picked.latestStart - BENEFIT_OF_DOUBT }, picked)).toBe(
      false,
    );
    expect(wasAhead({ ...picked, studyId: "a", urgencyRank: 1, latestStart: 9e12 }, picked)).toBe(true);
  });

  it("[FA2] places count down to the picked one, the most urgent first", () => {
    fc.assert(
      fc.property(one, fc.array(one), (picked, open) => {
        const over = passedOver(picked, open);
        expect(over.map(({ places }) => places)).toEqual(over.map((_, n) => over.length - n));
        for (let n = 1; n < over.length; n += 1)
          expect(over[n - 1]?.study.urgencyRank ?? 0).toBeLessThanOrEqual(over[n]?.study.urgencyRank ?? 0);
      }),
    );
  });

  it("[FA3] the mean is of all hours: the hour-weighted balances of those who worked come to one", () => {
    const worked = fc.record({
      userId: fc.uuid(),
      // As the table has them, to a hundredth.
      rvu: fc.integer({ min: 0, max: 20_000 }).map((hundredths) => hundredths / 100),
      hours: fc.integer({ min: 0, max: 12 }),
    });
    fc.assert(
      fc.property(fc.uniqueArray(worked, { selector: ({ userId }) => userId }), (all) => {
        const found = balances(all);
        const on = all.filter(({ hours }) => hours > 0);
        const total = on.reduce((sum, { hours }) => sum + hours, 0);
        const values = on.map(({ userId, hours }) => ({ balance: found.get(userId)?.balance ?? null, hours }));
        if (total === 0 || values.some(({ balance }) => balance === null)) return;
        const mean = values.reduce((sum, { balance, hours }) => sum + (balance ?? 0) * hours, 0) / total;
        expect(mean).toBeCloseTo(1, 6);
      }),
    );
    expect(balances([{ userId: "x", rvu: 3, hours: 0 }]).get("x")).toEqual({ rvuPerHour: null, balance: null });
  });

  it("[FA4] a wait grows until somebody takes the study, and not after", () => {
    expect(waited(1_000, null, 61_000)).toBe(60_000);
    expect(waited(1_000, 11_000, 61_000)).toBe(10_000);
  });

  it("[FA5] work by modality and body part, of several modalities the heaviest", () => {
    const table = DEFAULT_RVUS;
    expect(rvuOf(table, { modalities: ["CT"], bodyPart: "HEAD", description: "" })).toBe(0.85);
    expect(rvuOf(table, { modalities: ["CT"], bodyPart: "", description: "CT Abdomen and pelvis" })).toBe(1.74);
    expect(rvuOf(table, { modalities: ["CT", "PT"], bodyPart: "", description: "" })).toBe(2.2);
    expect(rvuOf(table, { modalities: [], bodyPart: "", description: "" })).toBeGreaterThan(0);
  });
});
