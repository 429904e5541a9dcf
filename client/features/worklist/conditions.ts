import type { Conditions, SortBy } from "@readroom/shared/contract/http/worklist-views.js";
import { foldName } from "@readroom/shared/dicom/person-name.js";
import { urgencyRank } from "@readroom/shared/domain/urgency.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { type Line, stage, standingOf, type Viewer } from "./model";

const oneOf = (wanted: readonly string[] | undefined, has: string | undefined): boolean =>
  wanted === undefined || (has !== undefined && wanted.includes(has));

/** Does the line fit every condition but the text? */
export function fits(line: Line, c: Conditions, viewer: Viewer, now: number): boolean {
  const { clock, claim } = line;
  if (!oneOf(c.pool, line.pool?.id) || !oneOf(c.site, line.site.id) || !oneOf(c.urgency, line.urgency)) return false;
  if (!oneOf(c.subspecialty, line.subspecialty)) return false;
  if (c.modality && !line.modalities.some((modality) => c.modality?.includes(modality))) return false;
  if (c.stage && !c.stage.includes(stage(line))) return false;
  if (c.holder && !c.holder.some((wanted) => holderIs(claim, wanted, viewer))) return false;
  if (c.waitedMinutes !== undefined && !(clock && now - clock.startedAt >= c.waitedMinutes * MINUTE)) return false;
  if (c.dueMinutes !== undefined && !(clock && clock.deadline - now <= c.dueMinutes * MINUTE)) return false;
  if (c.priors !== undefined && line.priors > 0 !== c.priors) return false;
  return !c.escalated || line.escalation !== undefined;
}

function holderIs(claim: Line["claim"], wanted: NonNullable<Conditions["holder"]>[number], viewer: Viewer): boolean {
  switch (wanted) {
    case "open":
      return claim.state === "open";
    case "mine":
      return claim.state === "held" && claim.by.id === viewer.userId;
    case "others":
      return claim.state === "held" && claim.by.id !== viewer.userId;
    case "on_hold":
      return claim.state === "held" && claim.hold === true;
  }
}

/** All that a line can be found by, folded once: names in every script, identifiers, words. */
export function textOf(line: Line): string {
  const { claim, patient } = line;
  return foldName(
    [
      patient.name,
      patient.phonetic,
      patient.mrn,
      line.procedure,
      line.accessionNumber,
      line.studyInstanceUid,
      line.site.name,
      line.pool?.name,
      line.urgency,
      line.urgencyReason,
      ...line.modalities,
      claim.state === "open" ? "" : claim.by?.name,
    ].join(" "),
  );
}

/** The words of a text, folded as `textOf` is. */
export const wordsOf = (text: string | undefined): string[] =>
  foldName(text ?? "")
    .split(" ")
    .filter(Boolean);

/** How many conditions there are, for "2 filters". */
export const countOf = (c: Conditions): number => Object.values(c).filter((value) => value !== undefined).length;

/** Without a clock it comes after all that have one. */
const LATEST = 9e13;
/** The most pressing first: escalated, then by urgency, then by deadline. One number, so that 50,000 are sorted in a moment. */
export const pressing = (line: Line): number =>
  ((line.escalation ? -1 : urgencyRank(line.urgency)) + 1) * 1e14 + (line.clock?.deadline ?? LATEST);

type Key = (line: Line) => number | string;

/** What each column is sorted by, upwards. */
export const SORTS: Readonly<Record<string, Key>> = {
  clock: (line) => line.clock?.deadline ?? LATEST,
  urgency: (line) => (line.escalation ? -1 : urgencyRank(line.urgency)),
  patient: (line) => foldName(line.patient.name),
  age: (line) => line.patient.birthDate ?? "",
  procedure: (line) => foldName(line.procedure),
  modality: (line) => line.modalities.join(" "),
  images: (line) => line.images.received,
  site: (line) => foldName(line.site.name),
  pool: (line) => foldName(line.pool?.name ?? "~"),
  subspecialty: (line) => line.subspecialty,
  priors: (line) => line.priors,
  state: (line) => standingOf(line).text,
  accession: (line) => line.accessionNumber,
  mrn: (line) => line.patient.mrn,
  studyAt: (line) => line.studyAt ?? 0,
  waited: (line) => line.clock?.startedAt ?? LATEST,
};

/** The key of a line in an order; null: the most pressing first. */
export const keyOf = (sort: SortBy | null): Key => (sort ? (SORTS[sort.column] ?? pressing) : pressing);
