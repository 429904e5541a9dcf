import { z } from "zod";
import { URGENCIES } from "../../domain/urgency.js";

const Id = z.guid();
const few = <T extends z.ZodType>(one: T) => z.array(one).min(1).max(60).optional();

/** Where a study stands, as the list's last column says it. */
export const STAGES = ["ordered", "receiving", "no_order", "not_routed", "ready", "preliminary"] as const;
export type Stage = (typeof STAGES)[number];
export const HOLDERS = ["open", "mine", "others", "on_hold"] as const;

/** Conditions that a study must all fit; within one, any of its values. Left out: everything. */
export const Conditions = z.object({
  pool: few(Id),
  subspecialty: few(z.string().max(60)),
  modality: few(z.string().max(16)),
  site: few(Id),
  urgency: few(z.enum(URGENCIES)),
  stage: few(z.enum(STAGES)),
  holder: few(z.enum(HOLDERS)),
  /** Its clock has run for at least so many minutes. */
  waitedMinutes: z.number().int().min(1).max(100_000).optional(),
  /** Due within so many minutes, or overdue. */
  dueMinutes: z.number().int().min(0).max(100_000).optional(),
  priors: z.boolean().optional(),
  escalated: z.literal(true).optional(),
  text: z.string().trim().max(200).optional(),
});
export type Conditions = z.infer<typeof Conditions>;

/** A column to sort by and the direction. */
export const SortBy = z.object({ column: z.string().max(40), down: z.boolean() });
export type SortBy = z.infer<typeof SortBy>;

/** A view: a tab that it starts from, conditions, and an order of its own where it has one. */
export const ViewDefinition = z.object({
  base: z.string().max(80),
  conditions: Conditions,
  sort: SortBy.nullable(),
});
export type ViewDefinition = z.infer<typeof ViewDefinition>;

export const SavedView = z.object({
  id: Id,
  name: z.string(),
  shared: z.boolean(),
  /** May the caller rename, change and delete it? */
  mine: z.boolean(),
  ownerName: z.string(),
  definition: ViewDefinition,
});
export type SavedView = z.infer<typeof SavedView>;

/** In the order of the caller's own tabs. */
export const SavedViews = z.object({ views: z.array(SavedView) });
export type SavedViews = z.infer<typeof SavedViews>;

const Name = z.string().trim().min(1, "a view needs a name").max(40);
export const CreateView = z.object({ name: Name, shared: z.boolean(), definition: ViewDefinition });
export const ChangeView = z.object({
  name: Name.optional(),
  shared: z.boolean().optional(),
  definition: ViewDefinition.optional(),
});
export const ViewParams = z.object({ id: Id });
/** The caller's own order of tabs; views that are not named come after. */
export const OrderViews = z.object({ ids: z.array(Id).max(200) });
