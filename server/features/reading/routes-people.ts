import { ChangeRole, Invitable, Invitation, RoomList } from "@readroom/shared/contract/http/room.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import { changeRole, invitable, invite, roomList, sendOut } from "./people.js";
import type { SharedDocuments } from "./ports.js";

const ById = z.object({ id: z.uuid() });
const ByPerson = z.object({ id: z.uuid(), personId: z.uuid() });
const tag = "reading";

/** Who is in a study's room, as what, and by whose word. */
export function peopleRoutes(app: FastifyInstance, deps: Deps, documents: SharedDocuments): void {
  route(app, {
    method: "GET",
    url: "/api/studies/:id/room",
    action: "room.join",
    tag,
    summary: "Who was asked into the study's room and who has been in it, and what the caller may do about it",
    params: ById,
    response: RoomList,
    handle: ({ actor, params }) => roomList(deps, documents, actor, params.id),
  });
  route(app, {
    method: "GET",
    url: "/api/studies/:id/room/invitable",
    action: "room.mark",
    tag,
    summary: "Colleagues and the hospital's physicians who could be asked in",
    params: ById,
    response: z.array(Invitable),
    handle: ({ actor, params }) => invitable(deps, actor, params.id),
  });
  route(app, {
    method: "POST",
    url: "/api/studies/:id/room/invitations",
    action: "room.mark",
    tag,
    summary: "Ask a person into the room, as what they are to be there",
    params: ById,
    body: Invitation,
    handle: ({ actor, params, body }) => invite(deps, actor, params.id, body),
  });
  route(app, {
    method: "PUT",
    url: "/api/studies/:id/room/people/:personId",
    action: "room.mark",
    tag,
    summary: "Change what somebody is in the room; live screens follow at once",
    params: ByPerson,
    body: ChangeRole,
    handle: ({ actor, params, body }) => changeRole(deps, actor, params.id, params.personId, body.role),
  });
  route(app, {
    method: "DELETE",
    url: "/api/studies/:id/room/people/:personId",
    action: "room.mark",
    tag,
    summary: "Send somebody out of the room, at once and until they are let in again",
    params: ByPerson,
    handle: ({ actor, params }) => sendOut(deps, actor, params.id, params.personId),
  });
}
