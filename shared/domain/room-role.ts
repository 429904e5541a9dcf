import type { Role } from "./access.js";

/** What somebody is in one study's room. It is not the account's role: a radiologist may be asked in only to look on. */
export const ROOM_ROLES = ["reader", "supervisor", "coreader", "presenter", "referrer", "guest"] as const;
export type RoomRole = (typeof ROOM_ROLES)[number];

/** "reader" comes with the claim and is given to nobody by hand. */
export const GIVEN_ROLES = ["supervisor", "coreader", "presenter", "referrer", "guest"] as const;
export type GivenRole = (typeof GIVEN_ROLES)[number];

/** Roles that a link may carry: who has no account can't write in a report, nor watch over one. */
export const LINK_ROLES = ["coreader", "presenter", "referrer", "guest"] as const;
export type LinkRole = (typeof LINK_ROLES)[number];

/** see: look and follow; point: pointer, reactions, chat; mark: annotations; write: report; drive: be followed by all. */
export interface RolePowers {
  readonly see: boolean;
  readonly point: boolean;
  readonly mark: boolean;
  readonly write: boolean;
  readonly drive: boolean;
}

const powers = (point: boolean, mark: boolean, write: boolean, drive: boolean): RolePowers => ({
  see: true,
  point,
  mark,
  write,
  drive,
});

/** Who may what, by role in the room. `write` also needs the right to write this study's report (server/features/reading/policy.ts). */
export const ROOM_POWERS: Readonly<Record<RoomRole, RolePowers>> = {
  //                  point  mark   write  drive
  reader: powers(true, true, true, true),
  supervisor: powers(true, true, true, true),
  coreader: powers(true, true, true, true),
  presenter: powers(true, true, false, true),
  referrer: powers(true, false, false, false),
  guest: powers(false, false, false, false),
};

export const ROLE_WORDS: Readonly<Record<RoomRole, { readonly name: string; readonly may: string }>> = {
  reader: { name: "Reader", may: "holds the study" },
  supervisor: { name: "Supervisor", may: "marks, writes, leads and sets who may what" },
  coreader: { name: "Co-reader", may: "marks, writes and leads" },
  presenter: { name: "Presenter", may: "marks and leads, does not write" },
  referrer: { name: "Referrer", may: "looks and points, does not mark" },
  guest: { name: "Guest", may: "looks on" },
};

/** Somebody who comes in, as far as the role hangs on it. */
export interface Comer {
  readonly holdsStudy: boolean;
  /** The study is routed to this person's reading group. */
  readonly ofGroup: boolean;
  readonly accountRoles: readonly Role[];
  /** What the link says, of somebody without an account. */
  readonly linkRole: RoomRole | null;
  /** What the room's reader has said; null: nothing. */
  readonly given: RoomRole | null;
  /** The study is held by a resident. */
  readonly heldByResident: boolean;
}

/** The role of somebody in the room now: the claim's holder is always its reader, then what was said by hand, then what fits the account. */
export function roomRoleOf(comer: Comer): RoomRole {
  if (comer.holdsStudy) return "reader";
  if (comer.given && comer.given !== "reader") return comer.given;
  if (comer.linkRole !== null) return comer.linkRole;
  const reads = comer.accountRoles.some((role) => role === "radiologist" || role === "resident");
  if (!reads || !comer.ofGroup) return "referrer";
  return comer.heldByResident && comer.accountRoles.includes("radiologist") ? "supervisor" : "coreader";
}

/** May change others' roles, send people out and let them in again. While nobody holds the study, its co-readers may. */
export const runsRoom = (role: RoomRole, held: boolean): boolean =>
  role === "reader" || role === "supervisor" || (role === "coreader" && !held);

/** May ask others in, as at most what they are themselves. */
export const mayInvite = (role: RoomRole): boolean => ["reader", "supervisor", "coreader"].includes(role);

/** Is `wanted` no more than `own` may? Nobody gives what they don't have. */
export function noMoreThan(wanted: RoomRole, own: RoomRole): boolean {
  const [theirs, mine] = [ROOM_POWERS[wanted], ROOM_POWERS[own]];
  const names = ["see", "point", "mark", "write", "drive"] as const;
  return names.every((name) => mine[name] || !theirs[name]);
}

/** A link's life, minutes. */
export const LINK_MINUTES = { shortest: 5, usual: 60, longest: 7 * 24 * 60 } as const;
