import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AttemptOutcome,
  actionsOn,
  type Delivery,
  type DeliveryCommand,
  decideDelivery,
  holdsBack,
  LONGEST_PAUSE,
  newDelivery,
  pauseAfter,
} from "./delivery.js";

const outcome: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  fc.constant({ kind: "not_sent", reason: "x" } as const),
  fc.constant({ kind: "acknowledged" } as const),
  fc.boolean().map((transient) => ({ kind: "refused", transient, reason: "x" }) as const),
  fc.constant({ kind: "ambiguous", reason: "x" } as const),
);
const commands = (deduplicates: boolean): fc.Arbitrary<DeliveryCommand> =>
  fc.oneof(
    fc.constant({ kind: "begin" } as const),
    outcome.map((o) => ({ kind: "outcome", outcome: o, deduplicates }) as const),
    fc.boolean().map((left) => ({ kind: "recover", left, deduplicates }) as const),
    fc.constantFrom(
      { kind: "send_again" } as const,
      { kind: "confirm_received" } as const,
      { kind: "give_up", reason: "x" } as const,
    ),
  );

/** Runs commands an hour apart, so that every pause is over; refused ones change nothing. */
function run(list: readonly DeliveryCommand[]): { states: Delivery[]; sends: number; taken: DeliveryCommand[] } {
  let delivery = newDelivery(0);
  let sends = 0;
  const states = [delivery];
  const taken: DeliveryCommand[] = [];
  list.forEach((command, index) => {
    const next = decideDelivery(delivery, command, (index + 1) * 3_600_000);
    if (!next.ok) return;
    if (command.kind === "begin") sends++;
    delivery = next.value;
    states.push(delivery);
    taken.push(command);
  });
  return { states, sends, taken };
}

describe("delivery", () => {
  test("[DE3] a send whose outcome is unknown is never followed by another without a person, unless the receiver deduplicates", () => {
    fc.assert(
      fc.property(fc.array(commands(false), { maxLength: 30 }), (list) => {
        const { taken } = run(list);
        let unknown = false;
        for (const command of taken) {
          if (command.kind === "begin") expect(unknown).toBe(false);
          if (command.kind === "recover" && command.left) unknown = true;
          if (command.kind === "outcome" && command.outcome.kind === "ambiguous") unknown = true;
          if (["send_again", "confirm_received", "give_up"].includes(command.kind)) unknown = false;
          if (command.kind === "outcome" && command.outcome.kind === "acknowledged") unknown = false;
        }
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(fc.array(commands(true), { maxLength: 30 }), (list) => {
        expect(run(list).states.every((delivery) => delivery.state !== "ambiguous")).toBe(true);
      }),
    );
  });

  test("[DE2] what is delivered stays delivered, and nothing more is sent", () => {
    fc.assert(
      fc.property(fc.array(commands(false), { maxLength: 30 }), (list) => {
        const { states } = run(list);
        const at = states.findIndex((delivery) => delivery.state === "delivered");
        if (at !== -1) expect(states).toHaveLength(at + 1);
      }),
    );
  });

  test("[DE4] attempts count sends; every state that is not over has something that moves it on", () => {
    fc.assert(
      fc.property(fc.array(commands(false), { maxLength: 30 }), (list) => {
        const { states, sends } = run(list);
        const last = states.at(-1)!;
        expect(last.attempts).toBe(sends);
        if (holdsBack(last) && last.state !== "sending") expect(actionsOn(last).length).toBeGreaterThan(0);
        for (const action of actionsOn(last)) {
          expect(
            decideDelivery(last, action === "give_up" ? { kind: action, reason: "x" } : { kind: action }, 1e12).ok,
          ).toBe(true);
        }
      }),
    );
  });

  test("[DE1] pauses grow and stay bounded; nothing is sent before its time", () => {
    expect([1, 2, 3, 4].map(pauseAfter)).toEqual([2000, 4000, 8000, 16_000]);
    expect(pauseAfter(1000)).toBe(LONGEST_PAUSE);
    const waiting: Delivery = { state: "waiting", attempts: 1, nextAt: 100, lastError: "" };
    expect(decideDelivery(waiting, { kind: "begin" }, 99).ok).toBe(false);
    expect(decideDelivery(waiting, { kind: "begin" }, 100).ok).toBe(true);
  });

  test("[DE3] an acknowledgement that comes after the attempt was taken for lost settles it", () => {
    const lost: Delivery = { state: "ambiguous", attempts: 1, since: 0, reason: "x" };
    expect(
      decideDelivery(lost, { kind: "outcome", outcome: { kind: "acknowledged" }, deduplicates: false }, 5),
    ).toMatchObject({ ok: true, value: { state: "delivered" } });
    expect(
      decideDelivery(lost, { kind: "outcome", outcome: { kind: "not_sent", reason: "" }, deduplicates: false }, 5).ok,
    ).toBe(false);
  });
});
