import type { ClockSample } from "@readroom/shared/domain/clock-skew.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";
import { ms } from "./store.js";

type Reader = Tx | pg.PoolClient | pg.Pool;

/** What an estimate stands on: a device's newest comparisons. */
const NEWEST = 200;
const KEPT_DAYS = 14;

export async function addSample(
  tx: Reader,
  siteId: string,
  device: string,
  sample: ClockSample,
  at: Instant,
): Promise<void> {
  await rawRows(
    tx,
    "INSERT INTO clock_sample (site_id, device, kind, behind_ms, at) VALUES ($1::uuid, $2, $3, $4::bigint, $5::timestamptz) RETURNING 1 AS done",
    [siteId, device, sample.kind, Math.round(sample.behindMs), new Date(at)],
  );
}

export async function samplesOf(db: Reader, siteId: string, device: string): Promise<ClockSample[]> {
  return rawRows<ClockSample>(
    db,
    `SELECT kind, behind_ms::float8 AS "behindMs" FROM clock_sample WHERE site_id = $1::uuid AND device = $2 ORDER BY at DESC LIMIT ${NEWEST}`,
    [siteId, device],
  );
}

export async function saveEstimate(
  tx: Reader,
  siteId: string,
  device: string,
  estimate: { samples: number; aheadMs: number; spreadMs: number; flagged: boolean },
  now: Instant,
): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO device_clock (site_id, device, samples, ahead_ms, spread_ms, flagged_since, updated_at)
     VALUES ($1::uuid, $2, $3::int, $4::bigint, $5::bigint, CASE WHEN $6::boolean THEN $7::timestamptz END, $7::timestamptz)
     ON CONFLICT (site_id, device) DO UPDATE SET samples = excluded.samples, ahead_ms = excluded.ahead_ms, spread_ms = excluded.spread_ms,
       flagged_since = CASE WHEN $6::boolean THEN coalesce(device_clock.flagged_since, $7::timestamptz) END, updated_at = excluded.updated_at
     RETURNING 1 AS done`,
    [
      siteId,
      device,
      estimate.samples,
      Math.round(estimate.aheadMs),
      Math.round(estimate.spreadMs),
      estimate.flagged,
      new Date(now),
    ],
  );
}

export async function forgetOldSamples(db: pg.Pool, now: Instant): Promise<void> {
  await db.query(`DELETE FROM clock_sample WHERE at < $1::timestamptz - make_interval(days => ${KEPT_DAYS})`, [
    new Date(now),
  ]);
}

export interface DeviceClockRow {
  readonly siteId: string;
  readonly site: string;
  readonly device: string;
  readonly samples: number;
  readonly aheadMs: number;
  readonly spreadMs: number;
  readonly flaggedSince: Instant | null;
  readonly updatedAt: Instant;
}

/** hospitalIds null: of every hospital. */
export async function deviceClocks(
  db: Reader,
  hospitalIds: readonly string[] | null,
  siteIds: readonly string[] | null,
): Promise<DeviceClockRow[]> {
  return rawRows<DeviceClockRow>(
    db,
    `SELECT d.site_id AS "siteId", t.name AS site, d.device, d.samples, d.ahead_ms::float8 AS "aheadMs", d.spread_ms::float8 AS "spreadMs",
       ${ms("d.flagged_since")} AS "flaggedSince", ${ms("d.updated_at")} AS "updatedAt"
     FROM device_clock d JOIN site t ON t.id = d.site_id
     WHERE ($1::uuid[] IS NULL OR t.organisation_id = ANY ($1::uuid[])) AND ($2::uuid[] IS NULL OR t.id = ANY ($2::uuid[]))
     ORDER BY (d.flagged_since IS NULL), abs(d.ahead_ms) DESC, t.name, d.device LIMIT 500`,
    [hospitalIds, siteIds],
  );
}

export interface MessageTime {
  readonly siteId: string;
  readonly sender: string;
  readonly head: string;
  readonly timeZone: string;
  readonly at: Instant;
}

/** Headers of messages that came in after `since`, oldest first; MSH-7 is in the first segment. */
export async function messagesSince(db: Reader, since: Instant, limit: number): Promise<MessageTime[]> {
  return rawRows<MessageTime>(
    db,
    `SELECT m.site_id AS "siteId", m.sender, convert_from(substring(m.raw FROM 1 FOR 400), 'LATIN1') AS head, t.time_zone AS "timeZone", ${ms("m.at")} AS at
     FROM hl7_message m JOIN site t ON t.id = m.site_id WHERE m.direction = 'in' AND m.at > $1::timestamptz ORDER BY m.at LIMIT $2::int`,
    [new Date(since), limit],
  );
}

export async function siteOf(db: Reader, siteId: string): Promise<{ timeZone: string; organisationId: string } | null> {
  const rows = await rawRows<{ timeZone: string; organisationId: string }>(
    db,
    'SELECT time_zone AS "timeZone", organisation_id AS "organisationId" FROM site WHERE id = $1::uuid',
    [siteId],
  );
  return rows[0] ?? null;
}

const CURSOR = "clocks.messages";

export async function messageCursor(db: pg.Pool): Promise<Instant | null> {
  const { rows } = await db.query<{ value: unknown }>("SELECT value FROM hub_state WHERE key = $1", [CURSOR]);
  return typeof rows[0]?.value === "number" ? rows[0].value : null;
}

export async function setMessageCursor(tx: Reader, at: Instant): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO hub_state (key, value, updated_at) VALUES ($1, to_jsonb($2::float8), now())
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now() RETURNING 1 AS done`,
    [CURSOR, at],
  );
}
