import type { SectionSpec } from "@readroom/shared/crdt/report.js";

export interface SeedTemplate {
  readonly name: string;
  readonly modality: string;
  readonly bodyPart: string;
  readonly sections: readonly SectionSpec[];
}

/** LOINC codes of the sections of an imaging report (DICOM PS3.20 A.7, PS3.16 CID 7001). */
const CODE = {
  request: "55115-0",
  history: "55752-0",
  technique: "55111-9",
  comparison: "18834-2",
  findings: "59776-5",
  impression: "19005-8",
} as const;

const section = (key: keyof typeof CODE, title: string, normalText: string, required: boolean): SectionSpec => ({
  key,
  title,
  loinc: CODE[key],
  normalText,
  required,
});

/** {question}, {technique} and {comparison} are filled from the order, the images and the prior when a report is begun. */
function template(name: string, modality: string, bodyPart: string, findings: string, impression = ""): SeedTemplate {
  return {
    name,
    modality,
    bodyPart,
    sections: [
      section("request", "Clinical question", "{question}", false),
      section("technique", "Technique", "{technique}", false),
      section("comparison", "Comparison", "{comparison}", false),
      section("findings", "Findings", findings, true),
      section("impression", "Impression", impression, true),
    ],
  };
}

/**
 * The first templates of a reading group. Findings are written as headings to fill, never as normal text: a sentence that nobody
 * looked for must not be signed.
 */
export const SEED_TEMPLATES: readonly SeedTemplate[] = [
  template(
    "CT head",
    "CT",
    "HEAD",
    "Brain parenchyma:\nHaemorrhage:\nVentricles and midline:\nExtra-axial spaces:\nSkull and sinuses:",
  ),
  template(
    "CT pulmonary angiogram",
    "CT",
    "CHEST",
    "Pulmonary arteries:\nRight heart:\nLungs and pleura:\nMediastinum:\nUpper abdomen:\nBones:",
  ),
  template("Chest radiograph", "CR", "CHEST", "Lines and tubes:\nLungs:\nPleura:\nHeart and mediastinum:\nBones:"),
  template(
    "Chest radiograph (digital)",
    "DX",
    "CHEST",
    "Lines and tubes:\nLungs:\nPleura:\nHeart and mediastinum:\nBones:",
  ),
  template(
    "MR knee",
    "MR",
    "KNEE",
    "Menisci:\nCruciate ligaments:\nCollateral ligaments:\nExtensor mechanism:\nCartilage:\nBone marrow:\nJoint fluid:",
  ),
  template(
    "Echocardiography",
    "US",
    "HEART",
    "Left ventricle:\nRight ventricle:\nAtria:\nValves:\nPericardium:\nAorta:",
  ),
  template("General report", "", "", ""),
];
