import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { ExplanationView, ReplayView, TryView } from "@readroom/shared/contract/http/routing.js";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { compile, type Prepared } from "@readroom/shared/domain/routing/compile.js";
import { decide, type RoutingDecision } from "@readroom/shared/domain/routing/decide.js";
import { decideFast } from "@readroom/shared/domain/routing/outcome.js";
import { URGENCIES } from "@readroom/shared/domain/urgency.js";
import { DAY } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { byHandOf, factsOf } from "./facts.js";
import { type Knowledge, knowledgeOf } from "./knowledge.js";
import { contractFor, contractsOf, type StudyToRoute, studiesToTry } from "./store.js";
import { type DecidedStudy, decidedSince } from "./store-replay.js";
import { draftOf } from "./store-sets.js";

/** A week of a large group; more would keep one process busy for seconds. */
const MOST_REPLAYED = 50_000;
const MOST_EXAMPLES = 12;
const NO_DRAFT = refusal("not_found", "There is no draft to try.");

const shortOf = (study: StudyToRoute): TryView["study"] => ({
  id: study.id,
  accessionNumber: study.accessionNumber,
  procedure: study.procedureText || study.description,
  modality: study.modalities.join(", "),
  site: study.siteName,
  at: study.firstInstanceAt,
});

/** The latest studies of the hospitals under contract, to pick one from. */
export async function tryStudies(deps: Deps, actor: UserActor) {
  const studies = await studiesToTry(deps.db.pool, actor.hospitalIds, {}, 20);
  return { studies: studies.map(shortOf) };
}

/** "What would this draft do with …": nothing is stored, nobody is told. */
export async function tryOn(
  deps: Deps,
  actor: UserActor,
  wanted: { readonly studyId?: string | undefined; readonly accessionNumber?: string | undefined },
): Promise<Result<TryView, Refusal>> {
  const groupId = actor.organisationId;
  const now = deps.clock.now();
  const draft = await draftOf(deps.db.pool, groupId);
  if (!draft) return err(NO_DRAFT);
  const [study] = await studiesToTry(deps.db.pool, actor.hospitalIds, wanted, 1);
  if (!study) return err(refusal("not_found", "There is no such study."));
  const knowledge = await knowledgeOf(deps.db.pool, groupId, now);
  const contracts = (await contractsOf(deps.db.pool, [study.organisationId])).filter((c) => c.groupId === groupId);
  const contract = contractFor(contracts, study.organisationId, groupId, now);
  const facts = factsOf(study, contract);
  const under = (prepared: Prepared) =>
    decide(prepared, facts, {
      turnaround: contract?.turnaround ?? null,
      byHand: byHandOf(study),
      pools: (subspecialty) => knowledge.poolFacts(study, subspecialty),
    });
  const [before, after] = [under(knowledge.prepared), under(compile(draft.content))];
  return ok({ study: shortOf(study), now: shown(before), draft: shown(after), same: before.summary === after.summary });
}

/** A decision as the contract has it. */
export const shown = ({ summary, explanation }: RoutingDecision): ExplanationView => {
  const { subspecialty, urgency, pool, clock, also, doubleRead, rules } = explanation;
  return {
    summary,
    subspecialty,
    urgency: { value: urgency.value, because: [...urgency.because] },
    pool,
    also: [...also],
    doubleRead,
    clock,
    rules: rules.map(({ name, matched, because }) => ({ name, matched, because: [...because] })),
  };
};

/** The last days' decisions again under the draft, on the facts that were seen then, with today's readers, pools and contracts. */
export async function replay(deps: Deps, actor: UserActor, days: number): Promise<Result<ReplayView, Refusal>> {
  const started = deps.clock.now();
  const groupId = actor.organisationId;
  const draft = await draftOf(deps.db.pool, groupId);
  if (!draft) return err(NO_DRAFT);
  const knowledge = await knowledgeOf(deps.db.pool, groupId, started);
  const studies = await decidedSince(deps.db.pool, groupId, started - days * DAY, MOST_REPLAYED + 1);
  const contracts = await contractsOf(deps.db.pool, [...new Set(studies.map((study) => study.organisationId))]);
  const prepared = compile(draft.content);
  const compared = studies.slice(0, MOST_REPLAYED).map((study) => {
    const contract = contractFor(contracts, study.organisationId, groupId, started);
    return again(study, prepared, knowledge, contract?.turnaround ?? null);
  });
  return ok({
    days,
    truncated: studies.length > MOST_REPLAYED,
    ...summed(compared),
    tookMs: deps.clock.now() - started,
  });
}

interface Side {
  readonly pool: string;
  readonly urgency: string;
}
interface Compared {
  readonly study: DecidedStudy;
  readonly before: Side;
  readonly after: Side;
}
const NOWHERE = "Nobody can read it";

/** Both sides with today's readers, so that what differs comes from the rules alone. */
function again(
  study: DecidedStudy,
  draft: Prepared,
  knowledge: Knowledge,
  turnaround: Parameters<typeof decideFast>[2]["turnaround"],
): Compared {
  const where = { ...study, reportState: "none" };
  const ground = {
    turnaround,
    byHand: study.seen.byHand,
    pools: (subspecialty: string) => knowledge.poolFacts(where, subspecialty),
  };
  const name = (id: string | null) => knowledge.pools.find((pool) => pool.id === id)?.name ?? NOWHERE;
  const side = (prepared: Prepared): Side => {
    const { poolId, urgency } = decideFast(prepared, study.seen.facts, ground);
    return { pool: name(poolId), urgency };
  };
  return { study, before: side(knowledge.prepared), after: side(draft) };
}

function summed(all: readonly Compared[]): Omit<ReplayView, "days" | "truncated" | "tookMs"> {
  const count = (of: (side: Side) => string, names: readonly string[]) =>
    names.map((name) => ({
      name,
      before: all.filter(({ before }) => of(before) === name).length,
      after: all.filter(({ after }) => of(after) === name).length,
    }));
  const pools = [...new Set(all.flatMap(({ before, after }) => [before.pool, after.pool]))].sort();
  const changed = all.filter(({ before, after }) => before.pool !== after.pool || before.urgency !== after.urgency);
  const unroutable = count(({ pool }) => pool, [NOWHERE])[0];
  return {
    studies: all.length,
    elsewhere: all.filter(({ before, after }) => before.pool !== after.pool).length,
    otherUrgency: all.filter(({ before, after }) => before.urgency !== after.urgency).length,
    unroutable: { before: unroutable?.before ?? 0, after: unroutable?.after ?? 0 },
    pools: count(
      ({ pool }) => pool,
      pools.filter((name) => name !== NOWHERE),
    ),
    urgencies: count(({ urgency }) => urgency, URGENCIES),
    examples: changed.slice(0, MOST_EXAMPLES).map(({ study, before, after }) => ({
      studyId: study.studyId,
      accessionNumber: study.accessionNumber,
      procedure: study.procedure,
      before: `${before.pool}, ${before.urgency}`,
      after: `${after.pool}, ${after.urgency}`,
    })),
  };
}
