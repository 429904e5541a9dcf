import { type ExplanationView, WhyView } from "@readroom/shared/contract/http/routing.js";
import { type Actor, mayRole } from "@readroom/shared/domain/access.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import { compile } from "@readroom/shared/domain/routing/compile.js";
import { traces } from "@readroom/shared/domain/routing/explain.js";
import { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { groupReaders } from "../roster/public.js";
import { verdict } from "./knowledge.js";
import { decisionsOf, type StoredDecision } from "./store.js";
import { SeenFacts } from "./store-replay.js";
import { type RuleSetRow, setById } from "./store-sets.js";

/** What the explanation needs of a study that the caller has already been allowed to see. */
export interface StudyToExplain {
  readonly id: string;
  readonly groupId: string | null;
  readonly siteId: string;
  readonly siteName: string;
  readonly jurisdiction: string;
  readonly subspecialty: string;
  readonly reportState: string;
}

const Stored = WhyView.pick({
  ...{ summary: true, subspecialty: true, urgency: true, pool: true, also: true, doubleRead: true, clock: true },
  rules: true,
});
const StoredReaders = z.object({
  eligible: z.array(z.object({ name: z.string() })),
  others: z.array(z.object({ name: z.string(), reasons: z.array(z.string()) })),
  more: z.number().int(),
});

const NOT_YET: ExplanationView = {
  summary: "Not routed yet.",
  ...{ subspecialty: null, urgency: null, pool: null, also: [], doubleRead: false, clock: null, rules: [] },
};

/**
 * "Why is this in front of me?" from the stored decision; "why not me?" from everybody's credentials as they are now, with who was
 * eligible at the moment of the decision beside it.
 */
export async function explain(deps: Deps, actor: Actor, study: StudyToExplain): Promise<WhyView> {
  const now = deps.clock.now();
  const { pool } = deps.db;
  const decisions = await decisionsOf(pool, study.id);
  const last = decisions[0] ?? null;
  const ruleSet = last?.ruleSetId && study.groupId ? await setById(pool, study.groupId, last.ruleSetId) : null;
  const readers = study.groupId ? await groupReaders(pool, study.groupId, now) : [];
  const verdicts = readers.map((reader) => verdict(reader, readingRight(reader.scope, study, now), study.siteName));
  const inGroup = actor.kind === "user" && actor.organisationId === study.groupId && mayRole(actor, "worklist.read");
  return {
    studyId: study.id,
    outcome: last ? z.enum(["routed", "unroutable"]).parse(last.outcome) : "not_routed_yet",
    decidedAt: last?.at ?? null,
    decidedUnder: ruleSet?.number ?? null,
    ...(last ? told(last, ruleSet) : NOT_YET),
    me: (actor.kind === "user" && verdicts.find(({ userId }) => userId === actor.userId)) || null,
    readers: inGroup ? verdicts : [],
    whenDecided: inGroup && last?.eligibility ? readersThen(last.eligibility) : null,
    history: decisions.map(({ at, outcome, explanation }) => ({
      at,
      outcome,
      summary: Stored.parse(explanation).summary,
    })),
  };
}

/**
 * The rules that applied are stored in words; those that did not are found again from the stored facts and the version, which never
 * changes. (Storing 200 refusals with every decision would be 20 KB each.)
 */
function told(decision: StoredDecision, ruleSet: RuleSetRow | null): ExplanationView {
  const stored = Stored.parse(decision.explanation);
  if (!ruleSet || decision.facts === null) return stored;
  const prepared = compile(ruleSet.content);
  const all = traces(prepared, prepared.look(SeenFacts.parse(decision.facts).facts));
  return { ...stored, rules: all.map((trace) => ({ ...trace, because: [...trace.because] })) };
}

function readersThen(eligibility: unknown): WhyView["whenDecided"] {
  const { eligible, others, more } = StoredReaders.parse(eligibility);
  return { eligible: eligible.map(({ name }) => name), others, more };
}
