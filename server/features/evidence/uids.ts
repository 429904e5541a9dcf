import { createHash } from "node:crypto";
import { type Uid, uidFromUuid } from "@readroom/shared/dicom/uid.js";

/** Namespace of the hub's own objects (RFC 9562 §5.5). */
const NAMESPACE = Buffer.from("6d0c0b5e6d0f4b0c9d5a2f6a7c1e8b34", "hex");

/**
 * UID of a name-based UUID (RFC 9562 §5.5 version 5, DICOM PS3.5 §B.2): the same name gives the same UID, on every hub and every time,
 * so that an object made twice is one object.
 */
function uidOf(...name: readonly string[]): Uid {
  const bytes = createHash("sha1").update(NAMESPACE).update(name.join("/")).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  return uidFromUuid(bytes.toString("hex"));
}

export type EvidenceKind = "text" | "measurements" | "presentation";

/** The series of one kind of object of a report; presentation states have one in each study whose images they present. */
export const seriesUid = (reportId: string, kind: EvidenceKind, studyUid: string): Uid =>
  uidOf("series", reportId, kind, studyUid);

/** `part`: presentation states of one version and study that can't be one are counted from 0. */
export const instanceUid = (versionId: string, kind: EvidenceKind, studyUid: string, part = 0): Uid =>
  uidOf("instance", versionId, kind, studyUid, String(part));

/** Tracking Unique Identifier of a mark (PS3.16 TID 1501): the same in every version of the report. */
export const trackingUid = (studyId: string, markId: string): Uid => uidOf("mark", studyId, markId);
