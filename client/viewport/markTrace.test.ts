// @vitest-environment happy-dom
import type { AnnotationRecord, PointMm } from "@readroom/shared/crdt/annotation.js";
import { readAnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import { describe, expect, it } from "vitest";
import { markOfRecord, recordOfMark } from "./markRecord";
import { crossing, liesInSlice, traceOf } from "./markTrace";
import type { ViewSnapshot } from "./shownView";
import { buildStack } from "./stack";
import { sliceDataset } from "./testDatasets";
import { planeAxes } from "./volume";

const { stack } = buildStack([0, 4, 8, 12, 16].map((z, number) => sliceDataset(number + 1, [-100, -100, z])))!;
const places = { ofImage: () => undefined, ofSeries: () => stack, ofVolume: () => stack };
const base = "http://hub.test/dicomweb";
const author = { id: "u1", name: "J. Lee" };
const now = new Date("2026-11-24T02:14:00Z");

const coronal = (points: PointMm[], inImage = false): AnnotationRecord => ({
  id: "m1",
  v: 1,
  kind: "length",
  frameOfReferenceUid: "1.2.9",
  studyInstanceUid: "1.2",
  seriesInstanceUid: "1.2.3",
  sopInstanceUid: "1.2.3.3",
  frame: 1,
  points,
  plane: { normal: planeAxes.coronal.normal, up: planeAxes.coronal.up, inImage },
  spacing: "patient",
  author,
  createdAt: now.toISOString(),
});
const seenAt = (z: number): ViewSnapshot => {
  const index = stack.images.findIndex(({ plane }) => plane?.origin[2] === z);
  return { stack, image: stack.images[index], index } as ViewSnapshot;
};
const upright: PointMm[] = [
  [10, 20, 2],
  [30, 20, 14],
];
const level: PointMm[] = [
  [10, 20, 8.5],
  [30, 20, 7],
];

describe("marks drawn in a plane through the volume", () => {
  it("[VP34] are records in millimetres with their plane, on the image nearest to their middle", () => {
    const drawn = markOfRecord(coronal(upright), base);
    expect(drawn.metadata.referencedImageId).toBeUndefined();
    const record = recordOfMark(drawn, places, author, now, coronal(upright))!;
    expect(readAnnotationRecord(record)).toBeDefined();
    expect(record).toMatchObject({ points: upright, sopInstanceUid: "1.2.3.3", plane: { inImage: false } });
    expect(record.stats?.lengthMm).toBeCloseTo(Math.hypot(20, 12));
    const flat = recordOfMark(markOfRecord(coronal(level, true), base), places, author, now, coronal(level))!;
    expect(flat.plane?.inImage).toBe(true);
    expect(markOfRecord(flat, base).metadata.referencedImageId).toMatch(/instances\/1\.2\.3\.3\/frames\/1$/);
  });

  it("[VP34] a plane along the images makes an ordinary mark of the nearest image", () => {
    const mark = markOfRecord(coronal(level), base);
    Object.assign(mark.metadata, { viewPlaneNormal: [0, 0, -1], viewUp: [0, -1, 0], volumeId: "v:1.2.3:5" });
    const record = recordOfMark(mark, places, author, now)!;
    expect(record.plane).toBeUndefined();
    expect(record.sopInstanceUid).toBe("1.2.3.3");
  });

  it("[VP35] are on a slice where they lie in it whole, and show where they pass through the others", () => {
    const slice = stack.images[2]!.ownPlane;
    expect(liesInSlice(level, slice, 4)).toBe(true);
    expect(liesInSlice(upright, slice, 4)).toBe(false);
    expect(crossing(upright, slice, 4)).toEqual([20, 20, 8]);
    expect(traceOf(coronal(upright), seenAt(8))).toMatchObject({ point: [20, 20, 8], words: "length · coronal" });
    expect(traceOf(coronal(upright), seenAt(0))?.point[0]).toBe(10);
    expect(traceOf(coronal(upright.map(([x, y, z]) => [x, y, z + 40])), seenAt(8))).toBeNull();
    expect(traceOf(coronal(level, true), seenAt(8))).toBeNull();
  });

  it("[VP35] need no sign in a plane of their own direction, nor in another frame of reference", () => {
    const own = { name: "coronal", axes: planeAxes.coronal, origin: [0, 20, 0], stepMm: 1, step: 0, steps: 1 };
    const cut = { ...own, failedSlices: 0 } as NonNullable<ViewSnapshot["cut"]>;
    expect(traceOf(coronal(upright), { ...seenAt(8), cut })).toBeNull();
    const sagittal = { ...cut, axes: planeAxes.sagittal, origin: [20, 0, 0] as [number, number, number] };
    expect(traceOf(coronal(upright), { ...seenAt(8), cut: sagittal })?.point).toEqual([20, 20, 8]);
    expect(traceOf({ ...coronal(upright), frameOfReferenceUid: "1.9" }, seenAt(8))).toBeNull();
  });
});
