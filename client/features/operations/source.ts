import { DeliveryList } from "@readroom/shared/contract/http/delivery.js";
import { type ClearingAction, RescueView } from "@readroom/shared/contract/http/operations.js";
import { MessageDetail, MessageList, ReplayOutcome } from "@readroom/shared/contract/http/orders.js";
import { OrderCandidates } from "@readroom/shared/contract/http/worklist.js";
import type { PauseReason } from "@readroom/shared/domain/clock-pause.js";
import type { Urgency } from "@readroom/shared/domain/urgency.js";
import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { z } from "zod";
import { api } from "../../kernel/api";
import { useMay } from "../../kernel/session";
import { useHubEvents } from "../../kernel/socket";

const SETTLE = 1000;

/** Loads the named queries again shortly after anything happened that this person hears of; a burst counts as one. */
export function useReloadOnEvents(...keys: ReadonlyArray<readonly unknown[]>): void {
  useReloadOn(() => true, ...keys);
}

/** The same for events of these types alone. */
export function useReloadOn(wanted: (type: string) => boolean, ...keys: ReadonlyArray<readonly unknown[]>): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useHubEvents(({ type }) => {
    if (!wanted(type)) return;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      for (const queryKey of keys) void client.invalidateQueries({ queryKey });
    }, SETTLE);
  });
  useEffect(() => () => clearTimeout(timer.current), []);
}

/** Makes the request that clears an entry, as the hub worded it, with what the person said. */
export async function runAction(action: ClearingAction, said: Record<string, unknown> = {}): Promise<void> {
  if (!action.url?.startsWith("/api/")) throw new Error(`an action without a request: ${action.label}`);
  const body = { ...action.body, ...said };
  if (action.method === "DELETE") await api.delete(action.url, z.unknown());
  else await api.post(action.url, z.unknown(), body);
}

export const useOrderCandidates = (studyId: string | null) =>
  useQuery({
    queryKey: ["order-candidates", studyId],
    queryFn: ({ signal }) => api.get(`/api/studies/${studyId}/order-candidates`, OrderCandidates, { signal }),
    enabled: studyId !== null,
  });

// ── One study's rescue ────────────────────────────────────────────────────────────────────────────

export const rescueKey = (studyId: string | null) => ["rescue", studyId] as const;

export const useRescue = (studyId: string | null) =>
  useQuery({
    queryKey: rescueKey(studyId),
    queryFn: ({ signal }) => api.get(`/api/operations/studies/${studyId}`, RescueView, { signal }),
    enabled: studyId !== null,
    refetchInterval: 30_000,
  });

/** Does something about the study and says so; false where it was refused, and then why. */
export type Rescue = (what: string, act: () => Promise<unknown>) => Promise<boolean>;

const done = z.unknown();
export const giveTo = (studyId: string, userId: string, reason: string) =>
  api.post(`/api/operations/studies/${studyId}/assign`, done, { userId, reason });
export const recall = (studyId: string, reason: string) =>
  api.post(`/api/operations/studies/${studyId}/recall`, done, { reason });
export const putOnShift = (userId: string, until: number, studyId: string) =>
  api.post(`/api/operations/readers/${userId}/on-shift`, done, { until, studyId });
export const moveTo = (studyId: string, poolId: string | undefined, reason: string) =>
  api.post(`/api/studies/${studyId}/reroute`, done, { ...(poolId === undefined ? {} : { poolId }), reason });
export const setUrgency = (studyId: string, urgency: Urgency, reason: string) =>
  api.post(`/api/studies/${studyId}/urgency`, done, { urgency, reason });
export const pauseClock = (studyId: string, reason: PauseReason, note: string) =>
  api.post(`/api/studies/${studyId}/clock/pause`, done, { reason, note });
export const resumeClock = (studyId: string, answer: string) =>
  api.post(`/api/studies/${studyId}/clock/resume`, done, { answer });

// ── What goes in and out ──────────────────────────────────────────────────────────────────────────

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
