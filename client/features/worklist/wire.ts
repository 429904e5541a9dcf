import { z } from "zod";
import { URGENCIES } from "@readroom/shared/domain/urgency.js";

/** A patient's name in its three groups, components joined by `^` (DICOM PS3.5 §6.2.1). */
export const PatientNameView = z.object({
  alphabetic: z.string(),
  ideographic: z.string().optional(),
  phonetic: z.string().optional(),
});
export type PatientNameView = z.infer<typeof PatientNameView>;

export const PersonRef = z.object({ id: z.string(), name: z.string(), shortName: z.string(), colour: z.string() });
export type PersonRef = z.infer<typeof PersonRef>;

/** Who has a study. held: a lease until `until` (ms, renewed by the holder's client), with its fencing token. */
export const ClaimView = z.discriminatedUnion("state", [
  z.object({ state: z.literal("open") }),
  z.object({ state: z.literal("held"), by: PersonRef, since: z.number(), until: z.number(), fence: z.number() }),
  z.object({ state: z.literal("done"), by: PersonRef.nullable() }),
]);
export type ClaimView = z.infer<typeof ClaimView>;

/** One line of the worklist. Instants are ms since 1970 UTC. */
export const WorklistRow = z.object({
  studyId: z.string(),
  studyInstanceUid: z.string(),
  patient: z.object({
    name: PatientNameView,
    /** YYYYMMDD, or as far as it is known. */
    birthDate: z.string().nullable(),
    sex: z.string().nullable(),
    mrn: z.string(),
  }),
  procedure: z.string(),
  modalities: z.array(z.string()),
  accessionNumber: z.string(),
  studyAt: z.number().nullable(),
  images: z.number().int(),
  imagesExpected: z.number().int().nullable(),
  state: z.enum(["receiving", "complete", "readable", "closed"]),
  matched: z.boolean(),
  site: z.object({ id: z.string(), name: z.string(), timeZone: z.string(), jurisdiction: z.string() }),
  pool: z.object({ id: z.string(), code: z.string(), name: z.string() }).nullable(),
  subspecialty: z.string(),
  readType: z.enum(["preliminary", "final"]),
  urgency: z.enum(URGENCIES),
  /** Why it is as urgent as it is, in a few words: "Stroke protocol", "Raised by AI: haemorrhage". */
  urgencyReason: z.string(),
  clockStartedAt: z.number().nullable(),
  deadline: z.number().nullable(),
  /** The rule or contract that set the clock: "St Mary: stroke, 20 min". */
  deadlineRule: z.string(),
  routable: z.boolean(),
  priors: z.number().int(),
  claim: ClaimView,
  reportState: z.enum(["none", "draft", "preliminary", "final", "addended", "corrected"]),
  criticalState: z.enum(["none", "raised", "notifying", "reached", "read_back", "closed"]),
});
export type WorklistRow = z.infer<typeof WorklistRow>;

/** Everything that is waiting or was signed in the last hours, most pressing first. seq: up to which events it is true. */
export const WorklistSnapshot = z.object({
  rows: z.array(WorklistRow),
  seq: z.number().int(),
  serverNow: z.number(),
});
export type WorklistSnapshot = z.infer<typeof WorklistSnapshot>;

/** ids: only these studies, comma separated; one that is left out of the answer has left the list. */
export const WorklistQuery = z.object({ ids: z.string().max(4000).optional() });

/** What a study is about, for the preview and the reading room's order panel. */
export const StudyPreview = z.object({
  studyId: z.string(),
  clinicalQuestion: z.string(),
  referrer: z.object({ name: z.string(), phone: z.string() }),
  patientClass: z.string(),
  patientLocation: z.string(),
  series: z.array(
    z.object({
      seriesInstanceUid: z.string(),
      number: z.number().int().nullable(),
      modality: z.string(),
      description: z.string(),
      images: z.number().int(),
      /** The instance that stands for the series: its thumbnail is at /dicomweb/studies/…/series/…/instances/…/thumbnail. */
      middleSopInstanceUid: z.string().nullable(),
    }),
  ),
  priors: z.array(
    z.object({
      studyId: z.string(),
      studyInstanceUid: z.string(),
      procedure: z.string(),
      studyAt: z.number().nullable(),
      impression: z.string().nullable(),
    }),
  ),
  why: z.object({
    /** "Neuro, because CT head is neuroradiology; 20 minutes, because St Mary's contract says so for stroke." */
    sentence: z.string(),
    /** The decision in full, a line a step. */
    steps: z.array(z.string()),
    decidedAt: z.number().nullable(),
  }),
});
export type StudyPreview = z.infer<typeof StudyPreview>;

/** Answer to a claim, a release, a hand-over, a take-over: the row as it is now. */
export const ClaimAnswer = z.object({ row: WorklistRow, serverNow: z.number() });
export type ClaimAnswer = z.infer<typeof ClaimAnswer>;

/** The fencing token that the caller believes to hold. */
export const ReleaseClaim = z.object({ fence: z.number().int() });
export const HandOverClaim = z.object({ fence: z.number().int(), toUserId: z.string() });
