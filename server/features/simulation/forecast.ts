import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { ForecastView } from "@readroom/shared/contract/http/simulation.js";
import { readingMinutes } from "@readroom/shared/domain/ranking.js";
import { hourlyRates } from "@readroom/shared/domain/simulation/arrivals.js";
import type { Arrivals, World } from "@readroom/shared/domain/simulation/world.js";
import { DAY, HOUR, type Instant, MINUTE } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { arrivalsOf, decidedOf } from "./model.js";
import * as store from "./store.js";
import type { Runner } from "./thread.js";
import { measuredRates } from "./traffic.js";
import { presentWorld } from "./world.js";

const SEEDS = 20;
const KEPT_MS = MINUTE;
const LOOK_BACK = 28 * DAY;
const MOST_RECENT = 20_000;
const MOST_OPEN = 20_000;
/** Fewer studies than this in four weeks give no curve of their own. */
const ENOUGH = 200;
const TIME_LIMIT = 30_000;

type Answer = Result<ForecastView, Refusal>;

/** What the next hours bring, computed at most once a minute for each group. */
export class Forecasts {
  readonly #kept = new Map<string, { readonly at: Instant; readonly answer: Promise<Answer> }>();

  constructor(
    private readonly deps: Deps,
    private readonly runner: Runner,
  ) {}

  async of(groupId: string, hours = 8): Promise<Answer> {
    const now = this.deps.clock.now();
    const key = `${groupId} ${hours}`;
    const kept = this.#kept.get(key);
    if (kept && now - kept.at < KEPT_MS && now >= kept.at) return kept.answer;
    const answer = compute(this.deps, this.runner, groupId, hours, now);
    this.#kept.set(key, { at: now, answer });
    answer.catch(() => this.#kept.delete(key));
    return answer;
  }
}

async function compute(deps: Deps, runner: Runner, groupId: string, hours: number, now: Instant): Promise<Answer> {
  const db = deps.db.pool;
  const group = await store.groupOf(db, groupId);
  if (!group) return err(refusal("not_found", "There is no such reading group."));
  const until = now + hours * HOUR;
  const [world, open, recent] = await Promise.all([
    presentWorld(deps, groupId, now - HOUR, until),
    store.openStudies(db, groupId, MOST_OPEN),
    store.studiesBetween(db, groupId, now - LOOK_BACK, now, MOST_RECENT),
  ]);
  const waiting = open.filter(({ claimedBy }) => claimedBy === null);
  const expected = expectedFrom(recent, world, now, hours);
  // One set of lists for both, so that what waits and what is drawn can stand in the same columns.
  const { arrivals: all, rows } = arrivalsOf([...waiting, ...recent], world);
  const own = waiting.filter(({ siteId }) => world.sites.some(({ id }) => id === siteId));
  const [openNow, seen] = parted(all, own.length);
  const result = await runner(
    {
      kind: "forecast",
      request: {
        ...{ world, now, hours, seeds: SEEDS, busy: busyNow(open, world, now) },
        ...{ open: openNow, recent: seen, decided: decidedOf(rows.slice(0, own.length)) },
        rates: expected.rates,
      },
    },
    { signal: AbortSignal.timeout(TIME_LIMIT) },
  );
  return ok({
    ...{
      serverNow: now,
      timeZone: group.timeZone,
      from: result.from,
      waitingNow: result.waitingNow,
      basis: expected.basis,
      seeds: SEEDS,
    },
    hours: result.hours.map((hour) => ({ ...hour, pools: [...hour.pools] })),
  });
}

interface Expected {
  readonly rates: number[][];
  readonly basis: string;
}

/** The last four weeks' rates by site and hour where there is enough of them, else the synthetic curve at the mean of what came. */
function expectedFrom(recent: readonly store.StudyRow[], world: World, now: Instant, hours: number): Expected {
  const first = recent[0]?.firstAt ?? now;
  const days = Math.max(1, (now - first) / DAY);
  if (recent.length >= ENOUGH && days >= 7) {
    const basis = `Expected from the ${recent.length.toLocaleString("en")} studies of the last ${Math.round(days)} days, by site and hour.`;
    return { rates: measuredRates(recent, world, now, hours, days), basis };
  }
  const shape = {
    from: now,
    until: now + hours * HOUR,
    sites: world.sites,
    sources: world.sites.map(({ id }) => siteSource(recent, id, days)),
  };
  const rates = hourlyRates(shape).map((classes) =>
    Array.from({ length: hours }, (_, h) => classes.reduce((sum, byHour) => sum + (byHour[h] ?? 0), 0)),
  );
  const basis =
    recent.length === 0
      ? "No study has come in four weeks, so none is expected: only what waits now is counted."
      : `Expected from ${recent.length.toLocaleString("en")} studies in ${Math.ceil(days)} ${Math.ceil(days) === 1 ? "day" : "days"}, spread over the day as hospitals usually send: too few for a curve of their own.`;
  return { rates, basis };
}

const siteSource = (recent: readonly store.StudyRow[], siteId: string, days: number) => ({
  volume: recent.filter((row) => row.siteId === siteId).length / days,
  classes: [0.6, 0.28, 0.12] as const,
  lineMbPerSecond: 12,
});

/** The first `n` studies and the rest, with the same lists. */
function parted(all: Arrivals, n: number): [Arrivals, Arrivals] {
  const slice = (from: number, until: number): Arrivals => ({
    ...all,
    ...Object.fromEntries(
      Object.entries(all).flatMap(([key, column]) =>
        ArrayBuffer.isView(column) ? [[key, (column as Float64Array).slice(from, until)]] : [],
      ),
    ),
    count: until - from,
  });
  return [slice(0, n), slice(n, all.count)];
}

/** Who is in a study, and until when by what such a study takes; at least a minute more. */
function busyNow(open: readonly store.StudyRow[], world: World, now: Instant) {
  return world.readers.flatMap(({ id }, reader) => {
    const held = open.filter(({ claimedBy }) => claimedBy === id);
    if (held.length === 0) return [];
    const left = held.map(({ modalities, claimedAt }) =>
      Math.max(MINUTE, (claimedAt ?? now) + readingMinutes(modalities) * MINUTE - now),
    );
    return [{ reader, until: now + left.reduce((sum, ms) => sum + ms, 0) }];
  });
}
