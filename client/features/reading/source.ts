import { ApiError } from "@readroom/shared/contract/errors.js";
import { WhyView } from "@readroom/shared/contract/http/routing.js";
import { ClaimAnswer, NextAnswer, RowAnswer, StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import type { Socket } from "socket.io-client";
import { z } from "zod";
import { api } from "../../kernel/api";

export const studyKey = (studyId: string) => ["study", studyId, "reading"] as const;

export const loadStudy = (studyId: string, signal?: AbortSignal) =>
  api.get(`/api/studies/${studyId}`, StudyDetail, signal ? { signal } : {});

export const loadWhy = (studyId: string, signal?: AbortSignal) =>
  api.get(`/api/studies/${studyId}/why`, WhyView, signal ? { signal } : {});

export const claimStudy = (studyId: string) => api.post(`/api/studies/${studyId}/claim`, ClaimAnswer);

export const takeOverStudy = (studyId: string, reason: string) =>
  api.post(`/api/studies/${studyId}/take-over`, ClaimAnswer, { reason });

export const releaseStudy = (studyId: string, fence: number) =>
  api.post(`/api/studies/${studyId}/release`, RowAnswer, { fence });

export const claimNext = () => api.post("/api/worklist/next", NextAnswer);

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
