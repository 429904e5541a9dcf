import type { Outcome } from "@readroom/shared/domain/simulation/outcome-types.js";
import { POLICIES, type Policy, type PolicyName } from "@readroom/shared/domain/simulation/policy.js";
import {
  compare,
  dayOf,
  prepared,
  type SyntheticRequest,
  synthetic,
} from "@readroom/shared/domain/simulation/synthetic.js";
import { type Command, InvalidArgumentError, Option } from "commander";
import { out } from "./cli-kit.js";
import { comparisonLines, type LoadRow, loadLines } from "./simulate-report.js";

const LOADS = [0.8, 1, 1.1, 1.2];
const SEEDS_A_LOAD = 5;

interface Options {
  readonly night?: boolean;
  readonly year?: boolean;
  readonly days?: number;
  readonly studies?: number;
  readonly hospitals: number;
  readonly readers?: number;
  readonly seed: number;
  readonly policy: readonly (PolicyName | "push")[];
  readonly from: number;
  readonly json?: boolean;
  readonly loads: boolean;
}

const whole = (low: number, high: number) => (text: string) => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < low || value > high)
    throw new InvalidArgumentError(`must be a whole number from ${low} to ${high}`);
  return value;
};

/** `readroom simulate`: a synthetic night or year through the routing rules, side by side with plain first-in-first-out. Needs no hub and no database. */
export function simulateCommand(program: Command): void {
  program
    .command("simulate")
    .description("try the routing rules on synthetic hospitals, against plain first-in-first-out on the same arrivals")
    .option("--night", "one night of hospitals that send from 19:00 to 07:00 (default)")
    .option("--year", "365 days around the clock")
    .option("--days <n>", "so many days around the clock", whole(1, 366))
    .option("--studies <n>", "how many arrive (2,000 a night, 1,000,000 a year, 2,740 a day)", whole(1, 2_000_000))
    .option("--hospitals <n>", "how many send", whole(1, 2_000), 60)
    .option("--readers <n>", "how many read (25 a night, 54 around the clock)", whole(1, 2_000))
    .option("--seed <n>", "the same seed gives the same night", whole(0, 2 ** 31), 1)
    .addOption(
      new Option("--policy <name...>", "how the next study is chosen")
        .choices([...POLICIES, "push"])
        .default(["readroom", "fifo", "fifo_pool"]),
    )
    .option("--from <date>", "day on which it begins, YYYY-MM-DD", date, dayOf(2026, 11, 24))
    .option("--no-loads", "leave out how it depends on the load")
    .option("--json", "figures as JSON, with the queue's curve and every reader")
    .action(simulate);
}

function date(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError("must be a day, such as 2026-11-24");
  return at / 86_400_000;
}

function simulate(options: Options): void {
  const request = requestOf(options);
  const policies = options.policy.map(policyOf);
  const began = performance.now();
  const made = synthetic(request);
  const ready = prepared(made);
  const prepareMs = performance.now() - began;
  const outcomes: Outcome[] = [];
  const tookMs: number[] = [];
  for (const policy of policies) {
    const start = performance.now();
    outcomes.push(...compare(ready, [policy]));
    tookMs.push(Math.round(performance.now() - start));
  }
  const loads = request.kind === "night" && options.loads ? LOADS.map((load) => atLoad(request, policies, load)) : [];
  const span = { from: made.from, until: made.until };
  if (options.json) {
    out(JSON.stringify({ request, span, prepareMs: Math.round(prepareMs), tookMs, outcomes, loads }));
    return;
  }
  const titles = options.policy.map((name) => TITLES[name]);
  for (const line of comparisonLines({ request, span, titles, outcomes, prepareMs, tookMs })) out(line);
  if (loads.length > 0) for (const line of loadLines(titles, loads, SEEDS_A_LOAD)) out(line);
}

const TITLES: Record<PolicyName | "push", string> = {
  readroom: "these rules",
  push: "pushed",
  fifo: "plain FIFO",
  fifo_pool: "FIFO in pool",
};

const policyOf = (name: PolicyName | "push"): Policy =>
  name === "push" ? { name: "readroom", assignment: "push" } : { name };

function requestOf(options: Options): SyntheticRequest {
  const days = options.days ?? (options.year ? 365 : 0);
  const kind = days > 0 ? "days" : "night";
  const studies = options.studies ?? (options.year && !options.days ? 1_000_000 : days > 0 ? 2_740 * days : 2_000);
  return {
    ...{ kind, studies, seed: options.seed, hospitals: options.hospitals, day: options.from },
    readers: options.readers ?? (kind === "night" ? 25 : 54),
    ...(days > 0 ? { days } : {}),
  };
}

/** Several nights at a load, each with its own hospitals, readers and arrivals: one night alone says little about a tail. */
function atLoad(request: SyntheticRequest, policies: readonly Policy[], load: number): LoadRow {
  const studies = Math.round(request.studies * load);
  const nights = Array.from({ length: SEEDS_A_LOAD }, (_, n) =>
    compare(prepared(synthetic({ ...request, studies, seed: request.seed + n })), policies),
  );
  const sums = policies.map((_, p) => {
    const all = nights.flatMap((night) => night[p] ?? []);
    const of = (pick: (outcome: Outcome) => number) =>
      all.reduce((sum, outcome) => sum + pick(outcome), 0) / all.length;
    const met = all.reduce((sum, { all: tally }) => sum + tally.met, 0);
    const due = all.reduce((sum, { all: tally }) => sum + tally.studies, 0);
    return {
      attainment: due > 0 ? met / due : 0,
      mean: of(({ all: tally }) => tally.turnaround.mean),
      stat: of((outcome) => meanOf(outcome, ["critical", "stat"])),
      peak: of(({ queue }) => queue.peak),
      left: of(({ waiting }) => waiting),
      utilisation: of(busyShare),
    };
  });
  return { load, studies, policies: sums };
}

function meanOf(outcome: Outcome, urgencies: readonly string[]): number {
  const some = outcome.byUrgency.filter(({ urgency }) => urgencies.includes(urgency));
  const read = some.reduce((sum, tally) => sum + tally.read, 0);
  return read > 0 ? some.reduce((sum, tally) => sum + tally.turnaround.mean * tally.read, 0) / read : 0;
}

/** Share of all readers' time at work that was spent reading. */
export function busyShare({ readers }: Outcome): number {
  const hours = readers.reduce((sum, { hoursAtWork }) => sum + hoursAtWork, 0);
  return hours > 0 ? readers.reduce((sum, reader) => sum + reader.utilisation * reader.hoursAtWork, 0) / hours : 0;
}
