import { z } from "zod";
import { PersonChip, WorklistRow } from "./worklist.js";

const Id = z.guid();
const Ms = z.number().int();

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
});
export type PoolLane = z.infer<typeof PoolLane>;

export const ReaderLoad = PersonChip.extend({
  title: z.string(),
  poolIds: z.array(Id),
  onShift: z.boolean(),
  onBreak: z.boolean(),
  shiftStartsAt: Ms.nullable(),
  shiftEndsAt: Ms.nullable(),
  /** The studies that the reader holds now. */
  holding: z.array(Id),
  /** Reports signed since the shift began (last 12 hours where off shift). */
  signed: z.number().int(),
  /** A session was active within the last two minutes. */
  online: z.boolean(),
});
export type ReaderLoad = z.infer<typeof ReaderLoad>;

/** The call that clears an entry: send `method url body` as it stands, or open `href` where a person must choose first. */
export const ClearingAction = z.object({
  label: z.string(),
  method: z.enum(["POST", "DELETE"]).optional(),
  url: z.string().optional(),
  body: z.record(z.string(), z.unknown()).optional(),
  href: z.string().optional(),
});
export type ClearingAction = z.infer<typeof ClearingAction>;

export const ATTENTION_KINDS = [
  "critical_unacknowledged",
  "unroutable",
  "no_reader",
  "unmatched",
  "delivery_ambiguous",
  "undelivered",
  "ingest_incident",
  "reaction_failed",
] as const;

/** Something that waits for a person. severity 1 is the worst; the list is sorted by it, then by age. */
export const AttentionEntry = z.object({
  kind: z.enum(ATTENTION_KINDS),
  id: z.string(),
  studyId: Id.nullable(),
  title: z.string(),
  reason: z.string(),
  since: Ms,
  severity: z.number().int().min(1).max(3),
  actions: z.array(ClearingAction),
});
export type AttentionEntry = z.infer<typeof AttentionEntry>;

/** Live: topic group:<id> with "worklist.row" for `rows`; refetch the rest, debounced, on any other event. */
export const OperationsView = z.object({
  serverNow: Ms,
  seq: z.number().int(),
  group: z.object({ id: Id, name: z.string(), timeZone: z.string() }),
  pools: z.array(PoolLane),
  readers: z.array(ReaderLoad),
  attention: z.array(AttentionEntry),
  /** Every open study of the group (row.pool.id says the lane); empty for those without the right to see patients. */
  rows: z.array(WorklistRow),
  truncated: z.boolean(),
});
export type OperationsView = z.infer<typeof OperationsView>;

export const ReactionParams = z.object({ eventId: Id, handler: z.string().min(1).max(100) });
export const ResolveRequest = z.object({ resolution: z.string().trim().min(3, "say what was done").max(500) });
