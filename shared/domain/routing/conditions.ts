import { z } from "zod";

const Words = z.array(z.string().trim().min(1).max(120)).min(1).max(200);

/** Compared whole, folding case. A study may hold several values of one (a PET/CT has two modalities). */
export const TEXT_FIELDS = [
  "site",
  "hospital",
  "contract",
  "modality",
  "bodyPart",
  "procedureCode",
  "priority",
  "patientClass",
  "subspecialty",
] as const;
export type TextField = (typeof TEXT_FIELDS)[number];

/** Free text, searched for words and phrases on word boundaries. */
export const PHRASE_FIELDS = ["procedureText", "referrer", "ward"] as const;
export type PhraseField = (typeof PHRASE_FIELDS)[number];

/**
 * What a rule asks of a study. "hour" is the wall clock at the site, `to` not included, and may wrap over midnight (22 to 6);
 * "weekday" is the site's too, 1 = Monday … 7 = Sunday (ISO 8601). "aiResult": an algorithm says that the finding is present;
 * without a name, any algorithm. `all: []` holds for every study.
 */
export type RuleCondition =
  | { readonly all: readonly RuleCondition[] }
  | { readonly any: readonly RuleCondition[] }
  | { readonly not: RuleCondition }
  | LeafCondition;

export type LeafCondition =
  | { readonly field: TextField; readonly is: readonly string[] }
  | { readonly field: PhraseField; readonly contains: readonly string[] }
  | { readonly field: "age"; readonly from?: number | undefined; readonly below?: number | undefined }
  | { readonly field: "hour"; readonly from: number; readonly to: number }
  | { readonly field: "weekday"; readonly is: readonly number[] }
  | { readonly field: "aiResult"; readonly name?: string | undefined; readonly finding: readonly string[] };

const Years = z.number().min(0).max(150).optional();
const Leaf = z.union([
  z.strictObject({ field: z.enum(TEXT_FIELDS), is: Words }),
  z.strictObject({ field: z.enum(PHRASE_FIELDS), contains: Words }),
  z.strictObject({ field: z.literal("age"), from: Years, below: Years }),
  z.strictObject({
    field: z.literal("hour"),
    from: z.number().int().min(0).max(23),
    to: z.number().int().min(0).max(24),
  }),
  z.strictObject({ field: z.literal("weekday"), is: z.array(z.number().int().min(1).max(7)).min(1).max(7) }),
  z.strictObject({ field: z.literal("aiResult"), name: z.string().trim().min(1).max(80).optional(), finding: Words }),
]);

export const RuleCondition: z.ZodType<RuleCondition> = z.lazy(() =>
  z.union([
    Leaf,
    z.strictObject({ all: z.array(RuleCondition).max(50) }),
    z.strictObject({ any: z.array(RuleCondition).min(1).max(50) }),
    z.strictObject({ not: RuleCondition }),
  ]),
);

/** Levels of groups, a single comparison being one. */
export function depth(condition: RuleCondition): number {
  if ("all" in condition) return 1 + Math.max(0, ...condition.all.map(depth));
  if ("any" in condition) return 1 + Math.max(0, ...condition.any.map(depth));
  return "not" in condition ? 1 + depth(condition.not) : 1;
}

/** Every comparison in it, in reading order. */
export function leavesOf(condition: RuleCondition): LeafCondition[] {
  if ("all" in condition) return condition.all.flatMap(leavesOf);
  if ("any" in condition) return condition.any.flatMap(leavesOf);
  return "not" in condition ? leavesOf(condition.not) : [condition];
}
