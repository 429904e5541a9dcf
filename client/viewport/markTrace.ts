import type { AnnotationRecord, PointMm } from "@readroom/shared/crdt/annotation.js";
import { describeMeasurement } from "@readroom/shared/crdt/annotation.js";
import { add, distanceToPlane, dot, type ImagePlane, projectOnPlane, scale, subtract, type Vec3 } from "./geometry";
import type { ViewSnapshot } from "./shownView";
import { planeOf } from "./volume";

type Slice = Pick<ImagePlane, "origin" | "normal">;

export function middleOfPoints(points: readonly PointMm[]): Vec3 {
  return scale(
    points.reduce<Vec3>((sum, point) => add(sum, point), [0, 0, 0]),
    1 / Math.max(1, points.length),
  );
}

/** True when every point is within half a slice of the plane: the mark is on that slice as much as one drawn there. */
export function liesInSlice(points: readonly PointMm[], slice: Slice, spacingMm: number): boolean {
  return points.every((point) => Math.abs(distanceToPlane(slice, point)) <= Math.max(spacingMm / 2, 0.01) + 1e-3);
}

/** Where a mark drawn in another plane passes through this slice, mm; null where it does not. */
export function crossing(points: readonly PointMm[], slice: Slice, spacingMm: number): Vec3 | null {
  const placed = points.map((point) => ({ point: point as Vec3, away: distanceToPlane(slice, point) }));
  const [lowest, highest] = [
    placed.reduce((a, b) => (b.away < a.away ? b : a), placed[0] as (typeof placed)[0]),
    placed.reduce((a, b) => (b.away > a.away ? b : a), placed[0] as (typeof placed)[0]),
  ];
  if (!lowest || !highest || lowest.away > spacingMm / 2 || highest.away < -spacingMm / 2) return null;
  const run = highest.away - lowest.away;
  const part = run < 1e-6 ? 0.5 : Math.max(0, Math.min(1, -lowest.away / run));
  return projectOnPlane(slice, add(lowest.point, scale(subtract(highest.point, lowest.point), part)));
}

/**
 * What a viewport says of a mark that was drawn in another plane than it shows: where it passes through, and in words what it is and
 * where it is seen whole. Null where the mark itself is drawn, or does not pass.
 */
export function traceOf(record: AnnotationRecord, seen: ViewSnapshot): { point: Vec3; words: string } | null {
  const { image, stack, cut } = seen;
  const { plane } = record;
  if (!plane || !image?.plane || !stack || record.frameOfReferenceUid !== stack.frameOfReferenceUid) return null;
  const slice = cut ? { origin: cut.origin, normal: cut.axes.normal } : image.plane;
  if (Math.abs(dot(slice.normal, plane.normal)) > 0.999) return null;
  const drawnHere =
    !cut && plane.inImage && record.sopInstanceUid === image.sopInstanceUid && record.frame === image.frame;
  const point = drawnHere ? null : crossing(record.points, slice, cut ? cut.stepMm : (stack.sliceSpacingMm ?? 0));
  if (!point) return null;
  const what = describeMeasurement(record) || record.text || record.kind;
  return { point, words: `${what} · ${planeOf(plane.normal)}` };
}
