import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { Router } from "./commands.js";
import { routingTimers } from "./queue.js";
import { routingReactions } from "./reactions.js";
import { routingRoutes } from "./routes.js";

export { verdict } from "./knowledge.js";
export { replaceRules } from "./sets.js";
export { type ContractRow, contractOf } from "./store.js";
export { draftOf, publishedSet, type RuleSetRow } from "./store-sets.js";
export { explain } from "./why.js";

/** Where each study belongs and by when it is due, decided by rules and explained. */
export function routingFeature(deps: Deps): Feature {
  const router = new Router(deps);
  return {
    name: "routing",
    routes: (app) => routingRoutes(app, deps),
    reactions: routingReactions(router),
    timers: routingTimers(router),
  };
}
