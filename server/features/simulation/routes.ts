import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { IdParams } from "@readroom/shared/contract/http/admin.js";
import {
  ForecastQuery,
  ForecastView,
  type SimulationChoices,
  SimulationList,
  SimulationRequest,
  SimulationStarted,
  SimulationView,
} from "@readroom/shared/contract/http/simulation.js";
import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import { DAY } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import { groupReaders, poolsOf } from "../roster/public.js";
import { draftOf } from "../routing/public.js";
import { type TryOuts, viewOf } from "./commands.js";
import type { Forecasts } from "./forecast.js";
import * as store from "./store.js";
import * as runs from "./store-runs.js";

const tag = "simulation";
const NONE = refusal("not_found", "There is no such try-out.");

export function simulationRoutes(app: FastifyInstance, deps: Deps, tryOuts: TryOuts, forecasts: Forecasts): void {
  route(app, {
    method: "GET",
    url: "/api/simulations",
    action: "operations.read",
    tag,
    summary: "Try-outs of the reading group, and what a new one may change",
    response: SimulationList,
    handle: async ({ actor }) => {
      const group = ofGroup(actor);
      return group.ok ? list(deps, group.value.organisationId) : group;
    },
  });
  route(app, {
    method: "GET",
    url: "/api/simulations/forecast",
    action: "operations.read",
    tag,
    summary: "What the next hours bring with the present roster: queues, clocks at risk, attainment, as a band",
    query: ForecastQuery,
    response: ForecastView,
    handle: async ({ actor, query }) => {
      const group = ofGroup(actor);
      return group.ok ? forecasts.of(group.value.organisationId, query.hours) : group;
    },
  });
  route(app, {
    method: "GET",
    url: "/api/simulations/:id",
    action: "operations.read",
    tag,
    summary: "One try-out, with its figures side by side",
    params: IdParams,
    response: SimulationView,
    handle: async ({ actor, params }) => {
      const group = ofGroup(actor);
      if (!group.ok) return group;
      const view = await viewOf(deps, group.value.organisationId, params.id);
      return view ? ok(view) : err(NONE);
    },
  });
  commandRoutes(app, deps, tryOuts);
}

function commandRoutes(app: FastifyInstance, deps: Deps, tryOuts: TryOuts): void {
  route(app, {
    method: "POST",
    url: "/api/simulations",
    action: "operations.read",
    tag,
    summary:
      "Try a draft of rules, pools or shifts on last week's or on synthetic traffic; nothing in the hub changes by it",
    body: SimulationRequest,
    response: SimulationStarted,
    status: 201,
    limit: { max: 30, timeWindow: "1 minute" },
    handle: async ({ actor, body }) => {
      const group = ofGroup(actor);
      return group.ok ? tryOuts.start(group.value.organisationId, body, requester(group.value)) : group;
    },
  });
  route(app, {
    method: "POST",
    url: "/api/simulations/:id/cancel",
    action: "operations.read",
    tag,
    summary: "End a running try-out",
    params: IdParams,
    handle: async ({ actor, params }) => {
      const group = ofGroup(actor);
      if (!group.ok) return group;
      const ended = await tryOuts.cancel(group.value.organisationId, params.id, requester(group.value));
      return ended ? ok(undefined) : err(NONE);
    },
  });
  route(app, {
    method: "DELETE",
    url: "/api/simulations/:id",
    action: "operations.read",
    tag,
    summary: "Remove a try-out that has ended",
    params: IdParams,
    handle: async ({ actor, params }) => {
      const group = ofGroup(actor);
      return group.ok ? remove(deps, group.value, params.id) : group;
    },
  });
}

const requester = (actor: UserActor) => ({ id: actor.userId, name: actor.name, actor });

function ofGroup(actor: Actor): Result<UserActor, Refusal> {
  if (actor.kind === "user" && actor.organisationKind === "reading_group") return ok(actor);
  return err(refusal("forbidden", "Try-outs and forecasts belong to a reading group."));
}

async function list(deps: Deps, groupId: string): Promise<Result<SimulationList, Refusal>> {
  const { pool } = deps.db;
  const now = deps.clock.now();
  const [simulations, group, studiesLastWeek, draft, readers, pools] = await Promise.all([
    runs.simulations(pool, groupId),
    store.groupOf(pool, groupId),
    store.countBetween(pool, groupId, now - 7 * DAY, now),
    draftOf(pool, groupId),
    groupReaders(pool, groupId, now),
    poolsOf(pool, groupId),
  ]);
  const choices: SimulationChoices = {
    ...{ timeZone: group?.timeZone ?? "UTC", studiesLastWeek, hasDraft: draft !== null },
    readers: readers.map(({ userId: id, name }) => ({ id, name })),
    pools: pools.map(({ id, code, name }) => ({ id, code, name })),
  };
  return ok({ serverNow: now, simulations, choices });
}

async function remove(deps: Deps, actor: UserActor, id: string): Promise<Result<undefined, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    if (!(await runs.deleteRun(tx, actor.organisationId, id))) return err(NONE);
    await audit(tx, actor, [{ action: "simulation.removed", organisationId: actor.organisationId, subject: id }]);
    return ok(undefined);
  });
}
