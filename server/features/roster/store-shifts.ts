import type { ShiftView } from "@readroom/shared/contract/http/roster.js";
import type { ShiftKind, ShiftPattern } from "@readroom/shared/domain/roster/pattern.js";
import type { Span } from "@readroom/shared/domain/roster/shifts.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import { type Executor, ms } from "./store-readers.js";

/** Changes of one person's shifts queue up here: an overlap can't slip between a look and a write. In id order, so that nobody waits in a ring. */
export async function lockPeople(tx: Executor, userIds: readonly string[]): Promise<void> {
  for (const id of [...new Set(userIds)].sort())
    await rawRows(tx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 7271))::text", [`shift:${id}`]);
}

export async function personOf(
  executor: Executor,
  groupId: string,
  userId: string,
): Promise<{ id: string; name: string } | null> {
  const rows = await rawRows<{ id: string; name: string }>(
    executor,
    "SELECT id, display_name AS name FROM user_account WHERE id = $1::uuid AND organisation_id = $2::uuid AND disabled_at IS NULL",
    [userId, groupId],
  );
  return rows[0] ?? null;
}

const SHIFT = `SELECT s.id, s.user_id AS "userId", s.kind, ${ms("s.starts_at")} AS "startsAt", ${ms("s.ends_at")} AS "endsAt",
  coalesce(s.time_zone, o.time_zone) AS "timeZone", s.pattern_id AS "patternId", s.pattern_day AS "patternDay"
  FROM shift s JOIN user_account u ON u.id = s.user_id JOIN organisation o ON o.id = u.organisation_id`;

export type ShiftRow = ShiftView & { readonly patternDay: string | null };

export async function shiftsOf(
  executor: Executor,
  groupId: string,
  from: Instant,
  to: Instant,
  userId: string | null = null,
): Promise<ShiftRow[]> {
  return rawRows<ShiftRow>(
    executor,
    `${SHIFT} WHERE u.organisation_id = $1::uuid AND u.disabled_at IS NULL AND s.starts_at < $3::timestamptz AND s.ends_at > $2::timestamptz
       AND ($4::uuid IS NULL OR u.id = $4::uuid) ORDER BY s.starts_at, s.id`,
    [groupId, new Date(from), new Date(to), userId],
  );
}

export async function shiftById(executor: Executor, groupId: string, id: string): Promise<ShiftRow | null> {
  const rows = await rawRows<ShiftRow>(executor, `${SHIFT} WHERE s.id = $2::uuid AND u.organisation_id = $1::uuid`, [
    groupId,
    id,
  ]);
  return rows[0] ?? null;
}

/** One person's spans that have not ended, without some shifts. */
export async function spansOf(
  executor: Executor,
  userId: string,
  from: Instant,
  without: readonly string[] = [],
): Promise<Span[]> {
  return rawRows<Span>(
    executor,
    `SELECT ${ms("starts_at")} AS "startsAt", ${ms("ends_at")} AS "endsAt" FROM shift
     WHERE user_id = $1::uuid AND ends_at > $2::timestamptz AND NOT (id = ANY ($3::uuid[])) ORDER BY starts_at`,
    [userId, new Date(from), without],
  );
}

export interface ShiftToWrite extends Span {
  readonly userId: string;
  readonly kind: ShiftKind;
  readonly timeZone: string;
  readonly patternId: string | null;
  readonly patternDay: string | null;
}

/** The new shift's id; null where another of the person's is in the way, or the pattern's day is laid out already. */
export async function insertShift(tx: Executor, shift: ShiftToWrite): Promise<string | null> {
  const { userId, kind, timeZone, patternId, patternDay } = shift;
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO shift (user_id, starts_at, ends_at, kind, pattern_id, pattern_day, time_zone)
     SELECT $1::uuid, $2::timestamptz, $3::timestamptz, $4, $5::uuid, $6, $7
     WHERE NOT EXISTS (SELECT 1 FROM shift s WHERE s.user_id = $1::uuid AND s.starts_at < $3::timestamptz AND s.ends_at > $2::timestamptz)
     ON CONFLICT (pattern_id, pattern_day) DO NOTHING RETURNING id`,
    [userId, new Date(shift.startsAt), new Date(shift.endsAt), kind, patternId, patternDay, timeZone],
  );
  return rows[0]?.id ?? null;
}

export async function giveShift(tx: Executor, id: string, userId: string): Promise<void> {
  await rawRows(tx, "UPDATE shift SET user_id = $2::uuid WHERE id = $1::uuid RETURNING 1 AS done", [id, userId]);
}

export async function endShift(tx: Executor, id: string, at: Instant): Promise<void> {
  await rawRows(tx, "UPDATE shift SET ends_at = $2::timestamptz WHERE id = $1::uuid RETURNING 1 AS done", [
    id,
    new Date(at),
  ]);
}

export async function deleteShift(tx: Executor, id: string): Promise<void> {
  await rawRows(tx, "DELETE FROM shift WHERE id = $1::uuid RETURNING 1 AS done", [id]);
}

export type PatternRow = ShiftPattern & {
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly groupId: string;
  readonly skipped: { day: string; reason: string }[];
};

const PATTERN = `SELECT p.id, p.user_id AS "userId", u.display_name AS name, u.organisation_id AS "groupId", p.kind, p.weekdays, p.every_weeks AS "everyWeeks",
  p.starts, p.ends, p.time_zone AS "timeZone", p.from_day AS "from", p.until_day AS until,
  coalesce((SELECT jsonb_agg(jsonb_build_object('day', k.day, 'reason', k.reason) ORDER BY k.day) FROM shift_skip k WHERE k.pattern_id = p.id), '[]') AS skipped
  FROM shift_pattern p JOIN user_account u ON u.id = p.user_id`;

/** Patterns that still lay out shifts on or after `day`; groupId or userId null: of all. */
export async function patternsOf(
  executor: Executor,
  groupId: string | null,
  day: string,
  userId: string | null = null,
): Promise<PatternRow[]> {
  return rawRows<PatternRow>(
    executor,
    `${PATTERN} WHERE u.disabled_at IS NULL AND ($1::uuid IS NULL OR u.organisation_id = $1::uuid) AND ($3::uuid IS NULL OR u.id = $3::uuid)
       AND (p.until_day IS NULL OR p.until_day >= $2) ORDER BY u.display_name, p.from_day, p.id`,
    [groupId, day, userId],
  );
}

export async function patternById(executor: Executor, groupId: string, id: string): Promise<PatternRow | null> {
  const rows = await rawRows<PatternRow>(
    executor,
    `${PATTERN} WHERE p.id = $2::uuid AND u.organisation_id = $1::uuid`,
    [groupId, id],
  );
  return rows[0] ?? null;
}

export async function insertPattern(tx: Executor, userId: string, one: ShiftPattern): Promise<string> {
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO shift_pattern (user_id, kind, weekdays, every_weeks, starts, ends, time_zone, from_day, until_day)
     VALUES ($1::uuid, $2, $3::int[], $4::int, $5, $6, $7, $8, $9) RETURNING id`,
    [userId, one.kind, one.weekdays, one.everyWeeks, one.starts, one.ends, one.timeZone, one.from, one.until],
  );
  return rows[0]?.id ?? "";
}

/** Ends a pattern with `lastDay`; shifts of later days that have not begun go, but for those that somebody else has taken. */
export async function endPattern(tx: Executor, id: string, lastDay: string, now: Instant): Promise<void> {
  await rawRows(tx, "UPDATE shift_pattern SET until_day = $2 WHERE id = $1::uuid RETURNING 1 AS done", [id, lastDay]);
  await rawRows(
    tx,
    `DELETE FROM shift s USING shift_pattern p WHERE p.id = $1::uuid AND s.pattern_id = p.id AND s.user_id = p.user_id
       AND s.pattern_day > $2 AND s.starts_at > $3::timestamptz RETURNING 1 AS done`,
    [id, lastDay, new Date(now)],
  );
}

export async function skipDay(tx: Executor, patternId: string, day: string, reason: string): Promise<void> {
  await rawRows(
    tx,
    "INSERT INTO shift_skip (pattern_id, day, reason) VALUES ($1::uuid, $2, $3) ON CONFLICT DO NOTHING RETURNING 1 AS done",
    [patternId, day, reason],
  );
}

/** Days of a pattern that are laid out, whoever has the shift now. */
export async function laidOut(executor: Executor, patternId: string): Promise<Set<string>> {
  const rows = await rawRows<{ day: string }>(
    executor,
    "SELECT pattern_day AS day FROM shift WHERE pattern_id = $1::uuid",
    [patternId],
  );
  return new Set(rows.map(({ day }) => day));
}
