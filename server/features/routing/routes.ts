import {
  DraftAnswer,
  DraftRequest,
  DraftRevision,
  DraftSave,
  DraftView,
  PublishRequest,
  ReplayRequest,
  ReplayView,
  RulesView,
  TryRequest,
  TryStudies,
  TryView,
  VersionList,
  VersionView,
  VocabularyView,
} from "@readroom/shared/contract/http/routing.js";
import { ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import * as sets from "./sets.js";
import { replay, tryOn, tryStudies } from "./trial.js";
import { vocabularyOf } from "./vocabulary.js";

const READ = { action: "rule.read", tag: "routing" } as const;
const WRITE = { action: "rule.write", tag: "routing" } as const;

export function routingRoutes(app: FastifyInstance, deps: Deps): void {
  readRoutes(app, deps);
  draftRoutes(app, deps);
  trialRoutes(app, deps);
}

function readRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    ...{ ...READ, method: "GET", url: "/api/routing/rules", response: RulesView },
    summary: "The reading group's published routing rules and subspecialty mapping",
    handle: async ({ actor }) => {
      const group = sets.groupOf(actor);
      return group.ok ? ok(await sets.rulesView(deps, group.value.organisationId)) : group;
    },
  });
  route(app, {
    ...{ ...READ, method: "GET", url: "/api/routing/vocabulary", response: VocabularyView },
    summary: "What rules may speak of: pools, sites, codes and readers' subspecialties",
    handle: async ({ actor }) => {
      const group = sets.groupOf(actor);
      if (!group.ok) return group;
      return ok(
        structuredClone(await vocabularyOf(deps.db.pool, group.value.organisationId)) as z.output<
          typeof VocabularyView
        >,
      );
    },
  });
  route(app, {
    ...{ ...READ, method: "GET", url: "/api/routing/versions", response: VersionList },
    summary: "Every version of the rules that was ever in effect",
    handle: async ({ actor }) => {
      const group = sets.groupOf(actor);
      return group.ok ? ok(await sets.versions(deps, group.value.organisationId)) : group;
    },
  });
  route(app, {
    ...{ ...READ, method: "GET", url: "/api/routing/versions/:id", response: VersionView },
    params: z.object({ id: z.guid() }),
    summary: "One version of the rules, and what it changed",
    handle: async ({ actor, params }) => {
      const group = sets.groupOf(actor);
      return group.ok ? sets.version(deps, group.value.organisationId, params.id) : group;
    },
  });
}

function draftRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    ...{ ...READ, method: "GET", url: "/api/routing/draft", response: DraftAnswer },
    summary: "The draft of the rules with its problems and what it would change, if there is one",
    handle: async ({ actor }) => {
      const group = sets.groupOf(actor);
      return group.ok ? ok({ draft: await sets.draftView(deps, group.value.organisationId) }) : group;
    },
  });
  route(app, {
    ...{ ...WRITE, method: "POST", url: "/api/routing/draft", body: DraftRequest, response: DraftView },
    summary: "Start a draft from the published rules, or from an earlier version",
    handle: async ({ actor, body }) => {
      const group = sets.groupOf(actor);
      return group.ok ? sets.startDraft(deps, group.value, body.from) : group;
    },
  });
  route(app, {
    ...{ ...WRITE, method: "PUT", url: "/api/routing/draft", body: DraftSave, response: DraftView },
    summary: "Save the draft; refused when somebody else saved it in between",
    handle: async ({ actor, body }) => {
      const group = sets.groupOf(actor);
      return group.ok ? sets.saveDraft(deps, group.value, body.revision, body.content) : group;
    },
  });
  route(app, {
    ...{ ...WRITE, method: "DELETE", url: "/api/routing/draft", query: DraftRevision, response: z.null() },
    summary: "Discard the draft",
    handle: async ({ actor, query }) => {
      const group = sets.groupOf(actor);
      return group.ok ? sets.discardDraft(deps, group.value, query.revision) : group;
    },
  });
  route(app, {
    ...{ ...WRITE, method: "POST", url: "/api/routing/draft/publish", body: PublishRequest, response: RulesView },
    summary: "Put the draft into effect; open studies are decided anew",
    handle: async ({ actor, body }) => {
      const group = sets.groupOf(actor);
      return group.ok ? sets.publishDraft(deps, group.value, body.revision, body.note) : group;
    },
  });
}

function trialRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    ...{ ...WRITE, method: "GET", url: "/api/routing/draft/studies", response: TryStudies },
    summary: "The latest studies, to try the draft on",
    handle: async ({ actor }) => {
      const group = sets.groupOf(actor);
      return group.ok ? ok(await tryStudies(deps, group.value)) : group;
    },
  });
  route(app, {
    ...{ ...WRITE, method: "POST", url: "/api/routing/draft/try", body: TryRequest, response: TryView },
    summary: "What the draft would do with one study, beside what the published rules do",
    handle: async ({ actor, body }) => {
      const group = sets.groupOf(actor);
      return group.ok ? tryOn(deps, group.value, body) : group;
    },
  });
  route(app, {
    ...{ ...WRITE, method: "POST", url: "/api/routing/draft/replay", body: ReplayRequest, response: ReplayView },
    summary: "The last days' decisions again under the draft: what would go elsewhere",
    handle: async ({ actor, body }) => {
      const group = sets.groupOf(actor);
      return group.ok ? replay(deps, group.value, body.days) : group;
    },
  });
}
