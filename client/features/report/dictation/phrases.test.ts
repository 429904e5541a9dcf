import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PhraseCutter } from "./phrases";

const LOUD = 0.2;
const QUIET = 0.001;

/** Hears `parts` (level and ms each) in steps of 50 ms; gives what was cut and when. */
function hear(cutter: PhraseCutter, parts: readonly (readonly [level: number, ms: number])[]) {
  const cuts: [string, number][] = [];
  let at = 1_000;
  for (const [level, ms] of parts)
    for (let left = ms; left > 0; left -= 50) {
      at += 50;
      const cut = cutter.hear(level, at);
      if (cut !== "none") cuts.push([cut, at - 1_000]);
    }
  return cuts;
}

describe("phrases of a dictation", () => {
  it("[RP17] end at a pause after a voice; a short pause does not cut", () => {
    const cuts = hear(new PhraseCutter(), [
      [QUIET, 500],
      [LOUD, 1_000],
      [QUIET, 400],
      [LOUD, 500],
      [QUIET, 1_000],
    ]);
    expect(cuts).toEqual([["phrase", 3_100]]);
  });

  it("[RP17] a click is no voice, silence is thrown away, and a long sentence is not waited for", () => {
    expect(
      hear(new PhraseCutter(), [
        [QUIET, 1_000],
        [LOUD, 50],
        [QUIET, 5_000],
      ]),
    ).toEqual([]);
    expect(hear(new PhraseCutter(), [[QUIET, 30_000]])[0]?.[0]).toBe("silence");
    expect(hear(new PhraseCutter(), [[LOUD, 30_000]])[0]?.[0]).toBe("phrase");
  });

  it("[RP17] whatever is heard, no voice is lost: it is in a phrase that was cut, or in the one that the end sends", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom(LOUD, QUIET), fc.integer({ min: 1, max: 60 })), { maxLength: 30 }),
        (parts) => {
          const cutter = new PhraseCutter();
          let voiced = 0;
          let at = 0;
          for (const [level, steps] of parts)
            for (let n = 0; n < steps; n += 1) {
              at += 50;
              // The first look has no time before it that could be a voice's.
              if (level === LOUD) voiced += 50;
              const cut = cutter.hear(level, at);
              if (cut === "silence") expect(voiced).toBeLessThan(250);
              if (cut !== "none") voiced = 0;
            }
          if (voiced >= 250) expect(cutter.end()).toBe("phrase");
        },
      ),
      { seed: 17, numRuns: 300 },
    );
  });
});
