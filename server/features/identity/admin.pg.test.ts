import { NewUser } from "@readroom/shared/contract/http/admin.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { audit } from "../../kernel/audit.js";
import { sha256 } from "../../kernel/secrets.js";
import { patientsByNumber, trail, verify } from "../audit/store.js";
import { makeWorld, type World } from "../worklist/testing/world.js";
import * as admin from "./admin-commands.js";
import { credentialLookups } from "./public.js";
import * as store from "./store-admin.js";

let database: FreshDatabase;
let world: World;
let ofHospital: Actor;
let ofGroup: Actor;

beforeAll(async () => {
  database = await freshDatabase();
  world = await makeWorld(database.url);
  ofHospital = await world.person({ role: "administrator", organisation: world.north.hospital, kind: "hospital" });
  ofGroup = await world.person({ role: "administrator" });
});
afterAll(async () => {
  await world.close();
  await database.drop();
});

const newUser = (organisationId: string, role: string) =>
  NewUser.parse({
    organisationId,
    email: `${role}.${organisationId}@test.example`,
    name: "Dr Ada Bell",
    roles: [{ role }],
  });

describe("administration", () => {
  it("[AD1] a hospital's administrator adds people to that hospital alone, in its own roles", async () => {
    const made = await admin.addUser(world.deps, ofHospital, newUser(world.north.hospital, "coordinator"));
    expect(made.ok && made.value).toMatchObject({
      user: { shortName: "AB", roles: [{ role: "coordinator" }] },
      password: expect.stringMatching(/^(\w{5}-){3}\w{5}$/),
    });
    for (const elsewhere of [world.south.hospital, world.group, world.foreign.hospital])
      expect(await admin.addUser(world.deps, ofHospital, newUser(elsewhere, "administrator"))).toMatchObject({
        ok: false,
        error: { code: "not_found" },
      });
    expect(await admin.addUser(world.deps, ofHospital, newUser(world.north.hospital, "radiologist"))).toMatchObject({
      ok: false,
      error: { code: "invalid" },
    });
  });

  it("[AD2] a group's administrator also administers the hospitals under contract, and no other", async () => {
    const seen = (await store.organisations(world.db.pool, admin.administered(ofGroup))).map(({ id }) => id);
    expect(new Set(seen)).toEqual(new Set([world.group, world.north.hospital, world.south.hospital]));
    expect((await admin.addUser(world.deps, ofGroup, newUser(world.south.hospital, "referrer"))).ok).toBe(true);
  });

  it("[AD7] a physician's number is one person's in a hospital, and can be given, taken and changed", async () => {
    const physician = (organisationId: string, email: string, physicianNumber: string) =>
      admin.addUser(
        world.deps,
        ofGroup,
        NewUser.parse({ organisationId, email, name: "Dr Numbered", physicianNumber, roles: [{ role: "referrer" }] }),
      );
    const first = await physician(world.north.hospital, "first@test.example", " 4711 ");
    const made = first.ok ? first.value.user : null;
    expect(made?.physicianNumber).toBe("4711");
    expect(await physician(world.north.hospital, "second@test.example", "4711")).toMatchObject({
      ok: false,
      error: { code: "conflict", message: "Somebody of this organisation has this physician number already." },
    });
    expect((await physician(world.south.hospital, "third@test.example", "4711")).ok).toBe(true);
    const second = await physician(world.north.hospital, "second@test.example", "4712");
    const change = (physicianNumber: string | null) =>
      admin.changeUser(world.deps, ofHospital, second.ok ? second.value.user.id : "", { physicianNumber });
    expect(await change("4711")).toMatchObject({ ok: false, error: { code: "conflict" } });
    expect(await change("4712")).toMatchObject({ ok: true, value: { physicianNumber: "4712" } });
    expect(await change(null)).toMatchObject({ ok: true, value: { physicianNumber: null } });
    const atOnce = await Promise.all(
      [1, 2, 3].map((n) => physician(world.north.hospital, `at-once-${n}@test.example`, "5000")),
    );
    expect(atOnce.filter((made) => made.ok)).toHaveLength(1);
    expect(atOnce.filter((made) => !made.ok && made.error.code === "conflict")).toHaveLength(2);
  });

  it("[AD3] disabling ends sessions in the same transaction and tells the gateway to close live sockets", async () => {
    const person = await world.person();
    const session = sha256("secret");
    await world.db.pool.query(
      "INSERT INTO session (id, user_id, expires_at, address, user_agent) VALUES ($1, $2, now() + interval '1 hour', '', '')",
      [session, person.userId],
    );
    const lookups = credentialLookups(world.deps);
    expect(await lookups.session(session, "")).toMatchObject({ userId: person.userId });
    expect((await admin.changeUser(world.deps, ofGroup, person.userId, { disabled: true })).ok).toBe(true);
    expect(await lookups.session(session, "")).toBeNull();
    const told = await world.db.pool.query("SELECT payload FROM outbox WHERE type = 'user.rights_changed'");
    expect(told.rows).toEqual([{ payload: { userId: person.userId } }]);
    expect((await admin.changeUser(world.deps, ofHospital, person.userId, { disabled: false })).ok).toBe(false);
  });

  it("[AD4] a token's secret is stored as its hash only and stops working when revoked", async () => {
    const made = await admin.addToken(world.deps, ofHospital, {
      label: "PACS",
      role: "integration",
      organisationId: world.north.hospital,
    });
    if (!made.ok) throw new Error(made.error.message);
    const lookups = credentialLookups(world.deps);
    expect(await lookups.token(sha256(made.value.secret), "")).toMatchObject({
      role: "integration",
      hospitalIds: [world.north.hospital],
    });
    const rows = await world.db.pool.query("SELECT to_jsonb(k)::text AS text FROM api_token k");
    expect(JSON.stringify(rows.rows)).not.toContain(made.value.secret);
    expect((await admin.revokeToken(world.deps, ofHospital, made.value.token.id)).ok).toBe(true);
    expect(await lookups.token(sha256(made.value.secret), "")).toBeNull();
    expect(
      (await admin.addToken(world.deps, ofHospital, { label: "x", role: "integration", organisationId: null })).ok,
    ).toBe(false);
  });

  it("[AD5] who saw this patient: one query by number, and never another tenant's", async () => {
    const study = await world.study();
    const { rows } = await world.db.pool.query<{ id: string }>(
      `INSERT INTO patient (organisation_id, issuer, mrn, name) VALUES ($1, 'NORTH', 'M-77', '{}') RETURNING id`,
      [world.north.hospital],
    );
    const patientId = rows[0]?.id ?? "";
    await world.db.pool.query("UPDATE study SET patient_id = $2 WHERE id = $1", [study, patientId]);
    const reader = await world.person();
    await audit(world.db.pool, reader, [
      { action: "study.read", studyId: study, organisationId: world.north.hospital },
    ]);
    await audit(world.db.pool, ofGroup, [{ action: "order.read", patientId, organisationId: world.north.hospital }]);
    const query = { studyId: null, actorId: null, from: null, to: null, before: null, limit: 50 };
    const ours = [world.north.hospital];
    const patientIds = await patientsByNumber(world.db.pool, "m-77", world.north.site, ours);
    expect(patientIds).toEqual([patientId]);
    const found = await trail(world.db.pool, { ...query, patientIds }, ours);
    expect(new Set(found.people.map(({ id }) => id))).toEqual(
      new Set([reader.userId, ofGroup.kind === "user" ? ofGroup.userId : ""]),
    );
    expect(await patientsByNumber(world.db.pool, "M-77", null, [world.foreign.hospital])).toEqual([]);
    expect((await trail(world.db.pool, { ...query, patientIds }, [world.foreign.hospital])).rows).toEqual([]);
    await world.db.pool.query("SELECT audit_seal(1000)");
    expect(await verify(world.db.pool)).toMatchObject({ holds: true, unsealed: 0, firstBreak: null });
  });
});
