import type { Fatigue, Reader } from "@readroom/shared/domain/eligibility.js";
import { isOpen, OpeningHours, opensNext } from "@readroom/shared/domain/roster/pools.js";
import { RVU_BY_MODALITY, RVU_OTHERWISE } from "@readroom/shared/domain/roster/rvu.js";
import { hoursInLastDay, type Span } from "@readroom/shared/domain/roster/shifts.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";

export type Executor = Tx | pg.Pool | pg.PoolClient;

export const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

export interface PoolRow {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly subspecialties: readonly string[];
  readonly fallbackPoolId: string | null;
  /** A closed pool's studies go along its fall-back. True where the pool has no opening hours, and where `now` was left out. */
  readonly openNow: boolean;
  /** When a closed pool opens next; null where it is open. */
  readonly opensAt: Instant | null;
}

/** A group's pools by code. `now` decides which of them are open. */
export async function poolsOf(executor: Executor, groupId: string, now?: Instant): Promise<PoolRow[]> {
  const rows = await rawRows<Omit<PoolRow, "openNow" | "opensAt"> & { openingHours: unknown; timeZone: string }>(
    executor,
    `SELECT p.id, p.code, p.name, p.subspecialties, p.fallback_pool_id AS "fallbackPoolId", p.opening_hours AS "openingHours",
       coalesce(p.time_zone, g.time_zone) AS "timeZone"
     FROM pool p JOIN organisation g ON g.id = p.group_id WHERE p.group_id = $1::uuid ORDER BY p.code`,
    [groupId],
  );
  return rows.map(({ openingHours, timeZone, ...pool }) => {
    const hours = OpeningHours.array().parse(openingHours);
    const judged = now !== undefined && hours.length > 0;
    return {
      ...pool,
      openNow: judged ? isOpen(hours, timeZone, now) : true,
      opensAt: judged ? opensNext(hours, timeZone, now) : null,
    };
  });
}

export interface GroupReader {
  readonly userId: string;
  readonly name: string;
  readonly shortName: string;
  readonly title: string;
  readonly colour: string;
  readonly scope: Reader;
}

type Limits = Omit<Fatigue, "hours"> & { readonly spans: readonly Span[] };
type StoredReader = Omit<GroupReader, "scope"> & { readonly scope: Reader & { readonly limits: Limits | null } };

/** A group's readers with everything that eligibility depends on at `now`; one of them where userId is given. Disabled accounts are left out. */
export async function groupReaders(
  executor: Executor,
  groupId: string,
  now: Instant,
  userId: string | null = null,
): Promise<GroupReader[]> {
  const rows = await rawRows<StoredReader>(executor, READERS, [groupId, new Date(now), userId]);
  return rows.map(({ scope: { limits, ...scope }, ...reader }) => ({
    ...reader,
    scope: { ...scope, fatigue: limits && fatigueOf(limits, now) },
  }));
}

const fatigueOf = ({ spans, ...limits }: Limits, now: Instant): Fatigue => ({
  ...limits,
  hours: hoursInLastDay(spans, now),
});

/** The first instant after a credential's last day is stored; its last day in words is the day before, where its days are counted. */
const validity = (alias: string): string =>
  `'validFrom', ${ms(`${alias}.valid_from`)}, 'validTo', ${ms(`${alias}.valid_to`)},
   'lastDay', to_char((${alias}.valid_to - interval '1 millisecond') AT TIME ZONE coalesce(${alias}.time_zone, o.time_zone), 'YYYY-MM-DD')`;

const current = (kind: string): string =>
  `(SELECT jsonb_build_object('startsAt', ${ms("s.starts_at")}, 'endsAt', ${ms("s.ends_at")}) FROM shift s
     WHERE s.user_id = u.id AND s.kind = '${kind}' AND s.starts_at <= $2::timestamptz AND s.ends_at > $2::timestamptz
     ORDER BY s.ends_at DESC LIMIT 1)`;

const STUDY_RVU = `coalesce((SELECT max(CASE m ${Object.entries(RVU_BY_MODALITY)
  .map(([modality, rvu]) => `WHEN '${modality}' THEN ${rvu}`)
  .join(" ")} ELSE ${RVU_OTHERWISE} END) FROM unnest(st.modalities) m), ${RVU_OTHERWISE})`;

/** Each study once, however many versions were signed. Asked only of readers with a limit. */
const RVU_THIS_SHIFT = `CASE WHEN p.max_rvu_per_shift IS NULL THEN 0 ELSE coalesce((SELECT sum(${STUDY_RVU}) FROM study st WHERE st.id IN (
  SELECT v.study_id FROM report_version v WHERE v.signed_by = u.id AND v.signed_at >= coalesce((SELECT min(s.starts_at) FROM shift s
    WHERE s.user_id = u.id AND s.starts_at <= $2::timestamptz AND s.ends_at > $2::timestamptz), $2::timestamptz) AND v.signed_at <= $2::timestamptz)), 0) END`;

const LIMITS = `CASE WHEN p.max_hours_in_day IS NULL AND p.max_rvu_per_shift IS NULL THEN NULL ELSE jsonb_build_object(
  'maxHours', p.max_hours_in_day, 'maxRvu', p.max_rvu_per_shift, 'rvu', ${RVU_THIS_SHIFT},
  'spans', coalesce((SELECT jsonb_agg(jsonb_build_object('startsAt', ${ms("s.starts_at")}, 'endsAt', ${ms("s.ends_at")})) FROM shift s
    WHERE s.user_id = u.id AND s.kind = 'shift' AND s.starts_at < $2::timestamptz AND s.ends_at > $2::timestamptz - interval '24 hours'), '[]')) END`;

const READERS = `SELECT u.id AS "userId", u.display_name AS name, u.short_name AS "shortName", u.title, u.colour, jsonb_build_object(
    'userId', u.id, 'subspecialties', p.subspecialties, 'readTypes', p.read_types, 'onBreak', p.on_break_since IS NOT NULL,
    'poolIds', coalesce((SELECT jsonb_agg(m.pool_id) FROM pool_member m WHERE m.user_id = u.id), '[]'),
    'jurisdictions', coalesce((SELECT jsonb_agg(jsonb_build_object('code', l.jurisdiction, ${validity("l")})) FROM licence l WHERE l.user_id = u.id), '[]'),
    'privileges', coalesce((SELECT jsonb_agg(jsonb_build_object('siteId', v.site_id, 'readTypes', v.read_types, ${validity("v")}))
      FROM privilege v WHERE v.user_id = u.id), '[]'),
    'shift', ${current("shift")}, 'onCall', ${current("on_call")}, 'limits', ${LIMITS}
  ) AS scope
  FROM reader_profile p JOIN user_account u ON u.id = p.user_id JOIN organisation o ON o.id = u.organisation_id
  WHERE u.organisation_id = $1::uuid AND u.disabled_at IS NULL AND ($3::uuid IS NULL OR u.id = $3::uuid)
  ORDER BY u.display_name, u.id`;
