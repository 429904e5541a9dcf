import type { Actor } from "@readroom/shared/domain/access.js";
import { inWords } from "@readroom/shared/domain/eligibility.js";
import { isOnlyAway, type ReadingRight, readingRight } from "@readroom/shared/domain/reading-right.js";
import {
  ageInYears,
  decide,
  localHour,
  type PoolFacts,
  type RoutingDecision,
  type StudyFacts,
} from "@readroom/shared/domain/routing.js";
import { decide as decideStudy, isIdentified, type StudyState } from "@readroom/shared/domain/study.js";
import { urgencyRank } from "@readroom/shared/domain/urgency.js";
import { type Instant, toIso } from "@readroom/shared/kernel/instant.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics } from "../../kernel/topics.js";
import { type GroupReader, groupReaders, type PoolRow, poolsOf } from "../roster/public.js";
import * as store from "./store.js";

type Executor = Parameters<typeof appendEvents>[0];

/** Readers beyond this many are counted, not named, in a stored explanation: it stays a few KB. */
const MOST_READERS_EXPLAINED = 60;

/**
 * Decides anew where a study belongs, in the caller's transaction: pool, urgency, clock, with the whole explanation. Asked at every
 * change that it depends on; a decision that says the same as the last one is not stored again and tells nobody.
 */
export async function routeStudy(
  deps: Deps,
  tx: Executor,
  studyId: string,
  actor: Actor,
): Promise<RoutingDecision | null> {
  const study = await store.lockStudy(tx, studyId);
  if (!study || study.state === "closed" || ["final", "addended", "corrected"].includes(study.reportState)) return null;
  const now = deps.clock.now();
  const contract = await store.contractOf(tx, study.organisationId, study.groupId, now);
  const decision = contract ? await decideUnder(tx, study, contract, now) : withoutContract(study);
  await settle(tx, study, contract?.groupId ?? null, decision, now, actor);
  await becomeReadable(tx, study, contract?.groupId ?? null, now, actor);
  return decision;
}

type Decided = RoutingDecision & { readonly readers: unknown };

async function decideUnder(
  tx: Executor,
  study: store.StudyToRoute,
  contract: store.ContractRow,
  now: Instant,
): Promise<Decided> {
  const [pools, readers, { rules }, mapping] = [
    await poolsOf(tx, contract.groupId),
    await groupReaders(tx, contract.groupId, now),
    await store.rulesOf(tx, contract.groupId),
    await store.mappingOf(tx, contract.groupId),
  ];
  const rights = (subspecialty: string) =>
    readers.map((reader) => ({ reader, right: readingRight(reader.scope, { ...study, subspecialty }, now) }));
  const decision = decide({
    facts: factsOf(study),
    rules: rules.filter((rule) => rule.enabled),
    mapping,
    turnaround: contract.turnaround,
    byHand: { urgency: study.urgencyOverride, urgencyReason: study.urgencyReason, poolId: study.poolOverride },
    pools: (subspecialty) => poolFacts(pools, rights(subspecialty)),
  });
  const explained = rights(decision.subspecialty).slice(0, MOST_READERS_EXPLAINED);
  return {
    ...decision,
    readers: explained.map(({ reader, right }) => verdict(reader, right, study.siteCode)),
  };
}

type Judged = { readonly reader: GroupReader; readonly right: ReadingRight };

function poolFacts(pools: readonly PoolRow[], judged: readonly Judged[]): PoolFacts[] {
  return pools.map((pool) => {
    const members = judged.filter(({ reader }) => reader.scope.poolIds.includes(pool.id));
    return {
      ...pool,
      credentialed: members.filter(({ right }) => isOnlyAway(right.against)).length,
      readyNow: members.filter(({ right }) => right.may).length,
    };
  });
}

/** One reader against one study, in words. */
export function verdict(reader: GroupReader, right: ReadingRight, siteName: string) {
  const words = right.against.map((reason) =>
    inWords(
      reason,
      () => siteName,
      (at) => toIso(at).slice(0, 10),
    ),
  );
  return { userId: reader.userId, name: reader.name, eligible: right.may, reasons: right.may ? [] : words };
}

function withoutContract(study: store.StudyToRoute): Decided {
  const because = "no reading group is under contract with the hospital today";
  return {
    outcome: "unroutable",
    subspecialty: study.subspecialty,
    urgency: study.urgency,
    poolId: null,
    clockStartedAt: null,
    deadline: null,
    summary: `Can't be routed: ${because}.`,
    explanation: {
      subspecialty: { value: study.subspecialty, because },
      urgency: { value: study.urgency, because: [] },
      pool: null,
      clock: null,
      rules: [],
    },
    readers: [],
  };
}

function factsOf(study: store.StudyToRoute): StudyFacts {
  const modalities = study.modalities.length > 0 ? study.modalities : [study.orderModality];
  return {
    site: [study.siteCode, study.siteId],
    hospital: [study.hospitalCode, study.organisationId],
    modality: modalities,
    bodyPart: [study.bodyPart, study.orderBodyPart],
    procedureCode: [study.procedureCode],
    priority: [study.priority],
    patientClass: [study.patientClass],
    procedureText: `${study.procedureText} ${study.description}`,
    ageYears: ageInYears(study.birthDate, study.firstInstanceAt),
    localHour: localHour(study.firstInstanceAt, study.timeZone),
    firstInstanceAt: study.firstInstanceAt,
    completeAt: study.completeAt,
  };
}

async function settle(
  tx: Executor,
  study: store.StudyToRoute,
  groupId: string | null,
  decision: Decided,
  now: Instant,
  actor: Actor,
): Promise<void> {
  const changed =
    study.routedAt === null ||
    study.groupId !== groupId ||
    study.poolId !== decision.poolId ||
    study.urgency !== decision.urgency ||
    study.subspecialty !== decision.subspecialty ||
    study.deadline !== decision.deadline ||
    study.routable !== (decision.outcome === "routed") ||
    study.routingSummary !== decision.summary;
  if (!changed) return;
  const { readers, explanation, ...decided } = decision;
  const saved: store.DecisionToSave = {
    ...decided,
    groupId,
    urgencyRank: urgencyRank(decision.urgency),
    urgencyReason: explanation.urgency.because.join("; "),
    routable: decision.outcome === "routed",
    explanation: { ...explanation, summary: decision.summary, readers },
  };
  await store.saveDecision(tx, study.id, saved, now, true);
  await audit(tx, actor, [
    {
      action: "study.routed",
      organisationId: study.organisationId,
      studyId: study.id,
      patientId: study.patientId,
      detail: { outcome: decision.outcome },
    },
  ]);
  const payload = {
    studyId: study.id,
    organisationId: study.organisationId,
    outcome: decision.outcome,
    poolId: decision.poolId,
    groupId,
    previousGroupId: study.groupId,
    urgency: decision.urgency,
    subspecialty: decision.subspecialty,
    deadline: decision.deadline,
  };
  await appendEvents(tx, actor, [
    { stream: `study:${study.id}`, type: "study.routed", payload, topics: studyTopics({ ...study, groupId }) },
  ]);
}

/** A complete study whose patient and question are known can be read; one that lost its order waits again. */
async function becomeReadable(
  tx: Executor,
  study: store.StudyToRoute,
  groupId: string | null,
  now: Instant,
  actor: Actor,
): Promise<void> {
  const next = readableNow(study, now);
  if (!next) return;
  await store.setState(tx, study.id, next);
  const payload = { studyId: study.id, organisationId: study.organisationId, state: next };
  await appendEvents(tx, actor, [
    {
      stream: `study:${study.id}`,
      type: next === "readable" ? "study.readable" : "study.unreadable",
      payload,
      topics: studyTopics({ ...study, groupId }),
    },
  ]);
}

function readableNow(study: store.StudyToRoute, now: Instant): "readable" | "complete" | null {
  const identified = isIdentified(study.matchState);
  const at = study.completeAt ?? now;
  const current: StudyState | null =
    study.state === "complete" || study.state === "readable" ? { state: study.state, at } : null;
  if (!current) return null;
  const decided = decideStudy(current, { do: identified ? "identify" : "unmatch" }, now);
  if (!decided.ok || decided.value.length === 0) return null;
  return identified ? "readable" : "complete";
}
