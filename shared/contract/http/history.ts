import { z } from "zod";
import { annotationRecordSchema } from "../../crdt/annotation.js";
import { KeyImage } from "../../crdt/reading.js";
import { RenderedSection } from "../../crdt/report.js";
import { SharedView } from "../room.js";
import { AuthoredWords } from "./report.js";

/** Something on the time line. edits: how many edits of that person's within the stretch from `at` on. */
export const HistoryMoment = z.object({
  at: z.number(),
  kind: z.enum(["marks", "report", "signed", "claimed", "presents"]),
  personId: z.string(),
  name: z.string(),
  /** Edits in this stretch; of "signed" the version. */
  count: z.number(),
  /** Of "signed": preliminary, final, addendum, corrected. */
  what: z.string(),
});
export type HistoryMoment = z.infer<typeof HistoryMoment>;

export const HistoryPerson = z.object({
  personId: z.string(),
  name: z.string(),
  colour: z.string(),
  roomRole: z.string(),
  stays: z.array(z.object({ from: z.number(), until: z.number() })),
  /** When this person's view is known to have changed, thinned to a few hundred. */
  looks: z.array(z.number()),
});
export type HistoryPerson = z.infer<typeof HistoryPerson>;

/** The time line of a study's room. from = until: nothing has happened in it. */
export const HistoryLine = z.object({
  studyId: z.string(),
  from: z.number(),
  until: z.number(),
  /** Views before this instant are no longer kept. */
  viewsSince: z.number(),
  /** Who holds or held the study last: whose screen is shown first. */
  readerId: z.string().nullable(),
  people: z.array(HistoryPerson),
  moments: z.array(HistoryMoment),
});
export type HistoryLine = z.infer<typeof HistoryLine>;

/** The room as it stood at an instant. */
export const HistoryState = z.object({
  at: z.number(),
  annotations: z.array(annotationRecordSchema),
  keyImages: z.array(KeyImage),
  report: z
    .object({
      generation: z.number(),
      kind: z.string(),
      templateName: z.string(),
      sections: z.array(RenderedSection),
      words: z.array(AuthoredWords),
      /** The signature in force at that instant on this text, if any. */
      signed: z.string().nullable(),
    })
    .nullable(),
  /** What each person who was there had on screen, as far as they showed it. */
  screens: z.array(z.object({ personId: z.string(), at: z.number(), presenting: z.boolean(), view: SharedView })),
  here: z.array(z.string()),
});
export type HistoryState = z.infer<typeof HistoryState>;

export const HistoryAt = z.object({ at: z.coerce.number().int().min(0).max(8_640_000_000_000_000) });
