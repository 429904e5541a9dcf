import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { DicomJson } from "./dicomJson";
import { buildStack, firstShown, frameDataset, indexOfImage } from "./stack";
import { sliceDataset } from "./testDatasets";

const sequence = (...items: DicomJson[]) => ({ vr: "SQ", Value: items });

describe("stacks", () => {
  it("[VP1] puts parallel slices in order of position, head first, whatever order and numbers they came in", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: -400, max: 400 }), { minLength: 2, maxLength: 40 }),
        fc.double({ min: -0.4, max: 0.4, noNaN: true }),
        (positions, tilt) => {
          const orientation = { vr: "DS", Value: [1, 0, 0, 0, Math.cos(tilt), Math.sin(tilt)] };
          const slices = positions.map((z, number) => sliceDataset(number, [0, 0, z], { "00200037": orientation }));
          const { stack } = buildStack(slices)!;
          const heights = stack.images.map(({ plane }) => plane!.origin[2]);
          expect(heights).toEqual([...positions].sort((a, b) => b - a));
        },
      ),
    );
  });

  it("[VP1] falls back to instance number where positions tell nothing: a scout among slices, projections, no geometry", () => {
    const scout = sliceDataset(1, [0, 0, 500], { "00200037": { vr: "DS", Value: [1, 0, 0, 0, 0, -1] } });
    const mixed = buildStack([sliceDataset(3, [0, 0, 9]), scout, sliceDataset(2, [0, 0, 5])])!;
    expect(mixed.stack.images.map(({ instanceNumber }) => instanceNumber)).toEqual([1, 2, 3]);
    const bare = { "00200032": undefined, "00200037": undefined };
    const loose = buildStack([sliceDataset(12, [], bare), sliceDataset(2, [], bare)])!;
    expect(loose.stack.images.map(({ instanceNumber }) => instanceNumber)).toEqual([2, 12]);
    expect(loose.stack.frameOfReferenceUid).toBeNull();
    // What the renderer would otherwise assume, and call its millimetres pixels.
    expect(loose.frames[0]?.dataset["00200037"]?.Value).toEqual([1, 0, 0, 0, 1, 0]);
    expect(loose.frames[0]?.dataset["00200032"]?.Value).toEqual([0, 0, 0]);
  });

  it("[VP2] opens a multi-frame instance into its frames, each with its own place from the functional groups", () => {
    const frames = [0, 5, 10].map((z) => ({
      "00209113": sequence({ "00200032": { vr: "DS", Value: [0, 0, z] } }),
      "00209111": sequence({ "00209157": { vr: "UL", Value: [z + 1] } }),
    }));
    const enhanced = sliceDataset(1, [], {
      "00200032": undefined,
      "00200037": undefined,
      "00280030": undefined,
      "00280008": { vr: "IS", Value: [3] },
      "52009229": sequence({
        "00209116": sequence({ "00200037": { vr: "DS", Value: [1, 0, 0, 0, 1, 0] } }),
        "00289110": sequence({ "00280030": { vr: "DS", Value: [0.7, 0.7] } }),
      }),
      "52009230": sequence(...frames),
    });
    const { stack, frames: datasets } = buildStack([enhanced])!;
    expect(stack.images.map(({ frame, plane }) => [frame, plane?.origin[2], plane?.rowSpacing])).toEqual([
      [3, 10, 0.7],
      [2, 5, 0.7],
      [1, 0, 0.7],
    ]);
    expect(stack.frameTimeMs).toBeUndefined();
    expect(stack.sliceSpacingMm).toBe(5);
    expect(datasets[0]?.dataset["52009230"]).toBeUndefined();
    expect(frameDataset(enhanced, 2)["00200032"]?.Value).toEqual([0, 0, 5]);
  });

  it("[VP3] plays frames without places at their own frame time, and scrolls slices", () => {
    const run = sliceDataset(1, [], {
      "00080060": { vr: "CS", Value: ["XA"] },
      "00200032": undefined,
      "00280008": { vr: "IS", Value: ["4"] },
      "00181063": { vr: "DS", Value: ["33.3"] },
    });
    const { stack } = buildStack([run])!;
    expect(stack.frameTimeMs).toBeCloseTo(33.3);
    expect(firstShown(stack)).toBe(0);
    expect(indexOfImage(stack, "1.2.3.1", 3)).toBe(2);
    const slices = buildStack([1, 2, 3, 4, 5].map((z) => sliceDataset(z, [0, 0, z])))!.stack;
    expect(slices.frameTimeMs).toBeUndefined();
    expect(firstShown(slices)).toBe(2);
  });

  it("[VP4] says what a millimetre is: the patient's, the detector's, or none", () => {
    const projection = { "00080060": { vr: "CS", Value: ["DX"] }, "00200032": undefined };
    const imager = { "00181164": { vr: "DS", Value: [0.14, 0.14] } };
    const spacing = (more: DicomJson) =>
      buildStack([sliceDataset(1, [], { ...projection, ...more })])!.stack.images[0]!;
    expect(spacing({ "00280030": undefined }).spacing).toBe("none");
    expect(spacing({ "00280030": undefined, ...imager }).spacing).toBe("detector");
    expect(spacing({ "00280030": undefined, ...imager }).ownPlane.rowSpacing).toBe(0.14);
    expect(spacing({ "00280030": { vr: "DS", Value: [0.14, 0.14] }, ...imager }).spacing).toBe("detector");
    expect(spacing({ "00280030": { vr: "DS", Value: [0.11, 0.11] }, ...imager }).spacing).toBe("patient");
  });

  it("[VP5] has no stack for a series without pictures", () => {
    expect(buildStack([sliceDataset(1, [], { "00280010": undefined })])).toBeUndefined();
    expect(buildStack([])).toBeUndefined();
  });
});
