import type { Deps } from "../../kernel/deps.js";
import type { Feature } from "../../kernel/feature.js";
import type { DeliveryPorts } from "./ports.js";
import { deliverSigned } from "./reactions.js";
import { deliveryRoutes } from "./routes.js";
import { DeliveryWorker } from "./worker.js";

export { type ReportPdfInput, renderReportPdf } from "./pdf/render.js";
export { listDeliveries } from "./store-views.js";

/** Results out: deliveries of signed reports, sent by the relay's leader. `sends`: this process has the relay's role. */
export function deliveryFeature(deps: Deps, ports: DeliveryPorts, sends: boolean): Feature {
  const worker = new DeliveryWorker(deps, ports);
  return {
    name: "delivery",
    routes: (app) => deliveryRoutes(app, deps),
    reactions: [deliverSigned(ports)],
    timers: [{ name: "delivery.send_due", everyMs: 300, run: async () => void (await worker.sendDue()) }],
    start: async () => {
      if (sends) await worker.recover();
    },
    stop: () => worker.stop(),
  };
}
