import { documentParts, type RoomRights } from "@readroom/shared/contract/room.js";
import { type Actor, may, type Subject } from "@readroom/shared/domain/access.js";
import { ROOM_POWERS, type RoomRole, roomRoleOf } from "@readroom/shared/domain/room-role.js";
import type { RoomMemberRow, RoomStudy } from "./store.js";

export const subjectOf = (study: RoomStudy): Subject => ({
  hospitalId: study.hospitalId,
  siteId: study.siteId,
  studyId: study.id,
});

/**
 * May this person write in the study's report now? The one who holds the study, and colleagues of the reading group that it is
 * routed to who came into its room (a resident beside the attending): so somebody must hold it, or have finished it (addendum).
 * @returns null when they may, else the reason for the person
 */
export function whyNotWrite(actor: Actor, study: RoomStudy): string | null {
  if (!may(actor, "report.write", subjectOf(study)) || actor.kind !== "user")
    return "Your role does not write reports.";
  if (study.groupId === null || actor.organisationId !== study.groupId) return "This study is read by another group.";
  if (study.claimedBy === null || study.claimState === "open") return "Claim the study to write its report.";
  return null;
}

/** Somebody holds the study, or has finished it. */
export const isHeld = (study: RoomStudy): boolean => study.claimedBy !== null && study.claimState !== "open";

/** What this actor is in the study's room. */
export function roleIn(actor: Actor, study: RoomStudy, member: RoomMemberRow | null): RoomRole {
  const user = actor.kind === "user" ? actor : null;
  return roomRoleOf({
    holdsStudy: user !== null && isHeld(study) && study.claimedBy === user.userId,
    ofGroup: user !== null && user.organisationId === study.groupId,
    accountRoles: user?.roles ?? [],
    linkRole: actor.kind === "guest" ? (member?.linkRole ?? "referrer") : null,
    given: member?.role ?? null,
    heldByResident: isHeld(study) && study.claimedByRoles.includes("resident"),
  });
}

/** Was sent out of the room. Whoever holds the study can't be. */
export const isOut = (member: RoomMemberRow | null, role: RoomRole): boolean =>
  member?.outAt != null && role !== "reader";

const OWN_DOCUMENT: RoomRights = {
  see: true,
  point: false,
  mark: true,
  accept: false,
  write: false,
  drive: false,
};

/** What an actor may do in the room of a document of this study; null: not even enter. */
export function rightsIn(actor: Actor, documentId: string, study: RoomStudy, role: RoomRole): RoomRights | null {
  const subject = subjectOf(study);
  const parts = documentParts(documentId);
  const report = parts?.kind === "report";
  if (!may(actor, "room.join", subject)) return null;
  if (parts?.kind === "private") {
    // Whoever may draw in the room may draw for themselves; nobody else has anything to seek there.
    if (actor.kind !== "user" || actor.userId !== parts.personId || !ROOM_POWERS[role].mark) return null;
    return may(actor, "study.images", subject) ? OWN_DOCUMENT : null;
  }
  if (!may(actor, report ? "report.read" : "study.images", subject)) return null;
  const powers = ROOM_POWERS[role];
  return {
    see: powers.see,
    point: powers.point,
    mark: !report && powers.mark,
    accept:
      !report &&
      powers.mark &&
      powers.write &&
      may(actor, "report.write", subject) &&
      actor.kind === "user" &&
      actor.organisationId === study.groupId,
    write: report && powers.write && whyNotWrite(actor, study) === null,
    drive: powers.drive,
  };
}
