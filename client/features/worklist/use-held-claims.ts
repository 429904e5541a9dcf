import { RENEW_EVERY } from "@readroom/shared/domain/claim.js";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { renewClaim } from "../../kernel/claims";
import { useMay, useSignedIn } from "../../kernel/session";
import { useFeed, useHubEvents, useSocket } from "../../kernel/socket";
import { loadHeld } from "./source";

const HELD = ["worklist", "held"] as const;

/**
 * Keeps the studies that this person holds while Readroom is open anywhere, on whichever page and after a reload: a look at the list is
 * not a study given up. What is on hold needs no heartbeat. The reading room keeps its own study besides, with the fence that it signs with.
 */
export function useHeldClaims(): void {
  const { user } = useSignedIn();
  const mayClaim = useMay("study.claim");
  const socket = useSocket();
  const feed = useFeed();
  const { data, refetch } = useQuery({
    queryKey: HELD,
    queryFn: ({ signal }) => loadHeld(signal),
    enabled: mayClaim,
    staleTime: 60_000,
  });
  useHubEvents((event) => {
    const { by, from } = event.payload;
    // Whatever ends or begins a claim of mine, also in another tab.
    if (mayClaim && OF_CLAIMS.has(event.type) && [by, from, event.actor.id].includes(user.id)) void refetch();
  });
  useEffect(() => feed.onGap(() => void refetch()), [feed, refetch]);
  // A string, so that the heartbeat goes on undisturbed while the list of holdings is only loaded again.
  const holding = (data?.claims ?? [])
    .filter((claim) => !claim.hold)
    .map(({ studyId, fence }) => `${studyId} ${fence}`)
    .sort()
    .join(",");
  useEffect(() => {
    if (!socket || !holding) return;
    const beat = async () => {
      if (!socket.connected) return;
      const answers = await Promise.all(
        holding.split(",").map((one) => {
          const [studyId = "", fence] = one.split(" ");
          return renewClaim(socket, studyId, Number(fence));
        }),
      );
      if (answers.includes("lost")) void refetch();
    };
    void beat();
    const timer = setInterval(() => void beat(), RENEW_EVERY);
    const again = () => void beat();
    socket.on("connect", again);
    return () => {
      clearInterval(timer);
      socket.off("connect", again);
    };
  }, [socket, holding, refetch]);
}

const OF_CLAIMS: ReadonlySet<string> = new Set([
  "study.claimed",
  "study.released",
  "study.claim_expired",
  "study.claim_finished",
  "study.on_hold",
  "study.resumed",
]);
