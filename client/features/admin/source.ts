import {
  AdminScope,
  type NewPeer,
  type NewToken,
  type NewUser,
  PasswordMade,
  PeerList,
  PeerView,
  TokenList,
  TokenMade,
  type UserChange,
  UserList,
  UserMade,
  UserView,
} from "@readroom/shared/contract/http/admin.js";
import { AuditAnswer, type AuditSearch, AuditVerdict } from "@readroom/shared/contract/http/audit.js";
import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { api } from "../../kernel/api";
import { useMay } from "../../kernel/session";

export const useScope = () =>
  useQuery({
    queryKey: ["admin", "scope"],
    queryFn: ({ signal }) => api.get("/api/admin/scope", AdminScope, { signal }),
    staleTime: 300_000,
  });

export const useUsers = () =>
  useQuery({
    queryKey: ["admin", "users"],
    queryFn: ({ signal }) => api.get("/api/admin/users", UserList, { signal }),
  });
export const usePeers = () =>
  useQuery({
    queryKey: ["admin", "peers"],
    queryFn: ({ signal }) => api.get("/api/admin/peers", PeerList, { signal }),
    enabled: useMay("peer.read"),
  });
export const useTokens = () =>
  useQuery({
    queryKey: ["admin", "tokens"],
    queryFn: ({ signal }) => api.get("/api/admin/tokens", TokenList, { signal }),
    enabled: useMay("token.write"),
  });
export const useVerdict = () =>
  useQuery({
    queryKey: ["admin", "audit-verdict"],
    queryFn: ({ signal }) => api.get("/api/audit/verify", AuditVerdict, { signal }),
    enabled: useMay("audit.read"),
  });

export const addUser = (user: NewUser) => api.post("/api/admin/users", UserMade, user);
export const changeUser = (id: string, change: UserChange) => api.patch(`/api/admin/users/${id}`, UserView, change);
export const disableUser = (id: string, disabled: boolean) => changeUser(id, { disabled });
export const newPassword = (id: string) => api.post(`/api/admin/users/${id}/password`, PasswordMade);
export const addPeer = (peer: NewPeer) => api.post("/api/admin/peers", PeerView, peer);
export const removePeer = (id: string) => api.delete(`/api/admin/peers/${id}`, z.unknown());
export const addToken = (token: NewToken) => api.post("/api/admin/tokens", TokenMade, token);
export const revokeToken = (id: string) => api.delete(`/api/admin/tokens/${id}`, z.unknown());
/** Who saw the patient with this number; a POST, so that the number stands in no address. */
export const searchAudit = (search: AuditSearch) => api.post("/api/audit/search", AuditAnswer, search);
