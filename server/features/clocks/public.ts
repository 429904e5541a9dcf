import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { clockReactions, clockTimers } from "./reactions.js";
import { clockRoutes } from "./routes.js";

export { askedStudies, expectedByQuery } from "./ask-sender.js";
export { dueReports, reportOf, settleReport, takeCommitment } from "./commitment.js";
export { completenessOf } from "./images.js";
export { attribution, lifeOf } from "./life.js";
export { performStep } from "./performed.js";

/** Clocks beyond their start: pauses, devices' clocks, every minute attributed, images expected against received, late images. */
export function clocksFeature(deps: Deps): Feature {
  return {
    name: "clocks",
    routes: (app) => clockRoutes(app, deps),
    reactions: clockReactions,
    timers: clockTimers,
  };
}
