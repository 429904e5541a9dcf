import type { StudyKind } from "./world.js";

/** Of which patients: emergency, inpatient, outpatient (HL7 table 0004). */
export const CLASSES = ["E", "I", "O"] as const;
/** HL7 table 0485: stat, as soon as possible, routine. */
export const PRIORITIES = ["S", "A", "R"] as const;

/**
 * A procedure of the synthetic hospitals. minutes: median to read and report; sigma: of its logarithm; images, megabytes: medians;
 * exam: minutes from the first image to the last; weights: share of the emergency, inpatient and outpatient work in studies.
 */
export interface Procedure extends StudyKind {
  readonly sigma: number;
  readonly images: number;
  readonly megabytes: number;
  readonly examMinutes: number;
  readonly weights: readonly [emergency: number, inpatient: number, outpatient: number];
}

type Row = readonly [
  code: string,
  text: string,
  modality: string,
  bodyPart: string,
  rvu: number,
  minutes: number,
  images: number,
  megabytes: number,
  weights: readonly [number, number, number],
];

/** Work RVUs follow the United States' physician fee schedule in size; times are medians of the order that RIS time stamps show. */
const ROWS: readonly Row[] = [
  ["XRCHEST1", "XR chest portable", "DX", "CHEST", 0.18, 1.3, 1, 9, [11, 34, 2]],
  ["XRCHEST", "XR chest PA and lateral", "DX", "CHEST", 0.22, 1.5, 2, 18, [8, 5, 12]],
  ["XRABD", "XR abdomen", "DX", "ABDOMEN", 0.18, 1.4, 2, 18, [1.6, 5, 1]],
  ["XRHAND", "XR hand", "DX", "HAND", 0.17, 1.5, 3, 24, [2.8, 0.4, 2.4]],
  ["XRWRIST", "XR wrist", "DX", "WRIST", 0.17, 1.5, 3, 24, [2.4, 0.3, 2]],
  ["XRANKLE", "XR ankle", "DX", "ANKLE", 0.17, 1.5, 3, 24, [2.8, 0.3, 2.2]],
  ["XRFOOT", "XR foot", "DX", "FOOT", 0.17, 1.5, 3, 24, [2.5, 0.6, 3]],
  ["XRKNEE", "XR knee", "DX", "KNEE", 0.18, 1.6, 4, 32, [2.6, 0.7, 5]],
  ["XRSHOULDER", "XR shoulder", "DX", "SHOULDER", 0.18, 1.6, 3, 24, [2.1, 0.5, 3]],
  ["XRHIP", "XR hip and pelvis", "DX", "HIP", 0.2, 1.8, 3, 26, [2.2, 1.3, 3]],
  ["XRLSPINE", "XR lumbar spine", "DX", "LSPINE", 0.22, 2.1, 3, 30, [1.2, 0.4, 3.5]],
  ["CTHEAD", "CT head without contrast", "CT", "HEAD", 0.85, 4.2, 180, 95, [13, 8, 2]],
  ["CTSTROKE", "CT head code stroke", "CT", "HEAD", 0.85, 4.0, 200, 105, [1.6, 0.6, 0]],
  ["CTAHN", "CT angiogram head and neck stroke", "CT", "HEADNECK", 3.5, 9, 900, 470, [1.5, 0.6, 0.2]],
  ["CTCSPINE", "CT cervical spine", "CT", "CSPINE", 1.0, 4.6, 300, 160, [4.4, 0.8, 0.4]],
  ["CTSINUS", "CT sinuses", "CT", "SINUS", 0.85, 3.6, 220, 115, [0.6, 0.3, 1.5]],
  ["CTNECK", "CT soft tissue neck with contrast", "CT", "NECK", 1.38, 7, 300, 160, [0.9, 0.5, 1]],
  ["CTLSPINE", "CT lumbar spine", "CT", "LSPINE", 1.0, 5, 320, 165, [1.1, 0.6, 0.8]],
  ["CTCHEST", "CT chest", "CT", "CHEST", 1.16, 6.5, 350, 185, [1.7, 3, 6]],
  ["CTPE", "CT pulmonary angiogram", "CT", "CHEST", 1.82, 6.8, 520, 270, [4.2, 3.2, 0.6]],
  ["CTAP", "CT abdomen and pelvis with contrast", "CT", "ABDOMENPELVIS", 1.82, 8, 420, 220, [11, 6.5, 5]],
  ["CTAPNC", "CT abdomen and pelvis stone", "CT", "ABDOMENPELVIS", 1.74, 6.2, 380, 200, [4.2, 1, 1.2]],
  ["CTCAP", "CT chest abdomen pelvis", "CT", "CHESTABDPELVIS", 2.98, 12, 750, 390, [1.2, 3, 6.5]],
  ["CTTRAUMA", "CT major trauma chest abdomen pelvis", "CT", "CHESTABDPELVIS", 2.98, 13.5, 1100, 570, [0.9, 0.2, 0]],
  ["CTAAORTA", "CT angiogram aorta dissection", "CT", "AORTA", 3.6, 11.5, 1000, 520, [0.5, 0.4, 0.3]],
  ["CTEXT", "CT extremity", "CT", "EXTREMITY", 1.0, 5, 350, 185, [0.8, 0.4, 0.7]],
  ["USRUQ", "US right upper quadrant", "US", "ABDOMEN", 0.59, 3.4, 45, 30, [2.5, 1.6, 2.2]],
  ["USPELVIS", "US pelvis transvaginal", "US", "PELVIS", 0.69, 3.8, 55, 36, [1.7, 0.4, 2.6]],
  ["USOB", "US first trimester pregnancy", "US", "UTERUS", 0.75, 3.8, 50, 33, [1.5, 0.1, 2]],
  ["USDVT", "US duplex lower extremity veins", "US", "LEG", 0.45, 2.6, 50, 34, [2.2, 2.6, 1.6]],
  ["USRENAL", "US kidneys", "US", "KIDNEY", 0.58, 2.9, 40, 26, [0.5, 1.7, 1.8]],
  ["USSCROT", "US scrotum", "US", "TESTIS", 0.64, 2.8, 40, 26, [0.5, 0.1, 0.6]],
  ["USAPPY", "US appendix child", "US", "ABDOMEN", 0.59, 3.6, 35, 24, [0.5, 0.1, 0.05]],
  ["MRBRAIN", "MR brain without contrast", "MR", "BRAIN", 1.48, 7.8, 320, 95, [0.9, 2, 3.2]],
  ["MRBRAINC", "MR brain with and without contrast", "MR", "BRAIN", 2.29, 10.5, 600, 180, [0.3, 1, 2.6]],
  ["MRLSPINE", "MR lumbar spine", "MR", "LSPINE", 1.48, 8, 150, 50, [0.4, 0.7, 4.6]],
  ["MRCSPINE", "MR cervical spine", "MR", "CSPINE", 1.48, 8, 140, 48, [0.2, 0.5, 2.2]],
  ["MRCP", "MR cholangiopancreatography", "MR", "ABDOMEN", 1.46, 9.5, 280, 85, [0.2, 0.8, 0.6]],
  ["MRKNEE", "MR knee", "MR", "KNEE", 1.35, 7.5, 180, 60, [0, 0.1, 3.4]],
  ["MRSHOULDER", "MR shoulder", "MR", "SHOULDER", 1.35, 8, 160, 55, [0, 0.05, 2]],
  ["MRPROSTATE", "MR prostate", "MR", "PROSTATE", 2.3, 12.5, 900, 260, [0, 0, 0.8]],
  ["NMVQ", "NM lung ventilation and perfusion", "NM", "LUNG", 1.07, 4.6, 16, 8, [0.15, 0.4, 0.15]],
];

const SIGMA: Record<string, number> = { DX: 0.5, CT: 0.45, US: 0.45, MR: 0.42, NM: 0.45 };
const EXAM: Record<string, number> = { DX: 2, CT: 5, US: 14, MR: 24, NM: 30 };

/** What the synthetic hospitals order. readingMinutes is the mean of the log-normal time, since plans are made with means. */
export const PROCEDURES: readonly Procedure[] = ROWS.map(
  ([code, text, modality, bodyPart, rvu, minutes, images, megabytes, weights]) => {
    const sigma = SIGMA[modality] ?? 0.5;
    return {
      ...{ code, text, modalities: [modality], bodyPart, rvu, images, megabytes, weights, sigma },
      readingMinutes: minutes * Math.exp((sigma * sigma) / 2),
      examMinutes: EXAM[modality] ?? 5,
      batch: `${modality} ${bodyPart}`,
    };
  },
);

/** Studies by hour of the site's own day, 0 to 23, for each class: any scale, only the shape counts. */
export const BY_HOUR: Readonly<Record<(typeof CLASSES)[number], readonly number[]>> = {
  // A trough before dawn, a steep rise, a plateau from late morning into the evening with its top at 18 to 20.
  E: [
    3.3, 2.8, 2.4, 2.1, 1.9, 1.9, 2.0, 2.5, 3.4, 4.4, 5.1, 5.5, 5.6, 5.6, 5.6, 5.6, 5.7, 5.9, 6.1, 6.1, 5.9, 5.5, 4.9,
    4.1,
  ],
  // The wards' portable chest films before the morning round, then the working day.
  I: [
    2.2, 1.8, 1.8, 2.4, 4.6, 6.2, 5.6, 4.4, 4.8, 5.6, 5.9, 5.6, 5.1, 5.2, 5.3, 5.1, 4.7, 4.2, 3.8, 3.4, 3.1, 2.9, 2.7,
    2.5,
  ],
  O: [0.1, 0.05, 0.05, 0.05, 0.05, 0.1, 0.6, 3.5, 8.5, 10, 10, 9.5, 7.5, 8.5, 9, 8.5, 7, 5, 3.4, 2.6, 1.8, 1, 0.4, 0.2],
};

/** By weekday, Sunday first. */
export const BY_WEEKDAY: Readonly<Record<(typeof CLASSES)[number], readonly number[]>> = {
  E: [0.96, 1.08, 1.03, 1.0, 0.99, 1.0, 0.94],
  I: [0.78, 1.06, 1.1, 1.1, 1.08, 1.06, 0.82],
  O: [0.12, 1.3, 1.35, 1.35, 1.3, 1.2, 0.38],
};

/** How a class orders: shares of stat, as soon as possible and routine. */
export const PRIORITY_MIX: Readonly<Record<(typeof CLASSES)[number], readonly [number, number, number]>> = {
  E: [0.3, 0.5, 0.2],
  I: [0.08, 0.27, 0.65],
  O: [0.01, 0.04, 0.95],
};
