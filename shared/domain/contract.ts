import { z } from "zod";
import { type Instant, MINUTE } from "../kernel/instant.js";
import type { Urgency } from "./urgency.js";

const Minutes = z
  .number()
  .positive()
  .max(60 * 24 * 60);

/**
 * What a reading group owes a hospital: minutes from the clock's start to the report, by urgency. clockStarts: "first_image" (the
 * default: the patient waits from then on, whatever the line does) or "complete". Stored as contract.turnaround.
 */
export const Turnaround = z.object({
  critical: Minutes.default(15),
  stat: Minutes.default(30),
  urgent: Minutes.default(60),
  routine: Minutes.default(24 * 60),
  clockStarts: z.enum(["first_image", "complete"]).default("first_image"),
});
export type Turnaround = z.infer<typeof Turnaround>;

export interface StudyTimes {
  readonly firstInstanceAt: Instant;
  readonly completeAt: Instant | null;
}

/** When the clock of a study starts; null while what starts it has not happened. */
export function clockStart(turnaround: Turnaround, times: StudyTimes): Instant | null {
  return turnaround.clockStarts === "complete" ? times.completeAt : times.firstInstanceAt;
}

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
