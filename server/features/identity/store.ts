import type { Role } from "@readroom/shared/domain/access.js";
import type { Database, Tx } from "../../kernel/database.js";

export interface UserRow {
  readonly id: string;
  readonly organisationId: string;
  readonly organisationKind: "hospital" | "reading_group";
  readonly organisationName: string;
  readonly organisationTimeZone: string;
  readonly email: string;
  readonly displayName: string;
  readonly shortName: string;
  readonly colour: string;
  readonly locale: string;
  readonly preferences: Record<string, unknown>;
  readonly passwordHash: string;
  readonly disabled: boolean;
  readonly roles: readonly Role[];
  /** null when at least one role holds for all sites. */
  readonly siteIds: readonly string[] | null;
  readonly hospitalIds: readonly string[];
}

const USER_SQL = `
  SELECT u.id, u.organisation_id AS "organisationId", o.kind AS "organisationKind", o.name AS "organisationName", o.time_zone AS "organisationTimeZone",
    u.email, u.display_name AS "displayName", u.short_name AS "shortName", u.colour, u.locale, u.preferences, u.password_hash AS "passwordHash",
    u.disabled_at IS NOT NULL AS disabled,
    coalesce((SELECT array_agg(DISTINCT g.role) FROM role_grant g WHERE g.user_id = u.id), '{}') AS roles,
    CASE WHEN EXISTS (SELECT 1 FROM role_grant g WHERE g.user_id = u.id AND g.site_id IS NULL) THEN NULL
      ELSE coalesce((SELECT array_agg(DISTINCT g.site_id::text) FROM role_grant g WHERE g.user_id = u.id), '{}') END AS "siteIds",
    CASE o.kind WHEN 'hospital' THEN ARRAY[o.id::text]
      ELSE coalesce((SELECT array_agg(c.hospital_id::text) FROM contract c WHERE c.group_id = o.id
        AND c.valid_from <= now() AND (c.valid_to IS NULL OR c.valid_to > now())), '{}') END AS "hospitalIds"
  FROM user_account u JOIN organisation o ON o.id = u.organisation_id`;

export async function userByEmail(db: Database, email: string): Promise<UserRow | null> {
  const { rows } = await db.pool.query<UserRow>(`${USER_SQL} WHERE lower(u.email) = lower($1)`, [email]);
  return rows[0] ?? null;
}

export async function userById(db: Database, id: string): Promise<UserRow | null> {
  const { rows } = await db.pool.query<UserRow>(`${USER_SQL} WHERE u.id = $1`, [id]);
  return rows[0] ?? null;
}

/** The user of a live session; touches last_seen_at at most once a minute. */
export async function userBySession(db: Database, hash: string): Promise<UserRow | null> {
  const { rows } = await db.pool.query<UserRow>({
    name: "user_by_session",
    text: `${USER_SQL} JOIN session s ON s.user_id = u.id WHERE s.id = $1 AND s.expires_at > now() AND u.disabled_at IS NULL`,
    values: [hash],
  });
  if (rows[0])
    await db.pool.query(
      "UPDATE session SET last_seen_at = now() WHERE id = $1 AND last_seen_at < now() - interval '1 minute'",
      [hash],
    );
  return rows[0] ?? null;
}

export async function insertSession(
  tx: Tx,
  session: { id: string; userId: string; expiresAt: Date; address: string; userAgent: string; steppedUpAt: Date },
): Promise<void> {
  await tx.session.create({ data: session });
}

export interface TokenRow {
  readonly id: string;
  readonly label: string;
  readonly role: "integration" | "administrator";
  readonly organisationId: string | null;
  readonly siteId: string | null;
}

export async function tokenByHash(db: Database, hash: string): Promise<TokenRow | null> {
  const { rows } = await db.pool.query<TokenRow>({
    name: "token_by_hash",
    text: `SELECT t.id, t.label, t.role, coalesce(t.organisation_id, s.organisation_id)::text AS "organisationId", t.site_id::text AS "siteId"
      FROM api_token t LEFT JOIN site s ON s.id = t.site_id WHERE t.hash = $1 AND t.revoked_at IS NULL`,
    values: [hash],
  });
  if (rows[0]) {
    await db.pool.query(
      "UPDATE api_token SET last_used_at = now() WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')",
      [rows[0].id],
    );
  }
  return rows[0] ?? null;
}

export interface GuestRow {
  readonly linkId: string;
  readonly name: string;
  readonly role: string;
  readonly studyId: string;
  readonly findingId: string | null;
  readonly organisationId: string;
}

export async function guestByHash(db: Database, hash: string): Promise<GuestRow | null> {
  const { rows } = await db.pool.query<GuestRow>(
    `SELECT l.id AS "linkId", l.guest_name AS name, l.guest_role AS role, l.study_id AS "studyId", l.finding_id AS "findingId",
       st.organisation_id AS "organisationId"
     FROM join_link l JOIN study st ON st.id = l.study_id
     WHERE l.guest_session_hash = $1 AND l.revoked_at IS NULL AND l.guest_session_expires_at > now()`,
    [hash],
  );
  return rows[0] ?? null;
}

/** What the reader may read: shared/domain/eligibility.ts decides on this and the study. */
export async function readerScope(db: Database, userId: string): Promise<ReaderScopeRow | null> {
  const { rows } = await db.pool.query<ReaderScopeRow>(
    `SELECT p.subspecialties, p.read_types AS "readTypes", p.on_break_since IS NOT NULL AS "onBreak",
       coalesce((SELECT array_agg(m.pool_id::text) FROM pool_member m WHERE m.user_id = p.user_id), '{}') AS "poolIds",
       coalesce((SELECT jsonb_agg(jsonb_build_object('code', l.jurisdiction, 'validFrom', ${MS("l.valid_from")}, 'validTo', ${MS("l.valid_to")}))
         FROM licence l WHERE l.user_id = p.user_id), '[]') AS jurisdictions,
       coalesce((SELECT jsonb_agg(jsonb_build_object('siteId', v.site_id, 'readTypes', v.read_types, 'validFrom', ${MS("v.valid_from")}, 'validTo', ${MS("v.valid_to")}))
         FROM privilege v WHERE v.user_id = p.user_id), '[]') AS privileges,
       ${currently("shift")} AS shift, ${currently("on_call")} AS "onCall"
     FROM reader_profile p WHERE p.user_id = $1`,
    [userId],
  );
  return rows[0] ?? null;
}

export interface ReaderScopeRow {
  readonly subspecialties: string[];
  readonly readTypes: string[];
  readonly onBreak: boolean;
  readonly poolIds: string[];
  readonly jurisdictions: { code: string; validFrom: number; validTo: number }[];
  readonly privileges: { siteId: string; readTypes: string[]; validFrom: number; validTo: number }[];
  readonly shift: { startsAt: number; endsAt: number } | null;
  readonly onCall: { startsAt: number; endsAt: number } | null;
}

function currently(kind: "shift" | "on_call"): string {
  return `(SELECT jsonb_build_object('startsAt', ${MS("s.starts_at")}, 'endsAt', ${MS("s.ends_at")}) FROM shift s
    WHERE s.user_id = p.user_id AND s.kind = '${kind}' AND s.ends_at > now() AND s.starts_at <= now() ORDER BY s.ends_at DESC LIMIT 1)`;
}

function MS(column: string): string {
  return `(extract(epoch FROM ${column}) * 1000)::bigint`;
}
