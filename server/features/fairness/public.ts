import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { fairnessReactions, fairnessTimers } from "./ledger.js";
import { fairnessRoutes } from "./routes.js";

/** Who read how much, what was passed over and how long it waited for it: open to those whom it is about. */
export function fairnessFeature(deps: Deps): Feature {
  return {
    name: "fairness",
    routes: (app) => fairnessRoutes(app, deps),
    reactions: fairnessReactions,
    timers: fairnessTimers,
  };
}
