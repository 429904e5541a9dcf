import type { PhantomSpec, StudyHeader, Vec3 } from "../types.js";
import type { Attribute } from "./part10.js";
import { derivedUid } from "./uid.js";

export const SOP_CLASS = {
  ct: "1.2.840.10008.5.1.4.1.1.2",
  mr: "1.2.840.10008.5.1.4.1.1.4",
  dxForPresentation: "1.2.840.10008.5.1.4.1.1.1.1",
  usMultiFrame: "1.2.840.10008.5.1.4.1.1.3.1",
} as const;

/** The UIDs of one study of a phantom, all from the seed and the accession number. */
export interface StudyUids {
  readonly study: string;
  readonly frameOfReference: string;
  series(number: number): string;
  instance(series: number, instance: number): string;
}

export function studyUids(spec: PhantomSpec, header: StudyHeader, seed: number): StudyUids {
  const root = [spec.id, seed, header.accessionNumber, header.patient.id, header.studyDate, header.studyTime] as const;
  return {
    study: header.studyInstanceUid ?? derivedUid("study", ...root),
    frameOfReference: derivedUid("frame", ...root),
    series: (number) => derivedUid("series", ...root, number),
    instance: (series, instance) => derivedUid("instance", ...root, series, instance),
  };
}

export interface ObjectPlace {
  readonly sopClassUid: string;
  readonly seriesNumber: number;
  readonly seriesDescription: string;
  readonly instanceNumber: number;
  /** Seconds after the study's time. */
  readonly secondsIn: number;
}

/** Patient, General Study, General Series, General Equipment, General Image, SOP Common (PS3.3 C.7, C.12.1). */
export function commonModules(
  spec: PhantomSpec,
  header: StudyHeader,
  uids: StudyUids,
  place: ObjectPlace,
): Attribute[] {
  const { patient } = header;
  const time = laterTime(header.studyTime, place.secondsIn);
  return [
    [0x00080005, "CS", "ISO_IR 192"],
    [0x00080016, "UI", place.sopClassUid],
    [0x00080018, "UI", uids.instance(place.seriesNumber, place.instanceNumber)],
    [0x00080020, "DA", header.studyDate],
    [0x00080021, "DA", header.studyDate],
    [0x00080022, "DA", header.studyDate],
    [0x00080023, "DA", header.studyDate],
    [0x00080030, "TM", header.studyTime],
    [0x00080031, "TM", laterTime(header.studyTime, 60 * (place.seriesNumber - 1))],
    [0x00080032, "TM", time],
    [0x00080033, "TM", time],
    [0x00080050, "SH", header.accessionNumber],
    [0x00080060, "CS", spec.modality],
    [0x00080070, "LO", "Readroom"],
    [0x00080080, "LO", header.institution],
    [0x00080090, "PN", header.referringPhysician],
    ...(header.timezoneOffset ? [[0x00080201, "SH", header.timezoneOffset] as const] : []),
    [0x00081010, "SH", header.stationName],
    [0x00081030, "LO", header.studyDescription ?? spec.studyDescription],
    [0x0008103e, "LO", place.seriesDescription],
    [0x00081090, "LO", "Phantom generator"],
    [0x00100010, "PN", patient.name],
    [0x00100020, "LO", patient.id],
    ...(patient.issuer ? [[0x00100021, "LO", patient.issuer] as const] : []),
    [0x00100030, "DA", patient.birthDate],
    [0x00100040, "CS", patient.sex],
    ...ageAttribute(header),
    [0x00180015, "CS", spec.bodyPart],
    [0x00181000, "LO", `PHANTOM-${spec.id}`.toUpperCase().slice(0, 64)],
    [0x00181020, "LO", "1"],
    [0x0020000d, "UI", uids.study],
    [0x0020000e, "UI", uids.series(place.seriesNumber)],
    [0x00200010, "SH", header.studyId],
    [0x00200011, "IS", place.seriesNumber],
    [0x00200013, "IS", place.instanceNumber],
    [0x00204000, "LT", "Computed phantom. No patient was imaged."],
    [0x00280301, "CS", "NO"],
    [0x00282110, "CS", "00"],
  ];
}

function ageAttribute({ patient, studyDate }: StudyHeader): Attribute[] {
  if (!/^\d{8}$/.test(patient.birthDate) || !/^\d{8}$/.test(studyDate)) return [];
  const years = Math.floor((Number(studyDate) - Number(patient.birthDate)) / 10000);
  return years >= 0 && years < 1000 ? [[0x00101010, "AS", `${String(years).padStart(3, "0")}Y`]] : [];
}

/** HHMMSS plus seconds, kept within the day: a study never ends before it began. */
function laterTime(time: string, seconds: number): string {
  if (!/^\d{6}/.test(time)) return time;
  const base = Number(time.slice(0, 2)) * 3600 + Number(time.slice(2, 4)) * 60 + Number(time.slice(4, 6));
  const at = Math.min(base + Math.round(seconds), 86399);
  return [at / 3600, (at / 60) % 60, at % 60].map((v) => String(Math.floor(v)).padStart(2, "0")).join("");
}

export interface Grayscale {
  readonly rows: number;
  readonly columns: number;
  readonly bitsAllocated: 8 | 16;
  readonly bitsStored: number;
  readonly window?: { readonly centre: number; readonly width: number; readonly name: string };
}

/** Image Pixel (PS3.3 C.7.6.3) and the linear VOI window (C.11.2). */
export function pixelModule(g: Grayscale): Attribute[] {
  return [
    [0x00280002, "US", 1],
    [0x00280004, "CS", "MONOCHROME2"],
    [0x00280010, "US", g.rows],
    [0x00280011, "US", g.columns],
    [0x00280100, "US", g.bitsAllocated],
    [0x00280101, "US", g.bitsStored],
    [0x00280102, "US", g.bitsStored - 1],
    [0x00280103, "US", 0],
    ...(g.window
      ? ([
          [0x00281050, "DS", g.window.centre],
          [0x00281051, "DS", g.window.width],
          [0x00281055, "LO", g.window.name],
        ] as const)
      : []),
  ];
}

/** Frame of Reference and Image Plane (PS3.3 C.7.4.1, C.7.6.2) of an unangled axial slice, head first supine. */
export function axialPlane(uids: StudyUids, first: Vec3, spacingMm: number, thicknessMm: number): Attribute[] {
  return [
    [0x00180050, "DS", thicknessMm],
    [0x00185100, "CS", "HFS"],
    [0x00200032, "DS", first.map(tenThousandths)],
    [0x00200037, "DS", [1, 0, 0, 0, 1, 0]],
    [0x00200052, "UI", uids.frameOfReference],
    [0x00201040, "LO", ""],
    [0x00201041, "DS", tenThousandths(first[2])],
    [0x00280030, "DS", [spacingMm, spacingMm]],
  ];
}

function tenThousandths(v: number): number {
  return Math.round(v * 10000) / 10000;
}
