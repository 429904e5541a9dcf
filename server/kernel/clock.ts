import type { Instant } from "@readroom/shared/kernel/instant.js";

/** The hub's only source of time, so that tests can turn it. */
export interface Clock {
  now(): Instant;
}

export const systemClock: Clock = { now: () => Date.now() };

/** A clock that stands still until it is told: `advance(ms)`. */
export function testClock(start: Instant): Clock & { advance(ms: number): void } {
  let at = start;
  return {
    now: () => at,
    advance: (ms) => {
      at += ms;
    },
  };
}
