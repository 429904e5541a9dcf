import { useEffect } from "react";

const IDLE_WITHIN_MS = 4_000;
let begun = false;

/**
 * Fetches the reading room's code and starts the renderer while nobody waits for it: of the time from opening a study to its first
 * image, that was more than half. Does nothing on a line whose owner asked to save data.
 */
export function useWarmReadingRoom(expected: boolean): void {
  useEffect(() => {
    if (!expected || begun || savesData()) return;
    const begin = () => {
      begun = true;
      // What fails here is met again, and said, where the study is opened.
      import("../features/reading/warm-up").then(({ startEngine }) => startEngine()).catch(() => undefined);
    };
    if (!("requestIdleCallback" in window)) {
      const timer = setTimeout(begin, IDLE_WITHIN_MS);
      return () => clearTimeout(timer);
    }
    const idle = requestIdleCallback(begin, { timeout: IDLE_WITHIN_MS });
    return () => cancelIdleCallback(idle);
  }, [expected]);
}

const savesData = (): boolean => (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;
