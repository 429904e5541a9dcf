import { z } from "zod";
import { RuleAction, RuleCondition, SubspecialtyEntry } from "../../domain/routing.js";
import { URGENCIES } from "../../domain/urgency.js";

const Id = z.guid();

export const RuleView = z.object({
  id: z.string(),
  position: z.number().int(),
  name: z.string(),
  condition: RuleCondition,
  action: RuleAction,
  enabled: z.boolean(),
  version: z.number().int(),
});
export type RuleView = z.infer<typeof RuleView>;

/** builtIn: the group has no rules of its own yet and works with the hub's. */
export const RulesView = z.object({
  rules: z.array(RuleView),
  builtIn: z.boolean(),
  subspecialties: z.array(SubspecialtyEntry),
  pools: z.array(z.object({ id: Id, code: z.string(), name: z.string(), subspecialties: z.array(z.string()) })),
});
export type RulesView = z.infer<typeof RulesView>;

export const RulesRequest = z.object({
  rules: z
    .array(
      z.object({
        name: z.string().trim().min(1).max(120),
        condition: RuleCondition,
        action: RuleAction,
        enabled: z.boolean().default(true),
      }),
    )
    .max(500),
  subspecialties: z.array(SubspecialtyEntry).max(1000).optional(),
});
export type RulesRequest = z.input<typeof RulesRequest>;

/** One reader against one study: reasons is empty exactly when the reader may read it. */
export const ReaderVerdict = z.object({
  userId: Id,
  name: z.string(),
  eligible: z.boolean(),
  reasons: z.array(z.string()),
});
export type ReaderVerdict = z.infer<typeof ReaderVerdict>;

/** "Why is this in front of me?" and "why not me?". readers is empty for those who may not see the group's people. */
export const WhyView = z.object({
  studyId: Id,
  summary: z.string(),
  outcome: z.enum(["routed", "unroutable", "not_routed_yet"]),
  decidedAt: z.number().int().nullable(),
  subspecialty: z.object({ value: z.string(), because: z.string() }).nullable(),
  urgency: z.object({ value: z.enum(URGENCIES), because: z.array(z.string()) }).nullable(),
  pool: z.object({ name: z.string(), because: z.string() }).nullable(),
  clock: z.object({ startedAt: z.number(), deadline: z.number(), minutes: z.number(), because: z.string() }).nullable(),
  rules: z.array(z.object({ name: z.string(), matched: z.boolean(), because: z.array(z.string()) })),
  me: ReaderVerdict.nullable(),
  readers: z.array(ReaderVerdict),
  history: z.array(z.object({ at: z.number().int(), outcome: z.string(), summary: z.string() })),
});
export type WhyView = z.infer<typeof WhyView>;
