export interface CinePlayer {
  play(frameTimeMs: number): void;
  pause(): void;
  playing(): boolean;
}

/**
 * Plays frames at their own pace against the clock: where drawing is slower than the frame rate frames are skipped, so that a
 * heartbeat keeps its length.
 * @param show is told how many frames to move on
 */
export function cine(show: (step: number) => void): CinePlayer {
  let request = 0;
  return {
    play(frameTimeMs) {
      cancelAnimationFrame(request);
      let due = performance.now() + frameTimeMs;
      const tick = (now: number) => {
        request = requestAnimationFrame(tick);
        if (now < due) return;
        const step = 1 + Math.floor((now - due) / frameTimeMs);
        due += step * frameTimeMs;
        show(step);
      };
      request = requestAnimationFrame(tick);
    },
    pause() {
      cancelAnimationFrame(request);
      request = 0;
    },
    playing: () => request !== 0,
  };
}
