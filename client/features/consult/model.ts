import type { CriticalView } from "@readroom/shared/contract/http/critical.js";
import { CATEGORIES, type Category } from "@readroom/shared/domain/critical.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";

/** What went wrong with a call, for the person. */
export const asCallProblem = (thrown: unknown): string =>
  thrown instanceof Error && thrown.message ? thrown.message : "The call could not be set up.";

/** How a category is offered: its colour word and how soon it must be acknowledged. */
export const categoryChoices: readonly { value: Category; label: string; limit: string }[] = (
  ["red", "orange", "yellow"] as const
).map((value) => ({
  value,
  label: value[0]?.toUpperCase() + value.slice(1),
  limit: duration(CATEGORIES[value].limit),
}));

export function duration(ms: number): string {
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 120) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h` : `${Math.round(minutes / 1440)} days`;
}

export const STAGES = ["notifying", "reached", "read_back", "closed"] as const;

/** The four stages of a loop with what stands in each: "Told", "Reached: Dr Raman", … `done` up to where it is. */
export function stagesOf(critical: CriticalView): { label: string; by: string; at: number | null; done: boolean }[] {
  const stage = STAGES.indexOf(critical.state);
  const withdrawn = critical.state === "closed" && critical.acknowledgedAt === null;
  return [
    { label: "Told", by: critical.current?.name ?? "", at: critical.raisedAt, done: true },
    { label: "Reached", by: critical.reachedName ?? "", at: critical.reachedAt, done: critical.reachedAt !== null },
    {
      label: "Read back",
      by: critical.readBackText ? `“${critical.readBackText}”` : "",
      at: critical.readBackAt,
      done: critical.readBackAt !== null,
    },
    {
      label: withdrawn ? "Withdrawn" : "Acknowledged",
      by: withdrawn ? (critical.closeReason ?? "") : (critical.acknowledgedName ?? ""),
      at: critical.acknowledgedAt,
      done: stage === STAGES.length - 1,
    },
  ];
}

/** A step of the record in a person's words. */
export function stepInWords(step: CriticalView["steps"][number]): string {
  const to = step.contactName || "the next contact";
  switch (step.kind) {
    case "raised":
      return `${step.byName} raised it`;
    case "notified":
      return `${to} is being told (${step.channel})`;
    case "escalated":
      return `No answer in time: ${to} is rung next`;
    case "linked":
      return `${step.byName} made a join link for ${step.note || to}`;
    case "joined":
      return `${step.byName} came in by the link`;
    case "reached":
      return `${step.byName} was reached (${step.channel})`;
    case "read_back":
      return `${step.byName} read back: “${step.note}”`;
    case "acknowledged":
      return `${step.byName} acknowledged`;
    case "withdrawn":
      return `${step.byName} withdrew it: ${step.note}`;
    default:
      return step.note;
  }
}
