import type { ApiError } from "@readroom/shared/contract/errors.js";
import { type Credentials, SessionView } from "@readroom/shared/contract/http/session.js";
import type { Action } from "@readroom/shared/domain/access.js";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect } from "react";
import { z } from "zod";
import { api, HubError, signedOut } from "./api";

const SESSION = ["session"] as const;

export type SessionState =
  | { state: "loading" }
  | { state: "out" }
  | { state: "unreachable"; error: Pick<ApiError, "message" | "action">; retry: () => void }
  | { state: "in"; session: SessionView };

const SessionContext = createContext<SessionState>({ state: "loading" });

/** Asks the hub once who this is; `useSession` and `useSignedIn` read it below. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: SESSION,
    queryFn: ({ signal }) => api.get("/api/session", SessionView.nullable(), { signal }),
    staleTime: 60_000,
    retry: (failures, error) => error instanceof HubError && error.code === "offline" && failures < 4,
  });
  useEffect(() => {
    const out = () => client.setQueryData(SESSION, null);
    signedOut.addEventListener("signedOut", out);
    return () => signedOut.removeEventListener("signedOut", out);
  }, [client]);

  return <SessionContext value={stateOf(query)}>{children}</SessionContext>;
}

function stateOf(query: {
  data: SessionView | null | undefined;
  error: Error | null;
  refetch: () => unknown;
}): SessionState {
  if (query.data) return { state: "in", session: query.data };
  if (query.data === null) return { state: "out" };
  if (!query.error) return { state: "loading" };
  const error =
    query.error instanceof HubError
      ? query.error
      : new HubError("internal", "The page could not find out who you are.");
  return {
    state: "unreachable",
    error: { message: error.message, ...(error.action ? { action: error.action } : {}) },
    retry: () => void query.refetch(),
  };
}

export const useSession = (): SessionState => useContext(SessionContext);

/** The session of a page that is shown only to people who are logged in; throws elsewhere. */
export function useSignedIn(): SessionView {
  const state = useSession();
  if (state.state !== "in") throw new Error("this page needs a session");
  return state.session;
}

/** May this person do it at all? For showing and hiding; the hub asks again, on the very subject. */
export function useMay(action: Action): boolean {
  const state = useSession();
  return state.state === "in" && state.session.actions.includes(action);
}

/** Logs in; resolves to the new session, rejects with a HubError (code "unauthenticated" or "throttled"). */
export function useLogIn() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (credentials: Credentials) => api.post("/api/session", SessionView, credentials),
    onSuccess: (session) => {
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== "session" && query.queryKey[0] !== "hub" });
      client.setQueryData(SESSION, session);
    },
  });
}

/** Logs out and forgets everything that was loaded. */
export function useLogOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.delete("/api/session", z.unknown()),
    onSettled: () => {
      client.clear();
      client.setQueryData(SESSION, null);
    },
  });
}
