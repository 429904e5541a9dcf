import type { Instant } from "../../kernel/instant.js";
import { Turnaround } from "../contract.js";
import type { RoutingRule } from "../routing/rules.js";
import { DEFAULT_SUBSPECIALTIES } from "../subspecialties.js";
import { Random } from "./random.js";
import type { SimPool, SimReader, SimSite, World } from "./world.js";

/** A synthetic hospital as a source of work: relative volume, and shares of emergency, inpatient and outpatient studies. */
export interface Source {
  readonly volume: number;
  readonly classes: readonly [emergency: number, inpatient: number, outpatient: number];
  /** What its line to the hub carries, megabytes a second. */
  readonly lineMbPerSecond: number;
}

export interface SyntheticWorld extends World {
  /** One for each site, in the same order. */
  readonly sources: readonly Source[];
}

const STATES: readonly (readonly [code: string, timeZone: string, weight: number])[] = [
  ["US-NY", "America/New_York", 8],
  ["US-NJ", "America/New_York", 4],
  ["US-PA", "America/New_York", 7],
  ["US-OH", "America/New_York", 7],
  ["US-FL", "America/New_York", 9],
  ["US-GA", "America/New_York", 5],
  ["US-NC", "America/New_York", 5],
  ["US-IL", "America/Chicago", 6],
  ["US-TX", "America/Chicago", 11],
  ["US-WI", "America/Chicago", 4],
  ["US-MN", "America/Chicago", 4],
  ["US-CO", "America/Denver", 4],
  ["US-AZ", "America/Phoenix", 4],
  ["US-CA", "America/Los_Angeles", 10],
  ["US-WA", "America/Los_Angeles", 4],
];

const NAMES = [
  "St Anne",
  "Riverside",
  "Mercy",
  "Lakeview",
  "Memorial",
  "Valley",
  "Good Hope",
  "Westfield",
  "Harbor",
  "Summit",
];
const KINDS = ["Medical Center", "General", "Community Hospital", "Regional", "Hospital"];

/** A trauma centre, a community hospital, a small rural one, an imaging centre. */
const TYPES: readonly (Omit<Source, "lineMbPerSecond"> & { readonly share: number; readonly line: number })[] = [
  { share: 0.13, volume: 3.2, classes: [0.55, 0.37, 0.08], line: 40 },
  { share: 0.47, volume: 1.2, classes: [0.64, 0.26, 0.1], line: 15 },
  { share: 0.3, volume: 0.4, classes: [0.8, 0.12, 0.08], line: 5 },
  { share: 0.1, volume: 0.6, classes: [0, 0, 1], line: 10 },
];

export const POOLS: readonly SimPool[] = [
  { id: "NEURO", code: "NEURO", name: "Neuro", subspecialties: ["neuro"], fallbackPoolId: "BODY" },
  {
    ...{ id: "BODY", code: "BODY", name: "Body & chest", fallbackPoolId: null },
    subspecialties: ["body", "chest", "cardiac", "nuclear", "general"],
  },
  { id: "MSK", code: "MSK", name: "Bones & joints", subspecialties: ["msk"], fallbackPoolId: "BODY" },
];

/** A reading group's usual few rules. */
export const RULES: readonly RoutingRule[] = [
  rule("Stroke", { field: "procedureText", contains: ["stroke"] }, { raiseTo: "critical", pool: "NEURO" }),
  rule("Major trauma, dissection", { field: "procedureText", contains: ["trauma", "dissection"] }, { raiseTo: "stat" }),
  rule(
    "Emergency head CT",
    {
      all: [
        { field: "modality", is: ["CT"] },
        { field: "bodyPart", is: ["HEAD"] },
        { field: "patientClass", is: ["E"] },
      ],
    },
    { raiseTo: "stat" },
  ),
  rule("Pulmonary embolism", { field: "procedureText", contains: ["pulmonary angiogram"] }, { raiseTo: "urgent" }),
  rule("Emergency department", { field: "patientClass", is: ["E"] }, { raiseTo: "urgent" }),
];

function rule(name: string, condition: RoutingRule["condition"], action: RoutingRule["action"]): RoutingRule {
  return { id: name, name, condition, action };
}

/** What contracts owe, in minutes; hospitals draw one of them. */
const TERMS: readonly Turnaround[] = [
  { critical: 20, stat: 30, urgent: 60, routine: 720 },
  { critical: 30, stat: 45, urgent: 90, routine: 480 },
  { critical: 30, stat: 60, urgent: 120, routine: 1440 },
].map((minutes) => Turnaround.parse({ ...minutes, clockStarts: "complete" }));

export interface WorldRequest {
  readonly seed: number;
  readonly hospitals: number;
  readonly readers: number;
  /** Credentials are valid around this. */
  readonly from: Instant;
  readonly until: Instant;
}

/** Hospitals in many states and readers who are licensed in some of them. Shifts are not set: that is `roster`'s part. */
export function syntheticWorld(request: WorldRequest): SyntheticWorld {
  const chance = new Random(request.seed, "hospitals");
  const sites: SimSite[] = [];
  const sources: Source[] = [];
  for (let n = 0; n < request.hospitals; n++) {
    const { site, source } = hospital(chance, n);
    sites.push(site);
    sources.push(source);
  }
  return {
    ...{ sites, sources, pools: POOLS, ruleSet: { rules: RULES, mapping: DEFAULT_SUBSPECIALTIES } },
    readers: Array.from({ length: request.readers }, (_, n) => reader(request, sites, n)),
  };
}

function hospital(chance: Random, n: number): { site: SimSite; source: Source } {
  const [jurisdiction, timeZone] = one(chance, STATES, ([, , weight]) => weight);
  const type = one(chance, TYPES, ({ share }) => share);
  const code = `H${String(n + 1).padStart(3, "0")}`;
  const terms = TERMS[chance.below(TERMS.length)] as Turnaround;
  const name = nameOf(n);
  const site: SimSite = {
    ...{ id: code, code, name, hospitalId: code, hospitalCode: code, jurisdiction, timeZone },
    contract: { id: code, name: `Reads for ${name}`, turnaround: terms, target: 0.95 },
  };
  return {
    site,
    source: {
      volume: chance.logNormal(type.volume, 0.35),
      classes: type.classes,
      lineMbPerSecond: chance.logNormal(type.line, 0.3),
    },
  };
}

/** Everyone's own: a second hospital of a name is told apart by a number. */
function nameOf(n: number): string {
  const name = `${NAMES[n % NAMES.length]} ${KINDS[Math.floor(n / NAMES.length) % KINDS.length]}`;
  const again = Math.floor(n / (NAMES.length * KINDS.length));
  return again > 0 ? `${name} ${again + 1}` : name;
}

/** Who reads what beside "general": share of readers. */
const TRAINED: readonly (readonly [subspecialties: readonly string[], pool: string, share: number])[] = [
  [["body", "chest", "cardiac", "nuclear"], "BODY", 0.92],
  [["neuro"], "NEURO", 0.64],
  [["msk"], "MSK", 0.72],
];

function reader(request: WorldRequest, sites: readonly SimSite[], n: number): SimReader {
  const chance = new Random(request.seed, `reader ${n}`);
  const trained = TRAINED.filter(([, , share]) => chance.uniform() < share);
  // Nobody is without a field: who drew none reads body.
  const fields = trained.length > 0 ? trained : TRAINED.slice(0, 1);
  const licensed = STATES.filter(() => chance.uniform() < 0.72).map(([code]) => code);
  const valid = { validFrom: request.from - YEAR, validTo: request.until + YEAR };
  const readTypes = ["preliminary", "final"];
  return {
    id: `R${String(n + 1).padStart(3, "0")}`,
    name: `Reader ${n + 1}`,
    scope: {
      poolIds: fields.map(([, pool]) => pool),
      subspecialties: [...new Set([...fields.flatMap(([read]) => read), "general"])],
      readTypes,
      jurisdictions: licensed.map((code) => ({ code, ...valid })),
      privileges: sites
        .filter((site) => licensed.includes(site.jurisdiction) && chance.uniform() < 0.93)
        .map((site) => ({ siteId: site.id, readTypes, ...valid })),
    },
    pace: Math.exp(0.14 * chance.normal()),
    shifts: [],
  };
}

const YEAR = 365 * 86_400_000;

function one<T>(chance: Random, list: readonly T[], weight: (item: T) => number): T {
  let left = chance.uniform() * list.reduce((sum, item) => sum + weight(item), 0);
  for (const item of list) {
    left -= weight(item);
    if (left < 0) return item;
  }
  return list[list.length - 1] as T;
}
