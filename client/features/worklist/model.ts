import type { WorklistRow } from "@readroom/shared/contract/http/worklist.js";
import type { Reader } from "@readroom/shared/domain/eligibility.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import { urgencyRank } from "@readroom/shared/domain/urgency.js";
import { standing } from "../../ui/deadline";

/** One study as the worklist shows it: the hub's own row. */
export type Line = WorklistRow;

/** seq: everything up to this event is in the rows. reader: what the one who looks may read today; null for others. */
export interface Worklist {
  lines: ReadonlyMap<string, Line>;
  seq: number;
  reader: Reader | null;
}

export type WorklistChange =
  | { type: "loaded"; lines: readonly Line[]; seq: number; reader: Reader | null }
  | { type: "line"; line: Line }
  | { type: "gone"; studyId: string };

/** The list after a change. Pure; an older view of a line never replaces a newer one. */
export function reduce(list: Worklist, change: WorklistChange): Worklist {
  switch (change.type) {
    case "loaded":
      return {
        lines: new Map(change.lines.map((line) => [line.studyId, line])),
        seq: change.seq,
        reader: change.reader,
      };
    case "line": {
      const known = list.lines.get(change.line.studyId);
      if (known && known.seq > change.line.seq) return list;
      return { ...list, lines: new Map(list.lines).set(change.line.studyId, change.line) };
    }
    case "gone": {
      if (!list.lines.has(change.studyId)) return list;
      const lines = new Map(list.lines);
      lines.delete(change.studyId);
      return { ...list, lines };
    }
  }
}

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

const waiting = (line: Line): boolean => line.claim.state !== "done" && line.state !== "closed";

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

/** The tabs with their counts. Readers get "Mine" and "For me"; pools come by name. */
export function views(list: Worklist, viewer: Viewer, now: number): View[] {
  const lines = [...list.lines.values()];
  const tally = (id: ViewId) => lines.filter((line) => inView(line, id, viewer, now)).length;
  const pools = new Map(lines.flatMap((line) => (line.pool && waiting(line) ? [[line.pool.id, line.pool.name]] : [])));
  const own: View[] = viewer.reader
    ? [
        { id: "mine", label: "Mine", count: tally("mine") },
        { id: "for-me", label: "For me", count: tally("for-me") },
      ]
    : [];
  return [
    ...own,
    { id: "all", label: "All", count: tally("all") },
    ...[...pools]
      .map(([id, name]) => ({ id: `pool:${id}`, label: name, count: tally(`pool:${id}`) }))
      .sort((a, b) => a.label.localeCompare(b.label)),
    { id: "at-risk", label: "At risk", count: tally("at-risk"), warn: true },
    { id: "to-confirm", label: "To confirm", count: tally("to-confirm") },
    ...(tally("unroutable") > 0
      ? [{ id: "unroutable", label: "Not routed", count: tally("unroutable"), warn: true }]
      : []),
  ];
}

/** Without a clock it comes after all that have one. A large number, not infinity: infinities don't subtract. */
const dueOf = (line: Line): number => line.clock?.deadline ?? Number.MAX_SAFE_INTEGER;

/** The most pressing first: overdue critical work before all, then by urgency, then by deadline; ties keep the order of arrival. */
export function mostPressingFirst(a: Line, b: Line): number {
  return urgencyRank(a.urgency) - urgencyRank(b.urgency) || dueOf(a) - dueOf(b) || a.studyId.localeCompare(b.studyId);
}

/** Every word of the filter occurs somewhere in what the line shows. */
export function passes(line: Line, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = [
    line.patient.name,
    line.patient.mrn,
    line.procedure,
    line.accessionNumber,
    line.site.name,
    line.pool?.name,
    line.urgency,
    line.urgencyReason,
    ...line.modalities,
    line.claim.state === "open" ? "" : line.claim.by?.name,
  ]
    .join(" ")
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The rows of a tab, filtered and in order. */
export function linesOf(list: Worklist, view: ViewId, filter: string, viewer: Viewer, now: number): Line[] {
  return [...list.lines.values()]
    .filter((line) => inView(line, view, viewer, now) && passes(line, filter))
    .sort(mostPressingFirst);
}

/** What the last column says. */
export function standingOf(line: Line): { text: string; holder: string | null } {
  if (line.claim.state === "held") return { text: shortName(line.claim.by.name), holder: line.claim.by.id };
  return { text: stageOf(line), holder: null };
}

function stageOf(line: Line): string {
  if (line.claim.state === "done") return "signed";
  if (line.state === "expected") return "ordered";
  if (line.state === "receiving") return "receiving";
  if (toConfirm(line)) return "no order yet";
  if (line.report.state === "preliminary") return "preliminary";
  return line.pool === null ? "not routed" : "ready";
}

/** "Dr Maya Ortiz" as "M. Ortiz". */
export function shortName(name: string): string {
  const words = name.replace(/^(dr|prof)\.?\s+/i, "").split(/\s+/);
  return words.length < 2 ? name : `${words[0]?.[0]}. ${words[words.length - 1]}`;
}
