import { HOUR, type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";
import type { DemoCase, DemoPatient, SiteCode } from "./cases-types.js";
import { localStamp } from "./local-time.js";
import { type Random, randomFrom } from "./phantoms/random.js";

/** Studies by hour of the site's own day, 0 to 23, mean 1: a reading group for the night gets its work in the evening. */
const BY_HOUR = [
  1.3, 1.1, 0.9, 0.8, 0.8, 0.9, 1.0, 0.8, 0.6, 0.6, 0.6, 0.7, 0.7, 0.7, 0.8, 0.8, 0.9, 1.1, 1.3, 1.5, 1.6, 1.6, 1.5,
  1.4,
] as const;
const MEAN = BY_HOUR.reduce((sum, weight) => sum + weight, 0) / BY_HOUR.length;
const MOST = Math.max(...BY_HOUR) / MEAN;

const SITES: readonly { code: SiteCode; timeZone: string; share: number }[] = [
  { code: "STM-ED", timeZone: "America/New_York", share: 0.5 },
  { code: "NGT", timeZone: "America/Chicago", share: 0.35 },
  { code: "STM-HILL", timeZone: "America/New_York", share: 0.15 },
];

/** Share of the site's mean at this hour. */
export function arrivalWeight(at: Instant, timeZone: string): number {
  const hour = Number(localStamp(at, timeZone).time.slice(0, 2));
  return (BY_HOUR[hour] ?? 1) / MEAN;
}

export interface Arrival {
  readonly n: number;
  readonly at: Instant;
  readonly site: SiteCode;
}

/**
 * The n-th arrival, after the one at `after`: a Poisson process whose rate follows the sites' hours (thinning, Lewis and Shedler 1979).
 * `perHour`: mean over a whole day. The same arguments give the same arrival.
 */
export function nextArrival(n: number, after: Instant, perHour: number, seed = 1): Arrival {
  const chance = randomFrom(seed, `arrival ${n}`);
  for (let at = after; ; ) {
    at += (-Math.log(1 - chance.uniform()) * HOUR) / (perHour * MOST);
    const site = pick(chance, SITES);
    if (chance.uniform() < arrivalWeight(at, site.timeZone) / MOST) return { n, at: Math.round(at), site: site.code };
  }
}

interface Kind {
  readonly phantom: string;
  readonly share: number;
  readonly procedure: DemoCase["procedure"];
  readonly questions: readonly string[];
}

const XR = { code: "XRCHEST", text: "XR chest PA" };
const CT = { code: "CTHEAD", text: "CT head without contrast" };
const MR = { code: "MRBRAIN", text: "MR brain without contrast" };
const ECHO = { code: "TTE", text: "Transthoracic echocardiogram" };

/** CT heads are rare here: 69 MB each, where a radiograph has some megabytes. */
const KINDS: readonly Kind[] = [
  {
    phantom: "dx-chest-normal",
    share: 34,
    procedure: XR,
    questions: [
      "Fever and productive cough. Pneumonia?",
      "Chest pain, troponin negative. Other cause?",
      "Before surgery. Cardiopulmonary disease?",
      "Breathless on exertion, ex-smoker. Cause?",
    ],
  },
  {
    phantom: "dx-chest-nodule",
    share: 8,
    procedure: XR,
    questions: ["Weight loss and cough. Mass?", "Haemoptysis, once. Focal lesion?"],
  },
  {
    phantom: "dx-chest-pneumothorax",
    share: 6,
    procedure: XR,
    questions: ["Sudden pleuritic chest pain. Pneumothorax?", "After central line insertion. Pneumothorax?"],
  },
  {
    phantom: "us-echo-normal",
    share: 14,
    procedure: ECHO,
    questions: [
      "Systolic murmur. Valve disease?",
      "Syncope. Outflow obstruction?",
      "New atrial fibrillation. Structural disease?",
    ],
  },
  {
    phantom: "us-echo-reduced",
    share: 10,
    procedure: ECHO,
    questions: ["Raised BNP, oedema. LV function?", "Breathless after chemotherapy. LV function?"],
  },
  {
    phantom: "mr-brain-normal",
    share: 16,
    procedure: MR,
    questions: [
      "Headache with visual symptoms. Lesion?",
      "First seizure. Structural cause?",
      "Dizziness for weeks, normal examination. Cause?",
    ],
  },
  {
    phantom: "mr-brain-haemorrhage-left",
    share: 4,
    procedure: MR,
    questions: ["Known intracerebral haemorrhage, follow-up. Underlying lesion?"],
  },
  {
    phantom: "ct-head-normal",
    share: 5,
    procedure: CT,
    questions: ["Fall, on anticoagulants, no deficit. Bleed?", "Confusion since this morning. Bleed?"],
  },
  {
    phantom: "ct-head-subdural-right",
    share: 2,
    procedure: CT,
    questions: ["Falls over two weeks, drowsy. Subdural?"],
  },
  {
    phantom: "ct-head-subarachnoid",
    share: 1,
    procedure: CT,
    questions: ["Worst headache ever, sudden onset. Subarachnoid haemorrhage?"],
  },
];

const FAMILY = [
  ...[
    "Adeyemi",
    "Bergström",
    "Chowdhury",
    "D'Angelo",
    "Eriksen",
    "Fernández",
    "García",
    "Hoffmann",
    "Ivanova",
    "Jørgensen",
    "Kapoor",
    "Lefèvre",
  ],
  ...[
    "Mbeki",
    "Novák",
    "Oduya",
    "Papadopoulos",
    "Quispe",
    "Rahman",
    "Šimić",
    "Tran",
    "Ueda",
    "Vargas",
    "Wójcik",
    "Yılmaz",
    "Zhang",
  ],
];
const GIVEN = {
  F: ["Amara", "Beatriz", "Chloé", "Dilnoza", "Elena", "Fatima", "Grace", "Ingrid", "Mei", "Noor"],
  M: ["Ahmed", "Björn", "Carlos", "David", "Emeka", "Felix", "Hiroshi", "Ivan", "Mateo", "Tomáš"],
};

const REFERRING: Record<SiteCode, DemoCase["referring"]> = {
  "STM-ED": { family: "Raman", given: "Priya", phone: "+1 555 0101" },
  "STM-HILL": { family: "Sørensen", given: "Ida", phone: "+1 555 0111" },
  NGT: { family: "Becker", given: "Tom", phone: "+1 555 0201" },
};

export const SIMULATED_PREFIX = "T2611";

/** The n-th simulated study: patient, question and phantom, all from its number. Only every fourth may be a CT: they fill the disk. */
export function simulatedCase(n: number, site: SiteCode, seed = 1): DemoCase {
  const chance = randomFrom(seed, `study ${n}`);
  const drawn = pick(chance, KINDS);
  const kind = n % 4 !== 0 && drawn.procedure === CT ? (KINDS[0] as Kind) : drawn;
  const emergency = site !== "STM-HILL" && chance.uniform() < 0.55;
  const outpatient = site === "STM-HILL";
  return {
    accession: `${SIMULATED_PREFIX}${String(n).padStart(5, "0")}`,
    site,
    phantom: kind.phantom,
    seed: 10_000 + n,
    patient: somebody(chance, n),
    procedure: kind.procedure,
    priority: emergency && chance.uniform() < 0.4 ? "A" : "R",
    patientClass: emergency ? "E" : outpatient ? "O" : "I",
    location: emergency
      ? `ED BAY ${1 + Math.floor(chance.uniform() * 9)}`
      : outpatient
        ? "OUTPATIENTS"
        : `WARD ${2 + Math.floor(chance.uniform() * 5)}`,
    question: kind.questions[Math.floor(chance.uniform() * kind.questions.length)] ?? "",
    referring: REFERRING[site],
    ordered: true,
    minutesAgo: 0,
    forColleagues: true,
  };
}

/** From the order to the first image, ms. */
export function imagesAfter(n: number, seed = 1): number {
  return Math.round(randomFrom(seed, `images ${n}`).between(2, 7) * MINUTE);
}

function somebody(chance: Random, n: number): DemoPatient {
  const sex = chance.uniform() < 0.5 ? "F" : "M";
  const family = FAMILY[Math.floor(chance.uniform() * FAMILY.length)] ?? "";
  const given = GIVEN[sex][Math.floor(chance.uniform() * GIVEN[sex].length)] ?? "";
  const year = 1936 + Math.floor(chance.uniform() * 68);
  const month = 1 + Math.floor(chance.uniform() * 12);
  const day = 1 + Math.floor(chance.uniform() * 28);
  const two = (value: number) => String(value).padStart(2, "0");
  return { name: `${family}^${given}`, mrn: `S${30_000 + n}`, birthDate: `${year}${two(month)}${two(day)}`, sex };
}

function pick<T extends { readonly share: number }>(chance: Random, list: readonly T[]): T {
  let left = chance.uniform() * list.reduce((sum, { share }) => sum + share, 0);
  for (const one of list) {
    left -= one.share;
    if (left < 0) return one;
  }
  return list[list.length - 1] as T;
}
