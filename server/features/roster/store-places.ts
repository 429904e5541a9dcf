import type { Instant } from "@readroom/shared/kernel/instant.js";
import { rawRows } from "../../kernel/database.js";
import { type Executor, ms } from "./store-readers.js";

export interface StoredContract {
  readonly id: string;
  readonly hospitalId: string;
  readonly hospitalName: string;
  readonly groupId: string;
  readonly groupName: string;
  readonly groupZone: string;
  readonly name: string;
  readonly turnaround: unknown;
  readonly attainmentTarget: number;
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
}

/** Contracts in which the organisation is either side; null: all of the hub. */
export async function contracts(
  executor: Executor,
  organisationId: string | null,
  id: string | null = null,
): Promise<StoredContract[]> {
  return rawRows<StoredContract>(
    executor,
    `SELECT c.id, c.hospital_id AS "hospitalId", h.name AS "hospitalName", c.group_id AS "groupId", g.name AS "groupName", g.time_zone AS "groupZone",
       c.name, c.turnaround, c.attainment_target AS "attainmentTarget", ${ms("c.valid_from")} AS "validFrom", ${ms("c.valid_to")} AS "validTo"
     FROM contract c JOIN organisation h ON h.id = c.hospital_id JOIN organisation g ON g.id = c.group_id
     WHERE ($1::uuid IS NULL OR c.hospital_id = $1::uuid OR c.group_id = $1::uuid) AND ($2::uuid IS NULL OR c.id = $2::uuid) ORDER BY h.name, g.name`,
    [organisationId, id],
  );
}

export interface ContractToWrite {
  readonly hospitalId: string;
  readonly groupId: string;
  readonly name: string;
  readonly turnaround: unknown;
  readonly attainmentTarget: number;
  readonly validFrom: Instant;
  readonly validTo: Instant | null;
}
const date = (at: Instant | null) => (at === null ? null : new Date(at));

/** null where the two have a contract already. */
export async function insertContract(tx: Executor, one: ContractToWrite): Promise<string | null> {
  const rows = await rawRows<{ id: string }>(
    tx,
    `INSERT INTO contract (hospital_id, group_id, name, turnaround, attainment_target, valid_from, valid_to)
     VALUES ($1::uuid, $2::uuid, $3, $4::jsonb, $5::float8, $6::timestamptz, $7::timestamptz) ON CONFLICT (hospital_id, group_id) DO NOTHING RETURNING id`,
    [
      ...[one.hospitalId, one.groupId, one.name, JSON.stringify(one.turnaround), one.attainmentTarget],
      ...[date(one.validFrom), date(one.validTo)],
    ],
  );
  return rows[0]?.id ?? null;
}

/** Minutes by urgency are merged into the turnaround: what starts and stops the clocks stands beside them. */
export async function updateContract(
  tx: Executor,
  id: string,
  change: {
    readonly name: string;
    readonly turnaround: unknown;
    readonly attainmentTarget: number;
    readonly validTo: Instant | null;
  },
): Promise<void> {
  await rawRows(
    tx,
    `UPDATE contract SET name = $2, turnaround = turnaround || $3::jsonb, attainment_target = $4::float8, valid_to = $5::timestamptz
     WHERE id = $1::uuid RETURNING 1 AS done`,
    [id, change.name, JSON.stringify(change.turnaround), change.attainmentTarget, date(change.validTo)],
  );
}

export async function organisationKind(
  executor: Executor,
  id: string,
): Promise<{ kind: string; name: string; timeZone: string } | null> {
  const rows = await rawRows<{ kind: string; name: string; timeZone: string }>(
    executor,
    `SELECT kind, name, time_zone AS "timeZone" FROM organisation WHERE id = $1::uuid`,
    [id],
  );
  return rows[0] ?? null;
}

export async function peopleOfGroup(executor: Executor, groupId: string): Promise<string[]> {
  const rows = await rawRows<{ id: string }>(
    executor,
    "SELECT id FROM user_account WHERE organisation_id = $1::uuid AND disabled_at IS NULL ORDER BY id",
    [groupId],
  );
  return rows.map(({ id }) => id);
}

export interface Rung {
  readonly name: string;
  readonly role: string;
  readonly phone: string;
  readonly email: string;
  readonly userId: string | null;
}
export interface StoredSite {
  readonly id: string;
  readonly code: string;
  readonly name: string;
  readonly hospitalId: string;
  readonly hospitalName: string;
  readonly timeZone: string;
  readonly jurisdiction: string;
  readonly phone: string;
  readonly quietSeconds: number;
  readonly resultHost: string;
  readonly resultPort: number | null;
  readonly ladder: Rung[];
}

/** Sites of these hospitals, of these sites alone where given; null: all. */
export async function sites(
  executor: Executor,
  hospitalIds: readonly string[] | null,
  siteIds: readonly string[] | null,
): Promise<StoredSite[]> {
  return rawRows<StoredSite>(
    executor,
    `SELECT t.id, t.code, t.name, h.id AS "hospitalId", h.name AS "hospitalName", t.time_zone AS "timeZone", t.jurisdiction, coalesce(t.phone, '') AS phone,
       t.quiet_seconds AS "quietSeconds", coalesce(t.result_host, '') AS "resultHost", t.result_port AS "resultPort",
       coalesce((SELECT jsonb_agg(jsonb_build_object('name', e.name, 'role', e.role, 'phone', e.phone, 'email', e.email, 'userId', e.user_id) ORDER BY e.position)
         FROM escalation_contact e WHERE e.site_id = t.id), '[]') AS ladder
     FROM site t JOIN organisation h ON h.id = t.organisation_id
     WHERE ($1::uuid[] IS NULL OR h.id = ANY ($1::uuid[])) AND ($2::uuid[] IS NULL OR t.id = ANY ($2::uuid[])) ORDER BY h.name, t.name`,
    [hospitalIds, siteIds],
  );
}

export async function updateSite(
  tx: Executor,
  id: string,
  site: {
    readonly phone: string;
    readonly quietSeconds: number;
    readonly resultHost: string;
    readonly resultPort: number | null;
  },
): Promise<void> {
  await rawRows(
    tx,
    `UPDATE site SET phone = nullif($2, ''), quiet_seconds = $3::int, result_host = nullif($4, ''), result_port = $5::int WHERE id = $1::uuid RETURNING 1 AS done`,
    [id, site.phone, site.quietSeconds, site.resultHost, site.resultPort],
  );
}

/** Replaces a site's ladder. A person of another hospital is not linked: only the name stays. */
export async function replaceLadder(tx: Executor, siteId: string, ladder: readonly Rung[]): Promise<void> {
  await rawRows(tx, "DELETE FROM escalation_contact WHERE site_id = $1::uuid RETURNING 1 AS done", [siteId]);
  for (const [position, rung] of ladder.entries())
    await rawRows(
      tx,
      `INSERT INTO escalation_contact (site_id, position, name, role, phone, email, user_id)
       VALUES ($1::uuid, $2::int, $3, $4, $5, $6, (SELECT u.id FROM user_account u JOIN site t ON t.organisation_id = u.organisation_id
         WHERE u.id = $7::uuid AND t.id = $1::uuid)) RETURNING 1 AS done`,
      [siteId, position, rung.name, rung.role, rung.phone, rung.email, rung.userId],
    );
}
