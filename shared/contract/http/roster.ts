import { z } from "zod";
import { DayText, ShiftKind, ShiftPattern, TimeText, ZoneText } from "../../domain/roster/pattern.js";
import { OpeningHours } from "../../domain/roster/pools.js";

const Id = z.guid();
const Ms = z.number().int();
const ReadTypes = z
  .array(z.enum(["preliminary", "final"]))
  .min(1, "at least one read type")
  .max(2);
/** Offered in forms; a group may name others in its mapping of procedures. */
export const USUAL_SUBSPECIALTIES: readonly string[] =
  "general neuro body chest cardiac msk breast paediatric nuclear".split(" ");
const Subspecialties = z
  .array(
    z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z][a-z0-9 -]{0,39}$/, "must be a word such as neuro"),
  )
  .min(1, "at least one subspecialty")
  .max(20);
/** ISO 3166-1 or 3166-2, as on licences: "DE", "US-NY". */
export const Jurisdiction = z
  .string()
  .trim()
  .toUpperCase()
  .regex(/^[A-Z]{2}(-[A-Z0-9]{1,3})?$/, "must be a country or one of its parts, such as DE or US-NY");

// ── Readers and their credentials ─────────────────────────────────────────────────────────────────

export const Limits = z.object({
  rvuPerHour: z.number().positive().max(100),
  maxHoursInDay: z.number().positive().max(24).nullable(),
  maxRvuPerShift: z.number().positive().max(1000).nullable(),
});
export const ReaderProfile = Limits.extend({ subspecialties: Subspecialties, readTypes: ReadTypes });
export type ReaderProfile = z.infer<typeof ReaderProfile>;

/** state: by the last valid day; "expiring" within 60 days of it. */
const Validity = {
  id: Id,
  firstDay: z.string(),
  lastDay: z.string(),
  timeZone: z.string(),
  daysLeft: z.number().int(),
  state: z.enum(["coming", "valid", "expiring", "expired"]),
};
export const LicenceView = z.object({ ...Validity, jurisdiction: z.string(), number: z.string() });
export const PrivilegeView = z.object({
  ...Validity,
  siteId: Id,
  siteName: z.string(),
  readTypes: z.array(z.string()),
});
export type LicenceView = z.infer<typeof LicenceView>;
export type PrivilegeView = z.infer<typeof PrivilegeView>;

/** profile null: an account that has no reader's profile yet, so may read nothing. */
export const ReaderView = z.object({
  userId: Id,
  name: z.string(),
  shortName: z.string(),
  title: z.string(),
  colour: z.string(),
  email: z.string(),
  disabled: z.boolean(),
  profile: z
    .object({
      subspecialties: z.array(z.string()),
      readTypes: z.array(z.string()),
      rvuPerHour: z.number(),
      maxHoursInDay: z.number().nullable(),
      maxRvuPerShift: z.number().nullable(),
    })
    .nullable(),
  poolIds: z.array(Id),
  licences: z.array(LicenceView),
  privileges: z.array(PrivilegeView),
});
export type ReaderView = z.infer<typeof ReaderView>;
export const ReaderList = z.object({ readers: z.array(ReaderView) });

export const ProfileRequest = ReaderProfile.extend({ poolIds: z.array(Id).max(50) });
const Days = {
  firstDay: DayText,
  lastDay: DayText,
};
const inOrder = (days: { firstDay: string; lastDay: string }) => days.lastDay >= days.firstDay;
const ORDER = { message: "the last day is before the first", path: ["lastDay"] };
export const LicenceRequest = z
  .object({ jurisdiction: Jurisdiction, number: z.string().trim().min(1).max(60), ...Days })
  .refine(inOrder, ORDER);
export const PrivilegeRequest = z.object({ siteId: Id, readTypes: ReadTypes, ...Days }).refine(inOrder, ORDER);
export type ProfileRequest = z.input<typeof ProfileRequest>;
export type LicenceRequest = z.input<typeof LicenceRequest>;
export type PrivilegeRequest = z.input<typeof PrivilegeRequest>;

export const ExpiringList = z.object({
  credentials: z.array(
    z.object({
      kind: z.enum(["licence", "privilege"]),
      id: Id,
      userId: Id,
      name: z.string(),
      covers: z.string(),
      lastDay: z.string(),
      daysLeft: z.number().int(),
    }),
  ),
});
export type ExpiringList = z.infer<typeof ExpiringList>;

// ── Shifts ────────────────────────────────────────────────────────────────────────────────────────

export const ShiftView = z.object({
  id: Id,
  userId: Id,
  kind: ShiftKind,
  startsAt: Ms,
  endsAt: Ms,
  timeZone: z.string(),
  patternId: Id.nullable(),
});
export type ShiftView = z.infer<typeof ShiftView>;

export const PatternView = z.object({
  id: Id,
  userId: Id,
  kind: ShiftKind,
  words: z.string(),
  from: z.string(),
  until: z.string().nullable(),
  skipped: z.array(z.object({ day: z.string(), reason: z.string() })),
});
export type PatternView = z.infer<typeof PatternView>;

export const RequestView = z.object({
  id: Id,
  kind: z.enum(["cover", "swap"]),
  shift: ShiftView,
  other: ShiftView.nullable(),
  fromUserId: Id,
  fromName: z.string(),
  toUserId: Id.nullable(),
  toName: z.string().nullable(),
  note: z.string(),
  createdAt: Ms,
});
export type RequestView = z.infer<typeof RequestView>;

const Person = z.object({ userId: Id, name: z.string(), shortName: z.string(), colour: z.string() });

export const WeekQuery = z.object({
  from: DayText,
  days: z.coerce.number().int().min(1).max(35).default(7),
});
/** The roster of some days in the group's zone. coverage: per pool and hour from the first day's start, members on shift and on call. */
export const RosterWeek = z.object({
  timeZone: z.string(),
  from: z.string(),
  startsAt: Ms,
  endsAt: Ms,
  readers: z.array(Person.extend({ rvuPerHour: z.number() })),
  shifts: z.array(ShiftView),
  patterns: z.array(PatternView),
  requests: z.array(RequestView),
  coverage: z.array(
    z.object({
      poolId: Id,
      name: z.string(),
      onShift: z.array(z.number().int()),
      onCall: z.array(z.number().int()),
      /** Relative value units an hour that the members on shift are good for. */
      capacity: z.array(z.number()),
      open: z.array(z.boolean()),
    }),
  ),
});
export type RosterWeek = z.infer<typeof RosterWeek>;

export const PatternRequest = z.object({ userId: Id, pattern: ShiftPattern });
export type PatternRequest = z.input<typeof PatternRequest>;
/** By the wall clock of timeZone; an end that is not after the start is on the next day. */
export const ShiftRequest = z.object({
  userId: Id,
  kind: ShiftKind.default("shift"),
  day: DayText,
  starts: TimeText,
  ends: TimeText,
  timeZone: ZoneText,
});
export type ShiftRequest = z.input<typeof ShiftRequest>;
export const EndPattern = z.object({ lastDay: DayText });
export const AssignRequest = z.object({ userId: Id });
export const OfferRequest = z.object({
  toUserId: Id.nullable().default(null),
  /** For a swap: the other person's shift that is wanted for it. */
  otherShiftId: Id.nullable().default(null),
  note: z.string().trim().max(300).default(""),
});
export type OfferRequest = z.input<typeof OfferRequest>;
export const Made = z.object({ id: Id });
export const PatternMade = z.object({ id: Id, shifts: z.number().int(), skipped: z.number().int() });

export const MyRoster = z.object({
  timeZone: z.string(),
  me: ReaderView,
  pools: z.array(z.object({ id: Id, name: z.string() })),
  shifts: z.array(ShiftView),
  patterns: z.array(PatternView),
  /** Of mine, to me, and to whoever takes it. */
  requests: z.array(RequestView),
  colleagues: z.array(Person),
  colleagueShifts: z.array(ShiftView),
});
export type MyRoster = z.infer<typeof MyRoster>;

// ── Pools ─────────────────────────────────────────────────────────────────────────────────────────

export const PoolView = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  subspecialties: z.array(z.string()),
  fallbackPoolId: Id.nullable(),
  openingHours: z.array(OpeningHours),
  timeZone: z.string(),
  openNow: z.boolean(),
  memberIds: z.array(Id),
  openStudies: z.number().int(),
});
export type PoolView = z.infer<typeof PoolView>;
export const PoolList = z.object({ timeZone: z.string(), pools: z.array(PoolView) });
export const PoolRequest = z.object({
  code: z
    .string()
    .trim()
    .toUpperCase()
    .regex(/^[A-Z0-9_-]{1,24}$/, "must be 1 to 24 letters, digits, - or _"),
  name: z.string().trim().min(1).max(60),
  subspecialties: Subspecialties,
  fallbackPoolId: Id.nullable().default(null),
  openingHours: z.array(OpeningHours).max(14).default([]),
  timeZone: ZoneText.nullable().default(null),
  memberIds: z.array(Id).max(2000).default([]),
});
export type PoolRequest = z.input<typeof PoolRequest>;

// ── Contracts, sites ──────────────────────────────────────────────────────────────────────────────

const Minutes = z
  .number()
  .int()
  .min(1)
  .max(60 * 24 * 60);
export const ContractTerms = z.object({ critical: Minutes, stat: Minutes, urgent: Minutes, routine: Minutes });
export const RosterContract = z.object({
  id: Id,
  hospitalId: Id,
  hospitalName: z.string(),
  groupId: Id,
  groupName: z.string(),
  name: z.string(),
  turnaround: ContractTerms,
  attainmentTarget: z.number(),
  firstDay: z.string(),
  lastDay: z.string().nullable(),
  running: z.boolean(),
});
export type RosterContract = z.infer<typeof RosterContract>;
export const ContractList = z.object({ contracts: z.array(RosterContract) });
export const NewContract = z
  .object({
    hospitalId: Id,
    groupId: Id,
    name: z.string().trim().min(1).max(120),
    turnaround: ContractTerms,
    attainmentTarget: z.number().min(0.5).max(1),
    firstDay: DayText.nullable(),
    lastDay: DayText.nullable(),
  })
  .refine(({ firstDay, lastDay }) => !firstDay || !lastDay || lastDay >= firstDay, ORDER);
/** What is left out stays. */
export const ContractChange = z.object({
  name: z.string().trim().min(1).max(120).optional(),
  turnaround: ContractTerms.optional(),
  attainmentTarget: z.number().min(0.5).max(1).optional(),
  lastDay: DayText.nullable().optional(),
});
export type ContractChange = z.input<typeof ContractChange>;

export const LadderRung = z.object({
  name: z.string().trim().min(1, "a name is needed").max(120),
  role: z.string().trim().max(120).default(""),
  phone: z.string().trim().max(40).default(""),
  email: z.union([z.literal(""), z.email()]).default(""),
  userId: Id.nullable().default(null),
});
export const SiteSettings = z.object({
  id: Id,
  code: z.string(),
  name: z.string(),
  hospitalId: Id,
  hospitalName: z.string(),
  timeZone: z.string(),
  jurisdiction: z.string(),
  phone: z.string(),
  quietSeconds: z.number().int(),
  resultHost: z.string(),
  resultPort: z.number().int().nullable(),
  ladder: z.array(LadderRung),
  /** Whether the caller may change it, or only read it. */
  mayChange: z.boolean(),
});
export type SiteSettings = z.infer<typeof SiteSettings>;
export const SiteList = z.object({ sites: z.array(SiteSettings) });
/** What is left out stays. resultHost "": results stay in the hub. */
export const SiteChange = z
  .object({
    phone: z.string().trim().max(40).optional(),
    quietSeconds: z.number().int().min(1).max(3600).optional(),
    resultHost: z
      .string()
      .trim()
      .regex(/^[A-Za-z0-9._:-]{0,253}$/, "must be a host name or an address")
      .optional(),
    resultPort: z.number().int().min(1).max(65_535).nullable().optional(),
    ladder: z.array(LadderRung).max(12).optional(),
  })
  .refine(({ resultHost, resultPort }) => !resultHost || resultPort !== null, {
    message: "a receiver needs its port too",
    path: ["resultPort"],
  });
export type SiteChange = z.input<typeof SiteChange>;
