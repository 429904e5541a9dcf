import type { Channel, NoticeChoice } from "@readroom/shared/domain/notices.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import type { PushTarget, VapidKeys } from "./ports.js";
import type { NoticeRow } from "./store.js";
import type { Executor } from "./store-people.js";

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

export const spokenKey = (userId: string, channel: string, kind: string): string => `${userId} ${channel} ${kind}`;

/** When each channel last spoke to these people, by spokenKey. */
export async function lastSpoken(executor: Executor, userIds: readonly string[]): Promise<Map<string, Instant>> {
  const rows = await rawRows<{ userId: string; channel: string; kind: string; at: Instant }>(
    executor,
    `SELECT user_id AS "userId", channel, kind, ${ms("at")} AS at FROM notice_spoken WHERE user_id = ANY ($1::uuid[])`,
    [userIds],
  );
  return new Map(rows.map(({ userId, channel, kind, at }) => [spokenKey(userId, channel, kind), at]));
}

export interface Spoken {
  readonly userId: string;
  readonly channel: Channel;
  readonly kind: string;
}

export async function noteSpoken(tx: Executor, spoken: readonly Spoken[], now: Instant): Promise<void> {
  const unique = [...new Map(spoken.map((one) => [spokenKey(one.userId, one.channel, one.kind), one])).values()];
  if (unique.length === 0) return;
  await rawRows(
    tx,
    `INSERT INTO notice_spoken (user_id, channel, kind, at)
     SELECT user_id, channel, kind, $2::timestamptz FROM jsonb_to_recordset($1::jsonb) AS r(user_id uuid, channel text, kind text)
     ON CONFLICT (user_id, channel, kind) DO UPDATE SET at = excluded.at RETURNING 1 AS done`,
    [JSON.stringify(unique.map(({ userId, channel, kind }) => ({ user_id: userId, channel, kind }))), new Date(now)],
  );
}

export interface NewDispatch {
  readonly noticeId: string | null;
  readonly userId: string;
  readonly channel: "push" | "mail";
  readonly kind: string;
  readonly urgent: boolean;
  readonly dueAt: Instant;
}

/** Into the durable queue, with the release itself: what is to leave, leaves also when the hub is killed right after. */
export async function queueDispatches(tx: Executor, dispatches: readonly NewDispatch[]): Promise<void> {
  if (dispatches.length === 0) return;
  const rows = dispatches.map(({ noticeId, userId, channel, kind, urgent, dueAt }) => ({
    ...{ notice_id: noticeId, user_id: userId, channel, kind, urgent },
    due_at: new Date(dueAt),
  }));
  await rawRows(
    tx,
    `INSERT INTO notice_dispatch (notice_id, user_id, channel, kind, urgent, due_at) SELECT notice_id, user_id, channel, kind, urgent, due_at
     FROM jsonb_to_recordset($1::jsonb) AS r(notice_id uuid, user_id uuid, channel text, kind text, urgent boolean, due_at timestamptz) RETURNING 1 AS done`,
    [JSON.stringify(rows)],
  );
}

export interface DueGroup {
  readonly userId: string;
  readonly channel: "push" | "mail";
  readonly kind: string;
}

export async function dueGroups(executor: Executor, now: Instant): Promise<DueGroup[]> {
  return rawRows<DueGroup>(
    executor,
    `SELECT user_id AS "userId", channel, kind FROM notice_dispatch WHERE state = 'waiting' AND due_at <= $1::timestamptz
     GROUP BY 1, 2, 3 ORDER BY min(due_at) LIMIT 50`,
    [new Date(now)],
  );
}

export interface QueuedDispatch {
  readonly dispatchId: string;
  readonly attempts: number;
  readonly notice: NoticeRow | null;
}

/** Everything that waits for this person on this channel about this kind: due or not, it leaves as one message. */
export async function lockGroup(tx: Executor, group: DueGroup): Promise<QueuedDispatch[]> {
  const rows = await rawRows<NoticeRow & { dispatchId: string; attempts: number; noticeId: string | null }>(
    tx,
    `SELECT d.id AS "dispatchId", d.attempts, n.id, d.user_id AS "userId", d.kind, n.subject, d.urgent, n.study_id AS "studyId", n.facts,
       n.state, ${ms("n.at")} AS at, ${ms("n.snoozed_until")} AS "snoozedUntil", d.notice_id AS "noticeId"
     FROM notice_dispatch d LEFT JOIN notice n ON n.id = d.notice_id
     WHERE d.state = 'waiting' AND d.user_id = $1::uuid AND d.channel = $2 AND d.kind = $3 ORDER BY n.at LIMIT 200 FOR UPDATE OF d SKIP LOCKED`,
    [group.userId, group.channel, group.kind],
  );
  return rows.map(({ dispatchId, attempts, noticeId, ...notice }) => ({
    ...{ dispatchId, attempts },
    notice: noticeId === null ? null : notice,
  }));
}

export async function setDispatches(
  executor: Executor,
  ids: readonly string[],
  to: { state: string; error?: string; dueAt?: Instant; now: Instant; attempted?: boolean },
): Promise<void> {
  if (ids.length === 0) return;
  await rawRows(
    executor,
    `UPDATE notice_dispatch SET state = $2, last_error = $3, due_at = coalesce($4::timestamptz, due_at), attempts = attempts + $5::int,
       sent_at = CASE WHEN $2 = 'sent' THEN $6::timestamptz ELSE sent_at END WHERE id = ANY ($1::uuid[]) RETURNING 1 AS done`,
    [
      ...[ids, to.state, (to.error ?? "").slice(0, 500), to.dueAt === undefined ? null : new Date(to.dueAt)],
      ...[to.attempted ? 1 : 0, new Date(to.now)],
    ],
  );
}

export async function forgetOldDispatches(executor: Executor, before: Instant): Promise<void> {
  await rawRows(
    executor,
    `WITH gone AS (DELETE FROM notice_dispatch WHERE state <> 'waiting' AND due_at < $1::timestamptz RETURNING 1),
       old AS (DELETE FROM notice WHERE state IN ('cleared', 'expired') AND expires_at < $1::timestamptz RETURNING 1) SELECT 1 AS done`,
    [new Date(before)],
  );
}

export interface Subscription extends PushTarget {
  readonly id: string;
  readonly userId: string;
  readonly device: string;
  readonly since: Instant;
}

export async function subscriptionsOf(executor: Executor, userIds: readonly string[]): Promise<Subscription[]> {
  return rawRows<Subscription>(
    executor,
    `SELECT id, user_id AS "userId", endpoint, keys, device, ${ms("created_at")} AS since FROM push_subscription WHERE user_id = ANY ($1::uuid[]) ORDER BY created_at`,
    [userIds],
  );
}

/** A browser that somebody else logs in to becomes theirs; at most ten devices a person, the oldest leaves. */
export async function saveSubscription(
  tx: Executor,
  userId: string,
  target: PushTarget,
  device: string,
): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO push_subscription (user_id, endpoint, keys, device) VALUES ($1::uuid, $2, $3::jsonb, $4)
     ON CONFLICT (endpoint) DO UPDATE SET user_id = excluded.user_id, keys = excluded.keys, device = excluded.device, created_at = now() RETURNING 1 AS done`,
    [userId, target.endpoint, JSON.stringify(target.keys), device.slice(0, 120)],
  );
  await rawRows(
    tx,
    `DELETE FROM push_subscription WHERE user_id = $1::uuid AND id NOT IN
       (SELECT id FROM push_subscription WHERE user_id = $1::uuid ORDER BY created_at DESC LIMIT 10) RETURNING 1 AS done`,
    [userId],
  );
}

export async function dropSubscription(executor: Executor, userId: string, endpoint: string): Promise<boolean> {
  const rows = await rawRows(
    executor,
    "DELETE FROM push_subscription WHERE user_id = $1::uuid AND endpoint = $2 RETURNING 1 AS done",
    [userId, endpoint],
  );
  return rows.length > 0;
}

export async function saveChoice(tx: Executor, userId: string, channels: NoticeChoice | null): Promise<void> {
  if (channels === null) {
    await rawRows(tx, "DELETE FROM notice_choice WHERE user_id = $1::uuid RETURNING 1 AS done", [userId]);
    return;
  }
  await rawRows(
    tx,
    `INSERT INTO notice_choice (user_id, channels) VALUES ($1::uuid, $2::jsonb)
     ON CONFLICT (user_id) DO UPDATE SET channels = excluded.channels, updated_at = now() RETURNING 1 AS done`,
    [userId, JSON.stringify(channels)],
  );
}

const VAPID = "notices.vapid";

/** The hub's push keys, made once: with others every subscription would have to be made anew. */
export async function vapidKeys(executor: Executor, make: () => Promise<VapidKeys>): Promise<VapidKeys> {
  const read = async () =>
    (await rawRows<{ value: VapidKeys }>(executor, "SELECT value FROM hub_state WHERE key = $1", [VAPID]))[0]?.value;
  const known = await read();
  if (known) return known;
  const made = await make();
  await rawRows(
    executor,
    "INSERT INTO hub_state (key, value, updated_at) VALUES ($1, $2::jsonb, now()) ON CONFLICT (key) DO NOTHING RETURNING 1 AS done",
    [VAPID, JSON.stringify(made)],
  );
  return (await read()) ?? made;
}

export interface SiteText {
  readonly id: string;
  readonly organisationId: string;
  readonly name: string;
  readonly outsideText: "none" | "procedure";
}

/** hospitalIds null: every hospital. */
export async function siteTexts(executor: Executor, hospitalIds: readonly string[] | null): Promise<SiteText[]> {
  return rawRows<SiteText>(
    executor,
    `SELECT t.id, t.organisation_id AS "organisationId", t.name, coalesce(x.outside_text, 'none') AS "outsideText"
     FROM site t LEFT JOIN notice_site x ON x.site_id = t.id WHERE $1::uuid[] IS NULL OR t.organisation_id = ANY ($1::uuid[]) ORDER BY t.name, t.id`,
    [hospitalIds],
  );
}

export async function saveSiteText(tx: Executor, siteId: string, outsideText: string): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO notice_site (site_id, outside_text) VALUES ($1::uuid, $2)
     ON CONFLICT (site_id) DO UPDATE SET outside_text = excluded.outside_text RETURNING 1 AS done`,
    [siteId, outsideText],
  );
}
