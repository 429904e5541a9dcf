import { z } from "zod";
import { ACTIONS, ROLES } from "../../domain/access.js";

export const Credentials = z.object({ email: z.string().min(3).max(200), password: z.string().min(1).max(200) });
export type Credentials = z.infer<typeof Credentials>;

/** What a reader is allowed to read today: evaluated with shared/domain/eligibility.ts on both sides. */
export const ReaderScope = z.object({
  poolIds: z.array(z.string()),
  subspecialties: z.array(z.string()),
  readTypes: z.array(z.string()),
  jurisdictions: z.array(z.object({ code: z.string(), validFrom: z.number(), validTo: z.number() })),
  privileges: z.array(
    z.object({ siteId: z.string(), readTypes: z.array(z.string()), validFrom: z.number(), validTo: z.number() }),
  ),
  shift: z.object({ startsAt: z.number(), endsAt: z.number() }).nullable(),
  onCall: z.object({ startsAt: z.number(), endsAt: z.number() }).nullish(),
  onBreak: z.boolean(),
});
export type ReaderScope = z.infer<typeof ReaderScope>;

export const SessionView = z.object({
  user: z.object({
    id: z.string(),
    name: z.string(),
    shortName: z.string(),
    email: z.string(),
    colour: z.string(),
    locale: z.string(),
    preferences: z.record(z.string(), z.unknown()),
  }),
  organisation: z.object({
    id: z.string(),
    name: z.string(),
    kind: z.enum(["hospital", "reading_group"]),
    timeZone: z.string(),
  }),
  roles: z.array(z.enum(ROLES)),
  actions: z.array(z.enum(ACTIONS)),
  topics: z.array(z.string()),
  reader: ReaderScope.nullable(),
  serverNow: z.number(),
});
export type SessionView = z.infer<typeof SessionView>;

/** What anybody may know before logging in. demoLogins are present only in the demo world. */
export const HubInfo = z.object({
  name: z.string(),
  version: z.string(),
  /** Of what client and hub say to each other (contract/version.ts): a page with another number has to be loaded again. */
  contract: z.number().int(),
  demo: z.boolean(),
  demoLogins: z.array(
    z.object({ email: z.string(), password: z.string(), name: z.string(), role: z.string(), blurb: z.string() }),
  ),
  callsAvailable: z.boolean(),
  /** Dictation goes to a speech server of the hub's own, not to the browser's maker. */
  speechServer: z.boolean(),
  serverNow: z.number(),
});
export type HubInfo = z.infer<typeof HubInfo>;
