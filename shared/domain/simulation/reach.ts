import type { Instant } from "../../kernel/instant.js";
import type { Reader } from "../eligibility.js";
import { isOnlyAway, readingRight } from "../reading-right.js";
import type { PoolFacts } from "../routing/facts.js";
import type { World } from "./world.js";

const ALWAYS = { startsAt: Number.NEGATIVE_INFINITY, endsAt: Number.POSITIVE_INFINITY };

/**
 * Who holds every credential for a site and subspecialty at a moment, whether at work or not: the hub's own hard constraints
 * (`readingRight`), asked once for each combination and not for each study.
 */
export class Reach {
  readonly #readers: readonly Reader[];
  readonly #known = new Map<string, Int32Array>();
  readonly #pools = new Map<string, readonly PoolFacts[]>();

  constructor(
    private readonly world: World,
    private readonly at: Instant,
  ) {
    this.#readers = world.readers.map(({ scope }) => ({ ...scope, shift: ALWAYS, onBreak: false }));
  }

  /** Positions of the readers, ascending. */
  readers(site: number, subspecialty: string): Int32Array {
    const key = `${site} ${subspecialty}`;
    let found = this.#known.get(key);
    if (!found) {
      found = Int32Array.from(
        this.#readers.flatMap((_, r) => (this.#against(r, site, subspecialty).length === 0 ? [r] : [])),
      );
      this.#known.set(key, found);
    }
    return found;
  }

  /** Of those, the members of any of these pools. */
  inPools(site: number, subspecialty: string, pools: readonly number[]): Int32Array {
    const ids = pools.map((pool) => this.world.pools[pool]?.id ?? "");
    return this.readers(site, subspecialty).filter((r) => ids.some((id) => this.#readers[r]?.poolIds.includes(id)));
  }

  /** Pools as routing looks at them. Who is at work now does not count: it has no say in where a study belongs. */
  poolFacts(site: number, subspecialty: string): readonly PoolFacts[] {
    const key = `${site} ${subspecialty}`;
    let facts = this.#pools.get(key);
    if (!facts) {
      facts = this.world.pools.map((pool, p) => {
        const credentialed = this.inPools(site, subspecialty, [p]).length;
        const { id, code, name, subspecialties, fallbackPoolId } = pool;
        return { id, code, name, subspecialties, fallbackPoolId, credentialed, readyNow: credentialed };
      });
      this.#pools.set(key, facts);
    }
    return facts;
  }

  /** Why nobody may read it, the narrowest reason: what the last readers fall on, who come furthest. */
  nobody(site: number, subspecialty: string): string {
    if (this.#readers.length === 0) return "the group has no readers";
    const place = this.world.sites[site];
    const against = this.#readers.map((_, r) => this.#against(r, site, subspecialty));
    const closest = against.reduce((best, reasons) => (reasons.length < best.length ? reasons : best));
    const all = against.every((reasons) =>
      reasons.some(({ reason }) => reason === "no_licence" || reason === "licence_expired"),
    );
    if (all) return `nobody holds a licence for ${place?.jurisdiction}`;
    const reason = closest[0]?.reason;
    if (reason === "no_subspecialty") return `nobody who may read at ${place?.name} reads ${subspecialty}`;
    if (reason === "no_privilege" || reason === "privilege_expired")
      return `nobody who reads ${subspecialty} holds privileges at ${place?.name}`;
    if (reason === "read_type") return `nobody is entitled to these reads at ${place?.name}`;
    return `nobody holds licence, privileges and subspecialty ${subspecialty} for ${place?.name}`;
  }

  #against(r: number, site: number, subspecialty: string) {
    const place = this.world.sites[site];
    const reader = this.#readers[r];
    if (!place || !reader) return [];
    const study = { siteId: place.id, jurisdiction: place.jurisdiction, subspecialty, reportState: "none" };
    const right = readingRight(reader, study, this.at);
    return right.may || isOnlyAway(right.against) ? [] : right.against;
  }
}

/** Moments within a span at which somebody's credentials begin or end, with the span's begin in front. */
export function changesOfRights(world: World, from: Instant, until: Instant): Instant[] {
  const moments = new Set<Instant>([from]);
  for (const { scope } of world.readers)
    for (const { validFrom, validTo } of [...scope.jurisdictions, ...scope.privileges])
      for (const moment of [validFrom, validTo]) if (moment > from && moment < until) moments.add(moment);
  return [...moments].sort((a, b) => a - b);
}
