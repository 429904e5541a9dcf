import {
  ReportTemplateView,
  ReportView,
  SignedReport,
  type SignReport,
} from "@readroom/shared/contract/http/report.js";
import { type QueryClient, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { api } from "../../kernel/api";
import { useHubEvents } from "../../kernel/socket";

const keyOf = (studyId: string) => ["report", studyId] as const;

/** The study's report; state "none": nobody has begun one. Follows signatures and critical findings of the study as they happen. */
export function useReport(studyId: string) {
  const client = useQueryClient();
  useHubEvents((event) => {
    if (event.payload.studyId !== studyId) return;
    if (/^(report|critical|study)\./.test(event.type)) void client.invalidateQueries({ queryKey: keyOf(studyId) });
  });
  return useQuery({
    queryKey: keyOf(studyId),
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}/report`, ReportView, { signal }),
  });
}

const templatesOf = (studyId: string) => ({
  queryKey: ["report-templates", studyId] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api.get(`/api/studies/${studyId}/report-templates`, z.object({ templates: z.array(ReportTemplateView) }), {
      signal,
    }),
});

export const useTemplates = (studyId: string, enabled: boolean) => useQuery({ ...templatesOf(studyId), enabled });

/** Asks for a study's templates before it is opened. */
export const prefetchTemplates = (client: QueryClient, studyId: string): Promise<void> =>
  client.prefetchQuery(templatesOf(studyId));

function useReportCommand<Body>(studyId: string, path: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Body) => api.post(`/api/studies/${studyId}/report${path}`, ReportView, body),
    onSuccess: (view) => client.setQueryData(keyOf(studyId), view),
  });
}

/** Begins the report, with the template that fits best unless one is named. */
export const useBeginReport = (studyId: string) => useReportCommand<{ templateId?: string }>(studyId, "");
export const useBeginAddition = (studyId: string) =>
  useReportCommand<{ kind: "addendum" | "corrected" }>(studyId, "/drafts");

/** Signs; rejects with a HubError whose detail says what differs or what must be confirmed. */
export function useSign(studyId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SignReport) => api.post(`/api/studies/${studyId}/report/sign`, SignedReport, body),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(studyId) }),
  });
}

export const stepUp = (password: string): Promise<unknown> =>
  api.post("/api/session/step-up", z.unknown(), { password });
