import { z } from "zod";
import { PERIODS } from "../../domain/fairness.js";
import { URGENCIES } from "../../domain/urgency.js";

const Id = z.guid();
const Ms = z.number().int();

export const FairnessQuery = z.object({ period: z.enum(PERIODS).default("tonight") });

/** One reader over the period. balance: work an hour against the group's mean. medianWaitMs: of what was passed over, until it was taken. */
export const FairnessReader = z.object({
  id: Id,
  name: z.string(),
  shortName: z.string(),
  colour: z.string(),
  reads: z.number().int(),
  rvu: z.number(),
  hours: z.number(),
  rvuPerHour: z.number().nullable(),
  balance: z.number().nullable(),
  /** Chosen from the list, and of those how often something was ahead. */
  picked: z.number().int(),
  passedOver: z.number().int(),
  medianWaitMs: z.number().nullable(),
  returned: z.number().int(),
  expired: z.number().int(),
});
export type FairnessReader = z.infer<typeof FairnessReader>;

export const FairnessView = z.object({
  serverNow: Ms,
  from: Ms,
  me: Id.nullable(),
  readers: z.array(FairnessReader),
  mean: z.object({ rvu: z.number(), rvuPerHour: z.number().nullable() }),
});
export type FairnessView = z.infer<typeof FairnessView>;

/** A study without its patient. */
const Seen = z.object({ id: Id, what: z.string(), site: z.string(), urgency: z.enum(URGENCIES) });

export const FairnessEntries = z.object({
  serverNow: Ms,
  reader: z.object({ id: Id, name: z.string() }),
  passedOver: z.array(
    z.object({
      at: Ms,
      study: Seen,
      picked: Seen,
      places: z.number().int(),
      waitedMs: z.number().int(),
      takenBy: z.string().nullable(),
    }),
  ),
  returned: z.array(z.object({ at: Ms, study: Seen, how: z.string(), reason: z.string() })),
});
export type FairnessEntries = z.infer<typeof FairnessEntries>;

export const ReaderParams = z.object({ id: Id });

const Entry = z.object({
  modality: z
    .string()
    .trim()
    .regex(/^[A-Z0-9]{2,16}$/, "is a DICOM modality, as CT"),
  bodyPart: z.string().trim().max(40),
  rvu: z.number().min(0).max(50),
});
export const RvuTable = z.object({ entries: z.array(Entry).min(1).max(300), isDefault: z.boolean() });
export type RvuTable = z.infer<typeof RvuTable>;
/** entries null: the hub's own table again. */
export const SaveRvuTable = z.object({ entries: z.array(Entry).min(1).max(300).nullable() });
