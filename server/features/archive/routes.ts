import { Readable } from "node:stream";
import { refusal } from "@readroom/shared/contract/errors.js";
import { transferSyntax } from "@readroom/shared/dicom/transfer-syntaxes.js";
import { isUid } from "@readroom/shared/dicom/uid.js";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Deps } from "../../kernel/deps.js";
import { sendRefusal } from "../../kernel/route.js";
import { type ObjectStore, type Pipeline, sourceFor } from "../ingest/public.js";
import { acceptsJson, dicomAcceptable, frameAcceptable, parseAccept, wireSyntax } from "./accept.js";
import { mayOn, type Owned, scopeOf } from "./access.js";
import { AccessLog } from "./access-log.js";
import { frameCountOf, positionsOf, readBulk, readFrames } from "./frames.js";
import { spliceGzip, spliceJson } from "./metadata.js";
import { multipartBody, multipartLength, multipartStream, multipartType, type StreamedPart } from "./multipart.js";
import { instanceJson, seriesJson, studyJson } from "./qido-json.js";
import { type ParsedSearch, parseSearch } from "./query.js";
import { RenderTrouble, renderPng } from "./render.js";
import {
  type InstanceRow,
  instancesAt,
  type Level,
  metadataAt,
  searchInstances,
  searchSeries,
  searchStudies,
} from "./store.js";
import { storeParts, stowBoundary, stowResult } from "./stow.js";

export type ArchiveDeps = Deps & { readonly objects: ObjectStore; readonly pipeline: Pipeline };

const ROOT = "/dicomweb";
const TAG = "dicomweb";
const JSON_TYPE = "application/dicom+json";
/** Bytes of an instance never change under its URL. */
const IMMUTABLE = "private, max-age=31536000, immutable";
const REVALIDATE = "private, no-cache";
const MAX_STOW_PART = 4 * 1024 * 1024 * 1024;
const MAX_FRAMES = 4096;

type UidParameters = { study?: string; series?: string; instance?: string; frames?: string; path?: string };

/** Level named by the URL, or undefined where a part is no UID: that is nothing we have, so it is answered like an unknown one. */
function levelOf(request: FastifyRequest): Level | undefined {
  const { study, series, instance } = request.params as UidParameters;
  if (!isUid(study) || (series !== undefined && !isUid(series)) || (instance !== undefined && !isUid(instance)))
    return undefined;
  return {
    studyUid: study,
    ...(series === undefined ? {} : { seriesUid: series }),
    ...(instance === undefined ? {} : { instanceUid: instance }),
  };
}

const notFound = (reply: FastifyReply) =>
  sendRefusal(reply, refusal("not_found", "There is no such study, series or instance."));
const notAcceptable = (reply: FastifyReply, message: string) =>
  reply.code(406).type("application/json; charset=utf-8").send({ code: "unsupported", message });

/** DICOMweb (PS3.18): QIDO-RS, WADO-RS, STOW-RS. Everything is read by index and `pread`; nothing is parsed per request. */
export function dicomwebRoutes(parent: FastifyInstance, deps: ArchiveDeps): void {
  const log = new AccessLog(deps);
  parent.register(async (app) => {
    searchRoutes(app, deps, log);
    metadataRoutes(app, deps, log);
    frameRoutes(app, deps, log);
    instanceRoutes(app, deps, log);
    storeRoutes(app, deps);
  });
}

/** One row of each study that the actor may see: a UID that two hospitals use resolves to the actor's own. */
function visible<T extends Owned>(request: FastifyRequest, rows: readonly T[]): T[] {
  const mine = rows.filter((row) => mayOn(request.actor, "study.images", row));
  const study = mine[0]?.studyId;
  return mine.filter((row) => row.studyId === study);
}

function get(
  app: FastifyInstance,
  url: string,
  summary: string,
  handler: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>,
): void {
  app.route({
    method: "GET",
    url: `${ROOT}${url}`,
    config: { action: "study.images", raw: true },
    schema: { tags: [TAG], summary },
    handler,
  });
}

type Search = { readonly url: string; readonly level: "studies" | "series" | "instances" };

const SEARCHES: readonly Search[] = [
  { url: "/studies", level: "studies" },
  { url: "/series", level: "series" },
  { url: "/instances", level: "instances" },
  { url: "/studies/:study/series", level: "series" },
  { url: "/studies/:study/instances", level: "instances" },
  { url: "/studies/:study/series/:series/instances", level: "instances" },
];

function searchRoutes(app: FastifyInstance, deps: ArchiveDeps, log: AccessLog): void {
  for (const { url, level } of SEARCHES)
    get(app, url, `QIDO-RS: search for ${level}`, async (request, reply) => {
      if (!acceptsJson(parseAccept(request.headers.accept)))
        return notAcceptable(reply, "Searches are answered as application/dicom+json.");
      const parsed = parseSearch(request.query as Record<string, unknown>);
      if ("problem" in parsed) return sendRefusal(reply, refusal("invalid", `${parsed.problem}.`));
      const { study, series } = request.params as UidParameters;
      if ((study !== undefined && !isUid(study)) || (series !== undefined && !isUid(series))) return notFound(reply);
      if (study !== undefined) parsed.query.studyUids = [study];
      if (series !== undefined) parsed.query.seriesUids = [series];
      const matches = await search(deps, request, level, parsed, study !== undefined);
      await log.search(request.actor, Object.keys(request.query as object), matches.length);
      for (const warning of parsed.warnings) reply.header("warning", `299 readroom "${warning}"`);
      // An empty list, not 204: that is what clients parse (PS3.18 §10.6.3.3 allows both).
      return reply.header("cache-control", REVALIDATE).type(JSON_TYPE).send(JSON.stringify(matches));
    });
}

async function search(
  deps: ArchiveDeps,
  request: FastifyRequest,
  level: Search["level"],
  parsed: ParsedSearch,
  inStudy: boolean,
): Promise<unknown[]> {
  const scope = scopeOf(request.actor);
  const { query, limit, offset } = parsed;
  const base = ROOT;
  const allowed = <T extends Owned>(rows: readonly T[]) =>
    rows.filter((row) => mayOn(request.actor, "study.images", row));
  if (level === "studies")
    return allowed(await searchStudies(deps.db, scope, query, limit, offset)).map((row) => studyJson(row, base));
  if (level === "series")
    return allowed(await searchSeries(deps.db, scope, query, limit, offset)).map((row) =>
      seriesJson(row, base, !inStudy),
    );
  return allowed(await searchInstances(deps.db, scope, query, limit, offset)).map((row) =>
    instanceJson(row, base, !inStudy),
  );
}

function metadataRoutes(app: FastifyInstance, deps: ArchiveDeps, log: AccessLog): void {
  for (const url of [
    "/studies/:study/metadata",
    "/studies/:study/series/:series/metadata",
    "/studies/:study/series/:series/instances/:instance/metadata",
  ])
    get(app, url, "WADO-RS: metadata", async (request, reply) => {
      const level = levelOf(request);
      if (level === undefined) return notFound(reply);
      if (!acceptsJson(parseAccept(request.headers.accept)))
        return notAcceptable(reply, "Metadata is sent as application/dicom+json.");
      const rows = visible(request, await metadataAt(deps.db, level));
      const [first] = rows;
      if (first === undefined) return notFound(reply);
      await log.images(request.actor, first, "metadata");
      const members = rows.map((row) => row.metadata);
      reply.header("cache-control", REVALIDATE).header("vary", "accept-encoding").type(JSON_TYPE);
      const gzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?(\s|,|$))/.test(String(request.headers["accept-encoding"] ?? ""));
      return gzip
        ? reply.header("content-encoding", "gzip").send(spliceGzip(members))
        : reply.send(await spliceJson(members));
    });
}

/** The one instance that the URL names, if the actor may see it; its access is in the audit trail when this resolves. */
async function oneInstance(
  request: FastifyRequest,
  deps: ArchiveDeps,
  log: AccessLog,
): Promise<InstanceRow | undefined> {
  const level = levelOf(request);
  if (level === undefined) return undefined;
  const [row] = visible(request, await instancesAt(deps.db, level));
  if (row !== undefined) await log.images(request.actor, row, "images");
  return row;
}

/** "1,3,7" → numbers from 1; undefined for anything else. */
function frameNumbers(list: string | undefined): number[] | undefined {
  if (list === undefined || !/^\d{1,9}(,\d{1,9})*$/.test(list)) return undefined;
  const numbers = list.split(",").map(Number);
  return numbers.length <= MAX_FRAMES && numbers.every((number) => number >= 1) ? numbers : undefined;
}

function frameRoutes(app: FastifyInstance, deps: ArchiveDeps, log: AccessLog): void {
  const instance = "/studies/:study/series/:series/instances/:instance";
  get(app, `${instance}/frames/:frames`, "WADO-RS: frames as stored", async (request, reply) => {
    const numbers = frameNumbers((request.params as UidParameters).frames);
    if (numbers === undefined)
      return sendRefusal(reply, refusal("invalid", "Frames are numbered from 1, separated by commas."));
    const row = await oneInstance(request, deps, log);
    if (row === undefined) return notFound(reply);
    const packaging = frameAcceptable(parseAccept(request.headers.accept), row.transferSyntaxUid, numbers.length > 1);
    if (packaging === undefined)
      return notAcceptable(reply, `Stored as transfer syntax ${row.transferSyntaxUid}; frames are sent as stored.`);
    const count = frameCountOf(positionsOf(row));
    if (numbers.some((number) => number > count))
      return sendRefusal(reply, refusal("not_found", `The instance has ${count} frame(s).`));
    const media = transferSyntax(row.transferSyntaxUid)?.mediaType ?? "application/octet-stream";
    const partType = `${media}; transfer-syntax=${wireSyntax(row.transferSyntaxUid)}`;
    const frames = await readFrames(deps.objects, row, numbers);
    reply.header("cache-control", IMMUTABLE);
    return packaging === "single"
      ? reply.type(partType).send(frames[0])
      : reply.type(multipartType(media)).send(multipartBody(partType, frames));
  });
  get(app, `${instance}/bulkdata/:path`, "WADO-RS: bulk data", async (request, reply) => {
    const row = await oneInstance(request, deps, log);
    const path = (request.params as UidParameters).path ?? "";
    if (row === undefined || !/^[0-9A-F.]{8,512}$/.test(path)) return notFound(reply);
    const pixels = /^7FE0(0008|0009|0010)$/.test(path);
    const numbers = Array.from(
      { length: Math.min(frameCountOf(positionsOf(row)), MAX_FRAMES) },
      (_, index) => index + 1,
    );
    const parts = pixels
      ? await readFrames(deps.objects, row, numbers)
      : [await readBulk(deps.objects, row, path)].filter((part) => part !== undefined);
    if (parts.length === 0) return notFound(reply);
    const stored = pixels ? row.transferSyntaxUid : "1.2.840.10008.1.2.1";
    const packaging = frameAcceptable(parseAccept(request.headers.accept), stored, parts.length > 1);
    if (packaging === undefined) return notAcceptable(reply, "Bulk data is sent as stored.");
    const media = transferSyntax(stored)?.mediaType ?? "application/octet-stream";
    const partType = `${media}; transfer-syntax=${wireSyntax(stored)}`;
    reply.header("cache-control", IMMUTABLE);
    return packaging === "single"
      ? reply.type(partType).send(parts[0])
      : reply.type(multipartType(media)).send(multipartBody(partType, parts));
  });
  for (const url of [
    `${instance}/rendered`,
    `${instance}/thumbnail`,
    `${instance}/frames/:frames/rendered`,
    `${instance}/frames/:frames/thumbnail`,
  ])
    get(app, url, "WADO-RS: rendered, as PNG or JPEG", (request, reply) =>
      rendered(request, reply, deps, log, url.endsWith("thumbnail")),
    );
}

async function rendered(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ArchiveDeps,
  log: AccessLog,
  thumbnail: boolean,
): Promise<unknown> {
  const row = await oneInstance(request, deps, log);
  const [number, second] = frameNumbers((request.params as UidParameters).frames ?? "1") ?? [];
  if (row === undefined || number === undefined || second !== undefined) return notFound(reply);
  const level = levelOf(request);
  const [frame] = number > frameCountOf(positionsOf(row)) ? [] : await readFrames(deps.objects, row, [number]);
  if (frame === undefined || level === undefined) return notFound(reply);
  reply.header("cache-control", IMMUTABLE);
  const [metadata] = visible(request, await metadataAt(deps.db, level));
  if (metadata === undefined) return notFound(reply);
  const [json] = JSON.parse((await spliceJson([metadata.metadata])).toString("utf8")) as [
    Record<string, { Value?: unknown[] }>,
  ];
  try {
    const image = await renderPng(json, frame, row.transferSyntaxUid, thumbnail ? 160 : 1024);
    return reply.type(image.type).send(image.bytes);
  } catch (error) {
    if (!(error instanceof RenderTrouble)) throw error;
    return notAcceptable(reply, error.message);
  }
}

function instanceRoutes(app: FastifyInstance, deps: ArchiveDeps, log: AccessLog): void {
  for (const url of [
    "/studies/:study",
    "/studies/:study/series/:series",
    "/studies/:study/series/:series/instances/:instance",
  ])
    get(app, url, "WADO-RS: instances, byte for byte as archived", async (request, reply) => {
      const level = levelOf(request);
      const rows = level === undefined ? [] : visible(request, await instancesAt(deps.db, level));
      const [first] = rows;
      if (first === undefined) return notFound(reply);
      const packaging = dicomAcceptable(
        parseAccept(request.headers.accept),
        rows.map((row) => row.transferSyntaxUid),
      );
      if (packaging === undefined)
        return notAcceptable(
          reply,
          "Instances are sent as application/dicom in the transfer syntax that they are stored in.",
        );
      await log.images(request.actor, first, "images");
      const parts = rows.map((row) => streamedPart(deps.objects, row));
      reply.header("cache-control", level?.instanceUid === undefined ? REVALIDATE : IMMUTABLE);
      const [only] = parts;
      if (packaging === "single" && only !== undefined)
        return reply.type(only.contentType).header("content-length", only.size).send(Readable.from(only.open()));
      return reply
        .type(multipartType("application/dicom"))
        .header("content-length", multipartLength(parts))
        .send(Readable.from(multipartStream(parts), { objectMode: false }));
    });
}

function streamedPart(objects: ObjectStore, row: InstanceRow): StreamedPart {
  return {
    contentType: `application/dicom; transfer-syntax=${row.transferSyntaxUid}`,
    size: row.size,
    open: async function* () {
      const object = await objects.open(row.path);
      try {
        yield* object.stream(0, row.size);
      } finally {
        await object.close();
      }
    },
  };
}

function storeRoutes(parent: FastifyInstance, deps: ArchiveDeps): void {
  parent.register(async (app) => {
    app.removeAllContentTypeParsers();
    // Any type reaches the handler as a stream, which answers 415 itself; nothing is buffered on the way.
    app.addContentTypeParser("*", (_request, payload, done) => done(null, payload));
    for (const url of ["/studies", "/studies/:study"])
      app.route({
        method: "POST",
        url: `${ROOT}${url}`,
        config: { action: "study.import", raw: true },
        bodyLimit: Number.MAX_SAFE_INTEGER,
        schema: { tags: [TAG], summary: "STOW-RS: store instances" },
        handler: (request, reply) => stow(request, reply, deps),
      });
  });
}

async function stow(request: FastifyRequest, reply: FastifyReply, deps: ArchiveDeps): Promise<unknown> {
  const { study } = request.params as UidParameters;
  if (study !== undefined && !isUid(study))
    return sendRefusal(reply, refusal("invalid", "The address names no valid Study Instance UID."));
  if (!acceptsJson(parseAccept(request.headers.accept)))
    return notAcceptable(reply, "The answer is application/dicom+json.");
  const boundary = stowBoundary(request.headers["content-type"]);
  if (typeof boundary !== "string")
    return sendRefusal(reply, refusal(boundary.status === 415 ? "unsupported" : "invalid", boundary.message));
  const { siteId } = request.query as { siteId?: unknown };
  const source = await sourceFor(deps, request.actor, typeof siteId === "string" ? siteId : undefined, "stow");
  if (source === undefined)
    return sendRefusal(
      reply,
      refusal("invalid", "It is not clear which site the images belong to.", {
        action: "Add ?siteId= to the address.",
      }),
    );
  const body = (request.body as Readable | undefined) ?? request.raw;
  const outcomes = await storeParts(deps.pipeline, source, body, boundary, {
    maxBytes: MAX_STOW_PART,
    ...(study === undefined ? {} : { studyInstanceUid: study }),
  });
  if (!Array.isArray(outcomes)) return sendRefusal(reply, refusal("invalid", outcomes.message));
  const result = stowResult(outcomes, study, ROOT);
  return reply.code(result.status).type(JSON_TYPE).send(JSON.stringify(result.body));
}
