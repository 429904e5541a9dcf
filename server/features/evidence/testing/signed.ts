import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type AnnotationRecord, measure } from "@readroom/shared/crdt/annotation.js";
import { encodeIdentifier } from "../../archive/public.js";
import type { DicomJson } from "../../ingest/public.js";
import type { Dataset } from "../dataset.js";
import type { EvidenceInput, MarkedImage, SignedVersion } from "../facts.js";

/** A CT of a made-up patient and marks on it, for tests of what a signed report becomes. */
export const STUDY = "1.2.3";
export const SERIES = "1.2.3.4";
export const FRAME_OF_REFERENCE = "1.2.3.5";
export const CT = "1.2.840.10008.5.1.4.1.1.2";

/** Slice n, 2 mm thick at z = 2n; pixels of 0.5 (rows) by 0.25 mm (columns); the first pixel's centre at (-10, 20). */
export function slice(n: number, more: DicomJson = {}): MarkedImage {
  const metadata: DicomJson = {
    "00080060": { vr: "CS", Value: ["CT"] },
    "00080020": { vr: "DA", Value: ["20261124"] },
    "00080030": { vr: "TM", Value: ["080000"] },
    "00080050": { vr: "SH", Value: ["A1"] },
    "00080090": { vr: "PN", Value: [{ Alphabetic: "Raman^Chandra" }] },
    "00100010": { vr: "PN", Value: [{ Alphabetic: "Müller^Anna", Ideographic: "山田^太郎" }] },
    "00100020": { vr: "LO", Value: ["M1"] },
    "00100030": { vr: "DA", Value: ["19610509"] },
    "00100040": { vr: "CS", Value: ["F"] },
    "00180050": { vr: "DS", Value: [2] },
    "0020000D": { vr: "UI", Value: [STUDY] },
    "00200010": { vr: "SH", Value: ["S1"] },
    "00200032": { vr: "DS", Value: [-10, 20, 2 * n] },
    "00200037": { vr: "DS", Value: [1, 0, 0, 0, 1, 0] },
    "00200052": { vr: "UI", Value: [FRAME_OF_REFERENCE] },
    "00280004": { vr: "CS", Value: ["MONOCHROME2"] },
    "00280010": { vr: "US", Value: [128] },
    "00280011": { vr: "US", Value: [256] },
    "00280030": { vr: "DS", Value: [0.5, 0.25] },
    "00281050": { vr: "DS", Value: [40] },
    "00281051": { vr: "DS", Value: [80] },
    "00281052": { vr: "DS", Value: [-1024] },
    "00281053": { vr: "DS", Value: [1] },
    ...more,
  };
  return {
    studyInstanceUid: STUDY,
    seriesInstanceUid: SERIES,
    sopClassUid: CT,
    sopInstanceUid: `${SERIES}.${n}`,
    numberOfFrames: 1,
    metadata,
  };
}

export const JULIA = { id: "7a5d", name: "Dr Julia Lindqvist" };
export const SAM = { id: "9c2e", name: "Sam Okafor" };

/** A mark on slice 1. */
export function mark(
  id: string,
  kind: AnnotationRecord["kind"],
  points: AnnotationRecord["points"],
  more: Partial<AnnotationRecord> = {},
): AnnotationRecord {
  const spacing = more.spacing ?? "patient";
  return {
    ...{ id, v: 1, kind, points, spacing, frameOfReferenceUid: FRAME_OF_REFERENCE, frame: 1, author: JULIA },
    ...{ studyInstanceUid: STUDY, seriesInstanceUid: SERIES, sopInstanceUid: `${SERIES}.1` },
    createdAt: "2026-11-24T08:10:00.000Z",
    ...more,
    stats: { ...measure(kind, points, spacing), ...more.stats },
  };
}

export const signed = (more: Partial<SignedVersion> = {}): SignedVersion => ({
  id: "5f2c9a3e-0000-4000-8000-000000000001",
  version: 1,
  kind: "final",
  signedAt: Date.UTC(2026, 10, 24, 9, 0, 0),
  signedByName: "Dr Julia Lindqvist",
  organisation: "Nordlicht Radiology",
  sections: [
    { key: "findings", title: "Findings", loinc: "59776-5", text: "Left parietal haematoma, größer.\nSecond line." },
    { key: "impression", title: "Impression", loinc: "19005-8", text: "Bleed." },
    { key: "comparison", title: "Comparison", loinc: "18834-2", text: "" },
  ],
  authors: ["Dr Julia Lindqvist", "Sam Okafor"],
  marks: [],
  ...more,
});

export function input(version: SignedVersion, more: Partial<EvidenceInput> = {}): EvidenceInput {
  const images = [slice(0), slice(1), slice(2)];
  return {
    studyId: "d0a8",
    reportId: "e1b9",
    study: { studyInstanceUid: STUDY, metadata: slice(1).metadata },
    priors: new Map(),
    version,
    before: [],
    timeZone: "Europe/Berlin",
    request: {
      ...{ accession: "A1", placer: "P1", filler: "F1" },
      ...{ procedureCode: "CTHEAD", procedureCodingSystem: "L", procedureText: "CT head" },
    },
    images,
    marked: new Map(images.map((image) => [image.sopInstanceUid, image])),
    stored: new Set(),
    ...more,
  };
}

/** Runs a tool of dcmtk over a dataset or a file; rejects where the tool does. Standard output and error together. */
export function dcmtk(tool: string, options: readonly string[], of: Dataset | Buffer, ...further: Buffer[]): string {
  const directory = mkdtempSync(join(tmpdir(), "readroom-evidence-"));
  try {
    const files = [Buffer.isBuffer(of) ? of : encodeIdentifier(of, true), ...further].map((bytes, n) => {
      const path = join(directory, `${n}.dcm`);
      writeFileSync(path, bytes);
      return path;
    });
    return execFileSync("sh", ["-c", '"$0" "$@" 2>&1', tool, ...options, ...files], { cwd: directory }).toString();
  } finally {
    rmSync(directory, { recursive: true });
  }
}
