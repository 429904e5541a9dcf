import { z } from "zod";
import { LINK_MINUTES, LINK_ROLES, ROOM_ROLES } from "../../domain/room-role.js";

export const CategoryName = z.enum(["red", "orange", "yellow"]);

export const RaiseCritical = z.object({
  category: CategoryName,
  finding: z.string().trim().min(3, "say in a few words what was found").max(500),
  /** A rung of the site's ladder; left out: the ordering physician, else the first rung. */
  contactId: z.uuid().optional(),
});
export type RaiseCritical = z.infer<typeof RaiseCritical>;

export const ContactView = z.object({
  id: z.string().nullable(),
  name: z.string(),
  role: z.string(),
  phone: z.string(),
  userId: z.string().nullable(),
});
export type ContactView = z.infer<typeof ContactView>;

export const StepView = z.object({
  at: z.number(),
  kind: z.string(),
  contactName: z.string(),
  channel: z.string(),
  note: z.string(),
  byName: z.string(),
});

export const CriticalView = z.object({
  id: z.string(),
  studyId: z.string(),
  category: CategoryName,
  finding: z.string(),
  state: z.enum(["notifying", "reached", "read_back", "closed"]),
  raisedByName: z.string(),
  raisedAt: z.number(),
  dueAt: z.number(),
  nextEscalationAt: z.number().nullable(),
  current: ContactView.nullable(),
  ladder: z.array(ContactView),
  reachedName: z.string().nullable(),
  reachedAt: z.number().nullable(),
  readBackText: z.string().nullable(),
  readBackAt: z.number().nullable(),
  acknowledgedName: z.string().nullable(),
  acknowledgedAt: z.number().nullable(),
  closeReason: z.string().nullable(),
  steps: z.array(StepView),
});
export type CriticalView = z.infer<typeof CriticalView>;

export const NewLink = z.object({
  name: z.string().trim().min(2).max(120).optional(),
  role: z.string().trim().max(120).optional(),
});
/** A link into a room: what its guest may do there, and for how long it opens it. */
export const NewRoomLink = NewLink.extend({
  roomRole: z.enum(LINK_ROLES).default("referrer"),
  minutes: z.int().min(LINK_MINUTES.shortest).max(LINK_MINUTES.longest).default(LINK_MINUTES.usual),
});
export type NewRoomLink = z.input<typeof NewRoomLink>;
/** The token is in the fragment, so that it is in no log and no Referer. It is shown once. */
export const LinkView = z.object({ linkId: z.string(), url: z.string(), expiresAt: z.number(), guestName: z.string() });
export type LinkView = z.infer<typeof LinkView>;

export const JoinToken = z.object({ token: z.string().min(20).max(100) });

/** What the join page may say before the person has come in: the minimum necessary, no name, no record number. */
export const JoinPreview = z.object({
  hospital: z.string(),
  caller: z.string(),
  callerTitle: z.string(),
  category: CategoryName.nullable(),
  patient: z.object({ initials: z.string(), age: z.string(), sex: z.string() }),
  procedure: z.string(),
  guestName: z.string(),
  /** What the person will be in the room. */
  roomRole: z.enum(ROOM_ROLES),
  expiresAt: z.number(),
});
export type JoinPreview = z.infer<typeof JoinPreview>;

export const EnterRoom = JoinToken.extend({ name: z.string().trim().min(2, "please say who you are").max(120) });

/** A guest's own session: what the join page needs after coming in, also after a reload. */
export const GuestView = z.object({
  linkId: z.string(),
  name: z.string(),
  role: z.string(),
  studyId: z.string(),
  studyInstanceUid: z.string(),
  hospital: z.string(),
  patientName: z.string(),
  patientBirthDate: z.string().nullable(),
  patientSex: z.string().nullable(),
  patientMrn: z.string(),
  procedure: z.string(),
  caller: z.string(),
  critical: CriticalView.nullable(),
  serverNow: z.number(),
});
export type GuestView = z.infer<typeof GuestView>;

export const ReadBack = z.object({
  text: z.string().trim().min(3, "repeat the finding in your own words").max(1000),
  name: z.string().trim().max(120).optional(),
});
export const Acknowledge = z.object({ name: z.string().trim().max(120).optional() });
export const Reached = z.object({
  name: z.string().trim().min(2).max(120),
  channel: z.enum(["phone", "in person", "room"]).default("phone"),
});
export const Withdraw = z.object({ reason: z.string().trim().min(3).max(500) });
