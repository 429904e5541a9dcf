import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ImagePlane, Vec3 } from "./geometry.js";
import {
  cross,
  distance,
  distanceToPlane,
  dot,
  imagePlane,
  isOnImage,
  length,
  nearestPlane,
  orientationLetters,
  patientToPixel,
  pixelToPatient,
  planeNormal,
} from "./geometry.js";

function plane(attributes: Parameters<typeof imagePlane>[0]): ImagePlane {
  const made = imagePlane(attributes);
  if (typeof made === "string") throw new Error(made);
  return made;
}

const axial = {
  imagePositionPatient: [-125, -130, 40],
  imageOrientationPatient: [1, 0, 0, 0, 1, 0],
  pixelSpacing: [0.5, 0.4],
  rows: 512,
  columns: 400,
};

/** A unit direction and one orthogonal to it. */
const directions = fc
  .tuple(
    fc.double({ min: 0.01, max: Math.PI - 0.01, noNaN: true }),
    fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
    fc.double({ min: 0, max: 2 * Math.PI, noNaN: true }),
  )
  .map(([theta, phi, spin]): [Vec3, Vec3] => {
    const row: Vec3 = [Math.sin(theta) * Math.cos(phi), Math.sin(theta) * Math.sin(phi), Math.cos(theta)];
    const helper: Vec3 = Math.abs(row[2]) < 0.9 ? [0, 0, 1] : [1, 0, 0];
    const u = cross(row, helper);
    const unit: Vec3 = [u[0] / length(u), u[1] / length(u), u[2] / length(u)];
    const v = cross(row, unit);
    const c = Math.cos(spin);
    const s = Math.sin(spin);
    return [row, [unit[0] * c + v[0] * s, unit[1] * c + v[1] * s, unit[2] * c + v[2] * s]];
  });
const mm = fc.double({ min: -500, max: 500, noNaN: true });
const spacing = fc.double({ min: 0.05, max: 5, noNaN: true });
const planes = fc.tuple(directions, mm, mm, mm, spacing, spacing).map(([[row, column], x, y, z, rs, cs]) =>
  plane({
    imagePositionPatient: [x, y, z],
    imageOrientationPatient: [...row, ...column],
    pixelSpacing: [rs, cs],
    rows: 512,
    columns: 512,
  }),
);

describe("image plane", () => {
  it("[GEO1] puts column steps along the row direction by the second pixel spacing value", () => {
    const p = plane(axial);
    expect(pixelToPatient(p, { column: 10, row: 0 })).toEqual([-121, -130, 40]);
    expect(pixelToPatient(p, { column: 0, row: 10 })).toEqual([-125, -125, 40]);
    expect(planeNormal(p)).toEqual([0, 0, 1]);
  });

  it("[GEO2] pixel → patient → pixel comes back, on any oblique plane", () => {
    fc.assert(
      fc.property(planes, mm, mm, (p, column, row) => {
        const back = patientToPixel(p, pixelToPatient(p, { column, row }));
        expect(back.column).toBeCloseTo(column, 6);
        expect(back.row).toBeCloseTo(row, 6);
      }),
    );
  });

  it("[GEO3] a point on the plane has no distance from it, and lengths in mm equal pixel lengths times spacing", () => {
    fc.assert(
      fc.property(planes, mm, mm, (p, column, row) => {
        const point = pixelToPatient(p, { column, row });
        expect(Math.abs(distanceToPlane(p, point))).toBeLessThan(1e-6);
        const zero = pixelToPatient(p, { column: 0, row: 0 });
        expect(distance(point, zero)).toBeCloseTo(Math.hypot(column * p.columnSpacing, row * p.rowSpacing), 5);
      }),
    );
  });

  it("[GEO4] cosines rounded by the device become exactly unit and orthogonal", () => {
    const p = plane({ ...axial, imageOrientationPatient: [0.999, 0.002, 0, -0.003, 0.999, 0.001] });
    expect(length(p.rowDirection)).toBeCloseTo(1, 12);
    expect(dot(p.rowDirection, p.columnDirection)).toBeCloseTo(0, 12);
  });

  it("[GEO5] refuses attributes that define no plane", () => {
    expect(imagePlane({ ...axial, imageOrientationPatient: [1, 0, 0, 1, 0, 0] })).toBe(
      "directions not unit and orthogonal",
    );
    expect(imagePlane({ ...axial, imageOrientationPatient: [1, 0, 0] })).toBe("values missing or not finite");
    expect(imagePlane({ ...axial, imagePositionPatient: [1, Number.NaN, 0] })).toBe("values missing or not finite");
    expect(imagePlane({ ...axial, pixelSpacing: [0, 1] })).toBe("spacing not positive");
  });

  it("[GEO6] finds the nearest slice and knows whether a point lies on the image", () => {
    const stack = [0, 5, 10].map((z) => plane({ ...axial, imagePositionPatient: [-125, -130, z] }));
    expect(nearestPlane(stack, [0, 0, 7.4])).toBe(1);
    expect(nearestPlane(stack, [0, 0, 7.6])).toBe(2);
    expect(nearestPlane([], [0, 0, 0])).toBeUndefined();
    expect(isOnImage(stack[0]!, [-125, -130, 0])).toBe(true);
    expect(isOnImage(stack[0]!, [-125.3, -130, 0])).toBe(false);
  });

  it("[GEO7] names edges as the standard does", () => {
    expect(orientationLetters([1, 0, 0])).toBe("L");
    expect(orientationLetters([0, -1, 0])).toBe("A");
    expect(orientationLetters([0, 0.7, 0.71])).toBe("HP");
  });
});
