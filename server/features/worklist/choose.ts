import { bestOfHeads, type LaneStudy, type NextReader } from "@readroom/shared/domain/ranking.js";
import type { Fetched, HeadAsked, SiteRight } from "./store-lanes.js";

/** Readers of so few sites get lanes by site: among a pool's many sites, theirs may be far down. */
const FEW_SITES = 4;

/** A reader before it is known which open studies are of patients that the reader has reported on. */
export type Asker = Omit<NextReader, "ownPriors">;

/** Which heads of which lanes answer a batch of readers, each fetched once for all who share it. */
export interface HeadPlan {
  readonly rights: readonly SiteRight[];
  readonly asked: readonly HeadAsked[];
  /** Indexes into `asked`, by reader. */
  readonly headsOf: readonly (readonly number[])[];
}

/**
 * A head is as deep as the readers who draw on it will need as a rule: those of the same kind stay with their kind, the others spread over
 * their lanes. Where that was not enough, `chooseAll` says so. gone: studies that can't be had. (As deep as there are readers would
 * always do, and read five times as many rows.)
 */
export function planHeads(readers: readonly Asker[], gone: readonly LaneStudy[]): HeadPlan {
  const rights = new Map<string, number>();
  const rightList: SiteRight[] = [];
  const index = new Map<string, number>();
  const heads: { readonly part: Part; readonly right: number; readers: number }[] = [];
  const headsOf = readers.map((reader) => {
    const signature = `${reader.final.join()}|${reader.preliminary.join()}`;
    const right = rights.get(signature) ?? rightList.push(reader) - 1;
    rights.set(signature, right);
    return partsOf(reader).map((part) => {
      const key = `${right} ${part.pool} ${part.site} ${part.subspecialty} ${part.kind}`;
      const n = index.get(key) ?? heads.push({ part, right, readers: 0 }) - 1;
      index.set(key, n);
      const head = heads[n];
      if (head) head.readers += 1;
      return n;
    });
  });
  const asked = heads.map(({ part, right, readers: drawing }) => ({
    ...part,
    right,
    depth: depthOf(part, drawing) + gone.filter((study) => mayStandIn(study, part)).length,
  }));
  return { rights: rightList, asked, headsOf };
}

const depthOf = (part: Part, readers: number): number =>
  readers === 1 ? 1 : Math.ceil(readers * (part.kind === null ? 0.5 : 1.25)) + 4;

/** Whatever its pool: a study may stand in several. */
const mayStandIn = (study: LaneStudy, { subspecialty, kind, site }: Part): boolean =>
  study.subspecialty === subspecialty &&
  (kind === null || study.kind === kind) &&
  (site === null || study.siteId === site);

type Part = Pick<HeadAsked, "pool" | "subspecialty" | "kind" | "site">;

function partsOf(reader: Asker): Part[] {
  const sites = [...reader.final, ...reader.preliminary];
  const bySite: readonly (string | null)[] = sites.length <= FEW_SITES ? sites : [null];
  return reader.pools.flatMap((pool) =>
    reader.subspecialties.flatMap((subspecialty): Part[] => [
      ...bySite.map((site) => ({ pool, subspecialty, kind: null, site })),
      ...(reader.lastKind === "" ? [] : [{ pool, subspecialty, kind: reader.lastKind, site: null }]),
    ]),
  );
}

export interface Chosen {
  readonly study: LaneStudy;
  readonly reader: NextReader;
}

/** "deeper": all that was fetched of one of the reader's lanes is taken, and there is more of it. */
export type Choosing = Chosen | "deeper" | null;

/** The best study for each reader in the order of asking, none twice; null where nothing is left. gone: can't be had now. */
export function chooseAll(
  readers: readonly Asker[],
  plan: HeadPlan,
  fetched: Fetched,
  gone: readonly LaneStudy[],
): Choosing[] {
  const taken = new Set(gone.map(({ studyId }) => studyId));
  const heads = fetched.heads.map((studies, n) => ({
    studies,
    from: 0,
    whole: studies.length < (plan.asked[n]?.depth ?? 0),
  }));
  return readers.map((reader, n) => {
    const mine = (plan.headsOf[n] ?? []).flatMap((head) => heads[head] ?? []);
    const own = fetched.own[n] ?? [];
    const known: NextReader = { ...reader, ownPriors: new Set(own.map(({ studyId }) => studyId)) };
    const study = bestOfHeads(known, mine, own, taken);
    if (mine.some(({ studies, from, whole }) => !whole && from >= studies.length)) return "deeper";
    if (!study) return null;
    taken.add(study.studyId);
    return { study, reader: known };
  });
}
