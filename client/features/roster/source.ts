import { AdminScope } from "@readroom/shared/contract/http/admin.js";
import {
  type ContractChange,
  ContractList,
  ExpiringList,
  type LicenceRequest,
  Made,
  MyRoster,
  type OfferRequest,
  PatternMade,
  type PatternRequest,
  PoolList,
  type PoolRequest,
  type PrivilegeRequest,
  type ProfileRequest,
  ReaderList,
  ReaderView,
  RosterContract,
  RosterWeek,
  type ShiftRequest,
  type SiteChange,
  SiteList,
  SiteSettings,
} from "@readroom/shared/contract/http/roster.js";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { z } from "zod";
import { api, refusalWords } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { toast } from "../../ui/toast";

const base = "/api/roster";

export const useReaders = () =>
  useQuery({
    queryKey: ["roster", "readers"],
    queryFn: ({ signal }) => api.get(`${base}/readers`, ReaderList, { signal }),
    enabled: useMay("roster.read"),
  });
export const useReader = (id: string) =>
  useQuery({
    queryKey: ["roster", "reader", id],
    queryFn: ({ signal }) => api.get(`${base}/readers/${id}`, ReaderView, { signal }),
  });
export const useExpiring = () =>
  useQuery({
    queryKey: ["roster", "expiring"],
    queryFn: ({ signal }) => api.get(`${base}/expiring`, ExpiringList, { signal }),
  });
export const useWeek = (from: string) =>
  useQuery({
    queryKey: ["roster", "week", from],
    queryFn: ({ signal }) => api.get(`${base}/shifts`, RosterWeek, { signal, query: { from, days: 7 } }),
    placeholderData: (previous) => previous,
    refetchInterval: 60_000,
  });
export const useMine = () =>
  useQuery({
    queryKey: ["roster", "mine"],
    queryFn: ({ signal }) => api.get(`${base}/mine`, MyRoster, { signal }),
    refetchInterval: 60_000,
  });
export const usePools = () =>
  useQuery({
    queryKey: ["roster", "pools"],
    queryFn: ({ signal }) => api.get(`${base}/pools`, PoolList, { signal }),
    enabled: useMay("roster.read"),
  });
export const useContracts = () =>
  useQuery({
    queryKey: ["roster", "contracts"],
    queryFn: ({ signal }) => api.get(`${base}/contracts`, ContractList, { signal }),
  });
export const useSites = () =>
  useQuery({
    queryKey: ["roster", "sites"],
    queryFn: ({ signal }) => api.get(`${base}/sites`, SiteList, { signal }),
  });
export const useScope = () =>
  useQuery({
    queryKey: ["admin", "scope"],
    queryFn: ({ signal }) => api.get("/api/admin/scope", AdminScope, { signal }),
    staleTime: 300_000,
  });

const nothing = z.unknown();
export const saveProfile = (id: string, profile: ProfileRequest) =>
  api.put(`${base}/readers/${id}/profile`, ReaderView, profile);
export const saveLicence = (userId: string, licence: LicenceRequest, id: string | null) =>
  id ? api.put(`${base}/licences/${id}`, Made, licence) : api.post(`${base}/readers/${userId}/licences`, Made, licence);
export const savePrivilege = (userId: string, privilege: PrivilegeRequest, id: string | null) =>
  id
    ? api.put(`${base}/privileges/${id}`, Made, privilege)
    : api.post(`${base}/readers/${userId}/privileges`, Made, privilege);
export const withdraw = (kind: "licences" | "privileges", id: string) => api.delete(`${base}/${kind}/${id}`, nothing);
export const addShift = (shift: ShiftRequest) => api.post(`${base}/shifts`, Made, shift);
export const addPattern = (pattern: PatternRequest) => api.post(`${base}/shift-patterns`, PatternMade, pattern);
export const endPattern = (id: string, lastDay: string) =>
  api.post(`${base}/shift-patterns/${id}/end`, nothing, { lastDay });
export const removeShift = (id: string) => api.delete(`${base}/shifts/${id}`, nothing);
export const assignShift = (id: string, userId: string) => api.post(`${base}/shifts/${id}/assign`, nothing, { userId });
export const offerShift = (id: string, offer: OfferRequest) => api.post(`${base}/shifts/${id}/offer`, Made, offer);
export const settle = (id: string, verb: "accept" | "decline" | "withdraw") =>
  api.post(`${base}/requests/${id}/${verb}`, nothing);
export const savePool = (pool: PoolRequest, id: string | null) =>
  id ? api.put(`${base}/pools/${id}`, Made, pool) : api.post(`${base}/pools`, Made, pool);
export const removePool = (id: string) => api.delete(`${base}/pools/${id}`, nothing);
export const changeContract = (id: string, change: ContractChange) =>
  api.patch(`${base}/contracts/${id}`, RosterContract, change);
export const changeSite = (id: string, change: SiteChange) => api.patch(`${base}/sites/${id}`, SiteSettings, change);

/** Does something, then loads the roster's lists again; says why when it is refused. */
export function useRosterAction() {
  const client = useQueryClient();
  return async (act: () => Promise<unknown>, done?: string) => {
    try {
      await act();
      await client.invalidateQueries({ queryKey: ["roster"] });
      if (done) toast.done(done);
    } catch (thrown) {
      toast.failed(refusalWords(thrown));
    }
  };
}

/** Loads the roster's lists again, after a form that shows its own refusals. */
export function useReload() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: ["roster"] });
}
