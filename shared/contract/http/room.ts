import { z } from "zod";
import { GIVEN_ROLES, ROOM_ROLES } from "../../domain/room-role.js";

export const RoomRoleName = z.enum(ROOM_ROLES);
export const GivenRoleName = z.enum(GIVEN_ROLES);

/** Somebody who was asked in or came in. personId: an account's id, or of a guest the link's. */
export const RoomListed = z.object({
  personId: z.string(),
  name: z.string(),
  guest: z.boolean(),
  role: RoomRoleName,
  /** invited: has not come yet; entered: has been in; out: sent out, or the link was taken back or has expired. */
  state: z.enum(["invited", "entered", "out"]),
  /** Is in the room at this moment. */
  here: z.boolean(),
  invitedByName: z.string(),
  invitedAt: z.number().nullable(),
  enteredAt: z.number().nullable(),
  /** Until when an unused link opens the room. */
  expiresAt: z.number().nullable(),
});
export type RoomListed = z.infer<typeof RoomListed>;

/** The room's list, with what the caller may do about it. */
export const RoomList = z.object({
  studyId: z.string(),
  role: RoomRoleName,
  runs: z.boolean(),
  invites: z.boolean(),
  people: z.array(RoomListed),
});
export type RoomList = z.infer<typeof RoomList>;

/** Who could be asked in: colleagues of the reading group, and the hospital's physicians. role: what they would be without a word. */
export const Invitable = z.object({
  userId: z.string(),
  name: z.string(),
  title: z.string(),
  organisation: z.string(),
  role: RoomRoleName,
});
export type Invitable = z.infer<typeof Invitable>;

export const Invitation = z.object({ userId: z.uuid(), role: GivenRoleName });
export type Invitation = z.infer<typeof Invitation>;

export const ChangeRole = z.object({ role: GivenRoleName });
