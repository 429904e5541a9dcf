import type { Instant } from "../../kernel/instant.js";
import { BONUS, latestStartOf } from "../ranking.js";
import type { Prepared } from "./prepare.js";

/**
 * How the next study is chosen. "readroom": by urgency and latest start among the reader's pools, with what speaks for this reader.
 * "fifo": the oldest readable study that the reader may read, whatever the pool. "fifo_pool": the oldest in the reader's pools.
 */
export const POLICIES = ["readroom", "fifo", "fifo_pool"] as const;
export type PolicyName = (typeof POLICIES)[number];

export interface Policy {
  readonly name: PolicyName;
  /** "push": every pool gives studies out when they come; "by_pool" (default): as each pool says. */
  readonly assignment?: "push" | "by_pool";
}

/** What reading costs beside the study itself; the same for every policy. */
export interface Costs {
  /** Finding the next study, opening it, closing the last: between any two. ms */
  readonly betweenMs: number;
  /** Another kind than the one before, added to that. ms */
  readonly otherKindMs: number;
  /** Share of the reading time that is saved where the reader reported the patient's earlier study. */
  readonly ownPriorSaves: number;
}

export const COSTS: Costs = { betweenMs: 15_000, otherKindMs: 10_000, ownPriorSaves: 0.08 };

export const usesPools = ({ name }: Policy): boolean => name !== "fifo";
/** Only Readroom's own order gives something to the reader's own priors and to studies of the same kind. */
export const bonuses = ({ name }: Policy) => (name === "readroom" ? BONUS : NO_BONUS);
const NO_BONUS = { ownPrior: 0, sameKind: 0, ownSubspecialty: 0 } as const;

/** Further apart than any two instants: urgency comes before time. */
const BAND = 1e13;

/** The place of each study in the queue, smaller first; what depends on the reader is subtracted when the reader asks. */
export function keysOf(prepared: Prepared, policy: Policy): Float64Array {
  const { arrivals, urgency, deadline, lanes, laneOf } = prepared;
  const { readableAt } = arrivals;
  if (policy.name !== "readroom") return readableAt;
  const { ownSubspecialty } = BONUS;
  const keys = new Float64Array(arrivals.count);
  for (let i = 0; i < arrivals.count; i++) {
    const due = deadline[i] as number;
    const kind = arrivals.kinds[arrivals.kind[i] as number];
    const start: Instant = latestStartOf(Number.isNaN(due) ? null : due, kind?.modalities ?? []);
    const own = lanes[laneOf[i] as number]?.subspecialty === "general" ? 0 : ownSubspecialty;
    keys[i] = (urgency[i] as number) * BAND + Math.min(start, BAND - 1) - own;
  }
  return keys;
}
