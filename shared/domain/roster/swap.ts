import type { Instant } from "../../kernel/instant.js";
import { assertNever, err, ok, type Result } from "../../kernel/result.js";

/** cover: somebody takes the shift. swap: somebody takes it and gives one of their own. */
export type SwapState =
  | { readonly state: "proposed" }
  | { readonly state: "done"; readonly by: string; readonly at: Instant }
  | { readonly state: "declined"; readonly by: string; readonly at: Instant }
  | { readonly state: "withdrawn"; readonly at: Instant };

export interface Proposal {
  readonly fromUserId: string;
  /** null: whoever of the group takes it. */
  readonly toUserId: string | null;
  readonly startsAt: Instant;
  /** Of a swap: the shift that is given for it. */
  readonly otherStartsAt: Instant | null;
  readonly state: SwapState;
}

export type SwapCommand = { readonly do: "accept" | "decline" | "withdraw"; readonly by: string };

/** Refusals in words for the person who asked. */
export function decideSwap(proposal: Proposal, command: SwapCommand, now: Instant): Result<SwapState, string> {
  if (proposal.state.state !== "proposed") return err(settledInWords(proposal.state));
  const { fromUserId, toUserId } = proposal;
  switch (command.do) {
    case "withdraw":
      return command.by === fromUserId
        ? ok({ state: "withdrawn", at: now })
        : err("Only the person who asked can take the request back.");
    case "decline":
      return command.by === toUserId
        ? ok({ state: "declined", by: command.by, at: now })
        : err("Only the person who was asked can decline.");
    case "accept":
      if (command.by === fromUserId) return err("You can't accept your own request.");
      if (toUserId !== null && command.by !== toUserId) return err("Somebody else was asked.");
      if (proposal.startsAt <= now || (proposal.otherStartsAt !== null && proposal.otherStartsAt <= now))
        return err("The shift has begun: an operator can still assign it.");
      return ok({ state: "done", by: command.by, at: now });
    default:
      return assertNever(command.do);
  }
}

function settledInWords(state: Exclude<SwapState, { state: "proposed" }>): string {
  switch (state.state) {
    case "done":
      return "Somebody has taken this shift already.";
    case "declined":
      return "The request was declined.";
    case "withdrawn":
      return "The request was taken back.";
    default:
      return assertNever(state);
  }
}
