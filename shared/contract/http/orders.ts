import { z } from "zod";
import { PageEnd } from "./page.js";

/** POST /api/orders: an order entered by hand, for a site without a RIS. */
export const NewOrder = z.object({
  siteId: z.string().min(1),
  patient: z.object({
    mrn: z.string().trim().min(1).max(64),
    family: z.string().trim().min(1).max(64),
    given: z.string().trim().max(64),
    /** YYYYMMDD. */
    birthDate: z
      .string()
      .regex(/^\d{8}$/)
      .nullable(),
    sex: z.enum(["M", "F", "O"]).nullable(),
  }),
  procedureText: z.string().trim().min(1).max(200),
  modality: z.string().trim().max(16),
  bodyPart: z.string().trim().max(64),
  laterality: z.enum(["", "L", "R", "B"]),
  priority: z.enum(["stat", "urgent", "routine"]),
  patientClass: z.enum(["", "E", "I", "O"]),
  patientLocation: z.string().trim().max(80),
  clinicalQuestion: z.string().trim().min(1).max(2000),
  referringName: z.string().trim().max(120),
  referringPhone: z.string().trim().max(40),
  scheduledAt: z.number().nullable(),
  /** Made by the form once: sending it twice (a double click, a retry after a lost answer) makes one order. */
  requestId: z.uuid().optional(),
});
export type NewOrder = z.infer<typeof NewOrder>;

/** The accession number to give to the modality. */
export const OrderTaken = z.object({ orderId: z.string(), accessionNumber: z.string() });
export type OrderTaken = z.infer<typeof OrderTaken>;

/** GET /api/orders/sites: the sites that this person may order for. */
export const OrderSites = z.object({
  sites: z.array(z.object({ id: z.string(), name: z.string(), timeZone: z.string() })),
});
export type OrderSites = z.infer<typeof OrderSites>;

/** An order as lists and the reading room's side panel show it. Times in milliseconds since 1970. */
export const OrderView = z.object({
  id: z.string(),
  siteId: z.string(),
  siteName: z.string(),
  state: z.enum(["scheduled", "in_progress", "completed", "cancelled"]),
  held: z.boolean(),
  source: z.enum(["hl7", "form", "fhir"]),
  accessionNumber: z.string(),
  /** The field that the accession number was read from, where it was not the usual one. */
  accessionFrom: z.string(),
  placerOrderNumber: z.string(),
  fillerOrderNumber: z.string(),
  patient: z.object({
    id: z.string(),
    mrn: z.string(),
    issuer: z.string(),
    name: z.object({ alphabetic: z.string(), ideographic: z.string().optional(), phonetic: z.string().optional() }),
    birthDate: z.string().nullable(),
    sex: z.string().nullable(),
  }),
  procedureCode: z.string(),
  procedureText: z.string(),
  modality: z.string(),
  bodyPart: z.string(),
  laterality: z.string(),
  priority: z.enum(["critical", "stat", "urgent", "routine"]),
  patientClass: z.string(),
  patientLocation: z.string(),
  clinicalQuestion: z.string(),
  remarks: z.array(z.object({ label: z.string(), text: z.string() })),
  referringName: z.string(),
  referringPhone: z.string(),
  studyInstanceUid: z.string().nullable(),
  scheduledAt: z.number().nullable(),
  orderedAt: z.number(),
  updatedAt: z.number(),
  /** Studies that answer it: empty while images are awaited. */
  studyIds: z.array(z.string()),
});
export type OrderView = z.infer<typeof OrderView>;

/** GET /api/orders. waiting: scheduled, and no images yet. before: `next` of the page before. */
export const OrderQuery = z.object({
  siteId: z.string().max(64).optional(),
  state: z.enum(["scheduled", "in_progress", "completed", "cancelled"]).optional(),
  waiting: z.stringbool().optional(),
  before: PageEnd.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type OrderQuery = z.infer<typeof OrderQuery>;
export const OrderList = z.object({ orders: z.array(OrderView), next: PageEnd.nullable() });
export type OrderList = z.infer<typeof OrderList>;

export const CancelOrder = z.object({ reason: z.string().trim().min(1).max(300) });

export const MessageState = z.enum(["received", "accepted", "failed", "rejected", "sent"]);

/** One HL7 message as the message log lists it: no patient data. */
export const MessageView = z.object({
  id: z.string(),
  direction: z.enum(["in", "out"]),
  siteId: z.string().nullable(),
  siteName: z.string().nullable(),
  sender: z.string(),
  controlId: z.string(),
  messageType: z.string(),
  version: z.string(),
  state: MessageState,
  /** Why it failed, or what was odd about it, in words. */
  reason: z.string(),
  peer: z.string(),
  at: z.number(),
  settledAt: z.number().nullable(),
  bytes: z.number(),
  replayable: z.boolean(),
});
export type MessageView = z.infer<typeof MessageView>;

export const MessageQuery = z.object({
  direction: z.enum(["in", "out"]).optional(),
  state: MessageState.optional(),
  siteId: z.string().max(64).optional(),
  before: PageEnd.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type MessageQuery = z.infer<typeof MessageQuery>;
export const MessageList = z.object({ messages: z.array(MessageView), next: PageEnd.nullable() });
export type MessageList = z.infer<typeof MessageList>;

/** lines and reply: only for those who may read orders of that hospital; else null, and `hidden` says so. */
export const MessageDetail = MessageView.extend({
  lines: z.array(z.string()).nullable(),
  reply: z.array(z.string()).nullable(),
  hidden: z.boolean(),
});
export type MessageDetail = z.infer<typeof MessageDetail>;

export const ReplayOutcome = z.object({ state: MessageState, reason: z.string() });
export type ReplayOutcome = z.infer<typeof ReplayOutcome>;
