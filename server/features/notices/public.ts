import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { CauseWatch } from "./causes.js";
import type { NoticePorts } from "./ports.js";
import { noticeReactions } from "./reactions.js";
import { noticeRoutes } from "./routes.js";
import { noticeSocket } from "./socket.js";
import { noticeTimers } from "./timers.js";

/** What each person is told, by the ways that they chose, and not while they have a report open. */
export function noticesFeature(deps: Deps, ports: NoticePorts): Feature {
  const ways = { mail: ports.mail !== null };
  const watch = new CauseWatch(deps);
  return {
    name: "notices",
    routes: (app) => noticeRoutes(app, deps, ports),
    socket: noticeSocket(deps, ways),
    reactions: noticeReactions(ways),
    timers: noticeTimers(ways, ports),
    follow: (events) => watch.follow(events),
    stop: async () => {
      await watch.stop();
      ports.mail?.close();
    },
  };
}
