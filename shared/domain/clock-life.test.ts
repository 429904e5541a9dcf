import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MINUTE } from "../kernel/instant.js";
import { attribute, type LifeEvent, type LifeSegment, spans } from "./clock-life.js";

const T = Date.parse("2026-11-24T22:00:00Z");
const at = (minutes: number, event: Record<string, unknown>): LifeEvent =>
  ({ at: T + minutes * MINUTE, ...event }) as LifeEvent;
const words = (segments: readonly LifeSegment[]) =>
  segments.map(({ kind, from, to, by, note }) => [kind, by?.name ?? note, (to - from) / MINUTE]);
const ADA = { id: "a", name: "Ada" };
const BO = { id: "b", name: "Bo" };

const happening = fc.constantFrom<Record<string, unknown>>(
  { type: "receiving" },
  { type: "complete" },
  { type: "identified" },
  { type: "unidentified" },
  { type: "routed", pool: "neuro" },
  { type: "unroutable" },
  { type: "claimed", by: ADA, fence: 1 },
  { type: "claimed", by: BO, fence: 2 },
  { type: "released" },
  { type: "paused", reason: "missing_images" },
  { type: "resumed" },
  { type: "critical_raised", findingId: "f" },
  { type: "critical_settled", findingId: "f" },
  { type: "preliminary" },
  { type: "final" },
  { type: "delivery_begun", deliveryId: "d" },
  { type: "delivered", deliveryId: "d" },
);

describe("attribution of a study's life", () => {
  it("[CK1] any history, also with times that run backwards, is partitioned: no gap, no overlap, the sum is the turnaround", () => {
    const history = fc.array(fc.tuple(happening, fc.integer({ min: -60, max: 300 })), { maxLength: 40 });
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 400 }), fc.nat({ max: 40 }), (steps, now, first) => {
        const events = steps.map(([event, minute]) => at(minute, event));
        events.splice(Math.min(first, events.length), 0, at(0, { type: "first_image" }));
        const life = attribute(events, T + now * MINUTE);
        expect(life).not.toBeNull();
        if (!life) return;
        let edge = life.from;
        for (const segment of life.segments) {
          expect(segment.from).toBe(edge);
          expect(segment.to).toBeGreaterThan(segment.from);
          edge = segment.to;
        }
        expect(edge).toBe(life.to);
        expect(Object.values(spans(life.segments)).reduce((a, b) => a + b, 0)).toBe(life.to - life.from);
        let after = life.to;
        for (const segment of life.afterwards) {
          expect(segment.from).toBeGreaterThanOrEqual(after);
          expect(segment.to).toBeGreaterThan(segment.from);
          after = segment.to;
        }
        expect(life.finished).toBe(events.some(({ type }) => type === "final"));
      }),
      { numRuns: 500 },
    );
  });

  it("[CK2] a night's study: transfer, missing order, queue, two readers, a pause, a call, delivery", () => {
    const life = attribute(
      [
        at(0, { type: "first_image" }),
        at(4, { type: "complete" }),
        at(10, { type: "identified" }),
        at(10, { type: "routed", pool: "Neuro" }),
        at(15, { type: "claimed", by: ADA, fence: 1 }),
        at(18, { type: "released" }),
        at(20, { type: "claimed", by: BO, fence: 2 }),
        at(24, { type: "paused", reason: "call_back" }),
        at(30, { type: "resumed" }),
        at(33, { type: "critical_raised", findingId: "f" }),
        at(37, { type: "critical_settled", findingId: "f" }),
        at(40, { type: "final" }),
        at(40, { type: "released" }),
        at(40, { type: "delivery_begun", deliveryId: "d" }),
        at(41, { type: "delivered", deliveryId: "d" }),
      ],
      T + 90 * MINUTE,
    );
    expect(words(life?.segments ?? [])).toEqual([
      ["transfer", "", 4],
      ["missing_order", "", 6],
      ["queue", "Neuro", 5],
      ["reader", "Ada", 3],
      ["queue", "Neuro", 2],
      ["reader", "Bo", 4],
      ["hospital", "call_back", 6],
      ["reader", "Bo", 3],
      ["call", "Bo", 4],
      ["reader", "Bo", 3],
    ]);
    expect(words(life?.afterwards ?? [])).toEqual([["delivery", "", 1]]);
  });

  it("[CK3] a study that never had an image has no life to attribute; what was before the first image is not counted", () => {
    expect(attribute([at(0, { type: "identified" })], T)).toBeNull();
    const life = attribute(
      [at(-30, { type: "identified" }), at(0, { type: "first_image" }), at(0, { type: "complete" })],
      T + MINUTE,
    );
    expect(words(life?.segments ?? [])).toEqual([["queue", "", 1]]);
  });
});
