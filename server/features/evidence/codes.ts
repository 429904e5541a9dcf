import { type Dataset, dataset } from "./dataset.js";

/** A coded concept (PS3.3 §8): value, coding scheme, meaning. */
export type Code = readonly [value: string, scheme: string, meaning: string];

const SHORT = 16;

/** An item of a code sequence (PS3.3 Table 8.8-1); values longer than 16 characters go into Long Code Value. */
export function codeItem([value, scheme, meaning]: Code): Dataset {
  const field = value.length > SHORT ? "LongCodeValue" : "CodeValue";
  return dataset({ [field]: value, CodingSchemeDesignator: scheme, CodeMeaning: meaning });
}

/** Concepts of PS3.16 that the reports use. */
export const concept = {
  report: ["18748-4", "LN", "Diagnostic imaging report"],
  measurementReport: ["126000", "DCM", "Imaging Measurement Report"],
  imagingMeasurements: ["126010", "DCM", "Imaging Measurements"],
  measurementGroup: ["125007", "DCM", "Measurement Group"],
  language: ["121049", "DCM", "Language of Content Item and Descendants"],
  undetermined: ["und", "RFC5646", "Undetermined"],
  observerType: ["121005", "DCM", "Observer Type"],
  person: ["121006", "DCM", "Person"],
  personName: ["121008", "DCM", "Person Observer Name"],
  personOrganisation: ["121009", "DCM", "Person Observer's Organization Name"],
  procedureReported: ["121058", "DCM", "Procedure reported"],
  imagingProcedure: ["363679005", "SCT", "Imaging procedure"],
  trackingIdentifier: ["112039", "DCM", "Tracking Identifier"],
  trackingUid: ["112040", "DCM", "Tracking Unique Identifier"],
  finding: ["121071", "DCM", "Finding"],
  measurementFinding: ["118245000", "SCT", "Measurement finding"],
  clinicalFinding: ["404684003", "SCT", "Clinical finding"],
  imageRegion: ["111030", "DCM", "Image Region"],
  originalSource: ["111040", "DCM", "Original Source"],
  sourceOfMeasurement: ["121112", "DCM", "Source of Measurement"],
  source: ["260753009", "SCT", "Source"],
  comment: ["121106", "DCM", "Comment"],
  derivation: ["121401", "DCM", "Derivation"],
} as const satisfies Record<string, Code>;

/** What a mark's figures are of, in what unit (UCUM) and, of an attenuation, which statistic of it (PS3.16 CID 7464). */
export const figures = {
  lengthMm: { name: ["410668003", "SCT", "Length"], unit: ["mm", "UCUM", "millimeter"] },
  areaMm2: { name: ["42798000", "SCT", "Area"], unit: ["mm2", "UCUM", "square millimeter"] },
  angleDeg: { name: ["1483009", "SCT", "Angle"], unit: ["deg", "UCUM", "degree"] },
  meanHu: attenuation(["373098007", "SCT", "Mean"]),
  sdHu: attenuation(["386136009", "SCT", "Standard Deviation"]),
  minHu: attenuation(["255605001", "SCT", "Minimum"]),
  maxHu: attenuation(["56851009", "SCT", "Maximum"]),
} as const satisfies Record<string, { name: Code; unit: Code; derivation?: Code }>;

function attenuation(derivation: Code): { name: Code; unit: Code; derivation: Code } {
  return {
    name: ["112031", "DCM", "Attenuation Coefficient"],
    unit: ["[hnsf'U]", "UCUM", "Hounsfield unit"],
    derivation,
  };
}

/** Elements of a report (PS3.16 CID 7002) that stand below the headings of CID 7001, by the heading's LOINC code. */
const ELEMENTS: Readonly<Record<string, Code>> = {
  "59776-5": concept.finding,
  "18782-3": concept.finding,
  "19005-8": ["121073", "DCM", "Impression"],
  "55110-1": ["121077", "DCM", "Conclusion"],
  "18783-1": ["121075", "DCM", "Recommendation"],
  "55111-9": ["121065", "DCM", "Procedure Description"],
  "18834-2": ["121069", "DCM", "Previous Finding"],
};

export const elementUnder = (loinc: string): Code => ELEMENTS[loinc] ?? concept.comment;

/** A section's heading: its LOINC code (CID 7001 is of LOINC), or a code of the hub's own where the template gives none. */
export function headingCode(section: { readonly key: string; readonly title: string; readonly loinc: string }): Code {
  const meaning = section.title || section.key;
  return section.loinc ? [section.loinc, "LN", meaning] : [section.key.slice(0, SHORT), "99READROOM", meaning];
}
