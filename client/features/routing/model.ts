import type { DraftView, VocabularyView } from "@readroom/shared/contract/http/routing.js";
import type { LeafCondition, RuleCondition } from "@readroom/shared/domain/routing/conditions.js";
import type { Naming } from "@readroom/shared/domain/routing/words.js";

export type Content = DraftView["content"];
export type Rule = Content["rules"][number];

/** The list with the rule at `from` standing at `to`. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const next = [...list];
  const [one] = next.splice(from, 1);
  if (one === undefined) return next;
  next.splice(Math.max(0, Math.min(to, next.length)), 0, one);
  return next;
}

export const withRule = (content: Content, rule: Rule): Content => ({
  ...content,
  rules: content.rules.some(({ id }) => id === rule.id)
    ? content.rules.map((one) => (one.id === rule.id ? rule : one))
    : [...content.rules, rule],
});

export const newRule = (): Rule => ({
  id: crypto.randomUUID(),
  name: "",
  condition: { all: [{ field: "modality", is: ["CT"] }] },
  action: { raiseTo: "urgent" },
  enabled: true,
});

export type Field = LeafCondition["field"];

/** The fields in the order of the pick list. */
export const FIELDS: readonly { readonly value: Field; readonly label: string }[] = [
  { value: "modality", label: "Modality" },
  { value: "bodyPart", label: "Body part" },
  { value: "procedureText", label: "Words of the procedure" },
  { value: "procedureCode", label: "Procedure code" },
  { value: "subspecialty", label: "Subspecialty" },
  { value: "priority", label: "Priority of the order" },
  { value: "patientClass", label: "Patient class" },
  { value: "age", label: "Age" },
  { value: "site", label: "Site" },
  { value: "hospital", label: "Hospital" },
  { value: "contract", label: "Contract" },
  { value: "hour", label: "Hour at the site" },
  { value: "weekday", label: "Day of the week" },
  { value: "referrer", label: "Referrer" },
  { value: "ward", label: "Ward" },
  { value: "aiResult", label: "AI result" },
];

/** A comparison to begin with, once the field is chosen. */
export function leafOf(field: Field): LeafCondition {
  switch (field) {
    case "age":
      return { field, below: 16 };
    case "hour":
      return { field, from: 22, to: 6 };
    case "weekday":
      return { field, is: [6, 7] };
    case "aiResult":
      return { field, finding: [] };
    case "procedureText":
    case "referrer":
    case "ward":
      return { field, contains: [] };
    default:
      return { field, is: [] };
  }
}

/** Whether every comparison has something to compare with: only then can it be saved. */
export function isFilled(condition: RuleCondition): boolean {
  if ("all" in condition) return condition.all.every(isFilled);
  if ("any" in condition) return condition.any.length > 0 && condition.any.every(isFilled);
  if ("not" in condition) return isFilled(condition.not);
  if ("contains" in condition) return condition.contains.length > 0;
  if (condition.field === "aiResult") return condition.finding.length > 0;
  return "is" in condition ? condition.is.length > 0 : true;
}

/** Names of pools and sites instead of their codes. */
export function namingOf(known: VocabularyView | undefined): Naming {
  const lists = { pool: known?.pools, site: known?.sites, hospital: known?.hospitals, contract: known?.contracts };
  return (kind, code) =>
    lists[kind]?.find((one) => one.code.toLowerCase() === code.toLowerCase())?.name.replace(/ pool$/i, "") ?? code;
}
