import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { IdParams } from "@readroom/shared/contract/http/admin.js";
import * as c from "@readroom/shared/contract/http/operations.js";
import { Made } from "@readroom/shared/contract/http/roster.js";
import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { route } from "../../kernel/route.js";
import { assignStudy, recallStudy } from "../worklist/public.js";
import { board } from "./board.js";
import { note, putOnShift, rescueView, setReceiver } from "./rescue.js";
import * as store from "./store.js";

const tag = "operations";

/** The operator's board: pools as lanes, readers and their load, what waits for a person, and how a study is rescued. */
export function operationsFeature(deps: Deps): Feature {
  return {
    name: "operations",
    routes: (app) => {
      boardRoutes(app, deps);
      listRoutes(app, deps);
      rescueRoutes(app, deps);
    },
  };
}

function ofGroup(actor: Actor): Result<UserActor, Refusal> {
  if (actor.kind === "user" && actor.organisationKind === "reading_group") return ok(actor);
  return err(refusal("forbidden", "The board belongs to a reading group."));
}

/** The actor as somebody of a reading group, or the refusal. */
async function asGroup<T>(
  actor: Actor,
  act: (operator: UserActor) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> {
  const group = ofGroup(actor);
  return group.ok ? act(group.value) : group;
}

function boardRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: "/api/operations",
    action: "operations.read",
    tag,
    summary: "Pools, clocks, readers and what waits for a person",
    query: c.OperationsQuery,
    response: c.OperationsView,
    handle: ({ actor, query }) => asGroup(actor, (operator) => board(deps, operator, query.rows === "true")),
  });
  route(app, {
    method: "GET",
    url: "/api/operations/studies/:id",
    action: "study.route",
    tag,
    summary: "Who could read a study and why each other may not, where it could go, how its clock stands",
    params: IdParams,
    response: c.RescueView,
    handle: ({ actor, params }) => asGroup(actor, (operator) => rescueView(deps, operator, params.id)),
  });
}

function listRoutes(app: FastifyInstance, deps: Deps): void {
  const post = { method: "POST", tag } as const;
  route(app, {
    ...post,
    url: "/api/operations/reactions/:eventId/:handler/retry",
    action: "queue.act",
    summary: "Try a failed reaction again now",
    params: c.ReactionParams,
    handle: ({ actor, params }) => asGroup(actor, (operator) => retry(deps, operator, params)),
  });
  route(app, {
    ...post,
    url: "/api/operations/incidents/:id/resolve",
    action: "queue.act",
    summary: "Say what was done about an object that could not be taken",
    params: IdParams,
    body: c.ResolveRequest,
    handle: ({ actor, params: { id }, body }) => resolve(deps, actor, id, body.resolution),
  });
  route(app, {
    ...post,
    url: "/api/operations/sites/:id/receiver",
    action: "operations.act",
    summary: "Name the system that a site's results go to",
    params: IdParams,
    body: c.ReceiverRequest,
    handle: ({ actor, params: { id }, body }) => asGroup(actor, (operator) => setReceiver(deps, operator, id, body)),
  });
  route(app, {
    ...post,
    url: "/api/operations/notes",
    action: "operations.act",
    summary: "Note what was done about an entry of the short list, or call it dealt with",
    body: c.NoteRequest,
    handle: ({ actor, body }) => asGroup(actor, (operator) => note(deps, operator, body)),
  });
}

function rescueRoutes(app: FastifyInstance, deps: Deps): void {
  const post = { method: "POST", tag } as const;
  route(app, {
    ...post,
    url: "/api/operations/studies/:id/assign",
    action: "study.route",
    summary: "Give a study to a reader who may read it, whoever holds it; the draft stays",
    params: IdParams,
    body: c.AssignStudyRequest,
    handle: ({ actor, params: { id }, body }) => assignStudy(deps, actor, id, body.userId, body.reason),
  });
  route(app, {
    ...post,
    url: "/api/operations/studies/:id/recall",
    action: "study.route",
    summary: "Take a study from whoever holds it back into its pool; the draft stays",
    params: IdParams,
    body: c.RecallRequest,
    handle: ({ actor, params: { id }, body }) => recallStudy(deps, actor, id, body.reason),
  });
  route(app, {
    ...post,
    url: "/api/operations/readers/:id/on-shift",
    action: "roster.write",
    status: 201,
    summary: "Put a reader on shift from now until a given time",
    params: IdParams,
    body: c.OnShiftRequest,
    response: Made,
    handle: ({ actor, params: { id }, body }) => asGroup(actor, (operator) => putOnShift(deps, operator, id, body)),
  });
}

async function retry(
  deps: Deps,
  operator: UserActor,
  { eventId, handler }: { eventId: string; handler: string },
): Promise<Result<undefined, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    if (!(await store.retryReaction(tx, operator.organisationId, eventId, handler)))
      return err(refusal("not_found", "There is no such failure."));
    await audit(tx, operator, [{ action: "reaction.retry", subject: eventId, detail: { handler } }]);
    return ok(undefined);
  });
}

async function resolve(deps: Deps, actor: Actor, id: string, resolution: string): Promise<Result<undefined, Refusal>> {
  const hospitals = actor.kind === "user" || actor.kind === "machine" ? actor.hospitalIds : [];
  return deps.db.pgTx(async (tx) => {
    const incident = await store.resolveIncident(tx, id, hospitals, resolution, deps.clock.now());
    if (!incident) return err(refusal("not_found", "There is no such incident open."));
    await audit(tx, actor, [{ action: "incident.resolve", ...incident, subject: id }]);
    return ok(undefined);
  });
}
