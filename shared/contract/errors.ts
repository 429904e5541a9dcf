import { z } from "zod";

/**
 * Every refusal that leaves the hub, over http as the body of a 4xx and over the socket as the acknowledgement's `error`.
 * message: one sentence for the person. action: what clears it, where there is something. detail: values that the screen needs.
 */
export const ErrorCode = z.enum([
  "invalid",
  "unauthenticated",
  "forbidden",
  "not_found",
  "conflict",
  "stale_fence",
  "already_claimed",
  "not_eligible",
  "frozen",
  "hash_mismatch",
  "expired",
  "too_large",
  "throttled",
  "unsupported",
  "unavailable",
  "step_up_required",
  "internal",
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

export const ApiError = z.object({
  code: ErrorCode,
  message: z.string(),
  action: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
});
export type ApiError = z.infer<typeof ApiError>;
export type Refusal = ApiError;

export const refusal = (
  code: ErrorCode,
  message: string,
  more: Omit<Partial<ApiError>, "code" | "message"> = {},
): Refusal => ({
  code,
  message,
  ...more,
});

const STATUS: Record<ErrorCode, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  stale_fence: 409,
  already_claimed: 409,
  not_eligible: 403,
  frozen: 409,
  hash_mismatch: 409,
  expired: 410,
  too_large: 413,
  throttled: 429,
  unsupported: 415,
  unavailable: 503,
  step_up_required: 401,
  internal: 500,
};

/** The http status that a refusal is answered with. */
export const statusOf = (code: ErrorCode): number => STATUS[code];
