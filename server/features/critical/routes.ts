import { refusal } from "@readroom/shared/contract/errors.js";
import {
  Acknowledge,
  ContactView,
  CriticalView,
  EnterRoom,
  GuestView,
  JoinPreview,
  JoinToken,
  LinkView,
  NewLink,
  NewRoomLink,
  RaiseCritical,
  Reached,
  ReadBack,
  Withdraw,
} from "@readroom/shared/contract/http/critical.js";
import { may } from "@readroom/shared/domain/access.js";
import { err, ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import { changeCritical, clinician, raiseCritical } from "./commands.js";
import { createLink, enterRoom, GUEST_SESSION, guestView, previewLink, revokeLink } from "./links.js";
import { criticalView, ladderOf, studyForCritical } from "./store.js";

const ById = z.object({ id: z.uuid() });
const tag = "critical";

export function criticalRoutes(app: FastifyInstance, deps: Deps, publicUrl: string | undefined): void {
  loopRoutes(app, deps);
  linkRoutes(app, deps, publicUrl);
  joinRoutes(app, deps);
}

function loopRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "POST",
    url: "/api/studies/:id/critical",
    action: "critical.raise",
    tag,
    summary: "Open a critical finding's loop on a study",
    params: ById,
    body: RaiseCritical,
    response: CriticalView,
    status: 201,
    handle: ({ actor, params, body }) => raiseCritical(deps, actor, params.id, body),
  });
  route(app, {
    method: "GET",
    url: "/api/studies/:id/critical",
    action: "critical.read",
    tag,
    summary: "The critical findings of a study, newest first",
    params: ById,
    response: z.array(CriticalView),
    handle: ({ actor, params }) =>
      deps.db.tx(async (tx) => {
        const study = await studyForCritical(tx, params.id);
        if (
          !study ||
          !may(actor, "critical.read", { hospitalId: study.organisationId, siteId: study.siteId, studyId: study.id })
        ) {
          return err(refusal("not_found", "There is no such study."));
        }
        const rows = await tx.criticalFinding.findMany({
          where: { studyId: params.id },
          select: { id: true },
          orderBy: { raisedAt: "desc" },
          take: 50,
        });
        const views = await Promise.all(rows.map((row) => criticalView(tx, row.id)));
        return ok(views.filter((view) => view !== null));
      }),
  });
  route(app, {
    method: "GET",
    url: "/api/studies/:id/contacts",
    action: "critical.raise",
    tag,
    summary: "Who is rung about a critical finding on this study, in order",
    params: ById,
    response: z.array(ContactView),
    handle: ({ actor, params }) =>
      deps.db.tx(async (tx) => {
        const study = await studyForCritical(tx, params.id);
        if (
          !study ||
          !may(actor, "critical.raise", { hospitalId: study.organisationId, siteId: study.siteId, studyId: study.id })
        ) {
          return err(refusal("not_found", "There is no such study."));
        }
        return ok(await ladderOf(tx, study));
      }),
  });
  route(app, {
    method: "POST",
    url: "/api/critical/:id/reached",
    action: "critical.raise",
    tag,
    summary: "The radiologist has somebody on the line",
    params: ById,
    body: Reached,
    response: CriticalView,
    handle: ({ actor, params, body }) =>
      changeCritical(deps, actor, params.id, {
        action: "critical.raise",
        command: { type: "reach", by: { name: body.name, role: "" } },
        step: { kind: "reached", channel: body.channel, byName: body.name },
        event: "critical.reached",
      }),
  });
  route(app, {
    method: "POST",
    url: "/api/critical/:id/read-back",
    action: "critical.acknowledge",
    tag,
    summary: "What the clinician repeated, in their words",
    params: ById,
    body: ReadBack,
    response: CriticalView,
    handle: async ({ actor, params, body }) => {
      const by = clinician(actor, body.name);
      if (!by.ok) return by;
      return changeCritical(deps, actor, params.id, {
        action: "critical.acknowledge",
        command: { type: "readBack", by: by.value, text: body.text },
        step: { kind: "read_back", byName: by.value.name, note: body.text },
        event: "critical.read_back",
      });
    },
  });
  route(app, {
    method: "POST",
    url: "/api/critical/:id/acknowledge",
    action: "critical.acknowledge",
    tag,
    summary: "The clinician takes over: the loop closes",
    params: ById,
    body: Acknowledge,
    response: CriticalView,
    handle: async ({ actor, params, body }) => {
      const by = clinician(actor, body.name);
      if (!by.ok) return by;
      return changeCritical(deps, actor, params.id, {
        action: "critical.acknowledge",
        command: { type: "acknowledge", by: by.value },
        step: { kind: "acknowledged", byName: by.value.name, note: by.value.role },
        event: "critical.acknowledged",
      });
    },
  });
  route(app, {
    method: "POST",
    url: "/api/critical/:id/withdraw",
    action: "critical.raise",
    tag,
    summary: "Close a loop that should not have been opened, with the reason",
    params: ById,
    body: Withdraw,
    response: CriticalView,
    handle: ({ actor, params, body }) =>
      changeCritical(deps, actor, params.id, {
        action: "critical.raise",
        command: {
          type: "withdraw",
          by: { name: actor.kind === "user" ? actor.name : "", role: "" },
          reason: body.reason,
        },
        step: { kind: "withdrawn", byName: actor.kind === "user" ? actor.name : "", note: body.reason },
        event: "critical.withdrawn",
      }),
  });
}

function linkRoutes(app: FastifyInstance, deps: Deps, publicUrl: string | undefined): void {
  const origin = (request: { protocol: string; host: string }): string =>
    publicUrl?.replace(/\/$/, "") ?? `${request.protocol}://${request.host}`;
  route(app, {
    method: "POST",
    url: "/api/critical/:id/links",
    action: "critical.raise",
    tag,
    summary: "A join link for the clinician who is being rung",
    params: ById,
    body: NewLink,
    response: LinkView,
    status: 201,
    handle: async ({ actor, params, body, request }) => {
      const finding = await deps.db.prisma.criticalFinding.findUnique({
        where: { id: params.id },
        select: { studyId: true },
      });
      if (!finding) return err(refusal("not_found", "There is no such critical finding."));
      return createLink(
        deps,
        actor,
        { studyId: finding.studyId, findingId: params.id, name: body.name, role: body.role },
        origin(request),
      );
    },
  });
  route(app, {
    method: "POST",
    url: "/api/studies/:id/links",
    action: "critical.raise",
    tag,
    summary: "A join link into a study's room for one person: what they may do there and for how long it opens it",
    params: ById,
    body: NewRoomLink,
    response: LinkView,
    status: 201,
    handle: ({ actor, params, body, request }) =>
      createLink(deps, actor, { studyId: params.id, findingId: null, ...body }, origin(request)),
  });
  route(app, {
    method: "DELETE",
    url: "/api/links/:id",
    action: "critical.raise",
    tag,
    summary: "Take a join link back; a guest who came by it is out at once",
    params: ById,
    handle: ({ actor, params }) => revokeLink(deps, actor, params.id),
  });
}

function joinRoutes(app: FastifyInstance, deps: Deps): void {
  const limit = { max: 30, timeWindow: "1 minute" };
  route(app, {
    method: "POST",
    url: "/api/join/preview",
    action: "public",
    tag,
    summary: "Who calls, about whom (minimum necessary), how urgent",
    limit,
    body: JoinToken,
    response: JoinPreview,
    handle: ({ body }) => previewLink(deps, body.token),
  });
  route(app, {
    method: "POST",
    url: "/api/join",
    action: "public",
    tag,
    summary: "Come in by a link: uses it up and sets the guest's cookie",
    limit,
    body: EnterRoom,
    response: GuestView,
    handle: async ({ body, request, reply }) => {
      const entered = await enterRoom(deps, body.token, body.name, request.ip);
      if (!entered.ok) return entered;
      reply.setCookie("rr_guest", entered.value.secret, {
        path: "/",
        httpOnly: true,
        sameSite: "strict",
        secure: request.protocol === "https",
        maxAge: GUEST_SESSION / 1000,
      });
      return ok(entered.value.view);
    },
  });
  route(app, {
    method: "GET",
    url: "/api/join",
    action: "critical.read",
    tag,
    summary: "The guest's own room, also after a reload",
    response: GuestView,
    handle: ({ actor }) => guestView(deps, actor),
  });
}
