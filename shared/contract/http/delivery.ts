import { z } from "zod";
import { PageEnd } from "./page.js";

export const DELIVERY_STATES = ["waiting", "sending", "delivered", "refused", "ambiguous", "gave_up"] as const;
export const DELIVERY_ACTIONS = ["send_again", "confirm_received", "give_up"] as const;

/** One result on its way to one destination. Holds no patient data. Times in milliseconds since 1970. */
export const DeliveryView = z.object({
  id: z.string(),
  studyId: z.string(),
  reportId: z.string(),
  reportVersion: z.number().int(),
  reportKind: z.enum(["preliminary", "final", "addendum", "corrected"]),
  siteId: z.string(),
  siteName: z.string(),
  /** oru: HL7 ORU^R01 over MLLP. pdf: a file in the site's folder. */
  kind: z.enum(["oru", "pdf"]),
  destination: z.string(),
  controlId: z.string(),
  state: z.enum(DELIVERY_STATES),
  reason: z.string(),
  attempts: z.number().int(),
  nextAttemptAt: z.number().nullable(),
  lastAttemptAt: z.number().nullable(),
  deliveredAt: z.number().nullable(),
  confirmedBy: z.string().nullable(),
  createdAt: z.number(),
  /** An earlier result of the same accession has to go first. */
  heldBack: z.boolean(),
  actions: z.array(z.enum(DELIVERY_ACTIONS)),
});
export type DeliveryView = z.infer<typeof DeliveryView>;

/** open: everything that is not delivered or given up. before: `next` of the page before. */
export const DeliveryQuery = z.object({
  studyId: z.string().max(64).optional(),
  siteId: z.string().max(64).optional(),
  open: z.stringbool().optional(),
  before: PageEnd.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type DeliveryQuery = z.infer<typeof DeliveryQuery>;
export const DeliveryList = z.object({ deliveries: z.array(DeliveryView), next: PageEnd.nullable() });
export type DeliveryList = z.infer<typeof DeliveryList>;

/** send_again: once more, with the same control id. confirm_received: a person has seen it at the receiver. give_up: it will not go. */
export const ActOnDelivery = z.object({
  action: z.enum(DELIVERY_ACTIONS),
  note: z.string().trim().max(300).default(""),
});
export type ActOnDelivery = z.input<typeof ActOnDelivery>;
