import { OpeningHours } from "@readroom/shared/domain/roster/pools.js";
import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store-readers.js";

export interface StoredPool {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly subspecialties: string[];
  readonly fallbackPoolId: string | null;
  readonly openingHours: OpeningHours[];
  /** The pool's own zone, else the group's. */
  readonly timeZone: string;
  readonly memberIds: string[];
  readonly openStudies: number;
}

export async function pools(executor: Executor, groupId: string): Promise<StoredPool[]> {
  const rows = await rawRows<StoredPool & { openingHours: unknown }>(
    executor,
    `SELECT p.id, p.code, p.name, p.subspecialties, p.fallback_pool_id AS "fallbackPoolId", p.opening_hours AS "openingHours",
       coalesce(p.time_zone, g.time_zone) AS "timeZone",
       coalesce((SELECT jsonb_agg(m.user_id) FROM pool_member m WHERE m.pool_id = p.id), '[]') AS "memberIds",
       (SELECT count(*)::int FROM study s WHERE s.pool_id = p.id AND s.report_state IN ('none', 'draft', 'preliminary')) AS "openStudies"
     FROM pool p JOIN organisation g ON g.id = p.group_id WHERE p.group_id = $1::uuid ORDER BY p.name, p.id`,
    [groupId],
  );
  return rows.map((row) => ({ ...row, openingHours: OpeningHours.array().parse(row.openingHours) }));
}

export interface PoolToWrite {
  readonly code: string;
  readonly name: string;
  readonly subspecialties: readonly string[];
  readonly fallbackPoolId: string | null;
  readonly openingHours: readonly OpeningHours[];
  readonly timeZone: string | null;
}

/** The pool's id; null where the group has another pool with the code. */
export async function savePool(
  tx: Executor,
  groupId: string,
  pool: PoolToWrite,
  id: string | null,
): Promise<string | null> {
  const values = [
    ...[groupId, pool.code, pool.name, pool.subspecialties, pool.fallbackPoolId],
    ...[JSON.stringify(pool.openingHours), pool.timeZone],
  ];
  const taken = await rawRows(
    tx,
    "SELECT 1 AS taken FROM pool WHERE group_id = $1::uuid AND upper(code) = upper($2) AND ($3::uuid IS NULL OR id <> $3::uuid)",
    [groupId, pool.code, id],
  );
  if (taken.length > 0) return null;
  const rows = await rawRows<{ id: string }>(
    tx,
    id
      ? `UPDATE pool SET code = $2, name = $3, subspecialties = $4::text[], fallback_pool_id = $5::uuid, opening_hours = $6::jsonb, time_zone = $7
         WHERE id = $8::uuid AND group_id = $1::uuid RETURNING id`
      : `INSERT INTO pool (group_id, code, name, subspecialties, fallback_pool_id, opening_hours, time_zone)
         VALUES ($1::uuid, $2, $3, $4::text[], $5::uuid, $6::jsonb, $7) RETURNING id`,
    id ? [...values, id] : values,
  );
  return rows[0]?.id ?? null;
}

/** Replaces the members by those of the named people who belong to the group. */
export async function setMembers(
  tx: Executor,
  groupId: string,
  poolId: string,
  userIds: readonly string[],
): Promise<void> {
  await rawRows(tx, "DELETE FROM pool_member WHERE pool_id = $1::uuid RETURNING 1 AS done", [poolId]);
  await rawRows(
    tx,
    `INSERT INTO pool_member (pool_id, user_id) SELECT $1::uuid, u.id FROM user_account u
     WHERE u.organisation_id = $2::uuid AND u.id = ANY ($3::uuid[]) RETURNING 1 AS done`,
    [poolId, groupId, userIds],
  );
}

export async function deletePool(tx: Executor, id: string): Promise<void> {
  await rawRows(tx, "DELETE FROM pool WHERE id = $1::uuid RETURNING 1 AS done", [id]);
}

/** Changes of a group's pools queue up: two that are fine alone could close a ring of fall-backs together. */
export async function lockPools(tx: Executor, groupId: string): Promise<void> {
  await rawRows(tx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 7272))::text", [`pools:${groupId}`]);
}
