import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { WhyView } from "@readroom/shared/contract/http/routing.js";
import * as c from "@readroom/shared/contract/http/worklist.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { isUuid } from "@readroom/shared/kernel/ids.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import type { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import { claimStudy, handOver, release, takeOver } from "./commands.js";
import { escalate, escalationPools, hold, resume } from "./commands-hold.js";
import { heldClaims, likelyNext, searchStudies } from "./find.js";
import { linesRoute } from "./lines.js";
import type { NextStudy } from "./next.js";
import { rowOf } from "./store-rows.js";
import * as triage from "./triage.js";
import { viewRoutes } from "./view-routes.js";
import * as views from "./views.js";

const tag = "worklist";
const params = c.StudyParams;

export function worklistRoutes(app: FastifyInstance, deps: Deps, next: NextStudy): void {
  readRoutes(app, deps);
  linesRoute(app, deps);
  findRoutes(app, deps, next);
  claimRoutes(app, deps, next);
  aside(app, deps);
  triageRoutes(app, deps);
  viewRoutes(app, deps);
}

function readRoutes(app: FastifyInstance, deps: Deps): void {
  const get = { method: "GET", tag } as const;
  route(app, {
    ...get,
    url: "/api/worklist",
    action: "worklist.read",
    summary: "The reading group's studies, the most urgent first",
    query: c.WorklistQuery,
    response: c.WorklistSnapshot,
    handle: async ({ actor, query }) => {
      const ids = query.ids === undefined ? null : query.ids.split(",").filter((id) => id !== "");
      if (ids?.some((id) => !isUuid(id))) return err(refusal("invalid", "ids must be study ids, comma separated"));
      return views.worklist(deps, actor, ids);
    },
  });
  route(app, {
    ...get,
    url: "/api/studies/:id",
    action: "study.read",
    summary: "A study with its order, series, priors and claim",
    params,
    response: c.StudyDetail,
    handle: ({ actor, params: { id } }) => views.studyDetail(deps, actor, id),
  });
  route(app, {
    ...get,
    url: "/api/studies/:id/why",
    action: "study.read",
    summary: "Why the study is where it is, and who may read it",
    params,
    response: WhyView,
    handle: ({ actor, params: { id } }) => views.why(deps, actor, id),
  });
  route(app, {
    ...get,
    url: "/api/studies/:id/colleagues",
    action: "study.claim",
    summary: "Whom the study may be handed to",
    params,
    response: c.ColleaguesView,
    handle: ({ actor, params: { id } }) => views.colleagues(deps, actor, id),
  });
  route(app, {
    ...get,
    url: "/api/studies/:id/order-candidates",
    action: "queue.read",
    summary: "Orders that may be the study's",
    params,
    response: c.OrderCandidates,
    handle: ({ actor, params: { id } }) => views.candidates(deps, actor, id),
  });
}

function findRoutes(app: FastifyInstance, deps: Deps, next: NextStudy): void {
  route(app, {
    method: "POST",
    tag,
    url: "/api/studies/search",
    action: "study.find",
    summary: "Find studies by accession number, patient number, study UID, name or words of the procedure",
    body: c.StudySearch,
    response: c.StudySearchAnswer,
    limit: { max: 240, timeWindow: "1 minute" },
    handle: ({ actor, body }) => searchStudies(deps, actor, body.text),
  });
  route(app, {
    method: "POST",
    tag,
    url: "/api/worklist/likely",
    action: "study.claim",
    summary: "The study that next would most likely give, in full; claims nothing",
    body: c.LikelyRequest,
    response: c.LikelyAnswer,
    handle: ({ actor, body }) => likelyNext(deps, next, actor, body.besides),
  });
  route(app, {
    method: "GET",
    tag,
    url: "/api/worklist/held",
    action: "study.claim",
    summary: "What the caller holds",
    response: c.HeldClaims,
    handle: ({ actor }) => heldClaims(deps, actor),
  });
}

function claimRoutes(app: FastifyInstance, deps: Deps, next: NextStudy): void {
  const post = { method: "POST", tag, action: "study.claim" } as const;
  route(app, {
    ...post,
    url: "/api/worklist/next",
    summary: "Claim the most urgent study that the caller may read",
    response: c.NextAnswer,
    handle: async ({ actor }) => {
      if (actor.kind !== "user" || actor.organisationKind !== "reading_group")
        return err(refusal("forbidden", "Only a reading group's readers claim studies."));
      const answer = await next.next(actor);
      if (!answer.ok) return answer;
      const { claim, reason } = answer.value;
      return ok({ claim, reason, row: claim ? await rowOf(deps.db.pool, claim.studyId) : null });
    },
  });
  route(app, {
    ...post,
    url: "/api/worklist/break",
    summary: "Begin or end a break",
    body: c.BreakRequest,
    handle: async ({ actor, body }) => {
      const done = await triage.setBreak(deps, actor, body.onBreak);
      if (actor.kind === "user") next.forget(actor.userId);
      return done;
    },
  });
  route(app, {
    ...post,
    url: "/api/studies/:id/claim",
    summary: "Claim this study",
    params,
    response: c.ClaimAnswer,
    handle: async ({ actor, params: { id } }) => withRow(deps, id, await claimStudy(deps, actor, id)),
  });
  route(app, {
    ...post,
    url: "/api/studies/:id/release",
    summary: "Put a study back",
    params,
    body: c.ReleaseRequest,
    response: c.RowAnswer,
    handle: async ({ actor, params: { id }, body }) =>
      rowAfter(deps, id, await release(deps, actor, id, body.fence, body.reason, body.code)),
  });
  route(app, {
    ...post,
    url: "/api/studies/:id/hand-over",
    summary: "Give a study to a named colleague",
    params,
    body: c.HandOverRequest,
    response: c.RowAnswer,
    handle: async ({ actor, params: { id }, body }) => rowAfter(deps, id, await handOver(deps, actor, id, body)),
  });
  route(app, {
    ...post,
    action: "study.takeover",
    url: "/api/studies/:id/take-over",
    summary: "Take a study from whoever holds it; the draft stays",
    params,
    body: c.TakeOverRequest,
    response: c.ClaimAnswer,
    handle: async ({ actor, params: { id }, body }) => withRow(deps, id, await takeOver(deps, actor, id, body.reason)),
  });
}

/** What the holder does with a study beside reading it: keep it a moment, go on, ask a subspecialist. */
function aside(app: FastifyInstance, deps: Deps): void {
  const post = { method: "POST", tag, action: "study.claim", params, response: c.RowAnswer } as const;
  route(app, {
    ...post,
    url: "/api/studies/:id/hold",
    summary: "Keep a study for a moment while reading another",
    body: c.FenceRequest,
    handle: async ({ actor, params: { id }, body }) => rowAfter(deps, id, await hold(deps, actor, id, body.fence)),
  });
  route(app, {
    ...post,
    url: "/api/studies/:id/resume",
    summary: "Go on with a study that was on hold",
    body: c.FenceRequest,
    handle: async ({ actor, params: { id }, body }) => rowAfter(deps, id, await resume(deps, actor, id, body.fence)),
  });
  route(app, {
    ...post,
    url: "/api/studies/:id/escalate",
    summary: "Ask for a subspecialist: a pool, or a named reader",
    body: c.EscalateRequest,
    handle: async ({ actor, params: { id }, body }) => rowAfter(deps, id, await escalate(deps, actor, id, body)),
  });
  route(app, {
    method: "GET",
    tag,
    url: "/api/studies/:id/escalation-pools",
    action: "study.claim",
    summary: "Pools that the study may be escalated to",
    params,
    response: c.EscalationPools,
    handle: ({ actor, params: { id } }) => escalationPools(deps, actor, id),
  });
}

function triageRoutes(app: FastifyInstance, deps: Deps): void {
  const change = <B extends z.ZodType>(
    name: string,
    action: "study.route" | "queue.read" | "queue.act",
    summary: string,
    body: B,
    act: (actor: Actor, id: string, request: z.output<B>) => Promise<Result<undefined, Refusal>>,
  ) =>
    route(app, {
      method: "POST",
      tag,
      url: `/api/studies/:id/${name}`,
      action,
      summary,
      params,
      body: body as z.ZodType<z.output<B>>,
      response: c.RowAnswer,
      handle: async ({ actor, params: { id }, body: request }) => rowAfter(deps, id, await act(actor, id, request)),
    });
  change(
    "urgency",
    "study.route",
    "Raise or lower a study's urgency",
    c.UrgencyRequest,
    (actor, id, { urgency, reason }) => triage.setUrgency(deps, actor, id, urgency, reason),
  );
  change(
    "confirm-without-order",
    "queue.read",
    "Say that the study is read without an order",
    c.ConfirmRequest,
    (actor, id, { reason }) => triage.confirmWithoutOrder(deps, actor, id, reason),
  );
  change("match", "queue.act", "Match the study to an order by hand", c.MatchRequest, (actor, id, { orderId }) =>
    triage.matchToOrder(deps, actor, id, orderId),
  );
  change(
    "reroute",
    "study.route",
    "Put the study into a pool by hand, or let the rules decide again",
    c.RerouteRequest,
    (actor, id, { poolId, reason }) => triage.reroute(deps, actor, id, poolId, reason),
  );
}

async function rowAfter(
  deps: Deps,
  id: string,
  done: Result<undefined, Refusal>,
): Promise<Result<c.RowAnswer, Refusal>> {
  if (!done.ok) return done;
  const row = await rowOf(deps.db.pool, id);
  return row ? ok({ row }) : err(refusal("not_found", "There is no such study."));
}

async function withRow(
  deps: Deps,
  id: string,
  claimed: Result<c.Claim, Refusal>,
): Promise<Result<c.ClaimAnswer, Refusal>> {
  if (!claimed.ok) return claimed;
  const row = await rowOf(deps.db.pool, id);
  return row ? ok({ claim: claimed.value, row }) : err(refusal("not_found", "There is no such study."));
}
