import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { RowBroadcast } from "./broadcast.js";
import { NextStudy } from "./next.js";
import { worklistReactions, worklistTimers } from "./reactions.js";
import { worklistRoutes } from "./routes.js";
import { worklistSocket } from "./socket.js";

export { claimStudy } from "./commands.js";
export { assignStudy, recallStudy } from "./commands-assign.js";
export { checkFence, claimOf } from "./fence.js";
export { renewLease } from "./store.js";
export { displayName, rowsWhere, topSeq } from "./store-rows.js";
export { hospitalRows, worklist } from "./views.js";

/** The lists of studies, live; claims as leases with fences; what people decide about a study beside reading it. */
export function worklistFeature(deps: Deps): Feature {
  const next = new NextStudy(deps);
  const rows = new RowBroadcast(deps);
  return {
    name: "worklist",
    routes: (app) => worklistRoutes(app, deps, next),
    socket: worklistSocket(deps),
    reactions: worklistReactions,
    timers: worklistTimers,
    follow: (events, broadcast) => {
      next.follow(events);
      rows.follow(events, broadcast);
    },
    stop: () => rows.settled(),
  };
}
