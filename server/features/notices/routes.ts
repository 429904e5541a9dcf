import * as c from "@readroom/shared/contract/http/notices.js";
import type { FastifyInstance } from "fastify";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import * as commands from "./commands.js";
import type { NoticePorts } from "./ports.js";

const own = { tag: "notices", action: "notice.read" } as const;

export function noticeRoutes(app: FastifyInstance, deps: Deps, ports: NoticePorts): void {
  route(app, {
    ...own,
    method: "GET",
    url: "/api/notices",
    summary: "What the caller is told: live notices, the newest first, and how many wait behind the open report",
    response: c.NoticesView,
    handle: ({ actor }) => commands.list(deps, actor),
  });
  route(app, {
    ...own,
    method: "POST",
    url: "/api/notices/act",
    summary: "Mark own notices read or unread, put them away, or be quiet about them for a while",
    body: c.ActOnNotices,
    handle: ({ actor, body }) => commands.act(deps, actor, body),
  });
  settingsRoutes(app, deps, ports);
  siteRoutes(app, deps);
}

function settingsRoutes(app: FastifyInstance, deps: Deps, ports: NoticePorts): void {
  route(app, {
    ...own,
    method: "GET",
    url: "/api/notices/settings",
    summary: "What the caller hears of and how, with the defaults of their roles",
    response: c.NoticeSettings,
    handle: ({ actor }) => commands.readSettings(deps, ports, actor),
  });
  route(app, {
    ...own,
    method: "PUT",
    url: "/api/notices/settings",
    summary: "Choose what to hear of and how; null: the defaults again",
    body: c.SaveNoticeSettings,
    handle: ({ actor, body }) => commands.saveSettings(deps, actor, body.channels),
  });
  route(app, {
    ...own,
    method: "POST",
    url: "/api/notices/test",
    summary: "Send oneself a test message by push or mail",
    body: c.TestChannel,
    response: c.TestAnswer,
    limit: { max: 6, timeWindow: "1 minute" },
    handle: ({ actor, body }) => commands.test(deps, ports, actor, body.channel),
  });
  route(app, {
    ...own,
    method: "POST",
    url: "/api/notices/push",
    summary: "This browser takes push messages from now on",
    body: c.SubscribePush,
    limit: { max: 20, timeWindow: "1 minute" },
    handle: ({ actor, body, request }) =>
      commands.subscribe(deps, ports, actor, body, request.headers["user-agent"] ?? ""),
  });
  route(app, {
    ...own,
    method: "POST",
    url: "/api/notices/push/end",
    summary: "This browser takes no push messages any more",
    body: c.UnsubscribePush,
    handle: ({ actor, body }) => commands.unsubscribe(deps, actor, body.endpoint),
  });
}

function siteRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    tag: "notices",
    action: "people.write",
    method: "GET",
    url: "/api/notices/sites",
    summary: "What push, mail and desktop texts may say about each site's studies",
    response: c.NoticeSites,
    handle: ({ actor }) => commands.sites(deps, actor),
  });
  route(app, {
    tag: "notices",
    action: "people.write",
    method: "PUT",
    url: "/api/notices/sites",
    summary: "Let texts that leave the hub name a site and its procedures, or nothing; never the patient",
    body: c.SaveNoticeSite,
    handle: ({ actor, body }) => commands.saveSite(deps, actor, body.siteId, body.outsideText),
  });
}
