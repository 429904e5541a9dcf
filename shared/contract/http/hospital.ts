import { z } from "zod";
import { CLOCK_STARTS, CLOCK_STOPS } from "../../domain/contract.js";
import { URGENCIES } from "../../domain/urgency.js";
import { WorklistRow } from "./worklist.js";

const Id = z.guid();
const Ms = z.number().int();

/** Reports in time out of those whose clock has run: signed, or still open past the deadline. fraction null: none yet. */
export const Attainment = z.object({
  met: z.number().int(),
  total: z.number().int(),
  fraction: z.number().nullable(),
  medianMinutes: z.number().nullable(),
});
export type Attainment = z.infer<typeof Attainment>;

export const CriticalBrief = z.object({
  id: Id,
  studyId: Id,
  patientName: z.string(),
  mrn: z.string(),
  procedure: z.string(),
  siteName: z.string(),
  category: z.string(),
  finding: z.string(),
  state: z.string(),
  raisedAt: Ms,
  raisedByName: z.string(),
  dueAt: Ms,
  reachedName: z.string().nullable(),
  acknowledgedAt: Ms.nullable(),
  acknowledgedName: z.string().nullable(),
});
export type CriticalBrief = z.infer<typeof CriticalBrief>;

/** attempt × receipt as the delivery feature keeps them. */
export const DeliveryBrief = z.object({
  id: Id,
  studyId: Id,
  patientName: z.string(),
  procedure: z.string(),
  siteName: z.string(),
  destination: z.string(),
  kind: z.string(),
  attempt: z.string(),
  receipt: z.string(),
  attempts: z.number().int(),
  lastError: z.string(),
  createdAt: Ms,
  acceptedAt: Ms.nullable(),
});
export type DeliveryBrief = z.infer<typeof DeliveryBrief>;

export const ContractView = z.object({
  id: Id,
  name: z.string(),
  groupId: Id,
  groupName: z.string(),
  target: z.number(),
  /** Minutes from the clock's start to the report, by urgency. */
  turnaround: z.object({ critical: z.number(), stat: z.number(), urgent: z.number(), routine: z.number() }),
  clockStarts: z.enum(CLOCK_STARTS),
  clockStops: z.enum(CLOCK_STOPS),
  /** All of it as sentences, an urgency that differs included. */
  terms: z.array(z.string()),
});
export type ContractView = z.infer<typeof ContractView>;

export const LateStudy = z.object({
  studyId: Id,
  patientName: z.string(),
  procedure: z.string(),
  urgency: z.enum(URGENCIES),
  deadline: Ms,
  signedAt: Ms.nullable(),
  lateMinutes: z.number(),
});
export type LateStudy = z.infer<typeof LateStudy>;

/** The hospital's own page. Live: topic hospital:<id>, events "worklist.row"; refetch the rest on "critical.*" and "delivery.*". */
export const HospitalView = z.object({
  serverNow: Ms,
  seq: z.number().int(),
  hospital: z.object({ id: Id, name: z.string(), timeZone: z.string() }),
  sites: z.array(z.object({ id: Id, code: z.string(), name: z.string(), timeZone: z.string() })),
  contracts: z.array(ContractView),
  /** Open studies, and those reported in the last 24 hours. */
  rows: z.array(WorklistRow),
  truncated: z.boolean(),
  attainment: z.object({
    days: z.number().int(),
    overall: Attainment,
    byUrgency: z.array(Attainment.extend({ urgency: z.enum(URGENCIES) })),
    /** One entry a day in the hospital's zone (YYYY-MM-DD), oldest first, empty days included. */
    byDay: z.array(Attainment.extend({ day: z.string() })),
    /** The late ones, newest first (at most 100): the rows that the figure is made of. */
    late: z.array(LateStudy),
  }),
  /** Who reads for us now. */
  onShift: z.array(z.object({ id: Id, name: z.string(), title: z.string(), until: Ms })),
  criticals: z.array(CriticalBrief),
  deliveries: z.array(DeliveryBrief),
});
export type HospitalView = z.infer<typeof HospitalView>;
