import { DEFAULT_SET, RuleSet } from "@readroom/shared/domain/routing/rules.js";
import { DEFAULT_SUBSPECIALTIES } from "@readroom/shared/domain/subspecialties.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import { type Executor, ms, type Transaction } from "./store.js";

export interface RuleSetRow {
  readonly id: string;
  readonly state: "draft" | "published" | "earlier";
  /** From 1 in the order of publication; 0 the hub's own; null for a draft. */
  readonly number: number | null;
  readonly revision: number;
  readonly content: RuleSet;
  readonly basedOn: string | null;
  readonly note: string;
  readonly createdAt: Instant;
  readonly createdByName: string;
  readonly updatedAt: Instant;
  readonly updatedByName: string;
  readonly publishedAt: Instant | null;
  readonly publishedByName: string | null;
}

const COLUMNS = `id, state, number, revision, content, based_on AS "basedOn", note, ${ms("created_at")} AS "createdAt", created_by_name AS "createdByName",
  ${ms("updated_at")} AS "updatedAt", updated_by_name AS "updatedByName", ${ms("published_at")} AS "publishedAt", published_by_name AS "publishedByName"`;

type Raw = Omit<RuleSetRow, "content"> & { readonly content: { rules: unknown; mapping: unknown } };

const parsed = (row: Raw): RuleSetRow => ({
  ...row,
  content: RuleSet.parse({ ...row.content, mapping: row.content.mapping ?? DEFAULT_SUBSPECIALTIES }),
});

async function one(executor: Executor, where: string, values: unknown[]): Promise<RuleSetRow | null> {
  const rows = await rawRows<Raw>(executor, `SELECT ${COLUMNS} FROM routing_rule_set WHERE ${where}`, values);
  return rows[0] ? parsed(rows[0]) : null;
}

/** The set that the group works with. A group without one starts with the hub's own, so that every decision names a version that stays. */
export async function publishedSet(executor: Executor, groupId: string): Promise<RuleSetRow> {
  const found = await one(executor, "group_id = $1::uuid AND state = 'published'", [groupId]);
  if (found) return found;
  await rawRows(
    executor,
    `INSERT INTO routing_rule_set (group_id, state, number, content, note, created_by_name, updated_by_name, published_at, published_by_name)
     VALUES ($1::uuid, 'published', 0, $2::jsonb, 'What every group starts with', 'Readroom', 'Readroom', now(), 'Readroom')
     ON CONFLICT DO NOTHING RETURNING 1 AS done`,
    [groupId, JSON.stringify(DEFAULT_SET)],
  );
  const made = await one(executor, "group_id = $1::uuid AND state = 'published'", [groupId]);
  if (!made) throw new Error("a group's first set of rules could not be made");
  return made;
}

/** lock: two savers of one draft queue up. */
export const draftOf = (executor: Executor, groupId: string, lock = false): Promise<RuleSetRow | null> =>
  one(executor, `group_id = $1::uuid AND state = 'draft'${lock ? " FOR UPDATE" : ""}`, [groupId]);

export const setById = (executor: Executor, groupId: string, id: string): Promise<RuleSetRow | null> =>
  one(executor, "group_id = $1::uuid AND id = $2::uuid", [groupId, id]);

/** Everything ever published, newest first. */
export async function versionsOf(executor: Executor, groupId: string): Promise<RuleSetRow[]> {
  const rows = await rawRows<Raw>(
    executor,
    `SELECT ${COLUMNS} FROM routing_rule_set WHERE group_id = $1::uuid AND state <> 'draft' ORDER BY number DESC LIMIT 200`,
    [groupId],
  );
  return rows.map(parsed);
}

export interface Editor {
  readonly userId: string;
  readonly name: string;
}

/** null: there is a draft already. */
export async function insertDraft(
  tx: Transaction,
  groupId: string,
  content: RuleSet,
  basedOn: string,
  by: Editor,
): Promise<string | null> {
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO routing_rule_set (group_id, state, content, based_on, created_by_name, updated_by, updated_by_name)
     VALUES ($1::uuid, 'draft', $2::jsonb, $3::uuid, $4, $5::uuid, $4) ON CONFLICT DO NOTHING RETURNING id`,
    [groupId, JSON.stringify(content), basedOn, by.name, by.userId],
  );
  return rows[0]?.id ?? null;
}

export async function saveDraft(
  tx: Transaction,
  id: string,
  content: RuleSet,
  by: Editor,
  now: Instant,
): Promise<void> {
  await rawRows(
    tx,
    `UPDATE routing_rule_set SET content = $2::jsonb, revision = revision + 1, updated_at = $5::timestamptz, updated_by = $3::uuid, updated_by_name = $4
     WHERE id = $1::uuid RETURNING 1 AS done`,
    [id, JSON.stringify(content), by.userId, by.name, new Date(now)],
  );
}

export async function deleteDraft(tx: Transaction, id: string): Promise<void> {
  await rawRows(tx, "DELETE FROM routing_rule_set WHERE id = $1::uuid RETURNING 1 AS done", [id]);
}

/** The draft takes effect; what was in effect becomes an earlier version. Returns its number. */
export async function publishDraft(
  tx: Transaction,
  groupId: string,
  id: string,
  note: string,
  by: Editor,
  now: Instant,
): Promise<number> {
  await rawRows(
    tx,
    "UPDATE routing_rule_set SET state = 'earlier' WHERE group_id = $1::uuid AND state = 'published' RETURNING 1 AS done",
    [groupId],
  );
  const rows = await rawRows<{ number: number }>(
    tx,
    `UPDATE routing_rule_set SET state = 'published', note = $3, published_at = $5::timestamptz, published_by_name = $4,
       number = (SELECT coalesce(max(number), 0) + 1 FROM routing_rule_set WHERE group_id = $1::uuid)
     WHERE id = $2::uuid RETURNING number`,
    [groupId, id, note, by.name, new Date(now)],
  );
  return rows[0]?.number ?? 0;
}
