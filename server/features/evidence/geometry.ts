import type { AnnotationRecord, PointMm } from "@readroom/shared/crdt/annotation.js";
import {
  distance,
  distanceToPlane,
  type ImagePlane,
  imagePlane,
  patientToPixel,
} from "@readroom/shared/dicom/geometry.js";
import { Tag } from "@readroom/shared/dicom/tags.js";
import type { DicomJson, JsonAttribute } from "../ingest/public.js";

const SHARED_GROUPS = "52009229";
const PER_FRAME_GROUPS = "52009230";
/** Half a slice where an image does not say how thick it is, mm: less than any device's slices are apart. */
const HALF_SLICE_MM = 0.5;
/** Points are kept as doubles, cosines and positions as decimals of six digits. */
const ROUNDING_MM = 0.05;

type Group = Readonly<Record<string, JsonAttribute>>;
const itemsOf = (from: Group | undefined, tag: string): Group[] => (from?.[tag]?.Value ?? []) as Group[];

export const numbersOf = (from: DicomJson, tag: string): number[] => (from[tag]?.Value ?? []).map(Number);

/** One frame's attributes: those of the shared and per-frame functional groups (PS3.3 §C.7.6.16) brought to the top. `frame`: from 1. */
export function frameAttributes(metadata: DicomJson, frame: number): DicomJson {
  const flat: Record<string, JsonAttribute> = { ...metadata };
  for (const group of [itemsOf(metadata, SHARED_GROUPS)[0], itemsOf(metadata, PER_FRAME_GROUPS)[frame - 1]])
    for (const macro of Object.keys(group ?? {})) Object.assign(flat, itemsOf(group, macro)[0]);
  return flat;
}

export interface FramePlane {
  readonly plane: ImagePlane;
  /** False: the image has no position in the patient; its plane is its own, (0, 0, 0) at the centre of the first pixel. */
  readonly inPatient: boolean;
  readonly halfSliceMm: number;
}

/**
 * The plane that a mark's points are written in, as the viewer has it: the image's in the patient where it names position, orientation
 * and frame of reference, else its own flat one with the spacing of its pixels, or of 1 where it has none.
 */
export function framePlane(metadata: DicomJson, frame: number): FramePlane | undefined {
  const flat = frameAttributes(metadata, frame);
  const [rows, columns] = [numbersOf(flat, Tag.Rows)[0] ?? 0, numbersOf(flat, Tag.Columns)[0] ?? 0];
  if (!(rows > 0 && columns > 0)) return undefined;
  const stated = [Tag.PixelSpacing, Tag.ImagerPixelSpacing].map((tag) => numbersOf(flat, tag));
  const pixelSpacing = stated.find((spacing) => spacing.length >= 2 && spacing.every((mm) => mm > 0)) ?? [1, 1];
  const thickness = numbersOf(flat, Tag.SliceThickness)[0] ?? 0;
  const halfSliceMm = thickness > 0 ? thickness / 2 : HALF_SLICE_MM;
  if (flat[Tag.FrameOfReferenceUID]?.Value?.[0]) {
    const imagePositionPatient = numbersOf(flat, Tag.ImagePositionPatient);
    const imageOrientationPatient = numbersOf(flat, Tag.ImageOrientationPatient);
    const plane = imagePlane({ imagePositionPatient, imageOrientationPatient, pixelSpacing, rows, columns });
    if (typeof plane !== "string") return { plane, inPatient: true, halfSliceMm };
  }
  const flatPlane = { imagePositionPatient: [0, 0, 0], imageOrientationPatient: [1, 0, 0, 0, 1, 0] };
  const plane = imagePlane({ ...flatPlane, pixelSpacing, rows, columns });
  return typeof plane === "string" ? undefined : { plane, inPatient: false, halfSliceMm };
}

/**
 * A mark's points in pixels of its image as annotations and SCOORD count them: (0, 0) is the upper left corner of the first pixel, its
 * centre is (0.5, 0.5) (PS3.3 §C.10.5.1.2, §C.18.6.1.1). A reason instead where the mark does not lie in the image.
 */
export function pixelsOf(mark: AnnotationRecord, metadata: DicomJson): (readonly [number, number])[] | string {
  const at = framePlane(metadata, mark.frame);
  if (at === undefined) return "its image has no pixels";
  if (mark.plane !== undefined && !mark.plane.inImage) return "drawn in a plane that is no image's";
  if (mark.frameOfReferenceUid !== null && !at.inPatient) return "its image has lost its place in the patient";
  const away = Math.max(...mark.points.map((point) => Math.abs(distanceToPlane(at.plane, point))));
  if (away > at.halfSliceMm + ROUNDING_MM) return "does not lie in its image";
  return mark.points.map((point) => {
    const { column, row } = patientToPixel(at.plane, point);
    return [column + 0.5, row + 0.5] as const;
  });
}

export interface Shape {
  /** Of PS3.3 §C.10.5.1.2 (annotations), §C.18.6.1.2 (SCOORD) and §C.18.9.1.2 (SCOORD3D): POLYGON is of the last alone. */
  readonly type: "POINT" | "POLYLINE" | "ELLIPSE" | "POLYGON";
  readonly points: readonly (readonly number[])[];
}

/** What a mark looks like, with its points in pixels or in mm; the outline of a rectangle is a closed line in pixels and a polygon in mm. */
export function shapeOf(kind: AnnotationRecord["kind"], points: readonly (readonly number[])[]): Shape {
  const [a, b, c, d] = points as [number[], number[], number[], number[]];
  switch (kind) {
    case "length":
    case "angle":
    case "arrow":
      return { type: "POLYLINE", points };
    case "probe":
      return { type: "POINT", points: [a] };
    case "rectangle":
      // top left, top right, bottom left, bottom right: once round, back to the first
      return { type: a.length === 3 ? "POLYGON" : "POLYLINE", points: [a, b, d, c, a] };
    case "ellipse": {
      // the ends of the major axis come first
      const [height, width] = [between(a, b), between(c, d)];
      return { type: "ELLIPSE", points: height >= width ? [a, b, c, d] : [c, d, a, b] };
    }
  }
}

const between = (a: readonly number[], b: readonly number[]): number =>
  distance([a[0] ?? 0, a[1] ?? 0, a[2] ?? 0] as PointMm, [b[0] ?? 0, b[1] ?? 0, b[2] ?? 0] as PointMm);
