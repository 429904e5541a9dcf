import {
  ANNOTATION_VERSION,
  type AnnotationRecord,
  type AnnotationStats,
  type MarkPlane,
  measure,
  type PointMm,
} from "@readroom/shared/crdt/annotation.js";
import { PRODUCT } from "@readroom/shared/kernel/product.js";
import { dot, nearestImage, type Vec3 } from "./geometry";
import { frameOfImageId, frameOfReferenceGroup, type ImageName, imageIdOf, seriesOfVolume } from "./imageName";
import { liesInSlice, middleOfPoints } from "./markTrace";
import type { ImageStack, StackImage } from "./stack";
import { type DrawnMark, markOf, pointsOfMark, textOfMark } from "./tools/mapping";
import { mappingOfKind, mappingOfTool } from "./tools/mappings";

export interface Author {
  id: string;
  name: string;
}

/** Where the series are that are loaded here. */
export interface LoadedPlaces {
  ofImage(imageId: string): { stack: ImageStack; index: number } | undefined;
  ofSeries(seriesInstanceUid: string): ImageStack | undefined;
  /** The series that is open as a volume in that frame of reference. */
  ofVolume(frameOfReferenceUid: string | undefined): ImageStack | undefined;
}

/**
 * The record of a mark drawn on this screen: its points, its text, and figures derived now.
 * @param before the record as it was, whose author and time stay
 * @returns undefined for a mark of no known kind or on an image that is not loaded
 */
export function recordOfMark(
  mark: DrawnMark,
  places: LoadedPlaces,
  author: Author,
  now: Date,
  before?: AnnotationRecord,
): AnnotationRecord | undefined {
  const mapping = mappingOfTool(mark.metadata.toolName);
  const place = placeOfMark(mark, places, before);
  if (!mapping || !place || !mark.annotationUID) return undefined;
  const { stack, image, names, plane } = place;
  const points = pointsOfMark(mark);
  const spacing = image?.spacing ?? "none";
  const computed = computedOf(mark);
  const stats = compact({
    ...measure(mapping.kind, points, spacing),
    ...mapping.readPixelStats?.(computed),
    ...regional(computed, spacing),
  });
  const text = textOfMark(mark);
  const { status, acceptedBy } = before ?? {};
  const tool = before ? before.tool : { ...PRODUCT };
  return {
    id: mark.annotationUID,
    v: ANNOTATION_VERSION,
    kind: mapping.kind,
    frameOfReferenceUid: image?.plane ? stack.frameOfReferenceUid : null,
    ...names,
    points,
    ...(plane ? { plane } : {}),
    spacing,
    ...(text === undefined ? {} : { text }),
    author: before?.author ?? { ...author },
    ...(tool ? { tool } : {}),
    ...(status ? { status } : {}),
    ...(acceptedBy ? { acceptedBy } : {}),
    createdAt: before?.createdAt ?? now.toISOString(),
    ...(Object.keys(stats).length > 0 ? { stats } : {}),
  };
}

/** A mark for the renderer from somebody's record; its image need not be loaded. */
export function markOfRecord(record: AnnotationRecord, base: string): DrawnMark {
  const { plane } = record;
  const drawnOnImage = plane === undefined || plane.inImage;
  const imageId = imageIdOf(
    base,
    record.studyInstanceUid,
    record.seriesInstanceUid,
    record.sopInstanceUid,
    record.frame,
  );
  const group = frameOfReferenceGroup(record.frameOfReferenceUid, record.seriesInstanceUid);
  return markOf(mappingOfKind(record.kind), record, drawnOnImage ? imageId : undefined, group);
}

interface MarkPlaceHere {
  stack: ImageStack;
  image: StackImage | undefined;
  names: ImageName;
  plane?: MarkPlane;
}

/**
 * Where a mark lies: on the image that it was drawn on, or, drawn in a plane through the volume, in that plane, with the image
 * nearest to its middle. A plane along the images makes an ordinary mark of the image.
 */
function placeOfMark(mark: DrawnMark, places: LoadedPlaces, before?: AnnotationRecord): MarkPlaceHere | undefined {
  const { referencedImageId, volumeId, viewPlaneNormal, viewUp } = mark.metadata;
  const cut = volumeId !== undefined || before?.plane !== undefined || referencedImageId === undefined;
  if (!cut) {
    const names = referencedImageId ? frameOfImageId(referencedImageId) : undefined;
    const place = referencedImageId ? places.ofImage(referencedImageId) : undefined;
    return names && place && { stack: place.stack, image: place.stack.images[place.index], names };
  }
  // some tools leave the volume's name out
  const stack =
    places.ofSeries(before?.seriesInstanceUid ?? seriesOfVolume(volumeId ?? "")) ??
    places.ofVolume(mark.metadata.FrameOfReferenceUID);
  const normal = viewPlaneNormal ? vector(viewPlaneNormal) : before?.plane?.normal;
  const up = viewUp ? vector(viewUp) : before?.plane?.up;
  const points = pointsOfMark(mark);
  const image = stack?.images[nearestImage(stack.images, middleOfPoints(points))?.index ?? -1];
  if (!stack || !image?.plane || !normal || !up) return undefined;
  const { studyInstanceUid, seriesInstanceUid } = stack;
  const names = { studyInstanceUid, seriesInstanceUid, sopInstanceUid: image.sopInstanceUid, frame: image.frame };
  if (Math.abs(dot(normal, image.plane.normal)) > ALONG) return { stack, image, names };
  return {
    stack,
    image,
    names,
    plane: { normal, up, inImage: liesInSlice(points, image.plane, stack.sliceSpacingMm ?? 0) },
  };
}

/** Cosine above which a plane is one of the images' own. */
const ALONG = 0.999;

const vector = ([x = 0, y = 0, z = 0]: ArrayLike<number> & Iterable<number>): Vec3 => [x, y, z];

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
