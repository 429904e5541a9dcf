import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import { ineligibility } from "@readroom/shared/domain/eligibility.js";
import { ShiftPattern } from "@readroom/shared/domain/roster/pattern.js";
import { addDays, dayOf, endOfDay, localInstant } from "@readroom/shared/domain/roster/zone.js";
import { DAY, HOUR } from "@readroom/shared/kernel/instant.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { makeWorld, type World } from "../worklist/testing/world.js";
import * as people from "./commands-people.js";
import * as places from "./commands-places.js";
import * as pools from "./commands-pools.js";
import * as shifts from "./commands-shifts.js";
import { offerShift, settleOffer } from "./commands-swap.js";
import { groupReaders, poolsOf } from "./store-readers.js";
import { announceExpiring, layOutAll } from "./timers.js";
import * as views from "./views.js";

const ZONE = "America/New_York";
const SYSTEM: Actor = { kind: "system", name: "command line" };
let database: FreshDatabase;
let world: World;
let operator: UserActor;
let today: string;

beforeAll(async () => {
  database = await freshDatabase();
  world = await makeWorld(database.url);
  operator = await world.person({ role: "operator" });
  today = dayOf(world.deps.clock.now(), ZONE);
});
afterAll(async () => {
  await world.close();
  await database.drop();
});

const reader = () => world.person({ onShift: false });
const taken = <T>(result: { ok: true; value: T } | { ok: false; error: { message: string } }): T => {
  if (!result.ok) throw new Error(result.error.message);
  return result.value;
};
const nights = (over: Partial<ShiftPattern> = {}) =>
  ShiftPattern.parse({
    ...{ weekdays: [1, 2, 3, 4, 5, 6, 7], starts: "19:00", ends: "07:00", timeZone: ZONE },
    ...{ from: addDays(today, 1), ...over },
  });
const oneShift = (userId: string, day: string, starts = "08:00", ends = "16:00") => ({
  ...{ userId, day, starts, ends, timeZone: ZONE, kind: "shift" as const },
});
const eventsOf = async (type: string) =>
  (
    await world.db.pool.query<{ payload: Record<string, unknown>; topics: string[] }>(
      "SELECT payload, topics FROM outbox WHERE type = $1 ORDER BY seq",
      [type],
    )
  ).rows;
const shiftsOf = async (userId: string) =>
  (
    await world.db.pool.query<{ id: string; patternDay: string | null }>(
      `SELECT id, pattern_day AS "patternDay" FROM shift WHERE user_id = $1 ORDER BY starts_at`,
      [userId],
    )
  ).rows;

describe("credentials", () => {
  it("[RS1] a licence ends with its last day where the patients are", async () => {
    const person = await reader();
    const lastDay = addDays(today, 400);
    const request = { jurisdiction: "US-NY", number: "NY-1", firstDay: today, lastDay };
    await world.db.pool.query("DELETE FROM licence WHERE user_id = $1", [person.userId]);
    taken(await people.saveLicence(world.deps, operator, world.group, person.userId, request));
    const [one] = await groupReaders(world.db.pool, world.group, world.deps.clock.now(), person.userId);
    expect(one?.scope.jurisdictions).toEqual([
      expect.objectContaining({ code: "US-NY", validTo: endOfDay(lastDay, ZONE), lastDay }),
    ]);
    const study = {
      siteId: world.north.site,
      jurisdiction: "US-NY",
      subspecialty: "neuro",
      readType: "final" as const,
    };
    const reasons = (at: number) =>
      one ? ineligibility(one.scope, study, at).filter(({ reason }) => reason === "licence_expired") : [];
    expect(reasons(endOfDay(lastDay, ZONE) - 1)).toEqual([]);
    expect(reasons(endOfDay(lastDay, ZONE))).toEqual([expect.objectContaining({ lastDay })]);
  });

  it("[RS6] people, shifts and pools of another group answer as unknown ones", async () => {
    const stranger = await world.person({ organisation: world.otherGroup, onShift: false });
    const request = { jurisdiction: "US-NY", number: "1", firstDay: today, lastDay: today };
    for (const answer of [
      await people.saveLicence(world.deps, operator, world.group, stranger.userId, request),
      await shifts.addShift(world.deps, operator, world.group, oneShift(stranger.userId, addDays(today, 2))),
      await views.readerById(world.deps, world.group, stranger.userId),
      await places.changeSite(world.deps, await world.person({ role: "administrator" }), world.foreign.site, {}),
      await people.savePrivilege(world.deps, operator, world.group, (await reader()).userId, {
        ...{ siteId: world.foreign.site, readTypes: ["final"], firstDay: today, lastDay: today },
      }),
    ])
      expect(answer).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  it("[RS7] each threshold is told once, to the holder and those who run the group, also when two leaders run", async () => {
    const person = await reader();
    await world.db.pool.query("DELETE FROM licence WHERE user_id = $1", [person.userId]);
    await world.db.pool.query("DELETE FROM privilege WHERE user_id = $1", [person.userId]);
    const request = { jurisdiction: "US-NY", number: "NY-2", firstDay: today, lastDay: addDays(today, 20) };
    const { id } = taken(await people.saveLicence(world.deps, operator, world.group, person.userId, request));
    await Promise.all([announceExpiring(world.deps), announceExpiring(world.deps)]);
    await announceExpiring(world.deps);
    const told = (await eventsOf("credential.expiring")).filter(({ payload }) => payload.credentialId === id);
    expect(told).toHaveLength(1);
    expect(told[0]?.payload).toMatchObject({ threshold: 30, daysLeft: 20, covers: "US-NY", expired: false });
    expect(told[0]?.topics).toEqual(expect.arrayContaining([`user:${person.userId}`, `user:${operator.userId}`]));
    expect((await views.expiring(world.deps, world.group)).credentials.map((one) => one.id)).toContain(id);
    const renewed = { ...request, lastDay: addDays(today, 700) };
    taken(await people.saveLicence(world.deps, operator, world.group, person.userId, renewed, id));
    expect((await views.expiring(world.deps, world.group)).credentials.map((one) => one.id)).not.toContain(id);
  });
});

describe("shifts", () => {
  it("[RS2] laid out five weeks ahead, and again without any change", async () => {
    const person = await reader();
    const made = taken(await shifts.addPattern(world.deps, operator, world.group, person.userId, nights()));
    expect(made.shifts).toBeGreaterThanOrEqual(33);
    const [first, second, third] = await shiftsOf(person.userId);
    const cover = await reader();
    taken(await shifts.assignShift(world.deps, operator, world.group, first?.id ?? "", cover.userId));
    taken(await shifts.removeShift(world.deps, operator, world.group, second?.id ?? ""));
    await layOutAll(world.deps);
    const days = (await shiftsOf(person.userId)).map(({ patternDay }) => patternDay);
    expect(days).not.toContain(first?.patternDay);
    expect(days).not.toContain(second?.patternDay);
    expect(days).toContain(third?.patternDay);
    expect(days).toHaveLength(made.shifts - 2);
    taken(await shifts.endPattern(world.deps, operator, world.group, made.id, third?.patternDay ?? ""));
    expect((await shiftsOf(person.userId)).map(({ patternDay }) => patternDay)).toEqual([third?.patternDay]);
  });

  it("[RS3] overlaps are refused with the shift that is in the way, and two who write at once get one shift", async () => {
    const person = await reader();
    taken(await shifts.addPattern(world.deps, operator, world.group, person.userId, nights()));
    const morning = nights({ starts: "06:00", ends: "12:00" });
    expect(await shifts.addPattern(world.deps, operator, world.group, person.userId, morning)).toMatchObject({
      ok: false,
      error: {
        code: "conflict",
        message: expect.stringMatching(/has a shift from \w{3} \d+ \w{3} 19:00 to .* already/),
      },
    });
    expect(
      (
        await shifts.addPattern(
          world.deps,
          operator,
          world.group,
          person.userId,
          nights({ starts: "07:00", ends: "19:00" }),
        )
      ).ok,
    ).toBe(true);
    const other = await reader();
    const wanted = oneShift(other.userId, addDays(today, 3));
    const both = await Promise.all([1, 2].map(() => shifts.addShift(world.deps, operator, world.group, wanted)));
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect(await shiftsOf(other.userId)).toHaveLength(1);
  });

  it("[RS11] on call is apart from on shift; hours worked count against the limit", async () => {
    const person = await reader();
    const now = world.deps.clock.now();
    await world.db.pool.query(
      "INSERT INTO shift (user_id, starts_at, ends_at, kind) VALUES ($1, $2, $3, 'on_call'), ($1, $4, $5, 'shift')",
      [person.userId, ...[now - HOUR, now + HOUR, now - 14 * HOUR, now - HOUR].map((at) => new Date(at))],
    );
    await world.db.pool.query("UPDATE reader_profile SET max_hours_in_day = 12 WHERE user_id = $1", [person.userId]);
    const [one] = await groupReaders(world.db.pool, world.group, now, person.userId);
    expect(one?.scope).toMatchObject({
      shift: null,
      onCall: { startsAt: now - HOUR },
      fatigue: { hours: 13, maxHours: 12 },
    });
    const study = {
      siteId: world.north.site,
      jurisdiction: "US-NY",
      subspecialty: "neuro",
      readType: "final" as const,
    };
    const reasons = (onCallMay: boolean) =>
      one && ineligibility(one.scope, { ...study, onCallMay }, now).map(({ reason }) => reason);
    expect(reasons(false)).toEqual(["on_call_only"]);
    expect(reasons(true)).toEqual(["too_many_hours"]);
  });
});

describe("swap and cover", () => {
  it("[RS4] a swap hands over both shifts when the other accepts, and only once", async () => {
    const [a, b] = [await reader(), await reader()];
    const [early, late] = [addDays(today, 4), addDays(today, 5)];
    const mine = taken(await shifts.addShift(world.deps, operator, world.group, oneShift(a.userId, early)));
    const theirs = taken(await shifts.addShift(world.deps, operator, world.group, oneShift(b.userId, late)));
    const offer = { toUserId: null, otherShiftId: theirs.id, note: "" };
    const { id } = taken(await offerShift(world.deps, a, mine.id, offer));
    expect(await settleOffer(world.deps, a, id, "accept")).toMatchObject({ ok: false, error: { code: "conflict" } });
    const twice = await Promise.all([1, 2].map(() => settleOffer(world.deps, b, id, "accept")));
    expect(twice.filter(({ ok }) => ok)).toHaveLength(1);
    expect((await shiftsOf(a.userId)).map((one) => one.id)).toEqual([theirs.id]);
    expect((await shiftsOf(b.userId)).map((one) => one.id)).toEqual([mine.id]);
    expect((await views.mine(world.deps, a)).ok).toBe(true);
  });

  it("[RS4] cover for whoever takes it, not for one who is on then, nor for another group", async () => {
    const [a, b, c] = [await reader(), await reader(), await reader()];
    const day = addDays(today, 6);
    const mine = taken(await shifts.addShift(world.deps, operator, world.group, oneShift(a.userId, day)));
    taken(await shifts.addShift(world.deps, operator, world.group, oneShift(b.userId, day, "12:00", "20:00")));
    const { id } = taken(await offerShift(world.deps, a, mine.id, { toUserId: null, otherShiftId: null, note: "" }));
    const stranger = await world.person({ organisation: world.otherGroup, onShift: false });
    expect(await settleOffer(world.deps, stranger, id, "accept")).toMatchObject({ error: { code: "not_found" } });
    expect(await settleOffer(world.deps, b, id, "accept")).toMatchObject({ error: { code: "conflict" } });
    expect((await settleOffer(world.deps, c, id, "accept")).ok).toBe(true);
    expect((await shiftsOf(c.userId)).map((one) => one.id)).toEqual([mine.id]);
  });

  it("[RS5] an operator's assignment makes the request moot", async () => {
    const [a, b, c] = [await reader(), await reader(), await reader()];
    const mine = taken(await shifts.addShift(world.deps, operator, world.group, oneShift(a.userId, addDays(today, 7))));
    const { id } = taken(await offerShift(world.deps, a, mine.id, { toUserId: null, otherShiftId: null, note: "" }));
    taken(await shifts.assignShift(world.deps, operator, world.group, mine.id, b.userId));
    expect(await settleOffer(world.deps, c, id, "accept")).toMatchObject({ ok: false });
    expect((await shiftsOf(b.userId)).map((one) => one.id)).toEqual([mine.id]);
  });
});

describe("pools, contracts, sites", () => {
  it("[RS8] opening hours, rings of fall-backs, pools in use", async () => {
    const base = { subspecialties: ["msk"], openingHours: [], timeZone: null, memberIds: [], fallbackPoolId: null };
    const a = taken(await pools.savePool(world.deps, operator, world.group, { ...base, code: "A", name: "A" }));
    const b = taken(
      await pools.savePool(world.deps, operator, world.group, { ...base, code: "B", name: "B", fallbackPoolId: a.id }),
    );
    const ring = { ...base, code: "A", name: "A", fallbackPoolId: b.id };
    expect(await pools.savePool(world.deps, operator, world.group, ring, a.id)).toMatchObject({
      error: { code: "invalid", message: expect.stringContaining("A → B → A") },
    });
    expect(await pools.removePool(world.deps, operator, world.group, a.id)).toMatchObject({
      error: { message: "B falls back to A." },
    });
    const nightsOnly = { weekdays: [1, 2, 3, 4, 5, 6, 7], from: "19:00", to: "07:00" };
    taken(
      await pools.savePool(
        world.deps,
        operator,
        world.group,
        { ...base, code: "A", name: "A", openingHours: [nightsOnly], timeZone: ZONE },
        a.id,
      ),
    );
    const at = async (time: string) =>
      (await poolsOf(world.db.pool, world.group, localInstant("2026-11-25", time, ZONE))).find(({ id }) => id === a.id);
    expect(await at("03:00")).toMatchObject({ openNow: true, opensAt: null });
    expect(await at("12:00")).toMatchObject({ openNow: false, opensAt: localInstant("2026-11-25", "19:00", ZONE) });
  });

  it("[RS9] a group ends its contract sooner, and can't let it run longer", async () => {
    const administrator = await world.person({ role: "administrator" });
    const ofHospital = await world.person({
      role: "administrator",
      organisation: world.south.hospital,
      kind: "hospital",
    });
    const contract = (await places.contractViews(world.deps, world.group)).find(
      ({ hospitalId }) => hospitalId === world.south.hospital,
    );
    const id = contract?.id ?? "";
    const change = (actor: UserActor, lastDay: string | null) =>
      places.changeContract(world.deps, actor, actor.organisationId, id, { lastDay });
    expect((await change(administrator, addDays(today, 100))).ok).toBe(true);
    expect(await change(administrator, null)).toMatchObject({ error: { code: "forbidden" } });
    expect(await change(ofHospital, null)).toMatchObject({ ok: true, value: { lastDay: null, running: true } });
    expect(await places.changeContract(world.deps, administrator, world.otherGroup, id, {})).toMatchObject({
      error: { code: "not_found" },
    });
    const terms = { critical: 10, stat: 20, urgent: 100, routine: 600 };
    const between = { hospitalId: world.north.hospital, groupId: world.otherGroup, firstDay: null, lastDay: null };
    const wanted = { ...between, name: "Days", turnaround: terms, attainmentTarget: 0.9 };
    expect(await places.addContract(world.deps, administrator, wanted)).toMatchObject({ error: { code: "forbidden" } });
    expect((await places.addContract(world.deps, SYSTEM, wanted)).ok).toBe(true);
  });

  it("[RS10] a coordinator changes the own hospital's ladder and no other's; an operator only reads", async () => {
    const coordinator = await world.person({
      role: "coordinator",
      organisation: world.north.hospital,
      kind: "hospital",
    });
    const ladder = [{ name: "Dr Duty", role: "On call", phone: "+1 555", email: "", userId: null }];
    expect(
      await places.changeSite(world.deps, coordinator, world.north.site, { ladder, quietSeconds: 33 }),
    ).toMatchObject({
      ok: true,
      value: { ladder, quietSeconds: 33 },
    });
    expect(await places.changeSite(world.deps, coordinator, world.south.site, { ladder })).toMatchObject({
      error: { code: "not_found" },
    });
    expect(await places.changeSite(world.deps, operator, world.north.site, { ladder: [] })).toMatchObject({
      error: { code: "forbidden" },
    });
  });

  it("[RS12] the week shows cover by the hour, and every change stands in the audit trail", async () => {
    const shown = taken(await views.week(world.deps, world.group, { from: today, days: 7 }));
    expect(shown.coverage.every(({ onShift }) => onShift.length === 7 * 24)).toBe(true);
    expect(shown.endsAt - shown.startsAt).toBe(7 * DAY);
    const { rows } = await world.db.pool.query<{ action: string }>("SELECT DISTINCT action FROM audit_event");
    expect(rows.map(({ action }) => action)).toEqual(
      expect.arrayContaining([
        "licence.add",
        "shift.pattern_add",
        "shift.assign",
        "shift.handed_over",
        "pool.add",
        "contract.change",
        "site.change",
      ]),
    );
  });
});
