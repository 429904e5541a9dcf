import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import type { RenderedSection } from "@readroom/shared/crdt/report.js";
import type { DicomJson } from "../ingest/public.js";
import type { ImageReference } from "./content.js";
import type { Dataset } from "./dataset.js";
import type { EvidenceKind } from "./uids.js";

/** An instance's place in the archive's hierarchy. */
export interface InstanceName extends ImageReference {
  readonly studyInstanceUid: string;
  readonly seriesInstanceUid: string;
}

/** An image that marks lie on. `numberOfFrames`: 1 for a single-frame image. */
export interface MarkedImage extends InstanceName {
  readonly numberOfFrames: number;
  readonly metadata: DicomJson;
}

export type SignKind = "preliminary" | "final" | "addendum" | "corrected";

/** A signed version as the objects tell of it; `signedAt` in ms since 1970. */
export interface SignedVersion {
  readonly id: string;
  readonly version: number;
  readonly kind: SignKind;
  readonly signedAt: number;
  readonly signedByName: string;
  /** Of who signed. */
  readonly organisation: string;
  readonly sections: readonly RenderedSection[];
  readonly authors: readonly string[];
  readonly marks: readonly AnnotationRecord[];
}

/** What of the order the report answers to (Referenced Request Sequence, PS3.3 §C.17.2). */
export interface Request {
  readonly accession: string;
  readonly placer: string;
  readonly filler: string;
  readonly procedureCode: string;
  readonly procedureCodingSystem: string;
  readonly procedureText: string;
}

/** A study that an object goes into, with what its objects have in common. */
export interface StudyHead {
  readonly studyInstanceUid: string;
  /** Of one of the study's stored images: patient and study attributes are copied from it. */
  readonly metadata: DicomJson;
}

export interface EvidenceInput {
  readonly studyId: string;
  readonly reportId: string;
  readonly study: StudyHead;
  /** Other studies of the patient that marks lie on, by Study Instance UID. */
  readonly priors: ReadonlyMap<string, StudyHead>;
  readonly version: SignedVersion;
  /** The versions that this one carries on or adds to, the first first. */
  readonly before: readonly SignedVersion[];
  /** IANA zone of the site: the objects' dates and times are its wall clock's. */
  readonly timeZone: string;
  readonly request: Request;
  /** All images of the study that were there at the signature. */
  readonly images: readonly InstanceName[];
  /** The images that the marks lie on, by SOP Instance UID; one that is missing is gone. */
  readonly marked: ReadonlyMap<string, MarkedImage>;
  /** SOP Instance UIDs of the objects of earlier versions that are stored. */
  readonly stored: ReadonlySet<string>;
}

export interface EvidenceObject {
  readonly kind: EvidenceKind;
  readonly studyInstanceUid: string;
  readonly sopClassUid: string;
  readonly sopInstanceUid: string;
  readonly dataset: Dataset;
}

/** A mark that an object does not hold, and why. */
export interface LeftOut {
  readonly markId: string;
  readonly from: "measurements" | "presentation";
  readonly why: string;
}
