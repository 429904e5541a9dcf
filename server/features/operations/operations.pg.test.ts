import { HAND_OVER_LEASE } from "@readroom/shared/domain/claim.js";
import { HOUR, MINUTE } from "@readroom/shared/kernel/instant.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { claimStudy } from "../worklist/commands.js";
import { assignStudy, recallStudy } from "../worklist/commands-assign.js";
import { NextStudy } from "../worklist/next.js";
import { makeWorld, type World } from "../worklist/testing/world.js";
import { board } from "./board.js";
import { note, putOnShift, rescueView, setReceiver } from "./rescue.js";

let database: FreshDatabase;
let world: World;
beforeAll(async () => {
  database = await freshDatabase();
  world = await makeWorld(database.url);
});
afterAll(async () => {
  await world.close();
  await database.drop();
});
beforeEach(async () => {
  for (const table of ["study", "operations_note", "pool_member", "shift", "reader_profile"])
    await world.db.pool.query(`DELETE FROM ${table}`);
});

type Settled<T> = { ok: true; value: T } | { ok: false; error: { code: string; message: string } };
async function valueIn<T>(result: Promise<Settled<T>>): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(`${settled.error.code}: ${settled.error.message}`);
  return settled.value;
}
const codeOf = async (result: Promise<Settled<unknown>>): Promise<string> => {
  const settled = await result;
  return settled.ok ? "ok" : settled.error.code;
};
const one = async (sql: string, values: unknown[]) =>
  (await world.db.pool.query<Record<string, unknown>>(sql, values)).rows[0] ?? {};
const trail = async (action: string) =>
  (await world.db.pool.query("SELECT * FROM audit_event WHERE action = $1 ORDER BY at DESC", [action])).rows;
const operator = () => world.person({ role: "operator" });
const kinds = async (actor: Awaited<ReturnType<typeof operator>>) =>
  (await valueIn(board(world.deps, actor, true))).attention.map(({ kind }) => kind);

describe("a study's rescue", () => {
  it("[OP3] says of each reader whether they could read it, and every reason why not", async () => {
    const id = await world.study();
    const ada = await world.person();
    const away = await world.person({ onShift: false });
    const body = await world.person({ subspecialties: ["body"], jurisdictions: ["US-IL"], pools: [world.pools.body] });
    const view = await valueIn(rescueView(world.deps, await operator(), id));
    const standing = (userId: string) => view.readers.find((reader) => reader.id === userId);
    expect(standing(ada.userId)).toMatchObject({ standing: "eligible", reasons: [], inPool: true });
    expect(standing(away.userId)).toMatchObject({ standing: "away", reasons: ["not on shift"] });
    expect(standing(body.userId)).toMatchObject({ standing: "no", inPool: false });
    expect(standing(body.userId)?.reasons).toEqual([
      "no licence for US-NY",
      "neuro is not among the reader's subspecialties",
    ]);
    expect(view.summary).toContain(ada.name);
    expect(view.pools.find((pool) => pool.current)).toMatchObject({ readyNow: 1, credentialed: 2 });
    const foreign = await world.study({ at: "foreign" });
    expect(await codeOf(rescueView(world.deps, await operator(), foreign))).toBe("not_found");
  });

  it("[OP4] is given to an eligible reader only, for as long as a hand-over, and is on record", async () => {
    const id = await world.study();
    const ada = await world.person();
    const body = await world.person({ subspecialties: ["body"], pools: [world.pools.body] });
    const who = await operator();
    expect(await codeOf(assignStudy(world.deps, who, id, body.userId, "you are free"))).toBe("not_eligible");
    expect(await codeOf(assignStudy(world.deps, who, id, who.userId, "to myself"))).toBe("not_found");
    expect(await codeOf(assignStudy(world.deps, ada, id, ada.userId, "to myself"))).toBe("not_found");
    await valueIn(assignStudy(world.deps, who, id, ada.userId, "you are free"));
    const row = await one("SELECT * FROM study WHERE id = $1", [id]);
    expect(row).toMatchObject({ claim_state: "held", claimed_by: ada.userId, claim_note: "you are free" });
    expect((row.claim_until as Date).getTime()).toBe(world.deps.clock.now() + HAND_OVER_LEASE);
    expect(await trail("study.assign")).toHaveLength(1);
    expect(await codeOf(assignStudy(world.deps, who, id, ada.userId, "once more"))).toBe("conflict");
  });

  it("[OP5] is taken from whoever holds it, who is told and whose fence is stale; the draft stays", async () => {
    const id = await world.study({ reportState: "draft" });
    const [ada, ben] = [await world.person(), await world.person()];
    const who = await operator();
    const { fence } = await valueIn(claimStudy(world.deps, ada, id));
    await valueIn(assignStudy(world.deps, who, id, ben.userId, "Ada is in a call"));
    const { payload, topics } = (await one(
      "SELECT payload, topics FROM outbox WHERE stream = $1 ORDER BY version DESC LIMIT 1",
      [`study:${id}`],
    )) as { payload: Record<string, unknown>; topics: string[] };
    expect(payload).toMatchObject({ by: ben.userId, from: ada.userId, via: "assign", fence: fence + 1 });
    expect(topics).toContain(`user:${ada.userId}`);
    expect(await one("SELECT report_state FROM study WHERE id = $1", [id])).toEqual({ report_state: "draft" });
    await valueIn(recallStudy(world.deps, who, id, "nobody opened it"));
    expect(await one("SELECT claim_state, report_state FROM study WHERE id = $1", [id])).toEqual({
      claim_state: "open",
      report_state: "draft",
    });
    expect(await codeOf(recallStudy(world.deps, who, id, "again"))).toBe("conflict");
  });

  it("[OP6] a reader put on shift from now gets it as the next study; credentials are not lent", async () => {
    const id = await world.study();
    const away = await world.person({ onShift: false });
    const who = await operator();
    const next = new NextStudy(world.deps);
    const now = world.deps.clock.now();
    for (const until of [now + MINUTE, now + 13 * HOUR])
      expect(await codeOf(putOnShift(world.deps, who, away.userId, { until }))).toBe("invalid");
    const foreign = await world.study({ at: "foreign" });
    expect(await codeOf(putOnShift(world.deps, who, away.userId, { until: now + HOUR, studyId: foreign }))).toBe(
      "not_found",
    );
    await valueIn(putOnShift(world.deps, who, away.userId, { until: now + 4 * HOUR, studyId: id }));
    expect(await codeOf(putOnShift(world.deps, who, away.userId, { until: now + 4 * HOUR }))).toBe("conflict");
    expect((await trail("shift.add"))[0]).toMatchObject({ study_id: id, subject: away.userId });
    expect((await valueIn(next.next(away))).claim?.studyId).toBe(id);
  });
});

describe("the short list", () => {
  it("[OP2] a kind of study that nobody of its pool may read now is on it, with why, until somebody may", async () => {
    const id = await world.study({ deadline: world.now + 5 * MINUTE });
    const who = await operator();
    const entry = async () =>
      (await valueIn(board(world.deps, who, false))).attention.find(({ kind }) => kind === "no_reader");
    expect(await entry()).toMatchObject({ studyId: id, reason: "Nobody reads in NEURO." });
    await world.person({ onShift: false });
    expect((await entry())?.reason).toBe("One reader of NEURO could read it, and is not there now.");
    await world.person();
    expect(await entry()).toBeUndefined();
  });

  it("[OP7] a site without a receiver is on it, and is mended there by an operator of the group, on record", async () => {
    const who = await operator();
    const before = (await valueIn(board(world.deps, who, false))).attention.filter(
      ({ kind }) => kind === "no_receiver",
    );
    expect(before.map(({ id }) => id).sort()).toEqual([world.north.site, world.south.site].sort());
    const to = { host: "results.north.example", port: 2575 };
    expect(await codeOf(setReceiver(world.deps, who, world.foreign.site, to))).toBe("not_found");
    expect(await codeOf(setReceiver(world.deps, await world.person(), world.north.site, to))).toBe("forbidden");
    await valueIn(setReceiver(world.deps, who, world.north.site, to));
    expect(await one("SELECT result_host, result_port FROM site WHERE id = $1", [world.north.site])).toEqual({
      result_host: "results.north.example",
      result_port: 2575,
    });
    expect((await trail("site.change"))[0]).toMatchObject({ organisation_id: world.north.hospital });
    const after = (await valueIn(board(world.deps, who, false))).attention.filter(({ kind }) => kind === "no_receiver");
    expect(after.map(({ id }) => id)).toEqual([world.south.site]);
  });

  it("[OP8] a note stands beside its entry; only what the hub can't see mended is settled by one", async () => {
    const who = await operator();
    const site = world.south.site;
    await valueIn(note(world.deps, who, { kind: "no_receiver", id: site, note: "they asked", settles: false }));
    const found = async () =>
      (await valueIn(board(world.deps, who, false))).attention.find(
        ({ kind, id }) => kind === "no_receiver" && id === site,
      );
    expect((await found())?.notes).toMatchObject([{ by: who.name, note: "they asked" }]);
    await valueIn(note(world.deps, who, { kind: "no_receiver", id: site, note: "PDF is meant", settles: true }));
    expect(await found()).toBeUndefined();
    const settling = { kind: "critical_unacknowledged" as const, id: "x", note: "never mind", settles: true };
    expect(await codeOf(note(world.deps, who, settling))).toBe("conflict");
    expect(await trail("operations.settle")).toHaveLength(1);
    expect(await trail("operations.note")).toHaveLength(1);
  });

  it("[OP9] device clocks, late images, rejected messages and ending credentials are on it; each with an action", async () => {
    const who = await operator();
    const { north } = world;
    const ada = await world.person();
    const study = await world.study({ reportState: "final" });
    await world.db.pool.query("UPDATE study SET late_images = 3, late_since = now(), claimed_by = $2 WHERE id = $1", [
      study,
      ada.userId,
    ]);
    await world.db.pool.query(
      "INSERT INTO device_clock (site_id, device, samples, ahead_ms, spread_ms, flagged_since, updated_at) VALUES ($1, 'CT-2', 9, 3600000, 1000, now(), now())",
      [north.site],
    );
    await world.db.pool.query(
      `INSERT INTO hl7_message (direction, organisation_id, site_id, sender, control_id, message_type, version, raw, digest, state, reason, at)
       SELECT 'in', $1, $2, 'RIS', '77', 'ORM^O01', '2.5.1', ''::bytea, digest, 'rejected', 'no patient number', now() - ago * interval '1 minute'
       FROM (VALUES ('d', 3), ('d', 2), ('other', 1)) AS sent (digest, ago)`,
      [north.hospital, north.site],
    );
    await world.db.pool.query("UPDATE licence SET valid_to = $2 WHERE user_id = $1", [
      ada.userId,
      new Date(world.now + 5 * 24 * HOUR),
    ]);
    const view = await valueIn(board(world.deps, who, false));
    for (const kind of ["clock_skew", "late_images", "message_rejected", "credential_expiring"]) {
      const entry = view.attention.find((found) => found.kind === kind);
      expect(entry?.actions.length, kind).toBeGreaterThan(0);
      expect(entry?.reason, kind).not.toBe("");
    }
    // what was sent again as it was stands there once; another one under the same control id stands for itself
    expect(view.attention.filter(({ kind }) => kind === "message_rejected")).toHaveLength(2);
    const administrator = await world.person({ role: "administrator" });
    const theirs = await valueIn(board(world.deps, administrator, true));
    expect(theirs.rows).toEqual([]);
    expect(theirs.attention.flatMap(({ actions }) => actions.map(({ url }) => url ?? ""))).not.toContainEqual(
      expect.stringContaining("/api/deliveries"),
    );
  });

  it("[OP1] shows a pool's load: who is on, what they hold, what they read against what the shift is good for", async () => {
    const id = await world.study();
    const ada = await world.person();
    await valueIn(claimStudy(world.deps, ada, id));
    await world.db.pool.query("UPDATE study SET paused_at = now(), paused_reason = 'missing_images' WHERE id = $1", [
      id,
    ]);
    const view = await valueIn(board(world.deps, await operator(), true));
    expect(view.pools.find((pool) => pool.id === world.pools.neuro)).toMatchObject({ held: 1, open: 0, openNow: true });
    expect(view.readers.find((reader) => reader.id === ada.userId)).toMatchObject({
      ...{ holding: [id], onShift: true, rvu: 0, rvuCapacity: 72 },
    });
    expect(view.paused).toMatchObject([{ studyId: id, words: "images are missing" }]);
    expect(view.rows).toHaveLength(1);
    expect(await kinds(await operator())).not.toContain("no_reader");
  });
});
