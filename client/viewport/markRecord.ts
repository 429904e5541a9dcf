import {
  ANNOTATION_VERSION,
  type AnnotationRecord,
  type AnnotationStats,
  measure,
  type PointMm,
} from "@readroom/shared/crdt/annotation.js";
import { frameOfImageId, frameOfReferenceGroup, imageIdOf } from "./imageName";
import type { ImageStack } from "./stack";
import { type DrawnMark, markOf, pointsOfMark, textOfMark } from "./tools/mapping";
import { mappingOfKind, mappingOfTool } from "./tools/mappings";

export interface Author {
  id: string;
  name: string;
}

/**
 * The record of a mark drawn on this screen: its points, its text, and figures derived now.
 * @param placeOf the stack and index of an image that is loaded here
 * @param before the record as it was, whose author and time stay
 * @returns undefined for a mark of no known kind or on an image that is not loaded
 */
export function recordOfMark(
  mark: DrawnMark,
  placeOf: (imageId: string) => { stack: ImageStack; index: number } | undefined,
  author: Author,
  now: Date,
  before?: AnnotationRecord,
): AnnotationRecord | undefined {
  const mapping = mappingOfTool(mark.metadata.toolName);
  const imageId = mark.metadata.referencedImageId;
  const names = imageId ? frameOfImageId(imageId) : undefined;
  const place = imageId ? placeOf(imageId) : undefined;
  if (!mapping || !names || !place || !mark.annotationUID) return undefined;
  const image = place.stack.images[place.index];
  const points = pointsOfMark(mark);
  const spacing = image?.spacing ?? "none";
  const computed = computedOf(mark);
  const stats = compact({
    ...measure(mapping.kind, points, spacing),
    ...mapping.readPixelStats?.(computed),
    ...regional(computed, spacing),
  });
  const text = textOfMark(mark);
  return {
    id: mark.annotationUID,
    v: ANNOTATION_VERSION,
    kind: mapping.kind,
    frameOfReferenceUid: image?.plane ? place.stack.frameOfReferenceUid : null,
    ...names,
    points,
    spacing,
    ...(text === undefined ? {} : { text }),
    author: before?.author ?? { ...author },
    createdAt: before?.createdAt ?? now.toISOString(),
    ...(Object.keys(stats).length > 0 ? { stats } : {}),
  };
}

/** A mark for the renderer from somebody's record; its image need not be loaded. */
export function markOfRecord(record: AnnotationRecord, base: string): DrawnMark {
  const imageId = imageIdOf(
    base,
    record.studyInstanceUid,
    record.seriesInstanceUid,
    record.sopInstanceUid,
    record.frame,
  );
  const group = frameOfReferenceGroup(record.frameOfReferenceUid, record.seriesInstanceUid);
  return markOf(mappingOfKind(record.kind), record, imageId, group);
}

/** Same place and words: what an echo, a mere redraw or a fresh figure leave as it was. */
export function sameContent(a: AnnotationRecord, b: AnnotationRecord): boolean {
  return a.text === b.text && samePoints(a.points, b.points);
}

export function samePoints(a: readonly PointMm[], b: readonly PointMm[]): boolean {
  return a.length === b.length && a.every((point, index) => point.every((value, axis) => value === b[index]?.[axis]));
}

export function sameStats(a: AnnotationStats = {}, b: AnnotationStats = {}): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof AnnotationStats>;
  return [...keys].every((key) => a[key] === b[key]);
}

function computedOf(mark: DrawnMark): Record<string, unknown> {
  const byTarget = (mark.data.cachedStats ?? {}) as Record<string, unknown>;
  const first = Object.values(byTarget)[0];
  return typeof first === "object" && first !== null ? (first as Record<string, unknown>) : {};
}

/**
 * Ultrasound is calibrated by region (PS3.3 C.8.5.5), not by pixel spacing: there the renderer's figure is taken, and only when
 * it says itself that it is in millimetres.
 */
function regional(computed: Record<string, unknown>, spacing: AnnotationRecord["spacing"]): AnnotationStats {
  if (spacing !== "none") return {};
  const unit = String(computed.unit ?? computed.areaUnit ?? "");
  if (typeof computed.length === "number" && /^mm\b/.test(unit) && unit !== "mm²") return { lengthMm: computed.length };
  if (typeof computed.area === "number" && unit.startsWith("mm²")) return { areaMm2: computed.area };
  return {};
}

function compact(stats: AnnotationStats): AnnotationStats {
  return Object.fromEntries(Object.entries(stats).filter(([, value]) => value !== undefined));
}
