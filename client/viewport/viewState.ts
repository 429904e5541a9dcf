import { SharedPlane } from "@readroom/shared/contract/room.js";
import { z } from "zod";
import { add, centreOf, dot, type ImagePlane, scale, subtract, type Vec3 } from "./geometry.js";

const uid = z
  .string()
  .regex(/^[0-9]+(\.[0-9]+)*$/)
  .max(64);

/**
 * What one viewport shows, as plain JSON for presence and documents. Nothing in it is in screen pixels, so that a follower with
 * another monitor sees the same field of the patient.
 */
export const viewStateSchema = z.strictObject({
  studyInstanceUid: uid,
  seriesInstanceUid: uid,
  sopInstanceUid: uid,
  /** 1 for a single-frame instance. */
  frame: z.int().min(1),
  /** DICOM window (PS3.3 C.11.2.1.2), in modality units (HU for CT). */
  voi: z.strictObject({ windowWidth: z.number().min(1e-6), windowCenter: z.number() }),
  /** Against the way the header asks for it: false shows MONOCHROME1 with its own polarity. */
  invert: z.boolean(),
  /** From the image's centre to the view's centre: mm along the image's row and down its column. */
  pan: z.tuple([z.number(), z.number()]),
  /** mm of patient over the height of the viewport. */
  zoom: z.number().positive(),
  /** Width over height of the viewport it was read from. */
  aspect: z.number().positive(),
  /** Clockwise, degrees, 0 ≤ rotation < 360. */
  rotation: z.number().min(0).lt(360),
  flipHorizontal: z.boolean(),
  flipVertical: z.boolean(),
  /** A plane through the volume instead of an image; pan, rotation and flips are then zero: all is in the plane. */
  plane: SharedPlane.optional(),
});
export type ViewState = z.infer<typeof viewStateSchema>;

/** The pan (mm along row, down column) that puts `focus`, a point of the patient, in the middle of the view. */
export function panOf(plane: ImagePlane, focus: Vec3): [number, number] {
  const offset = subtract(focus, centreOf(plane));
  return [dot(offset, plane.row), dot(offset, plane.column)];
}

/** The point of the patient in the middle of the view for that pan; the inverse of `panOf` on the plane. */
export function focusOf(plane: ImagePlane, pan: readonly [number, number]): Vec3 {
  return add(centreOf(plane), add(scale(plane.row, pan[0]), scale(plane.column, pan[1])));
}

/**
 * mm over the height of a follower's viewport so that it shows all that the presenter sees. The same height of the patient, and
 * more only where the follower's viewport is narrower (a phone upright): then as much as the presenter's width of *image* needs,
 * not the empty surround beside it.
 */
export function followedZoom(
  state: Pick<ViewState, "zoom" | "aspect" | "pan">,
  plane: ImagePlane,
  aspect: number,
): number {
  const imageWidth = Math.max(plane.columns * plane.columnSpacing, plane.rows * plane.rowSpacing);
  return followedWidthZoom(state, imageWidth + 2 * Math.hypot(state.pan[0], state.pan[1]), aspect);
}

/** The same where what there is to see is `acrossMm` wide. */
export function followedWidthZoom(state: Pick<ViewState, "zoom" | "aspect">, acrossMm: number, aspect: number): number {
  return Math.max(state.zoom, Math.min(state.zoom * state.aspect, acrossMm) / aspect);
}

/** Equality as seen on screen: what differs by less is not worth telling the room. */
export function sameView(a: ViewState, b: ViewState): boolean {
  const near = (x: number, y: number, tolerance: number) => Math.abs(x - y) <= tolerance;
  return (
    samePlane(a.plane, b.plane, 1e-3 * a.zoom) &&
    a.sopInstanceUid === b.sopInstanceUid &&
    a.frame === b.frame &&
    a.seriesInstanceUid === b.seriesInstanceUid &&
    a.invert === b.invert &&
    a.flipHorizontal === b.flipHorizontal &&
    a.flipVertical === b.flipVertical &&
    near(a.voi.windowWidth, b.voi.windowWidth, 1e-3) &&
    near(a.voi.windowCenter, b.voi.windowCenter, 1e-3) &&
    near(a.pan[0], b.pan[0], 1e-3 * a.zoom) &&
    near(a.pan[1], b.pan[1], 1e-3 * a.zoom) &&
    near(a.zoom, b.zoom, 1e-4 * a.zoom) &&
    near(a.rotation, b.rotation, 0.05)
  );
}

function samePlane(a: SharedPlane | undefined, b: SharedPlane | undefined, toleranceMm: number): boolean {
  if (!a || !b) return a === b;
  const near = (x: Vec3, y: Vec3, tolerance: number) => Math.hypot(...subtract(x, y)) <= tolerance;
  return (
    near(a.normal, b.normal, 1e-3) &&
    near(a.up, b.up, 1e-3) &&
    near(a.focalMm, b.focalMm, toleranceMm) &&
    near(a.cursorMm, b.cursorMm, toleranceMm)
  );
}

/**
 * A round length for the scale bar: the longest of 1, 2, 5 × 10ⁿ mm that takes at most a third of the viewport's height.
 * @returns its length in mm, its share of the height, and its label ("5 cm", "2 mm")
 */
export function scaleBar(zoomMm: number): { mm: number; share: number; label: string } {
  const limit = zoomMm / 3;
  const power = 10 ** Math.floor(Math.log10(limit));
  const mm = [5, 2, 1].map((step) => step * power).find((length) => length <= limit) ?? power;
  const label = mm >= 10 ? `${+(mm / 10).toPrecision(3)} cm` : `${+mm.toPrecision(3)} mm`;
  return { mm, share: mm / zoomMm, label };
}
