import { HistoryAt, HistoryLine, HistoryState } from "@readroom/shared/contract/http/history.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { route } from "../../../kernel/route.js";
import type { History } from "./read.js";

const ById = z.object({ id: z.uuid() });

export function historyRoutes(app: FastifyInstance, history: History): void {
  route(app, {
    method: "GET",
    url: "/api/studies/:id/history",
    action: "history.read",
    tag: "reading",
    summary: "The time line of a study's room: who was there, who edited, showed, led and signed when",
    params: ById,
    response: HistoryLine,
    handle: ({ actor, params }) => history.line(actor, params.id),
  });
  route(app, {
    method: "GET",
    url: "/api/studies/:id/history/state",
    action: "history.read",
    tag: "reading",
    summary: "Marks, report and screens as they were at an instant (`at`, ms)",
    params: ById,
    query: HistoryAt,
    response: HistoryState,
    handle: ({ actor, params, query }) => history.state(actor, params.id, query.at),
  });
}
