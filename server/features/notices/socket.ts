import { refusal } from "@readroom/shared/contract/errors.js";
import { ReadingNow } from "@readroom/shared/contract/http/notices.js";
import { READING_LEASE } from "@readroom/shared/domain/notice-delivery.js";
import { err, ok } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { message, type SocketFeature } from "../../kernel/socket.js";
import { setReading } from "./store.js";
import { release, type Ways } from "./tell.js";

/** Which report a tab has open: said on a beat, so that a tab that died holds notices back for the lease and no longer. */
export function noticeSocket(deps: Deps, ways: Ways): SocketFeature {
  return {
    name: "notices",
    messages: [
      message({
        name: "notices.reading",
        action: "study.claim",
        schema: ReadingNow,
        perSecond: 5,
        handle: async ({ actor }, { tab, studyId }) => {
          if (actor.kind !== "user") return err(refusal("forbidden", "Only people read."));
          const until = deps.clock.now() + READING_LEASE;
          await setReading(deps.db.pool, actor.userId, tab, studyId, until);
          if (studyId === null) await deps.db.tx((tx) => release(deps, tx, ways, [actor.userId]));
          return ok({ until });
        },
      }),
    ],
  };
}
