import type { Instant } from "../kernel/instant.js";
import { assertNever } from "../kernel/result.js";

interface Validity {
  readonly validFrom: Instant;
  /** Exclusive: the first instant after the last valid day, where the credential counts its days. */
  readonly validTo: Instant;
  /** That last day, "2026-11-30", for words; the instant's UTC day where left out. */
  readonly lastDay?: string;
}

interface Work {
  readonly startsAt: Instant;
  readonly endsAt: Instant;
}

/** What a reader may read, as the hub knows it now. Instants in ms. */
export interface Reader {
  /** The reader's account; without it a conflict can't be seen. */
  readonly userId?: string;
  readonly poolIds: readonly string[];
  readonly subspecialties: readonly string[];
  readonly readTypes: readonly string[];
  readonly jurisdictions: readonly ({ readonly code: string } & Validity)[];
  readonly privileges: readonly ({ readonly siteId: string; readonly readTypes: readonly string[] } & Validity)[];
  readonly shift: Work | null;
  /** On call apart from on shift: may be asked, is not expected to read. */
  readonly onCall?: Work | null | undefined;
  readonly onBreak: boolean;
  /** null or left out: no limit is set. */
  readonly fatigue?: Fatigue | null | undefined;
}

/** How much a reader has worked against what is allowed; a limit of null is none. */
export interface Fatigue {
  /** On shift within the last 24 hours. */
  readonly hours: number;
  readonly maxHours: number | null;
  /** Relative value units signed since the shift began. */
  readonly rvu: number;
  readonly maxRvu: number | null;
}

export interface StudyToRead {
  readonly siteId: string;
  readonly jurisdiction: string;
  readonly subspecialty: string;
  readonly readType: "preliminary" | "final";
  /** Who read it before, where it is to be read twice by different people. */
  readonly earlierReaderIds?: readonly string[] | undefined;
  /** The study may be brought to readers who are only on call: it is critical or stat, or nobody of the pool is on shift. */
  readonly onCallMay?: boolean | undefined;
}

export type Ineligible =
  | { readonly reason: "no_licence"; readonly jurisdiction: string }
  | { readonly reason: "licence_not_yet"; readonly jurisdiction: string; readonly on: Instant }
  | {
      readonly reason: "licence_expired";
      readonly jurisdiction: string;
      readonly on: Instant;
      readonly lastDay?: string;
    }
  | { readonly reason: "no_privilege"; readonly siteId: string }
  | { readonly reason: "privilege_not_yet"; readonly siteId: string; readonly on: Instant }
  | { readonly reason: "privilege_expired"; readonly siteId: string; readonly on: Instant; readonly lastDay?: string }
  | { readonly reason: "no_subspecialty"; readonly subspecialty: string }
  | { readonly reason: "read_type"; readonly readType: string }
  | { readonly reason: "read_before" }
  | { readonly reason: "off_shift" }
  | { readonly reason: "on_call_only" }
  | { readonly reason: "on_break" }
  | { readonly reason: "too_many_hours"; readonly hours: number; readonly limit: number }
  | { readonly reason: "too_much_work"; readonly rvu: number; readonly limit: number };

/**
 * Hard constraints, never overridden by load: licence where the patient is, privilege at the site, subspecialty, read type, no second
 * look at one's own read, on shift, not on a break, not beyond the limits against fatigue.
 * Returns every reason against, so that "why not me?" has a whole answer; an empty list means eligible.
 */
export function ineligibility(reader: Reader, study: StudyToRead, now: Instant): Ineligible[] {
  const against = [...licenceAgainst(reader, study, now), ...privilegeAgainst(reader, study, now)];
  if (study.subspecialty !== "general" && !reader.subspecialties.includes(study.subspecialty))
    against.push({ reason: "no_subspecialty", subspecialty: study.subspecialty });
  if (!reader.readTypes.includes(study.readType) && !against.some((a) => a.reason === "read_type"))
    against.push({ reason: "read_type", readType: study.readType });
  if (reader.userId !== undefined && study.earlierReaderIds?.includes(reader.userId))
    against.push({ reason: "read_before" });
  against.push(...awayNow(reader, study, now));
  return against;
}

function licenceAgainst(reader: Reader, { jurisdiction }: StudyToRead, now: Instant): Ineligible[] {
  const licences = reader.jurisdictions.filter((licence) => licence.code === jurisdiction);
  if (licences.length === 0) return [{ reason: "no_licence", jurisdiction }];
  if (licences.some((licence) => valid(licence, now))) return [];
  const coming = soonest(licences, now);
  if (coming) return [{ reason: "licence_not_yet", jurisdiction, on: coming.validFrom }];
  const { validTo: on, lastDay } = latest(licences);
  return [{ reason: "licence_expired", jurisdiction, on, ...(lastDay ? { lastDay } : {}) }];
}

function privilegeAgainst(reader: Reader, { siteId, readType }: StudyToRead, now: Instant): Ineligible[] {
  const privileges = reader.privileges.filter((privilege) => privilege.siteId === siteId);
  if (privileges.length === 0) return [{ reason: "no_privilege", siteId }];
  const live = privileges.filter((privilege) => valid(privilege, now));
  if (live.some((privilege) => privilege.readTypes.includes(readType))) return [];
  if (live.length > 0) return [{ reason: "read_type", readType }];
  const coming = soonest(privileges, now);
  if (coming) return [{ reason: "privilege_not_yet", siteId, on: coming.validFrom }];
  const { validTo: on, lastDay } = latest(privileges);
  return [{ reason: "privilege_expired", siteId, on, ...(lastDay ? { lastDay } : {}) }];
}

function awayNow(reader: Reader, study: StudyToRead, now: Instant): Ineligible[] {
  const onCall = at(reader.onCall, now);
  if (!at(reader.shift, now) && !(onCall && study.onCallMay))
    return [{ reason: onCall ? "on_call_only" : "off_shift" }];
  const against: Ineligible[] = reader.onBreak ? [{ reason: "on_break" }] : [];
  const { hours = 0, maxHours = null, rvu = 0, maxRvu = null } = reader.fatigue ?? {};
  if (maxHours !== null && hours > maxHours) against.push({ reason: "too_many_hours", hours, limit: maxHours });
  if (maxRvu !== null && rvu >= maxRvu) against.push({ reason: "too_much_work", rvu, limit: maxRvu });
  return against;
}

const at = (work: Work | null | undefined, now: Instant): boolean =>
  work !== null && work !== undefined && work.startsAt <= now && now < work.endsAt;
const valid = (span: Validity, now: Instant): boolean => span.validFrom <= now && now < span.validTo;
const soonest = <V extends Validity>(spans: readonly V[], now: Instant): V | undefined =>
  spans
    .filter((span) => span.validFrom > now && span.validTo > span.validFrom)
    .sort((a, b) => a.validFrom - b.validFrom)[0];
const latest = <V extends Validity>(spans: readonly V[]): V =>
  spans.reduce((best, span) => (span.validTo > best.validTo ? span : best));

/** Reasons that pass by themselves: they say where the reader is now, not what the reader may read. */
export const isAway = ({ reason }: Ineligible): boolean => {
  switch (reason) {
    case "off_shift":
    case "on_call_only":
    case "on_break":
    case "too_many_hours":
    case "too_much_work":
      return true;
    default:
      return false;
  }
};

/** One reason as a sentence's end: "no licence for US-OH". names: how sites are called. */
export function inWords(against: Ineligible, siteName: (id: string) => string, date: (at: Instant) => string): string {
  switch (against.reason) {
    case "no_licence":
      return `no licence for ${against.jurisdiction}`;
    case "licence_not_yet":
      return `the licence for ${against.jurisdiction} begins on ${date(against.on)}`;
    case "licence_expired":
      return `the licence for ${against.jurisdiction} ended on ${against.lastDay ?? date(against.on - 1)}`;
    case "no_privilege":
      return `no privileges at ${siteName(against.siteId)}`;
    case "privilege_not_yet":
      return `the privileges at ${siteName(against.siteId)} begin on ${date(against.on)}`;
    case "privilege_expired":
      return `the privileges at ${siteName(against.siteId)} ended on ${against.lastDay ?? date(against.on - 1)}`;
    case "no_subspecialty":
      return `${against.subspecialty} is not among the reader's subspecialties`;
    case "read_type":
      return `not entitled to ${against.readType} reads here`;
    case "read_before":
      return "has read this study before, and the second read must be somebody else's";
    case "off_shift":
      return "not on shift";
    case "on_call_only":
      return "on call, not on shift";
    case "on_break":
      return "on a break";
    case "too_many_hours":
      return `on shift for ${oneDecimal(against.hours)} of the last 24 hours, the limit is ${oneDecimal(against.limit)}`;
    case "too_much_work":
      return `has read ${oneDecimal(against.rvu)} RVU this shift, the limit is ${oneDecimal(against.limit)}`;
    default:
      return assertNever(against);
  }
}

const oneDecimal = (value: number): string => String(Math.round(value * 10) / 10);
