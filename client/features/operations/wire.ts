import { z } from "zod";
import { URGENCIES } from "@readroom/shared/domain/urgency.js";

/** GET /api/operations: pools with the clocks that run in them, and who is on. */
export const OperationsView = z.object({
  pools: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      waiting: z.number().int(),
      reading: z.number().int(),
      ticks: z.array(
        z.object({
          studyId: z.string(),
          label: z.string(),
          urgency: z.enum(URGENCIES),
          deadline: z.number(),
          clockStartedAt: z.number(),
          claimedBy: z.string().nullable(),
        }),
      ),
      readers: z.array(
        z.object({
          userId: z.string(),
          name: z.string(),
          colour: z.string(),
          shiftEndsAt: z.number().nullable(),
          onBreak: z.boolean(),
          /** Studies held now, and signed in the last hour. */
          holding: z.number().int(),
          signedLastHour: z.number().int(),
        }),
      ),
    }),
  ),
  seq: z.number().int(),
  serverNow: z.number(),
});
export type OperationsView = z.infer<typeof OperationsView>;

export const DeliveryRow = z.object({
  id: z.string(),
  studyId: z.string(),
  title: z.string(),
  destination: z.string(),
  kind: z.string(),
  attempt: z.enum(["waiting", "sending", "sent", "ambiguous", "gave_up"]),
  receipt: z.enum(["none", "accepted", "refused", "unknown"]),
  attempts: z.number().int(),
  createdAt: z.number(),
  nextAttemptAt: z.number().nullable(),
  acceptedAt: z.number().nullable(),
  lastError: z.string(),
});
export type DeliveryRow = z.infer<typeof DeliveryRow>;

/** GET /api/deliveries, newest first. */
export const Deliveries = z.object({ rows: z.array(DeliveryRow), seq: z.number().int(), serverNow: z.number() });
export type Deliveries = z.infer<typeof Deliveries>;

/** POST /api/deliveries/:id/act. resend: send again as the same message; accepted: a person saw it at the receiver. */
export const DeliveryAct = z.object({ action: z.enum(["resend", "accepted", "give_up"]) });

export const MessageRow = z.object({
  id: z.string(),
  direction: z.enum(["in", "out"]),
  siteName: z.string(),
  sender: z.string(),
  messageType: z.string(),
  controlId: z.string(),
  state: z.enum(["received", "accepted", "failed", "rejected", "sent"]),
  reason: z.string(),
  at: z.number(),
});
export type MessageRow = z.infer<typeof MessageRow>;

/** GET /api/messages?direction=&state=, newest first, at most 200. */
export const Messages = z.object({ rows: z.array(MessageRow), serverNow: z.number() });
export type Messages = z.infer<typeof Messages>;

/** GET /api/messages/:id: the message and its reply as lines. */
export const MessageDetail = z.object({ row: MessageRow, lines: z.array(z.string()), reply: z.array(z.string()) });
export type MessageDetail = z.infer<typeof MessageDetail>;
