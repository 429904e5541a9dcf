import type { Clock } from "./clock.js";
import type { Database } from "./database.js";
import type { Log } from "./log.js";

/** What every command gets: made once in app/, handed down, no container. A feature adds its own ports to it. */
export interface Deps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Log;
}
