import type { RequestView } from "@readroom/shared/contract/http/roster.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import { type Executor, ms } from "./store-readers.js";

export interface RequestRow extends RequestView {
  readonly groupId: string;
  readonly state: "proposed" | "done" | "declined" | "withdrawn";
}

const shift = (alias: string): string =>
  `jsonb_build_object('id', ${alias}.id, 'userId', ${alias}.user_id, 'kind', ${alias}.kind, 'startsAt', ${ms(`${alias}.starts_at`)},
    'endsAt', ${ms(`${alias}.ends_at`)}, 'timeZone', coalesce(${alias}.time_zone, g.time_zone), 'patternId', ${alias}.pattern_id)`;

const REQUEST = `SELECT r.id, CASE WHEN r.other_shift_id IS NULL THEN 'cover' ELSE 'swap' END AS kind, r.group_id AS "groupId", r.state,
  ${shift("s")} AS shift, CASE WHEN x.id IS NULL THEN NULL ELSE ${shift("x")} END AS other, r.from_user_id AS "fromUserId", f.display_name AS "fromName",
  r.to_user_id AS "toUserId", t.display_name AS "toName", r.note, ${ms("r.created_at")} AS "createdAt"
  FROM shift_request r JOIN shift s ON s.id = r.shift_id LEFT JOIN shift x ON x.id = r.other_shift_id JOIN organisation g ON g.id = r.group_id
  JOIN user_account f ON f.id = r.from_user_id LEFT JOIN user_account t ON t.id = r.to_user_id`;

/** Requests that wait for an answer and can still get one; userId: those that this person made or may accept. */
export async function openRequests(
  executor: Executor,
  groupId: string,
  now: Instant,
  userId: string | null = null,
): Promise<RequestRow[]> {
  return rawRows<RequestRow>(
    executor,
    `${REQUEST} WHERE r.group_id = $1::uuid AND r.state = 'proposed' AND s.starts_at > $2::timestamptz
       AND ($3::uuid IS NULL OR r.from_user_id = $3::uuid OR r.to_user_id IS NULL OR r.to_user_id = $3::uuid) ORDER BY s.starts_at, r.id`,
    [groupId, new Date(now), userId],
  );
}

/** Takes the request's row for this transaction: two who accept at once queue up. */
export async function lockRequest(tx: Executor, groupId: string, id: string): Promise<RequestRow | null> {
  const rows = await rawRows<RequestRow>(
    tx,
    `${REQUEST} WHERE r.id = $2::uuid AND r.group_id = $1::uuid FOR UPDATE OF r`,
    [groupId, id],
  );
  return rows[0] ?? null;
}

export interface RequestToWrite {
  readonly groupId: string;
  readonly shiftId: string;
  readonly otherShiftId: string | null;
  readonly fromUserId: string;
  readonly toUserId: string | null;
  readonly note: string;
}

export async function insertRequest(tx: Executor, one: RequestToWrite): Promise<string> {
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO shift_request (group_id, shift_id, other_shift_id, from_user_id, to_user_id, note)
     VALUES ($1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6) RETURNING id`,
    [one.groupId, one.shiftId, one.otherShiftId, one.fromUserId, one.toUserId, one.note],
  );
  return rows[0]?.id ?? "";
}

export async function settleRequest(
  tx: Executor,
  id: string,
  state: string,
  by: string | null,
  at: Instant,
): Promise<void> {
  await rawRows(
    tx,
    "UPDATE shift_request SET state = $2, settled_by = $3::uuid, settled_at = $4::timestamptz WHERE id = $1::uuid RETURNING 1 AS done",
    [id, state, by, new Date(at)],
  );
}

/** Other requests about shifts that have changed hands are moot. */
export async function dropRequestsOn(tx: Executor, shiftIds: readonly string[], at: Instant): Promise<void> {
  await rawRows(
    tx,
    `UPDATE shift_request SET state = 'withdrawn', settled_at = $2::timestamptz
     WHERE state = 'proposed' AND (shift_id = ANY ($1::uuid[]) OR other_shift_id = ANY ($1::uuid[])) RETURNING 1 AS done`,
    [shiftIds, new Date(at)],
  );
}
