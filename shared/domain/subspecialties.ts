/** How a subspecialty is found from what a study says of itself: the first entry that fits, in order. All comparisons fold case. */
export interface SubspecialtyMapping {
  readonly subspecialty: string;
  /** Procedure codes (local, LOINC, RadLex Playbook), compared whole. */
  readonly codes: readonly string[];
  /** Body Part Examined (PS3.16 annex L) or the order's body part, compared whole. */
  readonly bodyParts: readonly string[];
  /** Words or phrases of procedure text and study description, on word boundaries. */
  readonly words: readonly string[];
  /** Only for these modalities; empty: for any. */
  readonly modalities: readonly string[];
}

const entry = (
  subspecialty: string,
  more: Partial<Omit<SubspecialtyMapping, "subspecialty">>,
): SubspecialtyMapping => ({
  subspecialty,
  codes: [],
  bodyParts: [],
  words: [],
  modalities: [],
  ...more,
});

/** A sensible start, used until a group keeps its own. Narrow before broad: "CT chest abdomen" is body, "cardiac CT" is not chest. */
export const DEFAULT_SUBSPECIALTIES: readonly SubspecialtyMapping[] = [
  entry("breast", { modalities: ["MG"] }),
  entry("breast", { bodyParts: ["BREAST"], words: ["breast", "mammo", "mammogram", "mammography", "tomosynthesis"] }),
  entry("cardiac", {
    bodyParts: ["HEART", "CORONARY", "CORONARYARTERY", "AORTA"],
    words: ["cardiac", "coronary", "heart", "echocardiogram", "echo", "tavi"],
  }),
  entry("neuro", {
    bodyParts: [
      "HEAD",
      "BRAIN",
      "SKULL",
      "NECK",
      "HEADNECK",
      "CSPINE",
      "TSPINE",
      "LSPINE",
      "SPINE",
      "ORBIT",
      "SELLA",
      "IAC",
      "SINUS",
    ],
    words: [
      "head",
      "brain",
      "neuro",
      "skull",
      "stroke",
      "carotid",
      "cerebral",
      "spine",
      "cervical",
      "lumbar",
      "orbit",
      "orbits",
      "pituitary",
      "neck",
    ],
  }),
  entry("body", {
    bodyParts: ["CHESTABDPELVIS", "CHESTABDOMEN"],
    words: ["chest abdomen", "cap", "chest/abdomen", "trauma body"],
  }),
  entry("chest", {
    bodyParts: ["CHEST", "LUNG", "THORAX", "RIB"],
    words: ["chest", "thorax", "lung", "pulmonary", "cxr", "rib", "ribs"],
  }),
  entry("body", {
    bodyParts: [
      "ABDOMEN",
      "PELVIS",
      "ABDOMENPELVIS",
      "LIVER",
      "KIDNEY",
      "PROSTATE",
      "UTERUS",
      "BLADDER",
      "COLON",
      "PANCREAS",
      "SPLEEN",
      "GALLBLADDER",
    ],
    words: [
      "abdomen",
      "abdominal",
      "pelvis",
      "liver",
      "kidney",
      "renal",
      "prostate",
      "urogram",
      "bowel",
      "colon",
      "pancreas",
      "aaa",
    ],
  }),
  entry("msk", {
    bodyParts: [
      ...[
        "KNEE",
        "SHOULDER",
        "HIP",
        "ANKLE",
        "FOOT",
        "HAND",
        "WRIST",
        "ELBOW",
        "ARM",
        "LEG",
        "FINGER",
        "TOE",
        "FEMUR",
        "HUMERUS",
        "TIBIA",
        "FOREARM",
      ],
      ...["CLAVICLE", "SCAPULA", "EXTREMITY", "JOINT", "UP_EXM", "LOW_EXM"],
    ],
    words: [
      ...[
        "knee",
        "shoulder",
        "hip",
        "ankle",
        "foot",
        "hand",
        "wrist",
        "elbow",
        "finger",
        "toe",
        "femur",
        "humerus",
        "tibia",
        "forearm",
        "clavicle",
      ],
      ...["extremity", "musculoskeletal", "bone", "joint"],
    ],
  }),
  entry("nuclear", { modalities: ["NM", "PT"] }),
];
