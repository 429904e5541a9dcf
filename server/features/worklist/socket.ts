import { refusal } from "@readroom/shared/contract/errors.js";
import { RenewRequest } from "@readroom/shared/contract/http/worklist.js";
import { LEASE } from "@readroom/shared/domain/claim.js";
import { err, ok } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { message, type SocketFeature } from "../../kernel/socket.js";
import { readStudy, renewLease } from "./store.js";

/** The heartbeat of a claim: a reader on a bad line keeps it, a dead client's lease ends within a minute. */
export function worklistSocket(deps: Deps): SocketFeature {
  return {
    name: "worklist",
    messages: [
      message({
        name: "claim.renew",
        action: "study.claim",
        schema: RenewRequest,
        handle: async ({ actor }, { studyId, fence }) => {
          if (actor.kind !== "user") return err(refusal("not_found", "There is no such study."));
          const now = deps.clock.now();
          if (await renewLease(deps.db.pool, studyId, actor.userId, fence, now, now + LEASE))
            return ok({ until: now + LEASE });
          const study = await readStudy(deps.db.pool, studyId);
          if (!study || study.groupId !== actor.organisationId)
            return err(refusal("not_found", "There is no such study."));
          return err(
            refusal("stale_fence", "The study is no longer yours.", {
              action: "Your draft is kept. Open the study again to see who has it.",
              detail: { claim: study.claim.state },
            }),
          );
        },
      }),
    ],
  };
}
