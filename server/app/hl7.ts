import { join } from "node:path";
import { hl7Engine, hl7ResultCodec } from "../adapters/hl7/engine.js";
import { listenMllp } from "../adapters/hl7/listener.js";
import { mllpSender } from "../adapters/hl7/sender.js";
import { resultFolder } from "../adapters/results/folder.js";
import { deliveryFeature } from "../features/delivery/public.js";
import { orderReceiver, ordersFeature } from "../features/orders/public.js";
import type { Deps } from "../kernel/deps.js";
import type { Feature } from "../kernel/feature.js";
import { type Config, tlsTexts } from "./config.js";

/** Orders with the HL7 v2 engine, and the MLLP listener where this process has the role. */
export function composeOrders(deps: Deps, config: Config): Feature {
  const options = { hl7: hl7Engine, demo: config.demo.on };
  const log = deps.log.child({ part: "mllp" });
  const { host, port, tls } = config.mllp;
  const on = (where: { port: number; tls?: ReturnType<typeof tlsTexts> }) =>
    listenMllp({
      ...where,
      host,
      receiver: orderReceiver(deps, options),
      note: (event, { peer, error, bytes }) =>
        log.warn(
          { event, peer, bytes, err: error instanceof Error ? { message: error.message } : undefined },
          "mllp connection",
        ),
    });
  const listen = async () => {
    const listeners = [
      await on({ port }),
      ...(tls === undefined ? [] : [await on({ port: tls.port, tls: tlsTexts(tls) })]),
    ];
    return { close: async () => void (await Promise.all(listeners.map((listener) => listener.close()))) };
  };
  return ordersFeature(deps, config.roles.includes("hl7") ? { ...options, listen } : options);
}

/** Results out, by MLLP and into the folder of each site. */
export function composeDelivery(deps: Deps, config: Config): Feature {
  const ports = {
    transport: mllpSender(),
    codec: hl7ResultCodec,
    folder: resultFolder(join(config.dataDir, "outbound")),
  };
  return deliveryFeature(deps, ports, config.roles.includes("relay"));
}
