import type * as Y from "yjs";
import { z } from "zod";
import { type AnnotationRecord, readAnnotationRecord } from "./annotation.js";

/**
 * The shared document of a reading: "annotations" (Y.Map of AnnotationRecord by its id) and "keyImages" (Y.Map of KeyImage by its
 * id). Records are replaced whole: two people who change the same mark at once get one of the two, never a mixture.
 * Pointers, views and the presenter are not in it: they are of the moment.
 */
export const READING_ROOTS = ["annotations", "keyImages"] as const;

const uid = z
  .string()
  .max(64)
  .regex(/^[0-9]+(\.[0-9]+)*$/);

export const KeyImage = z.strictObject({
  id: z.string().min(1).max(80),
  v: z.literal(1),
  studyInstanceUid: uid,
  seriesInstanceUid: uid,
  sopInstanceUid: uid,
  frame: z.int().min(1).max(100_000),
  note: z.string().max(500).optional(),
  author: z.strictObject({ id: z.string().min(1).max(64), name: z.string().max(200) }),
  createdAt: z.iso.datetime(),
});
export type KeyImage = z.infer<typeof KeyImage>;

/** The same image is a key image once, whoever marks it. */
export const keyImageId = (sopInstanceUid: string, frame: number): string => `${sopInstanceUid}#${frame}`;

export const annotationsOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap("annotations");
export const keyImagesOf = (doc: Y.Doc): Y.Map<unknown> => doc.getMap("keyImages");

/** The marks that are valid now; what another version of the client wrote and this one can't read is left out. */
export function readAnnotations(doc: Y.Doc): AnnotationRecord[] {
  return [...annotationsOf(doc).values()].flatMap((value) => readAnnotationRecord(value) ?? []);
}

export function readKeyImages(doc: Y.Doc): KeyImage[] {
  return [...keyImagesOf(doc).values()].flatMap((value) => {
    const parsed = KeyImage.safeParse(value);
    return parsed.success ? [parsed.data] : [];
  });
}

export function putAnnotation(doc: Y.Doc, record: AnnotationRecord): void {
  annotationsOf(doc).set(record.id, record);
}

export function removeAnnotation(doc: Y.Doc, id: string): void {
  annotationsOf(doc).delete(id);
}

/** Makes the image a key image, or no longer one. */
export function setKeyImage(doc: Y.Doc, image: KeyImage, on: boolean): void {
  if (on) keyImagesOf(doc).set(image.id, image);
  else keyImagesOf(doc).delete(image.id);
}
