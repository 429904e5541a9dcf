import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, type Instant, MINUTE } from "../../kernel/instant.js";
import { latestStartOf } from "../ranking.js";
import { readingRight } from "../reading-right.js";
import { compile } from "../routing/compile.js";
import { NO_FACTS } from "../routing/facts.js";
import { decideFast } from "../routing/outcome.js";
import { arrivalWeight, synthesise } from "./arrivals.js";
import { ruleDecider } from "./decider.js";
import { type Run, run } from "./engine.js";
import { RULES, syntheticWorld } from "./hospitals.js";
import { outcomeOf } from "./outcome.js";
import type { Policy } from "./policy.js";
import { type Prepared, prepare } from "./prepare.js";
import { Reach } from "./reach.js";
import { compare, dayOf, prepared, type SyntheticRequest, synthetic } from "./synthetic.js";
import { presence } from "./timetable.js";
import type { SimReader, World } from "./world.js";
import { zoneClock } from "./zone.js";

const POLICIES: readonly Policy[] = [
  { name: "readroom" },
  { name: "readroom", assignment: "push" },
  { name: "fifo" },
  { name: "fifo_pool" },
];
const night = (more: Partial<SyntheticRequest> = {}): SyntheticRequest => ({
  ...{ kind: "night", seed: 7, studies: 300, hospitals: 12, readers: 6, day: dayOf(2026, 11, 24) },
  ...more,
});

/** Small nights of every size, also such with hardly any readers, and whole days over the changes of clocks. */
const anyRequest: fc.Arbitrary<SyntheticRequest> = fc.record({
  kind: fc.constantFrom("night" as const, "days" as const),
  seed: fc.integer({ min: 0, max: 1_000_000 }),
  studies: fc.integer({ min: 1, max: 250 }),
  hospitals: fc.integer({ min: 1, max: 20 }),
  readers: fc.integer({ min: 1, max: 9 }),
  day: fc.constantFrom(dayOf(2026, 10, 31), dayOf(2027, 3, 13), dayOf(2026, 7, 1)),
  days: fc.integer({ min: 1, max: 3 }),
});
const anyPolicy = fc.constantFrom(...POLICIES);
const RUNS = { numRuns: 60 };

/** Credentials that end in the middle of the night, for some of the readers. */
function expiring(world: World, at: Instant): World {
  const readers = world.readers.map((reader, r): SimReader => {
    if (r % 3 !== 0) return reader;
    const jurisdictions = reader.scope.jurisdictions.map((licence, n) =>
      n % 2 ? { ...licence, validTo: at } : licence,
    );
    return { ...reader, scope: { ...reader.scope, jurisdictions } };
  });
  return { ...world, readers };
}

function ready(request: SyntheticRequest, expire = false): Prepared {
  const made = synthetic(request);
  if (!expire) return prepared(made);
  const world = expiring(made.world, (made.from + made.until) / 2);
  return prepare(world, made.arrivals, ruleDecider(world.ruleSet), made);
}

const readsOf = ({ startAt, finishAt, readerOf, prepared: { arrivals } }: Run) =>
  Array.from({ length: arrivals.count }, (_, i) => ({
    i,
    start: startAt[i] as number,
    finish: finishAt[i] as number,
    reader: readerOf[i] as number,
  })).filter(({ reader }) => reader >= 0);

describe("simulation of reading", () => {
  it("[SI1] every arrival ends read, waiting or unreadable, whatever the world", () => {
    fc.assert(
      fc.property(anyRequest, anyPolicy, fc.boolean(), (request, policy, expire) => {
        const outcome = outcomeOf(run(ready(request, expire), policy));
        expect(outcome.read + outcome.waiting + outcome.unreadable).toBe(request.studies);
        expect(outcome.waiting).toBeGreaterThanOrEqual(0);
        expect(outcome.readers.reduce((sum, { reads }) => sum + reads, 0)).toBe(outcome.read);
      }),
      RUNS,
    );
  });

  it("[SI2] no reader reads two at once", () => {
    fc.assert(
      fc.property(anyRequest, anyPolicy, (request, policy) => {
        const reads = readsOf(run(ready(request), policy)).sort((a, b) => a.reader - b.reader || a.start - b.start);
        for (const [n, read] of reads.entries()) {
          const before = reads[n - 1];
          if (before?.reader === read.reader) expect(read.start).toBeGreaterThanOrEqual(before.finish);
        }
      }),
      RUNS,
    );
  });

  it("[SI3] nobody reads without licence, privileges, subspecialty and pool, also where a licence ends in the night", () => {
    fc.assert(
      fc.property(anyRequest, anyPolicy, (request, policy) => {
        const done = run(ready(request, true), policy);
        const { world, arrivals, lanes, laneOf } = done.prepared;
        for (const { i, start, reader } of readsOf(done)) {
          const site = world.sites[arrivals.site[i] as number];
          const scope = world.readers[reader]?.scope;
          const lane = lanes[laneOf[i] as number];
          if (!site || !scope || !lane) throw new Error("a study without its place");
          const at = { ...scope, shift: { startsAt: 0, endsAt: Number.MAX_VALUE }, onBreak: false };
          const study = {
            siteId: site.id,
            jurisdiction: site.jurisdiction,
            subspecialty: lane.subspecialty,
            reportState: "none",
          };
          expect(readingRight(at, study, start).against).toEqual([]);
          if (policy.name !== "fifo") expect(scope.poolIds).toContain(world.pools[lane.pool]?.id);
        }
      }),
      RUNS,
    );
  });

  it("[SI4] nobody begins outside a shift or in a break, and nothing before it is complete", () => {
    fc.assert(
      fc.property(anyRequest, anyPolicy, (request, policy) => {
        const done = run(ready(request), policy);
        const { world, arrivals, from, until } = done.prepared;
        for (const { i, start, finish, reader } of readsOf(done)) {
          const spans = presence(world.readers[reader] as SimReader, from, until);
          expect(spans.some(({ startsAt, endsAt }) => startsAt <= start && start < endsAt)).toBe(true);
          expect(start).toBeGreaterThanOrEqual(arrivals.readableAt[i] as number);
          expect(finish).toBeGreaterThan(start);
        }
      }),
      RUNS,
    );
  });

  it("[SI5] follows from its seed, and all policies meet the same arrivals", () => {
    for (const policy of POLICIES) {
      const [a, b] = [0, 1].map(() => outcomeOf(run(ready(night()), policy)));
      expect(a).toEqual(b);
    }
    const [one, other] = [night(), night({ seed: 8 })].map((request) => compare(ready(request), [{ name: "fifo" }])[0]);
    expect(one?.all).not.toEqual(other?.all);
    const both = ready(night());
    const before = [...both.arrivals.readingMs];
    compare(both, POLICIES);
    expect([...both.arrivals.readingMs]).toEqual(before);
  });

  it("[SI6] no reader is idle while something waits that the reader may read", () => {
    const pulling = fc.constantFrom(...POLICIES.filter(({ assignment }) => assignment !== "push"));
    fc.assert(
      fc.property(anyRequest, pulling, (request, policy) => {
        const done = run(ready(request), policy);
        const { world, arrivals, lanes, laneOf, from, until } = done.prepared;
        const reach = done.prepared.rights[0]?.reach as Reach;
        const reads = readsOf(done);
        for (const { i, start } of reads) {
          // Between its completion and its begin, whoever could have read it was reading or away.
          const lane = lanes[laneOf[i] as number] as (typeof lanes)[number];
          const able =
            policy.name === "fifo"
              ? reach.readers(lane.site, lane.subspecialty)
              : reach.inPools(lane.site, lane.subspecialty, [lane.pool]);
          const readable = Math.max(arrivals.readableAt[i] as number, from);
          if (start - readable < 2) continue;
          const moment = (readable + start) / 2;
          for (const r of able) {
            const present = presence(world.readers[r] as SimReader, from, until).some(
              ({ startsAt, endsAt }) => startsAt <= moment && moment < endsAt,
            );
            const busy = reads.some((read) => read.reader === r && read.start <= moment && moment < read.finish);
            expect(!present || busy).toBe(true);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it("[SI7] the night on which clocks go back has an hour more, the one on which they go forward one less", () => {
    const clock = zoneClock("America/New_York");
    const length = (day: number) => clock.instantOf(day + 1, 7 * HOUR) - clock.instantOf(day, 19 * HOUR);
    expect(length(dayOf(2026, 10, 31))).toBe(13 * HOUR);
    expect(length(dayOf(2027, 3, 13))).toBe(11 * HOUR);
    expect(length(dayOf(2026, 11, 24))).toBe(12 * HOUR);
    const autumn = synthetic(night({ day: dayOf(2026, 10, 31), readers: 25, studies: 900 }));
    const over = autumn.world.readers
      .flatMap(({ shifts }) => shifts)
      .filter(
        ({ startsAt, endsAt }) =>
          startsAt < clock.instantOf(dayOf(2026, 11, 1), HOUR) &&
          endsAt > clock.instantOf(dayOf(2026, 11, 1), 3 * HOUR),
      );
    expect(over.length).toBeGreaterThan(0);
    for (const { startsAt, endsAt } of over) {
      const wall = (at: Instant) => at + clock.offsetAt(at);
      expect(endsAt - startsAt).toBe(wall(endsAt) - wall(startsAt) + HOUR);
    }
  });

  it("[SI8] gives the study that the ranking puts first among what waits", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), (seed) => {
        const done = run(ready(night({ seed, studies: 400, readers: 4 })), { name: "readroom" });
        const { arrivals, urgency, deadline, lanes, laneOf, world } = done.prepared;
        const reads = readsOf(done);
        const last = new Map<number, string>();
        const batch = (i: number) => arrivals.kinds[arrivals.kind[i] as number]?.batch ?? "";
        const able = (i: number, r: number) => {
          const lane = lanes[laneOf[i] as number] as (typeof lanes)[number];
          const reach = done.prepared.rights[0]?.reach as Reach;
          return lane.pool >= 0 && reach.inPools(lane.site, lane.subspecialty, [lane.pool]).includes(r);
        };
        const place = (i: number, r: number) => {
          const kind = arrivals.kinds[arrivals.kind[i] as number];
          const lane = lanes[laneOf[i] as number];
          const bonus =
            (arrivals.priorReader[i] === r ? 15 : 0) +
            (last.get(r) === batch(i) ? 5 : 0) +
            (lane?.subspecialty === "general" ? 0 : 3);
          return (
            (urgency[i] as number) * 1e13 +
            latestStartOf(deadline[i] as number, kind?.modalities ?? []) -
            bonus * MINUTE
          );
        };
        for (const { i, start, reader } of reads.sort((a, b) => a.start - b.start)) {
          if (start > (arrivals.readableAt[i] as number)) {
            const mine = place(i, reader);
            for (const other of reads) {
              if (other.i === i || !((arrivals.readableAt[other.i] as number) < start && other.start > start)) continue;
              // Bonuses of the kind count for a lane's first study only, as in the hub.
              if (able(other.i, reader)) expect(mine).toBeLessThanOrEqual(place(other.i, reader) + 5 * MINUTE);
            }
          }
          last.set(reader, batch(i));
        }
        expect(world.readers.length).toBe(4);
      }),
      { numRuns: 8 },
    );
  });

  it("[SI9] traffic has the count asked for and the hours of the sites' own days", () => {
    const made = synthetic(night({ studies: 4000, hospitals: 40 }));
    expect(made.arrivals.count).toBe(4000);
    const hours = new Set<number>();
    for (let i = 0; i < made.arrivals.count; i++) {
      const at = made.arrivals.firstAt[i] as number;
      expect(at).toBeGreaterThanOrEqual(i > 0 ? (made.arrivals.firstAt[i - 1] as number) : made.from);
      hours.add(zoneClock(made.world.sites[made.arrivals.site[i] as number]?.timeZone ?? "").hourOf(at));
    }
    expect([...hours].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 19, 20, 21, 22, 23]);
    let week = 0;
    for (let h = 0; h < 168; h++) week += arrivalWeight("E", h % 24, Math.floor(h / 24));
    expect(week / 168).toBeCloseTo(1, 6);
    expect(arrivalWeight("E", 19, 1)).toBeGreaterThan(3 * arrivalWeight("E", 4, 1));
  });

  it("[SI10] says why nobody could read a study", () => {
    const made = synthetic(night({ hospitals: 8, readers: 5 }));
    const only = (keep: (r: SimReader) => SimReader) => {
      const world = { ...made.world, readers: made.world.readers.map(keep) };
      return outcomeOf(run(prepare(world, made.arrivals, ruleDecider(world.ruleSet), made), { name: "readroom" }));
    };
    const unlicensed = only((r) => ({ ...r, scope: { ...r.scope, jurisdictions: [] } }));
    expect(unlicensed.unreadable).toBe(300);
    expect(unlicensed.nobody.every(({ reason }) => reason.startsWith("nobody holds a licence for US-"))).toBe(true);
    const away = only((r) => ({ ...r, shifts: [] }));
    expect(away.nobody.some(({ reason }) => reason === "nobody who may read it was at work from then on")).toBe(true);
    const untrained = only((r) => ({ ...r, scope: { ...r.scope, subspecialties: ["general"] } }));
    expect(untrained.nobody.some(({ reason }) => /reads (neuro|body|chest|msk)/.test(reason))).toBe(true);
  });

  it("[SI11] a reader who is in a study at the beginning takes the next when it is finished", () => {
    const both = ready(night());
    const free = both.from + HOUR;
    const busy = both.world.readers.map((_, reader) => ({ reader, until: free }));
    const done = run(both, { name: "readroom" }, { busy });
    for (const { start } of readsOf(done)) expect(start).toBeGreaterThanOrEqual(free);
    expect(readsOf(done).length).toBeGreaterThan(0);
  });

  it("[SI12] transfer, queue and reading add up to first image → report", () => {
    const done = run(ready(night()), { name: "readroom" });
    const { parts } = outcomeOf(done);
    const reads = readsOf(done);
    const all = reads.reduce((sum, { i, finish }) => sum + finish - (done.prepared.arrivals.firstAt[i] as number), 0);
    expect(parts.transfer + parts.queue + parts.reading).toBeCloseTo(all / reads.length / MINUTE, 1);
  });

  it("[SI13] one decision for studies that look the same to the rules is the rules' own decision", () => {
    const age = {
      id: "child",
      name: "Children",
      condition: { field: "age", below: 16 },
      action: { raiseTo: "urgent" },
    } as const;
    const late = {
      id: "late",
      name: "Late",
      condition: { field: "hour", from: 22, to: 6 },
      action: { turnaroundMinutes: 45 },
    } as const;
    const sunday = {
      id: "sunday",
      name: "Sunday",
      condition: { field: "weekday", is: [7] },
      action: { raiseTo: "stat" },
    } as const;
    const made = synthetic(night({ kind: "days", days: 8, studies: 1500, hospitals: 6, readers: 5 }));
    const ruleSet = { ...made.world.ruleSet, rules: [...RULES, age, late, sunday] };
    const world = { ...made.world, ruleSet };
    const ready = prepare(world, made.arrivals, ruleDecider(ruleSet), made);
    expect(ready.decisions).toBeLessThan(1500);
    const rules = compile(ruleSet);
    const reach = new Reach(world, made.from);
    const { arrivals } = made;
    for (let i = 0; i < arrivals.count; i++) {
      const s = arrivals.site[i] as number;
      const site = world.sites[s] as World["sites"][number];
      const kind = arrivals.kinds[arrivals.kind[i] as number];
      const clock = zoneClock(site.timeZone);
      const at = arrivals.firstAt[i] as number;
      const facts = {
        ...NO_FACTS,
        ...{
          site: [site.code],
          hospital: [site.hospitalCode],
          modality: kind?.modalities ?? [],
          bodyPart: [kind?.bodyPart ?? ""],
        },
        ...{ procedureCode: [kind?.code ?? ""], priority: [arrivals.priorities[arrivals.priority[i] as number] ?? ""] },
        ...{
          patientClass: [arrivals.patientClasses[arrivals.patientClass[i] as number] ?? ""],
          procedureText: kind?.text ?? "",
        },
        ...{ ageYears: arrivals.age[i] as number, localHour: clock.hourOf(at), weekday: clock.weekdayOf(at) || 7 },
        ...{ firstInstanceAt: at, completeAt: arrivals.readableAt[i] as number },
      };
      const decision = decideFast(rules, facts, {
        turnaround: site.contract?.turnaround ?? null,
        pools: (subspecialty) => reach.poolFacts(s, subspecialty),
      });
      expect(["critical", "stat", "urgent", "routine"][ready.urgency[i] as number]).toBe(decision.urgency);
      expect(ready.deadline[i]).toBeCloseTo(decision.deadline ?? Number.NaN, -1);
    }
  });

  it("[SI9] measured rates take the place of the curve", () => {
    const from = Date.UTC(2026, 10, 24);
    const world = syntheticWorld({ seed: 1, hospitals: 2, readers: 1, from, until: from + DAY });
    const rates = [Array.from({ length: 24 }, (_, h) => (h === 5 ? 1 : 0)), Array.from({ length: 24 }, () => 0)];
    const arrivals = synthesise({
      seed: 1,
      studies: 50,
      from,
      until: from + DAY,
      sites: world.sites,
      sources: world.sources,
      readers: 1,
      rates,
    });
    for (let i = 0; i < 50; i++) {
      expect(arrivals.site[i]).toBe(0);
      expect(Math.floor(((arrivals.firstAt[i] as number) - from) / HOUR)).toBe(5);
    }
  });
});
