import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { ClaimState } from "@readroom/shared/domain/claim.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { type Executor, lockStudy, readStudy } from "./store.js";

/** Who has the study now; null where there is none. */
export async function claimOf(executor: Executor, studyId: string): Promise<ClaimState | null> {
  return (await readStudy(executor, studyId))?.claim ?? null;
}

/**
 * Asked by every write that only the holder may do, inside its own transaction: null when `fence` is the newest grant, held by that
 * person, and the lease runs. Holds the study's row until the transaction ends, so that nobody can take the study in between.
 */
export async function checkFence(
  tx: Executor,
  studyId: string,
  userId: string,
  fence: number,
  now: Instant,
): Promise<Refusal | null> {
  const study = await lockStudy(tx, studyId);
  if (!study) return refusal("not_found", "There is no such study.");
  const { claim } = study;
  if (claim.fence !== fence)
    return refusal("stale_fence", "The study is no longer yours: it was claimed again since.", {
      action: "Your draft is kept. Open the study again to see who has it.",
      detail: { fence: claim.fence, claim: claim.state },
    });
  if (claim.state !== "held" || claim.by !== userId || claim.until <= now)
    return refusal("conflict", "You do not hold this study.", { action: "Claim it first." });
  return null;
}
