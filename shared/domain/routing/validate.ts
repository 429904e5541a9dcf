import { type Urgency, urgencyRank } from "../urgency.js";
import { BODY_PARTS, codeSystem, knows, MODALITIES, PATIENT_CLASSES } from "./codes.js";
import { isText } from "./compile.js";
import { depth, type LeafCondition, leavesOf, type TextField } from "./conditions.js";
import { canHold, follows } from "./logic.js";
import { KNOWN_PRIORITIES } from "./outcome.js";
import { isEnabled, type RoutingRule, type RuleAction, type RuleSet } from "./rules.js";
import { fold, same } from "./text.js";

export interface Named {
  readonly code: string;
  readonly name: string;
}

/** What the hub knows of a group's world: what rules may speak of, and what the form's pick lists offer. */
export interface Vocabulary {
  readonly pools: readonly (Named & {
    readonly id: string;
    readonly members: number;
    readonly subspecialties: readonly string[];
    readonly fallbackPoolId: string | null;
  })[];
  readonly sites: readonly Named[];
  readonly hospitals: readonly Named[];
  readonly contracts: readonly Named[];
  /** Subspecialties that some reader of the group holds. */
  readonly heldSubspecialties: readonly string[];
  /** Seen in the orders and studies of the hospitals under contract. */
  readonly modalities: readonly string[];
  readonly bodyParts: readonly string[];
  readonly procedureCodes: readonly string[];
  readonly patientClasses: readonly string[];
  readonly priorities: readonly string[];
}

/** ruleId null: about the set as a whole, its pools or its mapping. */
export interface Problem {
  readonly ruleId: string | null;
  readonly message: string;
}

export interface Checked {
  /** Each refuses publication. */
  readonly problems: readonly Problem[];
  /** Each is probably a mistake, and allowed. */
  readonly warnings: readonly Problem[];
}

const DEEPEST = 12;

/** Everything that is wrong with a set, at once, each in words and with the rule that it is about. */
export function check(set: RuleSet, known: Vocabulary): Checked {
  const enabled = set.rules.filter(isEnabled);
  const named = poolsNamed(enabled);
  return {
    problems: [
      ...duplicateNames(set.rules),
      ...set.rules.flatMap((rule) => ruleProblems(rule, set, known).map((message) => about(rule, message))),
      ...mappingProblems(set).map((message) => ({ ruleId: null, message })),
      ...poolCycles(known).map((message) => ({ ruleId: null, message })),
    ],
    warnings: [...shadowed(enabled), ...poolWarnings(known, named), ...mappingWarnings(set, known)],
  };
}

const about = (rule: RoutingRule, message: string): Problem => ({
  ruleId: rule.id,
  message: `“${rule.name}”: ${message}`,
});

function duplicateNames(rules: readonly RoutingRule[]): Problem[] {
  return rules
    .filter((rule, at) => rules.findIndex((other) => same(other.name, rule.name)) !== at)
    .map((rule) => about(rule, "another rule has this name already; an explanation could not tell them apart."));
}

function ruleProblems(rule: RoutingRule, set: RuleSet, known: Vocabulary): string[] {
  if (depth(rule.condition) > DEEPEST) return [`conditions are nested more than ${DEEPEST} deep.`];
  const always = canHold(rule.condition);
  return [
    ...leavesOf(rule.condition).flatMap((leaf) => leafProblems(leaf, set, known)),
    ...(always === "never" ? ["its condition can never hold, so it would never do anything."] : []),
    ...actionProblems(rule.action, set, known),
  ];
}

function leafProblems(leaf: LeafCondition, set: RuleSet, known: Vocabulary): string[] {
  if (leaf.field === "hour" && leaf.from === leaf.to)
    return [`the hours ${leaf.from}–${leaf.to} are empty: from and to are the same.`];
  if (leaf.field === "age" && leaf.below !== undefined && (leaf.from ?? 0) >= leaf.below)
    return [`no patient is ${leaf.from ?? 0} or older and younger than ${leaf.below}.`];
  if (!isText(leaf)) return [];
  const unknown = leaf.is.filter((value) => !isKnown(leaf.field, value, set, known));
  return unknown.length === 0 ? [] : [unknownWords(leaf.field, unknown, set, known)];
}

function isKnown(field: TextField, value: string, set: RuleSet, known: Vocabulary): boolean {
  const isNamed = (list: readonly Named[]) => list.some(({ code, name }) => same(code, value) || same(name, value));
  switch (field) {
    case "site":
      return isNamed(known.sites);
    case "hospital":
      return isNamed(known.hospitals);
    case "contract":
      return isNamed(known.contracts);
    case "modality":
      return knows(MODALITIES, value) || knows(known.modalities, value);
    case "bodyPart":
      return [BODY_PARTS, known.bodyParts, ...set.mapping.map((e) => e.bodyParts)].some((list) => knows(list, value));
    case "procedureCode":
      return (
        knows(known.procedureCodes, value) ||
        set.mapping.some((entry) => knows(entry.codes, value)) ||
        codeSystem(value)?.valid === true
      );
    case "priority":
      return knows(KNOWN_PRIORITIES, value) || knows(known.priorities, value);
    case "patientClass":
      return knows(PATIENT_CLASSES, value) || knows(known.patientClasses, value);
    case "subspecialty":
      return knows(subspecialtiesOf(set, known), value);
  }
}

/** Every subspecialty that a study can come to have, or somebody reads. */
export const subspecialtiesOf = (set: RuleSet, known: Vocabulary): string[] => [
  ...new Set(
    [
      "general",
      ...set.mapping.map((entry) => entry.subspecialty),
      ...set.rules.flatMap(({ action }) => action.subspecialty ?? []),
      ...known.heldSubspecialties,
      ...known.pools.flatMap((pool) => pool.subspecialties),
    ].map(fold),
  ),
];

function unknownWords(field: TextField, unknown: readonly string[], set: RuleSet, known: Vocabulary): string {
  const values = unknown.join(", ");
  const are = (list: readonly Named[]) => list.map(({ code }) => code).join(", ");
  switch (field) {
    case "site":
      return `there is no site ${values}. Sites are ${are(known.sites)}.`;
    case "hospital":
      return `no hospital ${values} is under contract. Hospitals are ${are(known.hospitals)}.`;
    case "contract":
      return `there is no contract ${values}.`;
    case "modality":
      return `DICOM knows no modality ${values}.`;
    case "bodyPart":
      return `the body part ${values} is neither DICOM's nor in the mapping, and no order has ever named it.`;
    case "procedureCode": {
      const typo = unknown.map((code) => codeSystem(code)).find((system) => system && !system.valid);
      return typo
        ? `${values} looks like a ${typo.name} code, but its check digit is wrong.`
        : `no order has ever had the procedure code ${values}, and it is not in the mapping. Add it there first if it is new.`;
    }
    case "priority":
      return `orders know no priority ${values}.`;
    case "patientClass":
      return `there is no patient class ${values}.`;
    case "subspecialty":
      return `nobody reads ${values} and the mapping does not name it. Known are ${subspecialtiesOf(set, known).join(", ")}.`;
  }
}

function actionProblems(action: RuleAction, set: RuleSet, known: Vocabulary): string[] {
  const codes = [...(action.pool ? [action.pool] : []), ...(action.also ?? []), ...(action.notify?.pools ?? [])];
  const find = (code: string) => known.pools.find((pool) => same(pool.code, code));
  const unknown = [...new Set(codes)].filter((code) => !find(code));
  const empty = action.pool && find(action.pool)?.members === 0 && !fallbackReads(action.pool, known);
  const { subspecialty } = action;
  return [
    ...unknown.map((code) => `there is no pool ${code}. Pools are ${known.pools.map((pool) => pool.code).join(", ")}.`),
    ...(empty ? [`the pool ${action.pool} has no members and no fall-back with members: nobody would read it.`] : []),
    ...(action.pool && action.also?.some((code) => same(code, action.pool ?? ""))
      ? [`the pool ${action.pool} is named twice.`]
      : []),
    ...(subspecialty !== undefined && !readable(subspecialty, set, known)
      ? [`no pool and no reader of the group reads ${subspecialty}.`]
      : []),
  ];
}

const readable = (subspecialty: string, set: RuleSet, known: Vocabulary): boolean =>
  same(subspecialty, "general") ||
  knows(known.heldSubspecialties, subspecialty) ||
  known.pools.some((pool) => knows(pool.subspecialties, subspecialty)) ||
  set.mapping.some((entry) => same(entry.subspecialty, subspecialty));

function fallbackReads(code: string, known: Vocabulary): boolean {
  const start = known.pools.find((pool) => same(pool.code, code));
  return start ? chain(start, known).some((pool) => pool.members > 0) : false;
}

type Pool = Vocabulary["pools"][number];

/** The pool and those behind it, each once. */
function chain(start: Pool, known: Vocabulary): Pool[] {
  const seen: Pool[] = [];
  for (let pool: Pool | undefined = start; pool && !seen.includes(pool); ) {
    seen.push(pool);
    const next: string | null = pool.fallbackPoolId;
    pool = known.pools.find((candidate) => candidate.id === next);
  }
  return seen;
}

function poolCycles(known: Vocabulary): string[] {
  const inCycle = known.pools.filter((pool) => chain(pool, known).at(-1)?.fallbackPoolId === pool.id);
  const told = new Set<string>();
  return inCycle.flatMap((pool) => {
    if (told.has(pool.id)) return [];
    const round = chain(pool, known);
    for (const one of round) told.add(one.id);
    const names = [...round, pool].map(({ name }) => name).join(" → ");
    return [`the pools fall back on each other in a circle: ${names}. One of them must end it.`];
  });
}

const poolsNamed = (rules: readonly RoutingRule[]): Set<string> =>
  new Set(
    rules.flatMap(({ action }) => [action.pool, ...(action.also ?? [])].flatMap((code) => (code ? [fold(code)] : []))),
  );

function poolWarnings(known: Vocabulary, named: ReadonlySet<string>): Problem[] {
  return known.pools.flatMap((pool) => {
    const messages: string[] = [];
    if (pool.members === 0)
      messages.push(
        `The pool ${pool.name} has no members${named.has(fold(pool.code)) ? ", and a rule names it" : ""}.`,
      );
    const unheld = pool.subspecialties.filter((s) => s !== "general" && !knows(known.heldSubspecialties, s));
    if (unheld.length > 0)
      messages.push(`The pool ${pool.name} is for ${unheld.join(", ")}, which no reader of the group holds.`);
    return messages.map((message) => ({ ruleId: null, message }));
  });
}

function mappingProblems(set: RuleSet): string[] {
  return set.mapping.flatMap((entry, at) => {
    const messages: string[] = [];
    const says = entry.codes.length + entry.bodyParts.length + entry.words.length + entry.modalities.length;
    if (says === 0)
      messages.push(`Mapping, line ${at + 1} (${entry.subspecialty}): it names no code, body part, word or modality.`);
    const unknown = entry.modalities.filter((modality) => !knows(MODALITIES, modality));
    if (unknown.length > 0)
      messages.push(`Mapping, line ${at + 1} (${entry.subspecialty}): DICOM knows no modality ${unknown.join(", ")}.`);
    const typos = entry.codes.filter((code) => codeSystem(code)?.valid === false);
    if (typos.length > 0)
      messages.push(
        `Mapping, line ${at + 1} (${entry.subspecialty}): the check digit of ${typos.join(", ")} is wrong.`,
      );
    return messages;
  });
}

/** The first line that has a code wins it: the same one further down does nothing. */
function mappingWarnings(set: RuleSet, known: Vocabulary): Problem[] {
  const owner = new Map<string, string>();
  const twice: string[] = [];
  for (const entry of set.mapping)
    for (const code of entry.modalities.length === 0 ? entry.codes.map(fold) : []) {
      const first = owner.get(code);
      if (first !== undefined && first !== entry.subspecialty)
        twice.push(`${code} (${first}, then ${entry.subspecialty})`);
      owner.set(code, first ?? entry.subspecialty);
    }
  const unread = [...new Set(set.mapping.map((entry) => entry.subspecialty))].filter(
    (s) =>
      !same(s, "general") &&
      !knows(known.heldSubspecialties, s) &&
      !known.pools.some((pool) => knows(pool.subspecialties, s)),
  );
  return [
    ...(twice.length > 0
      ? [`Mapping: codes named for two subspecialties, of which the first counts: ${twice.join("; ")}.`]
      : []),
    ...(unread.length > 0
      ? [`Mapping: no pool reads ${unread.join(", ")} apart; general readers get such studies.`]
      : []),
  ].map((message) => ({ ruleId: null, message }));
}

/** Rules that never change anything, because an earlier one applies whenever they do and has already decided all that they would. */
function shadowed(rules: readonly RoutingRule[]): Problem[] {
  return rules.flatMap((rule, at) => {
    const by = rules
      .slice(0, at)
      .find((earlier) => decides(earlier.action, rule.action) && follows(earlier.condition, rule.condition));
    return by
      ? [about(rule, `it never changes anything: “${by.name}” comes first and applies to the same studies.`)]
      : [];
  });
}

function decides(earlier: RuleAction, later: RuleAction): boolean {
  const within = (a: readonly string[] | undefined, b: readonly string[] | undefined) =>
    (b ?? []).every((v) => knows(a ?? [], v));
  const urgent = (urgency: Urgency | undefined) => (urgency === undefined ? 9 : urgencyRank(urgency));
  return (
    (later.pool === undefined || earlier.pool !== undefined) &&
    (later.subspecialty === undefined || earlier.subspecialty !== undefined) &&
    urgent(earlier.raiseTo) <= urgent(later.raiseTo) &&
    (earlier.turnaroundMinutes ?? Number.POSITIVE_INFINITY) <= (later.turnaroundMinutes ?? Number.POSITIVE_INFINITY) &&
    (later.doubleRead === undefined || earlier.doubleRead === true) &&
    within(earlier.also, later.also) &&
    within(earlier.notify?.roles, later.notify?.roles) &&
    within(earlier.notify?.pools, later.notify?.pools)
  );
}
