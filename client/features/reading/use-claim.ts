import type { StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { asHubError } from "../../kernel/api";
import { renewClaim } from "../../kernel/claims";
import { useSignedIn } from "../../kernel/session";
import { useSocket } from "../../kernel/socket";
import { toast } from "../../ui/toast";
import { type Standing, standingOf } from "./model";
import { claimNext, claimStudy, resumeStudy, studyKey, takeOverStudy } from "./source";
import { withRow } from "./use-study";

export interface ClaimHands {
  standing: Standing;
  /** Fencing token to sign with: of the claim that stands, else the last that this page held. */
  fence: number;
  busy: boolean;
  claim(): Promise<void>;
  takeOver(): Promise<void>;
  /** Goes on with a study that was on hold. */
  resume(): Promise<void>;
  /** It was handed over, escalated or returned from this page: nothing to be warned of. */
  left(): void;
  /** The next study of this reader's, claimed and opened; not while this one still waits for its signature. */
  next(): Promise<void>;
}

/** Whose the study is, the heartbeat that keeps it, and what one may do about it. */
export function useClaim(detail: StudyDetail): ClaimHands {
  const { user } = useSignedIn();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { studyId } = detail.row;
  const [wasMine, setWasMine] = useState(false);
  const [busy, setBusy] = useState(false);
  const standing = standingOf(detail, user.id, wasMine);
  const mine = standing.state === "mine";
  useEffect(() => {
    if (mine) setWasMine(true);
  }, [mine]);
  const held = detail.row.claim.state === "held" ? detail.row.claim.fence : null;
  const lastFence = useRef(0);
  if (held !== null) lastFence.current = held;
  const onHold = detail.row.claim.state === "held" && detail.row.claim.hold === true;
  const refresh = () => client.invalidateQueries({ queryKey: studyKey(studyId) });
  useHeartbeat(studyId, mine ? standing : null, refresh);

  // State comes a render too late for a key that is pressed twice.
  const acting = useRef(false);
  const act = async (work: () => Promise<void>) => {
    if (acting.current) return;
    acting.current = true;
    setBusy(true);
    try {
      await work();
    } catch (thrown) {
      const error = asHubError(thrown);
      const reasons = Array.isArray(error.detail.reasons) ? error.detail.reasons.join(" ") : "";
      toast.refused([error.message, reasons || error.action].filter(Boolean).join(" "));
    } finally {
      acting.current = false;
      setBusy(false);
      await refresh();
    }
  };
  return {
    standing,
    fence: held ?? lastFence.current,
    busy,
    claim: () => act(async () => void (await claimStudy(studyId))),
    takeOver: () => act(async () => void (await takeOverStudy(studyId, ""))),
    resume: () =>
      act(async () => {
        if (standing.state === "mine") await resumeStudy(studyId, standing.fence);
      }),
    left: () => {
      setWasMine(false);
      toast.done("Your draft is kept for whoever reads it.");
      navigate("/worklist");
    },
    next: () =>
      act(async () => {
        if (mine && !onHold) {
          toast.refused("This study is still yours: sign it, return it, or put it on hold (Yours, One moment).");
          return;
        }
        const { row, reason } = await claimNext();
        if (!row) {
          toast.refused(reason || "Nothing is waiting that is yours to read.");
          return;
        }
        // What was brought ahead knows nothing of this claim: the room would say that nobody reads the study. Asked anew all the same.
        const known = (was: StudyDetail | undefined) => was && withRow(was, row);
        client.setQueryData(studyKey(row.studyId), known, { updatedAt: 1 });
        // In place of this one: going back leads to the list and not through the night's studies.
        navigate(`/read/${row.studyId}`, { replace: true });
      }),
  };
}

/**
 * Tells the hub that the reader is still there. A missing answer decides nothing (the lease outlives two of them); only the hub's
 * own word makes the study somebody else's.
 */
function useHeartbeat(
  studyId: string,
  held: { fence: number; renewEveryMs: number } | null,
  lost: () => unknown,
): void {
  const socket = useSocket();
  const fence = held?.fence;
  const every = held?.renewEveryMs;
  // biome-ignore lint/correctness/useExhaustiveDependencies: `lost` is made anew each render and always does the same
  useEffect(() => {
    if (!socket || fence === undefined || every === undefined) return;
    const beat = async () => {
      if (socket.connected && (await renewClaim(socket, studyId, fence)) === "lost") lost();
    };
    void beat();
    const timer = setInterval(() => void beat(), every);
    socket.on("connect", beat);
    return () => {
      clearInterval(timer);
      socket.off("connect", beat);
    };
  }, [socket, studyId, fence, every]);
}
