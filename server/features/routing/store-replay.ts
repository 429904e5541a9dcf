import { ByHand, StudyFacts } from "@readroom/shared/domain/routing/facts.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { z } from "zod";
import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store.js";

export const SeenFacts = z.object({ facts: StudyFacts, byHand: ByHand });

/** A study as the last decision about it saw it, with where it stands. */
export interface DecidedStudy {
  readonly studyId: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly siteName: string;
  readonly jurisdiction: string;
  readonly accessionNumber: string;
  readonly procedure: string;
  readonly outcome: string;
  readonly poolId: string | null;
  readonly urgency: Urgency;
  readonly seen: z.infer<typeof SeenFacts>;
}

/** The last decision about each study that was first decided in the span, the latest studies first. Those without facts are left out. */
export async function decidedSince(
  executor: Executor,
  groupId: string,
  since: Instant,
  limit: number,
): Promise<DecidedStudy[]> {
  const rows = await rawRows<Omit<DecidedStudy, "seen"> & { seen: unknown }>(
    executor,
    `SELECT d.*, s.organisation_id AS "organisationId", s.site_id AS "siteId", t.name AS "siteName", t.jurisdiction, s.accession_number AS "accessionNumber",
       coalesce(nullif(o.procedure_text, ''), s.description) AS procedure
     FROM (SELECT DISTINCT ON (study_id) study_id AS "studyId", at, outcome, pool_id AS "poolId", urgency, facts AS seen FROM routing_decision
           WHERE group_id = $1::uuid AND at >= $2::timestamptz AND facts IS NOT NULL ORDER BY study_id, at DESC, seq DESC) d
       JOIN study s ON s.id = d."studyId" JOIN site t ON t.id = s.site_id LEFT JOIN imaging_order o ON o.id = s.order_id
     ORDER BY d.at DESC LIMIT $3::int`,
    [groupId, new Date(since), limit],
  );
  return rows.map((row) => ({ ...row, seen: SeenFacts.parse(row.seen) }));
}

/** How many studies each rule of a version applied to since then, by the rule's name. */
export async function appliedSince(
  executor: Executor,
  groupId: string,
  ruleSetId: string,
  since: Instant,
): Promise<Map<string, number>> {
  const rows = await rawRows<{ name: string; n: number }>(
    executor,
    `SELECT r ->> 'name' AS name, count(DISTINCT d.study_id)::int AS n FROM routing_decision d, jsonb_array_elements(d.explanation -> 'rules') r
     WHERE d.group_id = $1::uuid AND d.rule_set_id = $2::uuid AND d.at >= $3::timestamptz AND (r ->> 'matched')::boolean GROUP BY 1`,
    [groupId, ruleSetId, new Date(since)],
  );
  return new Map(rows.map(({ name, n }) => [name, n]));
}
