import { centreOf, dot, nearestImage } from "./geometry";
import { areParallel, type ImageStack, positionMm } from "./stack";

/** Two images that a reader declared to be of the same place when linking, one of each stack. */
export interface LinkAnchor {
  fromIndex: number;
  toIndex: number;
}

/**
 * The image of `to` that belongs beside image `index` of `from`, for linked scrolling.
 *
 * Same frame of reference and orientation: the nearest in mm. Otherwise (a prior): the same number of mm from the anchor, or
 * without an anchor the same part of the way through the stack, since two examinations share no zero.
 * @returns its index, or undefined when nothing sensible belongs there (crossed planes, a cine, no image)
 */
export function linkedIndex(from: ImageStack, index: number, to: ImageStack, anchor?: LinkAnchor): number | undefined {
  const plane = from.images[index]?.plane;
  if (to.images.length === 0 || from.images.length === 0) return undefined;
  // moments are no places, and a stack without places has nothing in common with one that has them
  if (from.frameTimeMs !== undefined || to.frameTimeMs !== undefined) return undefined;
  const parallel = parallelStacks(from, to);
  if (!parallel && (from.images[0]?.plane || to.images[0]?.plane)) return undefined;
  if (plane && to.frameOfReferenceUid !== null && from.frameOfReferenceUid === to.frameOfReferenceUid) {
    return nearestImage(to.images, centreOf(plane))?.index;
  }
  if (anchor && parallel) {
    const travelled = difference(positionMm(from, index), positionMm(from, anchor.fromIndex));
    const start = positionMm(to, anchor.toIndex);
    if (travelled !== undefined && start !== undefined) return nearestPosition(to, start + travelled);
  }
  const last = to.images.length - 1;
  if (from.images.length === 1) return Math.round(last / 2);
  if (anchor) return clamp(anchor.toIndex + index - anchor.fromIndex, last);
  return clamp(Math.round((index / (from.images.length - 1)) * last), last);
}

function parallelStacks(a: ImageStack, b: ImageStack): boolean {
  const normals = [a.images[0]?.plane?.normal, b.images[0]?.plane?.normal];
  if (!normals[0] || !normals[1] || !areParallel(a.images) || !areParallel(b.images)) return false;
  // 20°: heads are tilted differently from one examination to the next
  return dot(normals[0], normals[1]) > Math.cos((20 * Math.PI) / 180);
}

function nearestPosition(stack: ImageStack, mm: number): number {
  let best = 0;
  let bestGap = Number.POSITIVE_INFINITY;
  stack.images.forEach((_, index) => {
    const gap = Math.abs((positionMm(stack, index) ?? Number.POSITIVE_INFINITY) - mm);
    if (gap < bestGap) {
      best = index;
      bestGap = gap;
    }
  });
  return best;
}

const difference = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : a - b;
const clamp = (value: number, last: number) => Math.max(0, Math.min(last, value));
