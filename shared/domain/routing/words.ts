import { isText } from "./compile.js";
import type { LeafCondition, RuleCondition } from "./conditions.js";
import { shortMinutes } from "./decide.js";
import { LABELS, WEEKDAYS } from "./explain.js";
import type { RoutingRule, RuleAction } from "./rules.js";

/** Codes that have a name, as a pool's or a site's; the code itself where there is none. */
export type Naming = (kind: "pool" | "site" | "hospital" | "contract", code: string) => string;
const AS_IS: Naming = (_kind, code) => code;

const URGENCY_WORDS = { critical: "critical", stat: "STAT", urgent: "urgent", routine: "routine" } as const;

/** A rule as one sentence: "If the modality is CT and the hour at the site is 22–6 → Neuro pool, at least urgent." */
export function ruleInWords(rule: Pick<RoutingRule, "condition" | "action">, naming: Naming = AS_IS): string {
  const condition = conditionInWords(rule.condition, naming);
  return `${condition === "" ? "For every study" : `If ${condition}`} → ${actionInWords(rule.action, naming)}`;
}

/** "" for one that always holds. */
export function conditionInWords(condition: RuleCondition, naming: Naming = AS_IS): string {
  return say(condition, naming, false);
}

/** inner: within another group, where a group of its own needs brackets. */
function say(condition: RuleCondition, naming: Naming, inner: boolean): string {
  if ("all" in condition) return joined(condition.all, " and ", naming, inner);
  if ("any" in condition) return joined(condition.any, " or ", naming, inner);
  if ("not" in condition) return sayNot(condition.not, naming);
  return sayLeaf(condition, naming, false);
}

function joined(parts: readonly RuleCondition[], by: string, naming: Naming, inner: boolean): string {
  const words = parts.map((part) => say(part, naming, parts.length > 1)).filter((part) => part !== "");
  return inner && words.length > 1 ? `(${words.join(by)})` : words.join(by);
}

function sayNot(condition: RuleCondition, naming: Naming): string {
  if ("not" in condition) return say(condition.not, naming, true);
  if ("all" in condition || "any" in condition) {
    const words = say(condition, naming, false);
    return words === "" ? "never" : `not (${words})`;
  }
  return sayLeaf(condition, naming, true);
}

function sayLeaf(leaf: LeafCondition, naming: Naming, negated: boolean): string {
  const is = negated ? "is not" : "is";
  if ("contains" in leaf) {
    const quoted = leaf.contains.map((phrase) => `“${phrase}”`);
    return `${LABELS[leaf.field]} ${negated ? "does not contain" : "contains"} ${alternatives(quoted)}`;
  }
  if (isText(leaf)) {
    const kind = leaf.field === "site" || leaf.field === "hospital" || leaf.field === "contract" ? leaf.field : null;
    return `${LABELS[leaf.field]} ${is} ${alternatives(leaf.is.map((value) => (kind ? naming(kind, value) : value)))}`;
  }
  switch (leaf.field) {
    case "age":
      return `the patient ${is} ${sayAge(leaf.from, leaf.below)}`;
    case "hour":
      return `the hour at the site ${is} ${leaf.from}–${leaf.to}`;
    case "weekday":
      return `the day at the site ${is} ${alternatives(leaf.is.map((day) => WEEKDAYS[day - 1] ?? String(day)))}`;
    case "aiResult":
      return `${leaf.name ?? "an algorithm"} ${negated ? "does not find" : "finds"} ${alternatives(leaf.finding)}`;
    default:
      return "";
  }
}

function sayAge(from: number | undefined, below: number | undefined): string {
  if (from !== undefined && below !== undefined) return `${from} or older and younger than ${below}`;
  if (from !== undefined) return `${from} or older`;
  return below === undefined ? "of known age" : `younger than ${below}`;
}

const MOST_ALTERNATIVES = 6;

function alternatives(values: readonly string[]): string {
  const shown = values.slice(0, MOST_ALTERNATIVES);
  const more = values.length - shown.length;
  if (more > 0) return `${shown.join(", ")} or one of ${more} more`;
  return shown.length < 2 ? (shown[0] ?? "") : `${shown.slice(0, -1).join(", ")} or ${shown[shown.length - 1]}`;
}

/** "Neuro pool, at least urgent, within 60 min". */
export function actionInWords(action: RuleAction, naming: Naming = AS_IS): string {
  const { pool, also, subspecialty, raiseTo, turnaroundMinutes, doubleRead, notify } = action;
  const pools = (codes: readonly string[]) => codes.map((code) => naming("pool", code));
  const parts = [
    ...(pool ? [`${naming("pool", pool)} pool`] : []),
    ...(also ? [`also in reach of ${pools(also).join(", ")}`] : []),
    ...(subspecialty ? [`read as ${subspecialty}`] : []),
    ...(raiseTo ? [`at least ${URGENCY_WORDS[raiseTo]}`] : []),
    ...(turnaroundMinutes === undefined ? [] : [`within ${shortMinutes(turnaroundMinutes)}`]),
    ...(doubleRead ? ["read twice"] : []),
    ...(notify
      ? [`tell ${[...(notify.roles ?? []).map((role) => `every ${role}`), ...pools(notify.pools ?? [])].join(", ")}`]
      : []),
  ];
  return parts.join(", ");
}
