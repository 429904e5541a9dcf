import type { Node, Prepared, Seen } from "./compile.js";
import { isText, nodeHolds } from "./compile.js";
import type { LeafCondition, PhraseField, TextField } from "./conditions.js";
import type { StudyFacts } from "./facts.js";
import { containsPhrase } from "./text.js";

/** One rule against one study: the comparisons that decided it, in words. */
export interface RuleTrace {
  readonly name: string;
  readonly matched: boolean;
  readonly because: readonly string[];
}

/** An explanation is read by a person: of a rule with hundreds of alternatives the first few say enough. */
const MOST_REASONS = 8;

/** Every rule in force against the study, in order; only those at `indices` where given. */
export function traces(prepared: Prepared, seen: Seen, indices?: readonly number[]): RuleTrace[] {
  const words = new LeafWords(prepared, seen);
  const told: RuleTrace[] = [];
  const tell = (index: number) => {
    const one = prepared.rules[index];
    if (!one) return;
    const because: string[] = [];
    const matched = nodeHolds(one.node, seen.truth);
    reasons(one.node, seen.truth, words, because);
    told.push({ name: one.rule.name, matched, because });
  };
  if (indices) for (const index of indices) tell(index);
  else for (let index = 0; index < prepared.rules.length; index += 1) tell(index);
  return told;
}

/** What decided it: of "all" the parts that failed, of "any" the part that held; all of them where none stands out. Each once. */
function reasons(node: Node, truth: Uint8Array, words: LeafWords, told: string[]): void {
  if (told.length >= MOST_REASONS) return;
  if (node.kind === "leaf") {
    const reason = words.of(node.leaf);
    if (!told.includes(reason)) told.push(reason);
  } else if (node.kind === "not") reasons(node.part, truth, words, told);
  else if (node.kind === "all") {
    const failed = !nodeHolds(node, truth);
    for (const part of node.parts) if (!failed || !nodeHolds(part, truth)) reasons(part, truth, words, told);
  } else {
    const held = node.parts.find((part) => nodeHolds(part, truth));
    if (held) reasons(held, truth, words, told);
    else for (const part of node.parts) reasons(part, truth, words, told);
  }
}

/** The words of each comparison, found once a study. */
class LeafWords {
  private readonly byLeaf: (string | undefined)[] = [];
  private readonly byField = new Map<string, string>();

  constructor(
    private readonly prepared: Prepared,
    private readonly seen: Seen,
  ) {}

  of(leaf: number): string {
    const known = this.byLeaf[leaf];
    if (known !== undefined) return known;
    const condition = this.prepared.leaves[leaf];
    const words = condition ? this.say(condition, this.seen.truth[leaf] === 1) : "";
    this.byLeaf[leaf] = words;
    return words;
  }

  private say(leaf: LeafCondition, holds: boolean): string {
    const { facts, found } = this.seen;
    if ("contains" in leaf) return sayPhrases(leaf, facts, holds);
    if (isText(leaf))
      return this.sayField(leaf.field, leaf.field === "subspecialty" ? [found.value] : facts[leaf.field]);
    switch (leaf.field) {
      case "age":
        return facts.ageYears === null
          ? "the patient's age is not known"
          : `the patient is ${Math.floor(facts.ageYears)}`;
      case "hour":
        return `it is ${String(facts.localHour).padStart(2, "0")} h at the site`;
      case "weekday":
        return `it is ${WEEKDAYS[facts.weekday - 1] ?? "an unknown day"} at the site`;
      case "aiResult":
        return holds
          ? `${leaf.name ?? "an algorithm"} found ${leaf.finding.join(" or ")}`
          : `${leaf.name ?? "no algorithm"} ${leaf.name ? "did not find" : "found"} ${leaf.finding.join(" or ")}`;
      default:
        return "";
    }
  }

  private sayField(field: TextField, values: readonly string[]): string {
    const known = this.byField.get(field);
    if (known) return known;
    const shown = SHOWN_FIRST.has(field) ? values.slice(0, 1) : values;
    const filled = shown.filter((value) => value !== "");
    const words = `${LABELS[field]} ${filled.length > 0 ? `is ${[...new Set(filled)].join(", ")}` : "is not known"}`;
    this.byField.set(field, words);
    return words;
  }
}

/** Fields whose later values are ids: a person is told the first. */
const SHOWN_FIRST = new Set<TextField>(["site", "hospital", "contract"]);

function sayPhrases(leaf: Extract<LeafCondition, { field: PhraseField }>, facts: StudyFacts, holds: boolean): string {
  const phrase = holds ? leaf.contains.find((candidate) => containsPhrase(facts[leaf.field], candidate)) : undefined;
  if (phrase) return `"${phrase}" is in ${LABELS[leaf.field]}`;
  if (leaf.field !== "procedureText" && facts[leaf.field].trim() === "") return `${LABELS[leaf.field]} is not known`;
  return noneOf(leaf);
}

/** The same for every study, so kept with the comparison. */
const none = new WeakMap<LeafCondition, string>();

function noneOf(leaf: Extract<LeafCondition, { field: PhraseField }>): string {
  let words = none.get(leaf);
  if (words === undefined) {
    words = `none of "${leaf.contains.slice(0, 12).join('", "')}" is in ${LABELS[leaf.field]}`;
    none.set(leaf, words);
  }
  return words;
}

export const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"] as const;

/** How each field is called in a sentence. */
export const LABELS: Record<TextField | PhraseField, string> = {
  site: "the site",
  hospital: "the hospital",
  contract: "the contract",
  modality: "the modality",
  bodyPart: "the body part",
  procedureCode: "the procedure code",
  priority: "the order's priority",
  patientClass: "the patient class",
  subspecialty: "the subspecialty",
  procedureText: "the procedure's text",
  referrer: "the referrer's name",
  ward: "the ward's name",
};
