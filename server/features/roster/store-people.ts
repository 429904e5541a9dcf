import type { LicenceView, PrivilegeView } from "@readroom/shared/contract/http/roster.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import { type Executor, ms } from "./store-readers.js";

export interface Group {
  readonly id: string;
  readonly name: string;
  readonly timeZone: string;
}

export async function groupById(executor: Executor, id: string): Promise<Group | null> {
  const rows = await rawRows<Group>(
    executor,
    `SELECT id, name, time_zone AS "timeZone" FROM organisation WHERE id = $1::uuid AND kind = 'reading_group'`,
    [id],
  );
  return rows[0] ?? null;
}

export interface StoredCredential {
  readonly id: string;
  readonly validFrom: Instant;
  readonly validTo: Instant;
  readonly timeZone: string;
}
type Stored<View> = Omit<View, "firstDay" | "lastDay" | "daysLeft" | "state"> & StoredCredential;

export interface PersonRow {
  readonly userId: string;
  readonly name: string;
  readonly shortName: string;
  readonly title: string;
  readonly colour: string;
  readonly email: string;
  readonly disabled: boolean;
  readonly profile: {
    readonly subspecialties: string[];
    readonly readTypes: string[];
    readonly rvuPerHour: number;
    readonly maxHoursInDay: number | null;
    readonly maxRvuPerShift: number | null;
  } | null;
  readonly poolIds: string[];
  readonly licences: Stored<LicenceView>[];
  readonly privileges: Stored<PrivilegeView>[];
}

const credential = (alias: string): string =>
  `'id', ${alias}.id, 'validFrom', ${ms(`${alias}.valid_from`)}, 'validTo', ${ms(`${alias}.valid_to`)}, 'timeZone', coalesce(${alias}.time_zone, o.time_zone)`;

/** People of a group who read, or may: with a reader's profile, or with a reader's role and no profile yet. */
export async function peopleOf(
  executor: Executor,
  groupId: string,
  userId: string | null = null,
): Promise<PersonRow[]> {
  return rawRows<PersonRow>(
    executor,
    `SELECT u.id AS "userId", u.display_name AS name, u.short_name AS "shortName", u.title, u.colour, u.email, u.disabled_at IS NOT NULL AS disabled,
       CASE WHEN p.user_id IS NULL THEN NULL ELSE jsonb_build_object('subspecialties', p.subspecialties, 'readTypes', p.read_types,
         'rvuPerHour', p.rvu_per_hour, 'maxHoursInDay', p.max_hours_in_day, 'maxRvuPerShift', p.max_rvu_per_shift) END AS profile,
       coalesce((SELECT jsonb_agg(m.pool_id) FROM pool_member m WHERE m.user_id = u.id), '[]') AS "poolIds",
       coalesce((SELECT jsonb_agg(jsonb_build_object('jurisdiction', l.jurisdiction, 'number', l.number, ${credential("l")}) ORDER BY l.jurisdiction, l.valid_to DESC)
         FROM licence l WHERE l.user_id = u.id), '[]') AS licences,
       coalesce((SELECT jsonb_agg(jsonb_build_object('siteId', v.site_id, 'siteName', t.name, 'readTypes', v.read_types, ${credential("v")}) ORDER BY t.name, v.valid_to DESC)
         FROM privilege v JOIN site t ON t.id = v.site_id WHERE v.user_id = u.id), '[]') AS privileges
     FROM user_account u JOIN organisation o ON o.id = u.organisation_id LEFT JOIN reader_profile p ON p.user_id = u.id
     WHERE u.organisation_id = $1::uuid AND ($2::uuid IS NULL OR u.id = $2::uuid)
       AND (p.user_id IS NOT NULL OR EXISTS (SELECT 1 FROM role_grant g WHERE g.user_id = u.id AND g.role IN ('radiologist', 'resident')))
     ORDER BY u.disabled_at IS NOT NULL, u.display_name, u.id`,
    [groupId, userId],
  );
}

export interface Profile {
  readonly subspecialties: readonly string[];
  readonly readTypes: readonly string[];
  readonly rvuPerHour: number;
  readonly maxHoursInDay: number | null;
  readonly maxRvuPerShift: number | null;
}

export async function saveProfile(tx: Executor, userId: string, profile: Profile): Promise<void> {
  await rawRows(
    tx,
    `INSERT INTO reader_profile (user_id, subspecialties, read_types, rvu_per_hour, max_hours_in_day, max_rvu_per_shift)
     VALUES ($1::uuid, $2::text[], $3::text[], $4::float8, $5::float8, $6::float8)
     ON CONFLICT (user_id) DO UPDATE SET subspecialties = excluded.subspecialties, read_types = excluded.read_types,
       rvu_per_hour = excluded.rvu_per_hour, max_hours_in_day = excluded.max_hours_in_day, max_rvu_per_shift = excluded.max_rvu_per_shift
     RETURNING 1 AS done`,
    [
      ...[userId, profile.subspecialties, profile.readTypes],
      ...[profile.rvuPerHour, profile.maxHoursInDay, profile.maxRvuPerShift],
    ],
  );
}

/** Membership in the group's pools, replaced; pools of others are left alone. */
export async function setPoolsOf(
  tx: Executor,
  groupId: string,
  userId: string,
  poolIds: readonly string[],
): Promise<void> {
  await rawRows(
    tx,
    `DELETE FROM pool_member m USING pool p WHERE p.id = m.pool_id AND p.group_id = $1::uuid AND m.user_id = $2::uuid
       AND NOT (m.pool_id = ANY ($3::uuid[])) RETURNING 1 AS done`,
    [groupId, userId, poolIds],
  );
  await rawRows(
    tx,
    `INSERT INTO pool_member (pool_id, user_id) SELECT p.id, $2::uuid FROM pool p WHERE p.group_id = $1::uuid AND p.id = ANY ($3::uuid[])
     ON CONFLICT DO NOTHING RETURNING 1 AS done`,
    [groupId, userId, poolIds],
  );
}

export interface CredentialSpan {
  readonly validFrom: Instant;
  readonly validTo: Instant;
  readonly timeZone: string;
}
const span = (one: CredentialSpan) => [new Date(one.validFrom), new Date(one.validTo), one.timeZone];

export async function saveLicence(
  tx: Executor,
  userId: string,
  licence: { readonly jurisdiction: string; readonly number: string } & CredentialSpan,
  id: string | null,
): Promise<string | null> {
  const values = [userId, licence.jurisdiction, licence.number, ...span(licence)];
  const rows = await rawRows<{ id: string }>(
    tx,
    id
      ? `UPDATE licence SET jurisdiction = $2, number = $3, valid_from = $4::timestamptz, valid_to = $5::timestamptz, time_zone = $6
         WHERE id = $7::uuid AND user_id = $1::uuid RETURNING id`
      : `INSERT INTO licence (user_id, jurisdiction, number, valid_from, valid_to, time_zone)
         VALUES ($1::uuid, $2, $3, $4::timestamptz, $5::timestamptz, $6) RETURNING id`,
    id ? [...values, id] : values,
  );
  return rows[0]?.id ?? null;
}

export async function savePrivilege(
  tx: Executor,
  userId: string,
  privilege: { readonly siteId: string; readonly readTypes: readonly string[] } & CredentialSpan,
  id: string | null,
): Promise<string | null> {
  const values = [userId, privilege.siteId, privilege.readTypes, ...span(privilege)];
  const rows = await rawRows<{ id: string }>(
    tx,
    id
      ? `UPDATE privilege SET site_id = $2::uuid, read_types = $3::text[], valid_from = $4::timestamptz, valid_to = $5::timestamptz, time_zone = $6
         WHERE id = $7::uuid AND user_id = $1::uuid RETURNING id`
      : `INSERT INTO privilege (user_id, site_id, read_types, valid_from, valid_to, time_zone)
         VALUES ($1::uuid, $2::uuid, $3::text[], $4::timestamptz, $5::timestamptz, $6) RETURNING id`,
    id ? [...values, id] : values,
  );
  return rows[0]?.id ?? null;
}

export type CredentialKind = "licence" | "privilege";

/** Whose credential it is, if that person belongs to the group. */
export async function ownerOf(
  executor: Executor,
  groupId: string,
  kind: CredentialKind,
  id: string,
): Promise<string | null> {
  const rows = await rawRows<{ userId: string }>(
    executor,
    `SELECT c.user_id AS "userId" FROM ${kind} c JOIN user_account u ON u.id = c.user_id WHERE c.id = $1::uuid AND u.organisation_id = $2::uuid`,
    [id, groupId],
  );
  return rows[0]?.userId ?? null;
}

export async function deleteCredential(tx: Executor, kind: CredentialKind, id: string): Promise<void> {
  await rawRows(tx, `DELETE FROM ${kind} WHERE id = $1::uuid RETURNING 1 AS done`, [id]);
}

/** Zones of the sites in a jurisdiction: where a licence's days may be counted. */
export async function zonesOfJurisdiction(executor: Executor, jurisdiction: string): Promise<string[]> {
  const rows = await rawRows<{ zone: string }>(
    executor,
    "SELECT DISTINCT time_zone AS zone FROM site WHERE jurisdiction = $1 ORDER BY 1",
    [jurisdiction],
  );
  return rows.map(({ zone }) => zone);
}

/** A site of a hospital that has a contract with the group. */
export async function siteUnderContract(
  executor: Executor,
  groupId: string,
  siteId: string,
): Promise<{ id: string; timeZone: string } | null> {
  const rows = await rawRows<{ id: string; timeZone: string }>(
    executor,
    `SELECT t.id, t.time_zone AS "timeZone" FROM site t JOIN contract c ON c.hospital_id = t.organisation_id AND c.group_id = $1::uuid WHERE t.id = $2::uuid`,
    [groupId, siteId],
  );
  return rows[0] ?? null;
}

export interface ExpiringRow {
  readonly kind: CredentialKind;
  readonly id: string;
  readonly userId: string;
  readonly name: string;
  readonly groupId: string;
  /** What a renewal would be for: the jurisdiction, or the site's id. */
  readonly covers: string;
  readonly coversName: string;
  readonly validTo: Instant;
  readonly zone: string;
  readonly said: readonly number[];
}

/** Credentials of people who may log in that end before `until`, or ended after `since`, with what has been said of that end. Renewals are among them. */
export async function endingCredentials(
  executor: Executor,
  groupId: string | null,
  since: Instant,
): Promise<ExpiringRow[]> {
  const said = `coalesce((SELECT jsonb_agg(n.threshold) FROM credential_notice n WHERE n.credential_id = c.id AND n.valid_to = c.valid_to), '[]') AS said`;
  const person = `u.id AS "userId", u.display_name AS name, u.organisation_id AS "groupId", ${ms("c.valid_to")} AS "validTo",
    coalesce(c.time_zone, o.time_zone) AS zone, ${said}`;
  const where = `JOIN user_account u ON u.id = c.user_id JOIN organisation o ON o.id = u.organisation_id
    WHERE u.disabled_at IS NULL AND c.valid_to > $2::timestamptz AND ($1::uuid IS NULL OR u.organisation_id = $1::uuid)`;
  return rawRows<ExpiringRow>(
    executor,
    `SELECT 'licence' AS kind, c.id, c.jurisdiction AS covers, c.jurisdiction AS "coversName", ${person} FROM licence c ${where}
     UNION ALL SELECT 'privilege', c.id, c.site_id::text, t.name, ${person} FROM privilege c JOIN site t ON t.id = c.site_id ${where}
     ORDER BY "validTo", id`,
    [groupId, new Date(since)],
  );
}

export async function noteAnnounced(
  tx: Executor,
  credentialId: string,
  validTo: Instant,
  thresholds: readonly number[],
): Promise<boolean> {
  const rows = await rawRows(
    tx,
    `INSERT INTO credential_notice (credential_id, valid_to, threshold) SELECT $1::uuid, $2::timestamptz, unnest($3::int[])
     ON CONFLICT DO NOTHING RETURNING 1 AS done`,
    [credentialId, new Date(validTo), thresholds],
  );
  return rows.length > 0;
}

/** Who runs a group: the people who act when somebody's licence runs out. */
export async function runnersOf(executor: Executor, groupId: string): Promise<string[]> {
  const rows = await rawRows<{ id: string }>(
    executor,
    `SELECT DISTINCT u.id FROM user_account u JOIN role_grant g ON g.user_id = u.id
     WHERE u.organisation_id = $1::uuid AND u.disabled_at IS NULL AND g.role IN ('operator', 'administrator') ORDER BY u.id`,
    [groupId],
  );
  return rows.map(({ id }) => id);
}
