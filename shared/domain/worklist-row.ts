import type { ClaimView, PersonChip, WorklistRow } from "../contract/http/worklist.js";
import { displayPersonName, parsePersonName } from "../dicom/person-name.js";
import { DAY, type Instant } from "../kernel/instant.js";
import { warnAt } from "./contract.js";
import type { Urgency } from "./urgency.js";

/** What a line of the worklist is made of, as the database has it: the hub makes pushed rows of it, the browser those of a snapshot. */
export interface RowParts {
  readonly studyId: string;
  readonly studyInstanceUid: string;
  readonly hospital: WorklistRow["hospital"];
  readonly site: WorklistRow["site"];
  readonly groupId: string | null;
  readonly patientId: string | null;
  /** PN text of up to three groups joined by `=` (PS3.5 §6.2.1). */
  readonly name: string;
  /** Whether the name is the order's; else it is what the images say. */
  readonly ordered: boolean;
  readonly mrn: string;
  readonly birthDate: string | null;
  readonly sex: string | null;
  readonly accessionNumber: string;
  readonly procedureText: string;
  readonly description: string;
  readonly modalities: readonly string[];
  readonly orderModality: string;
  readonly bodyPart: string;
  readonly studyAt: Instant | null;
  readonly firstAt: Instant;
  readonly lastAt: Instant;
  readonly state: string;
  readonly received: number;
  readonly expected: number | null;
  readonly series: number;
  readonly matchState: string;
  readonly matchReason: string;
  readonly urgency: Urgency;
  readonly urgencyReason: string;
  readonly clockStartedAt: Instant | null;
  readonly deadline: Instant | null;
  readonly pool: WorklistRow["pool"];
  readonly subspecialty: string;
  readonly routable: boolean;
  readonly routing: string;
  readonly claim: ClaimView;
  readonly reportState: string;
  readonly signedAt: Instant | null;
  readonly criticalState: string;
  readonly escalation: NonNullable<WorklistRow["escalation"]> | null;
  readonly priors: number;
  readonly isDemo: boolean;
  /** Images that came after the signature and that nobody has looked at. */
  readonly late?: number;
  readonly paused?: boolean;
}

/** A line from its parts. seq: published sequence number that the parts contain at least. */
export function rowFrom(parts: RowParts, seq: number): WorklistRow {
  const name = parsePersonName(parts.name);
  const phonetic = name.phonetic && [name.phonetic.family, name.phonetic.given].filter(Boolean).join(" ");
  const modalities =
    parts.modalities.length > 0 ? [...parts.modalities] : parts.orderModality ? [parts.orderModality] : [];
  return {
    studyId: parts.studyId,
    studyInstanceUid: parts.studyInstanceUid,
    seq,
    hospital: parts.hospital,
    site: parts.site,
    groupId: parts.groupId,
    patient: {
      id: parts.patientId,
      source: parts.ordered ? "order" : "images",
      // Some modalities blank the name out: a row must not look as if it had no patient.
      name: displayPersonName(name).trim() || "Name not sent",
      ...(phonetic ? { phonetic } : {}),
      mrn: parts.mrn,
      birthDate: isoDate(parts.birthDate),
      age: ageOn(parts.birthDate, parts.studyAt ?? parts.firstAt),
      sex: parts.sex,
    },
    accessionNumber: parts.accessionNumber,
    procedure: parts.procedureText || parts.description || [...modalities, parts.bodyPart].filter(Boolean).join(" "),
    modalities,
    bodyPart: parts.bodyPart,
    studyAt: parts.studyAt,
    state: parts.state,
    images: { received: parts.received, expected: parts.expected, series: parts.series, lastAt: parts.lastAt },
    match: { state: parts.matchState, reason: parts.matchReason },
    urgency: parts.urgency,
    urgencyReason: parts.urgencyReason,
    clock:
      parts.clockStartedAt === null || parts.deadline === null
        ? null
        : {
            startedAt: parts.clockStartedAt,
            deadline: parts.deadline,
            warnAt: warnAt(parts.clockStartedAt, parts.deadline),
          },
    pool: parts.pool,
    subspecialty: parts.subspecialty,
    routable: parts.routable,
    routing: parts.routing,
    claim: parts.claim,
    report: { state: parts.reportState, signedAt: parts.signedAt },
    criticalState: parts.criticalState,
    ...(parts.escalation ? { escalation: parts.escalation } : {}),
    priors: parts.priors,
    isDemo: parts.isDemo,
    ...(parts.late ? { late: parts.late } : {}),
    ...(parts.paused ? { paused: true as const } : {}),
  };
}

export interface ClaimParts {
  readonly state: string;
  readonly by: PersonChip | null;
  readonly since: Instant | null;
  readonly until: Instant | null;
  readonly fence: number;
  readonly note: string;
  readonly hold: boolean;
  readonly signedAt: Instant | null;
}

export function claimFrom(parts: ClaimParts): ClaimView {
  const { state, by } = parts;
  if (state === "done") return { state, by, at: parts.signedAt };
  if (state !== "held" || !by) return { state: "open" };
  const { fence, note } = parts;
  const hold = parts.hold ? { hold: true as const } : {};
  return { state, by, since: parts.since ?? 0, until: parts.until ?? 0, fence, note, ...hold };
}

/** YYYY-MM-DD of YYYYMMDD or YYYY-MM-DD; null where the day is not known. */
export function isoDate(text: string | null): string | null {
  const match = /^(\d{4})-?(\d{2})-?(\d{2})$/.exec(text ?? "");
  return match ? `${match[1]}-${match[2]}-${match[3]}` : null;
}

/** Age as radiologists write it: days up to a month, months up to two years, years after (DICOM PS3.5 §6.2, AS). */
export function ageOn(birthDate: string | null, at: Instant): string | null {
  const iso = isoDate(birthDate);
  if (!iso) return null;
  const days = Math.floor((at - Date.parse(`${iso}T00:00:00Z`)) / DAY);
  if (!(days >= 0)) return null;
  if (days < 31) return `${days} D`;
  const [born, then] = [new Date(`${iso}T00:00:00Z`), new Date(at)];
  const birthdayPassed = then.getUTCDate() >= born.getUTCDate() ? 0 : 1;
  const months =
    (then.getUTCFullYear() - born.getUTCFullYear()) * 12 + then.getUTCMonth() - born.getUTCMonth() - birthdayPassed;
  return months < 24 ? `${months} M` : `${Math.floor(months / 12)} Y`;
}
