import { z } from "zod";
import { RuleSet } from "../../domain/routing/rules.js";
import { URGENCIES } from "../../domain/urgency.js";

const Id = z.guid();
const Ms = z.number();
const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time such as 19:30");

/** Shifts that the draft adds on these weekdays (1 Monday … 7 Sunday) of the group's own zone. */
export const DraftShift = z.object({
  userId: Id,
  starts: Time,
  ends: Time,
  weekdays: z.array(z.number().int().min(1).max(7)).min(1).max(7),
});

/** What the draft changes of a pool; left out: as it is. */
export const DraftPool = z.object({
  poolId: Id,
  members: z.array(Id).max(500).optional(),
  subspecialties: z.array(z.string().trim().min(1).max(40)).max(50).optional(),
  fallbackPoolId: Id.nullable().optional(),
  assignment: z.enum(["pull", "push"]).optional(),
});

/** rules: the ones in force, the group's draft, or a set of their own. readersOff: people who are not there. */
export const SimulationRequest = z.object({
  name: z.string().trim().min(1, "give it a name").max(120),
  traffic: z.enum(["last_week", "synthetic_month"]).default("last_week"),
  rules: z.union([z.literal("in_force"), z.literal("draft"), RuleSet]).default("in_force"),
  pools: z.array(DraftPool).max(200).default([]),
  shifts: z.array(DraftShift).max(500).default([]),
  readersOff: z.array(Id).max(500).default([]),
});
export type SimulationRequest = z.input<typeof SimulationRequest>;
export type SimulationWanted = z.output<typeof SimulationRequest>;

const Times = z.object({ mean: z.number(), median: z.number(), p95: z.number() });
export const Tally = z.object({
  studies: z.number(),
  read: z.number(),
  met: z.number(),
  late: z.number(),
  attainment: z.number().nullable(),
  turnaround: Times,
});
export type Tally = z.infer<typeof Tally>;
const ByUrgency = Tally.extend({ urgency: z.enum(URGENCIES) });

/** See shared/domain/simulation/outcome-types.ts. */
export const SimulationOutcome = z.object({
  policy: z.enum(["readroom", "fifo", "fifo_pool"]),
  studies: z.number(),
  read: z.number(),
  waiting: z.number(),
  unreadable: z.number(),
  all: Tally,
  byUrgency: z.array(ByUrgency),
  byContract: z.array(Tally.extend({ contract: z.string(), target: z.number(), urgencies: z.array(ByUrgency) })),
  byPool: z.array(Tally.extend({ pool: z.string(), peak: z.number() })),
  parts: z.object({ transfer: z.number(), queue: z.number(), reading: z.number() }),
  queue: z.object({
    from: Ms,
    stepMs: z.number(),
    most: z.array(z.number()),
    pools: z.array(z.object({ pool: z.string(), most: z.array(z.number()) })),
    peak: z.number(),
    peakAt: Ms.nullable(),
  }),
  readers: z.array(
    z.object({
      name: z.string(),
      reads: z.number(),
      rvu: z.number(),
      hoursAtWork: z.number(),
      rvuPerHour: z.number(),
      utilisation: z.number(),
    }),
  ),
  nobody: z.array(z.object({ reason: z.string(), count: z.number(), sites: z.array(z.string()), example: z.string() })),
  longest: z.array(
    z.object({
      site: z.string(),
      what: z.string(),
      urgency: z.enum(URGENCIES),
      readableAt: Ms,
      waitedMinutes: z.number(),
      lateMinutes: z.number().nullable(),
      reader: z.string().nullable(),
    }),
  ),
});
export type SimulationOutcome = z.infer<typeof SimulationOutcome>;

/** basis: on what it stands, in a sentence. Columns side by side; the first is what the others are compared with. */
export const SimulationResult = z.object({
  from: Ms,
  until: Ms,
  timeZone: z.string(),
  basis: z.string(),
  columns: z.array(z.object({ key: z.string(), title: z.string(), outcome: SimulationOutcome })),
});
export type SimulationResult = z.infer<typeof SimulationResult>;

export const SIMULATION_STATES = ["running", "done", "failed", "cancelled"] as const;
export const SimulationSummary = z.object({
  id: Id,
  name: z.string(),
  state: z.enum(SIMULATION_STATES),
  /** 0 to 1. */
  progress: z.number(),
  requestedBy: z.string(),
  createdAt: Ms,
  finishedAt: Ms.nullable(),
  problem: z.string(),
  basis: z.string(),
  /** Share in time and mean turnaround in minutes of each column. */
  headline: z.array(
    z.object({ title: z.string(), attainment: z.number().nullable(), meanMinutes: z.number(), peak: z.number() }),
  ),
});
export type SimulationSummary = z.infer<typeof SimulationSummary>;

/** What a try-out may change: the choice that the form offers. */
export const SimulationChoices = z.object({
  timeZone: z.string(),
  studiesLastWeek: z.number(),
  hasDraft: z.boolean(),
  readers: z.array(z.object({ id: Id, name: z.string() })),
  pools: z.array(z.object({ id: Id, code: z.string(), name: z.string() })),
});
export type SimulationChoices = z.infer<typeof SimulationChoices>;

export const SimulationList = z.object({
  serverNow: Ms,
  simulations: z.array(SimulationSummary),
  choices: SimulationChoices,
});
export type SimulationList = z.infer<typeof SimulationList>;
export const SimulationView = z.object({ simulation: SimulationSummary, result: SimulationResult.nullable() });
export type SimulationView = z.infer<typeof SimulationView>;
export const SimulationStarted = z.object({ id: Id });

export const Band = z.object({ mean: z.number(), low: z.number(), high: z.number() });
export const ForecastQuery = z.object({ hours: z.coerce.number().int().min(1).max(24).default(8) });
export const ForecastView = z.object({
  serverNow: Ms,
  timeZone: z.string(),
  from: Ms,
  waitingNow: z.number(),
  /** How the coming studies were expected, in a sentence. */
  basis: z.string(),
  seeds: z.number(),
  hours: z.array(
    z.object({
      at: Ms,
      arriving: z.number(),
      readers: z.number(),
      queue: Band,
      atRisk: Band,
      late: Band,
      attainment: z.number().nullable(),
      pools: z.array(z.object({ pool: z.string(), queue: Band, attainment: z.number().nullable() })),
    }),
  ),
});
export type ForecastView = z.infer<typeof ForecastView>;
