import {
  AttributionQuery,
  AttributionView,
  DeviceClocksView,
  LifeView,
  PauseRequest,
  ResumeRequest,
  SeenRequest,
} from "@readroom/shared/contract/http/clocks.js";
import { StudyParams } from "@readroom/shared/contract/http/worklist.js";
import { type Actor, visibleHospitals } from "@readroom/shared/domain/access.js";
import { skewInWords } from "@readroom/shared/domain/clock-skew.js";
import { ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import { seenLate } from "./late.js";
import { attribution, lifeOf } from "./life.js";
import { pauseClock, resumeClock } from "./pauses.js";
import { deviceClocks } from "./store-skew.js";

const tag = "clocks";

export function clockRoutes(app: FastifyInstance, deps: Deps): void {
  readRoutes(app, deps);
  route(app, {
    method: "POST",
    url: "/api/studies/:id/clock/pause",
    action: "clock.pause",
    tag,
    summary: "Let the study's clock stand still while it waits for the hospital",
    params: StudyParams,
    body: PauseRequest,
    handle: ({ actor, params, body }) => pauseClock(deps, actor, params.id, body),
  });
  route(app, {
    method: "POST",
    url: "/api/studies/:id/clock/resume",
    action: "clock.resume",
    tag,
    summary: "Let it run again; the deadline moves by the time it stood still. A hospital's answer does the same",
    params: StudyParams,
    body: ResumeRequest,
    handle: ({ actor, params, body }) => resumeClock(deps, actor, params.id, body.answer),
  });
  route(app, {
    method: "POST",
    url: "/api/studies/:id/late-images/seen",
    action: "report.write",
    tag,
    summary: "Images that came after the signature have been looked at, and nothing is to be added",
    params: StudyParams,
    body: SeenRequest,
    handle: ({ actor, params, body }) => seenLate(deps, actor, params.id, body.note),
  });
}

function readRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    method: "GET",
    url: "/api/studies/:id/life",
    action: "study.read",
    tag,
    summary: "Where every minute of a study went, its clock and pauses, and how many of its images are here",
    params: StudyParams,
    response: LifeView,
    handle: ({ actor, params }) => lifeOf(deps, actor, params.id),
  });
  route(app, {
    method: "GET",
    url: "/api/clocks/attribution",
    action: "clock.read",
    tag,
    summary: "Mean minutes a study by what they went into, per contract, site or pool",
    query: AttributionQuery,
    response: AttributionView,
    handle: ({ actor, query }) => attribution(deps, actor, query),
  });
  route(app, {
    method: "GET",
    url: "/api/clocks/devices",
    action: "clock.read",
    tag,
    summary: "The clocks of the sites' devices and senders beside ours",
    response: DeviceClocksView,
    handle: async ({ actor }) => ok({ devices: await devices(deps, actor) }),
  });
}

async function devices(deps: Deps, actor: Actor) {
  const siteIds = actor.kind === "user" || actor.kind === "machine" ? actor.siteIds : null;
  const rows = await deviceClocks(deps.db.pool, visibleHospitals(actor), siteIds);
  return rows.map(({ flaggedSince, ...row }) => {
    const flagged = flaggedSince !== null;
    const sentence = flagged
      ? skewInWords(row.device, { ...row, flagged })
      : `The clock of ${row.device} agrees with ours (by ${row.samples} comparisons).`;
    return { ...row, flagged, sentence };
  });
}
