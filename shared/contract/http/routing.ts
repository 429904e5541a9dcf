import { z } from "zod";
import { RuleSet, SubspecialtyEntry } from "../../domain/routing/rules.js";
import { URGENCIES } from "../../domain/urgency.js";

const Id = z.guid();

/** One version of a group's rules. number: from 1 in the order of publication, 0 the hub's own, null while it is a draft. */
export const RuleSetInfo = z.object({
  id: Id,
  state: z.enum(["draft", "published", "earlier"]),
  number: z.number().int().nullable(),
  note: z.string(),
  createdAt: z.number(),
  createdByName: z.string(),
  updatedAt: z.number(),
  updatedByName: z.string(),
  publishedAt: z.number().nullable(),
  publishedByName: z.string().nullable(),
});
export type RuleSetInfo = z.infer<typeof RuleSetInfo>;

/** A rule as one sentence, and how often it decided something in the last week. */
export const RuleLine = z.object({ id: z.string(), sentence: z.string(), applied: z.number().int() });

/** rerouting: open studies that still wait to be decided anew after the last publication. */
export const RulesView = z.object({
  published: RuleSetInfo,
  content: RuleSet,
  lines: z.array(RuleLine),
  builtIn: z.boolean(),
  draft: RuleSetInfo.nullable(),
  rerouting: z.number().int(),
});
export type RulesView = z.infer<typeof RulesView>;

const Named = z.object({ code: z.string(), name: z.string() });

/** What rules may speak of: the pick lists of the form. */
export const VocabularyView = z.object({
  pools: z.array(
    Named.extend({
      id: Id,
      members: z.number().int(),
      subspecialties: z.array(z.string()),
      fallbackPoolId: Id.nullable(),
    }),
  ),
  sites: z.array(Named),
  hospitals: z.array(Named),
  contracts: z.array(Named),
  heldSubspecialties: z.array(z.string()),
  modalities: z.array(z.string()),
  bodyParts: z.array(z.string()),
  procedureCodes: z.array(z.string()),
  patientClasses: z.array(z.string()),
  priorities: z.array(z.string()),
});
export type VocabularyView = z.infer<typeof VocabularyView>;

/** ruleId null: about the set as a whole. */
export const ProblemView = z.object({ ruleId: z.string().nullable(), message: z.string() });

/** revision: to be sent back with the next save; another one means that somebody else saved in between. */
export const DraftView = z.object({
  info: RuleSetInfo,
  revision: z.number().int(),
  content: RuleSet,
  problems: z.array(ProblemView),
  warnings: z.array(ProblemView),
  /** Against what is published, in words. */
  changes: z.array(z.string()),
  /** Number of the version that it was made from, where that is not the published one any more. */
  outdatedFrom: z.number().int().nullable(),
});
export type DraftView = z.infer<typeof DraftView>;

export const DraftAnswer = z.object({ draft: DraftView.nullable() });

/** from: an earlier version to begin with; left out: the published one. */
export const DraftRequest = z.object({ from: Id.optional() });
export const DraftSave = z.object({ revision: z.number().int(), content: RuleSet });
export type DraftSave = z.input<typeof DraftSave>;
export const DraftRevision = z.object({ revision: z.coerce.number().int() });
export const PublishRequest = z.object({ revision: z.number().int(), note: z.string().trim().min(1).max(500) });

export const VersionList = z.object({ versions: z.array(RuleSetInfo.extend({ rules: z.number().int() })) });
/** changes: against the version before it, in words. */
export const VersionView = z.object({
  info: RuleSetInfo,
  content: RuleSet,
  lines: z.array(z.object({ id: z.string(), sentence: z.string() })),
  changes: z.array(z.string()),
});
export type VersionView = z.infer<typeof VersionView>;

/** For those who write rules at once, without a draft of their own: a set-up, a migration from another system. */
export const RulesRequest = z.object({
  rules: RuleSet.shape.rules,
  subspecialties: z.array(SubspecialtyEntry).max(1000).optional(),
  note: z.string().trim().min(1).max(500).default("Written at once"),
});
export type RulesRequest = z.input<typeof RulesRequest>;

const RuleTrace = z.object({ name: z.string(), matched: z.boolean(), because: z.array(z.string()) });

/** A decision in words. clock.since: what started it. */
export const ExplanationView = z.object({
  summary: z.string(),
  subspecialty: z.object({ value: z.string(), because: z.string() }).nullable(),
  urgency: z.object({ value: z.enum(URGENCIES), because: z.array(z.string()) }).nullable(),
  pool: z.object({ name: z.string(), because: z.string() }).nullable(),
  also: z.array(z.string()).default([]),
  doubleRead: z.boolean().default(false),
  clock: z.object({ startedAt: z.number(), deadline: z.number(), minutes: z.number(), because: z.string() }).nullable(),
  rules: z.array(RuleTrace),
});
export type ExplanationView = z.infer<typeof ExplanationView>;

/** One reader against one study: reasons is empty exactly when the reader may read it. */
export const ReaderVerdict = z.object({
  userId: Id,
  name: z.string(),
  eligible: z.boolean(),
  reasons: z.array(z.string()),
});
export type ReaderVerdict = z.infer<typeof ReaderVerdict>;

/**
 * "Why is this in front of me?" and "why not me?". readers: as they are now, empty for those who may not see the group's people;
 * whenDecided: who was eligible, and who was not and why, at the moment of the decision. decidedUnder: the version of the rules.
 */
export const WhyView = ExplanationView.extend({
  studyId: Id,
  outcome: z.enum(["routed", "unroutable", "not_routed_yet"]),
  decidedAt: z.number().int().nullable(),
  decidedUnder: z.number().int().nullable(),
  me: ReaderVerdict.nullable(),
  readers: z.array(ReaderVerdict),
  whenDecided: z
    .object({
      eligible: z.array(z.string()),
      others: z.array(z.object({ name: z.string(), reasons: z.array(z.string()) })),
      more: z.number().int(),
    })
    .nullable(),
  history: z.array(z.object({ at: z.number().int(), outcome: z.string(), summary: z.string() })),
});
export type WhyView = z.infer<typeof WhyView>;

/** Studies to try a draft on: the latest of the hospitals under contract. */
export const TryStudies = z.object({
  studies: z.array(
    z.object({
      id: Id,
      accessionNumber: z.string(),
      procedure: z.string(),
      modality: z.string(),
      site: z.string(),
      at: z.number(),
    }),
  ),
});
export const TryRequest = z
  .object({ studyId: Id.optional(), accessionNumber: z.string().trim().min(1).max(64).optional() })
  .refine(({ studyId, accessionNumber }) => studyId || accessionNumber, "a study or an accession number");
/** One study under the rules as they are and under the draft. same: nothing would be different. */
export const TryView = z.object({
  study: TryStudies.shape.studies.element,
  now: ExplanationView,
  draft: ExplanationView,
  same: z.boolean(),
});
export type TryView = z.infer<typeof TryView>;

export const ReplayRequest = z.object({ days: z.number().int().min(1).max(31).default(7) });
const Count = z.object({ name: z.string(), before: z.number().int(), after: z.number().int() });
/** The decisions of the last days again, under the draft: on the same facts, with today's readers, pools and contracts. */
export const ReplayView = z.object({
  days: z.number().int(),
  studies: z.number().int(),
  /** More were decided than are looked at: these are the latest. */
  truncated: z.boolean(),
  elsewhere: z.number().int(),
  otherUrgency: z.number().int(),
  unroutable: z.object({ before: z.number().int(), after: z.number().int() }),
  pools: z.array(Count),
  urgencies: z.array(Count),
  examples: z.array(
    z.object({
      studyId: Id,
      accessionNumber: z.string(),
      procedure: z.string(),
      before: z.string(),
      after: z.string(),
    }),
  ),
  tookMs: z.number(),
});
export type ReplayView = z.infer<typeof ReplayView>;
