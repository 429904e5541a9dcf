import { z } from "zod";
import { Communication, ReportContent, SectionSpec } from "../../crdt/report.js";
import { ORIGINS } from "../../crdt/report-marks.js";
import { GRADES, REPORT_STATES, SIGN_KINDS } from "../../domain/report.js";

export const ReportTemplateView = z.object({
  id: z.string(),
  name: z.string(),
  modality: z.string(),
  bodyPart: z.string(),
  sections: z.array(SectionSpec),
  owner: z.enum(["own", "group"]),
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
  /** How this person put them in, where not typed word by word; "field" and "measurement": what stands there is chosen or measured. */
  how: z.enum([...ORIGINS, "field", "measurement"]).optional(),
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
  /** A second reader's grade of the difference to the version before. */
  review: z
    .object({ grade: z.enum(GRADES), note: z.string(), ofVersion: z.number().int(), byName: z.string() })
    .nullable(),
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

/** What the checks before a signature need to know beside the text. */
export const SignFactsView = z.object({
  /** `identity` goes with the signature: whom the signer had before him. */
  patient: z.object({
    identity: z.string(),
    name: z.string(),
    mrn: z.string(),
    birthDate: z.string().nullable(),
    sex: z.string().nullable(),
  }),
  order: z.object({ procedure: z.string(), laterality: z.string() }),
  criticalOpen: z.number().int(),
  criticalRaised: z.number().int(),
  imagesArriving: z.boolean(),
  instances: z.number().int(),
  matched: z.boolean(),
});
export type SignFactsView = z.infer<typeof SignFactsView>;

/** state "none": nobody has begun; then reportId is null and the rest is empty. */
export const ReportView = z.object({
  reportId: z.string().nullable(),
  studyId: z.string(),
  state: z.enum(REPORT_STATES),
  version: z.number().int(),
  draft: ReportDraftView.nullable(),
  facts: SignFactsView,
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
  /** Codes of the points that the signer has read and accepts. */
  confirm: z.array(z.string().max(60)).max(64).default([]),
  /** `identity` of the patient as the signer's screen showed it. */
  patient: z.string().max(600),
  /** How many images the study had when the signer opened it. */
  imagesSeen: z.number().int().nonnegative().optional(),
  /** Of a second reader: the difference to what was signed before, graded. */
  review: z.object({ grade: z.enum(GRADES), note: z.string().max(2000).default("") }).optional(),
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
