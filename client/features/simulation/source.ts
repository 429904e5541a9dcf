import {
  ForecastView,
  SimulationList,
  type SimulationRequest,
  SimulationStarted,
  SimulationView,
} from "@readroom/shared/contract/http/simulation.js";
import { useQuery } from "@tanstack/react-query";
import { z } from "zod";
import { api } from "../../kernel/api";
import { useMay } from "../../kernel/session";

const POLL = 1_000;

/** Past try-outs and what a new one may change; followed while one runs. */
export const useSimulations = () =>
  useQuery({
    queryKey: ["simulations"],
    queryFn: ({ signal }) => api.get("/api/simulations", SimulationList, { signal }),
    refetchInterval: ({ state }) => (state.data?.simulations.some((one) => one.state === "running") ? POLL : false),
  });

export const useSimulation = (id: string | null) =>
  useQuery({
    queryKey: ["simulations", id],
    queryFn: ({ signal }) => api.get(`/api/simulations/${id}`, SimulationView, { signal }),
    enabled: id !== null,
    refetchInterval: ({ state }) => (state.data?.simulation.state === "running" ? POLL : false),
  });

/** The hub computes it once a minute. */
export const useForecast = (hours = 8) =>
  useQuery({
    queryKey: ["forecast", hours],
    queryFn: ({ signal }) => api.get("/api/simulations/forecast", ForecastView, { query: { hours }, signal }),
    enabled: useMay("operations.read"),
    refetchInterval: 60_000,
  });

export const startSimulation = (request: SimulationRequest) => api.post("/api/simulations", SimulationStarted, request);
export const cancelSimulation = (id: string) => api.post(`/api/simulations/${id}/cancel`, z.unknown());
export const removeSimulation = (id: string) => api.delete(`/api/simulations/${id}`, z.unknown());
