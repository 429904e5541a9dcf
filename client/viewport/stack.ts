import { type DicomJson, itemsOf, numberOf, numbersOf, personNameOf, tag, textOf } from "./dicomJson";
import { centreOf, cross, dot, type ImagePlane, type Vec3 } from "./geometry";
import type { Voi } from "./windowPresets";

/** What a millimetre of an image means; see AnnotationRecord.spacing. */
export type SpacingKind = "patient" | "detector" | "none";

/** One displayable image: an instance, or one frame of a multi-frame instance. */
export interface StackImage {
  sopInstanceUid: string;
  frame: number;
  instanceNumber: number | undefined;
  /** null where the image has no position in the patient (CR, US, secondary capture). */
  plane: ImagePlane | null;
  /** The plane, or the image's own flat one (origin 0, row = x, column = y, unit by `spacing`). */
  ownPlane: ImagePlane;
  spacing: SpacingKind;
  thicknessMm: number | undefined;
  monochrome1: boolean;
  colour: boolean;
  /** The first window that the image itself names. */
  acquired: Voi | undefined;
}

/** A series as it is hung: its images in order, and what the overlays say of it. */
export interface ImageStack {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  frameOfReferenceUid: string | null;
  modality: string | undefined;
  seriesNumber: number | undefined;
  seriesDescription: string | undefined;
  studyDescription: string | undefined;
  studyDate: string | undefined;
  patient: { name: string | undefined; id: string | undefined; birthDate: string | undefined; sex: string | undefined };
  images: StackImage[];
  /** Distance of neighbouring slices in mm (median), thickness for a lone one; undefined without geometry. */
  sliceSpacingMm: number | undefined;
  /** Set when the images are moments, not places: milliseconds a frame (FrameTime, PS3.3 C.7.6.5). */
  frameTimeMs: number | undefined;
}

/** An image and the single-frame dataset that describes it, for the renderer. */
export interface StackFrame {
  image: StackImage;
  dataset: DicomJson;
}

const segmentation = "1.2.840.10008.5.1.4.1.1.66.4";
const projectionModalities = new Set(["CR", "DX", "XA", "RF", "MG", "PX", "IO"]);

/** True for instances with pixels that this viewer draws; reports, key objects, presentation states and segmentations are none. */
export function isImage(dataset: DicomJson): boolean {
  return (
    (numberOf(dataset, tag.Rows) ?? 0) > 0 &&
    (numberOf(dataset, tag.Columns) ?? 0) > 0 &&
    textOf(dataset, tag.SOPInstanceUID) !== undefined &&
    textOf(dataset, tag.SOPClassUID) !== segmentation
  );
}

/**
 * The dataset of one frame: attributes of the shared and the per-frame functional groups brought to the top level (PS3.3
 * C.7.6.16), multi-frame attributes left out, so that a frame reads like a single-frame instance.
 */
export function frameDataset(dataset: DicomJson, frame: number): DicomJson {
  const {
    [tag.SharedFunctionalGroups]: _shared,
    [tag.PerFrameFunctionalGroups]: _perFrame,
    [tag.NumberOfFrames]: _frames,
    ...flat
  } = dataset;
  const groups = [
    itemsOf(dataset, tag.SharedFunctionalGroups)[0],
    itemsOf(dataset, tag.PerFrameFunctionalGroups)[frame - 1],
  ];
  for (const group of groups) {
    for (const key of Object.keys(group ?? {})) {
      for (const macro of itemsOf(group as DicomJson, key)) Object.assign(flat, macro);
    }
  }
  if (numbersOf(flat, tag.PixelSpacing, 2) === undefined && numbersOf(flat, tag.ImagerPixelSpacing, 2)) {
    flat[tag.PixelSpacing] = flat[tag.ImagerPixelSpacing];
  }
  return flat;
}

function spacingKind(original: DicomJson, flat: DicomJson): SpacingKind {
  if (numbersOf(flat, tag.PixelSpacing, 2) === undefined) return "none";
  const imagerOnly = numbersOf(original, tag.ImagerPixelSpacing, 2);
  if (!imagerOnly) return "patient";
  // PixelSpacing equal to ImagerPixelSpacing means that nobody corrected for magnification (PS3.3 10.7.1.3)
  const pixel = numbersOf(original, tag.PixelSpacing, 2);
  const corrected = pixel?.some((value, index) => Math.abs(value - (imagerOnly[index] ?? 0)) > 1e-6);
  return corrected || !projectionModalities.has(textOf(original, tag.Modality) ?? "") ? "patient" : "detector";
}

function planesOf(flat: DicomJson): Pick<StackImage, "plane" | "ownPlane"> {
  const [rowSpacing = 1, columnSpacing = 1] = numbersOf(flat, tag.PixelSpacing, 2) ?? [];
  const size = {
    rows: numberOf(flat, tag.Rows) ?? 0,
    columns: numberOf(flat, tag.Columns) ?? 0,
    rowSpacing: rowSpacing > 0 ? rowSpacing : 1,
    columnSpacing: columnSpacing > 0 ? columnSpacing : 1,
  };
  const own: ImagePlane = { origin: [0, 0, 0], row: [1, 0, 0], column: [0, 1, 0], normal: [0, 0, 1], ...size };
  const origin = numbersOf(flat, tag.ImagePositionPatient, 3) as Vec3 | undefined;
  const cosines = numbersOf(flat, tag.ImageOrientationPatient, 6);
  if (!origin || !cosines || textOf(flat, tag.FrameOfReferenceUID) === undefined) return { plane: null, ownPlane: own };
  const row = cosines.slice(0, 3) as Vec3;
  const column = cosines.slice(3, 6) as Vec3;
  const normal = cross(row, column);
  if (Math.abs(Math.hypot(...normal) - 1) > 0.05) return { plane: null, ownPlane: own };
  const plane = { origin, row, column, normal, ...size };
  return { plane, ownPlane: plane };
}

function acquiredWindow(flat: DicomJson): Voi | undefined {
  const windowWidth = numberOf(flat, tag.WindowWidth);
  const windowCenter = numberOf(flat, tag.WindowCenter);
  return windowWidth === undefined || windowCenter === undefined ? undefined : { windowWidth, windowCenter };
}

function framesOf(dataset: DicomJson): StackFrame[] {
  const count = Math.max(1, Math.min(100_000, numberOf(dataset, tag.NumberOfFrames) ?? 1));
  return Array.from({ length: count }, (_, index) => {
    const flat = frameDataset(dataset, index + 1);
    const planes = planesOf(flat);
    if (!planes.plane) {
      // A position that names no frame of reference places nothing: the renderer must use the same flat plane as we do. Said in so many
      // words, since it writes "px" for the millimetres of an image (any radiograph) whose plane it has to assume.
      flat[tag.ImagePositionPatient] = { vr: "DS", Value: [0, 0, 0] };
      flat[tag.ImageOrientationPatient] = { vr: "DS", Value: [1, 0, 0, 0, 1, 0] };
    }
    const image: StackImage = {
      sopInstanceUid: textOf(dataset, tag.SOPInstanceUID) ?? "",
      frame: index + 1,
      instanceNumber: numberOf(dataset, tag.InstanceNumber),
      ...planes,
      spacing: spacingKind(dataset, flat),
      thicknessMm: numberOf(flat, tag.SliceThickness),
      monochrome1: textOf(flat, tag.PhotometricInterpretation) === "MONOCHROME1",
      acquired: acquiredWindow(flat),
      colour: !(textOf(flat, tag.PhotometricInterpretation) ?? "MONOCHROME").startsWith("MONOCHROME"),
    };
    return { image, dataset: flat };
  });
}

const byNumber = (a: StackFrame, b: StackFrame): number =>
  (a.image.instanceNumber ?? Number.MAX_SAFE_INTEGER) - (b.image.instanceNumber ?? Number.MAX_SAFE_INTEGER) ||
  a.image.sopInstanceUid.localeCompare(b.image.sopInstanceUid) ||
  a.image.frame - b.image.frame;

/** True when all images lie in parallel planes (within 2.5°), so that a position along the normal puts them in order. */
export function areParallel(images: readonly StackImage[]): boolean {
  const first = images[0]?.plane;
  return (
    first !== null &&
    first !== undefined &&
    images.every(({ plane }) => plane !== null && dot(plane.normal, first.normal) > 0.999)
  );
}

/**
 * Puts frames in reading order: parallel slices by position, from head to feet for axial ones, images at the same place by
 * instance number and frame; anything else (scouts among slices, projections, captures) by instance number and frame.
 */
export function sortFrames(frames: readonly StackFrame[]): StackFrame[] {
  const numbered = [...frames].sort(byNumber);
  const normal = numbered[0]?.image.plane?.normal;
  if (!normal || !areParallel(numbered.map(({ image }) => image))) return numbered;
  // rounded to a hundredth of a mm: positions of one slice at several moments differ in the last digit at some vendors
  const place = (frame: StackFrame) => Math.round(dot(frame.image.ownPlane.origin, normal) * 100);
  return numbered.sort((a, b) => place(b) - place(a) || byNumber(a, b));
}

function medianGap(images: readonly StackImage[]): number | undefined {
  const normal = images[0]?.plane?.normal;
  if (!normal || !areParallel(images)) return undefined;
  const gaps = images
    .slice(1)
    .map((image, index) =>
      Math.abs(dot(image.ownPlane.origin, normal) - dot((images[index] as StackImage).ownPlane.origin, normal)),
    )
    .filter((gap) => gap > 0.005)
    .sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)];
}

/** ms a frame where the frames are moments: by FrameTime, else the cine or recommended rate, else 15 a second. */
function frameTime(dataset: DicomJson, images: readonly StackImage[], gap: number | undefined): number | undefined {
  if (images.length < 2 || gap !== undefined) return undefined;
  const multiFrame = images.some(({ frame }) => frame > 1);
  const stated = numberOf(dataset, tag.FrameTime);
  const rate = numberOf(dataset, tag.CineRate) ?? numberOf(dataset, tag.RecommendedDisplayFrameRate);
  if (stated && stated > 0) return Math.max(8, stated);
  if (rate && rate > 0) return Math.max(8, 1000 / rate);
  return multiFrame ? 1000 / 15 : undefined;
}

/**
 * Makes a stack of a series' metadata (DICOM JSON of its instances, in any order).
 * @returns the stack and, in the same order, the dataset of each frame; undefined when the series has no image to draw
 */
export function buildStack(datasets: readonly DicomJson[]): { stack: ImageStack; frames: StackFrame[] } | undefined {
  const withImages = datasets.filter(isImage);
  const frames = sortFrames(withImages.flatMap(framesOf));
  const first = frames[0]?.dataset;
  const original = withImages[0];
  if (!first || !original) return undefined;
  const images = frames.map(({ image }) => image);
  const gap = medianGap(images);
  const hasPlane = images.every(({ plane }) => plane !== null);
  const stack: ImageStack = {
    studyInstanceUid: textOf(first, tag.StudyInstanceUID) ?? "",
    seriesInstanceUid: textOf(first, tag.SeriesInstanceUID) ?? "",
    frameOfReferenceUid: hasPlane ? (textOf(first, tag.FrameOfReferenceUID) ?? null) : null,
    modality: textOf(first, tag.Modality),
    seriesNumber: numberOf(first, tag.SeriesNumber),
    seriesDescription: textOf(first, tag.SeriesDescription),
    studyDescription: textOf(first, tag.StudyDescription),
    studyDate: textOf(first, tag.StudyDate),
    patient: {
      name: personNameOf(first, tag.PatientName),
      id: textOf(first, tag.PatientID),
      birthDate: textOf(first, tag.PatientBirthDate),
      sex: textOf(first, tag.PatientSex),
    },
    images,
    sliceSpacingMm: gap ?? (hasPlane ? images[0]?.thicknessMm : undefined),
    frameTimeMs: frameTime(original, images, gap),
  };
  return { stack, frames };
}

/** Index of an instance's frame in the stack, -1 when it is not in it. */
export function indexOfImage(stack: ImageStack, sopInstanceUid: string, frame: number): number {
  return stack.images.findIndex((image) => image.sopInstanceUid === sopInstanceUid && image.frame === frame);
}

/** The image shown first: the middle one of a stack of slices, the first of a cine or of loose images. */
export function firstShown(stack: ImageStack): number {
  return areParallel(stack.images) && stack.frameTimeMs === undefined ? Math.floor(stack.images.length / 2) : 0;
}

/** Position of image `index` along its stack's normal in mm, undefined without geometry. */
export function positionMm(stack: ImageStack, index: number): number | undefined {
  const plane = stack.images[index]?.plane;
  const normal = stack.images[0]?.plane?.normal;
  return plane && normal ? dot(centreOf(plane), normal) : undefined;
}
