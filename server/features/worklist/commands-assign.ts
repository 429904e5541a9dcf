import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { applied, change, isReadable, rightOf } from "./claiming.js";
import * as store from "./store.js";

type Done = Promise<Result<undefined, Refusal>>;

/**
 * An operator gives a study to a reader who may read it now; whoever held it is told, and the draft stays. The lease is that of a hand-over:
 * the reader may be in another report. Refused, with the reasons, for a reader who may not read it: no load makes anybody eligible.
 */
export function assignStudy(deps: Deps, actor: Actor, studyId: string, toUserId: string, reason: string): Done {
  return change(deps, actor, studyId, "study.route", async (tx, { reader: operator, study }) => {
    const to = await store.colleague(tx, toUserId, operator.organisationId);
    if (!to?.roles.some((role) => role === "radiologist" || role === "resident"))
      return err(refusal("not_found", "There is no such reader in your group."));
    const readable = isReadable(study);
    if (!readable.ok) return readable;
    const right = await rightOf(deps, tx, toUserId, study);
    if (!right.ok) return right;
    if (study.claim.state === "held" && study.claim.by === toUserId && study.claim.until > deps.clock.now())
      return err(refusal("conflict", "This reader has the study already."));
    const done = await applied(deps, tx, actor, study, { do: "assign", to: toUserId }, { via: "assign", note: reason });
    return done.ok ? ok(undefined) : done;
  });
}

/** An operator takes a study from whoever holds it and puts it back into its pool; the draft stays. */
export function recallStudy(deps: Deps, actor: Actor, studyId: string, reason: string): Done {
  return change(deps, actor, studyId, "study.route", async (tx, { study }) => {
    if (study.claim.state !== "held") return err(refusal("conflict", "Nobody holds this study."));
    const done = await applied(deps, tx, actor, study, { do: "return" }, { via: "recall", note: reason });
    return done.ok ? ok(undefined) : done;
  });
}
