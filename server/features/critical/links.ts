import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { GuestView, JoinPreview, LinkView } from "@readroom/shared/contract/http/critical.js";
import { type Actor, may } from "@readroom/shared/domain/access.js";
import { rung } from "@readroom/shared/domain/critical.js";
import type { LinkRole } from "@readroom/shared/domain/room-role.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Tx } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { newSecret, sha256 } from "../../kernel/secrets.js";
import { studyTopics, topics } from "../../kernel/topics.js";
import { mayInviteAs } from "../reading/public.js";
import { changeCritical } from "./commands.js";
import { endedVisits, guestRow, type LinkContext, linkContext } from "./link-store.js";
import { appendStep, criticalView, ladderOf, studyForCritical } from "./store.js";

/** Long enough to be found at the bedside, short enough not to lie about. Coming in starts a session of its own. */
export const LINK_LIFE = 60 * MINUTE;
export const GUEST_SESSION = 120 * MINUTE;

const UNKNOWN = refusal("expired", "This link does not open anything.", {
  action: "Ask the radiologist for a new one.",
});

export interface NewLinkFor {
  readonly studyId: string;
  readonly findingId: string | null;
  readonly name?: string | undefined;
  readonly role?: string | undefined;
  /** Left out: looks and points, as a clinician who is rung does. */
  readonly roomRole?: LinkRole | undefined;
  readonly minutes?: number | undefined;
}

/** Makes a link for one person into one study. The token leaves the hub once, in the answer; only its hash is kept. */
export async function createLink(
  deps: Deps,
  actor: Actor,
  wanted: NewLinkFor,
  origin: string,
): Promise<Result<LinkView, Refusal>> {
  if (actor.kind !== "user") return err(refusal("forbidden", "Only people invite people."));
  return deps.db.tx(async (tx) => {
    const study = await studyForCritical(tx, wanted.studyId);
    if (
      !study ||
      !may(actor, "critical.raise", { hospitalId: study.organisationId, siteId: study.siteId, studyId: study.id })
    ) {
      return err(refusal("not_found", "There is no such study."));
    }
    const finding = wanted.findingId
      ? await tx.criticalFinding.findFirst({ where: { id: wanted.findingId, studyId: study.id } })
      : null;
    if (wanted.findingId && !finding) return err(refusal("not_found", "There is no such critical finding."));
    const ladder = await ladderOf(tx, study);
    const contact = finding ? (ladder[rung(finding.step, ladder.length)] ?? null) : null;
    const roomRole = wanted.roomRole ?? "referrer";
    const inviting = finding ? ok(undefined) : await mayInviteAs(deps, actor, study.id, roomRole);
    if (!inviting.ok) return inviting;
    const token = newSecret();
    const now = deps.clock.now();
    const expiresAt = new Date(now + (wanted.minutes === undefined ? LINK_LIFE : wanted.minutes * MINUTE));
    const guestName = wanted.name ?? contact?.name ?? "Clinician";
    const link = await tx.joinLink.create({
      data: {
        hash: sha256(token),
        studyId: study.id,
        findingId: finding?.id ?? null,
        guestName,
        guestRole: wanted.role ?? contact?.role ?? "Clinician",
        contactId: contact?.id ?? null,
        roomRole,
        createdBy: actor.userId,
        expiresAt,
      },
    });
    if (finding)
      await appendStep(tx, finding.id, now, {
        kind: "linked",
        contact: contact ?? null,
        channel: "link",
        note: guestName,
        byName: actor.name,
        linkId: link.id,
      });
    await audit(tx, actor, [
      {
        action: "link.create",
        organisationId: study.organisationId,
        patientId: study.patientId,
        studyId: study.id,
        subject: `link:${link.id}`,
        detail: { roomRole, expiresAt: expiresAt.getTime() },
      },
    ]);
    await appendEvents(tx, actor, [
      {
        stream: `link:${link.id}`,
        type: "link.created",
        payload: { linkId: link.id, studyId: study.id, roomRole },
        topics: [topics.study(study.id)],
      },
    ]);
    return ok({ linkId: link.id, url: `${origin}/join#${token}`, expiresAt: expiresAt.getTime(), guestName });
  });
}

/** What the page may say before the person has come in. Changes nothing: looking at a link does not use it up. */
export async function previewLink(deps: Deps, token: string): Promise<Result<JoinPreview, Refusal>> {
  const link = await linkContext(deps.db.prisma, sha256(token));
  const refused = dead(link, deps.clock.now());
  if (refused || !link) return err(refused ?? UNKNOWN);
  return ok({
    hospital: link.hospital,
    caller: link.caller,
    callerTitle: link.callerTitle,
    category: link.category,
    patient: { initials: initials(link.patientName), age: age(link.birthDate, deps.clock.now()), sex: link.sex ?? "" },
    procedure: link.procedure,
    guestName: link.guestName,
    roomRole: link.roomRole,
    expiresAt: link.expiresAt.getTime(),
  });
}

/** Uses the link up and opens the guest's session. The name is the person's own: it stands in the record of the call. */
export async function enterRoom(
  deps: Deps,
  token: string,
  name: string,
  address: string,
): Promise<Result<{ secret: string; view: GuestView }, Refusal>> {
  const secret = newSecret();
  const entered = await deps.db.tx(async (tx): Promise<Result<string, Refusal>> => {
    await tx.$queryRaw`SELECT 1 FROM join_link WHERE hash = ${sha256(token)} FOR UPDATE`;
    const link = await linkContext(tx, sha256(token));
    const now = deps.clock.now();
    const refused = dead(link, now);
    if (refused || !link) return err(refused ?? UNKNOWN);
    await tx.joinLink.update({
      where: { id: link.id },
      data: {
        usedAt: new Date(now),
        usedFrom: address,
        guestName: name,
        guestSessionHash: sha256(secret),
        guestSessionExpiresAt: new Date(now + GUEST_SESSION),
      },
    });
    await joined(tx, link, name, address, now);
    return ok(link.id);
  });
  if (!entered.ok) return entered;
  const guest: Actor = await guestActor(deps, entered.value, address);
  const view = await guestView(deps, guest);
  if (view.ok && view.value.critical) {
    await changeCritical(deps, guest, view.value.critical.id, {
      action: "critical.acknowledge",
      command: { type: "reach", by: { name, role: guest.kind === "guest" ? guest.role : "" } },
      step: { kind: "reached", channel: "room", byName: name },
      event: "critical.reached",
    });
  }
  const fresh = await guestView(deps, guest);
  return fresh.ok ? ok({ secret, view: fresh.value }) : fresh;
}

export async function guestView(deps: Deps, actor: Actor): Promise<Result<GuestView, Refusal>> {
  if (actor.kind !== "guest") return err(refusal("forbidden", "This page is for people who came by a link."));
  const row = await guestRow(deps.db, actor.linkId);
  if (!row) return err(UNKNOWN);
  const critical = row.findingId ? await deps.db.tx((tx) => criticalView(tx, row.findingId ?? "")) : null;
  await audit(deps.db.pool, actor, [
    {
      action: "study.open",
      organisationId: actor.hospitalIds[0] ?? null,
      patientId: row.patientId,
      studyId: actor.studyId,
      subject: "join page",
    },
  ]);
  return ok({
    linkId: actor.linkId,
    name: actor.name,
    role: actor.role,
    studyId: actor.studyId,
    studyInstanceUid: row.studyInstanceUid,
    hospital: row.hospital,
    patientName: displayName(row.patientName),
    patientBirthDate: row.birthDate,
    patientSex: row.sex,
    patientMrn: row.mrn,
    procedure: row.procedure,
    caller: row.caller,
    critical,
    serverNow: deps.clock.now(),
  });
}

/** Takes a link back: unused it opens nothing more, used it ends the guest's live session at once. */
export async function revokeLink(deps: Deps, actor: Actor, linkId: string): Promise<Result<undefined, Refusal>> {
  return deps.db.tx(async (tx) => {
    const link = await tx.joinLink.findUnique({ where: { id: linkId } });
    const study = link ? await studyForCritical(tx, link.studyId) : null;
    if (
      !link ||
      !study ||
      !may(actor, "critical.raise", { hospitalId: study.organisationId, siteId: study.siteId, studyId: study.id })
    ) {
      return err(refusal("not_found", "There is no such link."));
    }
    await tx.joinLink.update({ where: { id: linkId }, data: { revokedAt: new Date(deps.clock.now()) } });
    await audit(tx, actor, [
      { action: "link.revoke", organisationId: study.organisationId, studyId: study.id, subject: `link:${linkId}` },
    ]);
    await appendEvents(tx, actor, [
      {
        stream: `link:${linkId}`,
        type: "link.revoked",
        payload: { linkId, studyId: study.id },
        topics: [topics.study(study.id)],
      },
    ]);
    return ok(undefined);
  });
}

/** Ends the visits whose two hours are over: their live sockets close as when the link is taken back. */
export async function endVisits(deps: Deps): Promise<void> {
  const system: Actor = { kind: "system", name: "links" };
  await deps.db.tx(async (tx) => {
    const over = await endedVisits(tx, new Date(deps.clock.now()));
    await audit(
      tx,
      system,
      over.map(({ id, studyId, organisationId }) => ({
        action: "link.end",
        organisationId,
        studyId,
        subject: `link:${id}`,
      })),
    );
    await appendEvents(
      tx,
      system,
      over.map(({ id, studyId }) => ({
        stream: `link:${id}`,
        type: "link.revoked",
        payload: { linkId: id, studyId, reason: "time" },
        topics: [topics.study(studyId)],
      })),
    );
  });
}

async function guestActor(deps: Deps, linkId: string, address: string): Promise<Actor> {
  const row = await guestRow(deps.db, linkId);
  if (!row) throw new Error("the link just used is gone");
  return {
    kind: "guest",
    linkId,
    name: row.guestName,
    role: row.guestRole,
    studyId: row.studyId,
    findingId: row.findingId,
    hospitalIds: [row.organisationId],
    address,
  };
}

async function joined(tx: Tx, link: LinkContext, name: string, address: string, now: number): Promise<void> {
  const guest: Actor = {
    kind: "guest",
    linkId: link.id,
    name,
    role: link.guestRole,
    studyId: link.studyId,
    findingId: link.findingId,
    hospitalIds: [link.organisationId],
    address,
  };
  if (link.findingId)
    await appendStep(tx, link.findingId, now, { kind: "joined", channel: "link", byName: name, linkId: link.id });
  await audit(tx, guest, [
    { action: "link.use", organisationId: link.organisationId, studyId: link.studyId, subject: `link:${link.id}` },
  ]);
  await appendEvents(tx, guest, [
    {
      stream: `link:${link.id}`,
      type: "link.used",
      payload: { linkId: link.id, studyId: link.studyId, findingId: link.findingId, guestName: name },
      topics: studyTopics({ id: link.studyId, organisationId: link.organisationId, groupId: link.groupId }),
    },
  ]);
}

function dead(link: LinkContext | null, now: number): Refusal | null {
  if (!link) return UNKNOWN;
  if (link.revokedAt)
    return refusal("expired", "This link was taken back.", { action: "Ask the radiologist for a new one." });
  if (link.usedAt)
    return refusal("expired", "This link has been used already.", {
      action: "Use it in the browser that you came in with, or ask for a new one.",
    });
  if (link.expiresAt.getTime() <= now)
    return refusal("expired", "This link has expired.", { action: "Ask the radiologist for a new one." });
  return null;
}

const nameParts = (name: unknown): string[] => {
  const alphabetic =
    typeof name === "object" && name !== null && "alphabetic" in name ? String(name.alphabetic ?? "") : "";
  return alphabetic.split("^").map((part) => part.trim());
};

/** "S. A." of "Sample^Ada": enough to see that it is one's own patient, not enough to learn who it is. */
export function initials(name: unknown): string {
  const [family = "", given = ""] = nameParts(name);
  return [given, family]
    .filter(Boolean)
    .map((part) => `${[...part][0]?.toUpperCase()}.`)
    .join(" ");
}

const displayName = (name: unknown): string => {
  const [family = "", given = "", middle = ""] = nameParts(name);
  return [family, [given, middle].filter(Boolean).join(" ")].filter(Boolean).join(", ");
};

/** Completed years of a DICOM date "19530214", or "". */
export function age(birthDate: string | null, now: number): string {
  const match = /^(\d{4})(\d{2})(\d{2})/.exec(birthDate ?? "");
  if (!match) return "";
  const today = new Date(now);
  const years = today.getUTCFullYear() - Number(match[1]);
  const before =
    today.getUTCMonth() + 1 < Number(match[2]) ||
    (today.getUTCMonth() + 1 === Number(match[2]) && today.getUTCDate() < Number(match[3]));
  return String(years - (before ? 1 : 0));
}
