import { type AnnotationRecord, describeMeasurement } from "@readroom/shared/crdt/annotation.js";
import { type Code, concept, figures } from "./codes.js";
import {
  codedItem,
  containerItem,
  imageItem,
  numberItem,
  observer,
  patientItem,
  pixelsItem,
  type Relationship,
  rootItem,
  textItem,
  uidItem,
} from "./content.js";
import type { Dataset } from "./dataset.js";
import { COMPREHENSIVE_3D_SR, structuredReport } from "./document.js";
import type { EvidenceInput, EvidenceObject, LeftOut, MarkedImage } from "./facts.js";
import { pixelsOf, shapeOf } from "./geometry.js";
import { personName } from "./modules.js";
import { predecessorsOf } from "./report-text.js";
import { instanceUid, trackingUid } from "./uids.js";

interface Placed {
  readonly mark: AnnotationRecord;
  readonly image: MarkedImage;
  /** The mark's coordinates, for either place in which they can stand. */
  readonly region: (relationship: Relationship, name: Code) => Dataset;
}

/**
 * The marks as Comprehensive 3D SR, PS3.16 TID 1500: a measurement group a mark, with its author, where it lies (mm of the frame of
 * reference; pixels where the image has none) and its figures. Undefined where no mark can be told.
 */
export function measurementReport(input: EvidenceInput): { object: EvidenceObject | undefined; leftOut: LeftOut[] } {
  const { version, study, request } = input;
  const leftOut: LeftOut[] = [];
  const placed: Placed[] = [];
  for (const mark of version.marks) {
    const place = placeOf(mark, input.marked.get(mark.sopInstanceUid));
    if (typeof place === "string") leftOut.push({ markId: mark.id, from: "measurements", why: place });
    else placed.push(place);
  }
  if (placed.length === 0) return { object: undefined, leftOut };
  const reported: Code = request.procedureCode
    ? [request.procedureCode, request.procedureCodingSystem || "L", request.procedureText || "Procedure"]
    : concept.imagingProcedure;
  const root = rootItem(
    concept.measurementReport,
    [
      codedItem("HAS CONCEPT MOD", concept.language, concept.undetermined),
      ...observer(personName(version.signedByName), version.organisation),
      codedItem("HAS CONCEPT MOD", concept.procedureReported, reported),
      containerItem(
        concept.imagingMeasurements,
        placed.map((place) => group(input.studyId, place)),
      ),
    ],
    "1500",
  );
  const sopInstanceUid = instanceUid(version.id, "measurements", study.studyInstanceUid);
  const facts = {
    kind: "measurements",
    sopClassUid: COMPREHENSIVE_3D_SR,
    sopInstanceUid,
    authors: [...new Set(placed.map(({ mark }) => mark.author.name))],
    predecessors: predecessorsOf(input, "measurements", COMPREHENSIVE_3D_SR),
    otherImages: placed.map(({ image }) => image).filter((image) => image.studyInstanceUid !== study.studyInstanceUid),
  } as const;
  const dataset = structuredReport(input, facts, root);
  const { kind, sopClassUid } = facts;
  return { object: { kind, studyInstanceUid: study.studyInstanceUid, sopClassUid, sopInstanceUid, dataset }, leftOut };
}

function placeOf(mark: AnnotationRecord, image: MarkedImage | undefined): Placed | string {
  if (image === undefined) return "its image is gone";
  const { frameOfReferenceUid } = mark;
  if (frameOfReferenceUid !== null) {
    const shape = foundAt(mark.kind, mark.points);
    return { mark, image, region: (relationship, name) => patientItem(relationship, name, shape, frameOfReferenceUid) };
  }
  const pixels = pixelsOf(mark, image.metadata);
  if (typeof pixels === "string") return pixels;
  const shape = foundAt(mark.kind, pixels);
  const on = referenceOf(image, mark.frame);
  return { mark, image, region: (relationship, name) => pixelsItem(relationship, name, shape, on) };
}

/** An arrow points at a place: what is told of it is its tip. */
const foundAt = (kind: AnnotationRecord["kind"], points: readonly (readonly number[])[]) =>
  shapeOf(kind === "arrow" ? "probe" : kind, points);

/** A frame is named only of an image that has several (PS3.3 Table 10-3). */
export const referenceOf = ({ sopClassUid, sopInstanceUid, numberOfFrames }: MarkedImage, frame: number) => ({
  sopClassUid,
  sopInstanceUid,
  frame: numberOfFrames > 1 ? frame : undefined,
});

/** Along these something is measured; the others enclose or point at what was found. */
const ALONG: ReadonlySet<AnnotationRecord["kind"]> = new Set(["length", "angle"]);

/**
 * A measurement group: of a region (TID 1410), or, for a length or an angle, of figures that were inferred from coordinates (TID 1501,
 * 300). A line that has no figure, since its image is not calibrated, is a region too.
 */
function group(studyId: string, { mark, image, region }: Placed): Dataset {
  const numbers = figuresOf(mark);
  const inferred = numbers.length > 0 && ALONG.has(mark.kind);
  const inImage = mark.plane === undefined || mark.plane.inImage;
  const words = [mark.text, describeMeasurement(mark)].map((text) => text?.trim() ?? "").filter(Boolean);
  return containerItem(
    concept.measurementGroup,
    [
      textItem("HAS OBS CONTEXT", concept.trackingIdentifier, mark.id),
      uidItem("HAS OBS CONTEXT", concept.trackingUid, trackingUid(studyId, mark.id)),
      ...observer(personName(mark.author.name)),
      codedItem("CONTAINS", concept.finding, numbers.length > 0 ? concept.measurementFinding : concept.clinicalFinding),
      ...(inferred ? [] : [region("CONTAINS", concept.imageRegion)]),
      // Pixel coordinates name their image themselves; a mark across images lies in none.
      ...(mark.frameOfReferenceUid !== null && inImage
        ? [imageItem("CONTAINS", concept.source, referenceOf(image, mark.frame))]
        : []),
      ...numbers.map(({ name, value, unit, derivation }) =>
        numberItem(name, value, unit, [
          ...(derivation ? [codedItem("HAS CONCEPT MOD", concept.derivation, derivation)] : []),
          ...(inferred ? [region("INFERRED FROM", concept.sourceOfMeasurement)] : []),
        ]),
      ),
      ...(words.length > 0 ? [textItem("CONTAINS", concept.comment, words.join(": "))] : []),
    ],
    inferred ? "1501" : "1410",
  );
}

/** The figures that have a code and a unit; no distance and no area where a pixel is no millimetre. */
function figuresOf({ kind, stats = {}, spacing }: AnnotationRecord) {
  return (Object.keys(figures) as (keyof typeof figures)[]).flatMap((key) => {
    const value = stats[key];
    if (value === undefined || (spacing === "none" && (key === "lengthMm" || key === "areaMm2"))) return [];
    const { name, unit, derivation }: { name: Code; unit: Code; derivation?: Code } = figures[key];
    // A probe reads one value: there is nothing that it would be the mean of.
    return [{ name, unit, value, derivation: kind === "probe" ? undefined : derivation }];
  });
}
