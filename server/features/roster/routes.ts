import { IdParams } from "@readroom/shared/contract/http/admin.js";
import * as c from "@readroom/shared/contract/http/roster.js";
import { ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import * as people from "./commands-people.js";
import * as places from "./commands-places.js";
import * as poolCommands from "./commands-pools.js";
import { groupOf, missing } from "./policy.js";
import { shiftRoutes } from "./routes-shifts.js";
import { ownerOf } from "./store-people.js";
import * as views from "./views.js";

const tag = "roster";
const params = IdParams;

/** Who reads for the group, with which credentials, when and in which pools; contracts and sites. */
export function rosterRoutes(app: FastifyInstance, deps: Deps): void {
  readerRoutes(app, deps);
  credentialRoutes(app, deps);
  shiftRoutes(app, deps);
  poolRoutes(app, deps);
  placeRoutes(app, deps);
}

function readerRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    ...{ method: "GET", url: "/api/roster/readers", action: "roster.read", tag },
    summary: "Readers of the group with their credentials and pools",
    response: c.ReaderList,
    handle: async ({ actor }) => {
      const group = groupOf(actor);
      return group.ok ? ok({ readers: await views.readerViews(deps, group.value.organisationId) }) : group;
    },
  });
  route(app, {
    ...{ method: "GET", url: "/api/roster/readers/:id", action: "roster.read", tag },
    summary: "One reader",
    params,
    response: c.ReaderView,
    handle: async ({ actor, params: { id } }) => {
      const group = groupOf(actor);
      return group.ok ? views.readerById(deps, group.value.organisationId, id) : group;
    },
  });
  route(app, {
    ...{ method: "PUT", url: "/api/roster/readers/:id/profile", action: "roster.write", tag },
    summary: "A reader's subspecialties, read types, limits and pools",
    params,
    body: c.ProfileRequest,
    response: c.ReaderView,
    handle: async ({ actor, params: { id }, body }) => {
      const group = groupOf(actor);
      if (!group.ok) return group;
      const done = await people.setProfile(deps, actor, group.value.organisationId, id, body);
      return done.ok ? views.readerById(deps, group.value.organisationId, id) : done;
    },
  });
  route(app, {
    ...{ method: "GET", url: "/api/roster/expiring", action: "roster.read", tag },
    summary: "Licences and privileges that run out within 60 days, or have, and are not renewed",
    response: c.ExpiringList,
    handle: async ({ actor }) => {
      const group = groupOf(actor);
      return group.ok ? ok(await views.expiring(deps, group.value.organisationId)) : group;
    },
  });
}

function credentialRoutes(app: FastifyInstance, deps: Deps): void {
  const kinds = [
    { kind: "licence", path: "licences", body: c.LicenceRequest, save: people.saveLicence },
    { kind: "privilege", path: "privileges", body: c.PrivilegeRequest, save: people.savePrivilege },
  ] as const;
  for (const { kind, path, body, save } of kinds) {
    // The body has passed this kind's own schema; the union of both is what the loop sees.
    const saveAs = save as (...a: [...Parameters<typeof people.saveLicence>]) => ReturnType<typeof people.saveLicence>;
    type Body = Parameters<typeof people.saveLicence>[4];
    route(app, {
      ...{ method: "POST", url: `/api/roster/readers/:id/${path}`, action: "roster.write", tag, status: 201 },
      summary: `Add a ${kind}`,
      params,
      body,
      response: c.Made,
      handle: async ({ actor, params: { id }, body: request }) => {
        const group = groupOf(actor);
        return group.ok ? saveAs(deps, actor, group.value.organisationId, id, request as Body) : group;
      },
    });
    route(app, {
      ...{ method: "PUT", url: `/api/roster/${path}/:id`, action: "roster.write", tag },
      summary: `Change a ${kind}, for example to renew it`,
      params,
      body,
      response: c.Made,
      handle: async ({ actor, params: { id }, body: request }) => {
        const group = groupOf(actor);
        if (!group.ok) return group;
        const groupId = group.value.organisationId;
        const userId = await ownerOf(deps.db.pool, groupId, kind, id);
        if (!userId) return { ok: false, error: missing(kind) };
        return saveAs(deps, actor, groupId, userId, request as Body, id);
      },
    });
    route(app, {
      ...{ method: "DELETE", url: `/api/roster/${path}/:id`, action: "roster.write", tag },
      summary: `Withdraw a ${kind} at once`,
      params,
      handle: async ({ actor, params: { id } }) => {
        const group = groupOf(actor);
        return group.ok ? people.removeCredential(deps, actor, group.value.organisationId, kind, id) : group;
      },
    });
  }
}

function poolRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    ...{ method: "GET", url: "/api/roster/pools", action: "roster.read", tag },
    summary: "Pools with members, fall-back and opening hours",
    response: c.PoolList,
    handle: async ({ actor }) => {
      const group = groupOf(actor);
      if (!group.ok) return group;
      const timeZone = await views.groupZone(deps, group.value.organisationId);
      return ok({ timeZone, pools: await poolCommands.poolViews(deps, group.value.organisationId) });
    },
  });
  route(app, {
    ...{ method: "POST", url: "/api/roster/pools", action: "roster.write", tag, status: 201 },
    summary: "Add a pool",
    body: c.PoolRequest,
    response: c.Made,
    handle: async ({ actor, body }) => {
      const group = groupOf(actor);
      return group.ok ? poolCommands.savePool(deps, actor, group.value.organisationId, body) : group;
    },
  });
  route(app, {
    ...{ method: "PUT", url: "/api/roster/pools/:id", action: "roster.write", tag },
    summary: "Change a pool; a ring of fall-backs is refused",
    params,
    body: c.PoolRequest,
    response: c.Made,
    handle: async ({ actor, params: { id }, body }) => {
      const group = groupOf(actor);
      return group.ok ? poolCommands.savePool(deps, actor, group.value.organisationId, body, id) : group;
    },
  });
  route(app, {
    ...{ method: "DELETE", url: "/api/roster/pools/:id", action: "roster.write", tag },
    summary: "Remove a pool that nothing waits in and none falls back to",
    params,
    handle: async ({ actor, params: { id } }) => {
      const group = groupOf(actor);
      return group.ok ? poolCommands.removePool(deps, actor, group.value.organisationId, id) : group;
    },
  });
}

function placeRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    ...{ method: "GET", url: "/api/roster/contracts", action: "contract.read", tag },
    summary: "Contracts in which the caller's organisation is either side",
    response: c.ContractList,
    handle: async ({ actor }) =>
      ok({ contracts: actor.kind === "user" ? await places.contractViews(deps, actor.organisationId) : [] }),
  });
  route(app, {
    ...{ method: "PATCH", url: "/api/roster/contracts/:id", action: "contract.write", tag },
    summary: "Change a contract's terms; only the hospital can let it run longer",
    params,
    body: c.ContractChange,
    response: c.RosterContract,
    handle: async ({ actor, params: { id }, body }) =>
      actor.kind === "user"
        ? places.changeContract(deps, actor, actor.organisationId, id, body)
        : { ok: false, error: missing("contract") },
  });
  route(app, {
    ...{ method: "GET", url: "/api/roster/sites", action: "site.read", tag },
    summary: "Sites with their ladder, quiet seconds and receiver of results",
    response: c.SiteList,
    handle: async ({ actor }) => ok({ sites: await places.siteViews(deps, actor) }),
  });
  route(app, {
    ...{ method: "PATCH", url: "/api/roster/sites/:id", action: "site.write", tag },
    summary: "Change a site's settings or replace its ladder",
    params,
    body: c.SiteChange,
    response: c.SiteSettings,
    handle: ({ actor, params: { id }, body }) => places.changeSite(deps, actor, id, body),
  });
}
