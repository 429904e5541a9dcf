import { IdParams } from "@readroom/shared/contract/http/admin.js";
import * as c from "@readroom/shared/contract/http/roster.js";
import type { FastifyInstance } from "fastify";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import * as shifts from "./commands-shifts.js";
import { offerShift, settleOffer } from "./commands-swap.js";
import { groupOf } from "./policy.js";
import * as views from "./views.js";

const tag = "roster";
const params = IdParams;

/** Shifts as operators arrange them, and as readers hand them to each other. */
export function shiftRoutes(app: FastifyInstance, deps: Deps): void {
  operatorRoutes(app, deps);
  ownRoutes(app, deps);
}

function operatorRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    ...{ method: "GET", url: "/api/roster/shifts", action: "roster.read", tag },
    summary: "Shifts of some days with each pool's cover by the hour",
    query: c.WeekQuery,
    response: c.RosterWeek,
    handle: async ({ actor, query }) => {
      const group = groupOf(actor);
      return group.ok ? views.week(deps, group.value.organisationId, query) : group;
    },
  });
  route(app, {
    ...{ method: "POST", url: "/api/roster/shifts", action: "roster.write", tag, status: 201 },
    summary: "Add one shift, by the wall clock of a zone",
    body: c.ShiftRequest,
    response: c.Made,
    handle: async ({ actor, body }) => {
      const group = groupOf(actor);
      return group.ok ? shifts.addShift(deps, actor, group.value.organisationId, body) : group;
    },
  });
  route(app, {
    ...{ method: "POST", url: "/api/roster/shift-patterns", action: "roster.write", tag, status: 201 },
    summary: "Add shifts that come again",
    body: c.PatternRequest,
    response: c.PatternMade,
    handle: async ({ actor, body: { userId, pattern } }) => {
      const group = groupOf(actor);
      return group.ok ? shifts.addPattern(deps, actor, group.value.organisationId, userId, pattern) : group;
    },
  });
  route(app, {
    ...{ method: "POST", url: "/api/roster/shift-patterns/:id/end", action: "roster.write", tag },
    summary: "End a pattern with a day; later shifts that have not begun go",
    params,
    body: c.EndPattern,
    handle: async ({ actor, params: { id }, body: { lastDay } }) => {
      const group = groupOf(actor);
      return group.ok ? shifts.endPattern(deps, actor, group.value.organisationId, id, lastDay) : group;
    },
  });
  route(app, {
    ...{ method: "DELETE", url: "/api/roster/shifts/:id", action: "roster.write", tag },
    summary: "Take a shift out; one that has begun ends now",
    params,
    handle: async ({ actor, params: { id } }) => {
      const group = groupOf(actor);
      return group.ok ? shifts.removeShift(deps, actor, group.value.organisationId, id) : group;
    },
  });
  route(app, {
    ...{ method: "POST", url: "/api/roster/shifts/:id/assign", action: "roster.write", tag },
    summary: "Give a shift to somebody else at once",
    params,
    body: c.AssignRequest,
    handle: async ({ actor, params: { id }, body: { userId } }) => {
      const group = groupOf(actor);
      return group.ok ? shifts.assignShift(deps, actor, group.value.organisationId, id, userId) : group;
    },
  });
}

function ownRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    ...{ method: "GET", url: "/api/roster/mine", action: "roster.own", tag },
    summary: "My credentials, shifts and requests",
    response: c.MyRoster,
    handle: async ({ actor }) => {
      const group = groupOf(actor);
      return group.ok ? views.mine(deps, group.value) : group;
    },
  });
  route(app, {
    ...{ method: "POST", url: "/api/roster/shifts/:id/offer", action: "roster.own", tag, status: 201 },
    summary: "Ask for cover of my shift, or for a swap",
    params,
    body: c.OfferRequest,
    response: c.Made,
    handle: async ({ actor, params: { id }, body }) => {
      const group = groupOf(actor);
      return group.ok ? offerShift(deps, group.value, id, body) : group;
    },
  });
  for (const verb of ["accept", "decline", "withdraw"] as const)
    route(app, {
      ...{ method: "POST", url: `/api/roster/requests/:id/${verb}`, action: "roster.own", tag },
      summary: {
        accept: "Take the shift",
        decline: "Decline a request to me",
        withdraw: "Take back a request of mine",
      }[verb],
      params,
      handle: async ({ actor, params: { id } }) => {
        const group = groupOf(actor);
        return group.ok ? settleOffer(deps, group.value, id, verb) : group;
      },
    });
}
