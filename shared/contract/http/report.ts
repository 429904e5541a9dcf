import { z } from "zod";
import { Communication, ReportContent, SectionSpec } from "../../crdt/report.js";
import { REPORT_STATES, SIGN_KINDS } from "../../domain/report.js";

export const ReportTemplateView = z.object({
  id: z.string(),
  name: z.string(),
  modality: z.string(),
  bodyPart: z.string(),
  sections: z.array(SectionSpec),
  /** Fits this study's modality and body part best. */
  suggested: z.boolean(),
});
export type ReportTemplateView = z.infer<typeof ReportTemplateView>;

/** `length` UTF-16 units from `start` of a section's text are this person's words. person "template": came with the template. */
export const AuthoredWords = z.object({
  section: z.string(),
  start: z.number().int(),
  length: z.number().int(),
  personId: z.string(),
  name: z.string(),
});
export type AuthoredWords = z.infer<typeof AuthoredWords>;

export const ReportVersionView = z.object({
  id: z.string(),
  version: z.number().int(),
  kind: z.enum(SIGN_KINDS),
  content: ReportContent,
  contentHash: z.string(),
  authors: z.array(AuthoredWords),
  signedBy: z.string(),
  signedByName: z.string(),
  signedAt: z.number(),
});
export type ReportVersionView = z.infer<typeof ReportVersionView>;

export const ReportDraftView = z.object({
  documentId: z.string(),
  kind: z.enum(["report", "addendum", "corrected"]),
  generation: z.number().int(),
  /** May this person write in it now; if not, why. */
  canWrite: z.boolean(),
  whyNot: z.string().nullable(),
  /** Kinds of signature that this person may give it now. */
  signAs: z.array(z.enum(SIGN_KINDS)),
});
export type ReportDraftView = z.infer<typeof ReportDraftView>;

/** state "none": nobody has begun; then reportId is null and the rest is empty. */
export const ReportView = z.object({
  reportId: z.string().nullable(),
  studyId: z.string(),
  state: z.enum(REPORT_STATES),
  version: z.number().int(),
  draft: ReportDraftView.nullable(),
  /** What the critical communication section says now. */
  communications: z.array(Communication),
  /** May a new addendum or correction be begun by this person. */
  canAdd: z.boolean(),
  versions: z.array(ReportVersionView),
});
export type ReportView = z.infer<typeof ReportView>;

export const CreateReport = z.object({ templateId: z.uuid().optional() });
export const BeginDraft = z.object({ kind: z.enum(["addendum", "corrected"]) });

const hash = z.string().regex(/^[0-9a-f]{64}$/);

export const SignReport = z.object({
  kind: z.enum(SIGN_KINDS),
  /** SHA-256 of the canonical content that the signer's screen showed (shared/crdt/report.ts, hashesOf). */
  hash,
  sections: z.record(z.string().max(40), hash).optional(),
  /** Fencing token of the signer's claim on the study. */
  fence: z.number().int().nonnegative(),
  /** Codes of the warnings that the signer has read and accepts. */
  confirm: z.array(z.string().max(60)).max(64).default([]),
});
export type SignReport = z.input<typeof SignReport>;

export const SignedReport = z.object({
  versionId: z.string(),
  version: z.number().int(),
  kind: z.enum(SIGN_KINDS),
  state: z.enum(REPORT_STATES),
  /** The document that goes on after a preliminary signature; null: nothing is open. */
  nextDocumentId: z.string().nullable(),
  repeated: z.boolean(),
});
export type SignedReport = z.infer<typeof SignedReport>;
