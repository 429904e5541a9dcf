import type { HistoryLine, HistoryMoment, HistoryState } from "@readroom/shared/contract/http/history.js";
import { assertNever } from "@readroom/shared/kernel/result.js";

/** Without anything happening for so long the time line is cut: nobody plays a night of nothing. */
export const QUIET_MS = 60_000;
/** What a cut takes on the axis, and what stands before the first and after the last moment of a stretch, ms. */
const EDGE_MS = 1_000;

/** A stretch in which something happened; `start`: where it begins on the axis, ms. */
export interface Stretch {
  readonly from: number;
  readonly until: number;
  readonly start: number;
}

/** The axis that is played and scrubbed: busy stretches one after the other. */
export interface Axis {
  readonly stretches: readonly Stretch[];
  readonly length: number;
}

/** Every instant at which something of the room changed. */
export function instantsOf(line: HistoryLine): number[] {
  const all = [
    ...line.moments.map((moment) => moment.at),
    ...line.people.flatMap((person) => [...person.looks, ...person.stays.flatMap((stay) => [stay.from, stay.until])]),
  ];
  return [...new Set(all)].sort((a, b) => a - b);
}

export function axisOf(instants: readonly number[]): Axis {
  const stretches: { from: number; until: number; start: number }[] = [];
  let length = 0;
  for (const at of instants) {
    const last = stretches.at(-1);
    if (last && at - last.until <= QUIET_MS) {
      length += Math.max(0, at + EDGE_MS - last.until);
      last.until = Math.max(last.until, at + EDGE_MS);
    } else {
      stretches.push({ from: at - EDGE_MS, until: at + EDGE_MS, start: length });
      length += 2 * EDGE_MS;
    }
  }
  return { stretches, length };
}

/** The instant at a place of the axis. */
export function timeAt({ stretches }: Axis, place: number): number {
  const stretch = stretches.findLast((one) => one.start <= place) ?? stretches[0];
  return stretch ? Math.min(stretch.until, stretch.from + Math.max(0, place - stretch.start)) : 0;
}

/**
 * The instant that is asked for at a place: whole steps, so that going over the same place again asks for nothing. Never beyond the end
 * of its stretch: a step further, whoever was there to its last moment would be gone.
 */
export function stepAt(axis: Axis, place: number, step: number): number {
  const at = timeAt(axis, place);
  const end = axis.stretches.find((one) => one.from <= at && at <= one.until)?.until ?? at;
  return Math.min(Math.ceil(at / step) * step, end);
}

/** The place of an instant on the axis; one in a cut is at the cut. */
export function placeOf({ stretches, length }: Axis, at: number): number {
  const stretch = stretches.findLast((one) => one.from <= at);
  if (!stretch) return 0;
  return Math.min(length, stretch.start + Math.min(at, stretch.until) - stretch.from);
}

/** Where the axis is cut, as places on it. */
export const cutsOf = ({ stretches }: Axis): number[] => stretches.slice(1).map((one) => one.start);

/** The screen to show: that of the chosen person, else of who presents, else the reader's, else anybody's. */
export function screenOf(
  state: HistoryState,
  chosen: string | null,
  readerId: string | null,
): HistoryState["screens"][number] | null {
  const { screens } = state;
  if (chosen) return screens.find((screen) => screen.personId === chosen) ?? null;
  return (
    screens.find((screen) => screen.presenting) ??
    screens.find((screen) => screen.personId === readerId) ??
    screens[0] ??
    null
  );
}

/** Text of a section in runs of one writer each, in order. */
export function runsOf(
  text: string,
  section: string,
  words: NonNullable<HistoryState["report"]>["words"],
): { text: string; personId: string | null; at: number }[] {
  const runs: { text: string; personId: string | null; at: number }[] = [];
  let done = 0;
  for (const word of words.filter((one) => one.section === section).sort((a, b) => a.start - b.start)) {
    if (word.start > done) runs.push({ text: text.slice(done, word.start), personId: null, at: done });
    const end = Math.min(text.length, word.start + word.length);
    if (end > Math.max(done, word.start))
      runs.push({
        text: text.slice(Math.max(done, word.start), end),
        personId: word.personId,
        at: Math.max(done, word.start),
      });
    done = Math.max(done, end);
  }
  if (done < text.length) runs.push({ text: text.slice(done), personId: null, at: done });
  return runs;
}

export function momentInWords(moment: HistoryMoment): string {
  const who = moment.name || "somebody";
  const edits = moment.count === 1 ? "one edit" : `${moment.count.toLocaleString()} edits`;
  switch (moment.kind) {
    case "marks":
      return `${who} marked (${edits})`;
    case "report":
      return `${who} wrote (${edits})`;
    case "signed":
      return `${who} signed: ${moment.what}, version ${moment.count}`;
    case "presents":
      return `${who} began to present`;
    case "claimed":
      return `${who} claimed the study`;
    default:
      return assertNever(moment.kind);
  }
}
