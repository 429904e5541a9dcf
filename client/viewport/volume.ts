import { PLANES, type PlaneName } from "@readroom/shared/contract/room.js";
import { add, centreOf, cross, dot, pixelToMm, scale, subtract, type Vec3 } from "./geometry";
import { areParallel, type ImageStack } from "./stack";

export { PLANES, type PlaneName };

/** How a plane is looked at: `normal` to the viewer, `up` to the upper edge (radiological: the patient's right is at the left). */
export interface PlaneAxes {
  normal: Vec3;
  up: Vec3;
}

export const planeAxes: Record<PlaneName, PlaneAxes> = {
  axial: { normal: [0, 0, -1], up: [0, -1, 0] },
  coronal: { normal: [0, -1, 0], up: [0, 0, 1] },
  sagittal: { normal: [1, 0, 0], up: [0, 0, 1] },
};

export const planeLabels: Record<PlaneName, string> = { axial: "Axial", coronal: "Coronal", sagittal: "Sagittal" };

/** The plane that a normal is nearest to, whichever way it points. */
export function planeOf(normal: readonly [number, number, number]): PlaneName {
  return PLANES.reduce((best, name) =>
    Math.abs(dot(planeAxes[name].normal, normal as Vec3)) > Math.abs(dot(planeAxes[best].normal, normal as Vec3))
      ? name
      : best,
  );
}

/** How far a slice may be off its place in an even row: as part of the spacing, or what rounding to a tenth of a mm makes. */
const SPACING_TOLERANCE = 0.08;
const SPACING_TOLERANCE_MM = 0.11;

/**
 * Why a series can't be cut in other planes, as a sentence for the reader; null when it can. What would be bent, smeared or made up
 * is refused rather than shown.
 */
export function whyNoVolume(stack: ImageStack): string | null {
  const { images } = stack;
  const planes = images.flatMap(({ plane }) => plane ?? []);
  const first = planes[0];
  if (images.length < 3) return "It takes at least three slices to see another plane; this series has fewer.";
  if (!first || planes.length < images.length) return "These images don't say where in the patient they lie.";
  if (images.some(({ colour }) => colour)) return "Colour images can't be reformatted.";
  if (!areParallel(images) || planes.some((plane) => dot(plane.row, first.row) < 0.999))
    return "The images of this series lie in different directions.";
  const same = planes.every(
    (plane) =>
      plane.rows === first.rows &&
      plane.columns === first.columns &&
      Math.abs(plane.rowSpacing - first.rowSpacing) < 1e-3 &&
      Math.abs(plane.columnSpacing - first.columnSpacing) < 1e-3,
  );
  if (!same) return "The images of this series differ in size.";
  const places = planes.map((plane) => dot(plane.origin, first.normal)).sort((a, b) => a - b);
  const gaps = places.slice(1).map((place, index) => place - (places[index] as number));
  const least = Math.min(...gaps);
  const most = Math.max(...gaps);
  if (least < 0.01) return "There are several images at the same place (phases or echoes).";
  const start = places[0] as number;
  const mean = ((places.at(-1) as number) - start) / gaps.length;
  const off = Math.max(...places.map((place, index) => Math.abs(place - start - index * mean)));
  if (off > Math.max(SPACING_TOLERANCE_MM, SPACING_TOLERANCE * mean))
    return `The slices are unevenly spaced (${millimetres(least)} to ${millimetres(most)}).`;
  const last = planes.at(-1) as typeof first;
  const run = subtract(last.origin, first.origin);
  const sideways = Math.hypot(...subtract(run, scale(first.normal, dot(run, first.normal))));
  if (sideways > Math.max(1, 0.01 * Math.hypot(...run))) return "The slices are sheared (a tilted gantry).";
  return null;
}

const millimetres = (mm: number) => `${mm < 10 ? mm.toFixed(1) : mm.toFixed(0)} mm`;

/** Middle of the volume, mm. */
export function middleOf(stack: ImageStack): Vec3 {
  const ends = [stack.images[0]?.ownPlane, stack.images.at(-1)?.ownPlane].flatMap((plane) => plane ?? []);
  const sum = ends.reduce<Vec3>((total, plane) => add(total, centreOf(plane)), [0, 0, 0]);
  return scale(sum, 1 / Math.max(1, ends.length));
}

/** Centres of the volume's corner voxels, mm. */
export function cornersOf(stack: ImageStack): Vec3[] {
  return [stack.images[0]?.ownPlane, stack.images.at(-1)?.ownPlane].flatMap((plane) =>
    plane
      ? [0, plane.columns - 1].flatMap((column) => [0, plane.rows - 1].map((row) => pixelToMm(plane, column, row)))
      : [],
  );
}

/** The nearest point that lies in the volume's box. */
export function clampToVolume(stack: ImageStack, point: Vec3): Vec3 {
  const [first, last] = [stack.images[0]?.ownPlane, stack.images.at(-1)?.ownPlane];
  if (!first || !last) return point;
  const axes = [
    { axis: first.row, extent: (first.columns - 1) * first.columnSpacing },
    { axis: first.column, extent: (first.rows - 1) * first.rowSpacing },
    { axis: first.normal, extent: dot(subtract(last.origin, first.origin), first.normal) },
  ];
  const offset = subtract(point, first.origin);
  return axes.reduce<Vec3>((at, { axis, extent }) => {
    const [from, to] = extent < 0 ? [extent, 0] : [0, extent];
    return add(at, scale(axis, Math.max(from, Math.min(to, dot(offset, axis)))));
  }, first.origin);
}

/** Millimetres across the volume along a direction, from the first voxel's centre to the last one's. */
export function extentAlong(stack: ImageStack, direction: Vec3): number {
  const places = cornersOf(stack).map((corner) => dot(corner, direction));
  return places.length === 0 ? 0 : Math.max(...places) - Math.min(...places);
}

/** One step through the volume along a direction, mm: the spacing of the voxels that way. */
export function stepAlong(stack: ImageStack, direction: Vec3): number {
  const plane = stack.images[0]?.ownPlane;
  if (!plane) return 1;
  const parts: [Vec3, number][] = [
    [plane.row, plane.columnSpacing],
    [plane.column, plane.rowSpacing],
    [plane.normal, stack.sliceSpacingMm ?? 1],
  ];
  return parts.reduce((sum, [axis, spacing]) => sum + spacing * dot(axis, direction) ** 2, 0);
}

/** A line through `point` on the plane with normal `on`, where the plane with normal `of` cuts it; null for parallel planes. */
export function cutLine(on: Vec3, of: Vec3, point: Vec3): { point: Vec3; direction: Vec3 } | null {
  const line = cross(on, of);
  const size = Math.hypot(...line);
  return size < 1e-6 ? null : { point, direction: scale(line, 1 / size) };
}
