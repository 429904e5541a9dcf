import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { z } from "zod";
import { api } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { useHubEvents } from "../../kernel/socket";
import { Deliveries, MessageDetail, Messages, OperationsView } from "./wire";
import { QueueAct, type QueueEntry, Queues } from "./wire-queues";

const SETTLE = 400;

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

export const useQueues = () =>
  useQuery({
    queryKey: ["queues"],
    queryFn: ({ signal }) => api.get("/api/queues", Queues, { signal }),
    enabled: useMay("queue.read"),
  });

/** Does what clears an entry; answers the queues as they are then. */
export const actOnQueue = (entry: QueueEntry, action: string, choice?: string) =>
  api.post(
    `/api/queues/${entry.id}/act`,
    Queues,
    QueueAct.parse({ kind: entry.kind, action, ...(choice ? { choice } : {}) }),
  );

export const useOperations = () =>
  useQuery({ queryKey: ["operations"], queryFn: ({ signal }) => api.get("/api/operations", OperationsView, { signal }) });

export const useDeliveries = () =>
  useQuery({
    queryKey: ["deliveries"],
    queryFn: ({ signal }) => api.get("/api/deliveries", Deliveries, { signal }),
    enabled: useMay("delivery.read"),
  });

export const actOnDelivery = (id: string, action: "resend" | "accepted" | "give_up") =>
  api.post(`/api/deliveries/${id}/act`, z.unknown(), { action });

export const useMessages = (direction: "in" | "out") =>
  useQuery({
    queryKey: ["messages", direction],
    queryFn: ({ signal }) => api.get("/api/messages", Messages, { query: { direction }, signal }),
    placeholderData: keepPreviousData,
    enabled: useMay("message.read"),
  });

export const useMessage = (id: string | null) =>
  useQuery({
    queryKey: ["messages", "one", id],
    queryFn: ({ signal }) => api.get(`/api/messages/${id}`, MessageDetail, { signal }),
    enabled: id !== null,
  });

export const replayMessage = (id: string) => api.post(`/api/messages/${id}/replay`, z.unknown());
