import type { Instant } from "../kernel/instant.js";
import { assertNever, err, ok, type Result } from "../kernel/result.js";

/** Why a clock stands still: each is something that only the hospital can settle. */
export const PAUSE_REASONS = ["missing_images", "missing_order", "wrong_patient", "call_back"] as const;
export type PauseReason = (typeof PAUSE_REASONS)[number];

export const PAUSE_WORDS: Readonly<Record<PauseReason, string>> = {
  missing_images: "images are missing",
  missing_order: "the order is missing",
  wrong_patient: "the images may be of another patient",
  call_back: "the hospital calls back",
};

/** pausedMs: all pauses that ended. A study's clock is stopped by one pause at a time. */
export type PauseState =
  | { readonly state: "running"; readonly pausedMs: number }
  | { readonly state: "paused"; readonly reason: PauseReason; readonly since: Instant; readonly pausedMs: number };

export type PauseCommand =
  | { readonly do: "pause"; readonly reason: PauseReason }
  | { readonly do: "resume" }
  /** Something came from the hospital; ends only a pause that waited for it. */
  | { readonly do: "answer"; readonly what: "images" | "order" | "words" }
  /** The report is final: nothing waits any more. */
  | { readonly do: "close" };

export type PauseEvent =
  | { readonly type: "paused"; readonly reason: PauseReason; readonly at: Instant }
  | { readonly type: "resumed"; readonly reason: PauseReason; readonly at: Instant; readonly spanMs: number };

export type PauseRefusal =
  | { readonly why: "paused_already"; readonly reason: PauseReason }
  | { readonly why: "not_paused" };

const ANSWERED_BY: Readonly<Record<PauseReason, readonly ("images" | "order" | "words")[]>> = {
  missing_images: ["images", "words"],
  missing_order: ["order", "words"],
  wrong_patient: ["order", "words"],
  call_back: ["words"],
};

/** What a command does to a clock; an empty list: nothing. */
export function decide(
  pause: PauseState,
  command: PauseCommand,
  now: Instant,
): Result<readonly PauseEvent[], PauseRefusal> {
  switch (command.do) {
    case "pause":
      if (pause.state === "paused") return err({ why: "paused_already", reason: pause.reason });
      return ok([{ type: "paused", reason: command.reason, at: now }]);
    case "resume":
      return pause.state === "paused" ? ok([ended(pause, now)]) : err({ why: "not_paused" });
    case "answer":
      return ok(
        pause.state === "paused" && ANSWERED_BY[pause.reason].includes(command.what) ? [ended(pause, now)] : [],
      );
    case "close":
      return ok(pause.state === "paused" ? [ended(pause, now)] : []);
    default:
      return assertNever(command);
  }
}

/** A clock that was set back while the study waited must not make the deadline earlier. */
const ended = (pause: Extract<PauseState, { state: "paused" }>, now: Instant): PauseEvent => ({
  type: "resumed",
  reason: pause.reason,
  at: now,
  spanMs: Math.max(0, now - pause.since),
});

export function evolve(pause: PauseState, event: PauseEvent): PauseState {
  switch (event.type) {
    case "paused":
      return { state: "paused", reason: event.reason, since: event.at, pausedMs: pause.pausedMs };
    case "resumed":
      return { state: "running", pausedMs: pause.pausedMs + event.spanMs };
    default:
      return assertNever(event);
  }
}
