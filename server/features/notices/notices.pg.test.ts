import type { UserActor } from "@readroom/shared/domain/access.js";
import { READING_LEASE } from "@readroom/shared/domain/notice-delivery.js";
import { HOUR, MINUTE, SECOND } from "@readroom/shared/kernel/instant.js";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { claimStudy, handOver, settleReported } from "../worklist/commands.js";
import { makeWorld, type StudyOptions, type World } from "../worklist/testing/world.js";
import { settle } from "./causes.js";
import { act, list, saveSettings } from "./commands.js";
import { noticeReactions } from "./reactions.js";
import { setReading } from "./store.js";
import { relayOf } from "./testing/events.js";
import { releaseDue, warnOfClocks } from "./timers.js";

const WAYS = { mail: false };
let database: FreshDatabase;
let world: World;
let relay: ReturnType<typeof relayOf>;
let julia: UserActor;
let miguel: UserActor;

beforeAll(async () => {
  database = await freshDatabase();
  world = await makeWorld(database.url);
  relay = relayOf(world.deps, noticeReactions(WAYS));
});
afterAll(async () => {
  await world.close();
  await database.drop();
});
beforeEach(async () => {
  await world.db.pool.query(
    "DELETE FROM notice; DELETE FROM notice_reading; DELETE FROM notice_spoken; DELETE FROM study; DELETE FROM user_account",
  );
  julia = await world.person();
  miguel = await world.person();
});

async function arrives(options: StudyOptions = {}): Promise<string> {
  const studyId = await world.study({ urgencyRank: 1, ...options });
  await relay.emit("study.routed", { studyId });
  await relay.run();
  return studyId;
}
async function seenBy(who: UserActor) {
  const answer = await list(world.deps, who);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}
const kindsOf = async (who: UserActor) => (await seenBy(who)).notices.map(({ kind }) => kind);
async function take(who: UserActor, studyId: string): Promise<number> {
  const claimed = await claimStudy(world.deps, who, studyId);
  if (!claimed.ok) throw new Error(claimed.error.message);
  return claimed.value.fence;
}
/** Julia has a study open and claimed. */
async function juliaReads(): Promise<string> {
  const studyId = await world.study();
  await take(julia, studyId);
  await setReading(world.db.pool, julia.userId, "tab", studyId, world.deps.clock.now() + READING_LEASE);
  await relay.run();
  return studyId;
}

describe("notices", () => {
  it("[NO1] a stat study is told once to each who may read it, however often its events are handled", async () => {
    const resident = await world.person({ role: "resident" });
    const away = await world.person({ onShift: false });
    const msk = await world.person({ subspecialties: ["msk"] });
    const elsewhere = await world.person({ sites: [world.south.site] });
    const operator = await world.person({ role: "operator" });
    await arrives();
    await relay.again();
    for (const reader of [julia, miguel, resident]) expect(await kindsOf(reader)).toEqual(["stat_study"]);
    for (const other of [away, msk, elsewhere, operator]) expect(await kindsOf(other)).toEqual([]);
    const [notice] = (await seenBy(julia)).notices;
    expect(notice).toMatchObject({
      title: "A stat study is waiting",
      detail: "CT head · NORTH",
      urgent: false,
      read: false,
    });
  });

  it("[NO10] is taken off everybody's list when one claims it, and does not come back when the study is routed again", async () => {
    const studyId = await arrives();
    await take(julia, studyId);
    await relay.run();
    expect(await settle(world.deps, [studyId])).toBe(2);
    expect(await kindsOf(miguel)).toEqual([]);
    await world.db.pool.query("UPDATE study SET claim_state = 'open', claimed_by = NULL WHERE id = $1", [studyId]);
    await relay.emit("study.routed", { studyId });
    await relay.run();
    expect(await kindsOf(miguel)).toEqual([]);
  });

  it("[NO6] behind an open report what is not urgent waits and is counted; it comes when the report is signed", async () => {
    const reading = await juliaReads();
    await arrives();
    expect(await seenBy(julia)).toMatchObject({ waiting: 1, unread: 0, notices: [] });
    expect(await seenBy(miguel)).toMatchObject({ waiting: 0, unread: 1 });
    await releaseDue(world.deps, WAYS);
    expect((await seenBy(julia)).waiting).toBe(1);
    await world.db.pool.query("UPDATE study SET report_state = 'final', signed_at = now() WHERE id = $1", [reading]);
    await world.db.pgTx((tx) => settleReported(world.deps, tx, reading, julia.userId));
    await releaseDue(world.deps, WAYS);
    expect(await seenBy(julia)).toMatchObject({ waiting: 0, unread: 1 });
  });

  it("[NO6] what is handed over where minutes count comes through the shield; routine waits", async () => {
    await juliaReads();
    const [stat, routine] = [await world.study({ urgencyRank: 1 }), await world.study()];
    for (const studyId of [stat, routine]) {
      const fence = await take(miguel, studyId);
      const given = await handOver(world.deps, miguel, studyId, { fence, toUserId: julia.userId, note: "bleed?" });
      expect(given.ok).toBe(true);
    }
    await relay.run();
    const seen = await seenBy(julia);
    expect(seen.notices.map(({ kind, studyId, urgent }) => [kind, studyId, urgent])).toEqual([
      ["handed_over", stat, true],
    ]);
    expect(seen.waiting).toBe(1);
  });

  it("[NO11] a tab that died holds nothing back once its lease is over", async () => {
    await juliaReads();
    await arrives();
    world.deps.clock.advance(READING_LEASE + SECOND);
    await releaseDue(world.deps, WAYS);
    expect(await kindsOf(julia)).toEqual(["stat_study"]);
    world.deps.clock.advance(-READING_LEASE - SECOND);
  });

  it("[NO5] the right is asked again when a notice reaches the person: one that was withdrawn meanwhile silences it", async () => {
    await juliaReads();
    await arrives();
    await world.db.pool.query("DELETE FROM privilege WHERE user_id = $1", [julia.userId]);
    await world.db.pool.query("DELETE FROM notice_reading");
    await releaseDue(world.deps, WAYS);
    expect(await seenBy(julia)).toMatchObject({ waiting: 0, notices: [] });
    const { rows } = await world.db.pool.query("SELECT state FROM notice WHERE user_id = $1", [julia.userId]);
    expect(rows).toEqual([{ state: "cleared" }]);
  });

  it("[NO12] three quarters of a study's time over: its reader is told, or those who could take it and the operator", async () => {
    const operator = await world.person({ role: "operator" });
    const [held, open] = [await arrives({ urgencyRank: 2 }), await arrives({ urgencyRank: 2 })];
    await take(julia, held);
    await warnOfClocks(world.deps, WAYS);
    expect(await kindsOf(julia)).toEqual([]);
    world.deps.clock.advance(45 * MINUTE + SECOND);
    await world.db.pool.query("UPDATE study SET claim_until = $1", [new Date(world.deps.clock.now() + MINUTE)]);
    await warnOfClocks(world.deps, WAYS);
    await warnOfClocks(world.deps, WAYS);
    world.deps.clock.advance(-45 * MINUTE - SECOND);
    expect((await seenBy(julia)).notices.map(({ kind, studyId }) => [kind, studyId]).sort()).toEqual([
      ["clock_mine", held],
      ["clock_pool", open],
    ]);
    expect(await kindsOf(miguel)).toEqual(["clock_pool"]);
    expect(await kindsOf(operator)).toEqual(["clock_pool"]);
  });

  it("[NO13] rings once for a burst: the second of two within the pause shows without a sound, and four are told as one", async () => {
    await arrives();
    await arrives();
    const { rows } = await world.db.pool.query<{ payload: { bundles: { sound: boolean; title: string }[] } }>(
      "SELECT payload FROM outbox WHERE type = 'notices.released' AND $1 = ANY (topics) ORDER BY published_seq",
      [`user:${miguel.userId}`],
    );
    expect(rows.map(({ payload }) => payload.bundles[0]?.sound)).toEqual([true, false]);
    await juliaReads();
    for (let n = 0; n < 4; n += 1) await arrives();
    await setReading(world.db.pool, julia.userId, "tab", null, 0);
    await releaseDue(world.deps, WAYS);
    await relay.run();
    const told = await world.db.pool.query<{ payload: { bundles: { title: string }[] } }>(
      "SELECT payload FROM outbox WHERE type = 'notices.released' AND $1 = ANY (topics) ORDER BY published_seq DESC LIMIT 1",
      [`user:${julia.userId}`],
    );
    expect(told.rows[0]?.payload.bundles[0]?.title).toBe("4 stat studies waiting");
    expect(JSON.stringify(told.rows)).not.toContain("Sample");
  });

  it("[NO14] snoozed it is silent until then; put away it is gone; both are the person's own alone", async () => {
    await arrives();
    const [notice] = (await seenBy(julia)).notices;
    const ids = notice ? [notice.id] : [];
    await act(world.deps, miguel, { ids, act: "dismiss" });
    expect((await seenBy(julia)).unread).toBe(1);
    await act(world.deps, julia, { ids, act: "snooze", minutes: 10 });
    expect(await seenBy(julia)).toMatchObject({ unread: 0, waiting: 0 });
    await releaseDue(world.deps, WAYS);
    expect((await seenBy(julia)).unread).toBe(0);
    world.deps.clock.advance(10 * MINUTE + SECOND);
    await releaseDue(world.deps, WAYS);
    expect((await seenBy(julia)).unread).toBe(1);
    world.deps.clock.advance(-10 * MINUTE - SECOND);
    await act(world.deps, julia, { act: "dismiss" });
    expect(await kindsOf(julia)).toEqual([]);
  });

  it("[NO9] one who wants to hear nothing of a kind is told nothing of it; what somebody waits for can't be switched off", async () => {
    await saveSettings(world.deps, julia, { stat_study: [], handed_over: [] });
    await arrives();
    expect(await kindsOf(julia)).toEqual([]);
    const studyId = await world.study();
    const fence = await take(miguel, studyId);
    await handOver(world.deps, miguel, studyId, { fence, toUserId: julia.userId, note: "" });
    await relay.run();
    expect(await kindsOf(julia)).toEqual(["handed_over"]);
  });

  it("[NO15] an unanswered critical finding reaches its reader and the operator, and ends when somebody answers", async () => {
    const operator = await world.person({ role: "operator" });
    const studyId = await world.study();
    const { rows } = await world.db.pool.query<{ id: string }>(
      `INSERT INTO critical_finding (study_id, organisation_id, category, finding, state, raised_by, raised_by_name, due_at, step)
       VALUES ($1, $2, 'red', 'x', 'notifying', $3, 'J', $4, 1) RETURNING id`,
      [studyId, world.north.hospital, julia.userId, new Date(world.now + HOUR)],
    );
    const findingId = rows[0]?.id;
    await relay.emit("critical.escalated", { findingId, studyId, contactUserId: null });
    await relay.run();
    expect((await seenBy(julia)).notices).toMatchObject([{ kind: "critical", urgent: true }]);
    expect(await kindsOf(operator)).toEqual(["critical"]);
    expect(await kindsOf(miguel)).toEqual([]);
    await world.db.pool.query("UPDATE critical_finding SET state = 'reached' WHERE id = $1", [findingId]);
    await settle(world.deps, [studyId]);
    expect(await kindsOf(julia)).toEqual([]);
  });
});

describe("credentials and late images", () => {
  it("[NO4] a credential that ends soon is told to its holder alone, by name of what it is for", async () => {
    await relay.emit("credential.expiring", { userId: julia.userId, kind: "licence", covers: "US-NY", daysLeft: 7 });
    await relay.run();
    expect((await seenBy(julia)).notices).toMatchObject([
      { kind: "credential", title: "Your licence for US-NY ends in 7 days" },
    ]);
    expect(await kindsOf(miguel)).toEqual([]);
  });

  it("[NO10] images after signing are told to who signed, until somebody has looked at them", async () => {
    const studyId = await world.study({ reportState: "final" });
    const report = await world.db.pool.query<{ id: string }>(
      "INSERT INTO report (study_id, document_id, state) VALUES ($1, 'd', 'final') RETURNING id",
      [studyId],
    );
    await world.db.pool.query(
      `INSERT INTO report_version (report_id, study_id, version, kind, content, content_hash, authors, signed_by, signed_by_name, signer_fence)
       VALUES ($1, $2, 1, 'final', '{}', 'h', '[]', $3, 'J', 1)`,
      [report.rows[0]?.id, studyId, julia.userId],
    );
    await world.db.pool.query("UPDATE study SET late_images = 3, late_since = now() WHERE id = $1", [studyId]);
    await relay.emit("study.late_images", { studyId, images: 3, first: true });
    await relay.run();
    expect(await kindsOf(julia)).toEqual(["late_images"]);
    await world.db.pool.query("UPDATE study SET late_images = 0 WHERE id = $1", [studyId]);
    await settle(world.deps, [studyId]);
    expect(await kindsOf(julia)).toEqual([]);
  });
});
