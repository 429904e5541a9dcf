import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE } from "../kernel/instant.js";
import {
  BONUS,
  bestOf,
  bestOfHeads,
  compareRanks,
  kindOf,
  type LaneStudy,
  latestStartOf,
  type NextReader,
  NO_DEADLINE,
  rankOf,
  whyNext,
} from "./ranking.js";

const NOW = 1_700_000_000_000;
const study = (change: Partial<LaneStudy> = {}): LaneStudy => ({
  ...{ studyId: "a", poolId: "p", subspecialty: "neuro", urgencyRank: 3, latestStart: NOW + 60 * MINUTE },
  ...{ kind: "CT head", siteId: "s", preliminary: false },
  ...change,
});
const reader = (change: Partial<NextReader> = {}): NextReader => ({
  ...{ pools: ["p"], subspecialties: ["neuro", "general"], final: ["s"], preliminary: [] },
  ...{ lastKind: "", ownPriors: new Set<string>() },
  ...change,
});

const pick = <T>(...values: T[]) => fc.constantFrom(...values);
const aStudy = fc.record({
  studyId: fc.uuid(),
  poolId: pick("p", "q"),
  subspecialty: pick("neuro", "body", "general"),
  urgencyRank: pick(-1, 0, 1, 2, 3),
  latestStart: fc.integer({ min: -30, max: 30 }).map((minutes) => NOW + minutes * MINUTE),
  kind: pick("CT head", "MR head", "DX chest"),
  siteId: pick("s", "t", "u"),
  preliminary: fc.boolean(),
});
const aReader = (ids: readonly string[]) =>
  fc.record({
    pools: fc.subarray(["p", "q"]),
    subspecialties: fc.subarray(["neuro", "body", "general"]),
    final: fc.subarray(["s", "t"]),
    preliminary: fc.subarray(["u"]),
    lastKind: pick("", "CT head", "DX chest"),
    ownPriors: fc.subarray([...ids]).map((own) => new Set(own)),
  });
const aWorld = fc
  .uniqueArray(aStudy, { maxLength: 40, selector: ({ studyId }) => studyId })
  .chain((studies) =>
    fc.tuple(fc.constant(studies), fc.array(aReader(studies.map((s) => s.studyId)), { maxLength: 8 })),
  );

/** Lanes as the hub fetches them: by pool and subspecialty, and of the reader's last kind, in the lanes' order. */
function headsFor(r: NextReader, studies: readonly LaneStudy[]) {
  const ordered = [...studies].sort(
    (a, b) => a.urgencyRank - b.urgencyRank || a.latestStart - b.latestStart || (a.studyId < b.studyId ? -1 : 1),
  );
  const may = ordered.filter((s) => r.final.includes(s.siteId) || (!s.preliminary && r.preliminary.includes(s.siteId)));
  return r.pools.flatMap((poolId) =>
    r.subspecialties.flatMap((subspecialty) => {
      const lane = may.filter((s) => s.poolId === poolId && s.subspecialty === subspecialty);
      return [lane, lane.filter((s) => s.kind === r.lastKind)].map((list) => ({ studies: list, from: 0 }));
    }),
  );
}

describe("next study's order", () => {
  it("[NX1] the best of the lanes' heads is the best of all that is open, for every reader in turn", () => {
    fc.assert(
      fc.property(aWorld, ([studies, readers]) => {
        const taken = new Set<string>();
        for (const r of readers) {
          const own = studies.filter(({ studyId }) => r.ownPriors.has(studyId));
          const found = bestOfHeads(r, headsFor(r, studies), own, taken);
          const expected = bestOf(
            r,
            studies.filter(({ studyId }) => !taken.has(studyId)),
          );
          expect(found?.studyId).toBe(expected?.studyId);
          if (found) taken.add(found.studyId);
        }
      }),
    );
  });

  it("[NX1] is a total order: the same studies in any sequence give the same study", () => {
    fc.assert(
      fc.property(aWorld, ([studies, [r]]) => {
        if (!r) return;
        expect(bestOf(r, [...studies].reverse())?.studyId).toBe(bestOf(r, studies)?.studyId);
      }),
    );
  });

  it("[NX2] urgency stands above every convenience, and no convenience is worth more than its minutes", () => {
    const own = study({ studyId: "own", latestStart: NOW + 90 * MINUTE });
    const knows = reader({ ownPriors: new Set(["own"]), lastKind: "CT head" });
    const urgent = study({ studyId: "u", urgencyRank: 2, latestStart: NOW + 900 * MINUTE, kind: "MR head" });
    expect(bestOf(knows, [own, urgent])?.studyId).toBe("u");
    const most = BONUS.ownPrior + BONUS.sameKind;
    const other = study({ studyId: "o", kind: "MR head", latestStart: own.latestStart - most });
    expect(bestOf(knows, [own, other])?.studyId).toBe("o");
    expect(bestOf(knows, [own, { ...other, latestStart: other.latestStart + 1 }])?.studyId).toBe("own");
    expect(compareRanks(rankOf(knows, own), rankOf(knows, own))).toBe(0);
  });

  it("[NX2] time left counts against the time that reading takes", () => {
    const deadline = NOW + 60 * MINUTE;
    expect(latestStartOf(deadline, ["MR"])).toBeLessThan(latestStartOf(deadline, ["SR", "DX"]));
    expect(latestStartOf(null, ["CT"])).toBe(NO_DEADLINE);
    expect(kindOf(["SR", "CT"], "", "body")).toBe("CT body");
    expect(kindOf([], "HEAD", "neuro")).toBe("head");
  });

  it("[NX3] says why in a sentence", () => {
    const knows = reader({ ownPriors: new Set(["a"]), lastKind: "CT head" });
    expect(whyNext(knows, study({ urgencyRank: 1 }), NOW)).toBe(
      "It is the most urgent (stat) that you may read, to be started within 60 min; you reported an earlier study of this patient; it is of the same kind as your last one.",
    );
    expect(whyNext(reader(), study({ latestStart: NOW - 1 }), NOW)).toBe(
      "It is the first that you may read, already late to start.",
    );
    expect(whyNext(reader(), study({ latestStart: NO_DEADLINE }), NOW)).toMatch(/without a deadline/);
  });
});
