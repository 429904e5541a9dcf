import { assertNever, err, ok, type Result } from "../kernel/result.js";

/** A Modality Performed Procedure Step (PS3.4 F.7.2, PS3.3 C.4.14): what a modality says that it did, and which images came of it. */
export const STEP_STATES = ["IN PROGRESS", "COMPLETED", "DISCONTINUED"] as const;
export type StepState = (typeof STEP_STATES)[number];

export interface PerformedSeries {
  readonly seriesInstanceUid: string;
  readonly instances: readonly string[];
}

export type StepCommand =
  | { readonly do: "create"; readonly status: string }
  /** status undefined: attributes change, the state stays. */
  | { readonly do: "set"; readonly status: string | undefined };

/** "no_longer": completed or discontinued already (PS3.4 F.7.2.2.2: status 0110, error id A710). */
export type StepRefusal = "exists" | "must_begin_in_progress" | "unknown_state" | "not_there" | "no_longer";

/** The state after N-CREATE or N-SET; current null: no such step is known. */
export function decide(current: StepState | null, command: StepCommand): Result<StepState, StepRefusal> {
  switch (command.do) {
    case "create":
      if (current !== null) return err("exists");
      return command.status === "IN PROGRESS" ? ok("IN PROGRESS") : err("must_begin_in_progress");
    case "set": {
      if (current === null) return err("not_there");
      if (current !== "IN PROGRESS") return err("no_longer");
      if (command.status === undefined) return ok(current);
      const next = STEP_STATES.find((state) => state === command.status);
      return next === undefined ? err("unknown_state") : ok(next);
    }
    default:
      return assertNever(command);
  }
}
