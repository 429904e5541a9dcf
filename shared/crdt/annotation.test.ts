import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type AnnotationRecord,
  angleDeg,
  describeMeasurement,
  distanceMm,
  ellipseAreaMm2,
  measure,
  type PointMm,
  readAnnotationRecord,
} from "./annotation.js";

const coordinate = fc.double({ min: -500, max: 500, noNaN: true });
const point = fc.tuple(coordinate, coordinate, coordinate) as fc.Arbitrary<PointMm>;

const record: AnnotationRecord = {
  id: "a1",
  v: 1,
  kind: "length",
  frameOfReferenceUid: "1.2.3",
  studyInstanceUid: "1.2.4",
  seriesInstanceUid: "1.2.5",
  sopInstanceUid: "1.2.6",
  frame: 1,
  points: [
    [0, 0, 0],
    [3, 4, 12],
  ],
  spacing: "patient",
  author: { id: "u1", name: "J. Lee" },
  createdAt: "2026-11-24T02:14:00Z",
};

describe("annotation records", () => {
  it("[AN1] takes a valid record as it is and refuses foreign versions, kinds, point counts and keys", () => {
    expect(readAnnotationRecord(record)).toEqual(record);
    expect(readAnnotationRecord({ ...record, v: 2 })).toBeUndefined();
    expect(readAnnotationRecord({ ...record, kind: "freehand" })).toBeUndefined();
    expect(readAnnotationRecord({ ...record, points: [[0, 0, 0]] })).toBeUndefined();
    expect(readAnnotationRecord({ ...record, cachedStats: {} })).toBeUndefined();
    expect(
      readAnnotationRecord({
        ...record,
        points: [
          [0, 0, 0],
          [Number.NaN, 0, 0],
        ],
      }),
    ).toBeUndefined();
  });

  it("[AN2] a length is the distance in space, not in the plane", () => {
    expect(measure("length", record.points, "patient")).toEqual({ lengthMm: 13 });
    fc.assert(
      fc.property(point, point, point, (a, b, c) => {
        expect(distanceMm(a, b)).toBeCloseTo(distanceMm(b, a), 9);
        expect(distanceMm(a, c)).toBeLessThanOrEqual(distanceMm(a, b) + distanceMm(b, c) + 1e-9);
      }),
    );
  });

  it("[AN3] an ellipse's area is π·a·b however it lies in space", () => {
    expect(ellipseAreaMm2([0, 5, 0], [0, -5, 0], [-10, 0, 0], [10, 0, 0])).toBeCloseTo(Math.PI * 50, 9);
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 100, noNaN: true }),
        fc.double({ min: 0.5, max: 100, noNaN: true }),
        fc.double({ min: 0, max: 7, noNaN: true }),
        point,
        (a, b, turn, centre) => {
          const u: PointMm = [Math.cos(turn), 0, Math.sin(turn)];
          const w: PointMm = [-Math.sin(turn), 0, Math.cos(turn)];
          const at = (v: PointMm, d: number): PointMm => [
            centre[0] + v[0] * d,
            centre[1] + v[1] * d,
            centre[2] + v[2] * d,
          ];
          expect(ellipseAreaMm2(at(u, b), at(u, -b), at(w, -a), at(w, a))).toBeCloseTo(Math.PI * a * b, 5);
        },
      ),
    );
  });

  it("[AN4] an angle is 0 to 180 degrees and the same read from either arm", () => {
    expect(angleDeg([1, 0, 0], [0, 0, 0], [0, 0, 7])).toBeCloseTo(90, 9);
    fc.assert(
      fc.property(point, point, point, (a, vertex, b) => {
        const degrees = angleDeg(a, vertex, b);
        expect(degrees).toBeGreaterThanOrEqual(0);
        expect(degrees).toBeLessThanOrEqual(180);
        expect(degrees).toBeCloseTo(angleDeg(b, vertex, a), 9);
      }),
    );
  });

  it("[AN5] tells no millimetres where pixels are not calibrated, and says so where the scale is the detector's", () => {
    expect(measure("length", record.points, "none")).toEqual({});
    expect(describeMeasurement({ spacing: "patient", stats: { lengthMm: 12.34 } })).toBe("12.3 mm");
    expect(describeMeasurement({ spacing: "detector", stats: { lengthMm: 12.34 } })).toBe("12.3 mm at detector");
    expect(describeMeasurement({ spacing: "patient", stats: { areaMm2: 412, meanHu: 62.4, sdHu: 8.7 } })).toBe(
      "4.12 cm², mean 62 ± 9 HU",
    );
    expect(describeMeasurement({ spacing: "none" })).toBe("");
  });
});
