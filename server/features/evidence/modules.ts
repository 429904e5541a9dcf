import { nameOfDisplay } from "@readroom/shared/dicom/person-name.js";
import { Tag } from "@readroom/shared/dicom/tags.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { offsetAt } from "@readroom/shared/kernel/wall-time.js";
import { OWN_MANUFACTURER } from "../ingest/public.js";
import { codeItem } from "./codes.js";
import { copied, type Dataset, dataset, joined } from "./dataset.js";
import type { EvidenceInput, InstanceName, Request, StudyHead } from "./facts.js";
import { type EvidenceKind, seriesUid } from "./uids.js";

const ISSUER_QUALIFIERS = "00100024";
const PATIENT_SIZE = "00101020";
const PATIENT_WEIGHT = "00101030";

/** Type 2 attributes of the Patient (PS3.3 §C.7.1.1) and General Study (§C.7.2.1) modules: there, whatever the image has. */
const PATIENT_AND_STUDY = dataset({
  ...{ PatientName: null, PatientID: null, PatientBirthDate: null, PatientSex: null },
  ...{ StudyDate: null, StudyTime: null, ReferringPhysicianName: null, StudyID: null, AccessionNumber: null },
});
const COPIED = [
  ...[Tag.PatientName, Tag.PatientID, Tag.IssuerOfPatientID, ISSUER_QUALIFIERS, Tag.PatientBirthDate, Tag.PatientSex],
  ...[Tag.OtherPatientIDsSequence, Tag.PatientAge, PATIENT_SIZE, PATIENT_WEIGHT],
  ...[Tag.StudyInstanceUID, Tag.StudyDate, Tag.StudyTime, Tag.ReferringPhysicianName, Tag.StudyID, Tag.AccessionNumber],
  ...[Tag.IssuerOfAccessionNumberSequence, Tag.StudyDescription, Tag.TimezoneOffsetFromUTC],
];

/** Series of the hub's own come after every device's. */
const SERIES: Readonly<Record<EvidenceKind, { number: number; modality: string; description: string }>> = {
  text: { number: 9001, modality: "SR", description: "Report" },
  measurements: { number: 9002, modality: "SR", description: "Measurements" },
  presentation: { number: 9003, modality: "PR", description: "Marks on images" },
};

/** A person's display name as PN; what separates components and groups is no part of it. */
export const personName = (display: string): string => nameOfDisplay(display.replace(/[\^=\\]/g, " ")) || "Unknown";

export interface Moment {
  /** DA and TM of the wall clock. */
  readonly date: string;
  readonly time: string;
  /** DT with the offset from UTC. */
  readonly dateTime: string;
}

/**
 * An instant on the wall clock of an IANA zone; where the study's images carry an offset from UTC of their own, on that clock, since the
 * attribute holds for every time of an object (PS3.3 §C.12.1.1.8).
 */
export function momentOf(at: number, timeZone: string, study?: StudyHead): Moment {
  const stated = /^([+-])(\d{2})(\d{2})$/.exec(String(study?.metadata[Tag.TimezoneOffsetFromUTC]?.Value?.[0] ?? ""));
  const minutes = stated
    ? (stated[1] === "-" ? -1 : 1) * (Number(stated[2]) * 60 + Number(stated[3]))
    : Math.round(offsetAt(at, timeZone) / MINUTE);
  const digits = new Date(at + minutes * MINUTE).toISOString().replace(/\D/g, "");
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  const offset = `${minutes < 0 ? "-" : "+"}${two(Math.abs(minutes) / 60)}${two(Math.abs(minutes) % 60)}`;
  const [date, time] = [digits.slice(0, 8), digits.slice(8, 14)];
  return { date, time, dateTime: `${date}${time}${offset}` };
}

/** Patient, General Study, Series, General Equipment and SOP Common (PS3.3 §C.7, §C.12.1) of an object that goes into `study`. */
export function commonModules(
  input: EvidenceInput,
  kind: EvidenceKind,
  object: { readonly study: StudyHead; readonly sopClassUid: string; readonly sopInstanceUid: string },
  instanceNumber: number,
): Dataset {
  const { study, sopClassUid, sopInstanceUid } = object;
  const signed = momentOf(input.version.signedAt, input.timeZone, study);
  const { number, modality, description } = SERIES[kind];
  return joined(
    PATIENT_AND_STUDY,
    copied(study.metadata, COPIED),
    dataset({
      SpecificCharacterSet: "ISO_IR 192",
      InstanceCreationDate: signed.date,
      InstanceCreationTime: signed.time,
      SOPClassUID: sopClassUid,
      SOPInstanceUID: sopInstanceUid,
      Modality: modality,
      Manufacturer: OWN_MANUFACTURER,
      ManufacturerModelName: OWN_MANUFACTURER,
      SeriesDescription: description,
      StudyInstanceUID: study.studyInstanceUid,
      SeriesInstanceUID: seriesUid(input.reportId, kind, study.studyInstanceUid),
      SeriesNumber: number,
      InstanceNumber: instanceNumber,
    }),
  );
}

/** Instances by study and series (Hierarchical SOP Instance Reference Macro, PS3.3 Table C.17-3). */
export function referencesOf(instances: readonly InstanceName[]): Dataset[] {
  const studies = new Map<string, Map<string, Map<string, InstanceName>>>();
  for (const instance of instances) {
    const study = studies.get(instance.studyInstanceUid) ?? new Map<string, Map<string, InstanceName>>();
    const series = study.get(instance.seriesInstanceUid) ?? new Map<string, InstanceName>();
    series.set(instance.sopInstanceUid, instance);
    studies.set(instance.studyInstanceUid, study.set(instance.seriesInstanceUid, series));
  }
  return [...studies].map(([StudyInstanceUID, series]) =>
    dataset({
      StudyInstanceUID,
      ReferencedSeriesSequence: [...series].map(([SeriesInstanceUID, named]) =>
        dataset({
          SeriesInstanceUID,
          ReferencedSOPSequence: [...named.values()].map(({ sopClassUid, sopInstanceUid }) =>
            dataset({ ReferencedSOPClassUID: sopClassUid, ReferencedSOPInstanceUID: sopInstanceUid }),
          ),
        }),
      ),
    }),
  );
}

/** The order that the report answers to: one item, its own attributes type 2 but for the study. */
export function requestItem(study: StudyHead, request: Request): Dataset {
  const code = request.procedureCode
    ? [codeItem([request.procedureCode, request.procedureCodingSystem || "L", request.procedureText || "Procedure"])]
    : [];
  return dataset({
    StudyInstanceUID: study.studyInstanceUid,
    ReferencedStudySequence: null,
    AccessionNumber: request.accession,
    PlacerOrderNumberImagingServiceRequest: request.placer,
    FillerOrderNumberImagingServiceRequest: request.filler,
    RequestedProcedureID: null,
    RequestedProcedureDescription: request.procedureText,
    RequestedProcedureCodeSequence: code.length > 0 ? code : null,
  });
}
