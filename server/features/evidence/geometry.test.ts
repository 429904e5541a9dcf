import { pixelToPatient } from "@readroom/shared/dicom/geometry.js";
import { describe, expect, it } from "vitest";
import type { DicomJson } from "../ingest/public.js";
import { framePlane, pixelsOf, shapeOf } from "./geometry.js";
import { mark, slice } from "./testing/signed.js";
import { LENGTH, radiograph } from "./testing/tree.js";

describe("geometry", () => {
  it("[EV4] patient mm become pixels counted from the corner, whatever the image's orientation and pixel shape", () => {
    expect(pixelsOf(LENGTH, slice(1).metadata)).toEqual([
      [20.5, 4.5],
      [expect.closeTo(69.7, 9), 4.5],
    ]);
    const half = Math.SQRT1_2;
    for (const cosines of [
      [0, 1, 0, 0, 0, -1],
      [half, half, 0, 0, 0, -1],
      [0, 0, 1, half, -half, 0],
    ]) {
      const { metadata } = slice(1, { "00200037": { vr: "DS", Value: cosines } });
      const { plane } = framePlane(metadata, 1)!;
      const points = [pixelToPatient(plane, { column: 3.25, row: 7 }), pixelToPatient(plane, { column: 200, row: 0 })];
      const drawn = mark(
        "m",
        "length",
        points.map((p) => [...p] as [number, number, number]),
      );
      expect(pixelsOf(drawn, metadata)).toEqual([
        [expect.closeTo(3.75, 6), expect.closeTo(7.5, 6)],
        [expect.closeTo(200.5, 6), expect.closeTo(0.5, 6)],
      ]);
    }
  });

  it("[EV4] a frame of a multi-frame image has its own place; an image without one has its own plane", () => {
    const { "00200032": _p, "00200037": orientation, "00280030": spacing, ...top } = slice(1).metadata;
    const place = (z: number) => ({
      "00209113": { vr: "SQ", Value: [{ "00200032": { vr: "DS", Value: [0, 0, z] } }] },
    });
    const enhanced = {
      ...top,
      "52009229": {
        vr: "SQ",
        Value: [
          {
            "00209116": { vr: "SQ", Value: [{ "00200037": orientation }] },
            "00289110": { vr: "SQ", Value: [{ "00280030": spacing }] },
          },
        ],
      },
      "52009230": { vr: "SQ", Value: [place(0), place(2)] },
    } as DicomJson;
    const drawn = mark("m", "probe", [[1, 1, 2]], { frame: 2 });
    expect(pixelsOf(drawn, enhanced)).toEqual([[4.5, 2.5]]);
    expect(pixelsOf({ ...drawn, frame: 1 }, enhanced)).toBe("does not lie in its image");
    const flat = mark("m", "probe", [[2, 3, 0]], { frameOfReferenceUid: null });
    expect(pixelsOf(flat, radiograph().metadata)).toEqual([[expect.closeTo(10.5, 9), expect.closeTo(15.5, 9)]]);
    const { "00280030": _s, ...uncalibrated } = radiograph().metadata;
    expect(pixelsOf(flat, uncalibrated)).toEqual([[2.5, 3.5]]);
    expect(pixelsOf(drawn, radiograph().metadata)).toBe("its image has lost its place in the patient");
  });

  it("[EV4] outlines close; an ellipse begins with its longer axis", () => {
    const square = [
      [0, 0],
      [2, 0],
      [0, 1],
      [2, 1],
    ];
    expect(shapeOf("rectangle", square)).toEqual({
      type: "POLYLINE",
      points: [
        [0, 0],
        [2, 0],
        [2, 1],
        [0, 1],
        [0, 0],
      ],
    });
    expect(
      shapeOf(
        "rectangle",
        square.map((p) => [...p, 5]),
      ).type,
    ).toBe("POLYGON");
    const [bottom, top, left, right] = [
      [2, 3],
      [2, 1],
      [-3, 2],
      [7, 2],
    ];
    expect(shapeOf("ellipse", [bottom, top, left, right] as number[][]).points).toEqual([left, right, bottom, top]);
    expect(shapeOf("ellipse", [left, right, bottom, top] as number[][]).points).toEqual([left, right, bottom, top]);
  });
});
