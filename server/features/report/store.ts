import type { AuthoredWords, ReportVersionView } from "@readroom/shared/contract/http/report.js";
import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import type { Communication, ReportContent } from "@readroom/shared/crdt/report.js";
import type { ReportState, SignKind } from "@readroom/shared/domain/report.js";
import type pg from "pg";
import type { Database } from "../../kernel/database.js";

type Executor = pg.Pool | pg.PoolClient;

export interface ReportRow {
  readonly id: string;
  readonly studyId: string;
  readonly templateId: string | null;
  readonly documentId: string;
  readonly state: ReportState;
  readonly version: number;
  readonly generation: number;
  /** The current document takes no more edits: nothing is being written. */
  readonly documentFrozen: boolean;
}

const REPORT = `SELECT r.id, r.study_id AS "studyId", r.template_id AS "templateId", r.document_id AS "documentId", r.state, r.version,
    r.draft_generation AS generation, d.frozen_at IS NOT NULL AS "documentFrozen"
  FROM report r JOIN crdt_document d ON d.id = r.document_id WHERE r.study_id = $1`;

export async function reportOf(executor: Executor, studyId: string): Promise<ReportRow | null> {
  return (await executor.query<ReportRow>(REPORT, [studyId])).rows[0] ?? null;
}

/** The report's row, held until the transaction ends: signatures of one report come one after the other. */
export async function lockReport(client: pg.PoolClient, studyId: string): Promise<ReportRow | null> {
  return (await client.query<ReportRow>(`${REPORT} FOR UPDATE OF r, d`, [studyId])).rows[0] ?? null;
}

export interface StudyFacts {
  readonly modalities: string[];
  readonly bodyPart: string;
  readonly description: string;
  readonly state: string;
  readonly matchState: string;
  readonly clinicalQuestion: string;
  readonly procedureText: string;
  readonly seriesDescriptions: string[];
  /** day: YYYY-MM-DD where it was taken. */
  readonly prior: { readonly day: string | null; readonly description: string } | null;
  readonly procedureCode: string;
  readonly laterality: string;
  readonly instances: number;
  readonly patient: {
    readonly name: string;
    readonly mrn: string;
    readonly birthDate: string | null;
    readonly sex: string | null;
  };
}

export async function studyFacts(db: Pick<Database, "pool">, studyId: string): Promise<StudyFacts> {
  const { rows } = await db.pool.query<StudyFacts>(
    `SELECT s.modalities, s.body_part AS "bodyPart", s.description, s.state, s.match_state AS "matchState",
       coalesce(o.clinical_question, '') AS "clinicalQuestion", coalesce(o.procedure_text, '') AS "procedureText",
       coalesce(o.procedure_code, '') AS "procedureCode", coalesce(o.laterality, '') AS laterality, s.instances_received AS instances,
       jsonb_build_object('name', coalesce(p.name, s.dicom_patient_name)->>'alphabetic', 'mrn', coalesce(p.mrn, s.dicom_patient_id),
         'birthDate', coalesce(p.birth_date, s.dicom_birth_date), 'sex', coalesce(p.sex, s.dicom_sex)) AS patient,
       ARRAY(SELECT e.description FROM series e WHERE e.study_id = s.id AND e.description <> '' AND NOT e.made_here ORDER BY e.series_number LIMIT 12) AS "seriesDescriptions",
       (SELECT jsonb_build_object('day', to_char(e.study_at AT TIME ZONE t.time_zone, 'YYYY-MM-DD'), 'description', e.description)
          FROM study e JOIN site t ON t.id = e.site_id WHERE e.patient_id = s.patient_id AND e.id <> s.id AND e.study_at < s.study_at AND e.modalities && s.modalities
          ORDER BY (e.body_part = s.body_part) DESC, e.study_at DESC LIMIT 1) AS prior
     FROM study s LEFT JOIN imaging_order o ON o.id = s.order_id LEFT JOIN patient p ON p.id = s.patient_id WHERE s.id = $1`,
    [studyId],
  );
  if (!rows[0]) throw new Error("a study that is not there");
  return rows[0];
}

/** Images that came after the draft's document was made. */
export async function imagesSinceDraft(executor: Executor, studyId: string, documentId: string): Promise<number> {
  const { rows } = await executor.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM instance i JOIN series e ON e.id = i.series_id AND NOT e.made_here
     WHERE i.study_id = $1 AND i.received_at > (SELECT d.created_at FROM crdt_document d WHERE d.id = $2)`,
    [studyId, documentId],
  );
  return rows[0]?.n ?? 0;
}

/** The study's critical findings as its report tells them, in the order in which they were raised. */
export async function communicationsOf(
  executor: Executor,
  studyId: string,
): Promise<{ list: Communication[]; open: number }> {
  const { rows } = await executor.query<
    Omit<Communication, "at" | "acknowledgedAt"> & { at: Date | null; acknowledgedAt: Date | null; state: string }
  >(
    `SELECT id AS "findingId", category, finding, coalesce(reached_name, '') AS person, reached_at AS at, coalesce(acknowledged_via, '') AS via,
       coalesce(read_back_text, '') AS "readBack", acknowledged_at AS "acknowledgedAt", coalesce(acknowledged_name, '') AS "acknowledgedBy", state
     FROM critical_finding WHERE study_id = $1 ORDER BY raised_at, id`,
    [studyId],
  );
  const list = rows.map(({ state: _state, at, acknowledgedAt, ...rest }) => ({
    ...rest,
    at: at?.toISOString() ?? null,
    acknowledgedAt: acknowledgedAt?.toISOString() ?? null,
  }));
  return { list, open: rows.filter((row) => row.acknowledgedAt === null && row.state !== "closed").length };
}

const VERSION = `SELECT id, version, kind, content, content_hash AS "contentHash", authors, signed_by AS "signedBy", signed_by_name AS "signedByName",
    (extract(epoch FROM signed_at) * 1000)::bigint AS "signedAt", review FROM report_version`;

export async function versionsOf(executor: Executor, reportId: string): Promise<ReportVersionView[]> {
  return (await executor.query<ReportVersionView>(`${VERSION} WHERE report_id = $1 ORDER BY version DESC`, [reportId]))
    .rows;
}

/** The version that a repeated signature means: same content, same kind. */
export async function versionWith(
  executor: Executor,
  reportId: string,
  hash: string,
  kind: SignKind,
): Promise<ReportVersionView | null> {
  const { rows } = await executor.query<ReportVersionView>(
    `${VERSION} WHERE report_id = $1 AND content_hash = $2 AND kind = $3 ORDER BY version DESC LIMIT 1`,
    [reportId, hash, kind],
  );
  return rows[0] ?? null;
}

export async function insertReport(
  client: pg.PoolClient,
  report: { studyId: string; templateId: string | null; documentId: string },
): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    "INSERT INTO report (study_id, template_id, document_id) VALUES ($1, $2, $3) RETURNING id",
    [report.studyId, report.templateId, report.documentId],
  );
  return rows[0]!.id;
}

export interface NewVersion {
  readonly reportId: string;
  readonly studyId: string;
  readonly version: number;
  readonly kind: SignKind;
  readonly content: ReportContent;
  readonly hash: string;
  readonly state: Uint8Array;
  readonly authors: readonly AuthoredWords[];
  readonly signedBy: string;
  readonly signedByName: string;
  readonly signedAt: number;
  readonly fence: number;
  readonly review: ReportVersionView["review"];
  readonly marks: readonly AnnotationRecord[];
}

export async function insertVersion(client: pg.PoolClient, v: NewVersion): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO report_version (report_id, study_id, version, kind, content, content_hash, document_state, authors, signed_by, signed_by_name, signed_at, signer_fence, review, marks)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, to_timestamp($11::float8 / 1000), $12, $13, $14) RETURNING id`,
    [
      v.reportId,
      v.studyId,
      v.version,
      v.kind,
      JSON.stringify(v.content),
      v.hash,
      Buffer.from(v.state),
      JSON.stringify(v.authors),
      v.signedBy,
      v.signedByName,
      v.signedAt,
      v.fence,
      v.review && JSON.stringify(v.review),
      JSON.stringify(v.marks),
    ],
  );
  return rows[0]!.id;
}

export async function freezeDocument(
  client: pg.PoolClient,
  documentId: string,
  reason: string,
  at: number,
): Promise<void> {
  await client.query(
    "UPDATE crdt_document SET frozen_at = to_timestamp($2::float8 / 1000), frozen_reason = $3 WHERE id = $1",
    [documentId, at, reason],
  );
}

export async function setReport(
  client: pg.PoolClient,
  reportId: string,
  to: { state: ReportState; version: number; documentId: string; generation: number },
): Promise<void> {
  await client.query(
    "UPDATE report SET state = $2, version = $3, document_id = $4, draft_generation = $5, updated_at = now() WHERE id = $1",
    [reportId, to.state, to.version, to.documentId, to.generation],
  );
}

/** The claim as it stands at the moment of signing, and the study's row held until the transaction ends. */
export async function lockStudy(
  client: pg.PoolClient,
  studyId: string,
): Promise<{ claimState: string; claimedBy: string | null; claimFence: number }> {
  const { rows } = await client.query<{ claimState: string; claimedBy: string | null; claimFence: number }>(
    'SELECT claim_state AS "claimState", claimed_by AS "claimedBy", claim_fence AS "claimFence" FROM study WHERE id = $1 FOR UPDATE',
    [studyId],
  );
  if (!rows[0]) throw new Error("a study that is not there");
  return rows[0];
}

export async function setStudyReport(
  client: pg.PoolClient,
  studyId: string,
  state: ReportState,
  signedAt: number | null,
): Promise<void> {
  await client.query(
    "UPDATE study SET report_state = $2, signed_at = coalesce(to_timestamp($3::float8 / 1000), signed_at), version = version + 1 WHERE id = $1",
    [studyId, state, signedAt],
  );
}

export async function steppedUpAt(db: Database, sessionId: string): Promise<number | null> {
  const { rows } = await db.pool.query<{ at: number | null }>(
    "SELECT (extract(epoch FROM stepped_up_at) * 1000)::bigint AS at FROM session WHERE id = $1",
    [sessionId],
  );
  return rows[0]?.at ?? null;
}
