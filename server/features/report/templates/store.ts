import type { SaveSnippet, TemplateBody } from "@readroom/shared/contract/http/report-templates.js";
import type { SectionSpec } from "@readroom/shared/crdt/report.js";
import type { Database } from "../../../kernel/database.js";
import { SEED_SNIPPETS, SEED_TEMPLATES } from "./seed.js";

export interface TemplateRow {
  readonly id: string;
  readonly groupId: string;
  readonly ownerId: string | null;
  readonly owner: "own" | "group";
  readonly name: string;
  readonly modality: string;
  readonly bodyPart: string;
  readonly procedures: string[];
  readonly source: string;
  readonly notes: string[];
  readonly sections: SectionSpec[];
  readonly version: number;
  readonly updatedAt: number;
  readonly updatedByName: string;
}

const SELECT = `SELECT id, group_id AS "groupId", owner_id AS "ownerId", CASE WHEN owner_id IS NULL THEN 'group' ELSE 'own' END AS owner, name, modality,
    body_part AS "bodyPart", procedures, source, notes, sections, version, (extract(epoch FROM updated_at) * 1000)::bigint AS "updatedAt", updated_by_name AS "updatedByName"
  FROM report_template WHERE retired_at IS NULL`;

/** The group's templates and the person's own in it, by name; a group that has none gets the first ones. */
export async function templatesOf(db: Database, groupId: string, personId: string | null): Promise<TemplateRow[]> {
  const select = `${SELECT} AND group_id = $1 AND (owner_id IS NULL OR owner_id = $2::uuid) ORDER BY name, id`;
  const found = await db.pool.query<TemplateRow>(select, [groupId, personId]);
  if (found.rows.some((row) => row.owner === "group")) return found.rows;
  await db.pgTx(async (client) => {
    await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 7271))", [groupId]);
    // Retired ones count: a group that threw all of them away does not get them back.
    const present = await client.query(
      "SELECT 1 FROM report_template WHERE group_id = $1 AND owner_id IS NULL LIMIT 1",
      [groupId],
    );
    if (present.rowCount) return;
    for (const { name, modality, bodyPart, sections } of SEED_TEMPLATES) {
      await client.query(
        "INSERT INTO report_template (group_id, name, modality, body_part, sections) VALUES ($1, $2, $3, $4, $5)",
        [groupId, name, modality, bodyPart, JSON.stringify(sections)],
      );
    }
  });
  return (await db.pool.query<TemplateRow>(select, [groupId, personId])).rows;
}

export async function templateOf(db: Database, id: string): Promise<TemplateRow | null> {
  return (await db.pool.query<TemplateRow>(`${SELECT} AND id = $1`, [id])).rows[0] ?? null;
}

export interface Writer {
  readonly groupId: string;
  readonly personId: string;
  readonly name: string;
}

const ownerId = (owner: "own" | "group", { personId }: Writer): string | null => (owner === "own" ? personId : null);

export async function insertTemplate(db: Database, by: Writer, t: TemplateBody): Promise<string> {
  const { rows } = await db.pool.query<{ id: string }>(
    `INSERT INTO report_template (group_id, owner_id, name, modality, body_part, procedures, source, notes, sections, updated_by_name)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
    [
      by.groupId,
      ownerId(t.owner, by),
      t.name,
      t.modality,
      t.bodyPart,
      t.procedures,
      t.source,
      JSON.stringify(t.notes),
      JSON.stringify(t.sections),
      by.name,
    ],
  );
  return rows[0]!.id;
}

/** False: somebody saved another version in the meantime, or it is retired. */
export async function changeTemplate(db: Database, by: Writer, id: string, version: number, t: TemplateBody) {
  const { rowCount } = await db.pool.query(
    `UPDATE report_template SET owner_id = $4, name = $5, modality = $6, body_part = $7, procedures = $8, source = $9, notes = $10, sections = $11,
       updated_by_name = $12, updated_at = now(), version = version + 1
     WHERE id = $1 AND group_id = $2 AND version = $3 AND retired_at IS NULL`,
    [
      id,
      by.groupId,
      version,
      ownerId(t.owner, by),
      t.name,
      t.modality,
      t.bodyPart,
      t.procedures,
      t.source,
      JSON.stringify(t.notes),
      JSON.stringify(t.sections),
      by.name,
    ],
  );
  return rowCount === 1;
}

/** Reports that began with it keep their own copy. */
export const retireTemplate = (db: Database, groupId: string, id: string) =>
  db.pool.query("UPDATE report_template SET retired_at = now() WHERE id = $1 AND group_id = $2", [id, groupId]);

export interface SnippetRow {
  readonly id: string;
  readonly ownerId: string | null;
  readonly owner: "own" | "group";
  readonly abbreviation: string;
  readonly text: string;
}

/** The group's snippets and the person's own; a group that never had any gets the first ones. */
export async function snippetsOf(db: Database, groupId: string, personId: string): Promise<SnippetRow[]> {
  const select = `SELECT id, owner_id AS "ownerId", CASE WHEN owner_id IS NULL THEN 'group' ELSE 'own' END AS owner, abbreviation, text
    FROM report_snippet WHERE group_id = $1 AND (owner_id IS NULL OR owner_id = $2) ORDER BY abbreviation, owner_id NULLS FIRST`;
  const found = await db.pool.query<SnippetRow>(select, [groupId, personId]);
  if (found.rows.some((row) => row.owner === "group")) return found.rows;
  await db.pool.query(
    `INSERT INTO report_snippet (group_id, abbreviation, text) SELECT $1::uuid, * FROM unnest($2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
    [groupId, SEED_SNIPPETS.map(([abbreviation]) => abbreviation), SEED_SNIPPETS.map(([, text]) => text)],
  );
  return (await db.pool.query<SnippetRow>(select, [groupId, personId])).rows;
}

export async function saveSnippet(db: Database, by: Writer, snippet: SaveSnippet): Promise<void> {
  await db.pool.query(
    `INSERT INTO report_snippet (group_id, owner_id, abbreviation, text) VALUES ($1, $2, $3, $4)
     ON CONFLICT (group_id, coalesce(owner_id, '00000000-0000-0000-0000-000000000000'::uuid), abbreviation) DO UPDATE SET text = excluded.text, updated_at = now()`,
    [by.groupId, ownerId(snippet.owner, by), snippet.abbreviation, snippet.text],
  );
}

/** False: there is none that this person may delete. */
export async function deleteSnippet(db: Database, by: Writer, id: string, group: boolean): Promise<boolean> {
  const { rowCount } = await db.pool.query(
    "DELETE FROM report_snippet WHERE id = $1 AND group_id = $2 AND (owner_id = $3 OR ($4 AND owner_id IS NULL))",
    [id, by.groupId, by.personId, group],
  );
  return rowCount === 1;
}
