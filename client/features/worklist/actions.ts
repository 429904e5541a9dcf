import { useRef } from "react";
import { useNavigate } from "react-router";
import { asHubError, type HubError } from "../../kernel/api";
import { serverClock } from "../../kernel/clock";
import { useSignedIn } from "../../kernel/session";
import { ago } from "../../ui/format";
import { toast } from "../../ui/toast";
import type { Line } from "./model";
import { claim, claimNext, holdStudy, type Return, release, resumeStudy } from "./source";
import { predictClaim, useStore } from "./use-worklist";

/** "Dr Ortiz claimed it 2 s ago." where the hub says who and when, else the hub's own sentence. */
export function sayRefusal(error: HubError, now: number): string {
  const by = error.detail.by;
  const name =
    typeof by === "string" ? by : typeof by === "object" && by !== null && "name" in by ? String(by.name) : null;
  const since = error.detail.since;
  if (error.code === "already_claimed" && name)
    return `${name} claimed it${typeof since === "number" ? ` ${ago(since, now)}` : " before you"}.`;
  return [error.message, error.action].filter(Boolean).join(" ");
}

/** What one does to studies from the worklist. Each shows its result at once and takes it back when the hub refuses. */
export function useClaims() {
  const store = useStore();
  const navigate = useNavigate();
  const { user } = useSignedIn();
  // A key pressed twice must not claim two studies.
  const asking = useRef(false);
  const refused = (thrown: unknown) => toast.refused(sayRefusal(asHubError(thrown), serverClock.now()));

  return {
    /** Claims if it is open, then opens the reading room. Reading along with the holder needs no claim. */
    open: async (line: Line, wantsClaim: boolean) => {
      if (line.claim.state === "held" && line.claim.hold && line.claim.by.id === user.id) {
        try {
          store.push({ type: "line", line: await resumeStudy(line.studyId, line.claim.fence) });
        } catch (thrown) {
          refused(thrown);
        }
      }
      if (wantsClaim && line.claim.state === "open") {
        const undo = predictClaim(store, line, user);
        try {
          store.push({ type: "line", line: await claim(line.studyId) });
        } catch (thrown) {
          undo();
          refused(thrown);
          return;
        }
      }
      navigate(`/read/${line.studyId}`);
    },
    /** The most urgent study that this person may read, claimed and opened. */
    next: async () => {
      if (asking.current) return;
      asking.current = true;
      try {
        const given = await claimNext();
        if (!given.line) {
          toast.refused(given.reason || "Nothing is waiting that is yours to read.");
          return;
        }
        store.push({ type: "line", line: given.line });
        navigate(`/read/${given.line.studyId}`);
      } catch (thrown) {
        refused(thrown);
      } finally {
        asking.current = false;
      }
    },
    release: async (line: Line, why: Return = {}) => {
      if (line.claim.state !== "held" || line.claim.by.id !== user.id) {
        toast.refused("Only a study that you hold can be returned.");
        return;
      }
      store.push({ type: "line", line: { ...line, claim: { state: "open" } } });
      try {
        store.push({ type: "line", line: await release(line.studyId, line.claim.fence, why) });
        toast.done("Returned. It is open to the others again.");
      } catch (thrown) {
        store.push({ type: "line", line });
        refused(thrown);
      }
    },
    /** "One moment", or going on. */
    hold: async (line: Line) => {
      if (line.claim.state !== "held" || line.claim.by.id !== user.id) {
        toast.refused("Only a study that you hold can be put on hold.");
        return;
      }
      const { hold, fence } = line.claim;
      try {
        store.push({
          type: "line",
          line: hold ? await resumeStudy(line.studyId, fence) : await holdStudy(line.studyId, fence),
        });
        toast.done(hold ? "Yours again as before." : "On hold: it stays yours for 15 minutes.");
      } catch (thrown) {
        refused(thrown);
      }
    },
  };
}
