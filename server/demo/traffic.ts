import { hourHolds } from "@readroom/shared/domain/routing/compile.js";
import { arrivalWeight as classWeight } from "@readroom/shared/domain/simulation/arrivals.js";
import { PRIORITY_MIX } from "@readroom/shared/domain/simulation/case-mix.js";
import { zoneClock } from "@readroom/shared/domain/simulation/zone.js";
import { HOUR, type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";
import type { DemoCase, DemoPatient, SiteCode } from "./cases-types.js";
import { type Random, randomFrom } from "./phantoms/random.js";

/** Emergency, inpatient and outpatient work of a site in the mean, as the synthetic hospitals have it. */
const CLASS_SHARES = { E: 0.62, I: 0.28, O: 0.1 } as const;
/** By day the hospitals' own radiologists read most of it; from 19:00 to 07:00 everything comes to the group for the night. */
const BY_DAY = 0.35;
const OWN_READERS = { from: 7, to: 19 } as const;

function weightOf(hour: number, weekday: number): number {
  const { E, I, O } = CLASS_SHARES;
  const all =
    E * classWeight("E", hour, weekday) + I * classWeight("I", hour, weekday) + O * classWeight("O", hour, weekday);
  return hourHolds(OWN_READERS, hour) ? all * BY_DAY : all;
}

const WEEK = Array.from({ length: 168 }, (_, h) => weightOf(h % 24, Math.floor(h / 24)));
const MEAN = WEEK.reduce((sum, weight) => sum + weight, 0) / WEEK.length;
const MOST = Math.max(...WEEK) / MEAN;

const SITES: readonly { code: SiteCode; timeZone: string; share: number }[] = [
  { code: "STM-ED", timeZone: "America/New_York", share: 0.5 },
  { code: "NGT", timeZone: "America/Chicago", share: 0.35 },
  { code: "STM-HILL", timeZone: "America/New_York", share: 0.15 },
];

/** Share of the site's mean at this hour: the curve of the synthetic hospitals, less what they read themselves. */
export function arrivalWeight(at: Instant, timeZone: string): number {
  const clock = zoneClock(timeZone);
  return weightOf(clock.hourOf(at), clock.weekdayOf(at)) / MEAN;
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
  "STM-ED": { number: "1234", family: "Raman", given: "Priya", phone: "+1 555 0101" },
  "STM-HILL": { number: "2201", family: "Sørensen", given: "Ida", phone: "+1 555 0111" },
  NGT: { number: "3310", family: "Becker", given: "Tom", phone: "+1 555 0201" },
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
    priority: priorityFor(chance, emergency ? "E" : outpatient ? "O" : "I"),
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

/** As the class orders; never stat: those are for people, and colleagues leave them alone. */
function priorityFor(chance: Random, patientClass: keyof typeof PRIORITY_MIX): "A" | "R" {
  const [stat, soon, routine] = PRIORITY_MIX[patientClass];
  return chance.uniform() < (stat + soon) / (2 * (stat + soon + routine)) ? "A" : "R";
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
