import {
  ChangeTemplate,
  ImportTemplate,
  SaveSnippet,
  SnippetList,
  TemplateBody,
  TemplateList,
} from "@readroom/shared/contract/http/report-templates.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { Deps } from "../../../kernel/deps.js";
import { route } from "../../../kernel/route.js";
import * as commands from "./commands.js";

const Params = z.object({ id: z.uuid() });
const Id = z.object({ id: z.string() });
const tag = "report";

/** Templates and snippets of the caller's reading group, and the caller's own. */
export function templateRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: "/api/report-templates",
    action: "template.read",
    tag,
    summary: "Report templates of the reading group and one's own",
    response: TemplateList,
    handle: ({ actor }) => commands.listTemplates(deps, actor),
  });
  route(app, {
    method: "POST",
    url: "/api/report-templates",
    action: "template.write",
    tag,
    summary: "Save a new report template, as one's own or the group's",
    body: TemplateBody,
    response: Id,
    handle: ({ actor, body }) => commands.createTemplate(deps, actor, body),
  });
  route(app, {
    method: "PUT",
    url: "/api/report-templates/:id",
    action: "template.write",
    tag,
    summary: "Change a report template; refused where somebody saved it in the meantime",
    params: Params,
    body: ChangeTemplate,
    response: Id,
    handle: ({ actor, params, body }) => commands.changeTemplate(deps, actor, params.id, body),
  });
  route(app, {
    method: "DELETE",
    url: "/api/report-templates/:id",
    action: "template.write",
    tag,
    summary: "Retire a report template; reports that began with it are not affected",
    params: Params,
    response: Id,
    handle: ({ actor, params }) => commands.retireTemplate(deps, actor, params.id),
  });
  route(app, {
    method: "POST",
    url: "/api/report-templates/import",
    action: "template.write",
    tag,
    summary: "Read an MRRT template (HTML) and show what came of it, with what was not understood; nothing is saved",
    body: ImportTemplate,
    response: TemplateBody.omit({ owner: true, procedures: true }),
    handle: async ({ body }) => commands.importTemplate(body.html),
  });
  route(app, {
    method: "GET",
    url: "/api/report-snippets",
    action: "template.read",
    tag,
    summary: "Texts by abbreviation: the group's and one's own",
    response: SnippetList,
    handle: ({ actor }) => commands.listSnippets(deps, actor),
  });
  route(app, {
    method: "PUT",
    url: "/api/report-snippets",
    action: "template.write",
    tag,
    summary: "Save a text under its abbreviation",
    body: SaveSnippet,
    response: SnippetList,
    handle: ({ actor, body }) => commands.saveSnippet(deps, actor, body),
  });
  route(app, {
    method: "DELETE",
    url: "/api/report-snippets/:id",
    action: "template.write",
    tag,
    summary: "Delete a text by abbreviation",
    params: Params,
    response: SnippetList,
    handle: ({ actor, params }) => commands.deleteSnippet(deps, actor, params.id),
  });
}
