import { RVU_BY_MODALITY, RVU_OTHERWISE } from "./roster/rvu.js";

/** Work of reading in relative value units. bodyPart "": any; else a part of the study's body part or description, any case. */
export interface RvuEntry {
  readonly modality: string;
  readonly bodyPart: string;
  readonly rvu: number;
}

const PARTS: readonly (readonly [modality: string, bodyPart: string, rvu: number])[] = [
  ["CT", "head", 0.85],
  ["CT", "brain", 0.85],
  ["CT", "neck", 1.28],
  ["CT", "angio", 1.75],
  ["CT", "chest", 1.16],
  ["CT", "abd", 1.74],
  ["CT", "spine", 1.0],
  ["MR", "brain", 1.48],
  ["MR", "head", 1.48],
  ["MR", "spine", 1.48],
  ["MR", "knee", 1.35],
  ["MR", "wrist", 1.35],
  ["MR", "abd", 1.46],
  ["CR", "chest", 0.18],
  ["DX", "chest", 0.18],
];

/** Where a group starts: by modality, and by body part where the work differs clearly. Rounded from the published physician work. */
export const DEFAULT_RVUS: readonly RvuEntry[] = [
  ...PARTS.map(([modality, bodyPart, rvu]) => ({ modality, bodyPart, rvu })),
  ...Object.entries(RVU_BY_MODALITY).map(([modality, rvu]) => ({ modality, bodyPart: "", rvu })),
];

export interface StudyWork {
  readonly modalities: readonly string[];
  readonly bodyPart: string;
  readonly description: string;
}

/** The work of one study: of its modalities the heaviest, each by the first entry for its body part, else by its own. */
export function rvuOf(table: readonly RvuEntry[], study: StudyWork): number {
  const where = `${study.bodyPart} ${study.description}`.toLowerCase();
  const of = (modality: string): number => {
    const own = table.filter((entry) => entry.modality === modality);
    const named = own.find(({ bodyPart }) => bodyPart !== "" && where.includes(bodyPart.toLowerCase()));
    return (named ?? own.find(({ bodyPart }) => bodyPart === ""))?.rvu ?? RVU_OTHERWISE;
  };
  return study.modalities.length === 0 ? RVU_OTHERWISE : Math.max(...study.modalities.map(of));
}
