import type { Instant } from "../kernel/instant.js";

/** What a reader may read, as the hub knows it now. Instants in ms. */
export interface Reader {
  readonly poolIds: readonly string[];
  readonly subspecialties: readonly string[];
  readonly readTypes: readonly string[];
  readonly jurisdictions: readonly { readonly code: string; readonly validFrom: Instant; readonly validTo: Instant }[];
  readonly privileges: readonly {
    readonly siteId: string;
    readonly readTypes: readonly string[];
    readonly validFrom: Instant;
    readonly validTo: Instant;
  }[];
  readonly shift: { readonly startsAt: Instant; readonly endsAt: Instant } | null;
  readonly onBreak: boolean;
}

export interface StudyToRead {
  readonly siteId: string;
  readonly jurisdiction: string;
  readonly subspecialty: string;
  readonly readType: "preliminary" | "final";
}

export type Ineligible =
  | { readonly reason: "no_licence"; readonly jurisdiction: string }
  | { readonly reason: "licence_expired"; readonly jurisdiction: string; readonly on: Instant }
  | { readonly reason: "no_privilege"; readonly siteId: string }
  | { readonly reason: "privilege_expired"; readonly siteId: string; readonly on: Instant }
  | { readonly reason: "no_subspecialty"; readonly subspecialty: string }
  | { readonly reason: "read_type"; readonly readType: string }
  | { readonly reason: "off_shift" }
  | { readonly reason: "on_break" };

/**
 * Hard constraints, never overridden by load: licence where the patient is, privilege at the site, subspecialty, read type, shift.
 * Returns every reason against, so that "why not me?" has a whole answer; an empty list means eligible.
 */
export function ineligibility(reader: Reader, study: StudyToRead, now: Instant): Ineligible[] {
  const against: Ineligible[] = [];
  const licences = reader.jurisdictions.filter((licence) => licence.code === study.jurisdiction);
  if (licences.length === 0) against.push({ reason: "no_licence", jurisdiction: study.jurisdiction });
  else if (!licences.some((licence) => valid(licence, now)))
    against.push({
      reason: "licence_expired",
      jurisdiction: study.jurisdiction,
      on: Math.max(...licences.map((l) => l.validTo)),
    });

  const privileges = reader.privileges.filter((privilege) => privilege.siteId === study.siteId);
  const live = privileges.filter((privilege) => valid(privilege, now));
  if (privileges.length === 0) against.push({ reason: "no_privilege", siteId: study.siteId });
  else if (live.length === 0)
    against.push({
      reason: "privilege_expired",
      siteId: study.siteId,
      on: Math.max(...privileges.map((p) => p.validTo)),
    });
  else if (!live.some((privilege) => privilege.readTypes.includes(study.readType)))
    against.push({ reason: "read_type", readType: study.readType });

  if (study.subspecialty !== "general" && !reader.subspecialties.includes(study.subspecialty))
    against.push({ reason: "no_subspecialty", subspecialty: study.subspecialty });
  if (!reader.readTypes.includes(study.readType) && !against.some((a) => a.reason === "read_type"))
    against.push({ reason: "read_type", readType: study.readType });
  if (!reader.shift || !(reader.shift.startsAt <= now && now < reader.shift.endsAt))
    against.push({ reason: "off_shift" });
  else if (reader.onBreak) against.push({ reason: "on_break" });
  return against;
}

const valid = (span: { validFrom: Instant; validTo: Instant }, now: Instant): boolean =>
  span.validFrom <= now && now < span.validTo;

/** One reason as a sentence's end: "you hold no licence for US-OH". names: how sites are called. */
export function inWords(against: Ineligible, siteName: (id: string) => string, date: (at: Instant) => string): string {
  switch (against.reason) {
    case "no_licence":
      return `no licence for ${against.jurisdiction}`;
    case "licence_expired":
      return `the licence for ${against.jurisdiction} ended on ${date(against.on)}`;
    case "no_privilege":
      return `no privileges at ${siteName(against.siteId)}`;
    case "privilege_expired":
      return `the privileges at ${siteName(against.siteId)} ended on ${date(against.on)}`;
    case "no_subspecialty":
      return `${against.subspecialty} is not among the reader's subspecialties`;
    case "read_type":
      return `not entitled to ${against.readType} reads here`;
    case "off_shift":
      return "not on shift";
    case "on_break":
      return "on a break";
  }
}
