import type { AdminScope, PeerView, TokenView, UserView } from "@readroom/shared/contract/http/admin.js";
import type { Role } from "@readroom/shared/domain/access.js";
import type pg from "pg";
import { rawRows, type Tx } from "../../kernel/database.js";

export type Executor = Tx | pg.Pool | pg.PoolClient;

const ms = (column: string): string => `(extract(epoch FROM ${column}) * 1000)::float8`;

/** Organisations that a person or token administers; null: all of the hub. */
export type Administered = readonly string[] | null;
const inScope = (column: string, n: number): string => `($${n}::uuid[] IS NULL OR ${column} = ANY ($${n}::uuid[]))`;

type Organisation = AdminScope["organisations"][number];

export async function organisations(executor: Executor, within: Administered): Promise<Organisation[]> {
  return rawRows<Organisation>(
    executor,
    `SELECT o.id, o.kind, o.code, o.name, o.time_zone AS "timeZone", coalesce((SELECT jsonb_agg(jsonb_build_object('id', t.id, 'code', t.code,
       'name', t.name, 'timeZone', t.time_zone, 'jurisdiction', t.jurisdiction) ORDER BY t.name) FROM site t WHERE t.organisation_id = o.id), '[]') AS sites
     FROM organisation o WHERE ${inScope("o.id", 1)} ORDER BY o.kind DESC, o.name`,
    [within],
  );
}

const USER = `SELECT u.id, u.email, u.display_name AS name, u.short_name AS "shortName", u.title, u.phone,
  u.physician_number AS "physicianNumber",
  jsonb_build_object('id', o.id, 'name', o.name, 'kind', o.kind) AS organisation,
  coalesce((SELECT jsonb_agg(jsonb_build_object('role', g.role, 'siteId', g.site_id)) FROM role_grant g WHERE g.user_id = u.id), '[]') AS roles,
  ${ms("u.disabled_at")} AS "disabledAt", ${ms("u.created_at")} AS "createdAt",
  ${ms("(SELECT max(s.last_seen_at) FROM session s WHERE s.user_id = u.id)")} AS "lastSeenAt",
  coalesce((SELECT p.subspecialties FROM reader_profile p WHERE p.user_id = u.id), '{}') AS subspecialties
  FROM user_account u JOIN organisation o ON o.id = u.organisation_id`;

export async function users(executor: Executor, within: Administered): Promise<UserView[]> {
  return rawRows<UserView>(
    executor,
    `${USER} WHERE ${inScope("u.organisation_id", 1)} ORDER BY o.name, u.display_name`,
    [within],
  );
}

export async function userOf(executor: Executor, id: string, within: Administered): Promise<UserView | null> {
  const rows = await rawRows<UserView>(
    executor,
    `${USER} WHERE u.id = $1::uuid AND ${inScope("u.organisation_id", 2)}`,
    [id, within],
  );
  return rows[0] ?? null;
}

export interface AccountToMake {
  readonly organisationId: string;
  readonly email: string;
  readonly name: string;
  readonly shortName: string;
  readonly title: string;
  readonly phone: string | null;
  readonly physicianNumber: string | null;
  readonly passwordHash: string;
}

/** The new account's id; null where the e-mail address is taken. */
export async function insertUser(tx: Executor, account: AccountToMake): Promise<string | null> {
  const { organisationId, email, name, shortName, title, phone, physicianNumber, passwordHash } = account;
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO user_account (organisation_id, email, display_name, short_name, title, phone, password_hash, physician_number)
     SELECT $1::uuid, $2, $3, $4, $5, $6, $7, $8 WHERE NOT EXISTS (SELECT 1 FROM user_account WHERE lower(email) = lower($2))
     ON CONFLICT (email) DO NOTHING RETURNING id`,
    [organisationId, email, name, shortName, title, phone, passwordHash, physicianNumber],
  );
  return rows[0]?.id ?? null;
}

/** Who has that physician number in the organisation; it is one person's. */
export async function numberedBy(tx: Executor, organisationId: string, number: string): Promise<string | null> {
  // Of two who give one number at the same time the second waits, and is told like one who comes later.
  const key = `physician:${organisationId}/${number}`;
  await rawRows(tx, "SELECT pg_advisory_xact_lock(hashtextextended($1, 7275))::text", [key]);
  const rows = await rawRows<{ id: string }>(
    tx,
    "SELECT id FROM user_account WHERE organisation_id = $1::uuid AND physician_number = $2",
    [organisationId, number],
  );
  return rows[0]?.id ?? null;
}

export interface Grant {
  readonly role: Role;
  readonly siteId: string | null;
}

export async function setRoles(tx: Executor, userId: string, roles: readonly Grant[]): Promise<void> {
  await rawRows(tx, "DELETE FROM role_grant WHERE user_id = $1::uuid RETURNING 1 AS done", [userId]);
  for (const { role, siteId } of roles) {
    await rawRows(
      tx,
      "INSERT INTO role_grant (user_id, role, site_id) VALUES ($1::uuid, $2, $3::uuid) RETURNING 1 AS done",
      [userId, role, siteId],
    );
  }
}

export async function updateUser(
  tx: Executor,
  id: string,
  change: {
    name?: string | undefined;
    title?: string | undefined;
    phone?: string | null | undefined;
    physicianNumber?: string | null | undefined;
    disabledAt?: Date | null;
  },
): Promise<void> {
  const columns = {
    ...{ name: "display_name", title: "title", phone: "phone" },
    ...{ physicianNumber: "physician_number", disabledAt: "disabled_at" },
  } as const;
  for (const [key, column] of Object.entries(columns)) {
    const value = change[key as keyof typeof change];
    if (value === undefined) continue;
    const cast = column === "disabled_at" ? "::timestamptz" : "";
    await rawRows(tx, `UPDATE user_account SET ${column} = $2${cast} WHERE id = $1::uuid RETURNING 1 AS done`, [
      id,
      value,
    ]);
  }
}

export async function setPassword(tx: Executor, id: string, hash: string): Promise<void> {
  await rawRows(tx, "UPDATE user_account SET password_hash = $2 WHERE id = $1::uuid RETURNING 1 AS done", [id, hash]);
}

export async function endSessions(tx: Executor, userId: string): Promise<void> {
  await rawRows(tx, "DELETE FROM session WHERE user_id = $1::uuid RETURNING 1 AS done", [userId]);
}

export interface SiteOfOrganisation {
  readonly id: string;
  readonly organisationId: string;
}

export async function siteOf(executor: Executor, id: string): Promise<SiteOfOrganisation | null> {
  const rows = await rawRows<SiteOfOrganisation>(
    executor,
    `SELECT id, organisation_id AS "organisationId" FROM site WHERE id = $1::uuid`,
    [id],
  );
  return rows[0] ?? null;
}

const PEER = `SELECT p.id, p.ae_title AS "aeTitle", p.host, p.port, p.site_id AS "siteId", t.name AS "siteName", p.label, ${ms("p.created_at")} AS "createdAt",
  ${ms("p.last_seen_at")} AS "lastSeenAt" FROM dicom_peer p JOIN site t ON t.id = p.site_id`;

export async function peers(executor: Executor, within: Administered): Promise<PeerView[]> {
  return rawRows<PeerView>(
    executor,
    `${PEER} WHERE ${inScope("t.organisation_id", 1)} ORDER BY t.name, p.ae_title, p.host`,
    [within],
  );
}

export async function peerOf(executor: Executor, id: string, within: Administered): Promise<PeerView | null> {
  const rows = await rawRows<PeerView>(
    executor,
    `${PEER} WHERE p.id = $1::uuid AND ${inScope("t.organisation_id", 2)}`,
    [id, within],
  );
  return rows[0] ?? null;
}

/** null where this AE title is allowed from this host already. */
export async function insertPeer(
  tx: Executor,
  peer: { aeTitle: string; host: string; port?: number | undefined; siteId: string; label: string },
): Promise<string | null> {
  const rows = await rawRows<{ id: string }>(
    tx,
    "INSERT INTO dicom_peer (ae_title, host, port, site_id, label) VALUES ($1, $2, $3::int, $4::uuid, $5) ON CONFLICT (ae_title, host) DO NOTHING RETURNING id",
    [peer.aeTitle, peer.host, peer.port ?? null, peer.siteId, peer.label],
  );
  return rows[0]?.id ?? null;
}

export async function deletePeer(tx: Executor, id: string): Promise<void> {
  await rawRows(tx, "DELETE FROM dicom_peer WHERE id = $1::uuid RETURNING 1 AS done", [id]);
}

const TOKEN = `SELECT k.id, k.label, k.role, coalesce(k.organisation_id, t.organisation_id) AS "organisationId", k.site_id AS "siteId",
  ${ms("k.created_at")} AS "createdAt", k.created_by AS "createdBy", ${ms("k.last_used_at")} AS "lastUsedAt", ${ms("k.revoked_at")} AS "revokedAt"
  FROM api_token k LEFT JOIN site t ON t.id = k.site_id`;

export async function tokens(executor: Executor, within: Administered): Promise<TokenView[]> {
  return rawRows<TokenView>(
    executor,
    `${TOKEN} WHERE ${inScope("coalesce(k.organisation_id, t.organisation_id)", 1)} ORDER BY k.revoked_at NULLS FIRST, k.created_at DESC`,
    [within],
  );
}

export async function tokenOf(executor: Executor, id: string, within: Administered): Promise<TokenView | null> {
  const rows = await rawRows<TokenView>(
    executor,
    `${TOKEN} WHERE k.id = $1::uuid AND ${inScope("coalesce(k.organisation_id, t.organisation_id)", 2)}`,
    [id, within],
  );
  return rows[0] ?? null;
}

export interface TokenToMake {
  readonly hash: string;
  readonly label: string;
  readonly role: string;
  readonly organisationId: string | null;
  readonly siteId: string | null;
  readonly createdBy: string;
}

export async function insertToken(tx: Executor, token: TokenToMake): Promise<string> {
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO api_token (hash, label, role, organisation_id, site_id, created_by) VALUES ($1, $2, $3, $4::uuid, $5::uuid, $6) RETURNING id`,
    [token.hash, token.label, token.role, token.organisationId, token.siteId, token.createdBy],
  );
  return rows[0]?.id ?? "";
}

export async function revokeToken(tx: Executor, id: string, at: Date): Promise<void> {
  await rawRows(
    tx,
    "UPDATE api_token SET revoked_at = coalesce(revoked_at, $2::timestamptz) WHERE id = $1::uuid RETURNING 1 AS done",
    [id, at],
  );
}

export interface NewOrganisation {
  readonly code: string;
  readonly name: string;
  readonly kind: "hospital" | "reading_group";
  readonly timeZone: string;
}

export async function insertOrganisation(tx: Executor, organisation: NewOrganisation): Promise<string | null> {
  const { code, name, kind, timeZone } = organisation;
  const rows = await rawRows<{ id: string }>(
    tx,
    "INSERT INTO organisation (code, name, kind, time_zone) VALUES ($1, $2, $3, $4) ON CONFLICT (code) DO NOTHING RETURNING id",
    [code, name, kind, timeZone],
  );
  return rows[0]?.id ?? null;
}

export interface NewSite {
  readonly organisationId: string;
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly issuer: string;
  readonly facilities: readonly string[];
}

export async function insertSite(tx: Executor, site: NewSite): Promise<string | null> {
  const { organisationId, code, name, timeZone, jurisdiction, issuer, facilities } = site;
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO site (organisation_id, code, name, time_zone, jurisdiction, patient_id_issuer, hl7_facilities)
     VALUES ($1::uuid, $2, $3, $4, $5, $6, $7::text[]) ON CONFLICT (organisation_id, code) DO NOTHING RETURNING id`,
    [organisationId, code, name, timeZone, jurisdiction, issuer, facilities],
  );
  return rows[0]?.id ?? null;
}

/** Where a site's results go: an MLLP listener, and how its messages address the receiver (MSH-5, MSH-6). */
export interface ResultsReceiver {
  readonly host: string;
  readonly port: number;
  readonly application: string;
  readonly facility: string;
  /** The receiver knows a control id that it has: an attempt of unknown outcome may be repeated. */
  readonly deduplicates: boolean;
}

export async function setHl7Senders(tx: Executor, siteId: string, from: readonly string[]): Promise<boolean> {
  const rows = await rawRows(tx, "UPDATE site SET hl7_addresses = $2::text[] WHERE id = $1::uuid RETURNING id", [
    siteId,
    from,
  ]);
  return rows.length === 1;
}

export async function setResultsReceiver(tx: Executor, siteId: string, to: ResultsReceiver): Promise<boolean> {
  const rows = await rawRows(
    tx,
    `UPDATE site SET result_host = $2, result_port = $3, result_application = $4, result_facility = $5, result_deduplicates = $6
     WHERE id = $1::uuid RETURNING id`,
    [siteId, to.host, to.port, to.application, to.facility, to.deduplicates],
  );
  return rows.length === 1;
}
