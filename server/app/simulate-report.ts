import type { Outcome, Tally } from "@readroom/shared/domain/simulation/outcome-types.js";
import type { SyntheticRequest } from "@readroom/shared/domain/simulation/synthetic.js";
import { URGENCIES } from "@readroom/shared/domain/urgency.js";

export interface LoadRow {
  readonly load: number;
  readonly studies: number;
  /** Means over several nights, a policy each. stat: minutes of critical and stat studies. */
  readonly policies: readonly {
    readonly attainment: number;
    readonly mean: number;
    readonly stat: number;
    readonly peak: number;
    readonly left: number;
    readonly utilisation: number;
  }[];
}

interface Comparison {
  readonly request: SyntheticRequest;
  readonly span: { readonly from: number; readonly until: number };
  readonly titles: readonly string[];
  readonly outcomes: readonly Outcome[];
  readonly prepareMs: number;
  readonly tookMs: readonly number[];
}

const NAME = 34;
const COLUMN = 14;
const row = (name: string, cells: readonly string[]): string =>
  `  ${name.padEnd(NAME)}${cells.map((cell) => cell.padStart(COLUMN)).join("")}`;
const percent = (share: number | null): string => (share === null ? "–" : `${(share * 100).toFixed(1)} %`);
const minutes = (value: number): string => `${value.toFixed(1)} min`;
const times = (first: number, other: number): string => (first > 0 ? `${(other / first).toFixed(2)}×` : "–");

/** The table of `readroom simulate`: a column for each policy, the ratio to the first behind what is compared. */
export function comparisonLines({ request, span, titles, outcomes, prepareMs, tookMs }: Comparison): string[] {
  const stamp = (at: number) => new Date(at).toISOString().slice(0, 16).replace("T", " ");
  const { studies, hospitals, readers, seed } = request;
  return [
    `${studies.toLocaleString("en")} studies, ${hospitals} hospitals, ${readers} readers, seed ${seed}, ${stamp(span.from)} to ${stamp(span.until)} UTC`,
    "the same arrivals and reading times for every column; hard constraints (licence, privileges, subspecialty, shift) hold in all of them",
    "",
    row("", titles),
    row(
      "in time, of all with a clock",
      outcomes.map(({ all }) => percent(all.attainment)),
    ),
    ...URGENCIES.flatMap((urgency) => urgencyRow(urgency, outcomes)),
    "",
    row(
      "mean turnaround",
      outcomes.map(({ all }) => minutes(all.turnaround.mean)),
    ),
    row(
      "  as a ratio to the first column",
      outcomes.map(({ all }) => times(outcomes[0]?.all.turnaround.mean ?? 0, all.turnaround.mean)),
    ),
    ...URGENCIES.flatMap((urgency) => turnaroundRows(urgency, outcomes)),
    row(
      "median / 95th percentile",
      outcomes.map(({ all: { turnaround: t } }) => `${t.median.toFixed(0)} / ${t.p95.toFixed(0)} min`),
    ),
    row(
      "of it in the queue",
      outcomes.map(({ parts }) => minutes(parts.queue)),
    ),
    "",
    row(
      "most waiting at once",
      outcomes.map(({ queue }) => String(queue.peak)),
    ),
    row(
      "read / left over / nobody could",
      outcomes.map((o) => `${o.read} / ${o.waiting} / ${o.unreadable}`),
    ),
    row("readers busy, mean (lowest–highest)", outcomes.map(loadOf)),
    row("RVU per reader-hour", outcomes.map(rvuOf)),
    row(
      "replayed in",
      tookMs.map((ms) => `${(ms / 1000).toFixed(2)} s`),
    ),
    `  (making and deciding the studies once: ${(prepareMs / 1000).toFixed(2)} s)`,
    ...(outcomes[0]?.nobody ?? [])
      .slice(0, 5)
      .map(({ reason, count }) => `  ${count} that nobody could read: ${reason}`),
  ];
}

const tallyOf = (outcome: Outcome, urgency: string): Tally | undefined =>
  outcome.byUrgency.find((tally) => tally.urgency === urgency);

function urgencyRow(urgency: string, outcomes: readonly Outcome[]): string[] {
  const tallies = outcomes.map((outcome) => tallyOf(outcome, urgency));
  if (tallies.every((tally) => !tally)) return [];
  return [
    row(
      `  ${urgency} (${tallies[0]?.studies ?? 0})`,
      tallies.map((tally) => percent(tally?.attainment ?? null)),
    ),
  ];
}

function turnaroundRows(urgency: string, outcomes: readonly Outcome[]): string[] {
  const means = outcomes.map((outcome) => tallyOf(outcome, urgency)?.turnaround.mean);
  const first = means[0];
  if (first === undefined) return [];
  const cell = (mean: number | undefined, n: number) =>
    mean === undefined ? "–" : n === 0 ? minutes(mean) : `${mean.toFixed(1)}  ${times(first, mean)}`;
  return [row(`  ${urgency}`, means.map(cell))];
}

function loadOf({ readers }: Outcome): string {
  const busy = readers.filter(({ hoursAtWork }) => hoursAtWork > 0).map(({ utilisation }) => utilisation * 100);
  const hours = readers.reduce((sum, { hoursAtWork }) => sum + hoursAtWork, 0);
  const mean = readers.reduce((sum, r) => sum + r.utilisation * r.hoursAtWork, 0) / Math.max(hours, Number.MIN_VALUE);
  return `${(mean * 100).toFixed(0)} (${Math.min(...busy).toFixed(0)}–${Math.max(...busy).toFixed(0)}) %`;
}

function rvuOf({ readers }: Outcome): string {
  const hours = readers.reduce((sum, { hoursAtWork }) => sum + hoursAtWork, 0);
  return (readers.reduce((sum, { rvu }) => sum + rvu, 0) / Math.max(hours, Number.MIN_VALUE)).toFixed(1);
}

/** How the comparison depends on the load: several nights for each. */
export function loadLines(titles: readonly string[], loads: readonly LoadRow[], nights: number): string[] {
  const lines = [
    "",
    `How it depends on the load, means of ${nights} nights each (other hospitals, readers and arrivals every night)`,
    "",
    row("", titles),
  ];
  for (const { load, studies, policies } of loads) {
    const first = policies[0];
    lines.push(
      `  ${studies.toLocaleString("en")} studies (load ${load}, readers ${((first?.utilisation ?? 0) * 100).toFixed(0)} % busy)`,
      row(
        "  in time",
        policies.map(({ attainment }) => percent(attainment)),
      ),
      row(
        "  mean turnaround",
        policies.map(({ mean }, n) =>
          n === 0 ? minutes(mean) : `${mean.toFixed(1)}  ${times(first?.mean ?? 0, mean)}`,
        ),
      ),
      row(
        "  critical and stat alone",
        policies.map(({ stat }, n) =>
          n === 0 ? minutes(stat) : `${stat.toFixed(1)}  ${times(first?.stat ?? 0, stat)}`,
        ),
      ),
      row(
        "  most waiting / left over",
        policies.map(({ peak, left }) => `${peak.toFixed(0)} / ${left.toFixed(0)}`),
      ),
    );
  }
  return lines;
}
