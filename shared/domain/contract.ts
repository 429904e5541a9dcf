import { z } from "zod";
import { type Instant, MINUTE } from "../kernel/instant.js";
import { assertNever } from "../kernel/result.js";
import { URGENCIES, type Urgency } from "./urgency.js";

const Minutes = z
  .number()
  .positive()
  .max(60 * 24 * 60);

/**
 * What starts a clock. exam_end: the modality says that the examination is over (performed procedure step, else the last acquisition).
 * order_matched: it is known whose images these are and what is asked.
 */
export const CLOCK_STARTS = ["exam_end", "first_image", "last_image", "order_matched", "complete"] as const;
export type ClockStart = (typeof CLOCK_STARTS)[number];

/** What stops it. called: the clinician was reached about a critical finding, or, where nothing had to be called, the final report. */
export const CLOCK_STOPS = ["preliminary", "final", "called"] as const;
export type ClockStop = (typeof CLOCK_STOPS)[number];

const ForUrgency = z.object({ starts: z.enum(CLOCK_STARTS).optional(), stops: z.enum(CLOCK_STOPS).optional() });

/**
 * What a reading group owes a hospital: minutes from the clock's start to its stop, by urgency. clockStarts "first_image" is the default:
 * the patient waits from then on, whatever the line does. clockStops, by default "preliminary": the first signature, be it preliminary or final.
 * byUrgency: where one urgency starts or stops otherwise. Stored as contract.turnaround.
 */
export const Turnaround = z.object({
  critical: Minutes.default(15),
  stat: Minutes.default(30),
  urgent: Minutes.default(60),
  routine: Minutes.default(24 * 60),
  clockStarts: z.enum(CLOCK_STARTS).default("first_image"),
  clockStops: z.enum(CLOCK_STOPS).optional(),
  byUrgency: z.partialRecord(z.enum(URGENCIES), ForUrgency).optional(),
});
export type Turnaround = z.infer<typeof Turnaround>;

/** What may start a clock, as far as it has happened; null or left out: not yet, or nobody said. Exam end is corrected already (clock-skew). */
export interface StudyTimes {
  readonly firstInstanceAt: Instant;
  readonly completeAt: Instant | null;
  readonly lastInstanceAt?: Instant | null | undefined;
  readonly matchedAt?: Instant | null | undefined;
  readonly examEndAt?: Instant | null | undefined;
  /** What was done to the device's word about it; "" where nothing. */
  readonly examEndNote?: string | undefined;
}

export const startsFor = (turnaround: Turnaround, urgency: Urgency): ClockStart =>
  turnaround.byUrgency?.[urgency]?.starts ?? turnaround.clockStarts;

export const stopsFor = (turnaround: Turnaround, urgency: Urgency): ClockStop =>
  turnaround.byUrgency?.[urgency]?.stops ?? turnaround.clockStops ?? "preliminary";

/**
 * When the clock of a study starts; null while what starts it has not happened. last_image counts once the transfer is over: before, any
 * image may be followed by another. exam_end falls back to the first image once the transfer is over and no device has said when it ended.
 */
export function clockStart(turnaround: Turnaround, times: StudyTimes, urgency: Urgency = "routine"): Instant | null {
  const starts = startsFor(turnaround, urgency);
  switch (starts) {
    case "first_image":
      return times.firstInstanceAt;
    case "complete":
      return times.completeAt;
    case "last_image":
      return times.completeAt === null ? null : (times.lastInstanceAt ?? times.completeAt);
    case "order_matched":
      return times.matchedAt ?? null;
    case "exam_end":
      return times.examEndAt ?? (times.completeAt === null ? null : times.firstInstanceAt);
    default:
      return assertNever(starts);
  }
}

/** What may stop a clock, as far as it has happened. criticalAt: a finding was raised that must be called. */
export interface StudyStops {
  readonly preliminaryAt: Instant | null;
  readonly finalAt: Instant | null;
  readonly criticalAt: Instant | null;
  readonly calledAt: Instant | null;
}

/** When the clock stopped; null while it runs. */
export function clockStop(stops: ClockStop, times: StudyStops): Instant | null {
  switch (stops) {
    case "preliminary":
      return earliest(times.preliminaryAt, times.finalAt);
    case "final":
      return times.finalAt;
    case "called":
      return times.criticalAt === null ? times.finalAt : times.calledAt;
    default:
      return assertNever(stops);
  }
}

const earliest = (a: Instant | null, b: Instant | null): Instant | null =>
  a === null ? b : b === null ? a : Math.min(a, b);

export const deadlineOf = (start: Instant, minutes: number): Instant => start + Math.round(minutes * MINUTE);

/** A quarter of the time left: where every clock turns amber. */
export const warnAt = (startedAt: Instant, deadline: Instant): Instant =>
  deadline - Math.round((deadline - startedAt) / 4);

export type Met = "met" | "late" | "running";

/** Was the report in time? Open past its deadline is late already; open before it counts neither way. */
export function metDeadline(deadline: Instant, signedAt: Instant | null, now: Instant): Met {
  if (signedAt !== null) return signedAt <= deadline ? "met" : "late";
  return now > deadline ? "late" : "running";
}

/** The minutes owed for an urgency. */
export const minutesFor = (turnaround: Turnaround, urgency: Urgency): number => turnaround[urgency];

/**
 * What else a clock's explanation must say: what was done to the device's word about the end of the examination, and that pauses moved the
 * deadline. Begins with "; " where there is anything.
 */
export function clockNotes(
  turnaround: Turnaround,
  times: StudyTimes & { readonly pausedMs?: number | undefined },
  urgency: Urgency,
): string {
  const notes: string[] = [];
  if (startsFor(turnaround, urgency) === "exam_end") {
    if ((times.examEndAt ?? null) === null)
      notes.push("no device said when the examination ended, the first image counts");
    else if (times.examEndNote) notes.push(times.examEndNote);
  }
  const pausedMs = times.pausedMs ?? 0;
  if (pausedMs > 0) notes.push(`moved by ${shortSpan(pausedMs)} while it waited for the hospital`);
  return notes.map((note) => `; ${note}`).join("");
}

/** "45 min", "6 h", "2 d 12 h". */
export function shortMinutes(minutes: number): string {
  if (minutes < 120) return `${Math.round(minutes)} min`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d${hours % 24 ? ` ${hours % 24} h` : ""}`;
}

const shortSpan = (span: number): string => (span < MINUTE ? "less than a minute" : shortMinutes(span / MINUTE));

const STARTS_IN_WORDS: Readonly<Record<ClockStart, string>> = {
  exam_end: "when the examination ends",
  first_image: "with the first image",
  last_image: "with the last image",
  order_matched: "when the order is matched",
  complete: "when all images are here",
};

const STOPS_IN_WORDS: Readonly<Record<ClockStop, string>> = {
  preliminary: "with the first signed report",
  final: "with the final report",
  called: "when the clinician is reached, or with the final report where nothing has to be called",
};

/**
 * Terms as a person reads them, one sentence a line: first what holds in general, then an urgency that differs. A form shows it beside
 * its fields; a contract's page shows it alone.
 */
export function termsInWords(turnaround: Turnaround): string[] {
  const minutes = URGENCIES.map((urgency) => `${urgency} ${shortMinutes(turnaround[urgency])}`).join(", ");
  const stopsAt = turnaround.clockStops ?? "preliminary";
  const general = `The clock starts ${STARTS_IN_WORDS[turnaround.clockStarts]} and stops ${STOPS_IN_WORDS[stopsAt]}.`;
  const apart = URGENCIES.flatMap((urgency) => {
    const starts = startsFor(turnaround, urgency);
    const stops = stopsFor(turnaround, urgency);
    const parts = [
      ...(starts === turnaround.clockStarts ? [] : [`starts ${STARTS_IN_WORDS[starts]}`]),
      ...(stops === stopsAt ? [] : [`stops ${STOPS_IN_WORDS[stops]}`]),
    ];
    return parts.length === 0 ? [] : [`For ${urgency} studies it ${parts.join(" and ")}.`];
  });
  return [`Owed: ${minutes}.`, general, ...apart, "Time that a study waits for the hospital moves its deadline."];
}
