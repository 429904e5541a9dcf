/** A piece of work that is done again and again, one turn at a time. */
export interface Turns {
  /** Plans the next turn, in place of what was planned. 0: at once, without the millisecond that a timer takes at least. */
  again(ms: number): void;
  /** Plans no more; resolves when the turn under way has ended. */
  stop(): Promise<void>;
}

/** `turn` must not throw. */
export function startTurns(turn: () => Promise<void>): Turns {
  let stopped = false;
  let cancel = (): void => undefined;
  let running: Promise<void> = Promise.resolve();
  const run = (): void => {
    running = running.then(() => (stopped ? undefined : turn()));
  };
  const again = (ms: number): void => {
    if (stopped) return;
    cancel();
    if (ms > 0) {
      const later = setTimeout(run, ms);
      cancel = () => clearTimeout(later);
    } else {
      const soon = setImmediate(run);
      cancel = () => clearImmediate(soon);
    }
  };
  again(0);
  return {
    again,
    stop: async () => {
      stopped = true;
      cancel();
      await running;
    },
  };
}
