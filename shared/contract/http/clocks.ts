import { z } from "zod";
import { LIFE_KINDS } from "../../domain/clock-life.js";
import { PAUSE_REASONS } from "../../domain/clock-pause.js";

const Id = z.guid();
const Ms = z.number().int();

export const LifeSegmentView = z.object({
  kind: z.enum(LIFE_KINDS),
  from: Ms,
  to: Ms,
  /** Who read or called. */
  by: z.object({ id: Id, name: z.string() }).nullable(),
  fence: z.number().int().nullable(),
  /** The pool of a queue, the reason of a wait; in words. */
  note: z.string(),
});
export type LifeSegmentView = z.infer<typeof LifeSegmentView>;

export const PauseView = z.object({
  id: Id,
  reason: z.enum(PAUSE_REASONS),
  note: z.string(),
  beganAt: Ms,
  beganBy: z.string(),
  endedAt: Ms.nullable(),
  endedBy: z.string().nullable(),
  answer: z.string(),
});
export type PauseView = z.infer<typeof PauseView>;

export const CompletenessView = z.object({
  received: z.number().int(),
  expected: z.number().int().nullable(),
  missing: z.number().int(),
  how: z.enum(["step", "commitment", "query", "quiet", "arriving"]),
  sentence: z.string(),
  series: z.array(
    z.object({ seriesInstanceUid: z.string(), received: z.number().int(), expected: z.number().int().nullable() }),
  ),
});
export type CompletenessView = z.infer<typeof CompletenessView>;

/**
 * Every moment of a study between its first image and its final report (now, while there is none), attributed to one thing: `segments` follow
 * each other without a gap and add up to `to` − `from`. afterwards: calls and deliveries after the final report.
 */
export const LifeView = z.object({
  serverNow: Ms,
  studyId: Id,
  from: Ms,
  to: Ms,
  finished: z.boolean(),
  segments: z.array(LifeSegmentView),
  afterwards: z.array(LifeSegmentView),
  /** null until the study's clock runs. pausedAt: it stands still since then. */
  clock: z
    .object({
      startedAt: Ms,
      deadline: Ms,
      stoppedAt: Ms.nullable(),
      pausedAt: Ms.nullable(),
      pausedMs: z.number().int(),
      because: z.string(),
    })
    .nullable(),
  pauses: z.array(PauseView),
  completeness: CompletenessView,
  /** Images that came after the signature and that nobody has looked at; null where there are none. */
  late: z.object({ images: z.number().int(), since: Ms }).nullable(),
  /** What the caller may do now. */
  may: z.object({ pause: z.boolean(), resume: z.boolean(), seen: z.boolean() }),
});
export type LifeView = z.infer<typeof LifeView>;

export const PauseRequest = z.object({
  reason: z.enum(PAUSE_REASONS),
  note: z.string().trim().max(500).default(""),
});
export type PauseRequest = z.input<typeof PauseRequest>;

/** answer: what the hospital said, or why the wait is over. */
export const ResumeRequest = z.object({ answer: z.string().trim().min(2, "say what came of it").max(500) });
export const SeenRequest = z.object({ note: z.string().trim().max(500).default("") });

export const ATTRIBUTED_BY = ["contract", "site", "pool"] as const;
export const AttributionQuery = z.object({
  by: z.enum(ATTRIBUTED_BY).default("site"),
  /** Studies reported within the last so many days. */
  days: z.coerce.number().int().min(1).max(92).default(7),
});

/** Mean minutes a study by kind: their sum is the mean turnaround. */
export const AttributionGroup = z.object({
  id: z.string(),
  name: z.string(),
  studies: z.number().int(),
  meanMinutes: z.number(),
  medianMinutes: z.number(),
  minutes: z.record(z.enum(LIFE_KINDS), z.number()),
});
export type AttributionGroup = z.infer<typeof AttributionGroup>;

export const AttributionView = z.object({
  serverNow: Ms,
  from: Ms,
  by: z.enum(ATTRIBUTED_BY),
  groups: z.array(AttributionGroup),
});
export type AttributionView = z.infer<typeof AttributionView>;

export const DeviceClockView = z.object({
  siteId: Id,
  site: z.string(),
  device: z.string(),
  samples: z.number().int(),
  aheadMs: z.number(),
  spreadMs: z.number(),
  flagged: z.boolean(),
  sentence: z.string(),
  updatedAt: Ms,
});
export type DeviceClockView = z.infer<typeof DeviceClockView>;
export const DeviceClocksView = z.object({ devices: z.array(DeviceClockView) });
