import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CATEGORIES, type Category, type Critical, type CriticalCommand, decide, raise, rung } from "./critical.js";

const raman = { name: "Dr Raman", role: "Emergency physician" };

const commands: fc.Arbitrary<CriticalCommand> = fc.oneof(
  fc.record({ type: fc.constant("reach" as const), by: fc.constant(raman) }),
  fc.record({ type: fc.constant("readBack" as const), by: fc.constant(raman), text: fc.string({ maxLength: 20 }) }),
  fc.record({ type: fc.constant("acknowledge" as const), by: fc.constant(raman) }),
  fc.record({ type: fc.constant("escalate" as const), ladderLength: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ type: fc.constant("withdraw" as const), by: fc.constant(raman), reason: fc.string({ maxLength: 5 }) }),
);
const categories = fc.constantFrom<Category>("red", "orange", "yellow");

describe("a critical finding's loop", () => {
  it("[CR1] stays open until acknowledged or withdrawn with a reason, whatever happens", () => {
    fc.assert(
      fc.property(
        categories,
        fc.array(fc.tuple(commands, fc.integer({ min: 0, max: 3_600_000 }))),
        (category, history) => {
          let now = 0;
          let critical: Critical = raise(category, now);
          for (const [command, pause] of history) {
            now += pause;
            const before = critical;
            const result = decide(critical, command, now);
            if (result.ok) critical = result.value;
            if (before.state === "closed") expect(critical).toBe(before);
            if (before.state !== "closed" && critical.state === "closed")
              expect(["acknowledge", "withdraw"]).toContain(command.type);
            expect(critical.dueAt).toBe(CATEGORIES[category].limit);
          }
        },
      ),
      { seed: 20_261_124 },
    );
  });

  it("[CR2] red and orange need the read-back first; yellow does not", () => {
    for (const category of ["red", "orange"] as const)
      expect(decide(raise(category, 0), { type: "acknowledge", by: raman }, 1)).toEqual({
        ok: false,
        error: "read_back_first",
      });
    expect(decide(raise("yellow", 0), { type: "acknowledge", by: raman }, 1).ok).toBe(true);
  });

  it("[CR3] escalates when nobody has acknowledged within the contact's time, not before", () => {
    const raised = raise("red", 0);
    const due = CATEGORIES.red.perContact;
    expect(decide(raised, { type: "escalate", ladderLength: 2 }, due - 1)).toEqual({ ok: false, error: "not_due" });
    const next = decide(raised, { type: "escalate", ladderLength: 2 }, due);
    expect(next.ok && next.value.state === "notifying" && next.value.step).toBe(1);
  });

  it("[CR4] rings the ladder again from the start when it is at its end", () => {
    expect([0, 1, 2, 3].map((step) => rung(step, 3))).toEqual([0, 1, 2, 0]);
    expect(rung(5, 0)).toBe(-1);
  });

  it("[CR5] someone on the line gives them a full turn before the next contact is rung", () => {
    const reached = decide(raise("red", 0), { type: "reach", by: raman }, CATEGORIES.red.perContact - 1);
    expect(reached.ok && reached.value.state === "reached" && reached.value.nextEscalationAt).toBe(
      2 * CATEGORIES.red.perContact - 1,
    );
  });
});
