import type { UserActor } from "@readroom/shared/domain/access.js";
import { LEASE } from "@readroom/shared/domain/claim.js";
import {
  bestOf,
  kindOf,
  type LaneStudy,
  latestStartOf,
  mainModality,
  READING_MINUTES,
  readingMinutes,
} from "@readroom/shared/domain/ranking.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type FreshDatabase, freshDatabase } from "../../../e2e/fixtures/database.js";
import { claimStudy, expireLeases, handOver, release, settleReported, takeOver } from "./commands.js";
import { NextStudy } from "./next.js";
import { ReaderLanes } from "./reader-lanes.js";
import { reconcileLanes } from "./store-lanes.js";
import { makeWorld, type World } from "./testing/world.js";

let database: FreshDatabase;
let world: World;
let readers: readonly UserActor[];
beforeAll(async () => {
  database = await freshDatabase();
  world = await makeWorld(database.url);
  readers = await Promise.all([
    world.person(),
    world.person({ subspecialties: ["neuro"] }),
    world.person({ jurisdictions: ["US-NY"] }),
    world.person({ role: "resident" }),
  ]);
});
afterAll(async () => {
  await world.close();
  await database.drop();
});
beforeEach(async () => {
  await world.db.pool.query("DELETE FROM study");
});

const rows = async <T>(sql: string, values: unknown[] = []): Promise<T[]> =>
  (await world.db.pool.query(sql, values)).rows as T[];
const LANES = `study_id AS "studyId", pool_id AS "poolId", subspecialty, urgency_rank AS "urgencyRank", latest_start AS "latestStart", kind,
  site_id AS "siteId", preliminary`;

/** What looking at everything would give, read afresh from the studies themselves. */
async function bestByHand(reader: UserActor, lastKind: string): Promise<string | null> {
  const asker = await new ReaderLanes(world.deps).of(reader);
  if (!asker.ok) throw new Error(asker.error.message);
  const all = await rows<LaneStudy>(`SELECT ${LANES} FROM (SELECT l.* FROM study s, study_lanes_of(s) AS l) AS anew`);
  const own = await rows<{ id: string }>(
    `SELECT DISTINCT s.id FROM study s JOIN study pr ON pr.patient_id = s.patient_id AND pr.id <> s.id
     JOIN report_version v ON v.study_id = pr.id WHERE v.signed_by = $1`,
    [reader.userId],
  );
  const whole = { ...asker.value, lastKind, ownPriors: new Set(own.map(({ id }) => id)) };
  return bestOf(whole, all)?.studyId ?? null;
}

type Step =
  | {
      readonly do: "arrive";
      readonly rank: number;
      readonly minutes: number;
      readonly body: boolean;
      readonly two: boolean;
    }
  | { readonly do: "wait"; readonly seconds: number }
  | { readonly do: "next" | "both"; readonly reader: number }
  | { readonly do: Change; readonly reader: number; readonly study: number };
type Change = "claim" | "release" | "hand_over" | "take_over" | "final" | "preliminary" | "reroute" | "gone";

const n = (max: number) => fc.nat({ max });
const aStep: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    ...{ do: fc.constant("arrive" as const), rank: n(3), minutes: n(30) },
    ...{ body: fc.boolean(), two: fc.boolean() },
  }),
  fc.record({ do: fc.constantFrom("next" as const, "both" as const), reader: n(3) }),
  fc.record({ do: fc.constant("wait" as const), seconds: fc.constantFrom(5, 61) }),
  fc.record({
    do: fc.constantFrom(
      ...(["claim", "release", "hand_over", "take_over", "final", "preliminary", "reroute", "gone"] as const),
    ),
    ...{ reader: n(3), study: n(9) },
  }),
);

const MODALITIES = ["CT", "MR", "DX"];

class History {
  private readonly studies: string[] = [];
  private readonly next = new NextStudy(world.deps);
  private readonly lastKind = new Map<string, string>();

  async run(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await this.step(step);
  }

  private async step(step: Step): Promise<void> {
    if (step.do === "arrive") return this.arrive(step);
    if (step.do === "wait") {
      world.deps.clock.advance(step.seconds * 1000);
      await expireLeases(world.deps);
      return;
    }
    const reader = readers[step.reader];
    if (!reader) return;
    if ("study" in step) {
      const id = this.studies[step.study % Math.max(1, this.studies.length)];
      if (id) await this.change(step.do, reader, id);
      return;
    }
    if (step.do === "next") return this.give(reader);
    if (step.do === "both") {
      const both = await Promise.all(readers.map((one) => this.next.next(one)));
      const given = both.flatMap((answer) => (answer.ok && answer.value.claim ? [answer.value.claim.studyId] : []));
      expect(new Set(given).size).toBe(given.length);
      for (const one of readers) this.lastKind.delete(one.userId);
    }
  }

  private async arrive({ rank, minutes, body, two }: Extract<Step, { do: "arrive" }>): Promise<void> {
    const id = await world.study({
      ...{ urgencyRank: rank, deadline: world.now + minutes * MINUTE, subspecialty: body ? "body" : "neuro" },
      at: minutes % 2 ? "north" : "south",
    });
    await rows("UPDATE study SET also_pool_ids = $2, modalities = $3 WHERE id = $1", [
      ...[id, two ? [world.pools.body] : [], [MODALITIES[minutes % 3]]],
    ]);
    this.studies.push(id);
  }

  private async give(reader: UserActor): Promise<void> {
    const known = this.lastKind.get(reader.userId);
    const expected = known === undefined ? undefined : await bestByHand(reader, known);
    const seen = await this.next.peekNext(reader);
    const answer = await this.next.next(reader);
    if (!answer.ok) throw new Error(answer.error.message);
    const given = answer.value.claim?.studyId ?? null;
    expect(seen.ok && (seen.value?.studyId ?? null)).toBe(given);
    if (expected !== undefined) expect(given).toBe(expected);
    if (given === null) return;
    const [row] = await rows<{ modalities: string[]; body: string; subspecialty: string }>(
      "SELECT modalities, body_part AS body, subspecialty FROM study WHERE id = $1",
      [given],
    );
    if (row) this.lastKind.set(reader.userId, kindOf(row.modalities, row.body, row.subspecialty));
  }

  private async change(what: Change, reader: UserActor, id: string): Promise<void> {
    const [held] = await rows<{ by: string | null; fence: number }>(
      "SELECT claimed_by AS by, claim_fence::float8 AS fence FROM study WHERE id = $1",
      [id],
    );
    const holder = readers.find(({ userId }) => userId === held?.by) ?? reader;
    const fence = held?.fence ?? 0;
    const { deps } = world;
    if (what === "claim") await claimStudy(deps, reader, id);
    else if (what === "release") await release(deps, holder, id, fence, "back");
    else if (what === "take_over") await takeOver(deps, reader, id, "needed");
    else if (what === "hand_over") await handOver(deps, holder, id, { fence, toUserId: reader.userId, note: "" });
    else if (what === "gone") await rows("UPDATE study SET state = 'receiving' WHERE id = $1", [id]);
    else if (what === "reroute")
      await rows("UPDATE study SET pool_id = $2, urgency_rank = 1, state = 'readable' WHERE id = $1", [
        ...[id, world.pools.body],
      ]);
    else {
      await rows("UPDATE study SET report_state = $2 WHERE id = $1", [id, what]);
      await world.db.tx((tx) => settleReported(deps, tx, id, holder.userId));
    }
  }
}

describe("lanes of open studies", () => {
  it("[NX4][NX1][WL7] over any history: one live claim, growing fences, the best given, lanes as if computed anew", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { minLength: 10, maxLength: 40 }), async (steps) => {
        await world.db.pool.query("DELETE FROM study; DELETE FROM outbox");
        world.deps.clock.advance(world.now - world.deps.clock.now());
        await new History().run(steps);
        expect(await reconcileLanes(world.db.pool)).toBe(0);
        const grants = await rows<{ stream: string; fence: number }>(
          "SELECT stream, (payload ->> 'fence')::int AS fence FROM outbox WHERE type = 'study.claimed' ORDER BY stream, version",
        );
        for (const [at, grant] of grants.entries()) {
          const before = grants[at - 1];
          if (before?.stream === grant.stream) expect(grant.fence).toBeGreaterThan(before.fence);
        }
      }),
      { numRuns: 25 },
    );
  }, 120_000);

  it("[NX4] a study in two pools is given once", async () => {
    const id = await world.study();
    await rows("UPDATE study SET also_pool_ids = $2 WHERE id = $1", [id, [world.pools.body]]);
    expect(await rows("SELECT 1 FROM study_lane")).toHaveLength(2);
    const next = new NextStudy(world.deps);
    const two = await Promise.all([
      world.person({ pools: [world.pools.body] }),
      world.person({ pools: [world.pools.neuro] }),
    ]);
    const given = await Promise.all(two.map(async (reader) => next.next(reader)));
    expect(given.filter((answer) => answer.ok && answer.value.claim)).toHaveLength(1);
    expect(await rows("SELECT 1 FROM study_lane")).toHaveLength(0);
  });

  it("[NX4] what a bulk load with triggers off left wrong is put right and counted", async () => {
    const id = await world.study();
    await rows("ALTER TABLE study DISABLE TRIGGER USER");
    await rows("UPDATE study SET urgency_rank = 0 WHERE id = $1", [id]);
    await rows("ALTER TABLE study ENABLE TRIGGER USER");
    expect(await reconcileLanes(world.db.pool)).toBe(2);
    expect(await rows("SELECT urgency_rank FROM study_lane")).toEqual([{ urgency_rank: 0 }]);
    expect(await reconcileLanes(world.db.pool)).toBe(0);
  });

  it("[NX2] a patient on whom the reader has reported comes first, up to a quarter of an hour", async () => {
    const [reader] = readers;
    if (!reader) throw new Error("no reader");
    const [patient] = await rows<{ id: string }>(
      "INSERT INTO patient (organisation_id, issuer, mrn, name) VALUES ($1, 'N', 'M1', '{}') RETURNING id",
      [world.north.hospital],
    );
    const [earlier, other, known] = [
      await world.study({ reportState: "final", state: "closed" }),
      await world.study({ deadline: world.now + 60 * MINUTE }),
      await world.study({ deadline: world.now + 70 * MINUTE }),
    ];
    await rows("UPDATE study SET patient_id = $2 WHERE id = ANY ($1)", [[earlier, known], patient?.id]);
    const [report] = await rows<{ id: string }>(
      "INSERT INTO report (study_id, document_id) VALUES ($1, 'd') RETURNING id",
      [earlier],
    );
    await rows(
      `INSERT INTO report_version (report_id, study_id, version, kind, content, content_hash, authors, signed_by, signed_by_name, signer_fence)
       VALUES ($1, $2, 1, 'final', '{}', '', '[]', $3, 'R', 1)`,
      [report?.id, earlier, reader.userId],
    );
    const next = new NextStudy(world.deps);
    const seen = await next.peekNext(reader);
    expect(seen.ok && seen.value?.studyId).toBe(known);
    expect(seen.ok && seen.value?.reason).toMatch(/you reported an earlier study of this patient/);
    const stranger = await next.peekNext(await world.person());
    expect(stranger.ok && stranger.value?.studyId).toBe(other);
  });

  it("[NX2] the lanes' reading times and kinds are those of the domain", async () => {
    const lists = [...Object.keys(READING_MINUTES), "SR", "ES", ""].flatMap((one) => [[one], ["SR", one]]);
    for (const modalities of lists) {
      const [sql] = await rows<{ main: string; minutes: number; kind: string }>(
        "SELECT main_modality($1) AS main, reading_minutes(main_modality($1)) AS minutes, study_kind($1, 'CHEST', 'body') AS kind",
        [modalities],
      );
      expect(sql).toEqual({
        main: mainModality(modalities),
        minutes: readingMinutes(modalities),
        kind: kindOf(modalities, "CHEST", "body"),
      });
    }
    expect(latestStartOf(world.now, ["CT"])).toBe(world.now - 12 * MINUTE);
    expect(LEASE).toBe(MINUTE);
  });
});
