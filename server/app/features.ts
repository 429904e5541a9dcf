import type { ChildProcess } from "node:child_process";
import { CONTRACT_VERSION } from "@readroom/shared/contract/version.js";
import { PRODUCT } from "@readroom/shared/kernel/product.js";
import { MediasoupEngine } from "../adapters/media/engine.js";
import { transcriptions } from "../adapters/speech/transcriptions.js";
import { DEMO_PASSWORD, PEOPLE } from "../demo/world.js";
import { auditFeature } from "../features/audit/public.js";
import { clocksFeature } from "../features/clocks/public.js";
import { consultFeature } from "../features/consult/public.js";
import { contractsFeature } from "../features/contracts/public.js";
import { criticalFeature } from "../features/critical/public.js";
import { evidenceFeature } from "../features/evidence/public.js";
import { fairnessFeature } from "../features/fairness/public.js";
import { adminRoutes, identityRoutes } from "../features/identity/public.js";
import type { Pipeline } from "../features/ingest/public.js";
import { operationsFeature } from "../features/operations/public.js";
import { readingFeature, roomPolicy } from "../features/reading/public.js";
import { reportFeature } from "../features/report/public.js";
import { rosterFeature } from "../features/roster/public.js";
import { routingFeature } from "../features/routing/public.js";
import { simulationFeature } from "../features/simulation/public.js";
import { worklistFeature } from "../features/worklist/public.js";
import { PostgresBetween } from "../gateway/rooms/between-postgres.js";
import { openRooms } from "../gateway/rooms/rooms.js";
import type { Deps } from "../kernel/deps.js";
import type { Feature } from "../kernel/feature.js";
import type { Config } from "./config.js";
import { composeDemo } from "./demo.js";
import { composeDelivery, composeOrders } from "./hl7.js";
import { composeImages } from "./images.js";
import { composeNotices } from "./notices.js";

/**
 * Every feature of the hub with the adapters that it needs: the one place where they meet. What only some hubs use (Redis, a mail
 * server) is loaded where it is configured: each costs the start a tenth of a second.
 *
 * @param dimseAhead the DICOM listener's process, where it was begun ahead
 */
export async function composeFeatures(
  deps: Deps,
  config: Config,
  databaseUrl: string,
  dimseAhead?: ChildProcess,
): Promise<{ features: Feature[]; pipeline: Pipeline }> {
  const engine = new MediasoupEngine({ port: config.media.port, announced: config.media.announced, log: deps.log });
  const media: Feature = { name: "media", start: async () => engine.start(), stop: () => engine.stop() };
  const identity: Feature = {
    name: "identity",
    routes: (app) => identityRoutes(app, deps, { hubInfo: async () => hubInfo(config, engine.available()) }),
  };
  const between = config.redisUrl
    ? new (await import("../adapters/redis/between.js")).RedisBetween(config.redisUrl, deps.log)
    : new PostgresBetween(deps, databaseUrl);
  const policy = roomPolicy(deps);
  const rooms = openRooms(deps, policy, between);
  const images = composeImages(deps, config, databaseUrl, dimseAhead);
  const features: Feature[] = [
    identity,
    { name: "rooms", socket: rooms.socket, start: rooms.start, stop: rooms.close },
    readingFeature(deps, rooms.documents, policy.settled, config.history.days),
    reportFeature(deps, rooms.documents, config.speech ? transcriptions({ ...config.speech, log: deps.log }) : null),
    rosterFeature(deps),
    routingFeature(deps),
    worklistFeature(deps),
    operationsFeature(deps),
    simulationFeature(deps),
    contractsFeature(deps),
    clocksFeature(deps),
    { name: "administration", routes: (app) => adminRoutes(app, deps) },
    auditFeature(deps),
    criticalFeature(deps, config.http.publicUrl),
    consultFeature(deps, engine),
    composeOrders(deps, config),
    composeDelivery(deps, config),
    evidenceFeature(images.pipeline),
    await composeNotices(deps, config),
    fairnessFeature(deps),
    ...images.features,
    ...(config.roles.includes("media") ? [media] : []),
    ...(config.demo.on ? [composeDemo(deps, config, { pipeline: images.pipeline, documents: rooms.documents })] : []),
  ];
  return { features, pipeline: images.pipeline };
}

function hubInfo(config: Config, callsAvailable: boolean) {
  const demoLogins = PEOPLE.map(({ email, name, title, blurb }) => ({
    email,
    name,
    role: title,
    blurb,
    password: DEMO_PASSWORD,
  }));
  return {
    name: "Readroom",
    version: PRODUCT.version,
    contract: CONTRACT_VERSION,
    demo: config.demo.on,
    demoLogins: config.demo.on ? demoLogins : [],
    callsAvailable,
    speechServer: config.speech !== undefined,
  };
}
