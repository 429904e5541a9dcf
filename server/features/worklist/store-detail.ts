import type { OrderView, PriorView, SeriesView } from "@readroom/shared/contract/http/worklist.js";
import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store.js";
import { IS_PRIOR } from "./store-rows.js";
import { ORDER_COLUMNS } from "./store-triage.js";

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;
const MOST_PRIORS = 50;

export async function orderOf(executor: Executor, studyId: string): Promise<OrderView | null> {
  const rows = await rawRows<OrderView>(
    executor,
    `SELECT ${ORDER_COLUMNS} FROM study s JOIN imaging_order o ON o.id = s.order_id WHERE s.id = $1::uuid`,
    [studyId],
  );
  return rows[0] ?? null;
}

/** Series of several studies in the order in which they are hung: by number, then as they came. */
export async function seriesOf(executor: Executor, studyIds: readonly string[]): Promise<Map<string, SeriesView[]>> {
  const rows = await rawRows<SeriesView & { studyId: string }>(
    executor,
    `SELECT e.id, e.study_id AS "studyId", e.series_instance_uid AS "seriesInstanceUid", e.modality, e.series_number AS number, e.description,
       e.body_part AS "bodyPart", e.instance_count AS instances,
       (SELECT i.sop_instance_uid FROM instance i WHERE i.series_id = e.id ORDER BY i.instance_number, i.sop_instance_uid
        OFFSET greatest(e.instance_count / 2, 0) LIMIT 1) AS "middleSopInstanceUid"
     FROM series e WHERE e.study_id = ANY ($1::uuid[]) ORDER BY e.series_number NULLS LAST, e.series_instance_uid`,
    [studyIds],
  );
  const byStudy = new Map<string, SeriesView[]>();
  for (const { studyId, ...series } of rows) byStudy.set(studyId, [...(byStudy.get(studyId) ?? []), series]);
  return byStudy;
}

interface PriorRow extends Omit<PriorView, "series" | "impression"> {
  readonly sections: unknown;
}

/** Earlier studies of the same patient, newest first, with the impression of the last signed report. */
export async function priorsOf(executor: Executor, studyId: string): Promise<PriorView[]> {
  const rows = await rawRows<PriorRow>(
    executor,
    `SELECT pr.id AS "studyId", pr.study_instance_uid AS "studyInstanceUid",
       coalesce(nullif((SELECT x.procedure_text FROM imaging_order x WHERE x.id = pr.order_id), ''), pr.description) AS procedure,
       pr.modalities, pr.body_part AS "bodyPart", ${ms("coalesce(pr.study_at, pr.first_instance_at)")} AS "studyAt",
       coalesce(to_char(coalesce(pr.study_at, pr.first_instance_at) AT TIME ZONE prt.time_zone, 'YYYYMMDD'), '') AS "studyDay", pr.instances_received AS instances,
       pr.report_state AS "reportState", v.sections, coalesce(v.signed_by_name, '') AS "signedBy", ${ms("v.signed_at")} AS "signedAt"
     FROM study s JOIN site t ON t.id = s.site_id LEFT JOIN patient p ON p.id = s.patient_id
       JOIN study pr ON true JOIN site prt ON prt.id = pr.site_id
       LEFT JOIN LATERAL (SELECT rv.content -> 'sections' AS sections, rv.signed_by_name, rv.signed_at FROM report_version rv
         WHERE rv.study_id = pr.id ORDER BY rv.version DESC LIMIT 1) v ON true
     WHERE s.id = $1::uuid AND ${IS_PRIOR} ORDER BY "studyAt" DESC, pr.id LIMIT ${MOST_PRIORS}`,
    [studyId],
  );
  const series = await seriesOf(
    executor,
    rows.map((row) => row.studyId),
  );
  return rows.map(({ sections, ...row }) => ({
    ...row,
    series: series.get(row.studyId) ?? [],
    impression: impressionIn(sections),
  }));
}

/** The impression's text in the sections of a signed report. */
export function impressionIn(sections: unknown): string {
  if (!Array.isArray(sections)) return "";
  for (const section of sections as unknown[]) {
    if (typeof section !== "object" || section === null) continue;
    const { key, title, text } = section as { key?: unknown; title?: unknown; text?: unknown };
    const named = [key, title].some((name) => typeof name === "string" && /impression|conclusion/i.test(name));
    if (named && typeof text === "string") return text;
  }
  return "";
}

export interface ReportRow {
  readonly id: string;
  readonly documentId: string;
  readonly state: string;
  readonly version: number;
}

export async function reportOf(executor: Executor, studyId: string): Promise<ReportRow | null> {
  const rows = await rawRows<ReportRow>(
    executor,
    `SELECT id, document_id AS "documentId", state, version FROM report WHERE study_id = $1::uuid`,
    [studyId],
  );
  return rows[0] ?? null;
}
