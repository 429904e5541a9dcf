import { type Instant, MINUTE } from "../../kernel/instant.js";
import { NO_FACTS, type StudyFacts } from "../routing/facts.js";
import { URGENCIES, type Urgency, urgencyRank } from "../urgency.js";
import { type Decider, interval, type SimDecision } from "./decider.js";
import { changesOfRights, Reach } from "./reach.js";
import type { Arrivals, World } from "./world.js";
import { zoneClock } from "./zone.js";

/** Where studies wait that have the same pool, site and subspecialty, and so the same readers. */
export interface Lane {
  /** -1: none takes it. */
  readonly pool: number;
  /** Further pools whose readers may take it. */
  readonly also: readonly number[];
  readonly site: number;
  readonly subspecialty: string;
}

/** A world with its arrivals and what the rules decide of each of them: what all policies have in common. */
export interface Prepared {
  readonly world: World;
  readonly arrivals: Arrivals;
  readonly from: Instant;
  readonly until: Instant;
  readonly lanes: readonly Lane[];
  readonly laneOf: Int32Array;
  /** Position in URGENCIES. */
  readonly urgency: Uint8Array;
  /** NaN: no clock. */
  readonly clockStart: Float64Array;
  readonly deadline: Float64Array;
  /** Positions of the studies in the order in which they become readable. */
  readonly order: Uint32Array;
  /** Position in `reasons` of why no pool takes the study; -1: one does. */
  readonly unroutable: Int32Array;
  readonly reasons: readonly string[];
  /** Who may read, from each moment at which that changes. */
  readonly rights: readonly { readonly at: Instant; readonly reach: Reach }[];
  readonly decisions: number;
}

/** What stands already of a study that waits when the simulation begins: rules and people have decided it, and it stays so. */
export interface Decided {
  readonly poolId: string | null;
  readonly subspecialty: string;
  readonly urgency: Urgency;
  readonly clockStart: Instant | null;
  readonly deadline: Instant | null;
}

/**
 * Decides every arrival once; the first of them may be decided already, in the order of `decided`. Throws RangeError where arrivals and
 * world do not fit together.
 */
export function prepare(
  world: World,
  arrivals: Arrivals,
  decider: Decider,
  span: { from: Instant; until: Instant },
  decided: readonly Decided[] = [],
): Prepared {
  const { count } = arrivals;
  const rights = changesOfRights(world, span.from, span.until).map((at) => ({ at, reach: new Reach(world, at) }));
  const book = new Book(world, arrivals, decider);
  const made = {
    laneOf: new Int32Array(count),
    urgency: new Uint8Array(count),
    clockStart: new Float64Array(count),
    deadline: new Float64Array(count),
    unroutable: new Int32Array(count).fill(-1),
  };
  let epoch = 0;
  for (let i = 0; i < count; i++) {
    const at = arrivals.firstAt[i] as number;
    const known = decided[i];
    if (known) {
      made.laneOf[i] = book.lane(known.poolId, [], arrivals.site[i] as number, known.subspecialty);
      made.urgency[i] = urgencyRank(known.urgency);
      made.clockStart[i] = known.clockStart ?? Number.NaN;
      made.deadline[i] = known.deadline ?? Number.NaN;
      continue;
    }
    while (epoch + 1 < rights.length && (rights[epoch + 1]?.at ?? 0) <= at) {
      epoch++;
      book.forget();
    }
    const page = book.page(i, (rights[epoch] as (typeof rights)[number]).reach);
    made.laneOf[i] = page.lane;
    made.urgency[i] = page.urgency;
    made.unroutable[i] = page.reason;
    const start = page.fromFirst ? at : (arrivals.readableAt[i] as number);
    made.clockStart[i] = page.minutes === null ? Number.NaN : start;
    made.deadline[i] = page.minutes === null ? Number.NaN : start + page.minutes * MINUTE;
  }
  const { readableAt } = arrivals;
  const order = new Uint32Array(count).map((_, i) => i);
  order.sort((a, b) => (readableAt[a] as number) - (readableAt[b] as number) || a - b);
  return {
    world,
    arrivals,
    ...span,
    ...made,
    order,
    rights,
    lanes: book.lanes,
    reasons: book.reasons,
    decisions: book.made,
  };
}

interface Page {
  readonly lane: number;
  readonly urgency: number;
  readonly minutes: number | null;
  readonly fromFirst: boolean;
  readonly reason: number;
}

/** Decisions by what rules can see of a study, so that a million studies cost some thousand decisions. */
class Book {
  readonly lanes: Lane[] = [];
  readonly reasons: string[] = [];
  made = 0;
  readonly #pages = new Map<number, Page>();
  readonly #laneNumbers = new Map<string, number>();
  readonly #reasonNumbers = new Map<string, number>();
  readonly #pools: ReadonlyMap<string, number>;
  readonly #ageSteps: number;
  readonly #hourSteps: number;

  constructor(
    private readonly world: World,
    private readonly arrivals: Arrivals,
    private readonly decider: Decider,
  ) {
    this.#pools = new Map(world.pools.map(({ id }, p) => [id, p]));
    // One more step for an age that is not known.
    this.#ageSteps = decider.ages.length + 2;
    this.#hourSteps = decider.hours.length + 1;
    if (arrivals.count > 0 && world.sites.length === 0) throw new RangeError("studies without sites");
  }

  forget(): void {
    this.#pages.clear();
  }

  page(i: number, reach: Reach): Page {
    const { arrivals, decider, world } = this;
    const site = arrivals.site[i] as number;
    const place = world.sites[site];
    if (!place) throw new RangeError(`study ${i} comes from site ${site}, which the world does not have`);
    const age = arrivals.age[i] as number;
    const ageStep = Number.isNaN(age) ? this.#ageSteps - 1 : interval(decider.ages, age);
    const at = arrivals.firstAt[i] as number;
    const hour = decider.hours.length === 0 ? 0 : zoneClock(place.timeZone).hourOf(at);
    let key = (arrivals.kind[i] as number) * world.sites.length + site;
    key = key * arrivals.priorities.length + (arrivals.priority[i] as number);
    key = key * arrivals.patientClasses.length + (arrivals.patientClass[i] as number);
    key = (key * this.#ageSteps + ageStep) * this.#hourSteps + interval(decider.hours, hour);
    const weekday = decider.weekdays ? zoneClock(place.timeZone).weekdayOf(at) || 7 : 1;
    key = key * 8 + weekday;
    const found = this.#pages.get(key);
    if (found) return found;
    this.made++;
    const pools = (subspecialty: string) => reach.poolFacts(site, subspecialty);
    const page = this.#write(
      site,
      decider.decide({ ...factsOf(world, arrivals, i), localHour: hour, weekday }, place.contract, pools),
    );
    this.#pages.set(key, page);
    return page;
  }

  /** The number of the lane for these; a new one where there is none yet. */
  lane(poolId: string | null, alsoPoolIds: readonly string[], site: number, subspecialty: string): number {
    const pool = poolId === null ? -1 : (this.#pools.get(poolId) ?? -1);
    const also = alsoPoolIds.flatMap((id) => this.#pools.get(id) ?? []);
    const add = () => this.lanes.push({ pool, also, site, subspecialty });
    return numbered(this.#laneNumbers, `${pool} ${also.join("+")} ${site} ${subspecialty}`, add);
  }

  #write(site: number, decision: SimDecision): Page {
    const pool = decision.poolId === null ? -1 : (this.#pools.get(decision.poolId) ?? -1);
    return {
      lane: this.lane(decision.poolId, decision.alsoPoolIds, site, decision.subspecialty),
      urgency: urgencyRank(decision.urgency),
      minutes: decision.minutes,
      fromFirst: decision.clockFrom === "first_image",
      reason:
        pool >= 0
          ? -1
          : numbered(this.#reasonNumbers, decision.unroutable, () => this.reasons.push(decision.unroutable)),
    };
  }
}

function numbered(numbers: Map<string, number>, key: string, add: () => unknown): number {
  const found = numbers.get(key);
  if (found !== undefined) return found;
  const number = numbers.size;
  numbers.set(key, number);
  add();
  return number;
}

function factsOf(world: World, arrivals: Arrivals, i: number): StudyFacts {
  const site = world.sites[arrivals.site[i] as number];
  const kind = arrivals.kinds[arrivals.kind[i] as number];
  const age = arrivals.age[i] as number;
  return {
    ...NO_FACTS,
    site: [site?.code ?? "", site?.name ?? "", site?.id ?? ""],
    hospital: [site?.hospitalCode ?? "", site?.hospitalId ?? ""],
    contract: [site?.contract?.name ?? "", site?.contract?.id ?? ""],
    modality: kind?.modalities ?? [],
    bodyPart: [kind?.bodyPart ?? ""],
    procedureCode: [kind?.code ?? ""],
    priority: [arrivals.priorities[arrivals.priority[i] as number] ?? ""],
    patientClass: [arrivals.patientClasses[arrivals.patientClass[i] as number] ?? ""],
    procedureText: kind?.text ?? "",
    ageYears: Number.isNaN(age) ? null : age,
    firstInstanceAt: arrivals.firstAt[i] as number,
    completeAt: arrivals.readableAt[i] as number,
  };
}

/** Urgencies by their position, as the columns hold them. */
export const urgencyAt = (position: number) => URGENCIES[position] ?? "routine";
