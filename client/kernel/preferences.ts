import type { SessionView } from "@readroom/shared/contract/http/session.js";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { z } from "zod";
import { toast } from "../ui/toast";
import { api, asHubError } from "./api";
import { useSession } from "./session";

/**
 * One of the person's own settings, kept with them on the hub: the same on every machine. What is stored and does not fit the schema any
 * more is left aside. The change shows at once; where it can't be stored it stays for this visit, and that is said.
 */
export function usePreference<T>(name: string, schema: z.ZodType<T>, fallback: T): [T, (next: T) => void] {
  const client = useQueryClient();
  const session = useSession();
  const stored = session.state === "in" ? session.session.user.preferences[name] : undefined;
  const value = useMemo(() => {
    const parsed = schema.safeParse(stored);
    return parsed.success ? parsed.data : fallback;
  }, [stored, schema, fallback]);
  const set = useCallback(
    (next: T) => {
      client.setQueryData<SessionView | null>(["session"], (now) =>
        now ? { ...now, user: { ...now.user, preferences: { ...now.user.preferences, [name]: next } } } : now,
      );
      api
        .patch("/api/session/preferences", z.unknown(), { [name]: next })
        .catch((thrown: unknown) =>
          toast.failed(asHubError(thrown).message, "Your setting is kept for this visit only"),
        );
    },
    [client, name],
  );
  return [value, set];
}
