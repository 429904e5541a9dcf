import { z } from "zod";
import { ROLES } from "../access.js";
import { DEFAULT_SUBSPECIALTIES, type SubspecialtyMapping } from "../subspecialties.js";
import { URGENCIES } from "../urgency.js";
import { RuleCondition } from "./conditions.js";

const Code = z.string().trim().min(1).max(40);

/** Who hears of a study when a rule applies to it: roles of the group, and the members of pools (by code). */
export const RuleNotice = z
  .strictObject({
    roles: z.array(z.enum(ROLES)).max(ROLES.length).optional(),
    pools: z.array(Code).max(20).optional(),
  })
  .refine(({ roles = [], pools = [] }) => roles.length + pools.length > 0, "a notice to nobody");
export type RuleNotice = z.infer<typeof RuleNotice>;

/**
 * What a rule does. pool: its code; also: further pools that may take the study as well. raiseTo never lowers. turnaroundMinutes only
 * shortens what the contract owes. doubleRead: two independent reads. The first rule that names a pool or a subspecialty wins it; the
 * other effects add up over all rules that match.
 */
export const RuleAction = z
  .strictObject({
    pool: Code.optional(),
    also: z.array(Code).min(1).max(20).optional(),
    subspecialty: Code.optional(),
    raiseTo: z.enum(URGENCIES).optional(),
    turnaroundMinutes: z.number().positive().max(100_000).optional(),
    doubleRead: z.literal(true).optional(),
    notify: RuleNotice.optional(),
  })
  .refine((action) => Object.values(action).some((value) => value !== undefined), "a rule that does nothing");
export type RuleAction = z.infer<typeof RuleAction>;

/** id: kept while a rule is edited, renamed or moved, so that two versions of a set can be compared. */
export const RoutingRule = z.object({
  id: z.string().min(1).max(64),
  name: z.string().trim().min(1).max(120),
  condition: RuleCondition,
  action: RuleAction,
  enabled: z.boolean().default(true),
});
export interface RoutingRule {
  readonly id: string;
  readonly name: string;
  readonly condition: RuleCondition;
  readonly action: RuleAction;
  /** Left out: in force. */
  readonly enabled?: boolean | undefined;
}

export const SubspecialtyEntry = z.object({
  subspecialty: z.string().trim().min(1).max(40),
  codes: z.array(z.string().trim().min(1).max(40)).max(2000).default([]),
  bodyParts: z.array(z.string().trim().min(1).max(40)).max(500).default([]),
  words: z.array(z.string().trim().min(1).max(60)).max(500).default([]),
  modalities: z.array(z.string().trim().min(1).max(16)).max(50).default([]),
});
export type SubspecialtyEntry = z.infer<typeof SubspecialtyEntry>;

/** Rules in order, and how a subspecialty is found: what is drafted, tried and published as one. */
export interface RuleSet {
  readonly rules: readonly RoutingRule[];
  readonly mapping: readonly SubspecialtyMapping[];
}
export const RuleSet = z.object({
  rules: z.array(RoutingRule).max(500),
  mapping: z.array(SubspecialtyEntry).max(1000),
});

export const isEnabled = (rule: RoutingRule): boolean => rule.enabled !== false;

/** The hub's own rules, for a group that has none yet: what minutes count in, and the emergency department before the wards. */
export const DEFAULT_RULES: readonly RoutingRule[] = [
  {
    id: "default-stroke",
    name: "Stroke",
    condition: { field: "procedureText", contains: ["stroke", "code stroke", "thrombolysis", "thrombectomy", "LVO"] },
    action: { raiseTo: "stat" },
  },
  {
    id: "default-trauma",
    name: "Major trauma",
    condition: { field: "procedureText", contains: ["trauma", "polytrauma", "dissection", "ruptured"] },
    action: { raiseTo: "stat" },
  },
  {
    id: "default-emergency",
    name: "Emergency department",
    condition: { field: "patientClass", is: ["E", "emergency", "ED"] },
    action: { raiseTo: "urgent" },
  },
];

export const DEFAULT_SET: RuleSet = { rules: DEFAULT_RULES, mapping: DEFAULT_SUBSPECIALTIES };
