import type { Instant } from "../kernel/instant.js";
import { MINUTE, SECOND } from "../kernel/instant.js";
import { assertNever, err, ok, type Result } from "../kernel/result.js";

/**
 * One result on its way to one destination. Two axes that must not be mixed up: what we did (waiting, sending, sent) and what the
 * receiver said of it (nothing, accepted, refused). A send whose outcome is not known is `ambiguous`: resending it blindly could put the
 * result into a chart twice, so a person decides, unless the receiver recognises a message that it has by its control id.
 */
export type Delivery =
  | { readonly state: "waiting"; readonly attempts: number; readonly nextAt: Instant; readonly lastError: string }
  | { readonly state: "sending"; readonly attempts: number; readonly since: Instant }
  | { readonly state: "delivered"; readonly attempts: number; readonly at: Instant; readonly by: "receiver" | "person" }
  | { readonly state: "refused"; readonly attempts: number; readonly at: Instant; readonly reason: string }
  | { readonly state: "ambiguous"; readonly attempts: number; readonly since: Instant; readonly reason: string }
  | { readonly state: "gave_up"; readonly attempts: number; readonly at: Instant; readonly reason: string };

/** What came of one attempt. */
export type AttemptOutcome =
  /** Nothing left: try again. */
  | { readonly kind: "not_sent"; readonly reason: string }
  | { readonly kind: "acknowledged" }
  /** Understood and not taken. `transient`: the receiver says that it may take it later. */
  | { readonly kind: "refused"; readonly transient: boolean; readonly reason: string }
  /** It left, and no answer that belongs to it came. */
  | { readonly kind: "ambiguous"; readonly reason: string };

export type DeliveryCommand =
  | { readonly kind: "begin" }
  | { readonly kind: "outcome"; readonly outcome: AttemptOutcome; readonly deduplicates: boolean }
  /** The hub that was sending is gone (killed, restarted). `left`: a byte may have left, so that what came of it is not known. */
  | { readonly kind: "recover"; readonly left: boolean; readonly deduplicates: boolean }
  | { readonly kind: "send_again" }
  | { readonly kind: "confirm_received" }
  | { readonly kind: "give_up"; readonly reason: string };

export const FIRST_PAUSE = 2 * SECOND;
export const LONGEST_PAUSE = 5 * MINUTE;

/** Pause before the next attempt, after `attempts` that failed: 2 s, 4 s, 8 s … at most 5 minutes, for as long as it takes. */
export const pauseAfter = (attempts: number): number =>
  Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.max(0, Math.min(attempts, 20) - 1));

/** A new result, due at once. */
export const newDelivery = (now: Instant): Delivery => ({ state: "waiting", attempts: 0, nextAt: now, lastError: "" });

/** The state after a command, or why the command does not fit the state. */
export function decideDelivery(delivery: Delivery, command: DeliveryCommand, now: Instant): Result<Delivery, string> {
  switch (command.kind) {
    case "begin":
      if (delivery.state !== "waiting") return err(`a delivery that is ${delivery.state} is not sent`);
      if (delivery.nextAt > now) return err("its next attempt is not due yet");
      return ok({ state: "sending", attempts: delivery.attempts + 1, since: now });
    case "outcome":
      return afterAttempt(delivery, command.outcome, command.deduplicates, now);
    case "recover":
      if (delivery.state !== "sending") return err("nothing was under way");
      return afterAttempt(
        delivery,
        command.left
          ? { kind: "ambiguous", reason: "the hub stopped while it was sending" }
          : { kind: "not_sent", reason: "the hub stopped before it had a connection" },
        command.deduplicates,
        now,
      );
    case "send_again":
      if (
        delivery.state !== "ambiguous" &&
        delivery.state !== "refused" &&
        delivery.state !== "gave_up" &&
        delivery.state !== "waiting"
      ) {
        return err(`a delivery that is ${delivery.state} can't be sent again`);
      }
      return ok({ state: "waiting", attempts: delivery.attempts, nextAt: now, lastError: "" });
    case "confirm_received":
      if (delivery.state !== "ambiguous" && delivery.state !== "refused")
        return err(`a delivery that is ${delivery.state} can't be confirmed by hand`);
      return ok({ state: "delivered", attempts: delivery.attempts, at: now, by: "person" });
    case "give_up":
      if (delivery.state === "delivered" || delivery.state === "sending" || delivery.state === "gave_up") {
        return err(`a delivery that is ${delivery.state} can't be given up`);
      }
      return ok({ state: "gave_up", attempts: delivery.attempts, at: now, reason: command.reason });
    default:
      return assertNever(command);
  }
}

function afterAttempt(
  delivery: Delivery,
  outcome: AttemptOutcome,
  deduplicates: boolean,
  now: Instant,
): Result<Delivery, string> {
  // An acknowledgement that comes after the attempt was taken for lost still settles it: the receiver has the result.
  const late = delivery.state === "ambiguous" && outcome.kind === "acknowledged";
  if (delivery.state !== "sending" && !late) return err("no attempt is under way");
  const { attempts } = delivery;
  const again = (lastError: string): Result<Delivery, string> =>
    ok({ state: "waiting", attempts, nextAt: now + pauseAfter(attempts), lastError });
  switch (outcome.kind) {
    case "acknowledged":
      return ok({ state: "delivered", attempts, at: now, by: "receiver" });
    case "not_sent":
      return again(outcome.reason);
    case "refused":
      return outcome.transient
        ? again(outcome.reason)
        : ok({ state: "refused", attempts, at: now, reason: outcome.reason });
    case "ambiguous":
      return deduplicates
        ? again(outcome.reason)
        : ok({ state: "ambiguous", attempts, since: now, reason: outcome.reason });
    default:
      return assertNever(outcome);
  }
}

/** Does this delivery hold back later ones of its ordering key? An addendum never overtakes its final. */
export const holdsBack = (delivery: Delivery): boolean =>
  delivery.state !== "delivered" && delivery.state !== "gave_up";

/** What a person may do with it now. */
export function actionsOn(delivery: Delivery): ("send_again" | "confirm_received" | "give_up")[] {
  switch (delivery.state) {
    case "waiting":
      return ["send_again", "give_up"];
    case "ambiguous":
    case "refused":
      return ["send_again", "confirm_received", "give_up"];
    case "gave_up":
      return ["send_again"];
    case "sending":
    case "delivered":
      return [];
    default:
      return assertNever(delivery);
  }
}
