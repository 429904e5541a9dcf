import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { neighbour } from "./layout";
import { linkedIndex } from "./linkedScroll";
import { buildStack } from "./stack";
import { sliceDataset } from "./testDatasets";

/** `count` axial slices from z = `from` upward, `gap` mm apart, in the stack's order (head first). */
const stackOf = (count: number, from: number, gap: number, frameOfReference = "1.2.9") =>
  buildStack(
    Array.from({ length: count }, (_, n) =>
      sliceDataset(n + 1, [0, 0, from + n * gap], { "00200052": { vr: "UI", Value: [frameOfReference] } }),
    ),
  )!.stack;

const height = (stack: ReturnType<typeof stackOf>, index: number) => stack.images[index]!.plane!.origin[2];

describe("linked scrolling", () => {
  it("[VP13] in one frame of reference the nearest slice in millimetres is beside, whatever the thickness", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 79 }), (index) => {
        const thin = stackOf(80, 0, 1);
        const thick = stackOf(17, 0, 5);
        const beside = linkedIndex(thin, index, thick)!;
        expect(Math.abs(height(thick, beside) - height(thin, index))).toBeLessThanOrEqual(2.5);
      }),
    );
  });

  it("[VP14] a prior goes the same part of the way, or the same millimetres from where it was set", () => {
    const current = stackOf(101, 0, 1);
    const prior = stackOf(51, 300, 2, "1.2.10");
    expect(linkedIndex(current, 0, prior)).toBe(0);
    expect(linkedIndex(current, 100, prior)).toBe(50);
    expect(linkedIndex(current, 50, prior)).toBe(25);
    const anchor = { fromIndex: 50, toIndex: 30 };
    expect(linkedIndex(current, 50, prior, anchor)).toBe(30);
    expect(linkedIndex(current, 60, prior, anchor)).toBe(35);
    expect(linkedIndex(current, 100, prior, anchor)).toBe(50);
  });

  it("[VP13] planes that cross, and frames that are moments, are not linked", () => {
    const axial = stackOf(10, 0, 5);
    const sagittal = buildStack(
      [1, 2, 3].map((n) => sliceDataset(n, [n, 0, 0], { "00200037": { vr: "DS", Value: [0, 1, 0, 0, 0, -1] } })),
    )!.stack;
    expect(linkedIndex(axial, 3, sagittal)).toBeUndefined();
    const run = { "00200032": undefined, "00280008": { vr: "IS", Value: [96] }, "00181063": { vr: "DS", Value: [33] } };
    const cine = buildStack([sliceDataset(1, [], run)])!.stack;
    expect(linkedIndex(axial, 3, cine)).toBeUndefined();
    expect(linkedIndex(cine, 3, axial)).toBeUndefined();
  });

  it("[VP15] moving among viewports stays on the wall", () => {
    expect(neighbour("2x2", 0, "right")).toBe(1);
    expect(neighbour("2x2", 0, "down")).toBe(2);
    expect(neighbour("2x2", 3, "right")).toBe(3);
    expect(neighbour("1x2", 1, "left")).toBe(0);
  });
});
