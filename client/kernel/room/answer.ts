import type { ApiError } from "@readroom/shared/contract/errors.js";

export type Answer = { ok: true; value: unknown } | { ok: false; error: ApiError };

/** Refusals that say nothing about this person's rights: it is tried again. */
const PASSING: ReadonlySet<ApiError["code"]> = new Set(["unavailable", "throttled", "internal", "conflict"]);

export const isPassing = (error: ApiError): boolean => PASSING.has(error.code);

/** Pause that the hub asks for, ms. */
export function retryAfter(error: ApiError, otherwise: number): number {
  const ms = error.detail?.retryAfterMs;
  return typeof ms === "number" ? ms : otherwise;
}
