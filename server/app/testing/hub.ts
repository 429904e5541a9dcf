import type { Action, Actor, Role } from "@readroom/shared/domain/access.js";
import type { FastifyInstance } from "fastify";
import type { World } from "../../features/worklist/testing/world.js";
import { buildHttp } from "../../gateway/http.js";
import type { SocketMessage } from "../../kernel/socket.js";
import { readConfig } from "../config.js";
import { composeFeatures } from "../features.js";

/** Everybody whom policy tells apart. */
export const WHO = [
  "radiologist",
  "resident",
  "referrer",
  "coordinator",
  "operator",
  "administrator",
  "integration",
  "guest",
  "device",
  "anonymous",
] as const;
export type Who = (typeof WHO)[number];

export interface PolicyHub {
  readonly app: FastifyInstance;
  /** The action of each route that the features registered, by "GET /api/worklist". */
  readonly routes: ReadonlyMap<string, Action>;
  readonly messages: readonly SocketMessage[];
  readonly actors: Readonly<Record<Who, Actor>>;
}

/** The hub's http side with all its features' routes and nothing started; who asks is named by the header x-test-who. */
export async function policyHub(world: World, url: string, data: string): Promise<PolicyHub> {
  const settings = readConfig({
    DATABASE_URL: url,
    READROOM_DATA: data,
    READROOM_DEMO: "off",
    READROOM_LOG_LEVEL: "silent",
  });
  const { features } = await composeFeatures(world.deps, settings, url);
  const actors = await everybody(world);
  const routes = new Map<string, Action>();
  const app = await buildHttp({
    log: world.deps.log,
    trustProxy: false,
    version: "test",
    authenticate: async (headers) => actors[headers["x-test-who"] as Who] ?? actors.anonymous,
    register: async (http) => {
      http.addHook("onRoute", ({ method, url: path, config }) => {
        // The documentation pages are the plugin's own, and open.
        if (path.startsWith("/api/docs")) return;
        for (const one of [method].flat())
          if (one !== "HEAD" && config?.action) routes.set(`${one} ${path}`, config.action);
      });
      for (const feature of features) await feature.routes?.(http);
    },
  });
  await app.ready();
  return { app, routes, messages: features.flatMap((feature) => feature.socket?.messages ?? []), actors };
}

async function everybody(world: World): Promise<Record<Who, Actor>> {
  const address = "127.0.0.1";
  const inGroup = (role: Role) => world.person({ role });
  const inHospital = (role: Role) => world.person({ role, organisation: world.north.hospital, kind: "hospital" });
  const hospitalIds = [world.north.hospital];
  const own = await world.study();
  return {
    radiologist: await inGroup("radiologist"),
    resident: await inGroup("resident"),
    operator: await inGroup("operator"),
    administrator: await inGroup("administrator"),
    referrer: await inHospital("referrer"),
    coordinator: await inHospital("coordinator"),
    integration: {
      kind: "machine",
      tokenId: own,
      name: "pacs",
      role: "integration",
      hospitalIds,
      siteIds: null,
      address,
    },
    guest: {
      kind: "guest",
      linkId: own,
      name: "guest",
      role: "physician",
      studyId: own,
      findingId: null,
      hospitalIds,
      address,
    },
    device: { kind: "device", name: "CT1", siteId: world.north.site, hospitalIds, address },
    anonymous: { kind: "anonymous", address },
  };
}
