import type { IncomingMessage } from "node:http";
import cookie from "@fastify/cookie";
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { refusal } from "@readroom/shared/contract/errors.js";
import Fastify, { type FastifyBaseLogger, type FastifyError, type FastifyInstance, type FastifyReply } from "fastify";
import {
  hasZodFastifySchemaValidationErrors,
  isResponseSerializationError,
  jsonSchemaTransform,
  serializerCompiler,
  validatorCompiler,
} from "fastify-type-provider-zod";
import type { Authenticate } from "../kernel/credentials.js";
import type { Log } from "../kernel/log.js";
import { gate, sendRefusal } from "../kernel/route.js";

export interface HttpOptions {
  readonly log: Log;
  readonly authenticate: Authenticate;
  readonly trustProxy: boolean;
  readonly version: string;
  /** Routes of the features, the DICOMweb service, the browser's files. */
  register(app: FastifyInstance): Promise<void>;
}

/** The http server with everything that every route shares: CSP, who is it, gate, error format, OpenAPI. */
export async function buildHttp(options: HttpOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.log.child({ part: "http" }, { level: "warn" }) as FastifyBaseLogger,
    trustProxy: options.trustProxy,
    bodyLimit: 2 * 1024 * 1024,
    routerOptions: { maxParamLength: 512 },
    forceCloseConnections: true,
    // Addresses that the router can't decode never reach the hooks below; they too are answered in our own format.
    frameworkErrors: (error, _request, reply) =>
      sendRefusal(reply as FastifyReply, refusal("invalid", error.message.slice(0, 200))),
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
        workerSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", "data:", "blob:"],
        mediaSrc: ["'self'", "blob:"],
        fontSrc: ["'self'", "data:"],
        connectSrc: ["'self'", "ws:", "wss:"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
      },
    },
    // The hub itself speaks plain http on a laptop; TLS and HSTS belong to the proxy in front of it (docs/operating.md).
    strictTransportSecurity: false,
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: "no-referrer" },
  });
  await app.register(cookie);
  await app.register(rateLimit, { global: false });
  await app.register(swagger, {
    openapi: {
      openapi: "3.1.0",
      info: {
        title: "Readroom",
        version: options.version,
        description: "The shared reading room's http interface. Not cleared for diagnostic use.",
      },
      components: {
        securitySchemes: {
          session: { type: "apiKey", in: "cookie", name: "rr_session" },
          token: { type: "http", scheme: "bearer" },
        },
      },
      security: [{ session: [] }, { token: [] }],
    },
    transform: jsonSchemaTransform,
  });
  app.decorateRequest("actor", null as never);
  // JSON and what routes name for themselves; text would else be read and then refused with a puzzling reason.
  app.removeContentTypeParser("text/plain");

  app.addHook("onRoute", (added) => {
    if (added.config?.action === undefined) added.config = { ...added.config, action: fallbackAction(added.url) };
  });
  app.addHook("onRequest", async (request, reply) => {
    request.actor = await options.authenticate(request.headers, request.ip);
    const action = request.routeOptions.config.action ?? "public";
    const refused = gate(request.actor, action);
    if (refused) return sendRefusal(reply, refused);
    if (crossSite(request.method, request.headers, request.actor.kind)) {
      return sendRefusal(reply, refusal("forbidden", "This request came from another site's page."));
    }
  });
  app.setErrorHandler(async (error: FastifyError, request, reply) => {
    if (error.statusCode === 413) await letFinish(request.raw);
    return answerError(error, reply, options.log);
  });
  app.setNotFoundHandler((request, reply) =>
    sendRefusal(reply, refusal("not_found", `Nothing is at ${request.method} ${request.url.split("?")[0]}.`)),
  );

  await options.register(app);
  await app.register(swaggerUi, { routePrefix: "/api/docs" });
  app.get("/api/openapi.json", { config: { action: "public" }, schema: { hide: true } }, async () => app.swagger());
  return app;
}

/** Plugins' own routes (the API's documentation page) are open; anything of ours must name its action. */
function fallbackAction(url: string): "public" {
  if (url.startsWith("/api/docs") || url === "*" || url.startsWith("/assets")) return "public";
  throw new Error(`route ${url} names no action: policy can't be asked`);
}

/** State-changing requests with a cookie must come from our own pages (Fetch metadata, else Origin). Tokens carry no cookie. */
function crossSite(method: string, headers: Record<string, unknown>, actorKind: string): boolean {
  if (method === "GET" || method === "HEAD" || method === "OPTIONS" || actorKind === "machine") return false;
  const site = headers["sec-fetch-site"];
  if (typeof site === "string") return site !== "same-origin" && site !== "none";
  const origin = headers.origin;
  if (typeof origin !== "string") return false;
  const host = headers["x-forwarded-host"] ?? headers.host;
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

const FINISH_BYTES = 64 * 1024 * 1024;
const FINISH_MS = 10_000;

/** A sender that is still writing when the connection ends sees a broken pipe instead of the answer: what it sends is read and dropped, within bounds. */
function letFinish(raw: IncomingMessage): Promise<void> {
  if (raw.readableEnded || raw.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    let left = FINISH_BYTES;
    const timer = setTimeout(resolve, FINISH_MS);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    raw.on("data", (piece: Buffer) => {
      left -= piece.length;
      if (left <= 0) done();
    });
    raw.once("end", done).once("close", done).resume();
  });
}

function answerError(error: FastifyError, reply: Parameters<typeof sendRefusal>[0], log: Log): unknown {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const issues = error.validation.map((v) => ({ at: v.instancePath, problem: v.message ?? "not valid" }));
    const first = issues[0];
    return sendRefusal(
      reply,
      refusal("invalid", `${first?.at || error.validationContext}: ${first?.problem}`, { detail: { issues } }),
    );
  }
  if (isResponseSerializationError(error)) {
    log.error(
      { url: error.url, method: error.method, issues: error.cause.issues.map((i) => ({ path: i.path, code: i.code })) },
      "answer breaks the contract",
    );
    return sendRefusal(
      reply,
      refusal("internal", "The hub's answer did not fit its own contract. Nothing was lost; the fault is logged."),
    );
  }
  const status = error.statusCode ?? 500;
  if (status === 413)
    return sendRefusal(reply, refusal("too_large", "That is more than the hub takes in one request."));
  if (status === 415)
    return sendRefusal(reply, refusal("unsupported", "The hub does not take this content type here."));
  if (status === 429)
    return sendRefusal(reply, refusal("throttled", "Too many requests. Wait a little and try again."));
  if (status < 500) return sendRefusal(reply, refusal("invalid", error.message));
  log.error({ err: { message: error.message, stack: error.stack, code: error.code } }, "request failed");
  return sendRefusal(
    reply,
    refusal("internal", "Something went wrong in the hub. What was saved before is safe; try again."),
  );
}
