import type { UserActor } from "@readroom/shared/domain/access.js";
import { makeWorld, type World } from "../../server/features/worklist/testing/world.js";
import type { BenchContext, Benchmark } from "./bench.js";
import { quantile } from "./bench.js";
import { type Give, oneOrderedScan, readroom, readThenWrite } from "./claims.subjects.js";

const READERS = 200;
/** Every tenth reader reads the rare subspecialty alone: one study in a thousand. */
const RARE_EVERY = 10;
const SIZES = [1_000, 100_000, 1_000_000];
const PEERS_AT = 100_000;
const LOOP_MS = 3_000;
const OPEN_LOOP_PER_SECOND = 360;

interface Crowd {
  readonly everybody: readonly UserActor[];
  readonly common: UserActor;
  readonly rare: UserActor;
}

async function people(world: World): Promise<Crowd> {
  const { rows } = await world.db.pool.query<{ id: string }>(
    "INSERT INTO pool (group_id, code, name, subspecialties) VALUES ($1, 'RARE', 'RARE', '{rare}') RETURNING id",
    [world.group],
  );
  const rarePool = rows[0]?.id ?? "";
  const rarely = () => world.person({ subspecialties: ["rare"], pools: [rarePool] });
  const everybody = await Promise.all(
    Array.from({ length: READERS }, (_, n) => (n % RARE_EVERY === 0 ? rarely() : world.person())),
  );
  return { everybody, common: await world.person(), rare: await rarely() };
}

/** `open` readable studies at two sites, most of them body and chest, one in a thousand of the rare subspecialty, half CT, half plain films. */
async function fill(world: World, open: number): Promise<void> {
  const { pool } = world.db;
  // A fresh table each time: what an earlier crowd left behind must not colour the next one's figures.
  await pool.query("ALTER TABLE study DISABLE TRIGGER USER");
  await pool.query("TRUNCATE study, study_lane, study_held, study_own_prior CASCADE");
  await pool.query(
    `INSERT INTO study (organisation_id, site_id, study_instance_uid, state, match_state, group_id, pool_id, subspecialty, urgency_rank, deadline, routable, modalities)
     SELECT CASE n % 2 WHEN 0 THEN $2::uuid ELSE $4::uuid END, CASE n % 2 WHEN 0 THEN $3::uuid ELSE $5::uuid END, '2.25.' || n, 'readable', 'matched', $6,
       CASE lane WHEN 'neuro' THEN $7::uuid WHEN 'rare' THEN (SELECT id FROM pool WHERE code = 'RARE') ELSE $8::uuid END, lane, 1 + n % 3,
       now() + (n::bigint * 7919 % 86400) * interval '1 second', true, ARRAY[CASE n % 4 WHEN 0 THEN 'CT' WHEN 1 THEN 'MR' ELSE 'DX' END]
     FROM (SELECT n, CASE WHEN n % 1000 = 999 THEN 'rare' WHEN n % 10 = 0 THEN 'neuro' WHEN n % 10 < 4 THEN 'chest' ELSE 'body' END AS lane
       FROM generate_series(1, $1::int) n) made`,
    [
      ...[open, world.north.hospital, world.north.site, world.south.hospital, world.south.site],
      ...[world.group, world.pools.neuro, world.pools.body],
    ],
  );
  await pool.query("INSERT INTO study_lane SELECT o.* FROM study s, study_lanes_of(s) o");
  await pool.query("ALTER TABLE study ENABLE TRIGGER USER");
  await pool.query("VACUUM ANALYZE study, study_lane");
  await pool.query("CHECKPOINT");
}

interface Run {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly twice: number;
  readonly given: number;
}

const summary = (given: readonly string[], times: readonly number[], seconds: number): Run => ({
  perSecond: given.length / seconds,
  p50: quantile(times, 0.5),
  p99: quantile(times, 0.99),
  twice: given.length - new Set(given).size,
  given: given.length,
});

/**
 * All readers ask again as soon as they have been answered. Each asks once before the clock starts: connections are open, statements
 * planned, credentials known, as in a hub that has been up for a minute.
 */
async function closedLoop(readers: readonly UserActor[], give: Give, most: number): Promise<Run> {
  await Promise.all(readers.map(give));
  const times: number[] = [];
  const given: string[] = [];
  const start = performance.now();
  const on = () => given.length < most && performance.now() - start < LOOP_MS;
  await Promise.all(
    readers.map(async (reader) => {
      while (on()) {
        const asked = performance.now();
        const id = await give(reader);
        if (id === null) return;
        times.push(performance.now() - asked);
        given.push(id);
      }
    }),
  );
  return summary(given, times, (performance.now() - start) / 1000);
}

/** Claims come at their own beat, whoever is still waiting: what a reader of a busy group waits. */
async function openLoop(readers: readonly UserActor[], give: Give): Promise<Run> {
  const times: number[] = [];
  const given: string[] = [];
  const asked: Promise<void>[] = [];
  const start = performance.now();
  await new Promise<void>((done) => {
    const beat = setInterval(() => {
      const due = Math.floor(((performance.now() - start) / 1000) * OPEN_LOOP_PER_SECOND);
      for (let n = asked.length; n < due; n += 1) {
        const at = start + (n * 1000) / OPEN_LOOP_PER_SECOND;
        const reader = readers[n % readers.length];
        if (!reader) continue;
        asked.push(
          give(reader).then((id) => {
            times.push(performance.now() - Math.max(at, performance.now() - 60_000));
            if (id) given.push(id);
          }),
        );
      }
      if (performance.now() - start < LOOP_MS) return;
      clearInterval(beat);
      done();
    }, 1);
  });
  await Promise.all(asked);
  return summary(given, times, (performance.now() - start) / 1000);
}

/** One claim at a time, for one reader. */
async function alone(reader: UserActor, give: Give): Promise<number> {
  const times: number[] = [];
  for (let n = 0; n < 60; n += 1) {
    const asked = performance.now();
    await give(reader);
    times.push(performance.now() - asked);
  }
  return quantile(times, 0.5);
}

async function run({ database, figure, note, defer }: BenchContext): Promise<void> {
  const world = await makeWorld(await database());
  defer(() => world.close());
  const crowd = await people(world);
  const say = (open: number, what: string, subject: string, value: number, unit: string) =>
    figure({ name: `${open} open, ${what}`, subject, value, unit });
  const tell = (open: number, subject: string, { perSecond, p50, p99, twice, given }: Run) => {
    say(open, `${READERS} readers`, subject, perSecond, "claims/s");
    say(open, `${READERS} readers, p50`, subject, p50, "ms");
    say(open, `${READERS} readers, p99`, subject, p99, "ms");
    if (twice > 0) note(`${subject}: ${twice} of ${given} studies were given twice`);
  };
  const wanted = (process.env.READROOM_BENCH_OPEN ?? "").split(",").filter(Boolean).map(Number);
  for (const open of wanted.length > 0 ? wanted : SIZES) {
    const most = open / 2;
    await fill(world, open);
    const ours = readroom(world);
    tell(open, "readroom", await closedLoop(crowd.everybody, ours, most));
    const steady = await openLoop(crowd.everybody, ours);
    say(open, `${OPEN_LOOP_PER_SECOND}/s, p50`, "readroom", steady.p50, "ms");
    say(open, `${OPEN_LOOP_PER_SECOND}/s, p99`, "readroom", steady.p99, "ms");
    if (steady.twice > 0) note(`readroom: ${steady.twice} of ${steady.given} studies were given twice`);
    if (open === SIZES[0]) await fill(world, open);
    say(open, "one reader of a common lane, median", "readroom", await alone(crowd.common, ours), "ms");
    say(open, "one reader of a rare lane, median", "readroom", await alone(crowd.rare, ours), "ms");
    if (open !== PEERS_AT) continue;
    for (const peer of [oneOrderedScan, readThenWrite]) {
      await fill(world, open);
      const { give, name, done } = await peer(world);
      tell(open, name, await closedLoop(crowd.everybody, give, most));
      say(open, "one reader of a rare lane, median", name, await alone(crowd.rare, give), "ms");
      await done();
    }
  }
}

export default { name: "claims", run } satisfies Benchmark;
