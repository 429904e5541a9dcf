import { randomUUID } from "node:crypto";
import type { Role, UserActor } from "@readroom/shared/domain/access.js";
import { DAY, HOUR, type Instant } from "@readroom/shared/kernel/instant.js";
import { testClock } from "../../../kernel/clock.js";
import { type Database, openDatabase } from "../../../kernel/database.js";
import type { Deps } from "../../../kernel/deps.js";
import { makeLog } from "../../../kernel/log.js";

/** A small world of made-up organisations for tests: two hospitals under contract with a group, a third with a group of its own. */
export interface World {
  readonly deps: Deps & { readonly clock: ReturnType<typeof testClock> };
  readonly db: Database;
  readonly now: Instant;
  readonly group: string;
  readonly otherGroup: string;
  readonly north: { readonly hospital: string; readonly site: string };
  readonly south: { readonly hospital: string; readonly site: string };
  readonly foreign: { readonly hospital: string; readonly site: string };
  readonly pools: { readonly neuro: string; readonly body: string };
  person(options?: PersonOptions): Promise<UserActor>;
  study(options?: StudyOptions): Promise<string>;
  close(): Promise<void>;
}

export interface PersonOptions {
  readonly role?: Role;
  readonly organisation?: string;
  readonly kind?: "hospital" | "reading_group";
  readonly hospitals?: readonly string[];
  readonly subspecialties?: readonly string[];
  readonly readTypes?: readonly string[];
  readonly jurisdictions?: readonly string[];
  readonly sites?: readonly string[];
  readonly pools?: readonly string[];
  readonly onShift?: boolean;
}

export interface StudyOptions {
  readonly at?: "north" | "south" | "foreign";
  readonly subspecialty?: string;
  readonly urgencyRank?: number;
  readonly deadline?: Instant;
  readonly state?: string;
  readonly matchState?: string;
  readonly reportState?: string;
  /** Already routed into a pool; false: as ingest leaves it. */
  readonly routed?: boolean;
  readonly description?: string;
}

const URGENCY = ["critical", "stat", "urgent", "routine"];

export async function makeWorld(url: string): Promise<World> {
  const db = openDatabase(url, { max: 20 });
  const now = Date.now();
  const deps = { db, clock: testClock(now), log: makeLog("silent") };
  const one = async (sql: string, values: unknown[]): Promise<string> =>
    (await db.pool.query<{ id: string }>(sql, values)).rows[0]?.id ?? "";
  const organisation = (kind: string, code: string, zone: string) =>
    one("INSERT INTO organisation (kind, code, name, time_zone) VALUES ($1, $2, $2, $3) RETURNING id", [
      kind,
      code,
      zone,
    ]);
  const group = await organisation("reading_group", "NIGHT", "America/Los_Angeles");
  const otherGroup = await organisation("reading_group", "DAY", "Europe/Berlin");
  const place = async (code: string, zone: string, jurisdiction: string, contractWith: string) => {
    const hospital = await organisation("hospital", code, zone);
    const site = await one(
      `INSERT INTO site (organisation_id, code, name, time_zone, jurisdiction, patient_id_issuer, hl7_facilities) VALUES ($1, $2, $2, $3, $4, $2, '{}') RETURNING id`,
      [hospital, code, zone, jurisdiction],
    );
    await one(
      "INSERT INTO contract (hospital_id, group_id, name, turnaround, valid_from) VALUES ($1, $2, 'c', $3, now() - interval '1 year') RETURNING id",
      [...[hospital, contractWith], JSON.stringify({ critical: 15, stat: 30, urgent: 120, routine: 720 })],
    );
    return { hospital, site };
  };
  const north = await place("NORTH", "America/New_York", "US-NY", group);
  const south = await place("SOUTH", "America/Chicago", "US-IL", group);
  const foreign = await place("FOREIGN", "Europe/Berlin", "DE-BE", otherGroup);
  const pool = (code: string, reads: string[], fallback: string | null) =>
    one(
      "INSERT INTO pool (group_id, code, name, subspecialties, fallback_pool_id) VALUES ($1, $2, $2, $3, $4) RETURNING id",
      [group, code, reads, fallback],
    );
  const body = await pool("BODY", ["body", "chest", "general"], null);
  const pools = { body, neuro: await pool("NEURO", ["neuro"], body) };

  const person = async (o: PersonOptions = {}): Promise<UserActor> => {
    const { role = "radiologist", organisation: at = group, kind = "reading_group" } = o;
    const name = `${role} ${randomUUID().slice(0, 8)}`;
    const userId = await one(
      "INSERT INTO user_account (organisation_id, email, display_name, short_name, password_hash) VALUES ($1, $2, $3, 'P', 'x') RETURNING id",
      [at, `${randomUUID()}@test.example`, name],
    );
    await db.pool.query("INSERT INTO role_grant (user_id, role) VALUES ($1, $2)", [userId, role]);
    if (role === "radiologist" || role === "resident") await credentials(userId, o);
    const hospitalIds = o.hospitals ?? (kind === "hospital" ? [at] : [north.hospital, south.hospital]);
    return {
      kind: "user",
      userId,
      name,
      organisationId: at,
      organisationKind: kind,
      roles: [role],
      siteIds: null,
      hospitalIds,
      sessionId: "s",
      address: "127.0.0.1",
    };
  };

  const credentials = async (userId: string, o: PersonOptions): Promise<void> => {
    const readTypes = o.readTypes ?? (o.role === "resident" ? ["preliminary"] : ["preliminary", "final"]);
    const [from, to] = [new Date(now - DAY), new Date(now + 30 * DAY)];
    await db.pool.query("INSERT INTO reader_profile (user_id, subspecialties, read_types) VALUES ($1, $2, $3)", [
      ...[userId, o.subspecialties ?? ["neuro", "body", "chest"]],
      readTypes,
    ]);
    for (const code of o.jurisdictions ?? ["US-NY", "US-IL"])
      await db.pool.query(
        "INSERT INTO licence (user_id, jurisdiction, number, valid_from, valid_to) VALUES ($1, $2, 'n', $3, $4)",
        [userId, code, from, to],
      );
    for (const site of o.sites ?? [north.site, south.site])
      await db.pool.query(
        "INSERT INTO privilege (user_id, site_id, read_types, valid_from, valid_to) VALUES ($1, $2, $3, $4, $5)",
        [userId, site, readTypes, from, to],
      );
    for (const id of o.pools ?? [pools.neuro, pools.body])
      await db.pool.query("INSERT INTO pool_member (pool_id, user_id) VALUES ($1, $2)", [id, userId]);
    if (o.onShift !== false)
      await db.pool.query("INSERT INTO shift (user_id, starts_at, ends_at) VALUES ($1, $2, $3)", [
        userId,
        new Date(now - HOUR),
        new Date(now + 8 * HOUR),
      ]);
  };

  const study = async (o: StudyOptions = {}): Promise<string> => {
    const { hospital, site } = { north, south, foreign }[o.at ?? "north"];
    const { subspecialty = "neuro", urgencyRank = 3, routed = true } = o;
    const groupId = o.at === "foreign" ? otherGroup : group;
    return one(
      `INSERT INTO study (organisation_id, site_id, study_instance_uid, description, modalities, state, match_state, report_state, group_id, pool_id,
         subspecialty, urgency, urgency_rank, deadline, clock_started_at, routable, routed_at, dicom_patient_id, dicom_patient_name, instances_received, first_instance_at)
       VALUES ($1, $2, $3, $4, '{CT}', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'P1', '{"alphabetic": "Sample^Ada"}', 10, $14) RETURNING id`,
      [
        ...[
          hospital,
          site,
          `2.25.${BigInt(`0x${randomUUID().replaceAll("-", "")}`)}`,
          o.description ?? "CT head",
          o.state ?? "readable",
        ],
        ...[o.matchState ?? "matched", o.reportState ?? "none", routed ? groupId : null],
        routed ? (subspecialty === "neuro" ? pools.neuro : pools.body) : null,
        ...[
          subspecialty,
          URGENCY[urgencyRank],
          urgencyRank,
          routed ? new Date(o.deadline ?? now + HOUR) : null,
          new Date(now),
        ],
        ...[routed, routed ? new Date(now) : null],
      ],
    );
  };

  return { deps, db, now, group, otherGroup, north, south, foreign, pools, person, study, close: () => db.close() };
}
