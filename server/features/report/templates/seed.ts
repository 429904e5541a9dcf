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
function template(
  name: string,
  modality: string,
  bodyPart: string,
  /** A heading a line, and what "normal" writes behind it. */
  findings: readonly (readonly [string, string])[],
): SeedTemplate {
  return {
    name,
    modality,
    bodyPart,
    sections: [
      section("request", "Clinical question", "{question}", false),
      section("technique", "Technique", "{technique}", false),
      section("comparison", "Comparison", "{comparison}", false),
      {
        ...section("findings", "Findings", findings.map(([heading]) => `${heading}:`).join("\n"), true),
        normal: findings.map(([heading, normal]) => `${heading}: ${normal}`).join("\n"),
      },
      { ...section("impression", "Impression", "", true), normal: "No acute abnormality." },
    ],
  };
}

/**
 * The first templates of a reading group. Findings are written as headings to fill, never as normal text: a sentence that nobody
 * looked for must not be signed.
 */
export const SEED_TEMPLATES: readonly SeedTemplate[] = [
  template("CT head", "CT", "HEAD", [
    ["Brain parenchyma", "no focal abnormality, grey-white differentiation preserved."],
    ["Haemorrhage", "none."],
    ["Ventricles and midline", "normal size, no midline shift."],
    ["Extra-axial spaces", "no collection."],
    ["Skull and sinuses", "no fracture, sinuses and mastoids clear."],
  ]),
  template("CT pulmonary angiogram", "CT", "CHEST", [
    ["Pulmonary arteries", "well opacified, no filling defect."],
    ["Right heart", "no sign of strain."],
    ["Lungs and pleura", "clear, no effusion."],
    ["Mediastinum", "no enlarged lymph nodes."],
    ["Upper abdomen", "unremarkable as far as included."],
    ["Bones", "no acute abnormality."],
  ]),
  ...["CR", "DX"].map((modality) =>
    template(modality === "CR" ? "Chest radiograph" : "Chest radiograph (digital)", modality, "CHEST", [
      ["Lines and tubes", "none."],
      ["Lungs", "clear."],
      ["Pleura", "no effusion, no pneumothorax."],
      ["Heart and mediastinum", "normal size and contours."],
      ["Bones", "no acute abnormality."],
    ]),
  ),
  template("MR knee", "MR", "KNEE", [
    ["Menisci", "intact."],
    ["Cruciate ligaments", "intact."],
    ["Collateral ligaments", "intact."],
    ["Extensor mechanism", "intact."],
    ["Cartilage", "no focal defect."],
    ["Bone marrow", "normal signal."],
    ["Joint fluid", "physiological."],
  ]),
  template("Echocardiography", "US", "HEART", [
    ["Left ventricle", "normal size and function."],
    ["Right ventricle", "normal size and function."],
    ["Atria", "not enlarged."],
    ["Valves", "no relevant stenosis or regurgitation."],
    ["Pericardium", "no effusion."],
    ["Aorta", "normal calibre as far as seen."],
  ]),
  template("General report", "", "", []),
];

/** Abbreviations that a group starts with. */
export const SEED_SNIPPETS: readonly (readonly [string, string])[] = [
  ["nad", "No acute abnormality."],
  ["unch", "Unchanged from the comparison study."],
  ["nocomp", "No comparison study is available."],
  [";nl", "Normal."],
  [";lim", "Assessment is limited by motion."],
];
