import { FairnessEntries, FairnessView, RvuTable } from "@readroom/shared/contract/http/fairness.js";
import type { Period } from "@readroom/shared/domain/fairness.js";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { api } from "../../kernel/api";

const FAIRNESS = ["fairness"] as const;

export const useFairness = (period: Period) =>
  useQuery({
    queryKey: [...FAIRNESS, period],
    queryFn: ({ signal }) => api.get("/api/fairness", FairnessView, { query: { period }, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: 60_000,
  });

export const useEntries = (reader: string | null, period: Period) =>
  useQuery({
    queryKey: [...FAIRNESS, "entries", reader, period],
    queryFn: ({ signal }) => api.get(`/api/fairness/readers/${reader}`, FairnessEntries, { query: { period }, signal }),
    enabled: reader !== null,
  });

export const useRvuTable = (enabled: boolean) =>
  useQuery({
    queryKey: [...FAIRNESS, "rvu"],
    queryFn: ({ signal }) => api.get("/api/fairness/rvu", RvuTable, { signal }),
    enabled,
  });

export function useSaveRvuTable() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (entries: RvuTable["entries"] | null) => api.put("/api/fairness/rvu", z.unknown(), { entries }),
    onSuccess: () => client.invalidateQueries({ queryKey: FAIRNESS }),
  });
}
