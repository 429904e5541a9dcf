/** One element of the DICOM JSON model (DICOM PS3.18 F.2). */
export interface DicomJsonElement {
  vr?: string;
  Value?: unknown[];
  InlineBinary?: string;
  BulkDataURI?: string;
}
export type DicomJson = Record<string, DicomJsonElement | undefined>;

/** The tags this viewer reads, by the standard's keyword (DICOM PS3.6). */
export const tag = {
  ImageType: "00080008",
  SOPClassUID: "00080016",
  SOPInstanceUID: "00080018",
  StudyDate: "00080020",
  Modality: "00080060",
  StudyDescription: "00081030",
  SeriesDescription: "0008103E",
  AvailableTransferSyntaxUID: "00083002",
  PatientName: "00100010",
  PatientID: "00100020",
  PatientBirthDate: "00100030",
  PatientSex: "00100040",
  SliceThickness: "00180050",
  CineRate: "00180040",
  SpacingBetweenSlices: "00180088",
  FrameTime: "00181063",
  ImagerPixelSpacing: "00181164",
  RecommendedDisplayFrameRate: "00082144",
  StudyInstanceUID: "0020000D",
  SeriesInstanceUID: "0020000E",
  SeriesNumber: "00200011",
  InstanceNumber: "00200013",
  ImagePositionPatient: "00200032",
  ImageOrientationPatient: "00200037",
  FrameOfReferenceUID: "00200052",
  PhotometricInterpretation: "00280004",
  NumberOfFrames: "00280008",
  WindowCenter: "00281050",
  WindowWidth: "00281051",
  Rows: "00280010",
  Columns: "00280011",
  PixelSpacing: "00280030",
  PixelAspectRatio: "00280034",
  SharedFunctionalGroups: "52009229",
  PerFrameFunctionalGroups: "52009230",
  NumberOfSeriesRelatedInstances: "00201209",
} as const;

export function textOf(dataset: DicomJson, key: string): string | undefined {
  const value = dataset[key]?.Value?.[0];
  if (typeof value === "string") return value.trim() || undefined;
  return typeof value === "number" ? String(value) : undefined;
}

/** All values of an element as numbers; undefined unless there are `count` finite ones (DS and IS may come as strings). */
export function numbersOf(dataset: DicomJson, key: string, count: number): number[] | undefined {
  const values = (dataset[key]?.Value ?? []).map((value) =>
    value === null || value === "" ? Number.NaN : Number(value),
  );
  return values.length >= count && values.slice(0, count).every(Number.isFinite) ? values.slice(0, count) : undefined;
}

export function numberOf(dataset: DicomJson, key: string): number | undefined {
  return numbersOf(dataset, key, 1)?.[0];
}

export function itemsOf(dataset: DicomJson, key: string): DicomJson[] {
  const values = dataset[key]?.Value ?? [];
  return values.filter((value): value is DicomJson => typeof value === "object" && value !== null);
}

/** A person's name in reading order, "SAMPLE, Ada", with its ideographic form behind it where there is one (PS3.5 6.2.1). */
export function personNameOf(dataset: DicomJson, key: string): string | undefined {
  const value = dataset[key]?.Value?.[0];
  if (typeof value !== "string" && (typeof value !== "object" || value === null)) return undefined;
  const [alphabeticForm, ideographicForm] = typeof value === "string" ? value.split("=") : [];
  const groups: { Alphabetic?: string; Ideographic?: string } =
    typeof value === "string" ? { Alphabetic: alphabeticForm, Ideographic: ideographicForm } : value;
  const read = (name: string | undefined) => {
    const [family = "", given = "", middle = ""] = (name ?? "").split("^").map((part) => part.trim());
    const rest = [given, middle].filter(Boolean).join(" ");
    return family && rest ? `${family}, ${rest}` : family || rest;
  };
  const alphabetic = read(groups.Alphabetic);
  const ideographic = read(groups.Ideographic).replace(", ", " ");
  return [alphabetic, ideographic].filter(Boolean).join(" ") || undefined;
}
