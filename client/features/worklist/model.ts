import { ineligibility, type Reader } from "@readroom/shared/domain/eligibility.js";
import { type Urgency, urgencyRank } from "@readroom/shared/domain/urgency.js";
import { standing } from "../../ui/deadline";
import { type NameGroups, personName } from "../../ui/format";

/** Who holds a study. `until`: when the lease ends unless it is renewed, ms; `fence`: its fencing token. */
export type LineClaim =
  | { state: "open" }
  | { state: "held"; by: { id: string; name: string }; fence: number | null }
  | { state: "done"; by: { id: string; name: string } | null };

/** One study as the worklist shows it. Instants are ms since 1970, UTC. */
export interface Line {
  studyId: string;
  studyInstanceUid: string;
  patient: { name: NameGroups; birthDate: string | null; sex: string | null; mrn: string };
  procedure: string;
  modalities: readonly string[];
  accessionNumber: string;
  studyAt: number | null;
  images: number;
  imagesExpected: number | null;
  state: "receiving" | "complete" | "readable" | "closed";
  matched: boolean;
  site: { id: string; name: string; timeZone: string; jurisdiction: string };
  pool: { id: string; name: string } | null;
  subspecialty: string;
  readType: "preliminary" | "final";
  urgency: Urgency;
  urgencyReason: string;
  clockStartedAt: number | null;
  deadline: number | null;
  /** What set the clock, in words. */
  rule: string;
  priors: number;
  claim: LineClaim;
  reportState: "none" | "draft" | "preliminary" | "final" | "addended" | "corrected";
  /** A critical finding whose loop is not closed. */
  criticalOpen: boolean;
}

/** seq: everything up to this event is in the rows. */
export interface Worklist {
  lines: ReadonlyMap<string, Line>;
  seq: number;
}

export type WorklistChange =
  | { type: "loaded"; lines: readonly Line[]; seq: number }
  /** Some studies were asked for again; those that did not come back have left the list. */
  | { type: "refreshed"; asked: readonly string[]; lines: readonly Line[] }
  | { type: "line"; line: Line };

/** The list after a change. Pure; returns the same object when nothing changed. */
export function reduce(list: Worklist, change: WorklistChange): Worklist {
  switch (change.type) {
    case "loaded":
      return { lines: new Map(change.lines.map((line) => [line.studyId, line])), seq: change.seq };
    case "refreshed": {
      const lines = new Map(list.lines);
      for (const id of change.asked) lines.delete(id);
      for (const line of change.lines) lines.set(line.studyId, line);
      return { ...list, lines };
    }
    case "line":
      return { ...list, lines: new Map(list.lines).set(change.line.studyId, change.line) };
  }
}

export interface Viewer {
  userId: string;
  reader: Reader | null;
}

/** A tab of the worklist: "mine", "for-me", "at-risk", "to-confirm", "all", "pool:<id>". */
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
  if (!viewer.reader) return false;
  const study = {
    siteId: line.site.id,
    jurisdiction: line.site.jurisdiction,
    subspecialty: line.subspecialty,
    readType: line.readType,
  };
  return ineligibility(viewer.reader, study, now).length === 0;
}

/** Past its deadline, or with less than a quarter of its time left, and not signed. */
export function atRisk(line: Line, now: number): boolean {
  if (!waiting(line) || line.deadline === null) return false;
  return standing(line.clockStartedAt ?? line.deadline, line.deadline, now).state !== "ample";
}

/** Does the line belong under this tab? */
export function inView(line: Line, view: ViewId, viewer: Viewer, now: number): boolean {
  if (view === "to-confirm") return line.reportState === "preliminary";
  if (!waiting(line)) return false;
  switch (view) {
    case "all":
      return true;
    case "mine":
      return line.claim.state === "held" && line.claim.by.id === viewer.userId;
    case "for-me":
      return line.claim.state === "open" && line.pool !== null && mayRead(line, viewer, now);
    case "at-risk":
      return atRisk(line, now);
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
  ];
}

/** The most pressing first: overdue critical work before all, then by urgency, then by deadline; ties keep the order of arrival. */
export function mostPressingFirst(a: Line, b: Line): number {
  return (
    urgencyRank(a.urgency) - urgencyRank(b.urgency) ||
    (a.deadline ?? Number.POSITIVE_INFINITY) - (b.deadline ?? Number.POSITIVE_INFINITY) ||
    a.studyId.localeCompare(b.studyId)
  );
}

/** Every word of the filter occurs somewhere in what the line shows. */
export function passes(line: Line, filter: string): boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const text = [
    personName(line.patient.name),
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
  if (line.reportState === "preliminary") return { text: "preliminary", holder: null };
  if (line.claim.state === "done") return { text: "signed", holder: null };
  if (!line.matched) return { text: "no order yet", holder: null };
  if (line.pool === null) return { text: line.state === "receiving" ? "receiving" : "not routed", holder: null };
  return { text: line.state === "receiving" ? "receiving" : "ready", holder: null };
}

/** "Dr Maya Ortiz" as "M. Ortiz". */
export function shortName(name: string): string {
  const words = name.replace(/^(dr|prof)\.?\s+/i, "").split(/\s+/);
  return words.length < 2 ? name : `${words[0]?.[0]}. ${words[words.length - 1]}`;
}
