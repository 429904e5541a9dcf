import { z } from "zod";
import { URGENCIES } from "@readroom/shared/domain/urgency.js";
import { WorklistRow } from "../worklist/wire";

/** GET /api/hospital: what the hub does for this hospital right now, and how well. */
export const HospitalView = z.object({
  hospital: z.object({ id: z.string(), name: z.string(), timeZone: z.string() }),
  studies: z.array(WorklistRow),
  attainment: z.object({
    groupName: z.string(),
    contractName: z.string(),
    /** Share of studies signed in time that the contract asks for, 0…1. */
    target: z.number(),
    /** By local day, oldest first; total 0 where nothing was due. */
    days: z.array(z.object({ day: z.string(), total: z.number().int(), inTime: z.number().int() })),
    byUrgency: z.array(
      z.object({
        urgency: z.enum(URGENCIES),
        minutes: z.number().int(),
        total: z.number().int(),
        inTime: z.number().int(),
        medianMinutes: z.number().nullable(),
      }),
    ),
  }),
  critical: z.array(
    z.object({
      findingId: z.string(),
      studyId: z.string(),
      title: z.string(),
      finding: z.string(),
      category: z.enum(["red", "orange", "yellow"]),
      state: z.enum(["raised", "notifying", "reached", "read_back", "closed"]),
      raisedBy: z.string(),
      raisedAt: z.number(),
      dueAt: z.number(),
      acknowledgedBy: z.string().nullable(),
      acknowledgedAt: z.number().nullable(),
    }),
  ),
  onDuty: z.array(
    z.object({
      userId: z.string(),
      name: z.string(),
      subspecialties: z.array(z.string()),
      until: z.number().nullable(),
    }),
  ),
  seq: z.number().int(),
  serverNow: z.number(),
});
export type HospitalView = z.infer<typeof HospitalView>;
