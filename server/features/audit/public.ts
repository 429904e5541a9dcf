import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { AuditAnswer, AuditQuery, AuditSearch, AuditVerdict } from "@readroom/shared/contract/http/audit.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { route } from "../../kernel/route.js";
import { administered } from "../identity/public.js";
import { patientsByNumber, type TrailQuery, trail, verify } from "./store.js";

export { verify } from "./store.js";

/** The audit trail's read side: who saw this patient, who did what, and does the chain hold. Reading it is itself written into it. */
export function auditFeature(deps: Deps): Feature {
  return { name: "audit", routes: (app) => auditRoutes(app, deps) };
}

function auditRoutes(app: FastifyInstance, deps: Deps): void {
  const tag = "audit";
  route(app, {
    method: "GET",
    url: "/api/audit",
    action: "audit.read",
    tag,
    summary: "Who saw or changed what, by the hub's ids",
    query: AuditQuery,
    response: AuditAnswer,
    handle: async ({ actor, query }) => {
      const { patientId, studyId = null, actorId = null, from = null, to = null, before = null, limit } = query;
      return answer(deps, actor, {
        patientIds: patientId ? [patientId] : null,
        studyId,
        actorId,
        from,
        to,
        before,
        limit,
      });
    },
  });
  route(app, {
    method: "POST",
    url: "/api/audit/search",
    action: "audit.read",
    tag,
    summary: "Who saw this patient, by medical record number (which has no place in an address)",
    body: AuditSearch,
    response: AuditAnswer,
    handle: async ({ actor, body }) => {
      const patientIds = await patientsByNumber(deps.db.pool, body.mrn, body.siteId ?? null, administered(actor));
      if (patientIds.length === 0) return err(refusal("not_found", "No patient with this number is known here."));
      return answer(deps, actor, {
        patientIds,
        studyId: null,
        actorId: null,
        from: null,
        to: null,
        before: null,
        limit: body.limit,
      });
    },
  });
  route(app, {
    method: "GET",
    url: "/api/audit/verify",
    action: "audit.read",
    tag,
    summary: "Does the sealed chain hold, and if not, where does it break",
    response: AuditVerdict,
    handle: async () => ok(await verify(deps.db.pool)),
  });
}

async function answer(deps: Deps, actor: Actor, query: TrailQuery): Promise<Result<AuditAnswer, Refusal>> {
  const found = await trail(deps.db.pool, query, administered(actor));
  const patients = query.patientIds ?? [];
  const entry = { action: "audit.read", studyId: query.studyId, detail: { entries: found.rows.length } };
  await audit(
    deps.db.pool,
    actor,
    patients.length > 0 ? patients.map((patientId) => ({ ...entry, patientId })) : [entry],
  );
  return ok(found);
}
