import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { escalate } from "./commands.js";
import { endVisits } from "./links.js";
import { criticalRoutes } from "./routes.js";
import { dueFindings } from "./store.js";

export { changeCritical, raiseCritical } from "./commands.js";

/** Critical findings: the loop, its escalation, the join links. */
export function criticalFeature(deps: Deps, publicUrl: string | undefined): Feature {
  return {
    name: "critical",
    routes: (app) => criticalRoutes(app, deps, publicUrl),
    timers: [
      { name: "links.visits", everyMs: 15_000, run: () => endVisits(deps) },
      {
        name: "critical.escalate",
        everyMs: 1_000,
        run: async () => {
          for (const id of await dueFindings(deps.db, new Date(deps.clock.now()))) await escalate(deps, id);
        },
      },
    ],
  };
}
