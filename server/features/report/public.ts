import { refusal } from "@readroom/shared/contract/errors.js";
import {
  BeginDraft,
  CreateReport,
  ReportTemplateView,
  ReportVersionView,
  ReportView,
  SignedReport,
  SignReport,
} from "@readroom/shared/contract/http/report.js";
import { AddComment, CommentsView, ResolveThread } from "@readroom/shared/contract/http/report-comments.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { err, ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { route } from "../../kernel/route.js";
import type { SharedDocuments } from "../reading/public.js";
import { beginAddition, beginReport, noStudy, visibleStudy } from "./commands.js";
import { addComment, commentsView, resolveThread } from "./comments.js";
import { dictationRoutes } from "./dictation.js";
import type { SpeechPort } from "./ports.js";
import { signReport } from "./signing.js";
import { reportOf, studyFacts, versionsOf } from "./store.js";
import { choose } from "./templates/choose.js";
import { templateRoutes } from "./templates/routes.js";
import { templatesOf } from "./templates/store.js";
import { reportView } from "./views.js";

export { beginReport } from "./commands.js";
export { signFactsOf } from "./facts.js";
export { signReport } from "./signing.js";
export { communicationsOf, reportOf } from "./store.js";

const Params = z.object({ id: z.uuid() });
const url = "/api/studies/:id/report";
const tag = "report";
const noReport = () => refusal("not_found", "No report of this study has been begun.");

/** The report of a study: begun with a template, written in its room, signed, added to. */
export function reportFeature(deps: Deps, documents: SharedDocuments, speech: SpeechPort | null): Feature {
  return {
    name: "report",
    routes: (app) => {
      readRoutes(app, deps, documents);
      writeRoutes(app, deps, documents);
      commentRoutes(app, deps);
      dictationRoutes(app, deps, speech);
      templateRoutes(app, deps);
    },
  };
}

function readRoutes(app: FastifyInstance, deps: Deps, documents: SharedDocuments): void {
  route(app, {
    method: "GET",
    url,
    action: "report.read",
    tag,
    summary: "The report of a study: state, draft, signed versions",
    params: Params,
    response: ReportView,
    handle: async ({ actor, params }) => viewOf(deps, documents, actor, params.id),
  });
  route(app, {
    method: "GET",
    url: `${url}/versions`,
    action: "report.read",
    tag,
    summary: "The signed versions, newest first",
    params: Params,
    response: z.object({ versions: z.array(ReportVersionView) }),
    handle: async ({ actor, params }) => {
      const study = await visibleStudy(deps, actor, params.id);
      const report = study ? await reportOf(deps.db.pool, study.id) : null;
      if (!report) return err(noReport());
      return ok({ versions: await versionsOf(deps.db.pool, report.id) });
    },
  });
  route(app, {
    method: "GET",
    url: "/api/studies/:id/report-templates",
    action: "report.write",
    tag,
    summary: "Templates of the study's reading group, the best fitting one marked",
    params: Params,
    response: z.object({ templates: z.array(ReportTemplateView) }),
    handle: async ({ actor, params }) => {
      const study = await visibleStudy(deps, actor, params.id);
      if (!study) return err(noStudy());
      if (study.groupId === null) return ok({ templates: [] });
      const [templates, facts] = [
        await templatesOf(deps.db, study.groupId, actor.kind === "user" ? actor.userId : null),
        await studyFacts(deps.db, study.id),
      ];
      const best = choose(templates, facts);
      return ok({ templates: templates.map((template) => ({ ...template, suggested: template.id === best?.id })) });
    },
  });
}

function writeRoutes(app: FastifyInstance, deps: Deps, documents: SharedDocuments): void {
  route(app, {
    method: "POST",
    url,
    action: "report.write",
    tag,
    summary: "Begin the report with a template (the best fitting one by default); a second call finds it begun",
    params: Params,
    body: CreateReport,
    response: ReportView,
    handle: async ({ actor, params, body }) => {
      const begun = await beginReport(deps, documents, actor, params.id, body.templateId);
      return begun.ok ? viewOf(deps, documents, actor, params.id) : begun;
    },
  });
  route(app, {
    method: "POST",
    url: `${url}/drafts`,
    action: "report.write",
    tag,
    summary: "Open an addendum or a correction after a final signature",
    params: Params,
    body: BeginDraft,
    response: ReportView,
    handle: async ({ actor, params, body }) => {
      const begun = await beginAddition(deps, documents, actor, params.id, body.kind);
      return begun.ok ? viewOf(deps, documents, actor, params.id) : begun;
    },
  });
  route(app, {
    method: "POST",
    url: `${url}/sign`,
    action: "report.sign.preliminary",
    tag,
    summary: "Sign what the signer saw (by its hash) as preliminary, final, addendum or corrected",
    params: Params,
    body: SignReport,
    response: SignedReport,
    handle: async ({ actor, params, body }) => signReport(deps, documents, actor, params.id, body),
  });
}

function commentRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: `${url}/comments`,
    action: "report.write",
    tag,
    summary: "Threads of comments on the report's text, and who can be mentioned",
    params: Params,
    response: CommentsView,
    handle: ({ actor, params }) => commentsView(deps, actor, params.id),
  });
  route(app, {
    method: "POST",
    url: `${url}/comments`,
    action: "report.write",
    tag,
    summary: "Comment on words of the report, or answer in a thread",
    params: Params,
    body: AddComment,
    response: CommentsView,
    handle: ({ actor, params, body }) => addComment(deps, actor, params.id, body),
  });
  route(app, {
    method: "POST",
    url: `${url}/comments/:threadId/resolve`,
    action: "report.write",
    tag,
    summary: "Settle a thread of comments, or take it up again",
    params: Params.extend({ threadId: z.uuid() }),
    body: ResolveThread,
    response: CommentsView,
    handle: ({ actor, params, body }) => resolveThread(deps, actor, params.id, params.threadId, body.resolved),
  });
}

async function viewOf(deps: Deps, documents: SharedDocuments, actor: Actor, studyId: string) {
  const study = await visibleStudy(deps, actor, studyId);
  return study ? ok(await reportView(deps, documents, actor, study)) : err(noStudy());
}
