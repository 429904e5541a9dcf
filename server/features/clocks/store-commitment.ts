import type { Instant } from "@readroom/shared/kernel/instant.js";
import type pg from "pg";
import { rawRows } from "../../kernel/database.js";
import type { Executor } from "./store.js";

type Asked = { readonly sopClassUid: string; readonly sopInstanceUid: string };

export interface HeldInstance {
  readonly studyId: string;
  readonly sopInstanceUid: string;
  readonly sopClassUid: string;
  readonly path: string;
  readonly size: number;
}

export async function insertRequest(
  tx: Executor,
  place: { organisationId: string; siteId: string },
  request: { aeTitle: string; address: string; transactionUid: string; asked: readonly Asked[]; now: Instant },
): Promise<string> {
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO commitment_request (organisation_id, site_id, ae_title, address, transaction_uid, requested, next_at, created_at)
     VALUES ($1::uuid, $2::uuid, $3, $4, $5, $6::jsonb, $7::timestamptz, $7::timestamptz)
     ON CONFLICT (organisation_id, ae_title, transaction_uid) DO UPDATE SET requested = excluded.requested, reported_at = NULL, attempts = 0,
       next_at = excluded.next_at, last_error = '' RETURNING id`,
    [
      ...[place.organisationId, place.siteId, request.aeTitle, request.address, request.transactionUid],
      ...[JSON.stringify(request.asked), new Date(request.now)],
    ],
  );
  return rows[0]?.id ?? "";
}

export async function readRequest(
  db: pg.Pool,
  id: string,
): Promise<{ organisationId: string; transactionUid: string; asked: Asked[] } | null> {
  const rows = await rawRows<{ organisationId: string; transactionUid: string; asked: Asked[] }>(
    db,
    `SELECT organisation_id AS "organisationId", transaction_uid AS "transactionUid", requested AS asked FROM commitment_request WHERE id = $1::uuid`,
    [id],
  );
  return rows[0] ?? null;
}

export async function instancesOf(
  db: pg.Pool,
  organisationId: string,
  uids: readonly string[],
): Promise<HeldInstance[]> {
  return rawRows<HeldInstance>(
    db,
    `SELECT i.study_id AS "studyId", i.sop_instance_uid AS "sopInstanceUid", i.sop_class_uid AS "sopClassUid", i.path, i.size::float8 AS size
     FROM study s JOIN instance i ON i.study_id = s.id WHERE s.organisation_id = $1::uuid AND i.sop_instance_uid = ANY ($2::text[])`,
    [organisationId, uids],
  );
}

export async function studyOf(
  tx: Executor,
  id: string,
): Promise<{ id: string; organisationId: string; groupId: string | null } | null> {
  const rows = await rawRows<{ id: string; organisationId: string; groupId: string | null }>(
    tx,
    'SELECT id, organisation_id AS "organisationId", group_id AS "groupId" FROM study WHERE id = $1::uuid',
    [id],
  );
  return rows[0] ?? null;
}

/** Where a sender listens: a registered peer of the hospital with a port and an address of one machine. */
const TARGET = `SELECT p.host, p.port FROM dicom_peer p JOIN site t ON t.id = p.site_id
  WHERE t.organisation_id = $1::uuid AND p.ae_title = $2 AND p.port IS NOT NULL AND p.host !~ '[*/]' ORDER BY p.created_at LIMIT 1`;

export async function targetOf(
  db: pg.Pool,
  organisationId: string,
  aeTitle: string,
): Promise<{ host: string; port: number } | null> {
  return (await rawRows<{ host: string; port: number }>(db, TARGET, [organisationId, aeTitle]))[0] ?? null;
}

export async function dueRequests(
  db: pg.Pool,
  now: Instant,
  limit: number,
): Promise<{ requestId: string; host: string; port: number; aeTitle: string }[]> {
  return rawRows(
    db,
    `SELECT c.id AS "requestId", c.ae_title AS "aeTitle", p.host, p.port FROM commitment_request c
     CROSS JOIN LATERAL (${TARGET.replace("$1::uuid", "c.organisation_id").replace("$2", "c.ae_title")}) p
     WHERE c.reported_at IS NULL AND c.next_at <= $1::timestamptz AND c.next_at < 'infinity' ORDER BY c.next_at LIMIT $2::int`,
    [new Date(now), limit],
  );
}

/** next: when it is tried again after so many attempts; null: never. */
export async function settleRequest(
  db: pg.Pool,
  id: string,
  problem: string | null,
  now: Instant,
  next: (attempts: number) => Instant | null,
): Promise<void> {
  if (problem === null) {
    await db.query(
      "UPDATE commitment_request SET reported_at = $2, attempts = attempts + 1, last_error = '' WHERE id = $1",
      [id, new Date(now)],
    );
    return;
  }
  const { rows } = await db.query<{ attempts: number }>("SELECT attempts FROM commitment_request WHERE id = $1", [id]);
  const at = next((rows[0]?.attempts ?? 0) + 1);
  await db.query(
    "UPDATE commitment_request SET attempts = attempts + 1, last_error = $2, next_at = coalesce($3::timestamptz, 'infinity') WHERE id = $1",
    [id, problem.slice(0, 500), at === null ? null : new Date(at)],
  );
}

/** Studies that went quiet within the last hour, of which nobody has said how many images they have, and whose sender can be asked. */
export async function toBeAsked(
  db: pg.Pool,
  now: Instant,
): Promise<{ studyId: string; studyInstanceUid: string; aeTitle: string; host: string; port: number }[]> {
  return rawRows(
    db,
    `SELECT s.id AS "studyId", s.study_instance_uid AS "studyInstanceUid", p.ae_title AS "aeTitle", p.host, p.port
     FROM study s
     CROSS JOIN LATERAL (SELECT split_part(i.received_from, '@', 1) AS ae FROM instance i JOIN series e ON e.id = i.series_id AND NOT e.made_here
       WHERE i.study_id = s.id LIMIT 1) i
     JOIN dicom_peer p ON p.ae_title = i.ae AND p.site_id = s.site_id AND p.port IS NOT NULL AND p.host !~ '[*/]'
     WHERE s.complete_at > $1::timestamptz - interval '1 hour' AND s.expected_from = '' AND NOT s.is_demo
       AND NOT EXISTS (SELECT 1 FROM study_expectation e WHERE e.study_id = s.id AND e.source = 'query') ORDER BY s.complete_at LIMIT 5`,
    [new Date(now)],
  );
}
