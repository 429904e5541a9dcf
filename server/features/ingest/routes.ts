import type { Readable } from "node:stream";
import { refusal } from "@readroom/shared/contract/errors.js";
import { IdParams } from "@readroom/shared/contract/http/admin.js";
import { type UploadAnswer, UploadQuery } from "@readroom/shared/contract/http/ingest.js";
import { ResolveRequest } from "@readroom/shared/contract/http/operations.js";
import { type Actor, may, visibleHospitals } from "@readroom/shared/domain/access.js";
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Deps } from "../../kernel/deps.js";
import { route, sendRefusal } from "../../kernel/route.js";
import type { FilingDeps } from "./filing.js";
import { takeKept } from "./incidents.js";
import type { Pipeline } from "./pipeline.js";
import type { IngestSource, IntakeOutcome } from "./ports.js";
import { sitesOf } from "./store-peers.js";

const MAX_UPLOAD = 4 * 1024 * 1024 * 1024;
const TYPES = ["application/dicom", "application/octet-stream", "application/gzip", "application/x-gzip"];

/**
 * The site that something from this actor is filed under: the one named, or the only one that it may import to. Undefined for a site
 * that is foreign or unknown (the two look the same), or where the choice is not clear.
 */
export async function sourceFor(
  deps: Deps,
  actor: Actor,
  siteId: string | undefined,
  label: string,
): Promise<IngestSource | undefined> {
  const sites = await sitesOf(deps.db, visibleHospitals(actor));
  const open = sites.filter((site) =>
    may(actor, "study.import", { hospitalId: site.organisationId, siteId: site.siteId }),
  );
  const wanted = siteId === undefined ? open : open.filter((site) => site.siteId === siteId);
  // A machine token for one hospital with several sites files under the first, as a PACS bridge has no notion of them.
  const site =
    wanted.length === 1 || (siteId === undefined && actor.kind === "machine" && actor.hospitalIds?.length === 1)
      ? wanted[0]
      : undefined;
  return site === undefined ? undefined : { organisationId: site.organisationId, siteId: site.siteId, actor, label };
}

export function importRoutes(parent: FastifyInstance, deps: Deps, pipeline: Pipeline): void {
  parent.register(async (app) => {
    // The body stays a stream: a 2 GB multi-frame must not pass through memory.
    app.addContentTypeParser(TYPES, { bodyLimit: MAX_UPLOAD }, (_request, payload, done) => done(null, payload));
    app.route({
      method: "POST",
      url: "/api/uploads",
      config: { action: "study.import" },
      bodyLimit: MAX_UPLOAD,
      schema: { tags: ["images"], summary: "Take one DICOM file", querystring: UploadQuery, consumes: TYPES },
      handler: async (request, reply) => {
        const { siteId } = request.query as UploadQuery;
        const source = await sourceFor(deps, request.actor, siteId, "upload");
        if (source === undefined) {
          const problem =
            siteId === undefined
              ? refusal("invalid", "Say which site the images belong to.")
              : refusal("not_found", "There is no such site.");
          return sendRefusal(reply, problem);
        }
        const outcome = await pipeline.receive(source, bodyOf(request), { maxBytes: MAX_UPLOAD });
        return reply.code(outcome.kind === "stored" ? 201 : 200).send(answer(outcome));
      },
    });
  });
}

export function incidentRoutes(app: FastifyInstance, filing: FilingDeps): void {
  route(app, {
    method: "POST",
    url: "/api/ingest/incidents/:id/take",
    action: "queue.act",
    tag: "images",
    summary:
      "Put the object that an incident kept in view, or try again to file it; the one in view until now is kept in its turn",
    params: IdParams,
    body: ResolveRequest,
    handle: ({ actor, params, body }) => takeKept(filing, actor, params.id, body.resolution),
  });
}

function bodyOf(request: FastifyRequest): AsyncIterable<Buffer> {
  const body = request.body as Readable | undefined;
  return body ?? request.raw;
}

function answer(outcome: IntakeOutcome): UploadAnswer {
  if (outcome.kind === "refused" || outcome.kind === "skipped") return { kind: outcome.kind, reason: outcome.reason };
  const { kind, studyId, studyInstanceUid } = outcome;
  return { kind, studyId, studyInstanceUid, ...(outcome.kind === "stored" ? { flags: [...outcome.flags] } : {}) };
}
