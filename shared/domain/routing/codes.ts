import { fold } from "./text.js";

/** Modalities of DICOM PS3.3 C.7.3.1.1.1 that bring something to read, with the two that reports call by another name. */
export const MODALITIES: readonly string[] = [
  ...["AR", "BI", "BMD", "CR", "CT", "CFM", "DG", "DX", "ECG", "EPS", "ES", "GM", "HC", "HD", "IO", "IVOCT", "IVUS"],
  ...["KER", "LEN", "LS", "MG", "MR", "NM", "OAM", "OCT", "OP", "OPM", "OPT", "OPTBSV", "OPTENF", "OPV", "OSS", "OT"],
  ...["PT", "PX", "RF", "RG", "RTIMAGE", "SM", "SMR", "TG", "US", "VA", "XA", "XC"],
];

/** Body Part Examined, defined terms of DICOM PS3.16 annex L that orders of radiology use. */
export const BODY_PARTS: readonly string[] = [
  ...["ABDOMEN", "ABDOMENPELVIS", "ADRENAL", "ANKLE", "AORTA", "ARM", "AXILLA", "BACK", "BLADDER", "BRAIN", "BREAST"],
  ...["BRONCHUS", "BUTTOCK", "CALCANEUS", "CALF", "CAROTID", "CEREBELLUM", "CSPINE", "CTSPINE", "CERVIX", "CHEEK"],
  ...["CHEST", "CHESTABDOMEN", "CHESTABDPELVIS", "CIRCLEOFWILLIS", "CLAVICLE", "COCCYX", "COLON", "CORNEA"],
  ...["CORONARYARTERY", "CORONARY", "DUODENUM", "EAR", "ELBOW", "WHOLEBODY", "ESOPHAGUS", "EXTREMITY", "EYE", "EYELID"],
  ...["FACE", "FEMUR", "FINGER", "FOOT", "FOREARM", "GALLBLADDER", "HAND", "HEAD", "HEADNECK", "HEART", "HIP"],
  ...["HUMERUS", "IAC", "ILEUM", "ILIUM", "JAW", "JEJUNUM", "JOINT", "KIDNEY", "KNEE", "LARYNX", "LEG", "LIVER"],
  ...["LOW_EXM", "LSPINE", "LSSPINE", "LUNG", "MAXILLA", "MEDIASTINUM", "MOUTH", "NECK", "NECKCHEST", "NOSE", "ORBIT"],
  ...["OVARY", "PANCREAS", "PAROTID", "PATELLA", "PELVIS", "PENIS", "PHARYNX", "PROSTATE", "RECTUM", "RIB", "SSPINE"],
  ...["SCALP", "SCAPULA", "SCLERA", "SCROTUM", "SELLA", "SHOULDER", "SINUS", "SKULL", "SPINE", "SPLEEN", "STERNUM"],
  ...[
    "STOMACH",
    "TSPINE",
    "TLSPINE",
    "TESTIS",
    "THIGH",
    "THORAX",
    "THUMB",
    "THYMUS",
    "THYROID",
    "TIBIA",
    "TIBIAFIBULA",
  ],
  ...["TMJ", "TOE", "TONGUE", "TRACHEA", "ARTERY", "UP_EXM", "URETER", "URETHRA", "UTERUS", "VAGINA", "VULVA", "WRIST"],
  "ZYGOMA",
];

/** Patient classes of HL7 table 0004 with the words that systems send instead. */
export const PATIENT_CLASSES: readonly string[] = [
  ...["E", "I", "O", "P", "R", "B", "C", "N", "U"],
  ...["emergency", "ED", "ER", "inpatient", "outpatient", "preadmit", "ambulatory"],
];

const SYSTEMS: readonly { readonly name: string; readonly looks: RegExp; readonly valid: (code: string) => boolean }[] =
  [
    { name: "LOINC", looks: /^\d{3,7}-\d$/, valid: (code) => luhn(code.replace("-", "")) },
    { name: "RadLex", looks: /^RP?ID\d{1,7}$/i, valid: () => true },
    { name: "SNOMED CT", looks: /^\d{6,18}$/, valid: verhoeff },
  ];

/** What a code claims to be by its shape, and whether its check digit agrees. null: of no system that is known by shape. */
export function codeSystem(code: string): { readonly name: string; readonly valid: boolean } | null {
  const system = SYSTEMS.find(({ looks }) => looks.test(code.trim()));
  return system ? { name: system.name, valid: system.valid(code.trim()) } : null;
}

/** LOINC's check digit: modulus 10 with every second digit doubled, from the right. */
function luhn(digits: string): boolean {
  let sum = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

const DIHEDRAL = [
  "0123456789",
  "1234067895",
  "2340178956",
  "3401289567",
  "4012395678",
  "5987604321",
  "6598710432",
  "7659821043",
  "8765932104",
  "9876543210",
];
const PERMUTED = [
  "0123456789",
  "1576283094",
  "5803796142",
  "8916043527",
  "9453126870",
  "4286573901",
  "2793806415",
  "7046913258",
];

/** Verhoeff's check digit of SNOMED CT identifiers. */
function verhoeff(digits: string): boolean {
  let check = 0;
  for (let i = 0; i < digits.length; i += 1) {
    const digit = Number(digits[digits.length - 1 - i]);
    check = Number(DIHEDRAL[check]?.[Number(PERMUTED[i % 8]?.[digit])]);
  }
  return check === 0;
}

/** Whether a list holds a value, folding case. */
export const knows = (list: readonly string[], value: string): boolean =>
  list.some((candidate) => fold(candidate) === fold(value));
