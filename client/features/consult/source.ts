import {
  ContactView,
  CriticalView,
  GuestView,
  JoinPreview,
  LinkView,
  type RaiseCritical,
} from "@readroom/shared/contract/http/critical.js";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { api } from "../../kernel/api";
import { useHubEvents } from "../../kernel/socket";

export const criticalKey = (studyId: string): readonly unknown[] => ["critical", studyId];

/** The critical findings of a study, newest first; asked again when something happened to one of them. */
export function useCriticals(studyId: string) {
  const client = useQueryClient();
  useHubEvents((event) => {
    if (event.payload.studyId === studyId && /^(critical|link)\./.test(event.type))
      void client.invalidateQueries({ queryKey: criticalKey(studyId) });
  });
  return useQuery({
    queryKey: criticalKey(studyId),
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}/critical`, z.array(CriticalView), { signal }),
  });
}

export function useContacts(studyId: string, wanted: boolean) {
  return useQuery({
    queryKey: ["contacts", studyId],
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}/contacts`, z.array(ContactView), { signal }),
    enabled: wanted,
  });
}

export const raise = (studyId: string, body: RaiseCritical): Promise<CriticalView> =>
  api.post(`/api/studies/${studyId}/critical`, CriticalView, body);
export const createLink = (findingId: string): Promise<LinkView> =>
  api.post(`/api/critical/${findingId}/links`, LinkView, {});
export const createRoomLink = (studyId: string): Promise<LinkView> =>
  api.post(`/api/studies/${studyId}/links`, LinkView, {});
export const reached = (id: string, name: string): Promise<CriticalView> =>
  api.post(`/api/critical/${id}/reached`, CriticalView, { name, channel: "phone" });
export const readBack = (id: string, text: string, name?: string): Promise<CriticalView> =>
  api.post(`/api/critical/${id}/read-back`, CriticalView, { text, ...(name ? { name } : {}) });
export const acknowledge = (id: string, name?: string): Promise<CriticalView> =>
  api.post(`/api/critical/${id}/acknowledge`, CriticalView, name ? { name } : {});
export const withdraw = (id: string, reason: string): Promise<CriticalView> =>
  api.post(`/api/critical/${id}/withdraw`, CriticalView, { reason });

export const previewLink = (token: string): Promise<JoinPreview> =>
  api.post("/api/join/preview", JoinPreview, { token });
export const enterByLink = (token: string, name: string): Promise<GuestView> =>
  api.post("/api/join", GuestView, { token, name });
export const guestRoom = (): Promise<GuestView> => api.get("/api/join", GuestView);
