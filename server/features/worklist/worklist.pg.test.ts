import { LinesPage, linesOfPage } from "@readroom/shared/contract/http/worklist-lines.js";
import { HOLD_LEASE, LEASE } from "@readroom/shared/domain/claim.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import Fastify from "fastify";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { claimStudy, expireLeases, handOver, release, takeOver } from "./commands.js";
import { escalate, escalationPools, hold, resume } from "./commands-hold.js";
import { heldClaims, likelyNext, searchStudies } from "./find.js";
import "../../kernel/route.js";
import { linesRoute } from "./lines.js";
import { NextStudy } from "./next.js";
import { changeView, createView, deleteView, orderViews, savedViews } from "./saved-views.js";
import { renewLease } from "./store.js";
import { makeWorld, type World } from "./testing/world.js";
import { worklist } from "./views.js";

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
  await world.db.pool.query("DELETE FROM study");
  await world.db.pool.query("DELETE FROM worklist_view");
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
const study = async (id: string) =>
  (await world.db.pool.query<Record<string, unknown>>("SELECT * FROM study WHERE id = $1", [id])).rows[0] ?? {};
const lastEvent = async (id: string) =>
  (
    await world.db.pool.query<{ type: string; payload: Record<string, unknown>; topics: string[] }>(
      "SELECT type, payload, topics FROM outbox WHERE stream = $1 ORDER BY version DESC LIMIT 1",
      [`study:${id}`],
    )
  ).rows[0];

describe("holds", () => {
  it("[WL20] a hold keeps the study without heartbeats until its end, and no heartbeat stretches it", async () => {
    const id = await world.study();
    const [ada, ben] = [await world.person(), await world.person()];
    const { fence } = await valueIn(claimStudy(world.deps, ada, id));
    await valueIn(hold(world.deps, ada, id, fence));
    expect((await lastEvent(id))?.type).toBe("study.on_hold");
    const began = world.deps.clock.now();
    world.deps.clock.advance(HOLD_LEASE - 1_000);
    await expireLeases(world.deps);
    expect(await codeOf(claimStudy(world.deps, ben, id))).toBe("already_claimed");
    const now = world.deps.clock.now();
    expect(await renewLease(world.db.pool, id, ada.userId, fence, now, now + LEASE)).toBe(true);
    expect(new Date((await study(id)).claim_until as string).getTime()).toBe(began + HOLD_LEASE);
    world.deps.clock.advance(1_000);
    await expireLeases(world.deps);
    expect(await study(id)).toMatchObject({ claim_state: "open", claim_hold_until: null });
  });

  it("[WL20] going on makes it an ordinary claim again; a third study on hold is refused", async () => {
    const ada = await world.person();
    const ids = [await world.study(), await world.study(), await world.study()];
    const fences: number[] = [];
    for (const id of ids) fences.push((await valueIn(claimStudy(world.deps, ada, id))).fence);
    const [first = "", second = "", third = ""] = ids;
    await valueIn(hold(world.deps, ada, first, fences[0] ?? 0));
    await valueIn(hold(world.deps, ada, second, fences[1] ?? 0));
    expect(await codeOf(hold(world.deps, ada, third, fences[2] ?? 0))).toBe("conflict");
    expect((await valueIn(heldClaims(world.deps, ada))).claims.map((claim) => claim.hold).sort()).toEqual([
      false,
      true,
      true,
    ]);
    await valueIn(resume(world.deps, ada, first, fences[0] ?? 0));
    expect(await study(first)).toMatchObject({ claim_state: "held", claim_hold_until: null });
    world.deps.clock.advance(LEASE);
    await expireLeases(world.deps);
    expect((await study(first)).claim_state).toBe("open");
    expect((await study(second)).claim_state).toBe("held");
  });
});

describe("escalation", () => {
  it("[WL21] goes to the head of the subspecialist's lane, stays there when routing decides anew, and is on record", async () => {
    const ordinary = await world.study({ subspecialty: "neuro", urgencyRank: 0 });
    const id = await world.study({ subspecialty: "body", urgencyRank: 3, deadline: world.now + 600 * MINUTE });
    const ada = await world.person({ subspecialties: ["body"], pools: [world.pools.body] });
    const neuro = await world.person({ subspecialties: ["neuro"], pools: [world.pools.neuro] });
    const { fence } = await valueIn(claimStudy(world.deps, ada, id));
    const pools = (await valueIn(escalationPools(world.deps, ada, id))).pools;
    expect(pools.find((pool) => pool.id === world.pools.neuro)?.readersNow).toBeGreaterThan(0);
    await valueIn(escalate(world.deps, ada, id, { fence, poolId: world.pools.neuro, note: "odd cord signal" }));
    expect(await lastEvent(id)).toMatchObject({ type: "study.escalated", payload: { note: "odd cord signal" } });
    await world.db.pool.query("UPDATE study SET urgency_rank = 3, subspecialty = 'body' WHERE id = $1", [id]);
    expect(await study(id)).toMatchObject({
      urgency: "routine",
      urgency_rank: -1,
      subspecialty: "neuro",
      pool_id: world.pools.neuro,
      pool_override: world.pools.neuro,
    });
    const given = await valueIn(new NextStudy(world.deps).next(neuro));
    expect(given.claim?.studyId).toBe(id);
    expect((await study(ordinary)).claim_state).toBe("open");
    const rows = (await valueIn(worklist(world.deps, ada, [id]))).rows;
    expect(rows[0]?.escalation).toMatchObject({ by: ada.name, note: "odd cord signal" });
    const { rows: trail } = await world.db.pool.query(
      "SELECT 1 FROM audit_event WHERE action = 'study.escalate' AND study_id = $1",
      [id],
    );
    expect(trail).toHaveLength(1);
  });

  it("[WL21] to a person only who may read it, and only by its holder", async () => {
    const id = await world.study();
    const [ada, ben] = [await world.person(), await world.person()];
    const body = await world.person({ subspecialties: ["body"], pools: [world.pools.body] });
    const { fence } = await valueIn(claimStudy(world.deps, ada, id));
    const note = "please have a look";
    expect(await codeOf(escalate(world.deps, ben, id, { fence, toUserId: ada.userId, note }))).toBe("conflict");
    expect(await codeOf(escalate(world.deps, ada, id, { fence, toUserId: body.userId, note }))).toBe("not_eligible");
    expect(await codeOf(escalate(world.deps, ada, id, { fence, poolId: world.group, note }))).toBe("not_found");
    await valueIn(escalate(world.deps, ada, id, { fence, toUserId: ben.userId, note }));
    expect(await study(id)).toMatchObject({ claim_state: "held", claimed_by: ben.userId, claim_note: note });
  });
});

describe("claims from the list", () => {
  it("[WL22] a return says why: picked from the list, in the event and in the audit trail", async () => {
    const id = await world.study();
    const ada = await world.person();
    const { fence } = await valueIn(claimStudy(world.deps, ada, id));
    await valueIn(release(world.deps, ada, id, fence, "no 2019 study here", "priors"));
    expect(await lastEvent(id)).toMatchObject({
      type: "study.released",
      payload: { code: "priors", reason: "no 2019 study here" },
    });
    const { rows } = await world.db.pool.query<{ detail: Record<string, unknown> }>(
      "SELECT detail FROM audit_event WHERE action = 'study.release' AND study_id = $1",
      [id],
    );
    expect(rows[0]?.detail).toMatchObject({ code: "priors" });
    expect(JSON.stringify(rows[0]?.detail)).not.toContain("2019");
  });

  it("[WL6] a client that is away for 30 s and comes back keeps its claim; a closed one loses it within 60 s", async () => {
    const [kept, lost] = [await world.study(), await world.study()];
    const ada = await world.person();
    const mine = await valueIn(claimStudy(world.deps, ada, kept));
    await valueIn(claimStudy(world.deps, ada, lost));
    world.deps.clock.advance(30_000);
    await expireLeases(world.deps);
    const now = world.deps.clock.now();
    expect(await renewLease(world.db.pool, kept, ada.userId, mine.fence, now, now + LEASE)).toBe(true);
    world.deps.clock.advance(30_000);
    await expireLeases(world.deps);
    expect((await study(kept)).claim_state).toBe("held");
    expect((await study(lost)).claim_state).toBe("open");
  });

  it("[WL7] a take-over and a hand-over end a hold", async () => {
    const id = await world.study();
    const [ada, ben] = [await world.person(), await world.person()];
    const { fence } = await valueIn(claimStudy(world.deps, ada, id));
    await valueIn(hold(world.deps, ada, id, fence));
    const taken = await valueIn(takeOver(world.deps, ben, id, "she is at a biopsy"));
    expect(taken.fence).toBeGreaterThan(fence);
    expect((await study(id)).claim_hold_until).toBeNull();
    await valueIn(hold(world.deps, ben, id, taken.fence));
    await valueIn(handOver(world.deps, ben, id, { fence: taken.fence, toUserId: ada.userId, note: "" }));
    expect(await study(id)).toMatchObject({ claimed_by: ada.userId, claim_hold_until: null });
  });
});

describe("saved views", () => {
  const definition = { base: "all", conditions: { modality: ["MR"], dueMinutes: 60 }, sort: null };

  it("[WL23] are one's own, or shared with the group and changed by their maker alone; the order is one's own", async () => {
    const [ada, ben] = [await world.person(), await world.person()];
    const operator = await world.person({ role: "operator" });
    await valueIn(createView(world.deps, ada, { name: "MR soon", shared: false, definition }));
    const { views } = await valueIn(createView(world.deps, ada, { name: "For all", shared: true, definition }));
    expect(views.map((view) => view.name)).toEqual(["MR soon", "For all"]);
    const [own, shared] = views.map((view) => view.id);
    expect((await valueIn(savedViews(world.deps, ben))).views).toMatchObject([{ name: "For all", mine: false }]);
    expect(await codeOf(changeView(world.deps, ben, own ?? "", { name: "x" }))).toBe("not_found");
    expect(await codeOf(changeView(world.deps, ben, shared ?? "", { name: "x" }))).toBe("forbidden");
    expect(await codeOf(createView(world.deps, ada, { name: "mr SOON", shared: false, definition }))).toBe("conflict");
    await valueIn(orderViews(world.deps, ada, [shared ?? "", own ?? ""]));
    expect((await valueIn(savedViews(world.deps, ada))).views.map((view) => view.name)).toEqual(["For all", "MR soon"]);
    await valueIn(changeView(world.deps, operator, shared ?? "", { name: "Everybody" }));
    expect((await valueIn(savedViews(world.deps, ben))).views[0]?.name).toBe("Everybody");
    await valueIn(deleteView(world.deps, ada, own ?? ""));
    expect((await valueIn(savedViews(world.deps, ada))).views).toHaveLength(1);
  });
});

describe("search", () => {
  const found = async (actor: Parameters<typeof searchStudies>[1], text: string) =>
    (await valueIn(searchStudies(world.deps, actor, text))).hits.map(({ studyId, by }) => `${by} ${studyId}`);

  it("[WL24] finds by identifier, by any part of a name in any script, by words; never another tenant's", async () => {
    const ada = await world.person();
    const { rows } = await world.db.pool.query<{ id: string }>(
      `INSERT INTO patient (organisation_id, issuer, mrn, name) VALUES ($1, 'N', 'M-7710',
        '{"alphabetic": "Müller-Yamada^Tarou", "ideographic": "山田^太郎", "phonetic": "やまだ^たろう"}') RETURNING id`,
      [world.north.hospital],
    );
    const [id, other] = [await world.study(), await world.study({ description: "MR knee" })];
    await world.db.pool.query("UPDATE study SET patient_id = $2, accession_number = 'ACC-0042' WHERE id = $1", [
      id,
      rows[0]?.id,
    ]);
    const uid = (await study(id)).study_instance_uid as string;
    for (const text of ["muller", "tarou mul", "MÜLLER", "yamad", "山田", "太", "やまだ"])
      expect(await found(ada, text), text).toEqual([`name ${id}`]);
    expect(await found(ada, "acc-0042")).toEqual([`accession ${id}`]);
    expect(await found(ada, "m-77")).toEqual([`mrn ${id}`]);
    expect(await found(ada, uid.slice(0, 20))).toEqual([`uid ${id}`]);
    expect(await found(ada, "knee")).toEqual([`procedure ${other}`]);
    expect(await found(ada, "%%")).toEqual([]);
    const stranger = await world.person({ organisation: world.otherGroup, hospitals: [world.foreign.hospital] });
    expect(await found(stranger, "muller")).toEqual([]);
    const nurse = await world.person({
      role: "coordinator",
      organisation: world.south.hospital,
      kind: "hospital",
      hospitals: [world.south.hospital],
    });
    expect(await found(nurse, "acc-0042")).toEqual([]);
  });
});

describe("the list by columns", () => {
  async function page(after?: string) {
    const app = Fastify();
    app.addHook("onRequest", async (request) => {
      request.actor = ada;
    });
    app.setValidatorCompiler(() => () => true);
    linesRoute(app, world.deps);
    const answer = await app.inject({ url: "/api/worklist/lines", query: after ? { after } : {} });
    await app.close();
    return LinesPage.parse(answer.json());
  }
  let ada: Awaited<ReturnType<World["person"]>>;

  it("[WL25] holds exactly the rows that are pushed one by one, over all its pages", async () => {
    ada = await world.person();
    const ids: string[] = [];
    for (let n = 0; n < 410; n += 1)
      ids.push(await world.study({ urgencyRank: n % 4, deadline: world.now + (n % 7) * MINUTE }));
    await world.db.pool.query("UPDATE study SET deadline = NULL WHERE id = ANY ($1)", [ids.slice(0, 20)]);
    await valueIn(claimStudy(world.deps, ada, ids[30] ?? ""));
    const { fence } = await valueIn(claimStudy(world.deps, ada, ids[31] ?? ""));
    await valueIn(hold(world.deps, ada, ids[31] ?? "", fence));
    const first = await page();
    expect(first.total).toBe(410);
    const second = await page(first.next ?? "");
    expect(second.next).toBeNull();
    const lines = [...linesOfPage(first), ...linesOfPage(second)].map((line) => ({ ...line, seq: 0 }));
    const { rows } = await valueIn(worklist(world.deps, ada, null));
    expect(lines).toEqual(rows.map((row) => ({ ...row, seq: 0 })));
  });
});

describe("the likely next", () => {
  it("[WL26] is what next gives then, in full, and is not claimed by the look", async () => {
    const ada = await world.person();
    const id = await world.study({ urgencyRank: 1 });
    await world.study({ urgencyRank: 2 });
    const next = new NextStudy(world.deps);
    const { study: likely } = await valueIn(likelyNext(world.deps, next, ada, []));
    expect(likely?.row).toMatchObject({ studyId: id, claim: { state: "open" } });
    expect((await valueIn(likelyNext(world.deps, next, ada, [id]))).study).toBeNull();
    expect((await valueIn(next.next(ada))).claim?.studyId).toBe(id);
    const { rows } = await world.db.pool.query<{ action: string }>(
      "SELECT action FROM audit_event WHERE study_id = $1 ORDER BY inserted_seq",
      [id],
    );
    expect(rows.map((row) => row.action)).toContain("study.preload");
  });
});
