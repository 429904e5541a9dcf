import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import { followStudies } from "./follow-studies.js";
import { type InboundDeps, receiveBroken, receiveMessage } from "./inbound.js";
import type { Hl7Engine } from "./ports.js";
import { orderRoutes } from "./routes.js";

export { ModalityWorklist } from "./modality-worklist.js";
export { listOrders, orderById } from "./store-views.js";

export interface OrdersOptions {
  readonly hl7: Hl7Engine;
  readonly demo: boolean;
}

/** What the MLLP listener hands messages to: the promise is fulfilled after commit. */
export function orderReceiver(deps: Deps, options: OrdersOptions) {
  const inbound: InboundDeps = { ...deps, ...options };
  return {
    receive: (raw: Uint8Array, peer: { address: string }) => receiveMessage(inbound, raw, peer),
    broken: (head: Uint8Array, why: "unfinished" | "oversize" | "timeout", peer: { address: string }) =>
      receiveBroken(inbound, head, why, peer),
  };
}

/** Orders: in by HL7 and by form, matched to images, listed, and the message log. `listen` starts the MLLP listener where this process has that role. */
export function ordersFeature(
  deps: Deps,
  options: OrdersOptions & { listen?: () => Promise<{ close(): Promise<void> }> },
): Feature {
  let listener: { close(): Promise<void> } | undefined;
  return {
    name: "orders",
    routes: (app) => orderRoutes(app, { ...deps, hl7: options.hl7, demo: options.demo }),
    reactions: [followStudies],
    start: async () => {
      listener = await options.listen?.();
    },
    stop: async () => {
      await listener?.close();
    },
  };
}
