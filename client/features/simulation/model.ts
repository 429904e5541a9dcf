import type { SimulationOutcome, SimulationResult, Tally } from "@readroom/shared/contract/http/simulation.js";

export type Column = SimulationResult["columns"][number];

/** "97.9 %", a dash where nothing fell due. Never "100 %" while one was late. */
export function percent(tally: Pick<Tally, "attainment" | "late"> | undefined): string {
  if (!tally || tally.attainment === null) return "–";
  const value = tally.attainment * 100;
  return `${tally.late > 0 && value > 99.9 ? "99.9" : value.toFixed(value === 100 ? 0 : 1)} %`;
}

export const minutes = (value: number): string =>
  value < 100 ? `${value.toFixed(1)} min` : `${(value / 60).toFixed(1)} h`;

/** Difference to the first column: "+2.1" percentage points or minutes; "" where it is none. */
export function difference(
  value: number | null | undefined,
  first: number | null | undefined,
  unit: "points" | "min",
): string {
  if (value === null || value === undefined || first === null || first === undefined) return "";
  const by = unit === "points" ? (value - first) * 100 : value - first;
  if (Math.abs(by) < 0.05) return "same";
  return `${by > 0 ? "+" : "−"}${Math.abs(by).toFixed(1)} ${unit === "points" ? "points" : "min"}`;
}

/** Contracts of all columns by name, the ones furthest below their target first. */
export function contractsOf(
  columns: readonly Column[],
): { name: string; target: number; tallies: (Tally | undefined)[] }[] {
  const names = new Map<string, number>();
  for (const { outcome } of columns) for (const { contract, target } of outcome.byContract) names.set(contract, target);
  const worst = (tallies: readonly (Tally | undefined)[], target: number) =>
    Math.min(...tallies.map((tally) => (tally?.attainment ?? 1) - target));
  return [...names]
    .map(([name, target]) => ({
      name,
      target,
      tallies: columns.map(({ outcome }) => outcome.byContract.find(({ contract }) => contract === name)),
    }))
    .sort((a, b) => worst(a.tallies, a.target) - worst(b.tallies, b.target) || a.name.localeCompare(b.name));
}

/** The queues' curves as rows of a chart: one for each step, the most that waited in it by column. */
export function queueRows(
  columns: readonly Column[],
  timeOf: (at: number) => string,
): Record<string, string | number>[] {
  const steps = Math.max(0, ...columns.map(({ outcome }) => outcome.queue.most.length));
  const first = columns[0]?.outcome.queue;
  if (!first) return [];
  return Array.from({ length: steps }, (_, step) => ({
    time: timeOf(first.from + step * first.stepMs),
    ...Object.fromEntries(columns.map(({ title, outcome }) => [title, outcome.queue.most[step] ?? 0])),
  }));
}

/** Readers who were at work in any column, the busiest first. */
export function readersOf(columns: readonly Column[]) {
  const names = [...new Set(columns.flatMap(({ outcome }) => outcome.readers.map(({ name }) => name)))];
  return names
    .map((name) => ({
      name,
      loads: columns.map(({ outcome }) => outcome.readers.find((reader) => reader.name === name)),
    }))
    .filter(({ loads }) => loads.some((load) => load && (load.hoursAtWork > 0 || load.reads > 0)))
    .sort(
      (a, b) => (b.loads.at(-1)?.utilisation ?? 0) - (a.loads.at(-1)?.utilisation ?? 0) || a.name.localeCompare(b.name),
    );
}

/** Attainment of an urgency in a column. */
export const tallyOf = (outcome: SimulationOutcome, urgency: string): Tally | undefined =>
  outcome.byUrgency.find((tally) => tally.urgency === urgency);
