import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  add,
  cross,
  type ImagePlane,
  mmToPixel,
  orientationLetters,
  pixelToMm,
  placePointer,
  scale,
  type Vec3,
} from "./geometry";
import { focusOf, followedZoom, panOf, sameView, scaleBar, type ViewState } from "./viewState";

const coordinate = fc.double({ min: -300, max: 300, noNaN: true });
const spacing = fc.double({ min: 0.05, max: 3, noNaN: true });
const turn = fc.double({ min: -3, max: 3, noNaN: true });

/** A plane turned about two axes, so that rows and columns point anywhere in the patient. */
const anyPlane: fc.Arbitrary<ImagePlane> = fc
  .tuple(fc.tuple(coordinate, coordinate, coordinate), turn, turn, spacing, spacing)
  .map(([origin, a, b, rowSpacing, columnSpacing]) => {
    const row: Vec3 = [Math.cos(a), Math.sin(a), 0];
    const side: Vec3 = [-Math.sin(a), Math.cos(a), 0];
    const column = add(scale(side, Math.cos(b)), [0, 0, Math.sin(b)]);
    return {
      origin: origin as Vec3,
      row,
      column,
      normal: cross(row, column),
      rowSpacing,
      columnSpacing,
      rows: 512,
      columns: 400,
    };
  });

const axial: ImagePlane = {
  origin: [0, 0, 0],
  row: [1, 0, 0],
  column: [0, 1, 0],
  normal: [0, 0, 1],
  rowSpacing: 0.5,
  columnSpacing: 0.5,
  rows: 512,
  columns: 512,
};

describe("places in the patient", () => {
  it("[VP6] pixel to millimetre and back is the identity on any plane", () => {
    fc.assert(
      fc.property(anyPlane, coordinate, coordinate, (plane, column, row) => {
        const back = mmToPixel(plane, pixelToMm(plane, column, row));
        expect(back.column).toBeCloseTo(column, 6);
        expect(back.row).toBeCloseTo(row, 6);
      }),
    );
  });

  it("[VP7] a pointer within half a slice is on the slice, one farther away says how far and which way", () => {
    expect(placePointer(axial, [10, 20, 0.9], 2)).toEqual({ at: "slice", point: [10, 20, 0] });
    expect(placePointer(axial, [10, 20, 12], 2)).toMatchObject({
      at: "elsewhere",
      point: [10, 20, 0],
      words: "12 mm above",
    });
    expect(placePointer(axial, [10, 20, -3.2], 2)).toMatchObject({ words: "3.2 mm below" });
    fc.assert(
      fc.property(
        anyPlane,
        coordinate,
        coordinate,
        fc.double({ min: -80, max: 80, noNaN: true }),
        spacing,
        (plane, column, row, off, gap) => {
          const onPlane = pixelToMm(plane, column, row);
          const place = placePointer(plane, add(onPlane, scale(plane.normal, off)), gap);
          expect(place.at === "slice").toBe(Math.abs(off) <= Math.max(gap / 2, 0.01) + 1e-9);
          for (const axis of [0, 1, 2] as const) expect(place.point[axis]).toBeCloseTo(onPlane[axis], 5);
        },
      ),
    );
  });

  it("[VP8] letters name the way a direction points, strongest first, without the odd degree", () => {
    expect(orientationLetters([1, 0, 0])).toBe("L");
    expect(orientationLetters([-0.98, 0.17, 0])).toBe("R");
    expect(orientationLetters([0, -0.6, 0.8])).toBe("HA");
    expect(orientationLetters([0, 0, -1])).toBe("F");
  });
});

describe("view states", () => {
  const state: ViewState = {
    studyInstanceUid: "1.2",
    seriesInstanceUid: "1.2.3",
    sopInstanceUid: "1.2.3.4",
    frame: 1,
    voi: { windowWidth: 80, windowCenter: 40 },
    invert: false,
    pan: [0, 0],
    zoom: 256,
    aspect: 1.6,
    rotation: 0,
    flipHorizontal: false,
    flipVertical: false,
  };

  it("[VP9] pan in millimetres and the point in the middle are each other's inverse", () => {
    fc.assert(
      fc.property(anyPlane, coordinate, coordinate, (plane, x, y) => {
        const [backX, backY] = panOf(plane, focusOf(plane, [x, y]));
        expect(backX).toBeCloseTo(x, 6);
        expect(backY).toBeCloseTo(y, 6);
      }),
    );
  });

  it("[VP10] a follower with the same shape sees the same field, on any size of screen", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 5, max: 800, noNaN: true }),
        fc.double({ min: 0.4, max: 3, noNaN: true }),
        (zoom, aspect) => {
          expect(followedZoom({ zoom, aspect, pan: [0, 0] }, axial, aspect)).toBeCloseTo(zoom, 9);
        },
      ),
    );
  });

  it("[VP10] a narrower follower still sees all of the image that the presenter sees, and no more surround than needed", () => {
    expect(followedZoom(state, axial, 0.5)).toBeCloseTo(512);
    expect(followedZoom({ zoom: 60, aspect: 1.5, pan: [0, 0] }, axial, 0.5)).toBeCloseTo(180);
    expect(followedZoom({ zoom: 60, aspect: 1.5, pan: [0, 0] }, axial, 2)).toBeCloseTo(60);
  });

  it("[VP11] what cannot be seen is no change", () => {
    expect(sameView(state, { ...state, pan: [0.01, 0] })).toBe(true);
    expect(sameView(state, { ...state, pan: [1, 0] })).toBe(false);
    expect(sameView(state, { ...state, frame: 2 })).toBe(false);
  });

  it("[VP12] the scale bar is a round length of at most a third of the height", () => {
    expect(scaleBar(250)).toMatchObject({ mm: 50, label: "5 cm" });
    expect(scaleBar(20)).toMatchObject({ mm: 5, label: "5 mm" });
    fc.assert(
      fc.property(fc.double({ min: 0.5, max: 5000, noNaN: true }), (zoom) => {
        const { mm, share } = scaleBar(zoom);
        expect(share).toBeLessThanOrEqual(1 / 3 + 1e-9);
        expect(share).toBeGreaterThan(0.12);
        expect([1, 2, 5]).toContain(+(mm / 10 ** Math.floor(Math.log10(mm * 1.0000001))).toPrecision(6));
      }),
    );
  });
});
