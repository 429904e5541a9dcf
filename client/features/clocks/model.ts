import type { LifeSegmentView } from "@readroom/shared/contract/http/clocks.js";
import { LIFE_KINDS, LIFE_WORDS, type LifeKind } from "@readroom/shared/domain/clock-life.js";

const MINUTE = 60_000;

/** "under 1 min", "12 min", "3 h 5 min", "2 d 4 h". */
export function span(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** "being read by Ada Okafor", "waiting for the hospital: images are missing", "in the queue (Neuro)". */
export function words({ kind, by, note }: Pick<LifeSegmentView, "kind" | "by" | "note">): string {
  if (by) return kind === "call" ? `${by.name} calling the clinician` : `${LIFE_WORDS[kind]} by ${by.name}`;
  if (note === "") return LIFE_WORDS[kind];
  return kind === "hospital" ? `${LIFE_WORDS[kind]}: ${note}` : `${LIFE_WORDS[kind]} (${note})`;
}

export interface Share {
  readonly kind: LifeKind;
  readonly minutes: number;
  /** 0–100. */
  readonly percent: number;
}

/** Shares of a whole, in the order in which a study passes through them; nothing that took no time. */
export function sharesOf(minutes: Readonly<Record<LifeKind, number>>): Share[] {
  const total = LIFE_KINDS.reduce((sum, kind) => sum + minutes[kind], 0);
  return LIFE_KINDS.filter((kind) => minutes[kind] > 0).map((kind) => ({
    kind,
    minutes: minutes[kind],
    percent: total === 0 ? 0 : (100 * minutes[kind]) / total,
  }));
}
