import { describe, expect, it } from "vitest";
import { SharedPlane, SharedView, SharedWall } from "./room.js";

const plane = { normal: [0, -1, 0], up: [0, 0, 1], focalMm: [1, 2, 3], cursorMm: [4, 2, 6] };
const view = {
  studyInstanceUid: "1.2",
  seriesInstanceUid: "1.2.3",
  sopInstanceUid: "1.2.3.4",
  frame: 1,
  voi: { windowWidth: 80, windowCenter: 40 },
  invert: false,
  pan: [0, 0],
  zoom: 200,
  aspect: 1.4,
  rotation: 0,
  flipHorizontal: false,
  flipVertical: false,
};

describe("what the room is told of a view", () => {
  it("takes images and planes, with or without the wall around them", () => {
    const wall = {
      layout: "mpr",
      cells: [{ studyInstanceUid: "1.2", seriesInstanceUid: "1.2.3", plane: "axial" }, null],
      active: 0,
    };
    for (const one of [view, { ...view, plane }, { ...view, plane, wall }])
      expect(SharedView.safeParse(one).success).toBe(true);
  });

  it("refuses planes that are none: directions of another length, an upper edge out of the plane, numbers that are none", () => {
    const bad = [
      { ...plane, normal: [0, -2, 0] },
      { ...plane, normal: [0, 0, 0] },
      { ...plane, up: [0, 0.6, 0.8] },
      { ...plane, focalMm: [Number.NaN, 0, 0] },
      { ...plane, focalMm: [0, 0, 1e9] },
      { ...plane, cursorMm: [0, 0] },
      { ...plane, more: 1 },
    ];
    for (const one of bad) expect(SharedPlane.safeParse(one).success).toBe(false);
    expect(SharedPlane.safeParse(plane).success).toBe(true);
  });

  it("refuses walls that no screen has", () => {
    const cell = { studyInstanceUid: "1.2", seriesInstanceUid: "1.2.3" };
    expect(SharedWall.safeParse({ layout: "9x9", cells: [], active: 0 }).success).toBe(false);
    expect(SharedWall.safeParse({ layout: "2x2", cells: Array(5).fill(cell), active: 0 }).success).toBe(false);
    expect(SharedWall.safeParse({ layout: "1x1", cells: [{ ...cell, plane: "oblique" }], active: 0 }).success).toBe(
      false,
    );
  });
});
