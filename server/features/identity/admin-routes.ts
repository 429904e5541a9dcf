import * as c from "@readroom/shared/contract/http/admin.js";
import { ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import * as admin from "./admin-commands.js";
import * as store from "./store-admin.js";

const tag = "administration";
const params = c.IdParams;

/** People, DICOM peers and machine tokens of the organisations that the caller administers. */
export function adminRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: "/api/admin/scope",
    action: "people.read",
    tag,
    summary: "The organisations and sites that the caller administers",
    response: c.AdminScope,
    handle: async ({ actor }) =>
      ok({ organisations: await store.organisations(deps.db.pool, admin.administered(actor)) }),
  });
  userRoutes(app, deps);
  peerRoutes(app, deps);
  tokenRoutes(app, deps);
}

function userRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: "/api/admin/users",
    action: "people.read",
    tag,
    summary: "People with their roles",
    response: c.UserList,
    handle: async ({ actor }) => ok({ users: await store.users(deps.db.pool, admin.administered(actor)) }),
  });
  route(app, {
    method: "POST",
    url: "/api/admin/users",
    action: "people.write",
    tag,
    summary: "Add a person",
    body: c.NewUser,
    response: c.UserMade,
    status: 201,
    handle: ({ actor, body }) => admin.addUser(deps, actor, body),
  });
  route(app, {
    method: "PATCH",
    url: "/api/admin/users/:id",
    action: "people.write",
    tag,
    summary: "Change a person's name, roles, or whether the account is disabled",
    params,
    body: c.UserChange,
    response: c.UserView,
    handle: ({ actor, params: { id }, body }) => admin.changeUser(deps, actor, id, body),
  });
  route(app, {
    method: "POST",
    url: "/api/admin/users/:id/password",
    action: "people.write",
    tag,
    summary: "Make a new password, shown once; every session of the person ends",
    params,
    response: c.PasswordMade,
    handle: ({ actor, params: { id } }) => admin.resetPassword(deps, actor, id),
  });
}

function peerRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: "/api/admin/peers",
    action: "peer.read",
    tag,
    summary: "DICOM peers that may send",
    response: c.PeerList,
    handle: async ({ actor }) => ok({ peers: await store.peers(deps.db.pool, admin.administered(actor)) }),
  });
  route(app, {
    method: "POST",
    url: "/api/admin/peers",
    action: "peer.write",
    tag,
    summary: "Allow a DICOM peer by AE title and address",
    body: c.NewPeer,
    response: c.PeerView,
    status: 201,
    handle: ({ actor, body }) => admin.addPeer(deps, actor, body),
  });
  route(app, {
    method: "DELETE",
    url: "/api/admin/peers/:id",
    action: "peer.write",
    tag,
    summary: "No longer allow a DICOM peer",
    params,
    handle: ({ actor, params: { id } }) => admin.removePeer(deps, actor, id),
  });
}

function tokenRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: "/api/admin/tokens",
    action: "token.write",
    tag,
    summary: "Tokens of machine clients, without their secrets",
    response: c.TokenList,
    handle: async ({ actor }) => ok({ tokens: await store.tokens(deps.db.pool, admin.administered(actor)) }),
  });
  route(app, {
    method: "POST",
    url: "/api/admin/tokens",
    action: "token.write",
    tag,
    summary: "Make a token; its secret is shown this once",
    body: c.NewToken,
    response: c.TokenMade,
    status: 201,
    handle: ({ actor, body }) => admin.addToken(deps, actor, body),
  });
  route(app, {
    method: "DELETE",
    url: "/api/admin/tokens/:id",
    action: "token.write",
    tag,
    summary: "Revoke a token at once",
    params,
    handle: ({ actor, params: { id } }) => admin.revokeToken(deps, actor, id),
  });
}
