import type { Reader } from "@readroom/shared/domain/eligibility.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";

export type Executor = Tx | pg.Pool | pg.PoolClient;

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

export interface PoolRow {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly subspecialties: readonly string[];
  readonly fallbackPoolId: string | null;
}

export async function poolsOf(executor: Executor, groupId: string): Promise<PoolRow[]> {
  return rawRows<PoolRow>(
    executor,
    `SELECT id, code, name, subspecialties, fallback_pool_id AS "fallbackPoolId" FROM pool WHERE group_id = $1::uuid ORDER BY code`,
    [groupId],
  );
}

export interface GroupReader {
  readonly userId: string;
  readonly name: string;
  readonly shortName: string;
  readonly title: string;
  readonly colour: string;
  readonly scope: Reader;
}

/** A group's readers with everything that eligibility depends on at `now`; one of them where userId is given. Disabled accounts are left out. */
export async function groupReaders(
  executor: Executor,
  groupId: string,
  now: Instant,
  userId: string | null = null,
): Promise<GroupReader[]> {
  const span = (alias: string) => `'validFrom', ${ms(`${alias}.valid_from`)}, 'validTo', ${ms(`${alias}.valid_to`)}`;
  return rawRows<GroupReader>(
    executor,
    `SELECT u.id AS "userId", u.display_name AS name, u.short_name AS "shortName", u.title, u.colour, jsonb_build_object(
       'subspecialties', p.subspecialties, 'readTypes', p.read_types, 'onBreak', p.on_break_since IS NOT NULL,
       'poolIds', coalesce((SELECT jsonb_agg(m.pool_id) FROM pool_member m WHERE m.user_id = u.id), '[]'),
       'jurisdictions', coalesce((SELECT jsonb_agg(jsonb_build_object('code', l.jurisdiction, ${span("l")})) FROM licence l WHERE l.user_id = u.id), '[]'),
       'privileges', coalesce((SELECT jsonb_agg(jsonb_build_object('siteId', v.site_id, 'readTypes', v.read_types, ${span("v")}))
         FROM privilege v WHERE v.user_id = u.id), '[]'),
       'shift', (SELECT jsonb_build_object('startsAt', ${ms("s.starts_at")}, 'endsAt', ${ms("s.ends_at")}) FROM shift s
         WHERE s.user_id = u.id AND s.starts_at <= $2::timestamptz AND s.ends_at > $2::timestamptz ORDER BY s.ends_at DESC LIMIT 1)
     ) AS scope
     FROM reader_profile p JOIN user_account u ON u.id = p.user_id
     WHERE u.organisation_id = $1::uuid AND u.disabled_at IS NULL AND ($3::uuid IS NULL OR u.id = $3::uuid)
     ORDER BY u.display_name, u.id`,
    [groupId, new Date(now), userId],
  );
}
