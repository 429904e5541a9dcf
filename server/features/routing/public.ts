import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { routingReactions } from "./reactions.js";
import { routingRoutes } from "./routes.js";

export { verdict } from "./commands.js";
export { replaceRules } from "./rules.js";
export { type ContractRow, contractOf } from "./store.js";
export { explain } from "./why.js";

/** Where each study belongs and by when it is due, decided by rules and explained. */
export function routingFeature(deps: Deps): Feature {
  return { name: "routing", routes: (app) => routingRoutes(app, deps), reactions: routingReactions };
}
