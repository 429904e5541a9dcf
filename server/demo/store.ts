import { randomBytes } from "node:crypto";
import { hashPassword } from "../features/identity/public.js";
import type { Tx } from "../kernel/database.js";
import type { Deps } from "../kernel/deps.js";
import {
  COLLEAGUES,
  DEMO_PASSWORD,
  type DemoPerson,
  ORGANISATIONS,
  PEOPLE,
  POOLS,
  SITES,
  TURNAROUND,
} from "./world.js";

const SEEDED = "demo.world";
const YEAR = 365 * 86_400_000;

/** Writes the demo world once; later starts find it there. Returns true when it was written now. */
export async function seedWorld(deps: Deps): Promise<boolean> {
  // Plain SQL: Prisma's first query takes half a second, and most starts need no more than this answer.
  const { rowCount } = await deps.db.pool.query("SELECT 1 FROM hub_state WHERE key = $1", [SEEDED]);
  if (rowCount) return false;
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  // A password that nobody knows: nobody logs in as a simulated colleague.
  const lockedHash = await hashPassword(randomBytes(24).toString("base64"));
  return deps.db.tx(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(72707373)`;
    if (await tx.hubState.findUnique({ where: { key: SEEDED } })) return false;
    const organisations = await seedOrganisations(tx);
    const sites = await seedSites(tx, organisations);
    const pools = await seedPools(tx, required(organisations, "NIGHTLINE"));
    const users = new Map<string, string>();
    for (const person of PEOPLE)
      users.set(person.email, await seedPerson(tx, deps, person, passwordHash, { organisations, sites, pools }));
    for (const person of COLLEAGUES) await seedPerson(tx, deps, person, lockedHash, { organisations, sites, pools });
    await seedLadders(tx, sites, users);
    await seedContracts(tx, organisations);
    await tx.hubState.create({ data: { key: SEEDED, value: { at: deps.clock.now() } } });
    return true;
  });
}

/**
 * Keeps the demo's readers on shift: the night shift that runs from 19:00 to 07:00 in the reading group's zone would leave the demo
 * without readers at noon, so each start gives everybody twelve hours from the full hour before now.
 */
export async function keepOnShift(deps: Deps): Promise<void> {
  const hour = 3_600_000;
  const startsAt = new Date(Math.floor(deps.clock.now() / hour) * hour);
  const endsAt = new Date(startsAt.getTime() + 12 * hour);
  await deps.db.pool.query(
    `INSERT INTO shift (user_id, starts_at, ends_at)
     SELECT p.user_id, $1, $2 FROM reader_profile p JOIN user_account u ON u.id = p.user_id
     WHERE u.email = ANY($3) AND NOT EXISTS (SELECT 1 FROM shift s WHERE s.user_id = p.user_id AND s.starts_at <= now() AND s.ends_at > now() + interval '1 hour')`,
    [startsAt, endsAt, [...PEOPLE, ...COLLEAGUES].map((person) => person.email)],
  );
}

async function seedOrganisations(tx: Tx): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const organisation of ORGANISATIONS)
    ids.set(organisation.code, (await tx.organisation.create({ data: { ...organisation } })).id);
  return ids;
}

async function seedSites(tx: Tx, organisations: Map<string, string>): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const [organisation, list] of Object.entries(SITES)) {
    for (const { ladder: _ladder, hl7Facilities, ...site } of list) {
      const row = await tx.site.create({
        data: {
          ...site,
          hl7Facilities: [...hl7Facilities],
          organisationId: required(organisations, organisation),
          quietSeconds: 10,
        },
      });
      ids.set(site.code, row.id);
    }
  }
  return ids;
}

async function seedPools(tx: Tx, groupId: string): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const { code, name, subspecialties } of POOLS) {
    ids.set(code, (await tx.pool.create({ data: { groupId, code, name, subspecialties: [...subspecialties] } })).id);
  }
  for (const pool of POOLS) {
    if (pool.fallback)
      await tx.pool.update({
        where: { id: required(ids, pool.code) },
        data: { fallbackPoolId: required(ids, pool.fallback) },
      });
  }
  return ids;
}

interface Known {
  readonly organisations: Map<string, string>;
  readonly sites: Map<string, string>;
  readonly pools: Map<string, string>;
}

async function seedPerson(tx: Tx, deps: Deps, person: DemoPerson, passwordHash: string, known: Known): Promise<string> {
  const { id } = await tx.userAccount.create({
    data: {
      organisationId: required(known.organisations, person.organisation),
      email: person.email,
      displayName: person.name,
      shortName: person.shortName,
      title: person.title,
      colour: person.colour,
      physicianNumber: person.physicianNumber ?? null,
      passwordHash,
      roles: { create: { role: person.role } },
    },
  });
  if (!person.reader) return id;
  const validFrom = new Date(deps.clock.now() - YEAR);
  const validTo = new Date(deps.clock.now() + 2 * YEAR);
  await tx.readerProfile.create({
    data: { userId: id, subspecialties: [...person.reader.subspecialties], readTypes: [...person.reader.readTypes] },
  });
  await tx.licence.createMany({
    data: person.reader.jurisdictions.map((jurisdiction, i) => ({
      userId: id,
      jurisdiction,
      number: `D-${person.shortName}-${i + 1}`,
      validFrom,
      validTo,
    })),
  });
  await tx.privilege.createMany({
    data: person.reader.sites.map((site) => ({
      userId: id,
      siteId: required(known.sites, site),
      readTypes: [...(person.reader?.readTypes ?? [])],
      validFrom,
      validTo,
    })),
  });
  await tx.poolMember.createMany({
    data: person.reader.pools.map((pool) => ({ poolId: required(known.pools, pool), userId: id })),
  });
  return id;
}

async function seedLadders(tx: Tx, sites: Map<string, string>, users: Map<string, string>): Promise<void> {
  for (const site of Object.values(SITES).flat()) {
    await tx.escalationContact.createMany({
      data: site.ladder.map(({ user, ...contact }, position) => ({
        ...contact,
        position,
        siteId: required(sites, site.code),
        userId: user ? required(users, user) : null,
      })),
    });
  }
}

async function seedContracts(tx: Tx, organisations: Map<string, string>): Promise<void> {
  for (const hospital of ORGANISATIONS.filter((organisation) => organisation.kind === "hospital")) {
    await tx.contract.create({
      data: {
        hospitalId: required(organisations, hospital.code),
        groupId: required(organisations, "NIGHTLINE"),
        name: `Overnight reads for ${hospital.name}`,
        turnaround: { ...TURNAROUND },
        attainmentTarget: 0.95,
      },
    });
  }
}

function required(ids: Map<string, string>, code: string): string {
  const id = ids.get(code);
  if (!id) throw new Error(`the demo world names ${code}, which it does not have`);
  return id;
}
