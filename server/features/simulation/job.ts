import type { SimulationOutcome, SimulationResult } from "@readroom/shared/contract/http/simulation.js";
import { ruleDecider } from "@readroom/shared/domain/simulation/decider.js";
import { run } from "@readroom/shared/domain/simulation/engine.js";
import { type Forecast, type ForecastRequest, forecast } from "@readroom/shared/domain/simulation/forecast.js";
import { type Fate, happened } from "@readroom/shared/domain/simulation/happened.js";
import { outcomeOf } from "@readroom/shared/domain/simulation/outcome.js";
import type { Policy } from "@readroom/shared/domain/simulation/policy.js";
import { type Decided, prepare } from "@readroom/shared/domain/simulation/prepare.js";
import { type SyntheticRequest, synthetic } from "@readroom/shared/domain/simulation/synthetic.js";
import type { Arrivals, World } from "@readroom/shared/domain/simulation/world.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";

/** One column of a comparison: the past as it was, or a world that the same arrivals are run through. */
export type Column =
  | {
      readonly kind: "happened";
      readonly key: string;
      readonly title: string;
      readonly world: World;
      readonly decided: readonly Decided[];
      readonly fates: readonly Fate[];
    }
  | {
      readonly kind: "run";
      readonly key: string;
      readonly title: string;
      readonly world: World;
      readonly policy: Policy;
    };

/** What a worker thread is given: plain values and typed arrays only. */
export interface ComparisonJob {
  readonly kind: "compare";
  readonly arrivals: Arrivals;
  readonly from: Instant;
  readonly until: Instant;
  readonly stepMs: number;
  readonly columns: readonly Column[];
}
export interface ForecastJob {
  readonly kind: "forecast";
  readonly request: ForecastRequest;
}
/** Synthetic hospitals and readers, made where they are used. */
export interface NightJob {
  readonly kind: "night";
  readonly request: SyntheticRequest;
  readonly stepMs: number;
  readonly columns: readonly { readonly title: string; readonly policy: Policy }[];
}
export type Job = ComparisonJob | ForecastJob | NightJob;
export type ResultOf<J extends Job> = J extends ComparisonJob
  ? SimulationResult["columns"]
  : J extends NightJob
    ? Pick<SimulationResult, "from" | "until" | "columns">
    : Forecast;

/** Does the work on the calling thread. progress: share that is done, 0 to 1. */
export function runJob<J extends Job>(job: J, progress: (share: number) => void): ResultOf<J> {
  switch (job.kind) {
    case "compare":
      return compareColumns(job, progress) as ResultOf<J>;
    case "night":
      return night(job, progress) as ResultOf<J>;
    case "forecast":
      return forecast(job.request) as ResultOf<J>;
  }
}

function night({ request, stepMs, columns }: NightJob, progress: (share: number) => void): ResultOf<NightJob> {
  const { world, arrivals, from, until } = synthetic(request);
  const runs = columns.map(({ title, policy }): Column => ({ kind: "run", key: policy.name, title, world, policy }));
  return {
    from,
    until,
    columns: compareColumns({ kind: "compare", arrivals, from, until, stepMs, columns: runs }, progress),
  };
}

function compareColumns(job: ComparisonJob, progress: (share: number) => void): SimulationResult["columns"] {
  const all = job.columns.length;
  return job.columns.map((column, n) => {
    const outcome = outcomeOf(runOf(job, column, (share) => progress((n + share) / all)));
    progress((n + 1) / all);
    return { key: column.key, title: column.title, outcome: outcome as SimulationOutcome };
  });
}

function runOf(job: ComparisonJob, column: Column, progress: (share: number) => void) {
  const { arrivals, from, until, stepMs } = job;
  const { world } = column;
  if (column.kind === "happened")
    return happened(world, arrivals, column.decided, column.fates, { from, until, stepMs });
  const ready = prepare(world, arrivals, ruleDecider(world.ruleSet), { from, until });
  return run(ready, column.policy, { stepMs, progress });
}
