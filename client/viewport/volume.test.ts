import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cross, dot, subtract, type Vec3 } from "./geometry";
import { buildStack, type ImageStack } from "./stack";
import { sliceDataset } from "./testDatasets";
import {
  clampToVolume,
  cornersOf,
  cutLine,
  extentAlong,
  PLANES,
  planeAxes,
  planeOf,
  stepAlong,
  whyNoVolume,
} from "./volume";

const stackAt = (positions: number[], more: Parameters<typeof sliceDataset>[2] = {}): ImageStack =>
  buildStack(positions.map((z, number) => sliceDataset(number + 1, [0, 0, z], more)))!.stack;
const even = (count: number, gap = 1.25) => Array.from({ length: count }, (_, index) => index * gap);

describe("what can be cut in other planes", () => {
  it("[VP31] a series with slices at even distances, also where positions are rounded to a tenth", () => {
    expect(whyNoVolume(stackAt(even(40)))).toBeNull();
    expect(whyNoVolume(stackAt(even(40, 0.625).map((z) => Math.round(z * 10) / 10)))).toBeNull();
  });

  it("[VP31] refuses in words what would be bent, smeared or made up", () => {
    expect(whyNoVolume(stackAt([0]))).toMatch(/at least three/);
    expect(whyNoVolume(stackAt([0, 1, 2, 8, 9]))).toBe("The slices are unevenly spaced (1.0 mm to 6.0 mm).");
    expect(whyNoVolume(stackAt([0, 0, 1, 1, 2, 2]))).toMatch(/same place/);
    expect(whyNoVolume(stackAt(even(5), { "00280004": { vr: "CS", Value: ["RGB"] } }))).toMatch(/Colour/);
    expect(whyNoVolume(stackAt(even(5), { "00200032": undefined }))).toMatch(/don't say where/);
    const tilted = { "00200037": { vr: "DS", Value: [1, 0, 0, 0, Math.cos(0.3), -Math.sin(0.3)] } };
    expect(whyNoVolume(stackAt(even(30, 3), tilted))).toMatch(/sheared/);
    const mixed = [
      ...even(4).map((z, number) => sliceDataset(number, [0, 0, z])),
      sliceDataset(9, [0, 0, 9], { "00200037": { vr: "DS", Value: [1, 0, 0, 0, 0, -1] } }),
    ];
    expect(whyNoVolume(buildStack(mixed)!.stack)).toMatch(/different directions/);
    const sizes = even(4).map((z, number) =>
      sliceDataset(number, [0, 0, z], number === 2 ? { "00280010": { vr: "US", Value: [256] } } : {}),
    );
    expect(whyNoVolume(buildStack(sizes)!.stack)).toMatch(/differ in size/);
  });
});

describe("planes", () => {
  it("[VP32] are looked at as radiologists do: the patient's right at the left, the head or the front up", () => {
    const right = (name: (typeof PLANES)[number]) => cross(planeAxes[name].up, planeAxes[name].normal);
    expect(right("axial")).toEqual([1, 0, 0]);
    expect(right("coronal").map((value) => value + 0)).toEqual([1, 0, 0]);
    expect(right("sagittal").map((value) => value + 0)).toEqual([0, 1, 0]);
    for (const name of PLANES) expect(planeOf(planeAxes[name].normal)).toBe(name);
    expect(planeOf([0.1, -0.2, 0.97])).toBe("axial");
  });

  it("[VP32] a line lies in both planes that it is the cut of", () => {
    const point: Vec3 = [3, -4, 5];
    for (const on of PLANES)
      for (const of of PLANES) {
        const line = cutLine(planeAxes[on].normal, planeAxes[of].normal, point);
        if (on === of) expect(line).toBeNull();
        else {
          expect(dot(line!.direction, planeAxes[on].normal)).toBeCloseTo(0);
          expect(dot(line!.direction, planeAxes[of].normal)).toBeCloseTo(0);
        }
      }
  });

  it("[VP32] the place where planes meet never leaves the volume, and stays where it is inside", () => {
    const stack = stackAt(even(41));
    const [low, high] = [0, 2].map((axis) => cornersOf(stack).map((corner) => corner[axis] ?? 0));
    const coordinate = fc.double({ min: -900, max: 900, noNaN: true });
    fc.assert(
      fc.property(coordinate, coordinate, coordinate, (x, y, z) => {
        const held = clampToVolume(stack, [x, y, z]);
        expect(held[0]).toBeGreaterThanOrEqual(Math.min(...low!) - 1e-9);
        expect(held[2]).toBeLessThanOrEqual(Math.max(...high!) + 1e-9);
        expect(Math.hypot(...subtract(clampToVolume(stack, held), held))).toBeLessThan(1e-9);
      }),
    );
  });

  it("[VP32] a step is the spacing of the voxels that way", () => {
    const stack = stackAt(even(41));
    expect(stepAlong(stack, [0, 0, -1])).toBeCloseTo(1.25);
    expect(stepAlong(stack, [1, 0, 0])).toBeCloseTo(0.5);
    expect(extentAlong(stack, [0, 0, 1])).toBeCloseTo(50);
    expect(extentAlong(stack, [1, 0, 0])).toBeCloseTo(511 * 0.5);
  });
});
