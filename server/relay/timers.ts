import type { Deps } from "../kernel/deps.js";
import type { Timer } from "../kernel/reactions.js";

/** Runs the features' timers, each on its own beat and never twice at once, only while `active()` (the relay's leader). */
export function startTimers(deps: Deps, timers: readonly Timer[], active: () => boolean): { stop(): Promise<void> } {
  let stopped = false;
  const running = new Set<Promise<void>>();
  const handles = timers.map((timer) => {
    let busy = false;
    return setInterval(() => {
      if (busy || stopped || !active()) return;
      busy = true;
      const turn = timer
        .run(deps)
        .catch((error: unknown) => {
          deps.log.error(
            { timer: timer.name, err: { message: error instanceof Error ? error.message : String(error) } },
            "timer failed; it runs again",
          );
        })
        .finally(() => {
          busy = false;
          running.delete(turn);
        });
      running.add(turn);
    }, timer.everyMs);
  });
  return {
    stop: async () => {
      stopped = true;
      for (const handle of handles) clearInterval(handle);
      await Promise.all(running);
    },
  };
}
