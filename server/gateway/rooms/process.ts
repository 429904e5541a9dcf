import type { Deps } from "../../kernel/deps.js";
import type { UpdateLog } from "./log.js";

/** What all rooms of one process share. */
export interface RoomsProcess {
  readonly deps: Deps;
  readonly log: UpdateLog;
}
