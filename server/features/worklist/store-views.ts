import type { SavedView, ViewDefinition } from "@readroom/shared/contract/http/worklist-views.js";
import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store.js";

type Stored = Omit<SavedView, "mine"> & { readonly ownerId: string };

const SELECT = `SELECT v.id, v.name, v.shared, v.owner_id AS "ownerId", u.display_name AS "ownerName", v.definition
  FROM worklist_view v JOIN user_account u ON u.id = v.owner_id`;

/** A person's own views and those that the group shares, in the order that the person gave them, the rest by age. */
export async function viewsOf(executor: Executor, groupId: string, userId: string): Promise<Stored[]> {
  return rawRows<Stored>(
    executor,
    `${SELECT} LEFT JOIN user_account me ON me.id = $2::uuid
     WHERE v.group_id = $1::uuid AND (v.shared OR v.owner_id = $2::uuid)
     ORDER BY (SELECT n FROM jsonb_array_elements_text(CASE jsonb_typeof(me.preferences -> 'viewOrder') WHEN 'array' THEN me.preferences -> 'viewOrder' ELSE '[]' END)
       WITH ORDINALITY AS placed(id, n) WHERE placed.id = v.id::text) NULLS LAST, v.created_at, v.id LIMIT 200`,
    [groupId, userId],
  );
}

export async function viewOf(executor: Executor, groupId: string, id: string): Promise<Stored | null> {
  return (
    (await rawRows<Stored>(executor, `${SELECT} WHERE v.id = $2::uuid AND v.group_id = $1::uuid`, [groupId, id]))[0] ??
    null
  );
}

export async function addView(
  tx: Executor,
  groupId: string,
  ownerId: string,
  view: { readonly name: string; readonly shared: boolean; readonly definition: ViewDefinition },
): Promise<string> {
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO worklist_view (group_id, owner_id, shared, name, definition) VALUES ($1::uuid, $2::uuid, $3::boolean, $4, $5::jsonb) RETURNING id`,
    [groupId, ownerId, view.shared, view.name, JSON.stringify(view.definition)],
  );
  return rows[0]?.id ?? "";
}

export async function changeView(
  tx: Executor,
  id: string,
  view: { readonly name: string; readonly shared: boolean; readonly definition: ViewDefinition },
): Promise<void> {
  await rawRows(
    tx,
    "UPDATE worklist_view SET name = $2, shared = $3::boolean, definition = $4::jsonb, updated_at = now() WHERE id = $1::uuid RETURNING 1 AS done",
    [id, view.name, view.shared, JSON.stringify(view.definition)],
  );
}

export async function removeView(tx: Executor, id: string): Promise<void> {
  await rawRows(tx, "DELETE FROM worklist_view WHERE id = $1::uuid RETURNING 1 AS done", [id]);
}

export async function orderViews(tx: Executor, userId: string, ids: readonly string[]): Promise<void> {
  await rawRows(
    tx,
    "UPDATE user_account SET preferences = preferences || jsonb_build_object('viewOrder', $2::jsonb) WHERE id = $1::uuid RETURNING 1 AS done",
    [userId, JSON.stringify(ids)],
  );
}
