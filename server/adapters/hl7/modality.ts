/** Modalities that the hub takes an order for (DICOM PS3.3 §C.7.3.1.1.1, those that acquire images). */
const DICOM_MODALITIES = new Set(
  [
    "BI",
    "BMD",
    "CR",
    "CT",
    "DG",
    "DX",
    "EPS",
    "ES",
    "GM",
    "IO",
    "IVOCT",
    "IVUS",
    "MG",
    "MR",
    "NM",
    "OCT",
    "OP",
    "OPT",
    "OT",
  ].concat(["PT", "PX", "RF", "RG", "SM", "TG", "US", "VL", "XA", "XC"]),
);

/** HL7 table 0074 (diagnostic service sections) that are imaging. "": imaging, with the modality not said. */
const SERVICE_SECTIONS: Record<string, string> = {
  RAD: "",
  RX: "DX",
  XR: "DX",
  XRC: "RF",
  CTH: "XA",
  CUS: "US",
  OUS: "US",
  RUS: "US",
  VUS: "US",
  NMR: "MR",
  NMS: "NM",
  MAMMO: "MG",
  PET: "PT",
  MRI: "MR",
};

/** Words that begin a procedure's name and say how it is done, as order catalogues and LOINC radiology names have them. */
const LEADING_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^(?:PET|PT)(?:[ /-]?CT)?\b/i, "PT"],
  [/^(?:CT|CTA|COMPUTED TOMOGRAPHY)\b/i, "CT"],
  [/^(?:MR|MRI|MRA|MRT|MRCP|MAGNETIC RESONANCE)\b/i, "MR"],
  [/^(?:US|ULTRASOUND|SONO(?:GRAPHY)?|DOPPLER)\b/i, "US"],
  [/^(?:MG|MAMMO\w*)\b/i, "MG"],
  [/^(?:XR|X-?RAY|RADIOGRAPH\w*|CXR|DX|CR)\b/i, "DX"],
  [/^(?:NM|SPECT|SCINTIGRAPH\w*)\b/i, "NM"],
  [/^(?:RF|FLUORO\w*)\b/i, "RF"],
  [/^(?:XA|ANGIO\w*)\b/i, "XA"],
];

export type ModalityFinding = { imaging: boolean; modality: string; from: string };

/**
 * Whether an order is for imaging, and with what: IPC-5, then OBR-24 (a DICOM code or HL7 table 0074), then the first word of the
 * procedure. An order that says none of these, and has no imaging segment, belongs to the laboratory or somewhere else.
 */
export function findModality(order: {
  ipcModality: string;
  serviceSection: string;
  procedureText: string;
  hasImagingSegment: boolean;
}): ModalityFinding {
  const ipc = order.ipcModality.toUpperCase();
  if (DICOM_MODALITIES.has(ipc)) return { imaging: true, modality: ipc, from: "IPC-5" };
  const section = order.serviceSection.toUpperCase();
  if (DICOM_MODALITIES.has(section)) return { imaging: true, modality: section, from: "OBR-24" };
  const word = LEADING_WORDS.find(([pattern]) => pattern.test(order.procedureText.trim()))?.[1] ?? "";
  const mapped = SERVICE_SECTIONS[section];
  if (mapped !== undefined) return { imaging: true, modality: mapped || word, from: "OBR-24" };
  // A section that is named and is not imaging (HM haematology, CH chemistry …) outweighs a word that happens to fit.
  if (section !== "" && !order.hasImagingSegment) return { imaging: false, modality: "", from: "" };
  if (word !== "") return { imaging: true, modality: word, from: "OBR-4" };
  return { imaging: order.hasImagingSegment, modality: "", from: "" };
}
