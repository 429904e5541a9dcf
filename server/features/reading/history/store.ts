import type { SharedView } from "@readroom/shared/contract/room.js";
import type { RoomRole } from "@readroom/shared/domain/room-role.js";
import type { Database } from "../../../kernel/database.js";

export interface NewVisit {
  readonly id: string;
  readonly studyId: string;
  readonly personId: string;
  readonly name: string;
  readonly roomRole: RoomRole;
  readonly colour: string;
  readonly at: Date;
}

export async function addVisit(db: Database, visit: NewVisit): Promise<void> {
  await db.pool.query({
    name: "room_visit_add",
    text: `INSERT INTO room_visit (id, study_id, person_id, name, room_role, colour, from_at, until_at)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $7)`,
    values: [visit.id, visit.studyId, visit.personId, visit.name, visit.roomRole, visit.colour, visit.at],
  });
}

export async function touchVisits(db: Database, ids: readonly string[], now: Date): Promise<void> {
  await db.pool.query({
    name: "room_visit_touch",
    text: "UPDATE room_visit SET until_at = greatest(until_at, $2) WHERE id = ANY ($1::uuid[])",
    values: [ids, now],
  });
}

export interface SeenView {
  readonly studyId: string;
  readonly personId: string;
  readonly at: Date;
  readonly presenting: boolean;
  readonly view: SharedView;
}

export async function addViews(db: Database, views: readonly SeenView[]): Promise<void> {
  await db.pool.query({
    name: "room_view_add",
    text: `INSERT INTO room_view (study_id, person_id, at, presenting, view)
      SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::boolean[], $5::jsonb[]) ON CONFLICT DO NOTHING`,
    values: [
      views.map((seen) => seen.studyId),
      views.map((seen) => seen.personId),
      views.map((seen) => seen.at),
      views.map((seen) => seen.presenting),
      views.map((seen) => JSON.stringify(seen.view)),
    ],
  });
}

/** Removes views and stays from before that instant; at most 20,000 rows of each. */
export async function forgetBefore(db: Database, before: Date): Promise<void> {
  await db.pool.query("DELETE FROM room_view WHERE ctid IN (SELECT ctid FROM room_view WHERE at < $1 LIMIT 20000)", [
    before,
  ]);
  await db.pool.query(
    "DELETE FROM room_visit WHERE ctid IN (SELECT ctid FROM room_visit WHERE until_at < $1 LIMIT 20000)",
    [before],
  );
}

export interface StayRow {
  readonly personId: string;
  readonly name: string;
  readonly colour: string;
  readonly roomRole: string;
  readonly from: Date;
  readonly until: Date;
}

export async function staysOf(db: Database, studyId: string): Promise<StayRow[]> {
  const { rows } = await db.pool.query<StayRow>({
    name: "room_stays",
    text: `SELECT person_id AS "personId", name, colour, room_role AS "roomRole", from_at AS "from", until_at AS "until"
      FROM room_visit WHERE study_id = $1 ORDER BY from_at LIMIT 5000`,
    values: [studyId],
  });
  return rows;
}

/** When each person's view changed, thinned to at most `most` instants a person; and when each began to present. */
export async function looksOf(
  db: Database,
  studyId: string,
  most: number,
): Promise<{ personId: string; at: Date; presents: boolean }[]> {
  const { rows } = await db.pool.query<{ personId: string; at: Date; presents: boolean }>({
    name: "room_looks",
    text: `SELECT person_id AS "personId", at, presenting AND NOT before AS presents FROM (
        SELECT person_id, at, presenting, lag(presenting, 1, false) OVER w AS before, row_number() OVER w AS n, count(*) OVER (PARTITION BY person_id) AS all_of
        FROM room_view WHERE study_id = $1 WINDOW w AS (PARTITION BY person_id ORDER BY at)) v
      WHERE (presenting AND NOT before) OR n % greatest(1, (all_of / $2::int)::int) = 0 OR n = 1 ORDER BY at`,
    values: [studyId, most],
  });
  return rows;
}

/** Edits by person and document in stretches of `stretchMs`, counted from `from`. */
export async function editsOf(
  db: Database,
  studyId: string,
  stretchMs: number,
): Promise<{ kind: "reading" | "report"; personId: string; name: string | null; at: Date; edits: number }[]> {
  const { rows } = await db.pool.query<{
    kind: "reading" | "report";
    personId: string;
    name: string | null;
    at: Date;
    edits: number;
  }>({
    name: "room_edits",
    text: `SELECT d.kind, u.actor_id AS "personId", (SELECT c.name FROM crdt_client c WHERE c.document_id = d.id AND c.actor_id = u.actor_id LIMIT 1) AS name,
        min(u.at) AS at, count(*)::int AS edits
      FROM crdt_document d JOIN crdt_update u ON u.document_id = d.id WHERE d.study_id = $1 AND d.kind IN ('reading', 'report')
      GROUP BY d.id, d.kind, u.actor_id, floor(extract(epoch FROM u.at) * 1000 / $2::float8) ORDER BY at LIMIT 5000`,
    values: [studyId, stretchMs],
  });
  return rows;
}

/** First and last committed edit of the study's documents; null where there is none. */
export async function spanOfEdits(db: Database, studyId: string): Promise<{ from: Date; until: Date } | null> {
  const { rows } = await db.pool.query<{ from: Date | null; until: Date | null }>({
    name: "room_edit_span",
    text: `SELECT min(u.at) AS "from", max(u.at) AS "until" FROM crdt_document d JOIN crdt_update u ON u.document_id = d.id WHERE d.study_id = $1 AND d.kind IN ('reading', 'report')`,
    values: [studyId],
  });
  const { from, until } = rows[0] ?? {};
  return from && until ? { from, until } : null;
}

export interface SignedRow {
  readonly at: Date;
  readonly personId: string;
  readonly name: string;
  readonly version: number;
  readonly kind: string;
}

export async function signaturesOf(db: Database, studyId: string): Promise<SignedRow[]> {
  const { rows } = await db.pool.query<SignedRow>({
    name: "room_signatures",
    text: `SELECT signed_at AS at, signed_by AS "personId", signed_by_name AS name, version, kind FROM report_version
      WHERE study_id = $1 ORDER BY signed_at`,
    values: [studyId],
  });
  return rows;
}

/** The last view that each person showed at or before `at`, of those who were there then. */
export async function screensAt(db: Database, studyId: string, at: Date): Promise<SeenView[]> {
  const { rows } = await db.pool.query<SeenView>({
    name: "room_screens_at",
    text: `SELECT $1::uuid AS "studyId", p.person_id AS "personId", v.at, v.presenting, v.view
      FROM (SELECT person_id, min(from_at) AS came FROM room_visit WHERE study_id = $1 AND from_at <= $2 AND until_at >= $2::timestamptz - interval '1 second' GROUP BY person_id) p
      CROSS JOIN LATERAL (SELECT at, presenting, view FROM room_view r WHERE r.study_id = $1 AND r.person_id = p.person_id AND r.at <= $2 ORDER BY at DESC LIMIT 1) v`,
    values: [studyId, at],
  });
  return rows;
}

export interface DocumentRow {
  readonly id: string;
  readonly kind: "reading" | "report";
  readonly createdAt: Date;
}

/** The study's shared documents that existed at that instant, the oldest first. */
export async function documentsAt(db: Database, studyId: string, at: Date): Promise<DocumentRow[]> {
  const { rows } = await db.pool.query<DocumentRow>({
    name: "room_documents_at",
    text: `SELECT id, kind, created_at AS "createdAt" FROM crdt_document WHERE study_id = $1 AND created_at <= $2 AND kind IN ('reading', 'report') ORDER BY created_at, id`,
    values: [studyId, at],
  });
  return rows;
}

/** Edits of a document that were committed after `after` and at or before `at`, in the log's order. */
export async function updatesBetween(db: Database, documentId: string, after: Date, at: Date): Promise<Uint8Array[]> {
  const { rows } = await db.pool.query<{ update: Buffer }>({
    name: "room_updates_between",
    text: `SELECT "update" FROM crdt_update WHERE document_id = $1 AND at > $2 AND at <= $3 ORDER BY seq`,
    values: [documentId, after, at],
  });
  return rows.map((row) => row.update);
}

export async function writersOf(
  db: Database,
  documentId: string,
): Promise<{ client: number; actorId: string; name: string }[]> {
  const { rows } = await db.pool.query<{ client: number; actorId: string; name: string }>({
    name: "room_writers",
    text: 'SELECT client_id AS client, actor_id AS "actorId", name FROM crdt_client WHERE document_id = $1',
    values: [documentId],
  });
  return rows;
}
