import { hl7Engine } from "../adapters/hl7/engine.js";
import { listenMllp } from "../adapters/hl7/listener.js";
import { orderReceiver, ordersFeature } from "../features/orders/public.js";
import type { Deps } from "../kernel/deps.js";
import type { Feature } from "../kernel/feature.js";
import type { Config } from "./config.js";

/** Orders with the HL7 v2 engine, and the MLLP listener where this process has the role. */
export function composeOrders(deps: Deps, config: Config): Feature {
  const options = { hl7: hl7Engine, demo: config.demo.on };
  const log = deps.log.child({ part: "mllp" });
  const listen = () =>
    listenMllp({
      port: config.mllp.port,
      receiver: orderReceiver(deps, options),
      note: (event, { peer, error, bytes }) =>
        log.warn({ event, peer, bytes, err: error instanceof Error ? { message: error.message } : undefined }, "mllp connection"),
    });
  return ordersFeature(deps, config.roles.includes("hl7") ? { ...options, listen } : options);
}
