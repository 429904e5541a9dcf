import { HistoryLine, HistoryState } from "@readroom/shared/contract/http/history.js";
import { StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { api } from "../../kernel/api";

export function useLine(studyId: string) {
  return useQuery({
    queryKey: ["history", studyId],
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}/history`, HistoryLine, { signal }),
    staleTime: 5_000,
  });
}

/** The room as it stood; while another instant is asked for, the one before stays. */
export function useStateAt(studyId: string, at: number | null) {
  return useQuery({
    queryKey: ["history", studyId, "state", at],
    queryFn: ({ signal }) =>
      api.get(`/api/studies/${studyId}/history/state`, HistoryState, { signal, query: { at: at ?? 0 } }),
    enabled: at !== null,
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
  });
}

/** Whose study it is, for who may know. */
export function useStudyOf(studyId: string, may: boolean) {
  return useQuery({
    queryKey: ["study", studyId, "history"],
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}`, StudyDetail, { signal }),
    enabled: may,
    retry: false,
  });
}
