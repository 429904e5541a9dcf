import type { LeafCondition, PhraseField, RuleCondition, TextField } from "./conditions.js";
import { PHRASE_FIELDS, TEXT_FIELDS } from "./conditions.js";
import type { StudyFacts } from "./facts.js";
import { type Found, type PreparedMapping, prepareMapping } from "./mapping.js";
import { isEnabled, type RoutingRule, type RuleSet } from "./rules.js";
import { asWords, fold, PhraseIndex } from "./text.js";

/** A condition with its comparisons as numbers into the table that `look` fills. */
export type Node =
  | { readonly kind: "leaf"; readonly leaf: number }
  | { readonly kind: "all" | "any"; readonly parts: readonly Node[] }
  | { readonly kind: "not"; readonly part: Node };

export interface PreparedRule {
  readonly rule: RoutingRule;
  readonly node: Node;
}

/**
 * A rule set made ready to be asked often. Equal comparisons of different rules become one, and each fact is looked up once in an
 * index by value: the cost of a decision grows with what the study says, not with the number of rules. (Asking each rule in turn
 * took 1.6 ms for 200 rules, most of it folding the same texts again.)
 */
export interface Prepared {
  readonly set: RuleSet;
  /** Those in force, in order. */
  readonly rules: readonly PreparedRule[];
  readonly leaves: readonly LeafCondition[];
  look(facts: StudyFacts): Seen;
}

/** One study as the rules see it. truth[leaf] is 1 where the comparison holds. */
export interface Seen {
  readonly facts: StudyFacts;
  readonly found: Found;
  readonly truth: Uint8Array;
  /** Indices into `rules` of those that match, in order. */
  readonly matched: readonly number[];
}

export function compile(set: RuleSet): Prepared {
  const table = new LeafTable();
  const rules = set.rules.filter(isEnabled).map((rule) => ({ rule, node: nodeOf(rule.condition, table) }));
  const mapping: PreparedMapping = prepareMapping(set.mapping);
  return {
    set,
    rules,
    leaves: table.leaves,
    look(facts) {
      const words = asWords(facts.procedureText);
      const found = mapping.find(facts, words);
      const truth = table.compare(facts, found.value, words);
      const matched: number[] = [];
      for (let i = 0; i < rules.length; i += 1) {
        const prepared = rules[i];
        if (prepared && nodeHolds(prepared.node, truth)) matched.push(i);
      }
      return { facts, found, truth, matched };
    },
  };
}

export function nodeHolds(node: Node, truth: Uint8Array): boolean {
  switch (node.kind) {
    case "leaf":
      return truth[node.leaf] === 1;
    case "all":
      for (const part of node.parts) if (!nodeHolds(part, truth)) return false;
      return true;
    case "any":
      for (const part of node.parts) if (nodeHolds(part, truth)) return true;
      return false;
    case "not":
      return !nodeHolds(node.part, truth);
  }
}

function nodeOf(condition: RuleCondition, table: LeafTable): Node {
  if ("all" in condition) return { kind: "all", parts: condition.all.map((part) => nodeOf(part, table)) };
  if ("any" in condition) return { kind: "any", parts: condition.any.map((part) => nodeOf(part, table)) };
  if ("not" in condition) return { kind: "not", part: nodeOf(condition.not, table) };
  return { kind: "leaf", leaf: table.add(condition) };
}

class LeafTable {
  readonly leaves: LeafCondition[] = [];
  private readonly known = new Map<string, number>();
  private readonly byText = new Map<TextField, Map<string, number[]>>();
  private readonly byPhrase = new Map<PhraseField, PhraseIndex>();
  /** Comparisons of numbers and of AI results: few, asked one by one. */
  private readonly others: number[] = [];

  add(leaf: LeafCondition): number {
    const key = JSON.stringify(leaf);
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const id = this.leaves.push(leaf) - 1;
    this.known.set(key, id);
    if ("contains" in leaf) {
      const phrases = this.byPhrase.get(leaf.field) ?? new PhraseIndex();
      this.byPhrase.set(leaf.field, phrases);
      for (const phrase of leaf.contains) phrases.add(phrase, id);
    } else if (isText(leaf)) {
      const values = this.byText.get(leaf.field) ?? new Map<string, number[]>();
      this.byText.set(leaf.field, values);
      for (const value of new Set(leaf.is.map(fold))) values.set(value, [...(values.get(value) ?? []), id]);
    } else this.others.push(id);
    return id;
  }

  compare(facts: StudyFacts, subspecialty: string, procedureWords: string): Uint8Array {
    const truth = new Uint8Array(this.leaves.length);
    const mark = (id: number) => {
      truth[id] = 1;
    };
    for (const field of TEXT_FIELDS) {
      const values = this.byText.get(field);
      if (!values) continue;
      for (const value of field === "subspecialty" ? [subspecialty] : facts[field])
        if (value !== "") for (const id of values.get(fold(value)) ?? NONE) truth[id] = 1;
    }
    for (const field of PHRASE_FIELDS)
      this.byPhrase.get(field)?.each(field === "procedureText" ? procedureWords : asWords(facts[field]), mark);
    for (const id of this.others) {
      const leaf = this.leaves[id];
      if (leaf && otherHolds(leaf, facts)) truth[id] = 1;
    }
    return truth;
  }
}

const NONE: readonly number[] = [];

type TextLeaf = Extract<LeafCondition, { field: TextField }>;
export const isText = (leaf: LeafCondition): leaf is TextLeaf =>
  (TEXT_FIELDS as readonly string[]).includes(leaf.field);

function otherHolds(leaf: LeafCondition, facts: StudyFacts): boolean {
  switch (leaf.field) {
    case "age":
      return (
        facts.ageYears !== null &&
        facts.ageYears >= (leaf.from ?? 0) &&
        facts.ageYears < (leaf.below ?? Number.POSITIVE_INFINITY)
      );
    case "hour":
      return hourHolds(leaf, facts.localHour);
    case "weekday":
      return leaf.is.includes(facts.weekday);
    case "aiResult":
      return facts.aiResults.some(
        ({ name, finding, present }) =>
          present &&
          (leaf.name === undefined || fold(leaf.name) === fold(name)) &&
          leaf.finding.some((wanted) => fold(wanted) === fold(finding)),
      );
    default:
      return false;
  }
}

/** from ≤ hour < to, over midnight where `from` is the later one. */
export const hourHolds = ({ from, to }: { from: number; to: number }, hour: number): boolean =>
  from <= to ? hour >= from && hour < to : hour >= from || hour < to;
