import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { rosterRoutes } from "./routes.js";
import { rosterTimers } from "./timers.js";

export { saveLicence, savePrivilege, setProfile } from "./commands-people.js";
export { addContract, changeSite, contractViews, siteViews } from "./commands-places.js";
export { poolViews, savePool } from "./commands-pools.js";
export { addPattern, addShift } from "./commands-shifts.js";
export { type GroupReader, groupReaders, type PoolRow, poolsOf } from "./store-readers.js";
export { expiring, readerViews } from "./views.js";

/** Who reads, with which credentials, when and in which pools. */
export function rosterFeature(deps: Deps): Feature {
  return { name: "roster", routes: (app) => rosterRoutes(app, deps), timers: rosterTimers };
}
