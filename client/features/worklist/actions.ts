import { useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import { useNavigate } from "react-router";
import { asHubError, type HubError } from "../../kernel/api";
import { serverClock } from "../../kernel/clock";
import { useSignedIn } from "../../kernel/session";
import { ago } from "../../ui/format";
import { toast } from "../../ui/toast";
import type { Line } from "./model";
import { claim, claimNext, release } from "./source";
import { change, predictClaim } from "./use-worklist";

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
  const client = useQueryClient();
  const navigate = useNavigate();
  const { user } = useSignedIn();
  // A key pressed twice must not claim two studies.
  const asking = useRef(false);
  const refused = (thrown: unknown) => toast.refused(sayRefusal(asHubError(thrown), serverClock.now()));

  return {
    /** Claims if it is open, then opens the reading room. Reading along with the holder needs no claim. */
    open: async (line: Line, wantsClaim: boolean) => {
      if (wantsClaim && line.claim.state === "open") {
        const undo = predictClaim(client, line, user);
        try {
          change(client, { type: "line", line: await claim(line.studyId) });
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
        change(client, { type: "line", line: given.line });
        navigate(`/read/${given.line.studyId}`);
      } catch (thrown) {
        refused(thrown);
      } finally {
        asking.current = false;
      }
    },
    release: async (line: Line) => {
      if (line.claim.state !== "held" || line.claim.by.id !== user.id) {
        toast.refused("Only a study that you hold can be released.");
        return;
      }
      change(client, { type: "line", line: { ...line, claim: { state: "open" } } });
      try {
        change(client, { type: "line", line: await release(line.studyId, line.claim.fence) });
        toast.done("Released. It is open to the others again.");
      } catch (thrown) {
        change(client, { type: "line", line });
        refused(thrown);
      }
    },
  };
}
