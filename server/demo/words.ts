/** What a simulated colleague writes: section key → text. */
export type BroughtWords = Readonly<{ findings: string; impression: string }>;

const CHEST_CLEAR =
  "Lines and tubes: None.\nLungs: Clear.\nPleura: No effusion, no pneumothorax.\nHeart and mediastinum: Heart not enlarged, mediastinal contour normal.\nBones: No acute fracture seen.";
const HEAD_CLEAR =
  "Brain parenchyma: Grey-white differentiation preserved.\nHaemorrhage: None.\nVentricles and midline: Normal size, midline central.\nExtra-axial spaces: No collection.\nSkull and sinuses: No fracture.";

/** By phantom: what can truly be seen in the images that the phantom makes. */
const BY_PHANTOM: Readonly<Record<string, BroughtWords>> = {
  "dx-chest-normal": { findings: CHEST_CLEAR, impression: "No acute cardiopulmonary abnormality." },
  "dx-chest-nodule": {
    findings: CHEST_CLEAR.replace(
      "Lungs: Clear.",
      "Lungs: Solitary rounded opacity in the right upper zone, otherwise clear.",
    ),
    impression: "Solitary nodule in the right upper zone. Low-dose CT of the chest recommended.",
  },
  "dx-chest-pneumothorax": {
    findings: CHEST_CLEAR.replace(
      "Pleura: No effusion, no pneumothorax.",
      "Pleura: Visceral pleural line at the right apex with no lung markings beyond it. No effusion.",
    ),
    impression: "Right pneumothorax without mediastinal shift.",
  },
  "us-echo-normal": {
    findings:
      "Left ventricle: Normal size, normal systolic function.\nRight ventricle: Normal.\nAtria: Not dilated.\nValves: Normal opening in the view obtained.\nPericardium: No effusion.\nAorta: Not shown.",
    impression: "Normal left ventricular systolic function.",
  },
  "us-echo-reduced": {
    findings:
      "Left ventricle: Globally reduced systolic function.\nRight ventricle: Normal.\nAtria: Not dilated.\nValves: Normal opening in the view obtained.\nPericardium: No effusion.\nAorta: Not shown.",
    impression: "Reduced left ventricular systolic function.",
  },
  "mr-brain-normal": {
    findings: "Normal signal of brain parenchyma. Ventricles of normal size. Midline central.",
    impression: "Normal MR of the brain.",
  },
  "mr-brain-haemorrhage-left": {
    findings:
      "Lesion with surrounding oedema in the left basal ganglia with mass effect on the left lateral ventricle. No other lesion.",
    impression: "Left basal ganglia haemorrhage. No second lesion.",
  },
  "ct-head-normal": { findings: HEAD_CLEAR, impression: "No acute intracranial abnormality." },
  "ct-head-haemorrhage-right": {
    findings: HEAD_CLEAR.replace("Haemorrhage: None.", "Haemorrhage: Acute, right basal ganglia."),
    impression: "Acute right basal ganglia haemorrhage.",
  },
  "ct-head-subdural-left": {
    findings: HEAD_CLEAR.replace(
      "Extra-axial spaces: No collection.",
      "Extra-axial spaces: Acute left subdural haematoma.",
    ),
    impression: "Acute left subdural haematoma.",
  },
  "ct-head-subdural-right": {
    findings: HEAD_CLEAR.replace(
      "Extra-axial spaces: No collection.",
      "Extra-axial spaces: Acute right subdural haematoma.",
    ),
    impression: "Acute right subdural haematoma.",
  },
  "ct-head-subarachnoid": {
    findings: HEAD_CLEAR.replace("Haemorrhage: None.", "Haemorrhage: Subarachnoid, in the basal cisterns."),
    impression: "Acute subarachnoid haemorrhage. CT angiography recommended.",
  },
};

export function wordsFor(phantom: string): BroughtWords {
  const words = BY_PHANTOM[phantom];
  if (!words) throw new RangeError(`nobody knows what to write about ${phantom}`);
  return words;
}
