import { ApiError, type ErrorCode } from "@readroom/shared/contract/errors.js";
import type { z } from "zod";
import { serverClock } from "./clock";

/** A refusal or failure as the hub words it; `code` "offline" when it could not be reached at all. */
export class HubError extends Error {
  override name = "HubError";
  constructor(
    readonly code: ErrorCode | "offline",
    message: string,
    readonly action?: string,
    readonly detail: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
  }
}

/** Anything thrown, as something that a screen can show. */
export function asHubError(thrown: unknown): HubError {
  if (thrown instanceof HubError) return thrown;
  return new HubError("internal", "Something went wrong in this page.", "Reload it and try again.");
}

/** What was refused and what to do about it, in one line. */
export function refusalWords(thrown: unknown): string {
  const { message, action } = asHubError(thrown);
  return [message, action].filter(Boolean).join(" ");
}

type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface SendOptions {
  query?: Query;
  signal?: AbortSignal;
  /** Repeats of the same command carry the same key and are done once. */
  idempotencyKey?: string;
}

function withQuery(path: string, query: Query | undefined): string {
  const entries = Object.entries(query ?? {}).filter(
    ([, value]) => value !== null && value !== undefined && value !== "",
  );
  return entries.length ? `${path}?${new URLSearchParams(entries.map(([key, value]) => [key, String(value)]))}` : path;
}

async function refused(response: Response): Promise<HubError> {
  const body = ApiError.safeParse(await response.json().catch(() => null));
  if (body.success) return new HubError(body.data.code, body.data.message, body.data.action, body.data.detail);
  if (response.status === 429)
    return new HubError("throttled", "Too many requests for now.", "Wait a moment and try again.");
  if (response.status >= 502) return new HubError("offline", "The hub is starting or cannot be reached.");
  return new HubError("internal", `The hub answered ${response.status} without a reason.`, "Try again.");
}

async function call<Out>(
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  schema: z.ZodType<Out>,
  body: unknown,
  options: SendOptions = {},
): Promise<Out> {
  const sentAt = Date.now();
  let response: Response;
  try {
    response = await fetch(withQuery(path, options.query), {
      method,
      credentials: "same-origin",
      // A custom header makes the request "not simple": another origin can't send it without a preflight that the hub refuses.
      headers: {
        accept: "application/json",
        "x-readroom": "1",
        ...(body === undefined ? {} : { "content-type": body instanceof Blob ? body.type : "application/json" }),
        ...(options.idempotencyKey ? { "idempotency-key": options.idempotencyKey } : {}),
      },
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
  } catch (thrown) {
    if (thrown instanceof DOMException && thrown.name === "AbortError") throw thrown;
    throw new HubError("offline", "The hub cannot be reached.", "Check the connection.");
  }
  if (!response.ok) {
    const error = await refused(response);
    if (error.code === "unauthenticated") signedOut.dispatchEvent(new Event("signedOut"));
    throw error;
  }
  const answer: unknown = response.status === 204 ? null : await response.json();
  learnTime(answer, sentAt);
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw new HubError("internal", "The hub's answer does not fit this version of the page.", "Reload the page.", {
    path,
    issues: parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join(".")}: ${issue.message}`),
  });
}

function learnTime(answer: unknown, sentAt: number): void {
  if (typeof answer !== "object" || answer === null || !("serverNow" in answer)) return;
  const serverNow = (answer as { serverNow: unknown }).serverNow;
  if (typeof serverNow === "number") serverClock.observe(serverNow, sentAt, Date.now());
}

/** Fires "signedOut" when the hub no longer knows this browser's session. */
export const signedOut = new EventTarget();

/** JSON over http (a Blob goes as it is) with answers checked against the contract. Every method rejects with a HubError. */
export const api = {
  get: <Out>(path: string, schema: z.ZodType<Out>, options?: SendOptions) =>
    call("GET", path, schema, undefined, options),
  post: <Out>(path: string, schema: z.ZodType<Out>, body: unknown = {}, options?: SendOptions) =>
    call("POST", path, schema, body, options),
  put: <Out>(path: string, schema: z.ZodType<Out>, body: unknown, options?: SendOptions) =>
    call("PUT", path, schema, body, options),
  patch: <Out>(path: string, schema: z.ZodType<Out>, body: unknown, options?: SendOptions) =>
    call("PATCH", path, schema, body, options),
  delete: <Out>(path: string, schema: z.ZodType<Out>, options?: SendOptions) =>
    call("DELETE", path, schema, undefined, options),
};
