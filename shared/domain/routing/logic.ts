import { isText } from "./compile.js";
import type { LeafCondition, RuleCondition } from "./conditions.js";
import { asWords, fold } from "./text.js";

export type Holds = "always" | "never" | "sometimes";

/** Whether a condition can hold at all, as far as it shows from the condition alone. "sometimes" where that can't be told. */
export function canHold(condition: RuleCondition): Holds {
  if ("not" in condition) return opposite(canHold(condition.not));
  if ("any" in condition) {
    const parts = condition.any.map(canHold);
    if (parts.includes("always")) return "always";
    return parts.every((part) => part === "never") ? "never" : "sometimes";
  }
  if ("all" in condition) {
    const parts = condition.all.map(canHold);
    if (parts.includes("never") || contradicts(condition.all)) return "never";
    return parts.every((part) => part === "always") ? "always" : "sometimes";
  }
  return leafCanHold(condition);
}

const opposite = (holds: Holds): Holds => (holds === "always" ? "never" : holds === "never" ? "always" : "sometimes");

function leafCanHold(leaf: LeafCondition): Holds {
  if (leaf.field === "hour") {
    if (leaf.from === leaf.to) return "never";
    return leaf.from === 0 && leaf.to === 24 ? "always" : "sometimes";
  }
  if (leaf.field === "age") return leaf.below !== undefined && (leaf.from ?? 0) >= leaf.below ? "never" : "sometimes";
  if (leaf.field === "weekday") return new Set(leaf.is).size === 7 ? "always" : "sometimes";
  return "contains" in leaf && leaf.contains.every((phrase) => asWords(phrase).trim() === "") ? "never" : "sometimes";
}

/** Fields of which a study has one value: two that must both be it and share none can't hold together. */
const SINGLE = new Set(["site", "hospital", "contract", "priority", "patientClass", "subspecialty"]);

function contradicts(parts: readonly RuleCondition[]): boolean {
  const leaves = conjuncts({ all: parts }).filter((part): part is LeafCondition => "field" in part);
  return leaves.some((a, i) => leaves.slice(i + 1).some((b) => excludes(a, b)));
}

function excludes(a: LeafCondition, b: LeafCondition): boolean {
  if (a.field !== b.field) return false;
  if (isText(a) && isText(b) && SINGLE.has(a.field)) {
    const other = new Set(b.is.map(fold));
    return !a.is.some((value) => other.has(fold(value)));
  }
  if (a.field === "age" && b.field === "age")
    return Math.max(a.from ?? 0, b.from ?? 0) >= Math.min(a.below ?? 1000, b.below ?? 1000);
  if (a.field === "weekday" && b.field === "weekday") return !a.is.some((day) => b.is.includes(day));
  if (a.field === "hour" && b.field === "hour") return !hours(a).some((hour) => hours(b).includes(hour));
  return false;
}

/** What must all hold, nested "all" resolved. */
function conjuncts(condition: RuleCondition): RuleCondition[] {
  return "all" in condition ? condition.all.flatMap(conjuncts) : [condition];
}

/**
 * Does `a` hold whenever `b` does? True only where it shows from their parts; false where it can't be told (so a warning built on it
 * is never wrong, but may be missing).
 */
export function follows(a: RuleCondition, b: RuleCondition): boolean {
  if (canHold(a) === "always" || canHold(b) === "never") return true;
  if ("all" in a) return a.all.every((part) => follows(part, b));
  if ("any" in b) return b.any.every((part) => follows(a, part));
  if ("any" in a) return a.any.some((part) => follows(part, b));
  if ("not" in a) {
    const { not } = a;
    return conjuncts(b).some((part) => "not" in part && follows(part.not, not));
  }
  return conjuncts(b).some((part) => ("field" in part ? leafFollows(a, part) : "any" in part && follows(a, part)));
}

function leafFollows(a: LeafCondition, b: LeafCondition): boolean {
  if (a.field !== b.field) return false;
  if (isText(a) && isText(b)) return covers(a.is, b.is);
  if ("contains" in a && "contains" in b)
    return b.contains.every((phrase) => a.contains.some((wider) => asWords(phrase).includes(asWords(wider))));
  if (a.field === "age" && b.field === "age")
    return (a.from ?? 0) <= (b.from ?? 0) && (a.below ?? 1000) >= (b.below ?? 1000);
  if (a.field === "weekday" && b.field === "weekday") return b.is.every((day) => a.is.includes(day));
  if (a.field === "hour" && b.field === "hour") return hours(b).every((hour) => hours(a).includes(hour));
  if (a.field === "aiResult" && b.field === "aiResult")
    return (a.name === undefined || fold(a.name) === fold(b.name ?? "")) && covers(a.finding, b.finding);
  return false;
}

const covers = (wider: readonly string[], narrower: readonly string[]): boolean =>
  narrower.every((value) => wider.some((candidate) => fold(candidate) === fold(value)));

function hours({ from, to }: { readonly from: number; readonly to: number }): number[] {
  return Array.from({ length: 24 }, (_, hour) => hour).filter((hour) =>
    from <= to ? hour >= from && hour < to : hour >= from || hour < to,
  );
}
