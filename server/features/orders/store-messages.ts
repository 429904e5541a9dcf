import { createHash } from "node:crypto";
import { readPageEnd } from "@readroom/shared/contract/http/page.js";
import type pg from "pg";

export interface MessageRow {
  readonly id: string;
  readonly direction: "in" | "out";
  readonly organisationId: string | null;
  readonly siteId: string | null;
  readonly siteName: string | null;
  readonly sender: string;
  readonly controlId: string;
  readonly messageType: string;
  readonly version: string;
  readonly raw: Buffer;
  readonly state: "received" | "accepted" | "failed" | "rejected" | "sent";
  readonly reason: string;
  readonly reply: Buffer | null;
  readonly peer: string;
  readonly at: Date;
  readonly settledAt: Date | null;
  readonly bytes: number;
}

export interface NewMessage {
  readonly id: string;
  readonly organisationId: string | null;
  readonly siteId: string | null;
  readonly sender: string;
  readonly controlId: string;
  readonly messageType: string;
  readonly version: string;
  readonly raw: Uint8Array;
  readonly digest: string;
  readonly state: "accepted" | "failed" | "rejected";
  readonly reason: string;
  readonly reply: Uint8Array | null;
  readonly peer: string;
  readonly at: Date;
}

/** A message of nobody is kept for its header and to show what came; not sixteen megabytes of it. */
const STRANGER_BYTES = 64 * 1024;

export async function insertMessage(client: pg.PoolClient | pg.Pool, message: NewMessage): Promise<void> {
  const raw = message.siteId === null ? message.raw.subarray(0, STRANGER_BYTES) : message.raw;
  await client.query(
    `INSERT INTO hl7_message (id, direction, organisation_id, site_id, sender, control_id, message_type, version, raw, digest, state, reason, reply, peer, at, settled_at)
     VALUES ($1, 'in', $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14)`,
    [
      message.id,
      message.organisationId,
      message.siteId,
      message.sender,
      message.controlId,
      message.messageType,
      message.version,
      Buffer.from(raw),
      message.digest,
      message.state,
      message.reason.slice(0, 2000),
      message.reply === null ? null : Buffer.from(message.reply),
      message.peer,
      message.at,
    ],
  );
}

/** Serialises messages of one sender and control id, so that a resend beside its original waits for the original's outcome. */
export async function lockMessage(client: pg.PoolClient, sender: string, controlId: string): Promise<void> {
  await client.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 7272))", [`${sender}\n${controlId}`]);
}

/** Earlier inbound messages of this sender with this control id: whether the very same was accepted, and whether the id was used for another. */
export async function earlierMessages(
  client: pg.PoolClient,
  sender: string,
  controlId: string,
  digest: string,
): Promise<{ same: { id: string; settledAt: Date } | undefined; reused: boolean }> {
  const { rows } = await client.query<{ id: string; settledAt: Date; same: boolean; state: string }>(
    `SELECT id, settled_at AS "settledAt", digest = $3 AS same, state FROM hl7_message
     WHERE direction = 'in' AND sender = $1 AND control_id = $2 ORDER BY at DESC LIMIT 50`,
    [sender, controlId, digest],
  );
  return { same: rows.find((row) => row.same && row.state === "accepted"), reused: rows.some((row) => !row.same) };
}

const COLUMNS = `m.id, m.direction, m.organisation_id AS "organisationId", m.site_id AS "siteId", s.name AS "siteName", m.sender, m.control_id AS "controlId",
  m.message_type AS "messageType", m.version, m.state, m.reason, m.peer, m.at, m.settled_at AS "settledAt", octet_length(m.raw) AS bytes`;

/** null hospitals: all, and the messages of unknown senders with them. */
export async function listMessages(
  pool: pg.Pool,
  filter: {
    hospitals: readonly string[] | null;
    sites: readonly string[] | null;
    strangers: boolean;
    direction?: string | undefined;
    state?: string | undefined;
    siteId?: string | undefined;
    before?: string | undefined;
    limit: number;
  },
): Promise<Omit<MessageRow, "raw" | "reply">[]> {
  const before = readPageEnd(filter.before);
  const { rows } = await pool.query<Omit<MessageRow, "raw" | "reply">>(
    `SELECT ${COLUMNS} FROM hl7_message m LEFT JOIN site s ON s.id = m.site_id
     WHERE ((m.organisation_id IS NULL AND $1) OR (m.organisation_id IS NOT NULL AND ($2::text[] IS NULL OR m.organisation_id::text = ANY($2))))
       AND ($3::text[] IS NULL OR m.site_id::text = ANY($3)) AND ($4::text IS NULL OR m.direction = $4) AND ($5::text IS NULL OR m.state = $5)
       AND ($6::text IS NULL OR m.site_id::text = $6) AND ($7::timestamptz IS NULL OR (m.at, m.id) < ($7, $9::uuid))
     ORDER BY m.at DESC, m.id DESC LIMIT $8`,
    [
      filter.strangers,
      filter.hospitals,
      filter.sites,
      filter.direction ?? null,
      filter.state ?? null,
      filter.siteId ?? null,
      before && new Date(before.at),
      filter.limit,
      before?.id ?? null,
    ],
  );
  return rows;
}

export async function messageById(
  client: pg.Pool | pg.PoolClient,
  id: string,
  lock = false,
): Promise<MessageRow | undefined> {
  const { rows } = await client.query<MessageRow>(
    `SELECT ${COLUMNS}, m.raw, m.reply FROM hl7_message m LEFT JOIN site s ON s.id = m.site_id WHERE m.id::text = $1${lock ? " FOR UPDATE OF m" : ""}`,
    [id],
  );
  return rows[0];
}

export async function settleMessage(
  client: pg.PoolClient,
  id: string,
  state: string,
  reason: string,
  at: Date,
  site: { id: string; organisationId: string } | null,
): Promise<void> {
  await client.query(
    "UPDATE hl7_message SET state = $2, reason = $3, settled_at = $4, site_id = coalesce(site_id, $5), organisation_id = coalesce(organisation_id, $6) WHERE id = $1",
    [id, state, reason.slice(0, 2000), at, site?.id ?? null, site?.organisationId ?? null],
  );
}

export function rawDigest(raw: Uint8Array): string {
  return createHash("sha256").update(raw).digest("hex");
}
