import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { IS_PRIOR, MRN } from "./store-rows.js";

/** Enough to fill a screen at once; the rest follows in few and large pages. */
export const FIRST_LINES = 400;
export const MORE_LINES = 8_000;

/** On a list: whatever waits for a report or is held, what has images that came after its signature, and what was signed in the last 24 hours. `$2`: that moment. */
export const ON_A_LIST =
  "(s.report_state IN ('none', 'draft', 'preliminary') OR s.claim_state = 'held' OR s.late_images > 0 OR s.signed_at > $2::timestamptz)";

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::bigint`;
const nameOf = (column: string): string =>
  `rtrim(${["alphabetic", "ideographic", "phonetic"]
    .map((key) => `coalesce(${column} ->> '${key}', ${column} ->> '${key[0]?.toUpperCase()}${key.slice(1)}', '')`)
    .join(" || '=' || ")}, '=')`;

/** Each column of a page: its name on the wire, and the expression. `$4` to `$6` name sites, pools and people in the order of the page's lists. */
const COLUMNS: Readonly<Record<string, string>> = {
  id: "s.id",
  uid: "s.study_instance_uid",
  site: "array_position($4::uuid[], s.site_id) - 1",
  patient: "s.patient_id",
  name: `CASE WHEN p.id IS NULL THEN ${nameOf("s.dicom_patient_name")} ELSE ${nameOf("p.name")} END`,
  ordered: "(p.id IS NOT NULL)::int",
  mrn: MRN,
  born: "coalesce(p.birth_date, s.dicom_birth_date)",
  sex: "coalesce(p.sex, s.dicom_sex)",
  accession: "coalesce(nullif(o.accession_number, ''), s.accession_number)",
  procedure: "coalesce(o.procedure_text, '')",
  // Only where the order says nothing is what the images say shown.
  description: "CASE WHEN coalesce(o.procedure_text, '') = '' THEN s.description ELSE '' END",
  modalities: "coalesce(nullif(array_to_string(s.modalities, '\\'), ''), o.modality, '')",
  bodyPart: "coalesce(nullif(s.body_part, ''), o.body_part, '')",
  studyAt: ms("s.study_at"),
  firstAt: ms("s.first_instance_at"),
  lastAt: ms("s.last_instance_at"),
  state: "s.state",
  received: "s.instances_received",
  expected: "s.instances_expected",
  series: "s.series_count",
  match: "s.match_state",
  matchReason: "s.match_reason",
  urgency: "array_position('{critical,stat,urgent,routine}'::text[], s.urgency) - 1",
  urgencyReason: "s.urgency_reason",
  startedAt: ms("s.clock_started_at"),
  deadline: ms("s.deadline"),
  pool: "array_position($5::uuid[], s.pool_id) - 1",
  subspecialty: "s.subspecialty",
  routable: "s.routable::int",
  routing: "s.routing_summary",
  report: "s.report_state",
  critical: "s.critical_state",
  priors: `(SELECT count(*)::int FROM study pr JOIN site prt ON prt.id = pr.site_id WHERE ${IS_PRIOR})`,
  demo: "s.is_demo::int",
  late: "s.late_images",
  paused: "(s.paused_at IS NOT NULL)::int",
};

const CLAIM = `json_build_object('at', n - 1, 'state', claim_state, 'by', array_position($6::uuid[], claimed_by) - 1, 'since', ${ms("claimed_at")},
  'until', ${ms("claim_until")}, 'fence', claim_fence, 'note', claim_note, 'hold', claim_hold_until IS NOT NULL, 'signedAt', ${ms("signed_at")})`;

/**
 * One page as JSON text, written by the database: the hub neither parses nor builds 50,000 rows, it compresses and sends. (Rows through the
 * driver and the response schema kept the hub busy, and everybody's heartbeats waiting, for seconds.)
 */
const PAGE = `WITH listed AS (
    SELECT s.id, s.urgency_rank, s.deadline FROM study s
    WHERE s.group_id = $1::uuid AND ${ON_A_LIST} AND ($3::text IS NULL OR
      (s.urgency_rank, coalesce(s.deadline, 'infinity'), s.id) > ($7::int, $8::timestamptz, $9::uuid))
    ORDER BY s.urgency_rank, s.deadline, s.id LIMIT $10::int),
  page AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY s.urgency_rank, s.deadline, s.id) AS n, s.claim_state, s.claimed_by, s.claimed_at, s.claim_until, s.claim_fence,
      s.claim_note, s.claim_hold_until, s.signed_at, s.escalated_at, s.escalated_by, s.escalation_note, s.urgency_rank AS rank_, s.deadline AS deadline_,
      s.id AS id_, ${Object.entries(COLUMNS)
        .map(([name, sql]) => `${sql} AS "${name}"`)
        .join(", ")}
    FROM listed JOIN study s ON s.id = listed.id JOIN site t ON t.id = s.site_id LEFT JOIN patient p ON p.id = s.patient_id
      LEFT JOIN imaging_order o ON o.id = s.order_id
    ORDER BY s.urgency_rank, s.deadline, s.id)
  SELECT (SELECT count(*)::int FROM page) AS lines,
    (SELECT rank_ || ',' || coalesce(${ms("deadline_")}::text, '-') || ',' || id_ FROM page ORDER BY n DESC LIMIT 1) AS last,
    (SELECT json_build_object(${Object.keys(COLUMNS)
      .map((name) => `'${name}', coalesce(json_agg("${name}" ORDER BY n), '[]')`)
      .join(", ")})::text FROM page) AS columns,
    (SELECT coalesce(json_agg(${CLAIM}), '[]')::text FROM page WHERE claim_state <> 'open' OR signed_at IS NOT NULL) AS claims,
    (SELECT coalesce(json_agg(json_build_object('at', n - 1, 'by', coalesce(e.display_name, ''), 'since', ${ms("escalated_at")}, 'note', escalation_note)), '[]')::text
      FROM page LEFT JOIN user_account e ON e.id = escalated_by WHERE escalated_at IS NOT NULL) AS escalations`;

export interface LinesRead {
  readonly lines: number;
  /** Where the page ended, as the next one is asked for. */
  readonly last: string | null;
  readonly columns: string;
  readonly claims: string;
  readonly escalations: string;
}

export interface Named {
  readonly sites: readonly string[];
  readonly pools: readonly string[];
  readonly people: readonly string[];
}

export async function readLines(
  db: pg.Pool,
  groupId: string,
  signedSince: Instant,
  named: Named,
  after: string | undefined,
): Promise<LinesRead> {
  const [rank, deadline, id] = after?.split(",") ?? [];
  const { rows } = await db.query<LinesRead>({
    name: "worklist_lines",
    text: PAGE,
    values: [
      ...[groupId, new Date(signedSince), after ?? null, named.sites, named.pools, named.people, rank ?? null],
      deadline === undefined ? null : deadline === "-" ? "infinity" : new Date(Number(deadline)).toISOString(),
      ...[id ?? null, after === undefined ? FIRST_LINES : MORE_LINES],
    ],
  });
  const [read] = rows;
  if (!read) throw new Error("a page of the worklist without an answer");
  return read;
}

/** What is on the list, and everything that lines name by place. */
export async function readNamed(db: pg.Pool, groupId: string, signedSince: Instant, count: boolean) {
  const query = <T extends pg.QueryResultRow>(name: string, text: string, values: unknown[]) =>
    db.query<T>({ name, text, values });
  const [total, sites, pools, people] = await Promise.all([
    count
      ? query<{ total: number }>(
          "worklist_total",
          `SELECT count(*)::int AS total FROM study s WHERE s.group_id = $1::uuid AND ${ON_A_LIST}`,
          [groupId, new Date(signedSince)],
        )
      : null,
    query<NamedSite>(
      "worklist_sites",
      `SELECT t.id, t.code, t.name, t.time_zone AS "timeZone", t.jurisdiction, h.id AS "hospitalId", h.name AS "hospitalName"
       FROM site t JOIN organisation h ON h.id = t.organisation_id
       WHERE EXISTS (SELECT 1 FROM study s WHERE s.site_id = t.id AND s.group_id = $1::uuid) ORDER BY t.name, t.id`,
      [groupId],
    ),
    query<{ id: string; code: string; name: string }>(
      "worklist_pools",
      "SELECT id, code, name FROM pool WHERE group_id = $1::uuid ORDER BY name, id",
      [groupId],
    ),
    query<{ id: string; name: string; shortName: string; colour: string }>(
      "worklist_people",
      `SELECT id, display_name AS name, short_name AS "shortName", colour FROM user_account WHERE organisation_id = $1::uuid ORDER BY id`,
      [groupId],
    ),
  ]);
  return {
    total: total?.rows[0]?.total ?? null,
    sites: sites.rows,
    pools: pools.rows,
    people: people.rows,
  };
}

interface NamedSite {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly hospitalId: string;
  readonly hospitalName: string;
}
