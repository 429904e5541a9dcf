import { type AddComment, CommentsView } from "@readroom/shared/contract/http/report-comments.js";
import {
  type ChangeTemplate,
  type SaveSnippet,
  SnippetList,
  TemplateBody,
  TemplateList,
} from "@readroom/shared/contract/http/report-templates.js";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { z } from "zod";
import { api } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { useHubEvents } from "../../kernel/socket";

const TEMPLATES = ["report-templates-of-group"] as const;
const SNIPPETS = ["report-snippets"] as const;
const Id = z.object({ id: z.string() });

export const useTemplateList = () =>
  useQuery({
    queryKey: TEMPLATES,
    queryFn: ({ signal }) => api.get("/api/report-templates", TemplateList, { signal }),
  });

/** Saves a template: a new one, or over the version that was loaded. */
export function useSaveTemplate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, body }: { id: string | null; body: z.input<typeof ChangeTemplate> }) =>
      id === null
        ? api.post("/api/report-templates", Id, TemplateBody.parse(body))
        : api.put(`/api/report-templates/${id}`, Id, body),
    onSettled: () => client.invalidateQueries({ queryKey: TEMPLATES }),
  });
}

export function useRetireTemplate() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/api/report-templates/${id}`, Id),
    onSettled: () => client.invalidateQueries({ queryKey: TEMPLATES }),
  });
}

export const Imported = TemplateBody.omit({ owner: true, procedures: true });
export type Imported = z.infer<typeof Imported>;

export const readTemplate = (html: string): Promise<Imported> =>
  api.post("/api/report-templates/import", Imported, { html });

export const useSnippetList = (enabled = true) =>
  useQuery({
    queryKey: SNIPPETS,
    queryFn: ({ signal }) => api.get("/api/report-snippets", SnippetList, { signal }),
    staleTime: 60_000,
    enabled,
  });

/** Text by abbreviation; one's own stands before the group's. */
export function useSnippets(): ReadonlyMap<string, string> {
  const { data } = useSnippetList(useMay("template.read"));
  return useMemo(() => {
    const own = [...(data?.snippets ?? [])].sort((a, b) => (a.owner === b.owner ? 0 : a.owner === "group" ? -1 : 1));
    return new Map(own.map(({ abbreviation, text }) => [abbreviation, text]));
  }, [data]);
}

export function useSaveSnippet() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SaveSnippet) => api.put("/api/report-snippets", SnippetList, body),
    onSuccess: (list) => client.setQueryData(SNIPPETS, list),
  });
}

export function useDeleteSnippet() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/api/report-snippets/${id}`, SnippetList),
    onSuccess: (list) => client.setQueryData(SNIPPETS, list),
  });
}

const commentsOf = (studyId: string) => ["report-comments", studyId] as const;

export function useComments(studyId: string, enabled: boolean) {
  const client = useQueryClient();
  useHubEvents((event) => {
    if (event.type === "report.commented" && event.payload.studyId === studyId)
      void client.invalidateQueries({ queryKey: commentsOf(studyId) });
  });
  return useQuery({
    queryKey: commentsOf(studyId),
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}/report/comments`, CommentsView, { signal }),
    enabled,
  });
}

export function useComment(studyId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: AddComment) => api.post(`/api/studies/${studyId}/report/comments`, CommentsView, body),
    onSuccess: (view) => client.setQueryData(commentsOf(studyId), view),
  });
}

export function useResolveThread(studyId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ threadId, resolved }: { threadId: string; resolved: boolean }) =>
      api.post(`/api/studies/${studyId}/report/comments/${threadId}/resolve`, CommentsView, { resolved }),
    onSuccess: (view) => client.setQueryData(commentsOf(studyId), view),
  });
}
