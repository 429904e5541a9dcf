/**
 * Work of reading one study in relative value units, by its heaviest modality. Rounded from the physician-work values that Medicare
 * publishes for the common procedures of each modality; exact values per procedure code are a price list, which a limit on a person's
 * night does not need.
 */
export const RVU_BY_MODALITY: Readonly<Record<string, number>> = {
  CT: 1.2,
  MR: 1.5,
  PT: 2.2,
  NM: 1.0,
  US: 0.7,
  MG: 0.8,
  XA: 1.0,
  RF: 0.5,
  CR: 0.2,
  DX: 0.2,
};
export const RVU_OTHERWISE = 0.5;

/** The work of a study with these modalities (DICOM (0008,0061)); of several the heaviest. */
export const studyRvu = (modalities: readonly string[]): number =>
  modalities.length === 0
    ? RVU_OTHERWISE
    : Math.max(...modalities.map((modality) => RVU_BY_MODALITY[modality] ?? RVU_OTHERWISE));
