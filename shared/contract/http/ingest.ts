import { z } from "zod";

/**
 * POST /api/uploads?siteId=…: one file as the raw body (application/dicom or application/octet-stream; gzip is unpacked), as a browser
 * sends each file of a dropped folder. siteId may be left out where only one site is visible to the sender.
 */
export const UploadQuery = z.object({ siteId: z.string().max(64).optional() });
export type UploadQuery = z.infer<typeof UploadQuery>;

/**
 * stored: durable and indexed · duplicate: was there, byte for byte · conflict: its UID was taken by other content, kept for a person ·
 * skipped: no patient's object (DICOMDIR) · refused: not kept, `reason` says why.
 */
export const UploadAnswer = z.object({
  kind: z.enum(["stored", "duplicate", "conflict", "skipped", "refused"]),
  reason: z.string().optional(),
  studyId: z.string().optional(),
  studyInstanceUid: z.string().optional(),
  flags: z.array(z.string()).optional(),
});
export type UploadAnswer = z.infer<typeof UploadAnswer>;
