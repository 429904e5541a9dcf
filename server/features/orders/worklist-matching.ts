import { parseDateRange, parseTimeRange, type TextRange } from "@readroom/shared/dicom/date-time.js";
import { Tag } from "@readroom/shared/dicom/tags.js";
import { type Identifier, IdentifierProblem } from "../archive/public.js";

type Attribute = Identifier[string];
type Test = (item: Identifier) => boolean;

/** More keys than any console asks for. */
const MAX_KEYS = 500;
const MAX_PATTERN = 256;
/** Matched on (PS3.4 Table K.6-1: the required ones and what modalities ask for besides); others come back and narrow nothing. */
const TEXTS: ReadonlySet<string> = new Set([
  Tag.AccessionNumber,
  Tag.PatientID,
  Tag.IssuerOfPatientID,
  Tag.PatientSex,
  Tag.StudyInstanceUID,
  Tag.RequestedProcedureID,
  Tag.Modality,
  Tag.ScheduledProcedureStepID,
  Tag.ScheduledProcedureStepStatus,
]);
const WORDS: ReadonlySet<string> = new Set([
  Tag.ReferringPhysicianName,
  Tag.RequestedProcedureDescription,
  Tag.ScheduledProcedureStepDescription,
]);
/** Says nothing about an item. */
const SILENT: ReadonlySet<string> = new Set([Tag.SpecificCharacterSet, Tag.ScheduledStationAETitle]);
const [START_DATE, START_TIME] = [Tag.ScheduledProcedureStepStartDate, Tag.ScheduledProcedureStepStartTime];

export interface Question {
  matches(item: Identifier): boolean;
  /** A key had a value and is not one that is matched on. */
  readonly unknown: boolean;
}

/**
 * What a modality asks for (PS3.4 §K.4.1.1.3), read once for all items. Throws {@link IdentifierProblem} where a date or time can't be
 * read, or there are too many keys.
 */
export function questionOf(asked: Identifier): Question {
  const tests: Test[] = [];
  let unknown = false;
  const step = stepOf(asked);
  if (Object.keys(asked).length + Object.keys(step ?? {}).length > MAX_KEYS)
    throw new IdentifierProblem(`more than ${MAX_KEYS} keys`);
  const collect = (keys: Identifier, of: (item: Identifier) => Identifier | undefined): void => {
    for (const [tag, attribute] of Object.entries(keys)) {
      if (attribute.vr === "SQ" || SILENT.has(tag)) continue;
      const wanted = textOf(attribute);
      if (wanted === "" || wanted === "*") continue;
      const test = testOf(tag, attribute, wanted);
      if (test === null) unknown = true;
      else tests.push((item) => test(of(item) ?? {}));
    }
  };
  collect(asked, (item) => item);
  if (step) {
    const { [START_DATE]: date, [START_TIME]: time, ...others } = step;
    collect(others, stepOf);
    const start = startTest(date ? textOf(date) : "", time ? textOf(time) : "");
    tests.push((item) => start(stepOf(item) ?? {}));
  }
  return { matches: (item) => tests.every((test) => test(item)), unknown };
}

/** The one scheduled step of a question or of an item. */
export const stepOf = (identifier: Identifier): Identifier | undefined =>
  (identifier[Tag.ScheduledProcedureStepSequence]?.Value?.[0] as Identifier | null | undefined) ?? undefined;

function testOf(tag: string, attribute: Attribute, wanted: string): Test | null {
  if (tag === Tag.PatientName) {
    const groups = groupsOf(attribute);
    return (item) =>
      groups.every((pattern, nth) => pattern === "" || nameMatches(item[tag], pattern, nth, groups.length));
  }
  if (tag === Tag.PatientBirthDate) {
    const range = readRange("date", wanted);
    return (item) => within(range, textOf(item[tag]));
  }
  if (WORDS.has(tag)) return (item) => globs(wanted, textOf(item[tag]), true);
  if (!TEXTS.has(tag)) return null;
  const patterns = wanted.split("\\").map((one) => one.trim());
  return (item) => {
    const value = textOf(item[tag]);
    // A modality that the order does not name may be any.
    return (tag === Tag.Modality && value === "") || patterns.some((pattern) => globs(pattern, value, false));
  };
}

/** One group of a name alone may be of any script; several are each of their own. */
function nameMatches(attribute: Attribute | undefined, pattern: string, nth: number, groups: number): boolean {
  const found = groupsOf(attribute ?? { vr: "PN" });
  return groups === 1
    ? found.some((text) => text !== "" && globs(pattern, text, true))
    : globs(pattern, found[nth] ?? "", true);
}

/** Two ranges are one period, from that time of the first day to that time of the last (PS3.4 Table K.6-1). */
function startTest(date: string, time: string): Test {
  const days = date === "" || date === "*" ? {} : readRange("date", date);
  const times = time === "" || time === "*" ? {} : readRange("time", time);
  const period = date.includes("-") && time.includes("-") && times.from !== undefined && times.to !== undefined;
  if (period) {
    const from = days.from === undefined ? "" : days.from + times.from;
    const to = days.to === undefined ? "~" : days.to + times.to;
    return (step) => within({ from, to }, textOf(step[START_DATE]) + comparableTime(step));
  }
  return (step) => within(days, textOf(step[START_DATE])) && within(times, comparableTime(step));
}

/** As parseTimeRange writes its bounds. */
const comparableTime = (step: Identifier): string => `${textOf(step[START_TIME]).padEnd(6, "0")}.000000`;

function readRange(kind: "date" | "time", text: string): TextRange {
  const range = kind === "date" ? parseDateRange(text) : parseTimeRange(text);
  if (range === undefined) throw new IdentifierProblem(`not a range of ${kind}s`);
  return range;
}

const within = ({ from = "", to = "~" }: TextRange, value: string): boolean =>
  (from === "" && to === "~") || (value !== "" && value >= from && value <= to);

/** PS3.4 §C.2.2.2.4: `*` any, `?` one character. Goes back to the last star alone, so it takes no longer than pattern times text. */
export function globs(pattern: string, text: string, ignoreCase: boolean): boolean {
  const plain = (value: string): string => {
    const composed = value.trim().normalize("NFC");
    return ignoreCase ? composed.toLowerCase() : composed;
  };
  const [p, t] = [[...plain(pattern)], [...plain(text)]];
  if (p.length > MAX_PATTERN) return false;
  let [at, star, after] = [0, -1, 0];
  for (let i = 0; i < t.length; ) {
    if (at < p.length && p[at] === "*") {
      star = at++;
      after = i;
    } else if (at < p.length && (p[at] === "?" || p[at] === t[i])) {
      at += 1;
      i += 1;
    } else if (star >= 0) {
      at = star + 1;
      after += 1;
      i = after;
    } else return false;
  }
  while (p[at] === "*") at += 1;
  return at === p.length;
}

/** Alphabetic, ideographic and phonetic, as far as they are there. */
function groupsOf(attribute: Attribute): string[] {
  const name = attribute.Value?.[0];
  if (typeof name === "string") return name.split("=");
  const { Alphabetic = "", Ideographic = "", Phonetic = "" } = (name ?? {}) as Record<string, string>;
  const groups = [Alphabetic, Ideographic, Phonetic];
  while (groups.length > 1 && groups.at(-1) === "") groups.pop();
  return groups;
}

/** The values as one text, joined as in a dataset. */
export function textOf(attribute: Attribute | undefined): string {
  return (attribute?.Value ?? [])
    .map((value) =>
      typeof value === "object" && value !== null
        ? Object.values(value as Record<string, string>).join("=")
        : String(value ?? ""),
    )
    .join("\\");
}
