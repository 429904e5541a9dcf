import { z } from "zod";

const Id = z.guid();
const Ms = z.number().int();

/** Who saw or changed what. Hub ids only, so that no patient is named in an address; by medical record number: POST /api/audit/search. */
export const AuditQuery = z.object({
  patientId: Id.optional(),
  studyId: Id.optional(),
  actorId: z.string().max(100).optional(),
  from: z.coerce.number().int().optional(),
  to: z.coerce.number().int().optional(),
  before: z.coerce.number().int().optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
export type AuditQuery = z.input<typeof AuditQuery>;

export const AuditSearch = z.object({
  mrn: z.string().trim().min(1).max(64),
  siteId: Id.optional(),
  limit: z.number().int().min(1).max(1000).default(200),
});
export type AuditSearch = z.input<typeof AuditSearch>;

export const AuditRow = z.object({
  id: Id,
  at: Ms,
  actor: z.object({ kind: z.string(), id: z.string(), name: z.string(), address: z.string() }),
  action: z.string(),
  outcome: z.string(),
  patientId: Id.nullable(),
  studyId: Id.nullable(),
  subject: z.string(),
  detail: z.record(z.string(), z.unknown()),
  /** Place in the sealed chain; null for the second or so until it is sealed. */
  chainSeq: z.number().int().nullable(),
  /** Order of insertion: hand the last one in as `before` for the next page. */
  insertedSeq: z.number().int(),
});
export type AuditRow = z.infer<typeof AuditRow>;

/** people: one line a person over all entries found, most recent first ("who saw this patient"). */
export const AuditAnswer = z.object({
  rows: z.array(AuditRow),
  people: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      name: z.string(),
      first: Ms,
      last: Ms,
      entries: z.number().int(),
      actions: z.array(z.string()),
    }),
  ),
  more: z.boolean(),
});
export type AuditAnswer = z.infer<typeof AuditAnswer>;

export const AuditVerdict = z.object({
  holds: z.boolean(),
  sealed: z.number().int(),
  unsealed: z.number().int(),
  firstBreak: z.object({ seq: z.number().int(), why: z.string() }).nullable(),
});
export type AuditVerdict = z.infer<typeof AuditVerdict>;
