import type { DicomJson } from "./dicomJson";

/** A minimal CT slice's metadata for tests; `more` overrides by tag. */
export function sliceDataset(number: number, position: number[], more: DicomJson = {}): DicomJson {
  return {
    "00080016": { vr: "UI", Value: ["1.2.840.10008.5.1.4.1.1.2"] },
    "00080018": { vr: "UI", Value: [`1.2.3.${number}`] },
    "00080060": { vr: "CS", Value: ["CT"] },
    "0020000D": { vr: "UI", Value: ["1.2"] },
    "0020000E": { vr: "UI", Value: ["1.2.3"] },
    "00200013": { vr: "IS", Value: [number] },
    "00200032": { vr: "DS", Value: position },
    "00200037": { vr: "DS", Value: [1, 0, 0, 0, 1, 0] },
    "00200052": { vr: "UI", Value: ["1.2.9"] },
    "00280004": { vr: "CS", Value: ["MONOCHROME2"] },
    "00280010": { vr: "US", Value: [512] },
    "00280011": { vr: "US", Value: [512] },
    "00280030": { vr: "DS", Value: ["0.5", "0.5"] },
    "00180050": { vr: "DS", Value: ["1.25"] },
    ...more,
  };
}
