import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";

/** A roster belongs to a reading group; only its own people see and change it. */
export function groupOf(actor: Actor): Result<UserActor, Refusal> {
  if (actor.kind === "user" && actor.organisationKind === "reading_group") return ok(actor);
  return err(refusal("forbidden", "The roster belongs to a reading group."));
}

export const missing = (what: string): Refusal => refusal("not_found", `There is no such ${what}.`);
