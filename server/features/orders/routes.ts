import { refusal } from "@readroom/shared/contract/errors.js";
import {
  CancelOrder,
  MessageDetail,
  MessageList,
  MessageQuery,
  type MessageView,
  NewOrder,
  OrderList,
  OrderQuery,
  OrderSites,
  OrderTaken,
  OrderView,
  ReplayOutcome,
} from "@readroom/shared/contract/http/orders.js";
import { pageEnd } from "@readroom/shared/contract/http/page.js";
import { type Actor, may, mayRole, visibleHospitals } from "@readroom/shared/domain/access.js";
import { err, ok } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { audit } from "../../kernel/audit.js";
import { route } from "../../kernel/route.js";
import { cancelOrder, enterOrder } from "./commands.js";
import { type InboundDeps, replayMessage } from "./inbound.js";
import { listMessages, type MessageRow, messageById } from "./store-messages.js";
import { listOrders, orderById, sitesOf, visibleSites } from "./store-views.js";

const Id = z.object({ id: z.string().max(64) });
const UNKNOWN_ORDER = refusal("not_found", "There is no such order.");
const UNKNOWN_MESSAGE = refusal("not_found", "There is no such message.");

export function orderRoutes(app: FastifyInstance, deps: InboundDeps): void {
  route(app, {
    method: "GET",
    url: "/api/orders/sites",
    action: "order.write",
    tag: "orders",
    summary: "Sites that this person may order for",
    response: OrderSites,
    handle: async ({ actor }) => ok({ sites: await sitesOf(deps.db.pool, actor) }),
  });
  route(app, {
    method: "GET",
    url: "/api/orders",
    action: "order.read",
    tag: "orders",
    summary: "Orders, newest first; waiting=true: those without images",
    query: OrderQuery,
    response: OrderList,
    handle: async ({ actor, query }) => {
      const orders = await listOrders(deps.db.pool, actor, query);
      const patients = new Set(orders.map((order) => order.patient.id));
      await audit(
        deps.db.pool,
        actor,
        [...patients].map((patientId) => ({ action: "order.list", patientId })),
      );
      return ok({ orders, next: lastOf(orders, query.limit, (order) => order.orderedAt) });
    },
  });
  route(app, {
    method: "GET",
    url: "/api/orders/:id",
    action: "order.read",
    tag: "orders",
    summary: "One order",
    params: Id,
    response: OrderView,
    handle: async ({ actor, params }) => {
      const order = await orderById(deps.db.pool, actor, params.id);
      if (!order) return err(UNKNOWN_ORDER);
      await audit(deps.db.pool, actor, [{ action: "order.read", patientId: order.patient.id, subject: order.id }]);
      return ok(order);
    },
  });
  route(app, {
    method: "POST",
    url: "/api/orders",
    action: "order.write",
    tag: "orders",
    summary: "Enter an order by hand, for a site without a RIS",
    body: NewOrder,
    response: OrderTaken,
    status: 201,
    handle: async ({ actor, body }) => enterOrder(deps, actor, body),
  });
  route(app, {
    method: "POST",
    url: "/api/orders/:id/cancel",
    action: "order.write",
    tag: "orders",
    summary: "Cancel an order that has no images yet",
    params: Id,
    body: CancelOrder,
    handle: async ({ actor, params }) => cancelOrder(deps, actor, params.id),
  });
  messageRoutes(app, deps);
}

function messageRoutes(app: FastifyInstance, deps: InboundDeps): void {
  route(app, {
    method: "GET",
    url: "/api/messages",
    action: "message.read",
    tag: "messages",
    summary: "HL7 messages in and out, newest first, without patient data",
    query: MessageQuery,
    response: MessageList,
    handle: async ({ actor, query }) => {
      const rows = await listMessages(deps.db.pool, {
        ...query,
        hospitals: visibleHospitals(actor),
        sites: visibleSites(actor),
        strangers: seesStrangers(actor),
      });
      return ok({
        messages: rows.map(viewOf),
        next: lastOf(rows, query.limit, (row) => row.at.getTime()),
      });
    },
  });
  route(app, {
    method: "GET",
    url: "/api/messages/:id",
    action: "message.read",
    tag: "messages",
    summary: "One message; its text only for those who may read orders of that hospital",
    params: Id,
    response: MessageDetail,
    handle: async ({ actor, params }) => {
      const message = await messageById(deps.db.pool, params.id);
      if (!message || !maySee(actor, message)) return err(UNKNOWN_MESSAGE);
      const open = mayRead(actor, message);
      await audit(deps.db.pool, actor, [
        {
          action: "message.read",
          organisationId: message.organisationId,
          subject: message.id,
          detail: { text: open },
          outcome: "allowed",
        },
      ]);
      const lines = (bytes: Buffer | null) => (open && bytes !== null ? deps.hl7.toLines(new Uint8Array(bytes)) : null);
      return ok({ ...viewOf(message), lines: lines(message.raw), reply: lines(message.reply), hidden: !open });
    },
  });
  route(app, {
    method: "POST",
    url: "/api/messages/:id/replay",
    action: "message.replay",
    tag: "messages",
    summary: "Carry out an inbound message that was not taken when it came",
    params: Id,
    response: ReplayOutcome,
    handle: async ({ actor, params }) => {
      const message = await messageById(deps.db.pool, params.id);
      if (!message || !maySee(actor, message)) return err(UNKNOWN_MESSAGE);
      const replayed = await replayMessage(deps, actor, params.id);
      if (replayed.ok) return replayed;
      return err(
        replayed.error === "unknown" ? UNKNOWN_MESSAGE : refusal("conflict", "This message has been taken already."),
      );
    },
  });
}

/** The mark of a full page's end; null where the list ends here. */
function lastOf<T extends { readonly id: string }>(
  rows: readonly T[],
  limit: number,
  at: (row: T) => number,
): string | null {
  const last = rows.at(-1);
  return last && rows.length === limit ? pageEnd(at(last), last.id) : null;
}

/** Messages of senders that no site claims: for those who run the hub or the reading group's connections. */
function seesStrangers(actor: Actor): boolean {
  return mayRole(actor, "operations.read") || mayRole(actor, "peer.write");
}

function maySee(actor: Actor, message: MessageRow): boolean {
  if (message.organisationId === null) return seesStrangers(actor);
  return may(actor, "message.read", {
    hospitalId: message.organisationId,
    ...(message.siteId === null ? {} : { siteId: message.siteId }),
  });
}

function mayRead(actor: Actor, message: MessageRow): boolean {
  if (message.organisationId === null) return false;
  return may(actor, "order.read", {
    hospitalId: message.organisationId,
    ...(message.siteId === null ? {} : { siteId: message.siteId }),
  });
}

function viewOf(row: Omit<MessageRow, "raw" | "reply">): MessageView {
  return {
    id: row.id,
    direction: row.direction,
    siteId: row.siteId,
    siteName: row.siteName,
    sender: row.sender,
    controlId: row.controlId,
    messageType: row.messageType,
    version: row.version,
    state: row.state,
    reason: row.reason,
    peer: row.peer,
    at: row.at.getTime(),
    settledAt: row.settledAt?.getTime() ?? null,
    bytes: row.bytes,
    replayable: row.direction === "in" && (row.state === "failed" || row.state === "rejected"),
  };
}
