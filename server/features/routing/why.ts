import { WhyView } from "@readroom/shared/contract/http/routing.js";
import { type Actor, mayRole } from "@readroom/shared/domain/access.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { groupReaders } from "../roster/public.js";
import { verdict } from "./commands.js";
import { decisionsOf } from "./store.js";

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

const Stored = WhyView.pick({ summary: true, subspecialty: true, urgency: true, pool: true, clock: true, rules: true });

/** "Why is this in front of me?" from the stored decision; "why not me?" from everybody's credentials as they are now. */
export async function explain(deps: Deps, actor: Actor, study: StudyToExplain): Promise<WhyView> {
  const now = deps.clock.now();
  const decisions = await decisionsOf(deps.db.pool, study.id);
  const stored = decisions[0] ? Stored.parse(decisions[0].explanation) : null;
  const readers = study.groupId ? await groupReaders(deps.db.pool, study.groupId, now) : [];
  const verdicts = readers.map((reader) => verdict(reader, readingRight(reader.scope, study, now), study.siteName));
  const inGroup = actor.kind === "user" && actor.organisationId === study.groupId && mayRole(actor, "worklist.read");
  return {
    studyId: study.id,
    outcome: decisions[0] ? z.enum(["routed", "unroutable"]).parse(decisions[0].outcome) : "not_routed_yet",
    decidedAt: decisions[0]?.at ?? null,
    ...(stored ?? {
      summary: "Not routed yet.",
      subspecialty: null,
      urgency: null,
      pool: null,
      clock: null,
      rules: [],
    }),
    me: (actor.kind === "user" && verdicts.find(({ userId }) => userId === actor.userId)) || null,
    readers: inGroup ? verdicts : [],
    history: decisions.map(({ at, outcome, explanation }) => ({
      at,
      outcome,
      summary: Stored.parse(explanation).summary,
    })),
  };
}
