import { isUuid } from "@readroom/shared/kernel/ids.js";
import type { PublishedEvent, Reaction } from "../../kernel/reactions.js";
import { ROUTING, type Router } from "./commands.js";
import { enqueueGroup } from "./queue.js";
import { lookingOtherwise, studiesOfOrders, type Transaction } from "./store.js";

/** Images are coming. Only a burst that changes what routing looks at (the first one, another modality) makes a decision. */
const ARRIVING = "study.receiving";

/** Everything else that a decision about one study depends on. */
export const REROUTED_ON = [
  ARRIVING,
  "study.complete",
  "study.matched",
  "study.unmatched",
  "study.confirmed",
  "study.urgency_changed",
  "study.rerouted",
  "study.reroute_wanted",
  "study.changed",
  "study.clock_resumed",
  "study.exam_end",
] as const;
const ORDERS = [
  "order.created",
  "order.changed",
  "order.updated",
  "order.matched",
  "order.cancelled",
  "order.status",
] as const;

export function routingReactions(router: Router): readonly Reaction[] {
  const decide = async (tx: Transaction, events: readonly PublishedEvent[]) => {
    const arriving = idsOf(
      events.filter((event) => event.type === ARRIVING),
      "studyId",
    );
    const others = idsOf(
      events.filter((event) => event.type !== ARRIVING),
      "studyId",
    );
    const changed = arriving.length > 0 ? await lookingOtherwise(tx, arriving) : [];
    await router.route(tx, [...others, ...changed], ROUTING);
  };
  const ofOrders = async (tx: Transaction, events: readonly PublishedEvent[]) => {
    const studies = await studiesOfOrders(tx, idsOf(events, "orderId"));
    await router.route(tx, [...idsOf(events, "studyId"), ...studies], ROUTING);
  };
  return [
    {
      handler: "routing.decide",
      types: REROUTED_ON,
      run: (_deps, tx, event) => decide(tx, [event]),
      runMany: (_deps, client, events) => decide(client, events),
    },
    {
      handler: "routing.order",
      types: ORDERS,
      run: (_deps, tx, event) => ofOrders(tx, [event]),
      runMany: (_deps, client, events) => ofOrders(client, events),
    },
    {
      handler: "routing.rules",
      types: ["rules.changed"],
      run: async (_deps, tx, event) => {
        for (const groupId of idsOf([event], "groupId")) await enqueueGroup(tx, groupId);
      },
    },
  ];
}

const idsOf = (events: readonly PublishedEvent[], key: string): string[] => [
  ...new Set(
    events.flatMap(({ payload }) => {
      const id = payload[key];
      return typeof id === "string" && isUuid(id) ? [id] : [];
    }),
  ),
];
