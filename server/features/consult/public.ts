import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { Calls } from "./calls.js";
import type { MediaEngine } from "./ports.js";
import { consultSocket } from "./socket.js";
import { closeLeftOver } from "./store.js";

/** Voice and video on the live images. */
export function consultFeature(deps: Deps, engine: MediaEngine): Feature {
  return {
    name: "consult",
    socket: consultSocket(deps, new Calls(deps, engine)),
    start: () => closeLeftOver(deps.db),
  };
}
