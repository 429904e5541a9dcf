import { ApiError } from "@readroom/shared/contract/errors.js";
import type { Socket } from "socket.io-client";
import { z } from "zod";

const Renewed = z.union([
  z.object({ ok: z.literal(true), value: z.object({ until: z.number() }) }),
  z.object({ ok: z.literal(false), error: ApiError }),
]);

/** One heartbeat of a claim. "lost": the hub says it is no longer ours; "unknown": no answer, which decides nothing. */
export async function renewClaim(socket: Socket, studyId: string, fence: number): Promise<"held" | "lost" | "unknown"> {
  try {
    const answer = Renewed.safeParse(await socket.timeout(8000).emitWithAck("claim.renew", { studyId, fence }));
    if (!answer.success) return "unknown";
    if (answer.data.ok) return "held";
    const { code } = answer.data.error;
    return code === "stale_fence" || code === "conflict" || code === "not_found" ? "lost" : "unknown";
  } catch {
    return "unknown";
  }
}
