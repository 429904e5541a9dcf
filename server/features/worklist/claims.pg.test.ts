import { LEASE } from "@readroom/shared/domain/claim.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { claimStudy, expireLeases, handOver, release, settleReported, takeOver } from "./commands.js";
import { checkFence } from "./fence.js";
import { NextStudy } from "./next.js";
import { renewLease } from "./store.js";
import { makeWorld, type World } from "./testing/world.js";
import { confirmWithoutOrder, matchToOrder, setBreak, setUrgency } from "./triage.js";
import { studyDetail, worklist } from "./views.js";

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
});

async function valueIn<T>(
  result: Promise<{ ok: true; value: T } | { ok: false; error: { code: string; message: string } }>,
): Promise<T> {
  const settled = await result;
  if (!settled.ok) throw new Error(`${settled.error.code}: ${settled.error.message}`);
  return settled.value;
}
async function refusalOf(result: Promise<{ ok: boolean; error?: { code: string; message: string } }>): Promise<string> {
  const settled = await result;
  return settled.ok ? "ok" : (settled.error?.code ?? "");
}
const column = async (id: string, name: string): Promise<unknown> =>
  (await world.db.pool.query<Record<string, unknown>>(`SELECT ${name} AS value FROM study WHERE id = $1`, [id])).rows[0]
    ?.value;
const events = async (id: string): Promise<string[]> =>
  (
    await world.db.pool.query<{ type: string }>("SELECT type FROM outbox WHERE stream = $1 ORDER BY version", [
      `study:${id}`,
    ])
  ).rows.map((row) => row.type);

describe("claims", () => {
  it("[WL1] of 100 who claim one study at once exactly one wins, and the others are told who", async () => {
    const id = await world.study();
    const readers = await Promise.all(Array.from({ length: 100 }, () => world.person()));
    const results = await Promise.all(readers.map((reader) => claimStudy(world.deps, reader, id)));
    const winners = results.flatMap((result, n) => (result.ok ? [readers[n]?.userId] : []));
    expect(winners).toHaveLength(1);
    expect(await column(id, "claimed_by")).toBe(winners[0]);
    const refused = results.flatMap((result) => (result.ok ? [] : [result.error.code]));
    expect(new Set(refused)).toEqual(new Set(["already_claimed"]));
    expect((await events(id)).filter((type) => type === "study.claimed")).toHaveLength(1);
  });

  it("[WL2] 100 readers asking for the next of 60 studies get 60 different ones, the rest a reason", async () => {
    for (let n = 0; n < 60; n += 1) await world.study({ deadline: world.now + n * MINUTE });
    const next = new NextStudy(world.deps);
    const readers = await Promise.all(Array.from({ length: 100 }, () => world.person()));
    const answers = await Promise.all(readers.map((reader) => valueIn(next.next(reader))));
    const given = answers.flatMap(({ claim }) => (claim ? [claim.studyId] : []));
    expect(given).toHaveLength(60);
    expect(new Set(given).size).toBe(60);
    expect(answers.find(({ claim }) => !claim)?.reason).toMatch(/nothing is waiting/i);
  });

  it("[WL3] next gives the strictly best: urgency, then deadline, only what the reader may read", async () => {
    const late = await world.study({ urgencyRank: 2, deadline: world.now + 90 * MINUTE });
    const soon = await world.study({ urgencyRank: 2, deadline: world.now + 30 * MINUTE });
    const stat = await world.study({ urgencyRank: 1, deadline: world.now + 200 * MINUTE, at: "south" });
    const body = await world.study({ urgencyRank: 0, subspecialty: "body" });
    await world.study({ urgencyRank: 0, state: "receiving" });
    await world.study({ urgencyRank: 0, state: "complete", matchState: "unmatched" });
    const next = new NextStudy(world.deps);
    const neuroOnly = await world.person({ subspecialties: ["neuro"] });
    const newYorkOnly = await world.person({ subspecialties: ["neuro"], jurisdictions: ["US-NY"] });
    const give = async (reader: typeof neuroOnly) => (await valueIn(next.next(reader))).claim?.studyId;
    expect(await give(newYorkOnly)).toBe(soon);
    expect(await give(neuroOnly)).toBe(stat);
    expect(await give(neuroOnly)).toBe(late);
    expect(await give(neuroOnly)).toBeUndefined();
    expect(await give(await world.person())).toBe(body);
  });

  it("[WL4] refuses in words whom licence, subspecialty, shift or break forbid", async () => {
    const id = await world.study({ at: "south" });
    const refusal = async (reader: Awaited<ReturnType<World["person"]>>) => {
      const result = await claimStudy(world.deps, reader, id);
      return result.ok ? "" : result.error.message;
    };
    expect(await refusal(await world.person({ jurisdictions: ["US-NY"] }))).toMatch(/no licence for US-IL/);
    expect(await refusal(await world.person({ sites: [] }))).toMatch(/no privileges at SOUTH/);
    expect(await refusal(await world.person({ subspecialties: ["body"] }))).toMatch(/neuro is not among/);
    expect(await refusal(await world.person({ onShift: false }))).toMatch(/not on shift/);
    const resting = await world.person();
    await valueIn(setBreak(world.deps, resting, true));
    expect(await refusal(resting)).toMatch(/on a break/);
    expect((await new NextStudy(world.deps).next(resting)).ok).toBe(false);
  });

  it("[WL5] a foreign group's study answers exactly as an unknown one", async () => {
    const foreign = await world.study({ at: "foreign" });
    const reader = await world.person();
    const unknown = await claimStudy(world.deps, reader, "00000000-0000-4000-8000-000000000000");
    expect(await claimStudy(world.deps, reader, foreign)).toEqual(unknown);
    expect(await studyDetail(world.deps, reader, foreign)).toEqual(
      await studyDetail(world.deps, reader, "00000000-0000-4000-8000-000000000000"),
    );
  });

  it("[WL6] a silent client loses its lease after a minute; one that renews keeps it", async () => {
    const [silent, alive] = [await world.study(), await world.study()];
    const reader = await world.person();
    const claims = await Promise.all([silent, alive].map((id) => valueIn(claimStudy(world.deps, reader, id))));
    world.deps.clock.advance(LEASE - 1);
    const now = world.deps.clock.now();
    expect(await renewLease(world.db.pool, alive, reader.userId, claims[1]?.fence ?? 0, now, now + LEASE)).toBe(true);
    world.deps.clock.advance(2);
    expect(await expireLeases(world.deps)).toBe(1);
    expect(await column(silent, "claim_state")).toBe("open");
    expect(await column(alive, "claim_state")).toBe("held");
    expect(await events(silent)).toEqual(["study.claimed", "study.claim_expired"]);
    expect(await renewLease(world.db.pool, silent, reader.userId, claims[0]?.fence ?? 0, now, now + LEASE)).toBe(false);
  });

  it("[WL7] after a take-over the old fence is stale for release, renewal and every guarded write", async () => {
    const id = await world.study();
    const [first, second] = [await world.person(), await world.person()];
    const old = await valueIn(claimStudy(world.deps, first, id));
    const taken = await valueIn(takeOver(world.deps, second, id, "colleague fell ill"));
    expect(taken.fence).toBe(old.fence + 1);
    expect(await refusalOf(release(world.deps, first, id, old.fence, ""))).toBe("stale_fence");
    const now = world.deps.clock.now();
    expect(await renewLease(world.db.pool, id, first.userId, old.fence, now, now + LEASE)).toBe(false);
    const fence = (who: string, value: number) => world.db.pgTx((tx) => checkFence(tx, id, who, value, now));
    expect((await fence(first.userId, old.fence))?.code).toBe("stale_fence");
    expect(await fence(second.userId, taken.fence)).toBeNull();
    const resident = await world.person({ role: "resident" });
    expect(await refusalOf(takeOver(world.deps, resident, id, ""))).toBe("not_found");
  });

  it("[WL8] hands over only to a colleague who may read it, with the note", async () => {
    const id = await world.study({ at: "south" });
    const giver = await world.person();
    const { fence } = await valueIn(claimStudy(world.deps, giver, id));
    const unlicensed = await world.person({ jurisdictions: ["US-NY"] });
    expect(await refusalOf(handOver(world.deps, giver, id, { fence, toUserId: unlicensed.userId, note: "" }))).toBe(
      "not_eligible",
    );
    const taker = await world.person();
    await valueIn(handOver(world.deps, giver, id, { fence, toUserId: taker.userId, note: "please compare with 2019" }));
    const detail = await valueIn(studyDetail(world.deps, taker, id));
    expect(detail.row.claim).toMatchObject({ state: "held", note: "please compare with 2019" });
    expect(detail.myClaim?.fence).toBe(fence + 1);
  });

  it("[WL9] a final report ends the claim; a preliminary one gives the study back for its final read", async () => {
    const [final, preliminary] = [await world.study(), await world.study()];
    const [reader, resident] = [await world.person(), await world.person({ role: "resident" })];
    await valueIn(claimStudy(world.deps, reader, final));
    await valueIn(claimStudy(world.deps, resident, preliminary));
    await world.db.pool.query("UPDATE study SET report_state = CASE WHEN id = $1 THEN 'final' ELSE 'preliminary' END", [
      final,
    ]);
    for (const id of [final, preliminary]) await world.db.tx((tx) => settleReported(world.deps, tx, id, reader.userId));
    expect(await column(final, "claim_state")).toBe("done");
    expect(await column(preliminary, "claim_state")).toBe("open");
    expect(await refusalOf(claimStudy(world.deps, resident, preliminary))).toBe("not_eligible");
    expect((await valueIn(claimStudy(world.deps, reader, preliminary))).readType).toBe("final");
  });

  it("[WL10] a study of nobody yet known is not claimed until a person confirms or matches it", async () => {
    const id = await world.study({ state: "complete", matchState: "unmatched" });
    const reader = await world.person();
    expect(await refusalOf(claimStudy(world.deps, reader, id))).toBe("conflict");
    await valueIn(confirmWithoutOrder(world.deps, reader, id, "trauma, no order yet"));
    expect((await valueIn(claimStudy(world.deps, reader, id))).studyId).toBe(id);
    const operator = await world.person({ role: "operator" });
    expect(await refusalOf(matchToOrder(world.deps, operator, id, "00000000-0000-4000-8000-000000000000"))).toBe(
      "not_found",
    );
    expect(await refusalOf(matchToOrder(world.deps, reader, id, "00000000-0000-4000-8000-000000000000"))).toBe(
      "forbidden",
    );
  });

  it("[WL11] a person changes urgency, with the reason on the row and in the audit trail", async () => {
    const id = await world.study();
    const operator = await world.person({ role: "operator" });
    await valueIn(setUrgency(world.deps, operator, id, "stat", "surgeon waits"));
    const list = await valueIn(worklist(world.deps, operator, null));
    expect(list.rows[0]).toMatchObject({ studyId: id, urgency: "stat" });
    expect(list.rows[0]?.urgencyReason).toMatch(/surgeon waits/);
    const { rows } = await world.db.pool.query(
      "SELECT detail FROM audit_event WHERE action = 'study.urgency_changed' AND study_id = $1",
      [id],
    );
    expect(rows).toEqual([{ detail: { from: "routine", to: "stat" } }]);
    expect(JSON.stringify(list.rows[0]).length).toBeLessThan(1800);
  });
});
