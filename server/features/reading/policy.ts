import { documentParts, type RoomRights } from "@readroom/shared/contract/room.js";
import { type Actor, may, type Subject } from "@readroom/shared/domain/access.js";
import type { RoomStudy } from "./store.js";

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

/** What an actor may do in the room of a document of this study; null: not even enter. */
export function rightsIn(actor: Actor, documentId: string, study: RoomStudy): RoomRights | null {
  const subject = subjectOf(study);
  const report = documentParts(documentId)?.kind === "report";
  if (!may(actor, "room.join", subject)) return null;
  if (!may(actor, report ? "report.read" : "study.images", subject)) return null;
  const mark = !report && may(actor, "room.mark", subject);
  return {
    see: true,
    point: true,
    mark,
    write: report && whyNotWrite(actor, study) === null,
    drive: may(actor, "room.mark", subject),
  };
}
