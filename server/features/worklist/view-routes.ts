import * as v from "@readroom/shared/contract/http/worklist-views.js";
import type { FastifyInstance } from "fastify";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import { changeView, createView, deleteView, orderViews, savedViews } from "./saved-views.js";

/** Saved views: tabs of one's own and of the group. Each change answers with the tabs as they are afterwards. */
export function viewRoutes(app: FastifyInstance, deps: Deps): void {
  const common = { tag: "worklist", action: "worklist.read", response: v.SavedViews } as const;
  route(app, {
    ...common,
    method: "GET",
    url: "/api/worklist/views",
    summary: "The caller's saved views and the group's",
    handle: ({ actor }) => savedViews(deps, actor),
  });
  route(app, {
    ...common,
    method: "POST",
    url: "/api/worklist/views",
    summary: "Save a view, for oneself or shared with the group",
    body: v.CreateView,
    handle: ({ actor, body }) => createView(deps, actor, body),
  });
  route(app, {
    ...common,
    method: "PATCH",
    url: "/api/worklist/views/:id",
    summary: "Rename or change a view, or share it",
    params: v.ViewParams,
    body: v.ChangeView,
    handle: ({ actor, params, body }) => changeView(deps, actor, params.id, body),
  });
  route(app, {
    ...common,
    method: "DELETE",
    url: "/api/worklist/views/:id",
    summary: "Delete a view",
    params: v.ViewParams,
    handle: ({ actor, params }) => deleteView(deps, actor, params.id),
  });
  route(app, {
    ...common,
    method: "PUT",
    url: "/api/worklist/views/order",
    summary: "The order of the caller's own tabs",
    body: v.OrderViews,
    handle: ({ actor, body }) => orderViews(deps, actor, body.ids),
  });
}
