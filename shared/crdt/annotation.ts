import { z } from "zod";

/**
 * A mark on an image as the shared documents hold it: plain, versioned, in patient millimetres. It never holds an object of a
 * drawing library, so that documents outlive the library and any client (or the report) can read them.
 *
 * Points are in the patient coordinate system of the record's frame of reference (DICOM PS3.3 C.7.6.2.1.1: +x left, +y posterior,
 * +z head). Images without a frame of reference (CR, ultrasound, secondary capture) have `frameOfReferenceUid: null`; their points
 * lie in the plane of the image itself, x along the row, y down the column, z = 0, in the unit that `spacing` names.
 */
export const ANNOTATION_VERSION = 1;

export const annotationKinds = ["length", "angle", "ellipse", "rectangle", "arrow", "probe"] as const;
export type AnnotationKind = (typeof annotationKinds)[number];

/** x, y, z in millimetres (or pixels where the record's `spacing` is "none"). */
export type PointMm = [number, number, number];

/**
 * Points of each kind, in this order:
 * length: both ends · angle: end, vertex, end · ellipse: bottom, top, left, right ends of its axes ·
 * rectangle: top left, top right, bottom left, bottom right · arrow: tip, tail · probe: the point.
 */
export const pointsOfKind: Record<AnnotationKind, number> = {
  length: 2,
  angle: 3,
  ellipse: 4,
  rectangle: 4,
  arrow: 2,
  probe: 1,
};

const MAX_COORDINATE_MM = 100_000;
const uid = z
  .string()
  .regex(/^[0-9]+(\.[0-9]+)*$/)
  .max(64);
const coordinate = z.number().min(-MAX_COORDINATE_MM).max(MAX_COORDINATE_MM);
const pointMm = z.tuple([coordinate, coordinate, coordinate]);
const figure = z.number();

/** Derived when the record is written, from its points and, for HU, from the pixels its author saw. */
export const annotationStatsSchema = z.strictObject({
  lengthMm: figure.nonnegative().optional(),
  areaMm2: figure.nonnegative().optional(),
  angleDeg: figure.min(0).max(180).optional(),
  meanHu: figure.optional(),
  sdHu: figure.nonnegative().optional(),
  minHu: figure.optional(),
  maxHu: figure.optional(),
  /** Mean, deviation and unit of images that are not in HU. */
  mean: figure.optional(),
  sd: figure.nonnegative().optional(),
  unit: z.string().max(32).optional(),
});
export type AnnotationStats = z.infer<typeof annotationStatsSchema>;

const person = z.strictObject({ id: z.string().min(1).max(64), name: z.string().max(200) });

const cosine = z.number().min(-1).max(1);
const direction = z
  .tuple([cosine, cosine, cosine])
  .refine((vector) => Math.abs(Math.hypot(...vector) - 1) < 1e-3, "is no unit vector");

/**
 * Set on a mark that was drawn in a plane through the volume, not on an image of it: the plane's normal and upper edge. Its instance
 * and frame then name the image nearest to its middle; `inImage`: the whole mark lies within half a slice of that one.
 */
export const markPlaneSchema = z.strictObject({ normal: direction, up: direction, inImage: z.boolean() });
export type MarkPlane = z.infer<typeof markPlaneSchema>;

export const annotationRecordSchema = z
  .strictObject({
    id: z.string().min(1).max(64),
    v: z.literal(ANNOTATION_VERSION),
    kind: z.enum(annotationKinds),
    frameOfReferenceUid: uid.nullable(),
    studyInstanceUid: uid,
    seriesInstanceUid: uid,
    sopInstanceUid: uid,
    /** 1 for a single-frame instance. */
    frame: z.int().min(1).max(100_000),
    points: z.array(pointMm).min(1).max(4),
    plane: markPlaneSchema.optional(),
    /**
     * What a distance means: "patient" = calibrated in the patient, "detector" = at the detector of a projection (not corrected
     * for magnification), "none" = uncalibrated, the points are pixels and no millimetre figure may be shown.
     */
    spacing: z.enum(["patient", "detector", "none"]),
    text: z.string().max(500).optional(),
    author: person,
    /** What it was drawn with: "Readroom", "0.1.0". */
    tool: z.strictObject({ name: z.string().min(1).max(64), version: z.string().min(1).max(32) }).optional(),
    /** A draft becomes no part of the record (DICOM, the report) until somebody who reads the study accepts it. Absent: accepted. */
    status: z.enum(["draft", "accepted"]).optional(),
    /** Who accepted a mark that another drew. */
    acceptedBy: person.optional(),
    /** UTC, ISO 8601. */
    createdAt: z.iso.datetime(),
    stats: annotationStatsSchema.optional(),
  })
  .refine((record) => record.points.length === pointsOfKind[record.kind], {
    message: "wrong number of points for its kind",
  })
  .refine((record) => record.acceptedBy === undefined || record.status === "accepted", {
    message: "accepted by somebody and yet a draft",
  });
export type AnnotationRecord = z.infer<typeof annotationRecordSchema>;

/**
 * Reads one record of a shared document; a record of a foreign version or shape is refused, not repaired.
 * @returns the record, or undefined when it is not a valid one (the caller decides what to tell).
 */
export function readAnnotationRecord(value: unknown): AnnotationRecord | undefined {
  const parsed = annotationRecordSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** Does it belong to the record, or is it somebody's draft? */
export const isAccepted = (record: Pick<AnnotationRecord, "status">): boolean => record.status !== "draft";

/**
 * The record with the status that it gets from this hand: who may accept does so by drawing, and keeps what was said of others' marks;
 * whatever anybody else draws or changes is a draft.
 */
export function withStatus(
  record: AnnotationRecord,
  hand: { readonly id: string; readonly accepts: boolean },
): AnnotationRecord {
  const { acceptedBy, status, ...rest } = record;
  if (!hand.accepts) return { ...rest, status: "draft" };
  if (rest.author.id === hand.id) return { ...rest, status: "accepted" };
  return { ...rest, status: status ?? "accepted", ...(acceptedBy ? { acceptedBy } : {}) };
}

/** Another's draft, accepted. */
export const acceptedRecord = (
  record: AnnotationRecord,
  by: { readonly id: string; readonly name: string },
): AnnotationRecord => ({
  ...record,
  status: "accepted",
  ...(by.id === record.author.id ? {} : { acceptedBy: { id: by.id, name: by.name } }),
});

const minus = (a: PointMm, b: PointMm): PointMm => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const dot = (a: PointMm, b: PointMm) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const size = (a: PointMm) => Math.hypot(a[0], a[1], a[2]);

/** Distance of two points, in the unit of the points (mm). */
export function distanceMm(a: PointMm, b: PointMm): number {
  return size(minus(a, b));
}

/**
 * Area in mm² of the ellipse with the given ends of its axes (bottom, top, left, right): π·a·b with the half axes a and b.
 * The half axes are those of the points, whatever the ellipse's turn in the plane.
 */
export function ellipseAreaMm2(bottom: PointMm, top: PointMm, left: PointMm, right: PointMm): number {
  return (Math.PI * distanceMm(bottom, top) * distanceMm(left, right)) / 4;
}

/** Area in mm² of the rectangle by its top left, top right and bottom left corners. */
export function rectangleAreaMm2(topLeft: PointMm, topRight: PointMm, bottomLeft: PointMm): number {
  return distanceMm(topLeft, topRight) * distanceMm(topLeft, bottomLeft);
}

/** Angle in degrees, 0 to 180, at `vertex` between its two arms; 0 when an arm has no length. */
export function angleDeg(end: PointMm, vertex: PointMm, otherEnd: PointMm): number {
  const a = minus(end, vertex);
  const b = minus(otherEnd, vertex);
  const product = size(a) * size(b);
  if (product === 0) return 0;
  return (Math.acos(Math.max(-1, Math.min(1, dot(a, b) / product))) * 180) / Math.PI;
}

/**
 * What the points alone say: a length in mm, an area in mm², an angle in degrees. Without a calibrated spacing only the angle is
 * told, since a pixel is not a millimetre.
 */
export function measure(
  kind: AnnotationKind,
  points: readonly PointMm[],
  spacing: AnnotationRecord["spacing"],
): AnnotationStats {
  if (points.length !== pointsOfKind[kind]) return {};
  const [p0, p1, p2, p3] = points as [PointMm, PointMm, PointMm, PointMm];
  if (kind === "angle") return { angleDeg: angleDeg(p0, p1, p2) };
  if (spacing === "none") return {};
  if (kind === "length") return { lengthMm: distanceMm(p0, p1) };
  if (kind === "ellipse") return { areaMm2: ellipseAreaMm2(p0, p1, p2, p3) };
  if (kind === "rectangle") return { areaMm2: rectangleAreaMm2(p0, p1, p2) };
  return {};
}

/**
 * The record's figure in words, as a report's live field shows it: "12.3 mm", "4.1 cm², mean 62 ± 9 HU", "38°".
 * Lengths to 0.1 mm, HU to 1: finer digits would claim what neither pixel nor hand has. Empty when there is nothing measured.
 */
export function describeMeasurement(record: Pick<AnnotationRecord, "stats" | "spacing">): string {
  const { stats = {}, spacing } = record;
  const parts: string[] = [];
  if (stats.lengthMm !== undefined) parts.push(`${stats.lengthMm.toFixed(1)} mm`);
  if (stats.areaMm2 !== undefined) {
    parts.push(stats.areaMm2 < 100 ? `${stats.areaMm2.toFixed(1)} mm²` : `${(stats.areaMm2 / 100).toFixed(2)} cm²`);
  }
  if (parts.length > 0 && spacing === "detector") parts[0] += " at detector";
  if (stats.angleDeg !== undefined) parts.push(`${stats.angleDeg.toFixed(0)}°`);
  if (stats.meanHu !== undefined) {
    parts.push(
      stats.sdHu === undefined
        ? `${stats.meanHu.toFixed(0)} HU`
        : `mean ${stats.meanHu.toFixed(0)} ± ${stats.sdHu.toFixed(0)} HU`,
    );
  } else if (stats.mean !== undefined) {
    const unit = stats.unit ? ` ${stats.unit}` : "";
    parts.push(
      stats.sd === undefined
        ? `${stats.mean.toFixed(1)}${unit}`
        : `mean ${stats.mean.toFixed(1)} ± ${stats.sd.toFixed(1)}${unit}`,
    );
  }
  return parts.join(", ");
}
