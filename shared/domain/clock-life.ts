import type { Instant } from "../kernel/instant.js";
import { assertNever } from "../kernel/result.js";
import type { PauseReason } from "./clock-pause.js";

/** Who or what a minute of a study's life belongs to. */
export const LIFE_KINDS = [
  "transfer",
  "missing_order",
  "hospital",
  "unroutable",
  "queue",
  "reader",
  "call",
  "delivery",
] as const;
export type LifeKind = (typeof LIFE_KINDS)[number];

export const LIFE_WORDS: Readonly<Record<LifeKind, string>> = {
  transfer: "images arriving",
  missing_order: "waiting for the order",
  hospital: "waiting for the hospital",
  unroutable: "nobody could read it",
  queue: "in the queue",
  reader: "being read",
  call: "calling the clinician",
  delivery: "delivering the result",
};

export interface LifePerson {
  readonly id: string;
  readonly name: string;
}

/** What happened to a study, as the hub's stored events tell it. */
export type LifeEvent = { readonly at: Instant } & (
  | { readonly type: "first_image" }
  /** Images still arrive (again). */
  | { readonly type: "receiving" }
  | { readonly type: "complete" }
  | { readonly type: "identified" }
  | { readonly type: "unidentified" }
  | { readonly type: "routed"; readonly pool: string }
  | { readonly type: "unroutable" }
  | { readonly type: "claimed"; readonly by: LifePerson; readonly fence: number }
  | { readonly type: "released" }
  | { readonly type: "paused"; readonly reason: PauseReason }
  | { readonly type: "resumed" }
  | { readonly type: "critical_raised"; readonly findingId: string }
  | { readonly type: "critical_settled"; readonly findingId: string }
  | { readonly type: "preliminary" }
  | { readonly type: "final" }
  /** A result went out to one place, and was taken there. */
  | { readonly type: "delivery_begun"; readonly deliveryId: string }
  | { readonly type: "delivered"; readonly deliveryId: string }
);

export interface LifeSegment {
  readonly kind: LifeKind;
  readonly from: Instant;
  readonly to: Instant;
  /** reader, and a call made by who holds the study. */
  readonly by: LifePerson | null;
  readonly fence: number | null;
  /** The pool of a queue, the reason of a pause; "final read" in the queue after a preliminary report. */
  readonly note: string;
}

export interface Life {
  readonly from: Instant;
  /** The final signature; now while there is none. */
  readonly to: Instant;
  readonly finished: boolean;
  /** Partition of [from, to]: no gap, no overlap, none empty; their sum is the turnaround. */
  readonly segments: readonly LifeSegment[];
  /** What went on after the final signature, until the last result was taken and the last loop closed: a partition too. */
  readonly afterwards: readonly LifeSegment[];
}

interface Facts {
  readonly receiving: boolean;
  readonly identified: boolean;
  readonly pool: string;
  readonly unroutable: boolean;
  readonly holder: (LifePerson & { readonly fence: number }) | null;
  readonly pause: PauseReason | null;
  readonly criticals: ReadonlySet<string>;
  readonly preliminary: boolean;
  readonly final: boolean;
  readonly deliveries: ReadonlySet<string>;
}

const AT_FIRST: Facts = {
  receiving: true,
  identified: false,
  pool: "",
  unroutable: false,
  holder: null,
  pause: null,
  criticals: new Set(),
  preliminary: false,
  final: false,
  deliveries: new Set(),
};

/**
 * Attributes every moment between a study's first image and its final report (now, while there is none) to exactly one thing. Where several
 * hold at once, the one that could have ended it counts: a pause before all; then the reader who holds it (or calls about it); an
 * open call; the images that are still coming; the missing order; nobody to read it; and last the queue.
 *
 * `events` in the order in which they were stored. A time that runs backwards (clocks are set) counts as that of the event before, and
 * what happened before the first image counts from it on. Null without a first image.
 */
export function attribute(events: readonly LifeEvent[], now: Instant): Life | null {
  const first = events.find(({ type }) => type === "first_image");
  if (!first) return null;
  const from = first.at;
  const segments: LifeSegment[] = [];
  const afterwards: LifeSegment[] = [];
  let facts = AT_FIRST;
  let at = from;
  let to: Instant | null = null;
  for (const event of events) {
    const then = Math.max(at, Math.min(event.at, Math.max(now, from)));
    extend(to === null ? segments : afterwards, to === null ? kindOf(facts) : kindAfter(facts), at, then);
    at = then;
    facts = evolve(facts, event);
    if (facts.final && to === null) to = at;
  }
  const end = Math.max(now, at);
  extend(to === null ? segments : afterwards, to === null ? kindOf(facts) : kindAfter(facts), at, end);
  return { from, to: to ?? end, finished: to !== null, segments, afterwards };
}

type Attributed = Pick<LifeSegment, "kind" | "by" | "fence" | "note">;

/** Lengthens the last segment where it is the same thing, and leaves empty ones out. */
function extend(segments: LifeSegment[], what: Attributed | null, from: Instant, to: Instant): void {
  if (what === null || to <= from) return;
  const last = segments[segments.length - 1];
  const same =
    last !== undefined &&
    last.to === from &&
    last.kind === what.kind &&
    last.by?.id === what.by?.id &&
    last.fence === what.fence &&
    last.note === what.note;
  if (same) segments[segments.length - 1] = { ...last, to };
  else segments.push({ ...what, from, to });
}

const of = (kind: LifeKind, note = ""): Attributed => ({ kind, by: null, fence: null, note });

function kindOf(facts: Facts): Attributed {
  if (facts.pause) return of("hospital", facts.pause);
  if (facts.holder) {
    const { fence, ...by } = facts.holder;
    return { kind: facts.criticals.size > 0 ? "call" : "reader", by, fence, note: "" };
  }
  if (facts.criticals.size > 0) return of("call");
  if (facts.receiving) return of("transfer");
  if (!facts.identified) return of("missing_order");
  if (facts.unroutable) return of("unroutable");
  return of("queue", facts.preliminary ? "final read" : facts.pool);
}

/** After the final report only an open call and a result on its way still take time; else nothing runs. */
function kindAfter(facts: Facts): Attributed | null {
  if (facts.criticals.size > 0) return of("call");
  return facts.deliveries.size > 0 ? of("delivery") : null;
}

function evolve(facts: Facts, event: LifeEvent): Facts {
  switch (event.type) {
    case "first_image":
      return facts;
    case "receiving":
      return { ...facts, receiving: true };
    case "complete":
      return { ...facts, receiving: false };
    case "identified":
      return { ...facts, identified: true };
    case "unidentified":
      return { ...facts, identified: false };
    case "routed":
      return { ...facts, pool: event.pool, unroutable: false };
    case "unroutable":
      return { ...facts, unroutable: true };
    case "claimed":
      return { ...facts, holder: { ...event.by, fence: event.fence } };
    case "released":
      return { ...facts, holder: null };
    case "paused":
      return { ...facts, pause: event.reason };
    case "resumed":
      return { ...facts, pause: null };
    case "critical_raised":
      return { ...facts, criticals: new Set([...facts.criticals, event.findingId]) };
    case "critical_settled":
      return { ...facts, criticals: without(facts.criticals, event.findingId) };
    case "preliminary":
      return { ...facts, preliminary: true };
    case "final":
      return { ...facts, final: true };
    case "delivery_begun":
      return { ...facts, deliveries: new Set([...facts.deliveries, event.deliveryId]) };
    case "delivered":
      return { ...facts, deliveries: without(facts.deliveries, event.deliveryId) };
    default:
      return assertNever(event);
  }
}

const without = (set: ReadonlySet<string>, gone: string): ReadonlySet<string> =>
  new Set([...set].filter((one) => one !== gone));

/** Milliseconds by kind; kinds that took none are 0. */
export function spans(segments: readonly LifeSegment[]): Record<LifeKind, number> {
  const sums = Object.fromEntries(LIFE_KINDS.map((kind) => [kind, 0])) as Record<LifeKind, number>;
  for (const { kind, from, to } of segments) sums[kind] += to - from;
  return sums;
}
