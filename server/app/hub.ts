import type { ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fastifyStatic from "@fastify/static";
import { PRODUCT } from "@readroom/shared/kernel/product.js";
import type { FastifyInstance } from "fastify";
import { keepOnShift, seedWorld } from "../demo/store.js";
import { credentialLookups, topicsOf } from "../features/identity/public.js";
import type { Pipeline } from "../features/ingest/public.js";
import { makeAuthenticate } from "../gateway/authenticate.js";
import { topPublishedSeq } from "../gateway/catchup.js";
import { buildHttp } from "../gateway/http.js";
import { buildSocket, type SocketGateway } from "../gateway/socket.js";
import { systemClock } from "../kernel/clock.js";
import { openDatabase } from "../kernel/database.js";
import type { Deps } from "../kernel/deps.js";
import type { Feature } from "../kernel/feature.js";
import type { Log } from "../kernel/log.js";
import type { PublishedEvent } from "../kernel/reactions.js";
import { type Follower, startFollower } from "../relay/follower.js";
import { startPublisher } from "../relay/publisher.js";
import { Reactor } from "../relay/reactor.js";
import { startTimers } from "../relay/timers.js";
import type { Config } from "./config.js";
import { composeFeatures } from "./features.js";

export interface Hub {
  readonly app: FastifyInstance;
  readonly sockets: SocketGateway;
  readonly deps: Deps;
  readonly features: readonly Feature[];
  /** The way in for images that nobody sends. */
  readonly pipeline: Pipeline;
  stop(): Promise<void>;
}

export interface Surroundings {
  readonly log: Log;
  /** A line of the start's progress, for people. */
  readonly say: (line: string) => void;
  /** The DICOM listener's process, where it was begun ahead. */
  readonly dimse?: ChildProcess | undefined;
}

/** Starts the roles that the configuration names on an already migrated database. */
export async function startHub(config: Config, databaseUrl: string, { log, say, dimse }: Surroundings): Promise<Hub> {
  const db = openDatabase(databaseUrl);
  const deps: Deps = { db, clock: systemClock, log };
  if (config.demo.on && (await seedWorld(deps))) say("demo       two hospitals, one reading group and their people");
  if (config.demo.on) await keepOnShift(deps);
  const { features, pipeline } = await composeFeatures(deps, config, databaseUrl, dimse);
  const authenticate = makeAuthenticate(credentialLookups(deps));
  let ready = false;
  // Listeners and child processes come up while the http server is put together; what fails is told where it is waited for.
  const starting = Promise.all(features.map((feature) => feature.start?.()));
  starting.catch(() => undefined);

  const app = await buildHttp({
    log,
    authenticate,
    trustProxy: config.http.trustProxy,
    version: PRODUCT.version,
    register: async (http) => {
      healthRoutes(http, deps, () => ready);
      for (const feature of features) await feature.routes?.(http);
      await browserFiles(http);
    },
  });
  await app.ready();
  const sockets = buildSocket(
    app.server,
    deps,
    authenticate,
    { standing: topicsOf, studySubject: (id) => studySubject(deps, id) },
    features.flatMap((feature) => feature.socket ?? []),
  );

  await starting;
  const stops = features.flatMap((feature) => feature.stop ?? []);
  const followers: Follower[] = [];
  const relay = config.roles.includes("relay") ? await startRelay(deps, databaseUrl, features, followers) : null;
  if (relay) stops.push(relay.stop);
  const toScreens = (events: readonly PublishedEvent[]): boolean => {
    for (const event of events) {
      sockets.publish(event);
      endWithdrawn(sockets, event);
    }
    for (const feature of features) feature.follow?.(events, sockets.broadcast);
    return true;
  };
  const offersCome = () => relay?.isLeader() ?? false;
  const follower = startFollower(deps, databaseUrl, await topPublishedSeq(db), toScreens, offersCome);
  followers.push(follower);
  stops.push(() => follower.stop());

  if (config.roles.includes("web")) await app.listen({ host: config.http.host, port: config.http.port });
  ready = true;
  for (const feature of features) feature.opened?.();
  return {
    app,
    sockets,
    deps,
    features,
    pipeline,
    stop: async () => {
      ready = false;
      await sockets.close();
      await app.close();
      for (const stop of stops.reverse()) await stop();
      await db.close();
    },
  };
}

/** Ends the live sockets of whoever lost the right to them by this event. */
function endWithdrawn(sockets: SocketGateway, { type, payload }: PublishedEvent): void {
  if (type === "session.closed")
    sockets.disconnectWhere((actor) => actor.kind === "user" && actor.sessionId === payload.sessionId);
  if (type === "user.rights_changed")
    sockets.disconnectWhere((actor) => actor.kind === "user" && actor.userId === payload.userId);
  if (type === "token.revoked")
    sockets.disconnectWhere((actor) => actor.kind === "machine" && actor.tokenId === payload.tokenId);
  if (type === "link.revoked")
    sockets.disconnectWhere((actor) => actor.kind === "guest" && actor.linkId === payload.linkId);
}

interface Relay {
  isLeader(): boolean;
  stop(): Promise<void>;
}

/** followers: of this process; each is handed what is published here. */
async function startRelay(
  deps: Deps,
  databaseUrl: string,
  features: readonly Feature[],
  followers: Follower[],
): Promise<Relay> {
  const publisher = startPublisher(deps, databaseUrl, (events) => {
    for (const follower of followers) follower.offer(events);
  });
  const reactor = new Reactor(
    deps,
    features.flatMap((feature) => feature.reactions ?? []),
  );
  const react = async (events: readonly PublishedEvent[]): Promise<boolean> => {
    if (!publisher.isLeader()) return false;
    await reactor.handle(events);
    return true;
  };
  const reactions = startFollower(deps, databaseUrl, await reactor.cursor(), react, publisher.isLeader);
  followers.push(reactions);
  const retry = { name: "reactions.retry", everyMs: 1_000, run: () => reactor.retryDue() };
  const timers = startTimers(deps, [retry, ...features.flatMap((feature) => feature.timers ?? [])], () =>
    publisher.isLeader(),
  );
  return {
    isLeader: publisher.isLeader,
    stop: async () => {
      await timers.stop();
      await reactions.stop();
      await publisher.stop();
    },
  };
}

function healthRoutes(app: FastifyInstance, deps: Deps, isReady: () => boolean): void {
  app.get(
    "/healthz",
    { config: { action: "public" }, schema: { tags: ["health"], summary: "The process is alive" } },
    async () => ({ ok: true }),
  );
  app.get(
    "/readyz",
    {
      config: { action: "public" },
      schema: { tags: ["health"], summary: "The hub can do its work: database reachable, listeners up" },
    },
    async (_request, reply) => {
      const database = await deps.db.pool.query("SELECT 1").then(
        () => true,
        () => false,
      );
      const ready = database && isReady();
      return reply.code(ready ? 200 : 503).send({ ready, database });
    },
  );
}

async function studySubject(
  deps: Deps,
  studyId: string,
): Promise<{ hospitalId: string; siteId: string; studyId: string } | null> {
  const { rows } = await deps.db.pool.query<{ hospitalId: string; siteId: string }>(
    'SELECT organisation_id AS "hospitalId", site_id AS "siteId" FROM study WHERE id = $1',
    [studyId],
  );
  return rows[0] ? { ...rows[0], studyId } : null;
}

/** The built client: hashed assets for ever, index.html never cached; any other path is the client's own route. */
async function browserFiles(app: FastifyInstance): Promise<void> {
  const root = fileURLToPath(new URL("../../../client/dist/", import.meta.url));
  if (!existsSync(`${root}index.html`)) return;
  await app.register(fastifyStatic, {
    root,
    // No route of its own: the one below names its action, as every route must.
    serve: false,
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.setHeader("cache-control", path.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
  app.get("/*", { config: { action: "public" }, schema: { hide: true } }, (request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    if (/^\/(api|dicomweb|socket\.io)(\/|$)/.test(path)) return reply.callNotFound();
    return reply.sendFile(/\.[a-z0-9]+$/i.test(path) ? path.slice(1) : "index.html");
  });
}
