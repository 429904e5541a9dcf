import { RENEW_EVERY } from "@readroom/shared/domain/claim.js";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { renewClaim } from "../../kernel/claims";
import { useSignedIn } from "../../kernel/session";
import { useSocket } from "../../kernel/socket";
import type { Worklist } from "./model";
import { WORKLIST } from "./use-worklist";

/**
 * Keeps the studies that this person holds while Readroom is open anywhere: a look at the list is not a study given up. It reads the
 * list that is loaded and loads none itself; the reading room keeps its own study besides, with the fence that it signs with.
 */
export function useHeldClaims(): void {
  const { user } = useSignedIn();
  const socket = useSocket();
  const { data: list } = useQuery<Worklist>({ queryKey: WORKLIST, enabled: false });
  const held = list
    ? [...list.lines.values()].flatMap(({ studyId, claim }) =>
        claim.state === "held" && claim.by.id === user.id && claim.fence > 0 ? [`${studyId} ${claim.fence}`] : [],
      )
    : [];
  // A string, so that the heartbeat goes on undisturbed while other lines of the list change.
  const holding = held.sort().join(",");
  useEffect(() => {
    if (!socket || !holding) return;
    const beat = () => {
      if (!socket.connected) return;
      for (const one of holding.split(",")) {
        const [studyId = "", fence] = one.split(" ");
        // What the hub answers shows in the list, which it tells of every change.
        void renewClaim(socket, studyId, Number(fence));
      }
    };
    beat();
    const timer = setInterval(beat, RENEW_EVERY);
    socket.on("connect", beat);
    return () => {
      clearInterval(timer);
      socket.off("connect", beat);
    };
  }, [socket, holding]);
}
