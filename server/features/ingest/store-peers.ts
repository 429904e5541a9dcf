import type { Database } from "../../kernel/database.js";

/** A hospital's sites in the order they were made: the default for one that has only one. */
export async function sitesOf(
  db: Database,
  organisationIds: readonly string[] | null,
): Promise<{ siteId: string; organisationId: string; code: string }[]> {
  const { rows } = await db.pool.query<{ siteId: string; organisationId: string; code: string }>(
    `SELECT s.id AS "siteId", s.organisation_id AS "organisationId", s.code FROM site s JOIN organisation o ON o.id = s.organisation_id
     WHERE o.kind = 'hospital' AND ($1::uuid[] IS NULL OR o.id = ANY($1::uuid[])) ORDER BY o.created_at, o.code, s.created_at, s.code`,
    [organisationIds],
  );
  return rows;
}

export type PeerRow = {
  readonly aeTitle: string;
  readonly host: string;
  readonly port: number | null;
  readonly siteId: string;
  readonly organisationId: string;
};

export async function peersByAe(db: Database, aeTitle: string): Promise<PeerRow[]> {
  const { rows } = await db.pool.query<PeerRow>(
    `SELECT p.ae_title AS "aeTitle", p.host, p.port, p.site_id AS "siteId", s.organisation_id AS "organisationId"
     FROM dicom_peer p JOIN site s ON s.id = p.site_id WHERE p.ae_title = $1`,
    [aeTitle],
  );
  return rows;
}

export async function touchPeer(db: Database, aeTitle: string, host: string, nowMs: number): Promise<void> {
  await db.pool.query(
    "UPDATE dicom_peer SET last_seen_at = to_timestamp($3::double precision / 1000) WHERE ae_title = $1 AND host = $2",
    [aeTitle, host, nowMs],
  );
}
