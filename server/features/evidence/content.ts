import { type Code, codeItem, concept } from "./codes.js";
import { type Dataset, dataset, joined } from "./dataset.js";

/** Content items of a structured report (PS3.3 §C.17.3), each made for the relationship in which its parent holds it. */
export type Relationship = "CONTAINS" | "HAS OBS CONTEXT" | "HAS CONCEPT MOD" | "INFERRED FROM" | "SELECTED FROM";

function item(relationship: Relationship, type: string, name: Code, value: Dataset, children: readonly Dataset[] = []) {
  const head = { RelationshipType: relationship, ValueType: type, ConceptNameCodeSequence: [codeItem(name)] };
  return joined(dataset(head), value, children.length === 0 ? {} : dataset({ ContentSequence: children }));
}

export const textItem = (relationship: Relationship, name: Code, text: string): Dataset =>
  item(relationship, "TEXT", name, dataset({ TextValue: text }));

export const codedItem = (relationship: Relationship, name: Code, value: Code): Dataset =>
  item(relationship, "CODE", name, dataset({ ConceptCodeSequence: [codeItem(value)] }));

export const uidItem = (relationship: Relationship, name: Code, uid: string): Dataset =>
  item(relationship, "UIDREF", name, dataset({ UID: uid }));

export const nameItem = (relationship: Relationship, name: Code, person: string): Dataset =>
  item(relationship, "PNAME", name, dataset({ PersonName: person }));

/** A number with its unit (PS3.3 §C.18.1). */
export function numberItem(name: Code, value: number, unit: Code, children: readonly Dataset[]): Dataset {
  const measured = dataset({ NumericValue: value, MeasurementUnitsCodeSequence: [codeItem(unit)] });
  return item("CONTAINS", "NUM", name, dataset({ MeasuredValueSequence: [measured] }), children);
}

/** An instance as another object names it; `frame` only of a multi-frame image. */
export interface ImageReference {
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly frame?: number | undefined;
}

export const referenceItem = ({ sopClassUid, sopInstanceUid, frame }: ImageReference): Dataset =>
  dataset({
    ReferencedSOPClassUID: sopClassUid,
    ReferencedSOPInstanceUID: sopInstanceUid,
    ReferencedFrameNumber: frame,
  });

export const imageItem = (relationship: Relationship, name: Code, image: ImageReference): Dataset =>
  item(relationship, "IMAGE", name, dataset({ ReferencedSOPSequence: [referenceItem(image)] }));

/** Coordinates in pixels of the image that they were selected from: (0, 0) its upper left corner (PS3.3 §C.18.6). */
export function pixelsItem(
  relationship: Relationship,
  name: Code,
  shape: { readonly type: string; readonly points: readonly (readonly number[])[] },
  image: ImageReference,
): Dataset {
  const value = dataset({ GraphicData: shape.points.flat(), GraphicType: shape.type });
  return item(relationship, "SCOORD", name, value, [imageItem("SELECTED FROM", concept.originalSource, image)]);
}

/** Coordinates in mm of a frame of reference (PS3.3 §C.18.9). */
export function patientItem(
  relationship: Relationship,
  name: Code,
  shape: { readonly type: string; readonly points: readonly (readonly number[])[] },
  frameOfReferenceUid: string,
): Dataset {
  const value = { GraphicData: shape.points.flat(), GraphicType: shape.type };
  return item(
    relationship,
    "SCOORD3D",
    name,
    dataset({ ...value, ReferencedFrameOfReferenceUID: frameOfReferenceUid }),
  );
}

const container = (name: Code, children: readonly Dataset[], template?: string): Dataset =>
  dataset({
    ValueType: "CONTAINER",
    ConceptNameCodeSequence: [codeItem(name)],
    ContinuityOfContent: "SEPARATE",
    ContentTemplateSequence:
      template === undefined ? undefined : [dataset({ MappingResource: "DCMR", TemplateIdentifier: template })],
    ContentSequence: children.length === 0 ? undefined : children,
  });

/** `template`: its TID of PS3.16, where the container is one's root. */
export const containerItem = (name: Code, children: readonly Dataset[], template?: string): Dataset =>
  joined(dataset({ RelationshipType: "CONTAINS" }), container(name, children, template));

/** The document's root (PS3.3 §C.17.3.1): it has no relationship to anything. */
export const rootItem = container;

/** Who observed (PS3.16 TID 1002, 1003): holds for the container that it stands in and all below. */
export function observer(name: string, organisation = ""): Dataset[] {
  return [
    codedItem("HAS OBS CONTEXT", concept.observerType, concept.person),
    nameItem("HAS OBS CONTEXT", concept.personName, name),
    ...(organisation ? [textItem("HAS OBS CONTEXT", concept.personOrganisation, organisation)] : []),
  ];
}
