import { z } from "zod";

/**
 * What waits for a person because the hub will not guess: studies without their order, studies no rule routes, objects that
 * could not be taken, results that were not delivered, critical findings nobody acknowledged.
 */
export const QUEUE_KINDS = ["unmatched", "unroutable", "incident", "undelivered", "unacknowledged"] as const;

export const QueueEntry = z.object({
  id: z.string(),
  kind: z.enum(QUEUE_KINDS),
  /** What it is: "CT Head · SAMPLE, Ada · St Mary ED". */
  title: z.string(),
  /** Why it is here, in a sentence. */
  reason: z.string(),
  since: z.number(),
  siteName: z.string(),
  studyId: z.string().nullable(),
  /** What clears it, the usual one first. choices: what to pick from (an order for a study, a pool). */
  actions: z.array(
    z.object({
      id: z.string(),
      label: z.string(),
      choices: z.array(z.object({ id: z.string(), label: z.string() })).optional(),
    }),
  ),
});
export type QueueEntry = z.infer<typeof QueueEntry>;

/** GET /api/queues */
export const Queues = z.object({ entries: z.array(QueueEntry), seq: z.number().int(), serverNow: z.number() });
export type Queues = z.infer<typeof Queues>;

/** POST /api/queues/:id/act; answers the queues as they are then. */
export const QueueAct = z.object({ kind: z.enum(QUEUE_KINDS), action: z.string(), choice: z.string().optional() });
export type QueueAct = z.infer<typeof QueueAct>;
