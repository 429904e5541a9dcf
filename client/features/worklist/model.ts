import type { WorklistRow } from "@readroom/shared/contract/http/worklist.js";
import type { Stage } from "@readroom/shared/contract/http/worklist-views.js";
import type { Reader } from "@readroom/shared/domain/eligibility.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import { standing } from "../../ui/deadline";

/** One study as the worklist shows it: the hub's own row. */
export type Line = WorklistRow;

export interface Viewer {
  userId: string;
  reader: Reader | null;
}

/** A tab of the worklist: "mine", "for-me", "at-risk", "to-confirm", "unroutable", "all", "pool:<id>". */
export type ViewId = string;

export interface View {
  id: ViewId;
  label: string;
  count: number;
  warn?: boolean;
}

export const waiting = (line: Line): boolean => line.claim.state !== "done" && line.state !== "closed";

/** Whether nothing the hub knows speaks against this person reading this study now. */
export function mayRead(line: Line, viewer: Viewer, now: number): boolean {
  if (!viewer.reader || !line.pool || !viewer.reader.poolIds.includes(line.pool.id)) return false;
  const study = {
    siteId: line.site.id,
    jurisdiction: line.site.jurisdiction,
    subspecialty: line.subspecialty,
    reportState: line.report.state,
  };
  return readingRight(viewer.reader, study, now).may;
}

/** Complete, but it is not known which order it answers: somebody has to match or confirm it before it can be read. */
export const toConfirm = (line: Line): boolean =>
  waiting(line) && line.state === "complete" && line.match.state !== "matched" && line.match.state !== "confirmed";

/** Past its deadline, or with less than a quarter of its time left, and not signed. */
export function atRisk(line: Line, now: number): boolean {
  if (!waiting(line) || !line.clock) return false;
  return standing(line.clock.startedAt, line.clock.deadline, now).state !== "ample";
}

/** Does the line belong under this tab? */
export function inView(line: Line, view: ViewId, viewer: Viewer, now: number): boolean {
  if (!waiting(line)) return false;
  switch (view) {
    case "all":
      return true;
    case "mine":
      return line.claim.state === "held" && line.claim.by.id === viewer.userId;
    case "for-me":
      return line.claim.state === "open" && !toConfirm(line) && mayRead(line, viewer, now);
    case "at-risk":
      return atRisk(line, now);
    case "to-confirm":
      return toConfirm(line);
    case "unroutable":
      return !line.routable && line.pool === null && line.state !== "expected" && line.state !== "receiving";
    default:
      return line.pool !== null && view === `pool:${line.pool.id}`;
  }
}

/** The tabs that there are before any is saved. Readers get "Mine" and "For me"; pools come by name. */
export function standardTabs(pools: ReadonlyMap<string, string>, reads: boolean): Omit<View, "count">[] {
  const own = reads
    ? [
        { id: "mine", label: "Mine" },
        { id: "for-me", label: "For me" },
      ]
    : [];
  return [
    ...own,
    { id: "all", label: "All" },
    ...[...pools].map(([id, label]) => ({ id: `pool:${id}`, label })).sort((a, b) => a.label.localeCompare(b.label)),
    { id: "at-risk", label: "At risk", warn: true },
    { id: "to-confirm", label: "To confirm" },
    { id: "unroutable", label: "Not routed", warn: true },
  ];
}

/** What the last column says. */
export function standingOf(line: Line): { text: string; holder: string | null } {
  if (line.claim.state === "held")
    return { text: `${shortName(line.claim.by.name)}${line.claim.hold ? ", on hold" : ""}`, holder: line.claim.by.id };
  return { text: stageOf(line), holder: null };
}

function stageOf(line: Line): string {
  if (line.late) return "late images";
  if (line.claim.state === "done") return "signed";
  if (line.paused) return "waits for hospital";
  return line.escalation && stage(line) === "ready" ? "escalated" : STAGE_WORDS[stage(line)];
}

const STAGE_WORDS: Readonly<Record<Stage, string>> = {
  ordered: "ordered",
  receiving: "receiving",
  no_order: "no order yet",
  not_routed: "not routed",
  ready: "ready",
  preliminary: "preliminary",
};

/** How far the study has come, for the last column and for filters. */
export function stage(line: Line): Stage {
  if (line.state === "expected") return "ordered";
  if (line.state === "receiving") return "receiving";
  if (toConfirm(line)) return "no_order";
  if (line.report.state === "preliminary") return "preliminary";
  return line.pool === null ? "not_routed" : "ready";
}

/** "Dr Maya Ortiz" as "M. Ortiz". */
export function shortName(name: string): string {
  const words = name.replace(/^(dr|prof)\.?\s+/i, "").split(/\s+/);
  return words.length < 2 ? name : `${words[0]?.[0]}. ${words[words.length - 1]}`;
}
