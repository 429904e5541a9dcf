import { z } from "zod";
import { annotationRecordSchema } from "../../crdt/annotation.js";
import { KeyImage } from "../../crdt/reading.js";

/** The marks on a study as they stand, for those who don't join its room. */
export const ReadingView = z.object({
  studyId: z.string(),
  documentId: z.string(),
  annotations: z.array(annotationRecordSchema),
  keyImages: z.array(KeyImage),
  people: z.array(z.object({ personId: z.string(), name: z.string(), colour: z.string(), guest: z.boolean() })),
});
export type ReadingView = z.infer<typeof ReadingView>;
