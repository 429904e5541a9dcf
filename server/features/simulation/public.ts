import type { Refusal } from "@readroom/shared/contract/errors.js";
import { type ForecastView, SimulationRequest } from "@readroom/shared/contract/http/simulation.js";
import type { Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { type Requester, SILENT, TryOuts } from "./commands.js";
import { Forecasts } from "./forecast.js";
import { simulationRoutes } from "./routes.js";
import { endAbandoned } from "./store-runs.js";
import { type Runner, runInThread } from "./thread.js";

export { storeNight } from "./night.js";

export interface Simulations extends Feature {
  /** Tries a draft of rules, pools or shifts: the id under which its figures appear. */
  tryDraft(
    groupId: string,
    wanted: z.input<typeof SimulationRequest>,
    by: Requester,
  ): Promise<Result<{ id: string }, Refusal>>;
  /** The next hours with the present roster. */
  forecast(groupId: string, hours?: number): Promise<Result<ForecastView, Refusal>>;
}

/** Try-outs and the forecast, each on a thread of its own. */
export function simulationFeature(deps: Deps, runner: Runner = runInThread): Simulations {
  const tryOuts = new TryOuts(deps, runner);
  const forecasts = new Forecasts(deps, runner);
  return {
    name: "simulation",
    routes: (app) => simulationRoutes(app, deps, tryOuts, forecasts),
    timers: [
      {
        name: "simulation.abandoned",
        everyMs: 60_000,
        run: async ({ db, clock }) => void (await endAbandoned(db.pool, SILENT, clock.now())),
      },
    ],
    stop: () => tryOuts.stop(),
    tryDraft: (groupId, wanted, by) => tryOuts.start(groupId, SimulationRequest.parse(wanted), by),
    forecast: (groupId, hours) => forecasts.of(groupId, hours),
  };
}
