import { type Instant, MINUTE } from "../kernel/instant.js";
import { URGENCIES } from "./urgency.js";

/**
 * By how much a study moves ahead of others of the same urgency, as if its latest start were that much earlier. Bounded, so that no
 * convenience makes a study late by more than their sum, and constant within a lane, so that the best is among the heads of a few lanes.
 */
export const BONUS = {
  /** The reader reported an earlier study of this patient. */
  ownPrior: 15 * MINUTE,
  /** The same kind as the one before: the eye is set, the template open. */
  sameKind: 5 * MINUTE,
  /** One of the reader's own subspecialties, against what any radiologist may read. */
  ownSubspecialty: 3 * MINUTE,
} as const;

/** Objects that accompany images and are not read by themselves (DICOM PS3.3 C.7.3.1.1.1). */
const NOT_READ: ReadonlySet<string> = new Set(["SR", "PR", "KO", "SEG", "REG", "DOC", "PLAN", "RTSTRUCT", "AU", "OT"]);
/** Minutes of reading by main modality; what is not listed takes `OTHER_MINUTES`. The lanes' SQL holds the same figures (reading_minutes). */
export const READING_MINUTES: Readonly<Record<string, number>> = {
  ...{ CR: 3, DX: 3, DR: 3, RG: 3, PX: 3, IO: 3, MG: 6, US: 6, RF: 8, XA: 15, CT: 12, MR: 18, NM: 12, PT: 20 },
};
export const OTHER_MINUTES = 8;
/** Sorts after every deadline. */
export const NO_DEADLINE: Instant = 9_000_000_000_000_000;

/** The modality that the study is read as: the first that is an image; "" where none is known. */
export const mainModality = (modalities: readonly string[]): string =>
  modalities.find((modality) => !NOT_READ.has(modality)) ?? "";

/** What makes two studies "the same kind" for a reader's eye: "CT chest"; the subspecialty stands in for an unknown body part. */
export const kindOf = (modalities: readonly string[], bodyPart: string, subspecialty: string): string =>
  `${mainModality(modalities)} ${(bodyPart || subspecialty).toLowerCase()}`.trim();

export const readingMinutes = (modalities: readonly string[]): number =>
  READING_MINUTES[mainModality(modalities)] ?? OTHER_MINUTES;

/** When reading must begin at the latest: deadline less the expected reading time. */
export const latestStartOf = (deadline: Instant | null, modalities: readonly string[]): Instant =>
  deadline === null ? NO_DEADLINE : deadline - readingMinutes(modalities) * MINUTE;

/** An open study in one of its pools, as the lanes keep it. */
export interface LaneStudy {
  readonly studyId: string;
  readonly poolId: string;
  readonly subspecialty: string;
  /** 0 critical … 3 routine; below 0 where a colleague asked for a subspecialist. */
  readonly urgencyRank: number;
  readonly latestStart: Instant;
  readonly kind: string;
  readonly siteId: string;
  /** Waits for its final read only. */
  readonly preliminary: boolean;
}

/** Who asks: lanes that the reader may be given from, the sites by kind of read, and what the bonuses depend on. */
export interface NextReader {
  readonly pools: readonly string[];
  readonly subspecialties: readonly string[];
  readonly final: readonly string[];
  readonly preliminary: readonly string[];
  /** Kind of the study that the reader took last; "" where unknown. */
  readonly lastKind: string;
  /** Studies of patients of whom the reader reported an earlier one. */
  readonly ownPriors: ReadonlySet<string>;
}

/** A place in the order; smaller comes first. */
export interface Rank {
  readonly urgencyRank: number;
  /** Latest start less the bonuses. */
  readonly start: Instant;
  readonly latestStart: Instant;
  readonly studyId: string;
}

export function mayBeGiven(reader: NextReader, study: LaneStudy): boolean {
  return (
    reader.pools.includes(study.poolId) &&
    reader.subspecialties.includes(study.subspecialty) &&
    (reader.final.includes(study.siteId) || (!study.preliminary && reader.preliminary.includes(study.siteId)))
  );
}

/** Where the study stands for this reader: urgency, then latest start with what speaks for this reader, then the older deadline, then the id. */
export function rankOf(reader: NextReader, study: LaneStudy): Rank {
  const bonus =
    (reader.ownPriors.has(study.studyId) ? BONUS.ownPrior : 0) +
    (reader.lastKind !== "" && reader.lastKind === study.kind ? BONUS.sameKind : 0) +
    (study.subspecialty === "general" ? 0 : BONUS.ownSubspecialty);
  const { urgencyRank, latestStart, studyId } = study;
  return { urgencyRank, start: latestStart - bonus, latestStart, studyId };
}

/** Negative where a comes before b. A total order: the same studies give the same answer on every hub. */
export function compareRanks(a: Rank, b: Rank): number {
  return (
    a.urgencyRank - b.urgencyRank ||
    a.start - b.start ||
    a.latestStart - b.latestStart ||
    (a.studyId < b.studyId ? -1 : a.studyId > b.studyId ? 1 : 0)
  );
}

/** The best of some studies for a reader: what every cleverer search must agree with. */
export function bestOf<S extends LaneStudy>(reader: NextReader, studies: Iterable<S>): S | null {
  let best: { readonly study: S; readonly rank: Rank } | null = null;
  for (const study of studies) {
    if (!mayBeGiven(reader, study)) continue;
    const rank = rankOf(reader, study);
    if (!best || compareRanks(rank, best.rank) < 0) best = { study, rank };
  }
  return best?.study ?? null;
}

/**
 * Part of a lane in the lane's own order (urgency, latest start, id), every study of which the reader may be given. Bonuses other than
 * that for own priors are the same for all of it.
 */
export interface LaneHead<S extends LaneStudy> {
  readonly studies: readonly S[];
  /** Everything before it is taken. */
  from: number;
}

/**
 * The best untaken study of several lanes: only each lane's first can be it, beside the own priors, which are looked at one by one. Equals
 * `bestOf` over everything where each head is deep enough to hold an untaken study or the whole lane.
 */
export function bestOfHeads<S extends LaneStudy>(
  reader: NextReader,
  heads: readonly LaneHead<S>[],
  own: readonly S[],
  taken: ReadonlySet<string>,
): S | null {
  const first: S[] = own.filter((study) => !taken.has(study.studyId));
  for (const head of heads) {
    let study = head.studies[head.from];
    while (study && taken.has(study.studyId)) {
      head.from += 1;
      study = head.studies[head.from];
    }
    if (study) first.push(study);
  }
  return bestOf(reader, first);
}

/** Why this study is next, in a sentence that a reader understands. */
export function whyNext(reader: NextReader, study: LaneStudy, now: Instant): string {
  const urgency = study.urgencyRank < 0 ? "asked for by a colleague" : (URGENCIES[study.urgencyRank] ?? "routine");
  const reasons = [
    `the ${urgency === "routine" ? "first" : `most urgent (${urgency})`} that you may read, ${startInWords(study.latestStart, now)}`,
  ];
  if (reader.ownPriors.has(study.studyId)) reasons.push("you reported an earlier study of this patient");
  if (reader.lastKind !== "" && reader.lastKind === study.kind) reasons.push("it is of the same kind as your last one");
  return `It is ${reasons.join("; ")}.`;
}

function startInWords(latestStart: Instant, now: Instant): string {
  if (latestStart >= NO_DEADLINE) return "without a deadline";
  const minutes = Math.round((latestStart - now) / MINUTE);
  if (minutes <= 0) return "already late to start";
  return minutes < 120 ? `to be started within ${minutes} min` : `to be started within ${Math.round(minutes / 60)} h`;
}
