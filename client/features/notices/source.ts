import {
  type ActOnNotices,
  NoticeSettings,
  NoticeSites,
  NoticesView,
  TestAnswer,
} from "@readroom/shared/contract/http/notices.js";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { api, asHubError } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { toast } from "../../ui/toast";
import { afterAct } from "./model";

export const NOTICES = ["notices"] as const;
const SETTINGS = ["notices", "settings"] as const;
const SITES = ["notices", "sites"] as const;

export const useNotices = () =>
  useQuery({
    queryKey: NOTICES,
    queryFn: ({ signal }) => api.get("/api/notices", NoticesView, { signal }),
    enabled: useMay("notice.read"),
    staleTime: 60_000,
  });

/** Marks, puts away or silences; the list shows it at once and is put right by the hub. */
export function useActOnNotices() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: ActOnNotices) => api.post("/api/notices/act", z.unknown(), body),
    onMutate: (body) => {
      client.setQueryData<NoticesView>(NOTICES, (was) => was && afterAct(was, body));
    },
    onError: (error) => toast.failed(asHubError(error).message),
    onSettled: () => client.invalidateQueries({ queryKey: NOTICES, exact: true }),
  });
}

export const useNoticeSettings = () =>
  useQuery({
    queryKey: SETTINGS,
    queryFn: ({ signal }) => api.get("/api/notices/settings", NoticeSettings, { signal }),
  });

export function useSaveSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (channels: NoticeSettings["channels"] | null) =>
      api.put("/api/notices/settings", z.unknown(), { channels }),
    onMutate: (channels) => {
      client.setQueryData<NoticeSettings>(
        SETTINGS,
        (was) => was && { ...was, channels: channels ?? was.defaults, isDefault: channels === null },
      );
    },
    onError: (error) => toast.failed(`Not saved. ${asHubError(error).message}`),
    onSettled: () => client.invalidateQueries({ queryKey: NOTICES }),
  });
}

export const sendTest = (channel: "push" | "mail") => api.post("/api/notices/test", TestAnswer, { channel });

export const savePush = (subscription: unknown) => api.post("/api/notices/push", z.unknown(), subscription);
export const endPush = (endpoint: string) => api.post("/api/notices/push/end", z.unknown(), { endpoint });

export const useNoticeSites = (enabled: boolean) =>
  useQuery({
    queryKey: SITES,
    queryFn: ({ signal }) => api.get("/api/notices/sites", NoticeSites, { signal }),
    enabled,
  });

export function useSaveSite() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { siteId: string; outsideText: "none" | "procedure" }) =>
      api.put("/api/notices/sites", z.unknown(), body),
    onError: (error) => toast.failed(`Not saved. ${asHubError(error).message}`),
    onSettled: () => client.invalidateQueries({ queryKey: SITES }),
  });
}
