import type { Actor } from "@readroom/shared/domain/access.js";
import { decide, type RoutingDecision } from "@readroom/shared/domain/routing/decide.js";
import { decide as decideStudy, isIdentified, type StudyState } from "@readroom/shared/domain/study.js";
import { urgencyRank } from "@readroom/shared/domain/urgency.js";
import { type Instant, toIso } from "@readroom/shared/kernel/instant.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents, type NewEvent } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import { byHandOf, factsOf } from "./facts.js";
import { type Eligibility, type Knowledge, KnowledgeCache } from "./knowledge.js";
import * as store from "./store.js";

export const ROUTING: Actor = { kind: "system", name: "routing" };

/** A study with what was decided about it. */
interface Decided {
  readonly study: store.StudyToRoute;
  readonly groupId: string | null;
  readonly decision: RoutingDecision;
  readonly ruleSetId: string | null;
  readonly facts: store.DecisionToSave["facts"];
  readonly eligibility: Eligibility | null;
  /** complete ↔ readable: what routing alone decides of a study's life. */
  readonly state: string;
  readonly changed: boolean;
}

const MOST_REMEMBERED = 20_000;
const CLOSED_REPORTS = new Set(["final", "addended", "corrected"]);

/** Decides where studies belong. One for the process: it keeps what it knows of the groups between decisions. */
export class Router {
  private readonly cache = new KnowledgeCache();
  /** Of these it is known that they are in the table for good. */
  private readonly eligibilitiesKept = new Set<string>();

  constructor(private readonly deps: Deps) {}

  /**
   * Decides anew where each study belongs, in the caller's transaction: pool, urgency, clock, with the whole explanation. A decision
   * that says the same as the last one is not stored again and tells nobody. However many studies: a fixed number of statements.
   */
  async route(
    tx: store.Transaction,
    studyIds: readonly string[],
    actor: Actor,
  ): Promise<ReadonlyMap<string, RoutingDecision>> {
    if (studyIds.length === 0) return new Map();
    const stamp = await this.cache.stamp(tx);
    const locked = await store.lockStudies(tx, [...new Set(studyIds)]);
    const open = locked.filter((study) => study.state !== "closed" && !CLOSED_REPORTS.has(study.reportState));
    const decided = await this.decideAll(tx, open, stamp);
    await this.keepEligibility(tx, decided);
    await settle(tx, decided, this.deps.clock.now(), actor);
    return new Map(decided.map(({ study, decision }) => [study.id, decision]));
  }

  private async keepEligibility(tx: store.Transaction, decided: readonly Decided[]): Promise<void> {
    const wanted = new Map<string, unknown>();
    for (const { eligibility } of decided)
      if (eligibility && !this.eligibilitiesKept.has(eligibility.id)) wanted.set(eligibility.id, eligibility.content);
    if (this.eligibilitiesKept.size > MOST_REMEMBERED) this.eligibilitiesKept.clear();
    for (const id of await store.saveEligibility(tx, wanted)) this.eligibilitiesKept.add(id);
  }

  /** See KnowledgeCache.stamp. */
  stamp(executor: store.Executor): Promise<number> {
    return this.cache.stamp(executor);
  }

  private async decideAll(
    tx: store.Transaction,
    studies: readonly store.StudyToRoute[],
    stamp: number,
  ): Promise<Decided[]> {
    const now = this.deps.clock.now();
    const contracts = await this.cache.contractsOf(
      tx,
      [...new Set(studies.map((study) => study.organisationId))],
      stamp,
    );
    const known = new Map<string, Knowledge>();
    const decided: Decided[] = [];
    for (const study of studies) {
      const contract = store.contractFor(contracts, study.organisationId, study.groupId, now);
      const groupId = contract?.groupId ?? "";
      if (contract && !known.has(groupId)) known.set(groupId, await this.cache.of(tx, groupId, stamp, now));
      const knowledge = known.get(groupId);
      decided.push(
        contract && knowledge
          ? decideUnder(study, contract, knowledge, now)
          : finish(study, null, withoutContract(study), now),
      );
    }
    return decided;
  }
}

function decideUnder(
  study: store.StudyToRoute,
  contract: store.ContractRow,
  knowledge: Knowledge,
  now: Instant,
): Decided {
  const facts = factsOf(study, contract);
  const byHand = byHandOf(study);
  const ground = {
    turnaround: contract.turnaround,
    byHand,
    pools: (subspecialty: string) => knowledge.poolFacts(study, subspecialty),
  };
  const decision = decide(knowledge.prepared, facts, ground, "matched");
  const onCallMay = urgencyRank(decision.urgency) <= urgencyRank("stat");
  const settled = finish(study, contract.groupId, decision, now);
  return {
    ...settled,
    ruleSetId: knowledge.ruleSet.id,
    facts: { facts, byHand },
    eligibility: settled.changed ? knowledge.eligibility(study, decision.subspecialty, onCallMay) : null,
  };
}

function finish(study: store.StudyToRoute, groupId: string | null, decision: RoutingDecision, now: Instant): Decided {
  const changed =
    study.routedAt === null ||
    study.groupId !== groupId ||
    study.poolId !== decision.poolId ||
    study.alsoPoolIds.join() !== decision.alsoPoolIds.join() ||
    study.doubleRead !== decision.doubleRead ||
    study.urgency !== decision.urgency ||
    study.subspecialty !== decision.subspecialty ||
    study.deadline !== decision.deadline ||
    study.routable !== (decision.outcome === "routed") ||
    study.routingSummary !== decision.summary;
  const state = readableNow(study, now) ?? study.state;
  return { study, groupId, decision, ruleSetId: null, facts: null, eligibility: null, state, changed };
}

function withoutContract(study: store.StudyToRoute): RoutingDecision {
  const because = "no reading group is under contract with the hospital today";
  return {
    outcome: "unroutable",
    subspecialty: study.subspecialty,
    urgency: study.urgency,
    poolId: null,
    alsoPoolIds: [],
    clockStartedAt: null,
    deadline: null,
    minutes: null,
    doubleRead: false,
    notify: { roles: [], pools: [] },
    matched: [],
    summary: `Can't be routed: ${because}.`,
    explanation: {
      subspecialty: { value: study.subspecialty, because },
      urgency: { value: study.urgency, because: [] },
      pool: null,
      also: [],
      doubleRead: false,
      clock: null,
      rules: [],
    },
  };
}

/** A complete study whose patient and question are known can be read; one that lost its order waits again. */
function readableNow(study: store.StudyToRoute, now: Instant): "readable" | "complete" | null {
  const identified = isIdentified(study.matchState);
  const at = study.completeAt ?? now;
  const current: StudyState | null =
    study.state === "complete" || study.state === "readable" ? { state: study.state, at } : null;
  if (!current) return null;
  const next = decideStudy(current, { do: identified ? "identify" : "unmatch" }, now);
  if (!next.ok || next.value.length === 0) return null;
  return identified ? "readable" : "complete";
}

/** Everything that was decided, in one go: the studies, the decisions, the audit trail, who must hear of it. */
async function settle(tx: store.Transaction, decided: readonly Decided[], now: Instant, actor: Actor): Promise<void> {
  const changed = decided.filter((one) => one.changed);
  if (changed.length > 0) await store.saveDecisions(tx, changed.map(toSave), now);
  await store.saveLooks(
    tx,
    decided
      .filter(({ study, state, ...one }) => !one.changed && (study.seen !== study.looks || study.state !== state))
      .map(({ study, state }) => ({ studyId: study.id, seen: study.looks, state })),
  );
  await audit(
    tx,
    actor,
    changed.map(({ study, decision, ruleSetId }) => ({
      action: "study.routed",
      organisationId: study.organisationId,
      studyId: study.id,
      patientId: study.patientId,
      detail: { outcome: decision.outcome, ...(ruleSetId ? { ruleSetId } : {}) },
    })),
  );
  await appendEvents(
    tx,
    actor,
    decided.flatMap((one) => [...(one.changed ? [routedEvent(one)] : []), ...stateEvent(one)]),
  );
}

const iso = (at: Instant | null): string | null => (at === null ? null : toIso(at));

function toSave({ study, groupId, decision, ruleSetId, facts, eligibility, state }: Decided): store.DecisionToSave {
  const { explanation, outcome, poolId, alsoPoolIds, doubleRead, subspecialty, urgency, summary } = decision;
  return {
    ...{ studyId: study.id, state, outcome, groupId, poolId, alsoPoolIds, doubleRead, subspecialty, urgency, summary },
    urgencyRank: urgencyRank(urgency),
    urgencyReason: explanation.urgency.because.join("; "),
    clockStartedAt: iso(decision.clockStartedAt),
    deadline: iso(decision.deadline),
    routable: outcome === "routed",
    seen: study.looks,
    explanation: { ...explanation, summary },
    ruleSetId,
    facts,
    eligibilityId: eligibility?.id ?? null,
  };
}

/** notify: whom a rule wants told, when the study comes to a place or an urgency that is new to it. */
function routedEvent({ study, groupId, decision }: Decided): NewEvent {
  const isNew = study.routedAt === null || study.poolId !== decision.poolId || study.urgency !== decision.urgency;
  const { roles, pools } = decision.notify;
  return {
    stream: `study:${study.id}`,
    type: "study.routed",
    payload: {
      studyId: study.id,
      organisationId: study.organisationId,
      outcome: decision.outcome,
      poolId: decision.poolId,
      alsoPoolIds: decision.alsoPoolIds,
      groupId,
      previousGroupId: study.groupId,
      urgency: decision.urgency,
      subspecialty: decision.subspecialty,
      deadline: decision.deadline,
      doubleRead: decision.doubleRead,
      ...(isNew && roles.length + pools.length > 0 ? { notify: decision.notify } : {}),
    },
    topics: studyTopics({ ...study, groupId }),
  };
}

function stateEvent({ study, groupId, state }: Decided): NewEvent[] {
  if (state === study.state) return [];
  return [
    {
      stream: `study:${study.id}`,
      type: state === "readable" ? "study.readable" : "study.unreadable",
      payload: { studyId: study.id, organisationId: study.organisationId, state },
      topics: studyTopics({ ...study, groupId }),
    },
  ];
}
