import { DeliveryList } from "@readroom/shared/contract/http/delivery.js";
import { type ClearingAction, OperationsView } from "@readroom/shared/contract/http/operations.js";
import { MessageDetail, MessageList, ReplayOutcome } from "@readroom/shared/contract/http/orders.js";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { z } from "zod";
import { api } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { useHubEvents } from "../../kernel/socket";

const SETTLE = 1000;

/** Loads the named queries again shortly after anything happened that this person hears of; a burst counts as one. */
export function useReloadOnEvents(...keys: ReadonlyArray<readonly unknown[]>): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useHubEvents(() => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const queryKey of keys) void client.invalidateQueries({ queryKey });
    }, SETTLE);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
}

export const useOperations = () =>
  useQuery({
    queryKey: ["operations"],
    queryFn: ({ signal }) => api.get("/api/operations", OperationsView, { signal }),
  });

/** Makes the request that clears an entry, as the hub worded it. */
export async function runAction(action: ClearingAction): Promise<void> {
  if (!action.url?.startsWith("/api/")) throw new Error(`an action without a request: ${action.label}`);
  if (action.method === "DELETE") await api.delete(action.url, z.unknown());
  else await api.post(action.url, z.unknown(), action.body ?? {});
}

export const useDeliveries = () =>
  useQuery({
    queryKey: ["deliveries"],
    queryFn: ({ signal }) => api.get("/api/deliveries", DeliveryList, { query: { limit: 100 }, signal }),
    enabled: useMay("delivery.read"),
  });

export const actOnDelivery = (id: string, action: string) =>
  api.post(`/api/deliveries/${id}/act`, z.unknown(), { action });

export const useMessages = (direction: "in" | "out") =>
  useQuery({
    queryKey: ["messages", direction],
    queryFn: ({ signal }) => api.get("/api/messages", MessageList, { query: { direction, limit: 100 }, signal }),
    placeholderData: keepPreviousData,
    enabled: useMay("message.read"),
  });

export const useMessage = (id: string | null) =>
  useQuery({
    queryKey: ["messages", "one", id],
    queryFn: ({ signal }) => api.get(`/api/messages/${id}`, MessageDetail, { signal }),
    enabled: id !== null,
  });

export const replayMessage = (id: string) => api.post(`/api/messages/${id}/replay`, ReplayOutcome);
