import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { Claim, ReturnReason } from "@readroom/shared/contract/http/worklist.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { applied, change, claimOf, isReadable, rightOf } from "./claiming.js";
import * as store from "./store.js";

const SYSTEM: Actor = { kind: "system", name: "worklist" };

/** Claims one study: licence, privileges, subspecialty, shift and break are asked now, and of many at once one wins. */
export async function claimStudy(deps: Deps, actor: Actor, studyId: string): Promise<Result<Claim, Refusal>> {
  return change(deps, actor, studyId, "study.claim", async (tx, { reader, study }) => {
    const readable = isReadable(study);
    if (!readable.ok) return readable;
    const right = await rightOf(deps, tx, reader.userId, study);
    if (!right.ok) return right;
    const granted = await applied(deps, tx, actor, study, { do: "claim", by: reader.userId }, { via: "claim" });
    return granted.ok ? ok(claimOf(granted.value, right.value)) : granted;
  });
}

/** Takes a study from whoever holds it; the old holder's fence is stale from then on, the draft stays. */
export async function takeOver(
  deps: Deps,
  actor: Actor,
  studyId: string,
  reason: string,
): Promise<Result<Claim, Refusal>> {
  return change(deps, actor, studyId, "study.takeover", async (tx, { reader, study }) => {
    const right = await rightOf(deps, tx, reader.userId, study);
    if (!right.ok) return right;
    const granted = await applied(
      deps,
      tx,
      actor,
      study,
      { do: "take_over", by: reader.userId },
      { via: "take_over", note: reason },
    );
    return granted.ok ? ok(claimOf(granted.value, right.value)) : granted;
  });
}

/** Puts a study back; its pool sees it at once. */
export async function release(
  deps: Deps,
  actor: Actor,
  studyId: string,
  fence: number,
  reason: string,
  code?: ReturnReason,
): Promise<Result<undefined, Refusal>> {
  return change(deps, actor, studyId, "study.claim", async (tx, { reader, study }) => {
    const done = await applied(
      deps,
      tx,
      actor,
      study,
      { do: "release", by: reader.userId, fence },
      { via: "release", note: reason, code },
    );
    return done.ok ? ok(undefined) : done;
  });
}

/** Gives a study to a named colleague who may read it. The lease is longer: the colleague may be in another report. */
export async function handOver(
  deps: Deps,
  actor: Actor,
  studyId: string,
  request: { fence: number; toUserId: string; note: string },
): Promise<Result<undefined, Refusal>> {
  return change(deps, actor, studyId, "study.claim", async (tx, { reader, study }) => {
    const to = await store.colleague(tx, request.toUserId, reader.organisationId);
    if (!to?.roles.some((role) => role === "radiologist" || role === "resident"))
      return err(refusal("not_found", "There is no such reader in your group."));
    const right = await rightOf(deps, tx, request.toUserId, study);
    if (!right.ok) return right;
    const command = { do: "hand_over", by: reader.userId, fence: request.fence, to: request.toUserId } as const;
    const done = await applied(deps, tx, actor, study, command, { via: "hand_over", note: request.note });
    return done.ok ? ok(undefined) : done;
  });
}

/** Ends the leases of clients that fell silent. Returns how many. */
export async function expireLeases(deps: Deps): Promise<number> {
  const due = await store.expiredLeases(deps.db.pool, deps.clock.now());
  for (const studyId of due) {
    await deps.db.pgTx(async (tx) => {
      const study = await store.lockStudy(tx, studyId);
      if (study) await applied(deps, tx, SYSTEM, study, { do: "expire" }, { via: "expired" });
    });
  }
  return due.length;
}

/** Ends the claim of a study that was reported: for good by a final report, back to the pool by a preliminary one. */
export async function settleReported(
  deps: Deps,
  tx: store.Executor,
  studyId: string,
  by: string | null,
): Promise<void> {
  const study = await store.lockStudy(tx, studyId);
  if (!study) return;
  const final = ["final", "addended", "corrected"].includes(study.reportState);
  if (!final && study.reportState !== "preliminary") return;
  await applied(deps, tx, SYSTEM, study, final ? { do: "finish", by } : { do: "return" }, { via: "signed" });
}
