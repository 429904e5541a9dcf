import { Tag } from "@readroom/shared/dicom/tags.js";
import type { InstanceMatch, SeriesMatch, StudyMatch } from "./store.js";

type Attribute = { vr: string; Value?: unknown[] };

const one = (vr: string, value: string | number | null | undefined): Attribute =>
  value === null || value === undefined || value === "" ? { vr } : { vr, Value: [value] };

/** Study-level answer (PS3.18 Table 10.6.3-3). */
export function studyJson(row: StudyMatch, base: string): Record<string, unknown> {
  return {
    ...row.dicom,
    [Tag.SpecificCharacterSet]: one("CS", "ISO_IR 192"),
    [Tag.InstanceAvailability]: one("CS", "ONLINE"),
    [Tag.ModalitiesInStudy]: { vr: "CS", Value: row.modalities },
    [Tag.RetrieveURL]: one("UR", `${base}/studies/${row.studyInstanceUid}`),
    [Tag.StudyInstanceUID]: one("UI", row.studyInstanceUid),
    [Tag.NumberOfStudyRelatedSeries]: one("IS", row.seriesCount),
    [Tag.NumberOfStudyRelatedInstances]: one("IS", row.instances),
  };
}

function seriesOnly(row: SeriesMatch, base: string): Record<string, unknown> {
  return {
    ...row.attributes,
    [Tag.Modality]: one("CS", row.modality),
    [Tag.SeriesDescription]: one("LO", row.seriesDescription),
    [Tag.BodyPartExamined]: one("CS", row.bodyPart),
    [Tag.SeriesNumber]: one("IS", row.seriesNumber),
    [Tag.SeriesInstanceUID]: one("UI", row.seriesInstanceUid),
    [Tag.NumberOfSeriesRelatedInstances]: one("IS", row.seriesInstances),
    [Tag.RetrieveURL]: one("UR", `${base}/studies/${row.studyInstanceUid}/series/${row.seriesInstanceUid}`),
  };
}

/** Series-level answer (Table 10.6.3-4); with the study's attributes where the URL did not name the study. */
export function seriesJson(row: SeriesMatch, base: string, withStudy: boolean): Record<string, unknown> {
  const study = withStudy ? studyJson(row, base) : { [Tag.StudyInstanceUID]: one("UI", row.studyInstanceUid) };
  return { ...study, ...seriesOnly(row, base) };
}

/** Instance-level answer (Table 10.6.3-5). */
export function instanceJson(row: InstanceMatch, base: string, withStudy: boolean): Record<string, unknown> {
  return {
    ...seriesJson(row, base, withStudy),
    [Tag.SOPClassUID]: one("UI", row.sopClassUid),
    [Tag.SOPInstanceUID]: one("UI", row.sopInstanceUid),
    "00083002": one("UI", row.transferSyntaxUid),
    [Tag.InstanceNumber]: one("IS", row.instanceNumber),
    [Tag.Rows]: one("US", row.rows),
    [Tag.Columns]: one("US", row.columns),
    ...(row.numberOfFrames > 1 ? { [Tag.NumberOfFrames]: one("IS", row.numberOfFrames) } : {}),
    [Tag.RetrieveURL]: one(
      "UR",
      `${base}/studies/${row.studyInstanceUid}/series/${row.seriesInstanceUid}/instances/${row.sopInstanceUid}`,
    ),
  };
}
