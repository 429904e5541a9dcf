import { hl7Engine } from "../adapters/hl7/engine.js";
import { listenMllp } from "../adapters/hl7/listener.js";
import { demoFeature } from "../demo/public.js";
import type { Pipeline } from "../features/ingest/public.js";
import { orderReceiver } from "../features/orders/public.js";
import type { SharedDocuments } from "../features/reading/public.js";
import type { Deps } from "../kernel/deps.js";
import type { Feature } from "../kernel/feature.js";
import type { Config } from "./config.js";

const LOOPBACK = "127.0.0.1";

/** The demo's night on the hub's own doors: orders through the receiver of HL7 messages, images through the archive's pipeline. */
export function composeDemo(
  deps: Deps,
  config: Config,
  hub: { readonly pipeline: Pipeline; readonly documents: SharedDocuments },
): Feature {
  const orders = orderReceiver(deps, { hl7: hl7Engine, demo: true });
  return demoFeature(deps, {
    ...hub,
    receiveOrder: (raw) => orders.receive(raw, { address: LOOPBACK }),
    receiver: (port) => listenMllp({ port, host: LOOPBACK, receiver: hospitalSystem(deps), note: () => undefined }),
    screen: process.stdout,
    studiesPerHour: config.demo.studiesPerHour,
    makesImages: config.roles.includes("worker"),
  });
}

/** The hospitals' system that results go to: accepts what is well-formed and keeps nothing. */
function hospitalSystem(deps: Deps) {
  let answered = 0;
  const answer = async (raw: Uint8Array): Promise<Uint8Array[]> => {
    answered += 1;
    return hl7Engine.acknowledge(raw, { verdict: "accept", problem: null }, deps.clock.now(), `HIS${answered}`);
  };
  return { receive: answer, broken: async () => [] };
}
