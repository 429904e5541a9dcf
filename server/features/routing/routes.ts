import { RulesRequest, RulesView } from "@readroom/shared/contract/http/routing.js";
import { ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import { groupOf, replaceRules, rulesView } from "./rules.js";

export function routingRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: "/api/routing/rules",
    action: "rule.read",
    tag: "routing",
    summary: "The reading group's routing rules, pools and subspecialty mapping",
    response: RulesView,
    handle: async ({ actor }) => {
      const group = groupOf(actor);
      return group.ok ? ok(await rulesView(deps, group.value.organisationId)) : group;
    },
  });

  route(app, {
    method: "PUT",
    url: "/api/routing/rules",
    action: "rule.write",
    tag: "routing",
    summary: "Replace the routing rules; open studies are decided anew",
    body: RulesRequest,
    response: RulesView,
    handle: async ({ actor, body }) => {
      const group = groupOf(actor);
      return group.ok ? replaceRules(deps, group.value, body) : group;
    },
  });
}
