import type { Run } from "./engine.js";
import type { Unread } from "./outcome-types.js";
import { usesPools } from "./policy.js";
import type { Lane } from "./prepare.js";
import type { Reach } from "./reach.js";

const ABSENT = "nobody who may read it was at work from then on";

/**
 * Studies that nobody could read: no reader holds what they need, or none of those who do was at work from then until the end. What
 * only had to queue is not among them. `never` marks them, by study.
 */
export function unreadOf(run: Run): { readonly nobody: Unread[]; readonly never: Uint8Array } {
  const { prepared, finishAt } = run;
  const { arrivals, lanes, laneOf, world, until } = prepared;
  const reach = prepared.rights[prepared.rights.length - 1]?.reach;
  const never = new Uint8Array(arrivals.count);
  const found = new Map<string, { reason: string; count: number; sites: Set<string>; example: string }>();
  const verdicts = new Map<number, LaneVerdict>();
  for (let i = 0; i < arrivals.count; i++) {
    const lane = lanes[laneOf[i] as number];
    const readable = arrivals.readableAt[i] as number;
    // Complete after the end: neither late nor unreadable, only not there yet.
    if (!lane || !reach || !Number.isNaN(finishAt[i] as number) || readable >= until) continue;
    const known = verdicts.get(laneOf[i] as number) ?? judge(run, reach, lane, i);
    verdicts.set(laneOf[i] as number, known);
    const reason = known.reason || (readable < known.lastAt ? "" : ABSENT);
    if (reason === "") continue;
    never[i] = 1;
    const example = arrivals.kinds[arrivals.kind[i] as number]?.text ?? "";
    const entry = found.get(reason) ?? { reason, count: 0, sites: new Set(), example };
    entry.count += 1;
    if (entry.sites.size < 20) entry.sites.add(world.sites[lane.site]?.name ?? "");
    found.set(reason, entry);
  }
  const nobody = [...found.values()]
    .sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1))
    .map((entry) => ({ ...entry, sites: [...entry.sites].sort() }));
  return { nobody, never };
}

/** reason "": some may read it, and the last of them is at work until `lastAt`. */
interface LaneVerdict {
  readonly reason: string;
  readonly lastAt: number;
}

function judge({ prepared, policy }: Run, reach: Reach, lane: Lane, study: number): LaneVerdict {
  const { world, until, unroutable, reasons } = prepared;
  const all = reach.readers(lane.site, lane.subspecialty);
  if (all.length === 0) return { reason: reach.nobody(lane.site, lane.subspecialty), lastAt: 0 };
  const pools = lane.pool < 0 ? [] : [lane.pool, ...lane.also];
  const readers = usesPools(policy) ? reach.inPools(lane.site, lane.subspecialty, pools) : all;
  if (readers.length === 0) {
    const why = reasons[unroutable[study] as number] ?? "";
    return { reason: why.replace(/^Can't be routed: /, "").replace(/\.$/, "") || "no pool takes it", lastAt: 0 };
  }
  let lastAt = 0;
  for (const r of readers)
    for (const { startsAt, endsAt } of world.readers[r]?.shifts ?? [])
      if (startsAt < until) lastAt = Math.max(lastAt, Math.min(endsAt, until));
  return { reason: "", lastAt };
}
