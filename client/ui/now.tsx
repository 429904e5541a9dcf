import { createContext, useContext, useSyncExternalStore } from "react";

/** Where "now" comes from. The kernel gives the server's clock; a story or a test may give a fixed one. */
export interface NowSource {
  /** UTC instant in milliseconds, as the server would tell it. */
  now(): number;
  /** Calls back once a second until the returned function is called. */
  subscribe(tick: () => void): () => void;
}

const NowContext = createContext<NowSource>({ now: () => Date.now(), subscribe: () => () => undefined });

export const NowProvider = NowContext.Provider;

/** The server's time in whole seconds (ms since 1970, rounded down), re-rendering the caller once a second. */
export function useNow(): number {
  const source = useContext(NowContext);
  return useSyncExternalStore(source.subscribe, () => Math.floor(source.now() / 1000) * 1000);
}
