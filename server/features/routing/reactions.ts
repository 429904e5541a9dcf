import type { Actor } from "@readroom/shared/domain/access.js";
import { isUuid } from "@readroom/shared/kernel/ids.js";
import { appendEvents } from "../../kernel/outbox.js";
import type { Reaction } from "../../kernel/reactions.js";
import { routeStudy } from "./commands.js";
import { openStudiesOfGroup, studiesOfOrder } from "./store.js";

const ROUTING: Actor = { kind: "system", name: "routing" };

/** Everything that a decision depends on. Progress while images arrive is not among it. */
export const REROUTED_ON = [
  "study.receiving",
  "study.complete",
  "study.matched",
  "study.unmatched",
  "study.confirmed",
  "study.urgency_changed",
  "study.rerouted",
  "study.reroute_wanted",
  "study.changed",
] as const;
const ORDERS = [
  "order.created",
  "order.changed",
  "order.updated",
  "order.matched",
  "order.cancelled",
  "order.status",
] as const;

export const routingReactions: readonly Reaction[] = [
  {
    handler: "routing.decide",
    types: REROUTED_ON,
    run: async (deps, tx, event) => {
      const { studyId } = event.payload;
      if (typeof studyId === "string" && isUuid(studyId)) await routeStudy(deps, tx, studyId, ROUTING);
    },
  },
  {
    handler: "routing.order",
    types: ORDERS,
    run: async (deps, tx, event) => {
      const { studyId, orderId } = event.payload;
      const ofOrder = typeof orderId === "string" && isUuid(orderId) ? await studiesOfOrder(tx, orderId) : [];
      const named = typeof studyId === "string" && isUuid(studyId) ? [studyId] : [];
      for (const id of new Set([...named, ...ofOrder])) await routeStudy(deps, tx, id, ROUTING);
    },
  },
  {
    // One event a study instead of one long transaction: claims of the night go on between them.
    handler: "routing.rules",
    types: ["rules.changed"],
    run: async (_deps, tx, event) => {
      const { groupId } = event.payload;
      if (typeof groupId !== "string" || !isUuid(groupId)) return;
      for (const studyId of await openStudiesOfGroup(tx, groupId)) {
        await appendEvents(tx, ROUTING, [
          { stream: `study:${studyId}`, type: "study.reroute_wanted", payload: { studyId }, topics: [] },
        ]);
      }
    },
  },
];
