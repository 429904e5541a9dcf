import type { AuditAnswer, AuditRow, AuditVerdict } from "@readroom/shared/contract/http/audit.js";
import type pg from "pg";

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** Hospitals (and the own group) whose trail may be read; null: the whole hub's. */
export type Scope = readonly string[] | null;

export interface TrailQuery {
  readonly patientIds: readonly string[] | null;
  readonly studyId: string | null;
  readonly actorId: string | null;
  readonly from: number | null;
  readonly to: number | null;
  readonly before: number | null;
  readonly limit: number;
}

/**
 * "Who saw this patient" in one query: entries that name the patient, and those that name one of the patient's studies. An entry belongs to the
 * organisation that it names, or to the hospital of its study or patient.
 */
const FOUND = `WITH found AS (
  SELECT a.* FROM audit_event a
  WHERE ($1::uuid[] IS NULL OR a.patient_id = ANY ($1::uuid[]) OR a.study_id IN (SELECT id FROM study WHERE patient_id = ANY ($1::uuid[])))
    AND ($2::uuid IS NULL OR a.study_id = $2::uuid)
    AND ($3::text IS NULL OR a.actor_id = $3)
    AND ($4::timestamptz IS NULL OR a.at >= $4::timestamptz) AND ($5::timestamptz IS NULL OR a.at <= $5::timestamptz)
    AND ($6::uuid[] IS NULL OR a.organisation_id = ANY ($6::uuid[])
      OR (SELECT s.organisation_id FROM study s WHERE s.id = a.study_id) = ANY ($6::uuid[])
      OR (SELECT p.organisation_id FROM patient p WHERE p.id = a.patient_id) = ANY ($6::uuid[]))
)`;

export async function trail(db: pg.Pool, query: TrailQuery, scope: Scope): Promise<AuditAnswer> {
  const date = (at: number | null) => (at === null ? null : new Date(at));
  const values = [query.patientIds, query.studyId, query.actorId, date(query.from), date(query.to), scope];
  const { rows } = await db.query<AuditRow>(
    `${FOUND} SELECT id, ${ms("at")} AS at, jsonb_build_object('kind', actor_kind, 'id', actor_id, 'name', actor_name, 'address', address) AS actor, action,
       outcome, patient_id AS "patientId", study_id AS "studyId", subject, detail, chain_seq AS "chainSeq", inserted_seq AS "insertedSeq"
     FROM found WHERE ($7::bigint IS NULL OR inserted_seq < $7::bigint) ORDER BY inserted_seq DESC LIMIT $8::int`,
    [...values, query.before, query.limit + 1],
  );
  const more = rows.length > query.limit;
  const people = query.patientIds || query.studyId ? await peopleIn(db, values) : [];
  return { rows: rows.slice(0, query.limit), people, more };
}

async function peopleIn(db: pg.Pool, values: unknown[]): Promise<AuditAnswer["people"]> {
  const { rows } = await db.query<AuditAnswer["people"][number]>(
    `${FOUND} SELECT actor_kind AS kind, actor_id AS id, max(actor_name) AS name, ${ms("min(at)")} AS first, ${ms("max(at)")} AS last,
       count(*)::int AS entries, array_agg(DISTINCT action ORDER BY action) AS actions
     FROM found GROUP BY actor_kind, actor_id ORDER BY max(at) DESC LIMIT 500`,
    values,
  );
  return rows;
}

/** Patients of the scope with this number, at one site's issuer or at any. */
export async function patientsByNumber(
  db: pg.Pool,
  mrn: string,
  siteId: string | null,
  scope: Scope,
): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    `SELECT p.id FROM patient p WHERE upper(p.mrn) = upper($1) AND ($3::uuid[] IS NULL OR p.organisation_id = ANY ($3::uuid[]))
       AND ($2::uuid IS NULL OR EXISTS (SELECT 1 FROM site t WHERE t.id = $2::uuid AND t.organisation_id = p.organisation_id
         AND t.patient_id_issuer IN (p.issuer, '')))`,
    [mrn, siteId, scope],
  );
  return rows.map((row) => row.id);
}

/** Walks the whole chain in the database and names the first place where it does not hold. */
export async function verify(db: pg.Pool): Promise<AuditVerdict> {
  const [broken, counts] = await Promise.all([
    db.query<{ seq: number; why: string }>("SELECT broken_seq AS seq, why FROM audit_first_break()"),
    db.query<{ sealed: number; unsealed: number }>(
      "SELECT count(chain_seq)::int AS sealed, (count(*) - count(chain_seq))::int AS unsealed FROM audit_event",
    ),
  ]);
  const firstBreak = broken.rows[0] ?? null;
  return {
    holds: firstBreak === null,
    sealed: counts.rows[0]?.sealed ?? 0,
    unsealed: counts.rows[0]?.unsealed ?? 0,
    firstBreak,
  };
}
