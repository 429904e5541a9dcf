import { type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";
import { audit } from "../kernel/audit.js";
import type { Deps } from "../kernel/deps.js";
import type { SiteCode } from "./cases-types.js";
import { COLLEAGUES } from "./world.js";

const DEMO = { kind: "system", name: "demo world" } as const;

export interface DemoSiteRow {
  readonly id: string;
  readonly organisationId: string;
  readonly code: SiteCode;
  readonly name: string;
  readonly hospital: string;
  readonly timeZone: string;
  readonly issuer: string;
}

/** The demo's sites by code; a site that an administrator took away is simply not there. */
export async function demoSites(deps: Deps): Promise<Map<string, DemoSiteRow>> {
  const { rows } = await deps.db.pool.query<DemoSiteRow>(
    `SELECT s.id, s.organisation_id AS "organisationId", s.code, s.name, o.name AS hospital, s.time_zone AS "timeZone", s.patient_id_issuer AS issuer
     FROM site s JOIN organisation o ON o.id = s.organisation_id WHERE o.code IN ('STMARY', 'NORTHGATE')`,
  );
  return new Map(rows.map((row) => [row.code, row]));
}

/** A small durable fact of the demo; `first` is written and returned where there is none yet. */
export async function remembered<T>(deps: Deps, key: string, first: T): Promise<T> {
  await deps.db.pool.query("INSERT INTO hub_state (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING", [
    key,
    JSON.stringify(first),
  ]);
  const { rows } = await deps.db.pool.query<{ value: T }>("SELECT value FROM hub_state WHERE key = $1", [key]);
  return rows[0]?.value ?? first;
}

export async function remember(deps: Deps, key: string, value: unknown): Promise<void> {
  await deps.db.pool.query(
    "INSERT INTO hub_state (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = now()",
    [key, JSON.stringify(value)],
  );
}

/** How many objects of a study the archive has. */
export async function instancesOf(deps: Deps, organisationId: string, studyInstanceUid: string): Promise<number> {
  const { rows } = await deps.db.pool.query<{ n: number }>(
    "SELECT instances_received AS n FROM study WHERE organisation_id = $1 AND study_instance_uid = $2",
    [organisationId, studyInstanceUid],
  );
  return rows[0]?.n ?? 0;
}

export interface DemoStudy {
  readonly id: string;
  readonly accession: string;
  readonly urgency: string;
  readonly waitingSince: Instant;
}

/** The demo's studies that wait for a reader, longest first. */
export async function waitingStudies(deps: Deps): Promise<DemoStudy[]> {
  const { rows } = await deps.db.pool.query<DemoStudy>(
    `SELECT id, accession_number AS accession, urgency, (extract(epoch FROM coalesce(complete_at, first_instance_at)) * 1000)::bigint AS "waitingSince"
     FROM study WHERE is_demo AND state = 'readable' AND claim_state = 'open' AND report_state IN ('none', 'draft') ORDER BY complete_at`,
  );
  return rows;
}

/**
 * Demo seeding: moves a study's arrival into the past, with its clock, as if it had come then. Only for studies of the demo that have
 * no signed report; the audit trail says that it was done.
 * @param claimedAt when who holds it claimed it
 */
export async function moveArrival(
  deps: Deps,
  studyId: string,
  arrivedAt: Instant,
  claimedAt: Instant | null = null,
): Promise<void> {
  const at = new Date(arrivedAt);
  await deps.db.pgTx(async (client) => {
    const { rowCount } = await client.query(
      `UPDATE study SET first_instance_at = $2::timestamptz, last_instance_at = $2::timestamptz + interval '40 seconds',
         complete_at = $2::timestamptz + interval '1 minute', routed_at = $2::timestamptz + interval '1 minute',
         deadline = $2::timestamptz + (deadline - clock_started_at), clock_started_at = $2::timestamptz,
         matched_at = CASE WHEN matched_at IS NOT NULL THEN $2::timestamptz END, version = version + 1
       WHERE id = $1 AND is_demo AND signed_at IS NULL`,
      [studyId, at],
    );
    if (rowCount !== 1) return;
    // Its life is told from these too: else it would have waited for its order until now.
    await client.query(
      `UPDATE outbox SET at = CASE WHEN type = 'study.claimed' THEN $3::timestamptz ELSE $2::timestamptz + interval '1 minute' END
       WHERE stream = 'study:' || $1::text AND (type IN ('study.matched', 'study.routed') OR (type = 'study.claimed' AND $3::timestamptz IS NOT NULL))`,
      [studyId, at, claimedAt === null ? null : new Date(claimedAt)],
    );
    await audit(client, DEMO, [{ action: "demo.arrival_moved", studyId, detail: { arrivedAt } }]);
  });
}

/**
 * Demo seeding: a hub that was off for hours would come up with nothing but broken clocks. What nobody has begun and is late begins
 * its clock anew, each study a little later than the one before. Returns how many.
 */
export async function windClocks(deps: Deps): Promise<number> {
  const now = deps.clock.now();
  const { rows } = await deps.db.pool.query<{ id: string }>(
    `SELECT id FROM study WHERE is_demo AND state = 'readable' AND claim_state = 'open' AND report_state = 'none' AND deadline < $1
     ORDER BY first_instance_at DESC`,
    [new Date(now)],
  );
  for (const [index, { id }] of rows.entries()) await moveArrival(deps, id, now - Math.min(2 + index, 25) * MINUTE);
  return rows.length;
}

/** A log-in of a simulated colleague: signatures ask for one, as they do of everybody. Nobody knows a secret that fits it. */
export async function colleagueSession(deps: Deps, email: string, id: string): Promise<boolean> {
  const now = deps.clock.now();
  const { rowCount } = await deps.db.pool.query(
    `INSERT INTO session (id, user_id, created_at, last_seen_at, expires_at, address, user_agent, stepped_up_at)
     SELECT $1, u.id, $3, $3, $4, '127.0.0.1', 'simulated colleague', $3 FROM user_account u WHERE u.email = $2 AND u.disabled_at IS NULL
     ON CONFLICT (id) DO UPDATE SET last_seen_at = excluded.last_seen_at, expires_at = excluded.expires_at, stepped_up_at = excluded.stepped_up_at`,
    [id, email, new Date(now), new Date(now + 30 * MINUTE)],
  );
  return rowCount === 1;
}

/** Sessions of simulated colleagues that a killed process left behind. */
export async function endColleagueSessions(deps: Deps): Promise<void> {
  await deps.db.pool.query(
    "DELETE FROM session WHERE user_agent = 'simulated colleague' AND user_id IN (SELECT id FROM user_account WHERE email = ANY($1))",
    [COLLEAGUES.map(({ email }) => email)],
  );
}

export interface Destination {
  readonly siteCode: SiteCode;
  readonly port: number;
}

/** Points the sites' results at receivers on this machine, except where a person has set another destination. */
export async function setDestinations(
  deps: Deps,
  destinations: readonly Destination[],
  earlierPort: number,
): Promise<void> {
  for (const { siteCode, port } of destinations) {
    await deps.db.pool.query(
      `UPDATE site SET result_host = '127.0.0.1', result_port = $2, result_application = 'RIS', result_facility = $1
       WHERE code = $1 AND organisation_id IN (SELECT id FROM organisation WHERE code IN ('STMARY', 'NORTHGATE'))
         AND (result_host IS NULL OR (result_host = '127.0.0.1' AND result_port IN ($2, $3)))`,
      [siteCode, port, earlierPort],
    );
  }
}

/**
 * Holds the right to compute the demo's images: one process of the hub does it. null while another has it. The lock lives on its own
 * connection and ends with it, also when the process is killed.
 */
export async function becomeImageMaker(deps: Deps): Promise<(() => void) | null> {
  const client = await deps.db.pool.connect();
  const { rows } = await client.query<{ mine: boolean }>("SELECT pg_try_advisory_lock(72707374) AS mine");
  // `true`: the connection is closed, not handed to somebody else with the lock on it.
  if (rows[0]?.mine) return () => client.release(true);
  client.release();
  return null;
}

/** An administrator of the reading group, in whose name the demo writes the group's first rules. */
export async function groupWithoutRules(
  deps: Deps,
): Promise<{ id: string; administrator: string; name: string } | null> {
  const { rows } = await deps.db.pool.query<{ id: string; administrator: string; name: string }>(
    `SELECT o.id, u.id AS administrator, u.display_name AS name FROM organisation o JOIN user_account u ON u.organisation_id = o.id
     JOIN role_grant g ON g.user_id = u.id AND g.role = 'administrator'
     WHERE o.code = 'NIGHTLINE' AND NOT EXISTS (SELECT 1 FROM routing_rule_set r WHERE r.group_id = o.id AND r.number > 0) LIMIT 1`,
  );
  return rows[0] ?? null;
}

/** The demo's reading group; null where an administrator took it away. */
export async function readingGroup(deps: Deps): Promise<string | null> {
  const { rows } = await deps.db.pool.query<{ id: string }>("SELECT id FROM organisation WHERE code = 'NIGHTLINE'");
  return rows[0]?.id ?? null;
}
