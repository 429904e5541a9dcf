import { refusal } from "@readroom/shared/contract/errors.js";
import { documentParts } from "@readroom/shared/contract/room.js";
import { type Actor, actorStamp } from "@readroom/shared/domain/access.js";
import { err, ok } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { Recorder } from "./history/recorder.js";
import { isOut, rightsIn, roleIn } from "./policy.js";
import type { RoomGrant, RoomPolicy } from "./ports.js";
import { colourOf, memberOf, noteEntered, roomStudy } from "./store.js";

// Guests have no account and so no colour of their own: they share one that no account is given.
const GUEST_COLOUR = "#f2b84b";

/** Who may enter the rooms of a study: asked of the database each time, so that a withdrawn right is gone at the next question. */
export function roomPolicy(deps: Deps): RoomPolicy & { settled(): Promise<void> } {
  const recorder = new Recorder(deps);
  return {
    left: (documentId, key) => recorder.left(documentId, key),
    looked: (documentId, person, view, presenting) => recorder.looked(documentId, person, view, presenting),
    settled: () => recorder.settled(),
    close: () => recorder.close(),
    grant: async (actor, documentId) => {
      const parts = documentParts(documentId);
      const study = parts ? await roomStudy(deps.db, parts.studyId) : null;
      const { id } = actorStamp(actor);
      const member = study ? await memberOf(deps.db, study.id, id) : null;
      const roomRole = study ? roleIn(actor, study, member) : "guest";
      const rights = study ? rightsIn(actor, documentId, study, roomRole) : null;
      if (!study || !rights) return err(refusal("not_found", "There is no such room."));
      if (isOut(member, roomRole))
        return err(
          refusal("forbidden", "You were asked to leave this room.", { action: "Ask its reader to let you in again." }),
        );
      const person = await personOf(deps, actor);
      return ok({ studyId: study.id, rights, person: { ...person, roomRole } });
    },
    entered: async (actor, documentId, grant, key) => {
      const study = await roomStudy(deps.db, grant.studyId);
      const { personId, name } = grant.person;
      if (documentParts(documentId)?.kind === "reading") await noteEntered(deps.db, grant.studyId, personId, name);
      await recorder.entered(documentId, grant, key);
      await audit(deps.db.pool, actor, [
        {
          action: "room.join",
          organisationId: study?.hospitalId ?? null,
          patientId: study?.patientId ?? null,
          studyId: grant.studyId,
          subject: documentId,
          detail: { roomRole: grant.person.roomRole },
        },
      ]);
    },
  };
}

async function personOf(deps: Deps, actor: Actor): Promise<Omit<RoomGrant["person"], "roomRole">> {
  const { id, name } = actorStamp(actor);
  if (actor.kind === "user") {
    return {
      personId: id,
      name,
      role: actor.roles[0] ?? "",
      colour: (await colourOf(deps.db, actor.userId)) ?? GUEST_COLOUR,
      guest: false,
    };
  }
  return {
    personId: id,
    name,
    role: actor.kind === "guest" ? actor.role : actor.kind,
    colour: GUEST_COLOUR,
    guest: actor.kind === "guest",
  };
}
