import { Turnaround } from "@readroom/shared/domain/contract.js";
import {
  DEFAULT_RULES,
  type RoutingRule,
  RuleAction,
  RuleCondition,
  SubspecialtyEntry,
} from "@readroom/shared/domain/routing.js";
import { DEFAULT_SUBSPECIALTIES, type SubspecialtyMapping } from "@readroom/shared/domain/subspecialties.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";

export type Executor = Tx | pg.Pool | pg.PoolClient;

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** A study with what its order says, as routing looks at it. Instants in ms. */
export interface StudyToRoute {
  readonly id: string;
  readonly organisationId: string;
  readonly hospitalCode: string;
  readonly siteId: string;
  readonly siteCode: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly patientId: string | null;
  readonly groupId: string | null;
  readonly poolId: string | null;
  readonly state: string;
  readonly matchState: string;
  readonly reportState: string;
  readonly claimState: string;
  readonly modalities: readonly string[];
  readonly bodyPart: string;
  readonly description: string;
  readonly birthDate: string | null;
  readonly firstInstanceAt: Instant;
  readonly completeAt: Instant | null;
  readonly urgency: Urgency;
  readonly urgencyReason: string;
  readonly urgencyOverride: Urgency | null;
  readonly poolOverride: string | null;
  readonly subspecialty: string;
  readonly deadline: Instant | null;
  readonly routable: boolean;
  readonly routedAt: Instant | null;
  readonly routingSummary: string;
  readonly procedureCode: string;
  readonly procedureText: string;
  readonly orderModality: string;
  readonly orderBodyPart: string;
  readonly priority: string;
  readonly patientClass: string;
}

/** Takes the study's row for this transaction, so that two decisions about it queue up. */
export async function lockStudy(tx: Executor, studyId: string): Promise<StudyToRoute | null> {
  const rows = await rawRows<StudyToRoute>(
    tx,
    `SELECT s.id, s.organisation_id AS "organisationId", h.code AS "hospitalCode", s.site_id AS "siteId", t.code AS "siteCode", t.time_zone AS "timeZone",
       t.jurisdiction, s.patient_id AS "patientId", s.group_id AS "groupId", s.pool_id AS "poolId", s.state, s.match_state AS "matchState",
       s.report_state AS "reportState", s.claim_state AS "claimState", s.modalities, s.body_part AS "bodyPart", s.description,
       coalesce(p.birth_date, s.dicom_birth_date) AS "birthDate",
       ${ms("s.first_instance_at")} AS "firstInstanceAt", ${ms("s.complete_at")} AS "completeAt",
       s.urgency, s.urgency_reason AS "urgencyReason", s.urgency_override AS "urgencyOverride", s.pool_override AS "poolOverride", s.subspecialty,
       ${ms("s.deadline")} AS deadline, s.routable, ${ms("s.routed_at")} AS "routedAt", s.routing_summary AS "routingSummary",
       coalesce(o.procedure_code, '') AS "procedureCode", coalesce(o.procedure_text, '') AS "procedureText", coalesce(o.modality, '') AS "orderModality",
       coalesce(o.body_part, '') AS "orderBodyPart", coalesce(o.priority, '') AS priority, coalesce(o.patient_class, '') AS "patientClass"
     FROM study s JOIN organisation h ON h.id = s.organisation_id JOIN site t ON t.id = s.site_id
       LEFT JOIN imaging_order o ON o.id = s.order_id LEFT JOIN patient p ON p.id = s.patient_id
     WHERE s.id = $1::uuid FOR UPDATE OF s`,
    [studyId],
  );
  return rows[0] ?? null;
}

/** Open studies that an order belongs to. */
export async function studiesOfOrder(tx: Executor, orderId: string): Promise<string[]> {
  const rows = await rawRows<{ id: string }>(tx, "SELECT id FROM study WHERE order_id = $1::uuid", [orderId]);
  return rows.map((row) => row.id);
}

/** Studies that nobody has reported: those that changed rules apply to. */
export async function openStudiesOfGroup(executor: Executor, groupId: string): Promise<string[]> {
  const rows = await rawRows<{ id: string }>(
    executor,
    `SELECT id FROM study WHERE group_id = $1::uuid AND report_state IN ('none', 'draft', 'preliminary') ORDER BY urgency_rank, deadline LIMIT 20000`,
    [groupId],
  );
  return rows.map((row) => row.id);
}

export interface ContractRow {
  readonly id: string;
  readonly groupId: string;
  readonly groupName: string;
  readonly name: string;
  readonly turnaround: Turnaround;
}

/** The contract that a hospital's studies are read under: the one of the group that has the study already, else the oldest that is valid. */
export async function contractOf(
  tx: Executor,
  hospitalId: string,
  groupId: string | null,
  now: Instant,
): Promise<ContractRow | null> {
  const rows = await rawRows<Omit<ContractRow, "turnaround"> & { turnaround: unknown }>(
    tx,
    `SELECT c.id, c.group_id AS "groupId", g.name AS "groupName", c.name, c.turnaround FROM contract c JOIN organisation g ON g.id = c.group_id
     WHERE c.hospital_id = $1::uuid AND c.valid_from <= $3::timestamptz AND (c.valid_to IS NULL OR c.valid_to > $3::timestamptz)
     ORDER BY (c.group_id = $2::uuid) DESC NULLS LAST, c.valid_from, c.id LIMIT 1`,
    [hospitalId, groupId, new Date(now)],
  );
  return rows[0] ? { ...rows[0], turnaround: Turnaround.parse(rows[0].turnaround) } : null;
}

export interface StoredRule extends RoutingRule {
  readonly position: number;
  readonly enabled: boolean;
  readonly version: number;
}

/** The group's rules in order; the hub's own where it has none. */
export async function rulesOf(executor: Executor, groupId: string): Promise<{ rules: StoredRule[]; builtIn: boolean }> {
  const rows = await rawRows<StoredRule>(
    executor,
    "SELECT id, position, name, condition, action, enabled, version FROM routing_rule WHERE group_id = $1::uuid ORDER BY position",
    [groupId],
  );
  if (rows.length === 0)
    return {
      rules: DEFAULT_RULES.map((rule, position) => ({ ...rule, position, enabled: true, version: 1 })),
      builtIn: true,
    };
  return {
    rules: rows.map((row) => ({
      ...row,
      condition: RuleCondition.parse(row.condition),
      action: RuleAction.parse(row.action),
    })),
    builtIn: false,
  };
}

const mappingKey = (groupId: string): string => `routing.subspecialties:${groupId}`;

export async function mappingOf(executor: Executor, groupId: string): Promise<readonly SubspecialtyMapping[]> {
  const rows = await rawRows<{ value: unknown }>(executor, "SELECT value FROM hub_state WHERE key = $1", [
    mappingKey(groupId),
  ]);
  return rows[0] ? SubspecialtyEntry.array().parse(rows[0].value) : DEFAULT_SUBSPECIALTIES;
}

export async function saveMapping(
  tx: Executor,
  groupId: string,
  mapping: readonly SubspecialtyMapping[],
): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO hub_state (key, value, updated_at) VALUES ($1, $2::jsonb, now())
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now() RETURNING 1 AS done`,
    [mappingKey(groupId), JSON.stringify(mapping)],
  );
}

export interface RuleToSave {
  readonly name: string;
  readonly condition: RuleCondition;
  readonly action: RuleAction;
  readonly enabled: boolean;
}

/** Replaces the group's rules; the version counts on, so that a decision's explanation can be told from a later rule of the same name. */
export async function replaceRules(tx: Executor, groupId: string, rules: readonly RuleToSave[]): Promise<void> {
  const [top] = await rawRows<{ version: number }>(
    tx,
    "WITH gone AS (DELETE FROM routing_rule WHERE group_id = $1::uuid RETURNING version) SELECT coalesce(max(version), 0)::int AS version FROM gone",
    [groupId],
  );
  for (const [position, rule] of rules.entries()) {
    await rawRows(
      tx,
      `INSERT INTO routing_rule (group_id, position, name, condition, action, enabled, version)
       VALUES ($1::uuid, $2::int, $3, $4::jsonb, $5::jsonb, $6::boolean, $7::int) RETURNING 1 AS done`,
      [
        groupId,
        position,
        rule.name,
        JSON.stringify(rule.condition),
        JSON.stringify(rule.action),
        rule.enabled,
        (top?.version ?? 0) + 1,
      ],
    );
  }
}

export interface DecisionToSave {
  readonly outcome: string;
  readonly groupId: string | null;
  readonly poolId: string | null;
  readonly subspecialty: string;
  readonly urgency: Urgency;
  readonly urgencyRank: number;
  readonly urgencyReason: string;
  readonly clockStartedAt: Instant | null;
  readonly deadline: Instant | null;
  readonly routable: boolean;
  readonly summary: string;
  readonly explanation: unknown;
}

/** Writes the decision onto the study; as a row of its own too where it differs from the last (`keep`). */
export async function saveDecision(
  tx: Executor,
  studyId: string,
  d: DecisionToSave,
  now: Instant,
  keep: boolean,
): Promise<void> {
  const date = (at: Instant | null) => (at === null ? null : new Date(at));
  await rawRows(
    tx,
    `UPDATE study SET group_id = $2::uuid, pool_id = $3::uuid, subspecialty = $4, urgency = $5, urgency_rank = $6::int, urgency_reason = $7,
       clock_started_at = $8::timestamptz, deadline = $9::timestamptz, routable = $10::boolean, routing_summary = $11, routed_at = $12::timestamptz,
       version = version + 1
     WHERE id = $1::uuid RETURNING 1 AS done`,
    [
      ...[studyId, d.groupId, d.poolId, d.subspecialty, d.urgency, d.urgencyRank, d.urgencyReason],
      ...[date(d.clockStartedAt), date(d.deadline), d.routable, d.summary, new Date(now)],
    ],
  );
  if (!keep) return;
  await rawRows(
    tx,
    `INSERT INTO routing_decision (study_id, at, outcome, pool_id, urgency, subspecialty, deadline, explanation)
     VALUES ($1::uuid, $2::timestamptz, $3, $4::uuid, $5, $6, $7::timestamptz, $8::jsonb) RETURNING 1 AS done`,
    [
      studyId,
      new Date(now),
      d.outcome,
      d.poolId,
      d.urgency,
      d.subspecialty,
      date(d.deadline),
      JSON.stringify(d.explanation),
    ],
  );
}

/** complete → readable, readable → complete: what routing alone decides of a study's life. */
export async function setState(tx: Executor, studyId: string, state: string): Promise<void> {
  await rawRows(tx, "UPDATE study SET state = $2, version = version + 1 WHERE id = $1::uuid RETURNING 1 AS done", [
    studyId,
    state,
  ]);
}

export interface StoredDecision {
  readonly at: Instant;
  readonly outcome: string;
  readonly explanation: unknown;
}

/** The last decisions about a study, newest first. */
export async function decisionsOf(executor: Executor, studyId: string, limit = 20): Promise<StoredDecision[]> {
  return rawRows<StoredDecision>(
    executor,
    `SELECT ${ms("at")} AS at, outcome, explanation FROM routing_decision WHERE study_id = $1::uuid ORDER BY at DESC LIMIT $2::int`,
    [studyId, limit],
  );
}
