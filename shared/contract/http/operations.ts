import { z } from "zod";
import { PAUSE_REASONS } from "../../domain/clock-pause.js";
import { URGENCIES } from "../../domain/urgency.js";
import { PersonChip, WorklistRow } from "./worklist.js";

const Id = z.guid();
const Ms = z.number().int();
const Words = z.string().trim().min(3, "say why").max(300);

export const PoolLane = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  subspecialties: z.array(z.string()),
  open: z.number().int(),
  held: z.number().int(),
  /** Under a quarter of the time left, and past it. */
  atRisk: z.number().int(),
  late: z.number().int(),
  readersOnShift: z.number().int(),
  openNow: z.boolean(),
  /** When a closed pool opens next; null where it is open, or never opens. */
  opensAt: Ms.nullable(),
  /** Its opening hours in words; empty: always open. */
  hours: z.string(),
  fallback: z.string().nullable(),
});
export type PoolLane = z.infer<typeof PoolLane>;

export const ReaderLoad = PersonChip.extend({
  title: z.string(),
  poolIds: z.array(Id),
  onShift: z.boolean(),
  onBreak: z.boolean(),
  shiftStartsAt: Ms.nullable(),
  shiftEndsAt: Ms.nullable(),
  /** Until when the reader is on call; null where not. */
  onCallUntil: Ms.nullable(),
  /** The studies that the reader holds now. */
  holding: z.array(Id),
  /** Reports signed since the shift began (last 12 hours where off shift), and their relative value units. */
  signed: z.number().int(),
  rvu: z.number(),
  /** What the shift is good for: the limit that is set for the reader, else units an hour over its length; null off shift. */
  rvuCapacity: z.number().nullable(),
  /** A session was active within the last two minutes. */
  online: z.boolean(),
});
export type ReaderLoad = z.infer<typeof ReaderLoad>;

/** What a person must say before a request can be sent; `field`: where a note goes in the body. */
export const ASKED = ["note", "pool", "receiver", "order"] as const;

/**
 * What clears an entry: send `method url body` as it stands; ask first where `ask` is set (note: words into `field`; pool: poolId and reason;
 * receiver: host and port; order: one of the study's candidates as orderId); or open `href`.
 */
export const ClearingAction = z.object({
  label: z.string(),
  method: z.enum(["POST", "DELETE"]).optional(),
  url: z.string().optional(),
  body: z.record(z.string(), z.unknown()).optional(),
  href: z.string().optional(),
  ask: z.enum(ASKED).optional(),
  field: z.string().optional(),
  question: z.string().optional(),
});
export type ClearingAction = z.infer<typeof ClearingAction>;

export const ATTENTION_KINDS = [
  "critical_unacknowledged",
  "unroutable",
  "no_reader",
  "unmatched",
  "delivery_ambiguous",
  "undelivered",
  "no_receiver",
  "ingest_incident",
  "message_rejected",
  "reaction_failed",
  "late_images",
  "clock_skew",
  "credential_expiring",
] as const;
export type AttentionKind = (typeof ATTENTION_KINDS)[number];

/** Something that waits for a person. severity 1 is the worst; the list is sorted by it, then by age. notes: what operators wrote beside it. */
export const AttentionEntry = z.object({
  kind: z.enum(ATTENTION_KINDS),
  id: z.string(),
  studyId: Id.nullable(),
  title: z.string(),
  reason: z.string(),
  since: Ms,
  severity: z.number().int().min(1).max(3),
  actions: z.array(ClearingAction),
  notes: z.array(z.object({ by: z.string(), at: Ms, note: z.string() })),
});
export type AttentionEntry = z.infer<typeof AttentionEntry>;

/** A clock that stands still. */
export const PausedClock = z.object({ studyId: Id, since: Ms, reason: z.enum(PAUSE_REASONS), words: z.string() });
export type PausedClock = z.infer<typeof PausedClock>;

/** rows=false: everything but the studies, which come as patches. */
export const OperationsQuery = z.object({ rows: z.enum(["true", "false"]).default("true") });

/** Live: topic group:<id> with "worklist.row" for `rows`; the rest is asked for again (rows=false), at most every few seconds. */
export const OperationsView = z.object({
  serverNow: Ms,
  seq: z.number().int(),
  group: z.object({ id: Id, name: z.string(), timeZone: z.string() }),
  pools: z.array(PoolLane),
  readers: z.array(ReaderLoad),
  attention: z.array(AttentionEntry),
  paused: z.array(PausedClock),
  /** Every open study of the group (row.pool.id says the lane); empty for those without the right to see patients. */
  rows: z.array(WorklistRow),
  truncated: z.boolean(),
});
export type OperationsView = z.infer<typeof OperationsView>;

/** A reader against one study. standing: may read it now; would once on shift; may not. */
export const ReaderForStudy = PersonChip.extend({
  standing: z.enum(["eligible", "away", "no"]),
  reasons: z.array(z.string()),
  /** Only a shift is missing: the reader may be put on one. */
  mayStart: z.boolean(),
  inPool: z.boolean(),
  /** Pools of the reader in which such a study can stand. */
  pools: z.array(z.string()),
  holding: z.number().int(),
  rvu: z.number(),
  rvuCapacity: z.number().nullable(),
  holdsIt: z.boolean(),
  /** Until when the reader is on shift or on call. */
  onUntil: Ms.nullable(),
});
export type ReaderForStudy = z.infer<typeof ReaderForStudy>;

/** What an operator needs to rescue one study. summary: who of its pool can read it, in a sentence. */
export const RescueView = z.object({
  serverNow: Ms,
  studyId: Id,
  summary: z.string(),
  routing: z.string(),
  urgency: z.enum(URGENCIES),
  urgencyReason: z.string(),
  poolSetByHand: z.boolean(),
  paused: PausedClock.nullable(),
  readers: z.array(ReaderForStudy),
  /** Pools of the group: how many of each could read it now, and how many would if they were on shift. */
  pools: z.array(
    z.object({
      id: Id,
      name: z.string(),
      current: z.boolean(),
      readyNow: z.number().int(),
      credentialed: z.number().int(),
      open: z.boolean(),
    }),
  ),
});
export type RescueView = z.infer<typeof RescueView>;

export const AssignStudyRequest = z.object({ userId: Id, reason: Words });
export const RecallRequest = z.object({ reason: Words });
/** until: end of the shift that begins now. studyId: for which it was done, for the audit trail. */
export const OnShiftRequest = z.object({ until: Ms, studyId: Id.optional() });
export const ReceiverRequest = z.object({
  host: z
    .string()
    .trim()
    .min(1, "name or address of the receiver")
    .max(253)
    .regex(/^[A-Za-z0-9.:_-]+$/, "must be a host name or an address"),
  port: z.coerce.number().int().min(1).max(65_535),
});
/** settles: the entry is dealt with and stays away; otherwise the note stands beside it. */
export const NoteRequest = z.object({
  kind: z.enum(ATTENTION_KINDS),
  id: z.string().min(1).max(300),
  note: z.string().trim().min(3, "say what was done").max(300),
  settles: z.boolean().default(false),
});

export const ReactionParams = z.object({ eventId: Id, handler: z.string().min(1).max(100) });
export const ResolveRequest = z.object({ resolution: z.string().trim().min(3, "say what was done").max(500) });
