import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ClaimCommand, type ClaimState, decide, evolve, HAND_OVER_LEASE, LEASE } from "./claim.js";

const people = ["ada", "ben", "cleo"] as const;
const person = fc.constantFrom(...people);
const command: fc.Arbitrary<ClaimCommand> = fc.oneof(
  fc.record({ do: fc.constant("claim" as const), by: person }),
  fc.record({ do: fc.constant("renew" as const), by: person, fence: fc.integer({ min: 0, max: 12 }) }),
  fc.record({ do: fc.constant("release" as const), by: person, fence: fc.integer({ min: 0, max: 12 }) }),
  fc.record({ do: fc.constant("hand_over" as const), by: person, fence: fc.integer({ min: 0, max: 12 }), to: person }),
  fc.record({ do: fc.constant("take_over" as const), by: person }),
  fc.constant({ do: "expire" as const }),
  fc.record({ do: fc.constant("finish" as const), by: person }),
  fc.constant({ do: "return" as const }),
);
const history = fc.array(fc.tuple(command, fc.integer({ min: 0, max: 40_000 })), { maxLength: 40 });

interface Step {
  readonly before: ClaimState;
  readonly command: ClaimCommand;
  readonly now: number;
  readonly ok: boolean;
  readonly after: ClaimState;
  readonly grants: number;
}

function run(commands: readonly (readonly [ClaimCommand, number])[]): Step[] {
  const steps: Step[] = [];
  let claim: ClaimState = { state: "open", fence: 0 };
  let now = 0;
  for (const [one, pause] of commands) {
    now += pause;
    const before = claim;
    const decided = decide(claim, one, now);
    if (decided.ok) claim = decided.value.reduce(evolve, claim);
    const grants = decided.ok ? decided.value.filter((event) => event.type === "granted").length : 0;
    steps.push({ before, command: one, now, ok: decided.ok, after: claim, grants });
  }
  return steps;
}

describe("claim", () => {
  it("[CL1] the fence never falls, and grows by exactly one with each grant", () => {
    fc.assert(
      fc.property(history, (commands) =>
        run(commands).every(({ before, after, grants }) => after.fence === before.fence + grants),
      ),
    );
  });

  it("[CL2] only the holder of the newest grant renews, releases or hands over", () => {
    fc.assert(
      fc.property(history, (commands) =>
        run(commands).every(({ before, command: one, ok }) => {
          if (one.do !== "renew" && one.do !== "release" && one.do !== "hand_over") return true;
          return !ok || (before.state === "held" && before.by === one.by && before.fence === one.fence);
        }),
      ),
    );
  });

  it("[CL3] a running lease is lost to nobody's claim: only its end, its holder, or a take-over moves the study", () => {
    fc.assert(
      fc.property(history, (commands) =>
        run(commands).every(({ before, command: one, now, after }) => {
          if (
            before.state !== "held" ||
            before.until <= now ||
            one.do === "take_over" ||
            one.do === "finish" ||
            one.do === "return"
          )
            return true;
          if ((one.do === "release" || one.do === "hand_over") && one.by === before.by) return true;
          return after.state === "held" && after.by === before.by;
        }),
      ),
    );
  });

  it("[CL4] what is done stays done", () => {
    fc.assert(
      fc.property(history, (commands) =>
        run(commands).every(({ before, after }) => before.state !== "done" || after.state === "done"),
      ),
    );
  });

  it("[CL5] a refused command changes nothing, and no lease outlasts the longest there is", () => {
    fc.assert(
      fc.property(history, (commands) =>
        run(commands).every(({ before, after, ok, now }) => {
          const bounded = after.state !== "held" || after.until <= now + Math.max(LEASE, HAND_OVER_LEASE);
          return bounded && (ok || before === after);
        }),
      ),
    );
  });

  it("[CL6] a lease that has run out can be claimed by another before the timer notices", () => {
    const held: ClaimState = { state: "held", by: "ada", until: 1_000, fence: 4 };
    const decided = decide(held, { do: "claim", by: "ben" }, 1_000);
    expect(decided.ok && decided.value.map((event) => event.type)).toEqual(["expired", "granted"]);
    expect(decide(held, { do: "claim", by: "ben" }, 999)).toEqual({ ok: false, error: { why: "held", by: "ada" } });
    expect(decide(held, { do: "renew", by: "ada", fence: 4 }, 1_000)).toEqual({
      ok: false,
      error: { why: "not_held" },
    });
  });
});
