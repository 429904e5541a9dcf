import { z } from "zod";

/** Messages from the client to the hub that belong to no single feature. Each is answered by {ok: true, value} or {ok: false, error}. */
export const Subscribe = z.object({
  topics: z.array(z.string().max(80)).max(64),
  /** The last sequence number seen; left out on a first subscription. */
  since: z.number().int().nonnegative().optional(),
});
export type Subscribe = z.infer<typeof Subscribe>;
