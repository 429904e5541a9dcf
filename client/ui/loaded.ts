/** What a list needs to know of a request; react-query's result with `data` mapped fits. */
export interface Loaded<Value> {
  data: Value | undefined;
  error: Error | null;
  refetch: () => unknown;
}

export type Shown<Value> =
  | { state: "loading" }
  | { state: "ready"; value: Value }
  | { state: "offline"; retry: () => void }
  | { state: "error"; error: { message: string; action?: string | undefined }; retry: () => void };

/** Which of the four states to draw. What was loaded stays on screen while it is loaded again, also when that fails. */
export function asShown<Value>(loaded: Loaded<Value>): Shown<Value> {
  if (loaded.data !== undefined) return { state: "ready", value: loaded.data };
  if (!loaded.error) return { state: "loading" };
  const retry = () => void loaded.refetch();
  const error: { message: string; action?: string | undefined; code?: unknown } = loaded.error;
  return error.code === "offline" ? { state: "offline", retry } : { state: "error", error, retry };
}

/** A request seen through a function of its data. */
export function mapLoaded<A, B>(loaded: Loaded<A>, map: (value: A) => B): Loaded<B> {
  return {
    data: loaded.data === undefined ? undefined : map(loaded.data),
    error: loaded.error,
    refetch: loaded.refetch,
  };
}
