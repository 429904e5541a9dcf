import { type Instant, MINUTE, SECOND } from "../kernel/instant.js";
import { assertNever, err, ok, type Result } from "../kernel/result.js";

/** A claim is a lease: a client that falls silent for this long loses the study. */
export const LEASE = 60 * SECOND;
/** A colleague who is handed a study may be in another report: this long until it goes back to the pool unless it is opened. */
export const HAND_OVER_LEASE = 10 * MINUTE;
/** "One moment": the study stays the reader's for this long without a heartbeat, while another is done. Heartbeats don't stretch it. */
export const HOLD_LEASE = 15 * MINUTE;
/** Studies that one reader may have on hold at once: a hold is for an interruption, not a private stock. */
export const MOST_HOLDS = 2;
/** Clients renew on this beat: two may go missing on a bad line before the lease ends. */
export const RENEW_EVERY = 20 * SECOND;

/**
 * Who reads a study. fence: the number of the grant. It grows with each one and is handed to the holder, and every write with an
 * older one is refused, so that a reader who lost the study without noticing can do no harm.
 */
export type ClaimState =
  | { readonly state: "open"; readonly fence: number }
  /** hold: set while the holder does another study; then `until` is its end, and no heartbeat moves it. */
  | {
      readonly state: "held";
      readonly by: string;
      readonly until: Instant;
      readonly fence: number;
      readonly hold?: true;
    }
  | { readonly state: "done"; readonly by: string | null; readonly at: Instant; readonly fence: number };

export type ClaimCommand =
  | { readonly do: "claim"; readonly by: string }
  | { readonly do: "renew"; readonly by: string; readonly fence: number }
  | { readonly do: "release"; readonly by: string; readonly fence: number }
  | { readonly do: "hand_over"; readonly by: string; readonly fence: number; readonly to: string }
  | { readonly do: "hold"; readonly by: string; readonly fence: number }
  /** Goes on with a study that was on hold. */
  | { readonly do: "resume"; readonly by: string; readonly fence: number }
  | { readonly do: "take_over"; readonly by: string }
  /** An operator gives it to a reader, whoever holds it. */
  | { readonly do: "assign"; readonly to: string }
  | { readonly do: "expire" }
  /** Signed as final. */
  | { readonly do: "finish"; readonly by: string | null }
  /** Signed as preliminary by someone who leaves the final read to another. */
  | { readonly do: "return" };

export type ClaimEvent =
  | {
      readonly type: "granted";
      readonly to: string;
      readonly until: Instant;
      readonly fence: number;
      readonly from: string | null;
    }
  | { readonly type: "renewed"; readonly until: Instant }
  | { readonly type: "put_on_hold"; readonly by: string; readonly until: Instant }
  | { readonly type: "resumed"; readonly by: string; readonly until: Instant }
  | { readonly type: "released"; readonly by: string }
  | { readonly type: "expired"; readonly by: string }
  | { readonly type: "finished"; readonly by: string | null; readonly at: Instant };

export type ClaimRefusal =
  | { readonly why: "held"; readonly by: string }
  | { readonly why: "stale_fence"; readonly fence: number }
  | { readonly why: "not_holder" }
  | { readonly why: "not_held" }
  | { readonly why: "done" };

/** What a command does to a claim. An expired lease counts as open even before the timer has said so. */
export function decide(
  claim: ClaimState,
  command: ClaimCommand,
  now: Instant,
): Result<readonly ClaimEvent[], ClaimRefusal> {
  switch (command.do) {
    case "claim":
      if (claim.state === "done") return err({ why: "done" });
      if (claim.state === "held" && claim.by === command.by) return ok([grant(claim, command.by, now)]);
      if (claim.state === "held" && claim.until > now) return err({ why: "held", by: claim.by });
      return ok([...ended(claim), grant(claim, command.by, now)]);
    case "take_over":
      if (claim.state === "done") return err({ why: "done" });
      return ok([grant(claim, command.by, now)]);
    case "assign":
      if (claim.state === "done") return err({ why: "done" });
      if (claim.state === "held" && claim.by === command.to && claim.until > now) return ok([]);
      // The reader may be in another report, as with a study that is handed over.
      return ok([{ ...grant(claim, command.to, now), until: now + HAND_OVER_LEASE }]);
    case "renew":
    case "release":
    case "hand_over":
    case "hold":
    case "resume":
      return byHolder(claim, command, now);
    case "expire":
      return ok(claim.state === "held" && claim.until <= now ? [{ type: "expired", by: claim.by }] : []);
    case "finish":
      return ok(claim.state === "done" ? [] : [{ type: "finished", by: command.by, at: now }]);
    case "return":
      return ok(claim.state === "held" ? [{ type: "released", by: claim.by }] : []);
    default:
      return assertNever(command);
  }
}

type HolderCommand = Extract<ClaimCommand, { do: "renew" | "release" | "hand_over" | "hold" | "resume" }>;

/** Only the holder of the newest grant, and a lease that has run out is not brought back: another may be about to claim. */
function byHolder(
  claim: ClaimState,
  command: HolderCommand,
  now: Instant,
): Result<readonly ClaimEvent[], ClaimRefusal> {
  if (claim.state === "done") return err({ why: "done" });
  if (command.fence !== claim.fence) return err({ why: "stale_fence", fence: claim.fence });
  if (claim.state === "open") return err({ why: "not_held" });
  if (claim.by !== command.by) return err({ why: "not_holder" });
  switch (command.do) {
    case "renew":
      return claim.until <= now
        ? err({ why: "not_held" })
        : ok([{ type: "renewed", until: claim.hold ? claim.until : Math.max(claim.until, now + LEASE) }]);
    case "hold":
      if (claim.until <= now) return err({ why: "not_held" });
      // Held on and on it would never go back: the end stays where the first said it is.
      return ok(claim.hold ? [] : [{ type: "put_on_hold", by: claim.by, until: now + HOLD_LEASE }]);
    case "resume":
      if (claim.until <= now) return err({ why: "not_held" });
      return ok(claim.hold ? [{ type: "resumed", by: claim.by, until: now + LEASE }] : []);
    case "release":
      return ok([{ type: "released", by: claim.by }]);
    case "hand_over":
      return ok([{ ...grant(claim, command.to, now), until: now + HAND_OVER_LEASE }]);
  }
}

const ended = (claim: ClaimState): ClaimEvent[] => (claim.state === "held" ? [{ type: "expired", by: claim.by }] : []);

const grant = (claim: ClaimState, to: string, now: Instant): Extract<ClaimEvent, { type: "granted" }> => ({
  type: "granted",
  to,
  until: now + LEASE,
  fence: claim.fence + 1,
  from: claim.state === "held" && claim.by !== to ? claim.by : null,
});

export function evolve(claim: ClaimState, event: ClaimEvent): ClaimState {
  switch (event.type) {
    case "granted":
      return { state: "held", by: event.to, until: event.until, fence: event.fence };
    case "renewed":
      return claim.state === "held" ? { ...claim, until: event.until } : claim;
    case "put_on_hold":
      return claim.state === "held" ? { ...claim, until: event.until, hold: true } : claim;
    case "resumed":
      return { state: "held", by: event.by, until: event.until, fence: claim.fence };
    case "released":
    case "expired":
      return { state: "open", fence: claim.fence };
    case "finished":
      return { state: "done", by: event.by, at: event.at, fence: claim.fence };
    default:
      return assertNever(event);
  }
}
