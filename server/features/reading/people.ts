import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { Invitable, Invitation, RoomList } from "@readroom/shared/contract/http/room.js";
import { readingDocument } from "@readroom/shared/contract/room.js";
import { type Actor, actorStamp, may } from "@readroom/shared/domain/access.js";
import {
  type GivenRole,
  mayInvite,
  noMoreThan,
  ROLE_WORDS,
  type RoomRole,
  roomRoleOf,
  runsRoom,
} from "@readroom/shared/domain/room-role.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";
import { isHeld, isOut, roleIn, subjectOf } from "./policy.js";
import type { SharedDocuments } from "./ports.js";
import { memberOf, type RoomStudy, roomStudy } from "./store.js";
import { invitablePeople, type ListedRow, listedPeople, putMember } from "./store-people.js";

const NO_STUDY = refusal("not_found", "There is no such study.");

/** How an actor stands in a study's room. */
export interface Standing {
  readonly study: RoomStudy;
  readonly role: RoomRole;
  readonly runs: boolean;
  readonly invites: boolean;
}

/** What this actor is in the room of that study; refused where they may not be in it. */
export async function standingIn(deps: Deps, actor: Actor, studyId: string): Promise<Result<Standing, Refusal>> {
  const study = await roomStudy(deps.db, studyId);
  if (!study || !may(actor, "room.join", subjectOf(study))) return err(NO_STUDY);
  const member = await memberOf(deps.db, studyId, actorStamp(actor).id);
  const role = roleIn(actor, study, member);
  if (isOut(member, role)) return err(refusal("forbidden", "You were asked to leave this room."));
  const account = actor.kind === "user";
  return ok({ study, role, runs: account && runsRoom(role, isHeld(study)), invites: account && mayInvite(role) });
}

/** May this actor ask somebody into the room as that? The refusal says why not. */
export async function mayInviteAs(
  deps: Deps,
  actor: Actor,
  studyId: string,
  role: RoomRole,
): Promise<Result<Standing, Refusal>> {
  const standing = await standingIn(deps, actor, studyId);
  if (!standing.ok) return standing;
  const { role: own, invites } = standing.value;
  if (!invites || !noMoreThan(role, own))
    return err(
      refusal("forbidden", `As ${ROLE_WORDS[own].name.toLowerCase()} of this room you don't ask others in as that.`),
    );
  return standing;
}

export async function roomList(
  deps: Deps,
  documents: SharedDocuments,
  actor: Actor,
  studyId: string,
): Promise<Result<RoomList, Refusal>> {
  const standing = await standingIn(deps, actor, studyId);
  if (!standing.ok) return standing;
  const { study, role, runs, invites } = standing.value;
  const here = new Set(documents.people(readingDocument(studyId)).map((person) => person.personId));
  const rows = await listedPeople(deps.db, studyId);
  const people = rows.map((row) => ({
    personId: row.personId,
    name: row.name,
    guest: row.guest,
    role: roleOfRow(study, row),
    state: row.out ? ("out" as const) : row.enteredAt ? ("entered" as const) : ("invited" as const),
    here: here.has(row.personId),
    invitedByName: row.invitedByName,
    invitedAt: row.invitedAt?.getTime() ?? null,
    enteredAt: row.enteredAt?.getTime() ?? null,
    expiresAt: row.expiresAt?.getTime() ?? null,
  }));
  return ok({ studyId, role, runs, invites, people });
}

const roleOfRow = (study: RoomStudy, row: ListedRow): RoomRole =>
  roomRoleOf({
    holdsStudy: isHeld(study) && study.claimedBy === row.personId,
    ofGroup: row.organisationId === study.groupId,
    accountRoles: row.accountRoles,
    linkRole: row.linkRole,
    given: row.role,
    heldByResident: isHeld(study) && study.claimedByRoles.includes("resident"),
  });

/** Whom the caller could ask in. */
export async function invitable(deps: Deps, actor: Actor, studyId: string): Promise<Result<Invitable[], Refusal>> {
  const standing = await standingIn(deps, actor, studyId);
  if (!standing.ok) return standing;
  if (actor.kind !== "user" || !standing.value.invites) return ok([]);
  const { study } = standing.value;
  const rows = await invitablePeople(deps.db, studyId, actor.userId);
  return ok(
    rows.map(({ userId, name, title, organisation, organisationId, accountRoles }) => ({
      userId,
      name,
      title,
      organisation,
      role: roomRoleOf({
        holdsStudy: isHeld(study) && study.claimedBy === userId,
        ofGroup: organisationId === study.groupId,
        accountRoles,
        linkRole: null,
        given: null,
        heldByResident: isHeld(study) && study.claimedByRoles.includes("resident"),
      }),
    })),
  );
}

/** Asks a person into the room: a notice on their screens, and the role that they will have there. */
export async function invite(
  deps: Deps,
  actor: Actor,
  studyId: string,
  { userId, role }: Invitation,
): Promise<Result<undefined, Refusal>> {
  const standing = await mayInviteAs(deps, actor, studyId, role);
  if (!standing.ok) return standing;
  if (actor.kind !== "user") return err(refusal("forbidden", "Only people invite people."));
  const wanted = (await invitablePeople(deps.db, studyId, actor.userId)).find((one) => one.userId === userId);
  if (!wanted) return err(refusal("not_found", "There is nobody of that name to ask in."));
  await change(deps, actor, standing.value.study, {
    what: "invited",
    personId: userId,
    name: wanted.name,
    role,
    invitedBy: actor.userId,
    out: false,
  });
  return ok(undefined);
}

/** Sets what somebody is in the room; who was sent out may come again. Live screens follow at once. */
export async function changeRole(
  deps: Deps,
  actor: Actor,
  studyId: string,
  personId: string,
  role: GivenRole,
): Promise<Result<undefined, Refusal>> {
  const found = await ruled(deps, actor, studyId, personId);
  if (!found.ok) return found;
  const { standing, row } = found.value;
  if (!noMoreThan(role, standing.role)) return err(refusal("forbidden", "Nobody gives more than they may themselves."));
  if (row.guest && role === "supervisor")
    return err(refusal("forbidden", "Somebody without an account can't watch over a reading."));
  if (row.guest && row.out) return err(refusal("expired", "This link is over.", { action: "Make a new one." }));
  await change(deps, actor, standing.study, {
    what: "role",
    personId,
    name: row.name,
    role,
    invitedBy: null,
    out: false,
  });
  return ok(undefined);
}

/** Sends somebody out: their live screens leave the room at once, and it stays shut to them until somebody lets them in again. */
export async function sendOut(
  deps: Deps,
  actor: Actor,
  studyId: string,
  personId: string,
): Promise<Result<undefined, Refusal>> {
  const found = await ruled(deps, actor, studyId, personId);
  if (!found.ok) return found;
  const { standing, row } = found.value;
  if (row.guest)
    return err(
      refusal("conflict", "This person came by a link.", { action: "Take the link back: it ends their visit." }),
    );
  await change(deps, actor, standing.study, {
    what: "out",
    personId,
    name: row.name,
    role: null,
    invitedBy: null,
    out: true,
  });
  return ok(undefined);
}

/** Somebody on the list, over whom the actor may decide. */
async function ruled(
  deps: Deps,
  actor: Actor,
  studyId: string,
  personId: string,
): Promise<Result<{ standing: Standing; row: ListedRow }, Refusal>> {
  const standing = await standingIn(deps, actor, studyId);
  if (!standing.ok) return standing;
  if (!standing.value.runs)
    return err(refusal("forbidden", "The reader of this room says who may what.", { action: "Ask its reader." }));
  const row = (await listedPeople(deps.db, studyId)).find((one) => one.personId === personId);
  if (!row) return err(refusal("not_found", "There is nobody like that in this room."));
  const { study } = standing.value;
  if (isHeld(study) && study.claimedBy === personId)
    return err(refusal("forbidden", "Who holds the study is its reader.", { action: "Take the study over instead." }));
  return ok({ standing: standing.value, row });
}

interface Change {
  readonly what: "invited" | "role" | "out";
  readonly personId: string;
  readonly name: string;
  readonly role: RoomRole | null;
  readonly invitedBy: string | null;
  readonly out: boolean;
}

async function change(deps: Deps, actor: Actor, study: RoomStudy, { what, ...to }: Change): Promise<void> {
  await deps.db.tx(async (tx) => {
    await putMember(tx, { studyId: study.id, ...to });
    await audit(tx, actor, [
      {
        action: `room.${what}`,
        organisationId: study.hospitalId,
        patientId: study.patientId,
        studyId: study.id,
        subject: `person:${to.personId}`,
        detail: { roomRole: to.role },
      },
    ]);
    await appendEvents(tx, actor, [
      {
        stream: `room:${study.id}`,
        type: `room.${what}`,
        payload: { studyId: study.id, personId: to.personId, roomRole: to.role },
        topics: [topics.study(study.id), ...(what === "invited" ? [topics.user(to.personId)] : [])],
      },
    ]);
  });
}
