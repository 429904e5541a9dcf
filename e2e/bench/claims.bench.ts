import type { UserActor } from "@readroom/shared/domain/access.js";
import { LEASE } from "@readroom/shared/domain/claim.js";
import { NextStudy } from "../../server/features/worklist/next.js";
import { grantNext, recordGrants } from "../../server/features/worklist/store.js";
import { makeWorld, type World } from "../../server/features/worklist/testing/world.js";
import type { BenchContext, Benchmark } from "./bench.js";
import { quantile } from "./bench.js";

const READERS = 200;
/** Every tenth reader reads the rare subspecialty alone: one study in a thousand. */
const RARE_EVERY = 10;

const SIZES: readonly { readonly open: number; readonly claims: number }[] = [
  { open: 1_000, claims: 500 },
  { open: 100_000, claims: 4_000 },
];

type Give = (reader: UserActor) => Promise<string | null>;

async function people(world: World): Promise<UserActor[]> {
  const { rows } = await world.db.pool.query<{ id: string }>(
    "INSERT INTO pool (group_id, code, name, subspecialties) VALUES ($1, 'RARE', 'RARE', '{rare}') RETURNING id",
    [world.group],
  );
  const rare = rows[0]?.id ?? "";
  return Promise.all(
    Array.from({ length: READERS }, (_, n) =>
      n % RARE_EVERY === 0 ? world.person({ subspecialties: ["rare"], pools: [rare] }) : world.person(),
    ),
  );
}

/** `open` readable studies at two sites, most of them body and chest, one in a thousand of the rare subspecialty. */
async function fill(world: World, open: number): Promise<void> {
  await world.db.pool.query("DELETE FROM study");
  await world.db.pool.query(
    `INSERT INTO study (organisation_id, site_id, study_instance_uid, state, match_state, group_id, pool_id, subspecialty, urgency_rank, deadline, routable)
     SELECT CASE n % 2 WHEN 0 THEN $2::uuid ELSE $4::uuid END, CASE n % 2 WHEN 0 THEN $3::uuid ELSE $5::uuid END, '2.25.' || n, 'readable', 'matched', $6,
       (SELECT id FROM pool WHERE code = CASE lane WHEN 'neuro' THEN 'NEURO' WHEN 'rare' THEN 'RARE' ELSE 'BODY' END), lane, 1 + n % 3,
       now() + (n * 7919 % 86400) * interval '1 second', true
     FROM (SELECT n, CASE WHEN n % 1000 = 999 THEN 'rare' WHEN n % 10 = 0 THEN 'neuro' WHEN n % 10 < 4 THEN 'chest' ELSE 'body' END AS lane
       FROM generate_series(1, $1::int) n) made`,
    [open, world.north.hospital, world.north.site, world.south.hospital, world.south.site, world.group],
  );
  await world.db.pool.query("VACUUM ANALYZE study");
}

/** The query that comes to mind first: everything in one ordered scan, a transaction a claim, the same records written. */
function naive(world: World): Give {
  const { db } = world;
  return async (reader) =>
    db.pgTx(async (tx) => {
      const scope = await tx.query<{ subspecialties: string[] }>({
        name: "naive_scope",
        text: "SELECT subspecialties FROM reader_profile WHERE user_id = $1",
        values: [reader.userId],
      });
      const { rows } = await tx.query<{ id: string; organisationId: string; siteId: string; fence: number }>({
        name: "naive_claim",
        text: `UPDATE study SET claim_state = 'held', claimed_by = $1, claim_fence = claim_fence + 1, claimed_at = now(), claim_until = now() + interval '1 minute'
          WHERE id = (SELECT id FROM study WHERE claim_state = 'open' AND routable AND state = 'readable' AND subspecialty = ANY ($2) AND site_id = ANY ($3)
            ORDER BY urgency_rank, deadline LIMIT 1 FOR UPDATE SKIP LOCKED)
          RETURNING id, organisation_id AS "organisationId", site_id AS "siteId", claim_fence AS fence`,
        values: [reader.userId, scope.rows[0]?.subspecialties, [world.north.site, world.south.site]],
      });
      const [row] = rows;
      if (!row) return null;
      const grant = { ...row, n: 0, studyId: row.id, groupId: world.group, patientId: null, reportState: "none" };
      const by = { kind: "user", id: reader.userId, name: reader.name, address: reader.address };
      await recordGrants(tx, [{ grant, by, payload: { studyId: row.id, fence: row.fence }, topics: [] }]);
      return row.id;
    });
}

function ours(world: World): Give {
  const next = new NextStudy(world.deps);
  return async (reader) => {
    const answer = await next.next(reader);
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.value.claim?.studyId ?? null;
  };
}

interface Run {
  readonly perSecond: number;
  readonly p99: number;
  readonly twice: number;
  readonly given: number;
}

/**
 * All readers ask again as soon as they have been answered, until `claims` studies are given. Each asks once before the clock starts:
 * connections are open, statements planned, credentials known, as in a hub that has been up for a minute.
 */
async function closedLoop(readers: readonly UserActor[], give: Give, claims: number): Promise<Run> {
  await Promise.all(readers.map(give));
  const times: number[] = [];
  const given: string[] = [];
  const start = performance.now();
  await Promise.all(
    readers.map(async (reader) => {
      while (given.length < claims) {
        const asked = performance.now();
        const id = await give(reader);
        times.push(performance.now() - asked);
        if (id === null) return;
        given.push(id);
      }
    }),
  );
  const seconds = (performance.now() - start) / 1000;
  return {
    perSecond: given.length / seconds,
    p99: quantile(times, 0.99),
    twice: given.length - new Set(given).size,
    given: given.length,
  };
}

/** One claim at a time on a connection of its own, for a reader of a common and of the rare lane. */
async function single(world: World, subspecialties: readonly string[], pools: readonly string[]): Promise<number> {
  const sites = [world.north.site, world.south.site];
  const reader = await world.person({ subspecialties, pools });
  const times: number[] = [];
  for (let n = 0; n < 30; n += 1) {
    await world.db.pgTx(async (tx) => {
      const now = world.deps.clock.now();
      const asked = performance.now();
      await grantNext(
        tx,
        [{ n: 0, reader: reader.userId, pools, subspecialties, final: sites, preliminary: [] }],
        now,
        now + LEASE,
      );
      times.push(performance.now() - asked);
    });
  }
  return quantile(times, 0.5);
}

async function run({ database, figure, note, defer }: BenchContext): Promise<void> {
  const world = await makeWorld(await database());
  defer(() => world.close());
  const readers = await people(world);
  const { rows } = await world.db.pool.query<{ id: string }>("SELECT id FROM pool WHERE code = 'RARE'");
  const rare = rows[0]?.id ?? "";
  for (const { open, claims } of SIZES) {
    for (const [subject, give, index] of [
      ["readroom, batched lanes", ours(world), ""],
      [
        "one ordered scan",
        naive(world),
        "CREATE INDEX naive ON study (urgency_rank, deadline) WHERE claim_state = 'open'",
      ],
    ] as const) {
      await fill(world, open);
      if (index) await world.db.pool.query(index);
      const { perSecond, p99, twice, given } = await closedLoop(readers, give, claims);
      if (index) await world.db.pool.query("DROP INDEX naive");
      figure({ name: `claim next, ${READERS} readers, ${open} open`, subject, value: perSecond, unit: "claims/s" });
      figure({ name: `claim next p99, ${READERS} readers, ${open} open`, subject, value: p99, unit: "ms" });
      if (twice > 0) note(`${subject}: ${twice} of ${given} studies were given twice`);
    }
    await fill(world, open);
    const common = await single(world, ["body", "chest"], [world.pools.body]);
    figure({
      name: `one claim of a common lane, ${open} open, median`,
      subject: "readroom, batched lanes",
      value: common,
      unit: "ms",
    });
    figure({
      name: `one claim of a rare lane, ${open} open, median`,
      subject: "readroom, batched lanes",
      value: await single(world, ["rare"], [rare]),
      unit: "ms",
    });
  }
}

export default { name: "claims", run } satisfies Benchmark;
