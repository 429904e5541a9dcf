import { z } from "zod";

/** "events" is a list of these: each something that was committed, in published order, or a view computed from it. Clients keep the greatest seq for their next subscription. */
export const HubEvent = z.object({
  seq: z.number().int(),
  type: z.string(),
  payload: z.record(z.string(), z.unknown()),
  at: z.number(),
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string() }),
});
export type HubEvent = z.infer<typeof HubEvent>;

export const Subscribed = z.object({
  granted: z.array(z.string()),
  refused: z.array(z.string()),
  seq: z.number().int(),
  missed: z.array(HubEvent),
  reset: z.boolean(),
});
export type Subscribed = z.infer<typeof Subscribed>;
