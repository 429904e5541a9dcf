import {
  DraftAnswer,
  type DraftSave,
  DraftView,
  ReplayView,
  RulesView,
  TryStudies,
  TryView,
  VersionList,
  VersionView,
  VocabularyView,
  WhyView,
} from "@readroom/shared/contract/http/routing.js";
import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { api } from "../../kernel/api";

const get = <T>(path: string, schema: z.ZodType<T>) => ({
  queryKey: ["routing", path],
  queryFn: ({ signal }: { signal: AbortSignal }) => api.get(`/api/routing/${path}`, schema, { signal }),
});

/** What is in effect; asked again while open studies are still decided anew. */
export const useRules = () =>
  useQuery({
    ...get("rules", RulesView),
    refetchInterval: ({ state }) => ((state.data?.rerouting ?? 0) > 0 ? 1_000 : false),
  });
export const useDraft = () => useQuery(get("draft", DraftAnswer));
export const useVocabulary = () => useQuery({ ...get("vocabulary", VocabularyView), staleTime: 60_000 });
export const useVersions = () => useQuery(get("versions", VersionList));
export const useVersion = (id: string | null) =>
  useQuery({ ...get(`versions/${id}`, VersionView), enabled: id !== null, staleTime: 600_000 });
export const useTryStudies = () => useQuery(get("draft/studies", TryStudies));

/** Why a study is where it is; `mark` changes when it is decided anew. */
export const useWhy = (studyId: string, mark: string, enabled: boolean) =>
  useQuery({
    queryKey: ["study", studyId, "why", mark],
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}/why`, WhyView, { signal }),
    enabled,
  });

export const startDraft = (from?: string) => api.post("/api/routing/draft", DraftView, from ? { from } : {});
export const saveDraft = (save: DraftSave) => api.put("/api/routing/draft", DraftView, save);
export const discardDraft = (revision: number) =>
  api.delete("/api/routing/draft", z.unknown(), { query: { revision } });
export const publishDraft = (revision: number, note: string) =>
  api.post("/api/routing/draft/publish", RulesView, { revision, note });
export const tryOn = (study: { studyId: string } | { accessionNumber: string }) =>
  api.post("/api/routing/draft/try", TryView, study);
export const replayDays = (days: number) => api.post("/api/routing/draft/replay", ReplayView, { days });
