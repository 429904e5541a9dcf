import { Turnaround } from "@readroom/shared/domain/contract.js";
import { AiResult, type ByHand, type StudyFacts } from "@readroom/shared/domain/routing/facts.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";

export type Executor = Tx | pg.Pool | pg.PoolClient;
/** A transaction, of whichever kind the caller has. */
export type Transaction = Tx | pg.PoolClient;

export const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** A study with what its order says, as routing looks at it. Instants in ms. */
export interface StudyToRoute {
  readonly id: string;
  readonly organisationId: string;
  readonly hospitalCode: string;
  readonly siteId: string;
  readonly siteCode: string;
  readonly siteName: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly patientId: string | null;
  readonly groupId: string | null;
  readonly poolId: string | null;
  readonly alsoPoolIds: readonly string[];
  readonly doubleRead: boolean;
  readonly state: string;
  readonly matchState: string;
  readonly reportState: string;
  readonly accessionNumber: string;
  readonly modalities: readonly string[];
  readonly bodyPart: string;
  readonly description: string;
  readonly birthDate: string | null;
  readonly firstInstanceAt: Instant;
  readonly completeAt: Instant | null;
  readonly lastInstanceAt: Instant;
  readonly matchedAt: Instant | null;
  readonly examEndAt: Instant | null;
  readonly examEndNote: string;
  readonly pausedMs: number;
  readonly urgency: Urgency;
  readonly urgencyReason: string;
  readonly urgencyOverride: Urgency | null;
  readonly poolOverride: string | null;
  readonly subspecialty: string;
  readonly deadline: Instant | null;
  readonly routable: boolean;
  readonly routedAt: Instant | null;
  readonly routingSummary: string;
  /** Of the images' headers and the links to patient and order, now and when routing last looked. */
  readonly looks: string;
  readonly seen: string;
  readonly procedureCode: string;
  readonly procedureText: string;
  readonly orderModality: string;
  readonly orderBodyPart: string;
  readonly priority: string;
  readonly patientClass: string;
  readonly patientLocation: string;
  readonly referringName: string;
  readonly aiResults: readonly AiResult[];
}

/** What of a study's own row a decision depends on while images arrive; the rest changes with an event of its own. */
const LOOKS = `md5(concat_ws('|', s.modalities::text, s.body_part, s.description, s.dicom_birth_date, s.patient_id, s.order_id, s.site_id))`;

const STUDY = `s.id, s.organisation_id AS "organisationId", h.code AS "hospitalCode", s.site_id AS "siteId", t.code AS "siteCode", t.name AS "siteName",
  t.time_zone AS "timeZone", t.jurisdiction, s.patient_id AS "patientId", s.group_id AS "groupId", s.pool_id AS "poolId",
  s.also_pool_ids AS "alsoPoolIds", s.double_read AS "doubleRead", s.state, s.match_state AS "matchState", s.report_state AS "reportState",
  s.accession_number AS "accessionNumber", s.modalities, s.body_part AS "bodyPart", s.description, coalesce(p.birth_date, s.dicom_birth_date) AS "birthDate",
  ${ms("s.first_instance_at")} AS "firstInstanceAt", ${ms("s.complete_at")} AS "completeAt",
  ${ms("s.last_instance_at")} AS "lastInstanceAt", ${ms("s.matched_at")} AS "matchedAt", ${ms("s.exam_ended_at")} AS "examEndAt",
  s.exam_end_note AS "examEndNote", s.paused_ms::float8 AS "pausedMs",
  s.urgency, s.urgency_reason AS "urgencyReason", s.urgency_override AS "urgencyOverride", s.pool_override AS "poolOverride", s.subspecialty,
  ${ms("s.deadline")} AS deadline, s.routable, ${ms("s.routed_at")} AS "routedAt", s.routing_summary AS "routingSummary",
  ${LOOKS} AS looks, s.routing_seen AS seen,
  coalesce(o.procedure_code, '') AS "procedureCode", coalesce(o.procedure_text, '') AS "procedureText", coalesce(o.modality, '') AS "orderModality",
  coalesce(o.body_part, '') AS "orderBodyPart", coalesce(o.priority, '') AS priority, coalesce(o.patient_class, '') AS "patientClass",
  coalesce(o.patient_location, '') AS "patientLocation", coalesce(nullif(o.referring_name, ''), s.referring_name) AS "referringName",
  coalesce(s.detail->'aiResults', '[]') AS "aiResults"`;
const FROM = `study s JOIN organisation h ON h.id = s.organisation_id JOIN site t ON t.id = s.site_id
  LEFT JOIN imaging_order o ON o.id = s.order_id LEFT JOIN patient p ON p.id = s.patient_id`;

/** Takes the studies' rows for this transaction, in one order, so that two decisions about one queue up and two batches can't deadlock. */
export async function lockStudies(tx: Transaction, studyIds: readonly string[]): Promise<StudyToRoute[]> {
  const rows = await rawRows<StudyToRoute>(
    tx,
    `SELECT ${STUDY} FROM ${FROM} WHERE s.id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)) ORDER BY s.id FOR UPDATE OF s`,
    [JSON.stringify(studyIds)],
  );
  return rows.map(withResults);
}

/** Studies of hospitals, to look at: by id or accession number where given, else the latest. */
export async function studiesToTry(
  executor: Executor,
  hospitalIds: readonly string[],
  wanted: { readonly studyId?: string | undefined; readonly accessionNumber?: string | undefined },
  limit: number,
): Promise<StudyToRoute[]> {
  const rows = await rawRows<StudyToRoute>(
    executor,
    `SELECT ${STUDY} FROM ${FROM} WHERE s.organisation_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))
       AND ($2::uuid IS NULL OR s.id = $2::uuid) AND ($3::text IS NULL OR s.accession_number = $3)
     ORDER BY s.first_instance_at DESC LIMIT $4::int`,
    [JSON.stringify(hospitalIds), wanted.studyId ?? null, wanted.accessionNumber ?? null, limit],
  );
  return rows.map(withResults);
}

/** Results of algorithms are written by others: what is no result is left out, the study is routed all the same. */
const withResults = (row: StudyToRoute): StudyToRoute => {
  const results = AiResult.array().max(200).safeParse(row.aiResults);
  return { ...row, aiResults: results.success ? results.data : [] };
};

/** Of these, the studies of which something that routing looks at changed since it last did. Takes no lock. */
export async function lookingOtherwise(tx: Transaction, studyIds: readonly string[]): Promise<string[]> {
  const rows = await rawRows<{ id: string }>(
    tx,
    `SELECT s.id FROM study s WHERE s.id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))
       AND (s.routed_at IS NULL OR s.routing_seen <> ${LOOKS})`,
    [JSON.stringify(studyIds)],
  );
  return rows.map((row) => row.id);
}

/** Studies that these orders belong to. */
export async function studiesOfOrders(tx: Transaction, orderIds: readonly string[]): Promise<string[]> {
  if (orderIds.length === 0) return [];
  const rows = await rawRows<{ id: string }>(
    tx,
    "SELECT id FROM study WHERE order_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))",
    [JSON.stringify(orderIds)],
  );
  return rows.map((row) => row.id);
}

export interface ContractRow {
  readonly id: string;
  readonly hospitalId: string;
  readonly groupId: string;
  readonly groupName: string;
  readonly name: string;
  readonly turnaround: Turnaround;
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
}

/** Every contract of these hospitals that has begun, the oldest first; which one applies is `contractFor`'s to say. */
export async function contractsOf(executor: Executor, hospitalIds: readonly string[]): Promise<ContractRow[]> {
  const rows = await rawRows<Omit<ContractRow, "turnaround"> & { turnaround: unknown }>(
    executor,
    `SELECT c.id, c.hospital_id AS "hospitalId", c.group_id AS "groupId", g.name AS "groupName", c.name, c.turnaround,
       ${ms("c.valid_from")} AS "validFrom", ${ms("c.valid_to")} AS "validTo"
     FROM contract c JOIN organisation g ON g.id = c.group_id
     WHERE c.hospital_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)) ORDER BY c.valid_from, c.id`,
    [JSON.stringify(hospitalIds)],
  );
  return rows.map((row) => ({ ...row, turnaround: Turnaround.parse(row.turnaround) }));
}

/** The contract that a hospital's studies are read under: the one of the group that has the study already, else the oldest that is valid. */
export function contractFor(
  contracts: readonly ContractRow[],
  hospitalId: string,
  groupId: string | null,
  now: Instant,
): ContractRow | null {
  const valid = contracts.filter(
    (c) => c.hospitalId === hospitalId && c.validFrom <= now && (c.validTo === null || c.validTo > now),
  );
  return valid.find((c) => c.groupId === groupId) ?? valid[0] ?? null;
}

/** The contract of one hospital. */
export const contractOf = async (executor: Executor, hospitalId: string, groupId: string | null, now: Instant) =>
  contractFor(await contractsOf(executor, [hospitalId]), hospitalId, groupId, now);

export interface DecisionToSave {
  readonly studyId: string;
  readonly state: string;
  readonly outcome: string;
  readonly groupId: string | null;
  readonly poolId: string | null;
  readonly alsoPoolIds: readonly string[];
  readonly doubleRead: boolean;
  readonly subspecialty: string;
  readonly urgency: Urgency;
  readonly urgencyRank: number;
  readonly urgencyReason: string;
  readonly clockStartedAt: string | null;
  readonly deadline: string | null;
  readonly routable: boolean;
  readonly summary: string;
  readonly seen: string;
  readonly explanation: unknown;
  readonly ruleSetId: string | null;
  readonly facts: { readonly facts: StudyFacts; readonly byHand: ByHand } | null;
  readonly eligibilityId: string | null;
}

/** Writes decisions onto their studies and as rows of their own: two statements, however many they are. */
export async function saveDecisions(
  tx: Transaction,
  decisions: readonly DecisionToSave[],
  now: Instant,
): Promise<void> {
  // The explanations are the larger part, and the study's row has no use for them.
  const onStudies = decisions.map(({ explanation: _words, facts: _seen, ...onStudy }) => onStudy);
  const rows = decisions.map(({ studyId, outcome, poolId, urgency, subspecialty, deadline, explanation, ...d }) => ({
    ...{ studyId, outcome, poolId, urgency, subspecialty, deadline, explanation },
    ...{ groupId: d.groupId, ruleSetId: d.ruleSetId, facts: d.facts, eligibilityId: d.eligibilityId },
  }));
  const at = new Date(now);
  // Their lanes are kept for all of them at once, after the update: by the trigger, a row at a time, they took half of its time.
  await rawRows(tx, "SELECT set_config('readroom.lanes', 'kept', true) AS kept", []);
  await rawRows(
    tx,
    `UPDATE study s SET group_id = d."groupId", pool_id = d."poolId", also_pool_ids = d."alsoPoolIds", double_read = d."doubleRead",
       subspecialty = d.subspecialty, urgency = d.urgency, urgency_rank = d."urgencyRank", urgency_reason = d."urgencyReason",
       clock_started_at = d."clockStartedAt", deadline = d.deadline, routable = d.routable, routing_summary = d.summary,
       routed_at = $2::timestamptz, routing_seen = d.seen, state = d.state, version = s.version + 1
     FROM jsonb_to_recordset($1::jsonb) AS d("studyId" uuid, state text, "groupId" uuid, "poolId" uuid, "alsoPoolIds" uuid[], "doubleRead" boolean,
       subspecialty text, urgency text, "urgencyRank" int, "urgencyReason" text, "clockStartedAt" timestamptz, deadline timestamptz, routable boolean,
       summary text, seen text)
     WHERE s.id = d."studyId" RETURNING 1 AS done`,
    [JSON.stringify(onStudies), at],
  );
  await rawRows(
    tx,
    `SELECT set_config('readroom.lanes', '', true) AS followed FROM study_lanes_refresh(ARRAY(SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)))`,
    [JSON.stringify(decisions.map(({ studyId }) => studyId))],
  );
  await rawRows(
    tx,
    `INSERT INTO routing_decision (study_id, at, outcome, pool_id, urgency, subspecialty, deadline, explanation, group_id, rule_set_id, facts, eligibility_id)
     SELECT d."studyId", $2::timestamptz, d.outcome, d."poolId", d.urgency, d.subspecialty, d.deadline, d.explanation, d."groupId", d."ruleSetId", d.facts,
       d."eligibilityId"
     FROM jsonb_to_recordset($1::jsonb) AS d("studyId" uuid, outcome text, "poolId" uuid, urgency text, subspecialty text, deadline timestamptz,
       explanation jsonb, "groupId" uuid, "ruleSetId" uuid, facts jsonb, "eligibilityId" text) RETURNING 1 AS done`,
    [JSON.stringify(rows), at],
  );
}

/** For studies whose decision stays as it is: that routing has looked, and what alone it decides of their life (complete ↔ readable). */
export async function saveLooks(
  tx: Transaction,
  studies: readonly { readonly studyId: string; readonly seen: string; readonly state: string }[],
): Promise<void> {
  if (studies.length === 0) return;
  await rawRows(
    tx,
    `UPDATE study s SET routing_seen = d.seen, state = d.state, version = s.version + (s.state <> d.state)::int
     FROM jsonb_to_recordset($1::jsonb) AS d("studyId" uuid, seen text, state text) WHERE s.id = d."studyId" RETURNING 1 AS done`,
    [JSON.stringify(studies)],
  );
}

/** Keeps who was eligible, once for each content. Returns those that were kept before, by a transaction that has ended. */
export async function saveEligibility(tx: Transaction, byId: ReadonlyMap<string, unknown>): Promise<string[]> {
  if (byId.size === 0) return [];
  const known = await rawRows<{ id: string }>(
    tx,
    "SELECT id FROM routing_eligibility WHERE id IN (SELECT value FROM jsonb_array_elements_text($1::jsonb))",
    [JSON.stringify([...byId.keys()])],
  );
  const kept = new Set(known.map((row) => row.id));
  const missing = [...byId.keys()].filter((id) => !kept.has(id)).sort();
  if (missing.length > 0)
    await rawRows(
      tx,
      `INSERT INTO routing_eligibility (id, content) SELECT d.id, d.content FROM jsonb_to_recordset($1::jsonb) AS d(id text, content jsonb)
       ON CONFLICT DO NOTHING RETURNING 1 AS done`,
      [JSON.stringify(missing.map((id) => ({ id, content: byId.get(id) })))],
    );
  return [...kept];
}

export interface StoredDecision {
  readonly at: Instant;
  readonly outcome: string;
  readonly explanation: unknown;
  readonly ruleSetId: string | null;
  readonly facts: unknown;
  /** Of `saveEligibility`; null for a decision before it was kept. */
  readonly eligibility: unknown;
}

/** The last decisions about a study, newest first. */
export async function decisionsOf(executor: Executor, studyId: string, limit = 20): Promise<StoredDecision[]> {
  return rawRows<StoredDecision>(
    executor,
    `SELECT ${ms("d.at")} AS at, d.outcome, d.explanation, d.rule_set_id AS "ruleSetId", d.facts, e.content AS eligibility
     FROM routing_decision d LEFT JOIN routing_eligibility e ON e.id = d.eligibility_id
     WHERE d.study_id = $1::uuid ORDER BY d.at DESC, d.seq DESC LIMIT $2::int`,
    [studyId, limit],
  );
}
