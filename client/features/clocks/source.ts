import { AttributionView, LifeView } from "@readroom/shared/contract/http/clocks.js";
import type { PauseReason } from "@readroom/shared/domain/clock-pause.js";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { z } from "zod";
import { api, asHubError } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { useHubEvents } from "../../kernel/socket";
import { toast } from "../../ui/toast";

const keyOf = (studyId: string) => ["study", studyId, "life"] as const;
/** Progress of a transfer comes four times a second: it is taken up with the next minute. */
const OF_ITS_OWN_ACCORD = ["study.receiving", "study.claim_renewed"];
const SETTLE = 500;

/** A study's life, fresh after anything that happened to it, and every minute while it goes on. */
export function useLife(studyId: string) {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useHubEvents(({ type, payload }) => {
    const { studyId: about } = payload as { studyId?: unknown };
    if (about !== studyId || OF_ITS_OWN_ACCORD.includes(type)) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void client.invalidateQueries({ queryKey: keyOf(studyId) }), SETTLE);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  return useQuery({
    queryKey: keyOf(studyId),
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}/life`, LifeView, { signal }),
    refetchInterval: ({ state }) => (state.data?.finished ? false : 60_000),
  });
}

export type ClockAct =
  | { readonly act: "pause"; readonly reason: PauseReason; readonly note: string }
  | { readonly act: "resume"; readonly answer: string }
  | { readonly act: "seen" };

/** Pauses and resumes the clock, and says that late images were seen. What the hub refuses is said in its words. */
export function useClockAct(studyId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ act, ...body }: ClockAct) =>
      api.post(`/api/studies/${studyId}/${act === "seen" ? "late-images/seen" : `clock/${act}`}`, z.unknown(), body),
    onError: (error) => toast.refused(asHubError(error).message),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(studyId) }),
  });
}

export const useAttribution = (by: AttributionView["by"], days: number) =>
  useQuery({
    queryKey: ["attribution", by, days],
    queryFn: ({ signal }) => api.get("/api/clocks/attribution", AttributionView, { query: { by, days }, signal }),
    placeholderData: keepPreviousData,
    enabled: useMay("clock.read"),
  });
