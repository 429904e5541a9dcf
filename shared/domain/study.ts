import type { Instant } from "../kernel/instant.js";
import { assertNever, err, ok, type Result } from "../kernel/result.js";

/**
 * A study's life apart from its claim and its report: expected (ordered, no image) → receiving → complete (all images are here) →
 * readable (and it is known whose they are: matched to an order, or confirmed to be read without one) → closed (reported).
 * Late images reopen it to receiving, visibly.
 */
export type StudyState =
  | { readonly state: "expected" }
  | { readonly state: "receiving"; readonly identified: boolean }
  | { readonly state: "complete"; readonly at: Instant }
  | { readonly state: "readable"; readonly at: Instant }
  | { readonly state: "closed"; readonly at: Instant };

export type StudyCommand =
  | { readonly do: "receive" }
  | { readonly do: "complete" }
  /** Matched to an order, or confirmed by a person to be read without one. */
  | { readonly do: "identify" }
  | { readonly do: "unmatch" }
  | { readonly do: "report" };

export type StudyEvent =
  | { readonly type: "receiving"; readonly identified: boolean; readonly reopened: boolean }
  | { readonly type: "completed"; readonly at: Instant }
  | { readonly type: "became_readable"; readonly at: Instant }
  | { readonly type: "identified" }
  | { readonly type: "unidentified"; readonly at: Instant | null }
  | { readonly type: "closed"; readonly at: Instant };

export type StudyRefusal = "nothing_received" | "already_reported";

/** What a command does to a study; an empty list: it changes nothing. */
export function decide(
  study: StudyState,
  command: StudyCommand,
  now: Instant,
): Result<readonly StudyEvent[], StudyRefusal> {
  switch (command.do) {
    case "receive":
      return ok(receive(study));
    case "complete":
      if (study.state === "expected") return err("nothing_received");
      if (study.state !== "receiving") return ok([]);
      return ok([
        { type: "completed", at: now },
        ...(study.identified ? [{ type: "became_readable" as const, at: now }] : []),
      ]);
    case "identify":
      if (study.state === "receiving") return ok(study.identified ? [] : [{ type: "identified" }]);
      return ok(study.state === "complete" ? [{ type: "became_readable", at: now }] : []);
    case "unmatch":
      if (study.state === "closed") return err("already_reported");
      if (study.state === "receiving") return ok(study.identified ? [{ type: "unidentified", at: null }] : []);
      return ok(study.state === "readable" ? [{ type: "unidentified", at: study.at }] : []);
    case "report":
      if (study.state === "expected") return err("nothing_received");
      return ok(study.state === "closed" ? [] : [{ type: "closed", at: now }]);
    default:
      return assertNever(command);
  }
}

function receive(study: StudyState): readonly StudyEvent[] {
  if (study.state === "receiving") return [];
  const identified = study.state === "readable" || study.state === "closed";
  return [{ type: "receiving", identified, reopened: study.state !== "expected" }];
}

export function evolve(study: StudyState, event: StudyEvent): StudyState {
  switch (event.type) {
    case "receiving":
      return { state: "receiving", identified: event.identified };
    case "completed":
      return { state: "complete", at: event.at };
    case "became_readable":
      return { state: "readable", at: event.at };
    case "identified":
      return study.state === "receiving" ? { state: "receiving", identified: true } : study;
    case "unidentified":
      return event.at === null ? { state: "receiving", identified: false } : { state: "complete", at: event.at };
    case "closed":
      return { state: "closed", at: event.at };
    default:
      return assertNever(event);
  }
}

/** Is it known whose images these are? "matched": an order fits; "confirmed": a person said to read it without one. */
export const isIdentified = (matchState: string): boolean => matchState === "matched" || matchState === "confirmed";
