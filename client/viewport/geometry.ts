/** A point or direction in the patient coordinate system, millimetres: +x left, +y posterior, +z head (PS3.3 C.7.6.2.1.1). */
export type Vec3 = [number, number, number];

/** Where an image lies in the patient: the centre of its first pixel, unit vectors along row and column, millimetres a pixel. */
export interface ImagePlane {
  origin: Vec3;
  /** Direction in which the column index grows (first three cosines of ImageOrientationPatient). */
  row: Vec3;
  /** Direction in which the row index grows. */
  column: Vec3;
  normal: Vec3;
  /** Distance of neighbouring columns. */
  columnSpacing: number;
  /** Distance of neighbouring rows. */
  rowSpacing: number;
  columns: number;
  rows: number;
}

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const subtract = (a: Vec3, b: Vec3): Vec3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const scale = (a: Vec3, factor: number): Vec3 => [a[0] * factor, a[1] * factor, a[2] * factor];
export const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** Centre of the image area in patient mm (half a pixel in from the outer edges' mean). */
export function centreOf(plane: ImagePlane): Vec3 {
  return pixelToMm(plane, (plane.columns - 1) / 2, (plane.rows - 1) / 2);
}

/** Patient position of pixel (column, row), counted from 0 at the centre of the first pixel (PS3.3 C.7.6.2.1.1, eq. C.7.6.2.1-1). */
export function pixelToMm(plane: ImagePlane, column: number, row: number): Vec3 {
  return add(
    plane.origin,
    add(scale(plane.row, column * plane.columnSpacing), scale(plane.column, row * plane.rowSpacing)),
  );
}

/** The inverse for a point on the plane; a point off it is projected along the normal. */
export function mmToPixel(plane: ImagePlane, point: Vec3): { column: number; row: number } {
  const offset = subtract(point, plane.origin);
  return { column: dot(offset, plane.row) / plane.columnSpacing, row: dot(offset, plane.column) / plane.rowSpacing };
}

/** Signed distance of a point from the plane along its normal, mm. */
export function distanceToPlane(plane: Pick<ImagePlane, "origin" | "normal">, point: Vec3): number {
  return dot(subtract(point, plane.origin), plane.normal);
}

export function projectOnPlane(plane: Pick<ImagePlane, "origin" | "normal">, point: Vec3): Vec3 {
  return subtract(point, scale(plane.normal, distanceToPlane(plane, point)));
}

/** Index of the image whose plane is nearest to the point, and how far it is (mm, signed); undefined when none has a plane. */
export function nearestImage(
  images: readonly { plane: ImagePlane | null }[],
  point: Vec3,
): { index: number; distanceMm: number } | undefined {
  let best: { index: number; distanceMm: number } | undefined;
  images.forEach(({ plane }, index) => {
    if (!plane) return;
    const distanceMm = distanceToPlane(plane, point);
    if (!best || Math.abs(distanceMm) < Math.abs(best.distanceMm)) best = { index, distanceMm };
  });
  return best;
}

const axisLetters = [
  ["L", "R"],
  ["P", "A"],
  ["H", "F"],
] as const;

/**
 * Letters for the way a direction points in the patient, strongest first: "R", "AL", "H" (PS3.3 C.7.6.1.1.1). Parts under a
 * quarter of the whole are left out, so that a slightly tilted head CT still reads R, L, A, P.
 */
export function orientationLetters(direction: Vec3): string {
  return axisLetters
    .map(([positive, negative], axis) => ({
      letter: (direction[axis] ?? 0) > 0 ? positive : negative,
      size: Math.abs(direction[axis] ?? 0),
    }))
    .filter(({ size }) => size > 0.25)
    .sort((a, b) => b.size - a.size)
    .map(({ letter }) => letter)
    .join("");
}

const sideWords: Record<string, string> = {
  H: "above",
  F: "below",
  A: "toward the front",
  P: "toward the back",
  L: "toward the patient's left",
  R: "toward the patient's right",
};

export type PointerPlace =
  | { at: "slice"; point: Vec3 }
  /** The pointer is elsewhere: `point` is its place projected on this slice, `words` says how far and which way, "12 mm above". */
  | { at: "elsewhere"; point: Vec3; distanceMm: number; words: string };

/**
 * Where somebody's pointer belongs on this slice: on it when it is within half the distance of neighbouring slices, else
 * projected, with its distance and side in words.
 * @param sliceSpacingMm distance of neighbouring slices; for a lone image pass its thickness
 */
export function placePointer(
  plane: Pick<ImagePlane, "origin" | "normal">,
  point: Vec3,
  sliceSpacingMm: number,
): PointerPlace {
  const distance = distanceToPlane(plane, point);
  const projected = projectOnPlane(plane, point);
  // a hair of tolerance: the sender's own slice is 0 ± rounding away, also where the spacing is unknown
  if (Math.abs(distance) <= Math.max(sliceSpacingMm / 2, 0.01)) return { at: "slice", point: projected };
  const side = orientationLetters(scale(plane.normal, Math.sign(distance)))[0] ?? "H";
  const size = Math.abs(distance);
  const rounded = size < 10 ? size.toFixed(1) : size.toFixed(0);
  return { at: "elsewhere", point: projected, distanceMm: distance, words: `${rounded} mm ${sideWords[side]}` };
}
