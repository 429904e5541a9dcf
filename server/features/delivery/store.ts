import type { Delivery } from "@readroom/shared/domain/delivery.js";
import { assertNever } from "@readroom/shared/kernel/result.js";
import type pg from "pg";

/** A connection in a transaction: what commands hand on, so that no file but the store names the driver. */
export type Client = pg.PoolClient;

export interface DeliveryRow {
  readonly id: string;
  readonly studyId: string;
  readonly siteId: string;
  readonly siteCode: string;
  readonly organisationId: string;
  readonly groupId: string | null;
  readonly kind: "oru" | "pdf";
  readonly destination: string;
  readonly controlId: string;
  readonly attempt: string;
  readonly receipt: string;
  readonly attempts: number;
  readonly nextAttemptAt: Date | null;
  readonly lastAttemptAt: Date | null;
  readonly lastError: string;
  readonly acceptedAt: Date | null;
  readonly detail: { readonly by?: "receiver" | "person"; readonly byName?: string; readonly fileName?: string };
  readonly host: string | null;
  readonly port: number | null;
  readonly deduplicates: boolean;
}

const SELECT = `SELECT d.id, d.study_id AS "studyId", d.site_id AS "siteId", s.code AS "siteCode", s.organisation_id AS "organisationId", y.group_id AS "groupId",
  d.kind, d.destination, d.control_id AS "controlId", d.attempt, d.receipt, d.attempts, d.next_attempt_at AS "nextAttemptAt", d.last_attempt_at AS "lastAttemptAt",
  d.last_error AS "lastError", d.accepted_at AS "acceptedAt", d.detail, s.result_host AS host, s.result_port AS port,
  (d.kind = 'pdf' OR s.result_deduplicates) AS deduplicates
  FROM delivery d JOIN site s ON s.id = d.site_id JOIN study y ON y.id = d.study_id`;

/** The two columns (our attempt, the receiver's word) as the state that the domain decides on. */
export function stateOf(row: Omit<DeliveryRow, "host" | "port" | "siteCode">): Delivery {
  const { attempts } = row;
  const last = (row.lastAttemptAt ?? row.acceptedAt)?.getTime() ?? 0;
  switch (row.attempt) {
    case "waiting":
      return { state: "waiting", attempts, nextAt: row.nextAttemptAt?.getTime() ?? 0, lastError: row.lastError };
    case "sending":
      return { state: "sending", attempts, since: last };
    case "sent":
      if (row.receipt === "accepted")
        return { state: "delivered", attempts, at: row.acceptedAt?.getTime() ?? last, by: row.detail.by ?? "receiver" };
      return { state: "refused", attempts, at: last, reason: row.lastError };
    case "ambiguous":
      return { state: "ambiguous", attempts, since: last, reason: row.lastError };
    case "gave_up":
      return { state: "gave_up", attempts, at: last, reason: row.lastError };
    default:
      throw new Error(`delivery ${row.id} has an unknown attempt ${row.attempt}`);
  }
}

interface Columns {
  readonly attempt: string;
  readonly receipt: string;
  readonly nextAt: Date | null;
  readonly lastError: string;
  readonly acceptedAt: Date | null;
  readonly by: string | null;
}

function columnsOf(delivery: Delivery): Columns {
  const none = { nextAt: null, lastError: "", acceptedAt: null, by: null };
  switch (delivery.state) {
    case "waiting":
      return {
        ...none,
        attempt: "waiting",
        receipt: "none",
        nextAt: new Date(delivery.nextAt),
        lastError: delivery.lastError,
      };
    case "sending":
      return { ...none, attempt: "sending", receipt: "none" };
    case "delivered":
      return { ...none, attempt: "sent", receipt: "accepted", acceptedAt: new Date(delivery.at), by: delivery.by };
    case "refused":
      return { ...none, attempt: "sent", receipt: "refused", lastError: delivery.reason };
    case "ambiguous":
      return { ...none, attempt: "ambiguous", receipt: "unknown", lastError: delivery.reason };
    case "gave_up":
      return { ...none, attempt: "gave_up", receipt: "none", lastError: delivery.reason };
    default:
      return assertNever(delivery);
  }
}

export async function lockDelivery(client: pg.PoolClient, id: string): Promise<DeliveryRow | undefined> {
  return (await client.query<DeliveryRow>(`${SELECT} WHERE d.id::text = $1 FOR UPDATE OF d`, [id])).rows[0];
}

/**
 * Due deliveries whose ordering key has nothing before them that is neither delivered nor given up. Head row blocks its key: an addendum
 * never overtakes its final, while other patients' results go on.
 */
export async function lockDue(client: pg.PoolClient, now: Date, limit: number): Promise<DeliveryRow[]> {
  const { rows } = await client.query<DeliveryRow>(
    `${SELECT} WHERE d.attempt = 'waiting' AND d.next_attempt_at <= $1
       AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.ordering_key = d.ordering_key AND e.position < d.position
         AND NOT (e.attempt = 'gave_up' OR (e.attempt = 'sent' AND e.receipt = 'accepted')))
     ORDER BY d.next_attempt_at, d.position LIMIT $2 FOR UPDATE OF d SKIP LOCKED`,
    [now, limit],
  );
  return rows;
}

export async function lockSending(client: pg.PoolClient): Promise<DeliveryRow[]> {
  return (
    await client.query<DeliveryRow>(
      `${SELECT} WHERE d.attempt = 'sending' ORDER BY d.position FOR UPDATE OF d SKIP LOCKED`,
    )
  ).rows;
}

/** Writes the state. `attemptAt`: when an attempt begins or a person acts. */
export async function saveState(
  client: pg.PoolClient,
  id: string,
  delivery: Delivery,
  attemptAt: Date | null,
  byName: string | null,
): Promise<void> {
  const c = columnsOf(delivery);
  await client.query(
    `UPDATE delivery SET attempt = $2, receipt = $3, next_attempt_at = $4, last_error = $5, accepted_at = $6, attempts = $7,
       last_attempt_at = coalesce($8, last_attempt_at), version = version + 1,
       detail = detail || jsonb_strip_nulls(jsonb_build_object('by', $9::text, 'byName', $10::text)) WHERE id = $1`,
    [
      id,
      c.attempt,
      c.receipt,
      c.nextAt,
      c.lastError.slice(0, 1000),
      c.acceptedAt,
      delivery.attempts,
      attemptAt,
      c.by,
      byName,
    ],
  );
}

export async function payloadOf(client: pg.PoolClient | pg.Pool, id: string): Promise<Uint8Array> {
  const { rows } = await client.query<{ payload: Buffer }>("SELECT payload FROM delivery WHERE id = $1", [id]);
  const payload = rows[0]?.payload;
  if (!payload) throw new Error(`delivery ${id} has no payload`);
  return new Uint8Array(payload);
}

/** An attempt of which nothing has left yet. */
export async function beginAttempt(client: pg.PoolClient, deliveryId: string, at: Date): Promise<string> {
  const { rows } = await client.query<{ id: string }>(
    "INSERT INTO delivery_attempt (delivery_id, started_at, outcome) VALUES ($1, $2, 'connecting') RETURNING id",
    [deliveryId, at],
  );
  return rows[0]?.id ?? "";
}

/** From now on a byte of it may have left. False where the attempt was ended meanwhile: then none may. */
export async function attemptLeaves(pool: pg.Pool, attemptId: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    "UPDATE delivery_attempt SET outcome = 'sending' WHERE id = $1 AND ended_at IS NULL",
    [attemptId],
  );
  return rowCount === 1;
}

/** Ends what a hub that is gone left open. Gives whether a byte may have left. */
export async function abandonAttempts(client: pg.PoolClient, deliveryId: string, at: Date): Promise<boolean> {
  const { rows } = await client.query<{ outcome: string }>(
    `UPDATE delivery_attempt SET ended_at = $2, outcome = CASE outcome WHEN 'connecting' THEN 'not_sent' ELSE 'unknown' END,
       reply = 'the hub stopped during this attempt' WHERE delivery_id = $1 AND ended_at IS NULL RETURNING outcome`,
    [deliveryId, at],
  );
  return rows.length === 0 || rows.some((attempt) => attempt.outcome !== "not_sent");
}

/** False where it had ended: another hub took it for lost. */
export async function endAttempt(
  client: pg.PoolClient,
  attemptId: string,
  outcome: string,
  reply: string,
  at: Date,
): Promise<boolean> {
  const { rowCount } = await client.query(
    "UPDATE delivery_attempt SET ended_at = $2, outcome = $3, reply = $4 WHERE id = $1 AND ended_at IS NULL",
    [attemptId, at, outcome, reply.slice(0, 1000)],
  );
  return rowCount === 1;
}

/** The message log's row of an outbound message: one per delivery, with the last answer to it. */
export async function logMessage(
  client: pg.PoolClient,
  row: DeliveryRow,
  state: Delivery["state"],
  reply: Uint8Array | null,
  at: Date,
): Promise<void> {
  const logged = {
    delivered: "accepted",
    refused: "rejected",
    waiting: "failed",
    sending: "sent",
    ambiguous: "sent",
    gave_up: "failed",
  }[state];
  await client.query(
    `INSERT INTO hl7_message (id, direction, organisation_id, site_id, sender, control_id, message_type, version, raw, digest, state, reason, reply, peer, at, settled_at)
     SELECT d.id, 'out', $2, d.site_id, 'READROOM', d.control_id, 'ORU^R01', s.hl7_version, d.payload, encode(sha256(d.payload), 'hex'), $3, d.last_error, $4,
       d.destination, $5, $5 FROM delivery d JOIN site s ON s.id = d.site_id WHERE d.id = $1
     ON CONFLICT (id) DO UPDATE SET state = excluded.state, reason = excluded.reason, reply = coalesce(excluded.reply, hl7_message.reply), settled_at = excluded.settled_at`,
    [row.id, row.organisationId, logged, reply === null ? null : Buffer.from(reply), at],
  );
}
