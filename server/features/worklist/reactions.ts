import { isUuid } from "@readroom/shared/kernel/ids.js";
import type { Reaction, Timer } from "../../kernel/reactions.js";
import { expireLeases, settleReported } from "./commands.js";
import { closeStudy } from "./store.js";

export const worklistReactions: readonly Reaction[] = [
  {
    handler: "worklist.reported",
    types: ["report.signed"],
    run: async (deps, tx, event) => {
      const { studyId } = event.payload;
      if (typeof studyId !== "string" || !isUuid(studyId)) return;
      await settleReported(
        deps,
        tx,
        studyId,
        event.actor.kind === "user" && isUuid(event.actor.id) ? event.actor.id : null,
      );
      await closeStudy(tx, studyId);
    },
  },
];

export const worklistTimers: readonly Timer[] = [
  {
    name: "worklist.expire_leases",
    everyMs: 1_000,
    run: async (deps) => {
      await expireLeases(deps);
    },
  },
];
