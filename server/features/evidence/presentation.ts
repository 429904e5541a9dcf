import { type AnnotationRecord, describeMeasurement } from "@readroom/shared/crdt/annotation.js";
import { Tag } from "@readroom/shared/dicom/tags.js";
import type { DicomJson } from "../ingest/public.js";
import { referenceItem } from "./content.js";
import { type Dataset, dataset, joined } from "./dataset.js";
import type { EvidenceInput, EvidenceObject, LeftOut, MarkedImage, StudyHead } from "./facts.js";
import { frameAttributes, numbersOf, pixelsOf, shapeOf } from "./geometry.js";
import { referenceOf } from "./measurements.js";
import { commonModules, momentOf, personName } from "./modules.js";
import { instanceUid } from "./uids.js";

export const GRAYSCALE_PRESENTATION = "1.2.840.10008.5.1.4.1.1.11.1";
const MODALITY_LUT_SEQUENCE = "00283000";
const RESCALE_TYPE = "00281054";
/** More than these have no place in the numbering of one version's presentation states. */
const MOST_PARTS = 99;

/** A mark with its points in pixels of its image, and that frame's attributes. */
interface Drawn {
  readonly mark: AnnotationRecord;
  readonly image: MarkedImage;
  readonly pixels: readonly (readonly [number, number])[];
  readonly frame: DicomJson;
}

/**
 * The marks as Grayscale Softcopy Presentation States (PS3.3 §A.33.1): one for each study that has marked images, since a state presents
 * images of its own study only. A state has one modality transformation and one output for all its images: where the images differ in
 * those (PET rescales slice by slice), there is one for each.
 */
export function presentationStates(input: EvidenceInput): { objects: EvidenceObject[]; leftOut: LeftOut[] } {
  const leftOut: LeftOut[] = [];
  const byStudy = new Map<string, Drawn[]>();
  for (const mark of input.version.marks) {
    const drawn = drawnOn(mark, input.marked.get(mark.sopInstanceUid));
    if (typeof drawn === "string") leftOut.push({ markId: mark.id, from: "presentation", why: drawn });
    else byStudy.set(drawn.image.studyInstanceUid, [...(byStudy.get(drawn.image.studyInstanceUid) ?? []), drawn]);
  }
  const objects: EvidenceObject[] = [];
  for (const [studyUid, drawn] of byStudy) {
    const study = studyUid === input.study.studyInstanceUid ? input.study : input.priors.get(studyUid);
    const parts = study ? [...grouped(drawn, ({ frame }) => JSON.stringify(transformation(frame)))] : [];
    const made = parts.slice(0, MOST_PARTS);
    for (const [part, [, marks]] of made.entries()) objects.push(stateOf(input, study as StudyHead, marks, part));
    const why = study ? "its image is one of too many presentation states" : "its image's study is gone";
    const left = study ? parts.slice(MOST_PARTS).flatMap(([, marks]) => marks) : drawn;
    for (const { mark } of left) leftOut.push({ markId: mark.id, from: "presentation", why });
  }
  return { objects, leftOut };
}

function drawnOn(mark: AnnotationRecord, image: MarkedImage | undefined): Drawn | string {
  if (image === undefined) return "its image is gone";
  const frame = frameAttributes(image.metadata, mark.frame);
  if (!String(frame[Tag.PhotometricInterpretation]?.Value?.[0] ?? "").startsWith("MONOCHROME"))
    return "its image is in colour: a grayscale state can't present it";
  if (frame[MODALITY_LUT_SEQUENCE]) return "its image has a modality table that the state would have to repeat";
  const pixels = pixelsOf(mark, image.metadata);
  return typeof pixels === "string" ? pixels : { mark, image, pixels, frame };
}

/** What a state applies to all of its images: the modality's rescale (PS3.3 §C.11.1) and the output's direction (§C.11.6). */
function transformation(frame: DicomJson): Readonly<Record<string, string | number>> {
  const [slope, intercept] = [numbersOf(frame, Tag.RescaleSlope)[0], numbersOf(frame, Tag.RescaleIntercept)[0]];
  const type = String(frame[RESCALE_TYPE]?.Value?.[0] ?? (frame[Tag.Modality]?.Value?.[0] === "CT" ? "HU" : "US"));
  return {
    ...(slope === undefined || intercept === undefined
      ? {}
      : { RescaleIntercept: intercept, RescaleSlope: slope, RescaleType: type }),
    PresentationLUTShape: frame[Tag.PhotometricInterpretation]?.Value?.[0] === "MONOCHROME1" ? "INVERSE" : "IDENTITY",
  };
}

function stateOf(input: EvidenceInput, study: StudyHead, marks: readonly Drawn[], part: number): EvidenceObject {
  const { version } = input;
  const sopInstanceUid = instanceUid(version.id, "presentation", study.studyInstanceUid, part);
  const object = { study, sopClassUid: GRAYSCALE_PRESENTATION, sopInstanceUid };
  const signed = momentOf(version.signedAt, input.timeZone, study);
  const layers = [...new Set(marks.map(({ mark }) => mark.author.name))];
  const made = joined(
    commonModules(input, "presentation", object, version.version * (MOST_PARTS + 1) + part),
    dataset({
      PresentationCreationDate: signed.date,
      PresentationCreationTime: signed.time,
      ContentLabel: "MARKS",
      ContentDescription: `Marks of report version ${version.version}, ${version.kind}`,
      ContentCreatorName: personName(version.signedByName),
      ReferencedSeriesSequence: [...grouped(marks, ({ image }) => image.seriesInstanceUid)].map(
        ([SeriesInstanceUID, ofSeries]) =>
          dataset({ SeriesInstanceUID, ReferencedImageSequence: imagesOf(ofSeries, "whole") }),
      ),
      ...transformation((marks[0] as Drawn).frame),
      SoftcopyVOILUTSequence: windows(marks),
      DisplayedAreaSelectionSequence: displayedAreas(marks),
      GraphicAnnotationSequence: marks.map((drawn) =>
        annotation(drawn, layerName(layers.indexOf(drawn.mark.author.name))),
      ),
      GraphicLayerSequence: layers.map((author, index) =>
        dataset({
          GraphicLayer: layerName(index),
          GraphicLayerOrder: index + 1,
          GraphicLayerDescription: `Marks of ${author}`,
        }),
      ),
    }),
  );
  const { sopClassUid } = object;
  return { kind: "presentation", studyInstanceUid: study.studyInstanceUid, sopClassUid, sopInstanceUid, dataset: made };
}

/** A layer an author: their marks can be told apart, and hidden, wherever the state is shown. */
const layerName = (index: number): string => `MARKS ${index + 1}`;

/** Each image once; `whole`: without the frames. */
function imagesOf(marks: readonly Drawn[], of: "whole" | "frames"): Dataset[] {
  const references = marks.map(({ image, mark }) =>
    of === "whole" ? { ...referenceOf(image, mark.frame), frame: undefined } : referenceOf(image, mark.frame),
  );
  const once = new Map(references.map((one) => [`${one.sopInstanceUid}#${one.frame ?? ""}`, one]));
  return [...once.values()].map(referenceItem);
}

/** The window that each image came with (PS3.3 §C.11.8): without one it would be shown over its whole range. */
function windows(marks: readonly Drawn[]): Dataset[] | undefined {
  const windowOf = ({ frame }: Drawn) => [numbersOf(frame, Tag.WindowCenter)[0], numbersOf(frame, Tag.WindowWidth)[0]];
  const with_ = marks.filter((drawn) => {
    const [centre, width] = windowOf(drawn);
    return centre !== undefined && width !== undefined && width >= 1;
  });
  const items = [...grouped(with_, (drawn) => windowOf(drawn).join())].map(([, same]) => {
    const [WindowCenter, WindowWidth] = windowOf(same[0] as Drawn);
    return dataset({ ReferencedImageSequence: imagesOf(same, "frames"), WindowCenter, WindowWidth });
  });
  return items.length > 0 ? items : undefined;
}

/** The whole of each image, the upper left pixel counted as 1\1 (PS3.3 §C.10.4). */
function displayedAreas(marks: readonly Drawn[]): Dataset[] {
  const sizeOf = ({ frame }: Drawn) => ({
    rows: numbersOf(frame, Tag.Rows)[0] ?? 0,
    columns: numbersOf(frame, Tag.Columns)[0] ?? 0,
    spacing: numbersOf(frame, Tag.PixelSpacing).slice(0, 2),
  });
  return [...grouped(marks, (drawn) => JSON.stringify(sizeOf(drawn)))].map(([, same]) => {
    const { rows, columns, spacing } = sizeOf(same[0] as Drawn);
    return dataset({
      ReferencedImageSequence: imagesOf(same, "whole"),
      DisplayedAreaTopLeftHandCorner: [1, 1],
      DisplayedAreaBottomRightHandCorner: [columns, rows],
      PresentationSizeMode: "SCALE TO FIT",
      ...(spacing.length === 2 ? { PresentationPixelSpacing: spacing } : { PresentationPixelAspectRatio: ["1", "1"] }),
    });
  });
}

/** A mark and its words on its image (PS3.3 §C.10.5), in pixels. */
function annotation({ mark, image, pixels }: Drawn, layer: string): Dataset {
  const shape = shapeOf(mark.kind, pixels);
  const words = [mark.text, describeMeasurement(mark)].map((text) => text?.trim() ?? "").filter(Boolean);
  const graphic = dataset({
    GraphicAnnotationUnits: "PIXEL",
    GraphicDimensions: 2,
    NumberOfGraphicPoints: shape.points.length,
    GraphicData: shape.points.flat(),
    GraphicType: shape.type,
    // Of closed outlines alone (PS3.3 Table C.10-5).
    GraphicFilled: shape.type === "ELLIPSE" || shape.points.length === 5 ? "N" : undefined,
  });
  const text = dataset({
    AnchorPointAnnotationUnits: "PIXEL",
    UnformattedTextValue: words.join("\n"),
    AnchorPoint: [...(pixels.at(-1) ?? [0, 0])],
    AnchorPointVisibility: "N",
  });
  return dataset({
    ReferencedImageSequence: [referenceItem(referenceOf(image, mark.frame))],
    GraphicLayer: layer,
    TextObjectSequence: words.length > 0 ? [text] : undefined,
    GraphicObjectSequence: [graphic],
  });
}

function grouped<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of list) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one]);
  return groups;
}
