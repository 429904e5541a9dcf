import { WhyView } from "@readroom/shared/contract/http/routing.js";
import { ClaimAnswer, NextAnswer, RowAnswer, StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { api } from "../../kernel/api";

export const studyKey = (studyId: string) => ["study", studyId, "reading"] as const;

export const loadStudy = (studyId: string, signal?: AbortSignal) =>
  api.get(`/api/studies/${studyId}`, StudyDetail, signal ? { signal } : {});

export const loadWhy = (studyId: string, signal?: AbortSignal) =>
  api.get(`/api/studies/${studyId}/why`, WhyView, signal ? { signal } : {});

export const claimStudy = (studyId: string) => api.post(`/api/studies/${studyId}/claim`, ClaimAnswer);

export const takeOverStudy = (studyId: string, reason: string) =>
  api.post(`/api/studies/${studyId}/take-over`, ClaimAnswer, { reason });

export const resumeStudy = (studyId: string, fence: number) =>
  api.post(`/api/studies/${studyId}/resume`, RowAnswer, { fence });

export const claimNext = () => api.post("/api/worklist/next", NextAnswer);
