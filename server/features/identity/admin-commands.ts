import { randomInt } from "node:crypto";
import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type {
  NewPeer,
  NewToken,
  NewUser,
  PeerView,
  TokenMade,
  UserChange,
  UserMade,
  UserView,
} from "@readroom/shared/contract/http/admin.js";
import type { Actor, Role } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { newSecret, sha256 } from "../../kernel/secrets.js";
import { topics } from "../../kernel/topics.js";
import { hashPassword } from "./passwords.js";
import * as store from "./store-admin.js";

/**
 * What an administrator administers. Of a hospital: that hospital alone. Of a reading group: the group and the hospitals under contract with it,
 * since the group runs the hub for them. The hub's own command line (system) and a hub-wide token: everything.
 */
export function administered(actor: Actor): store.Administered {
  switch (actor.kind) {
    case "system":
      return null;
    case "user":
      return actor.organisationKind === "hospital"
        ? [actor.organisationId]
        : [actor.organisationId, ...actor.hospitalIds];
    case "machine":
      return actor.hospitalIds;
    default:
      return [];
  }
}

const within = (actor: Actor, organisationId: string): boolean => administered(actor)?.includes(organisationId) ?? true;
const missing = (what: string): Refusal => refusal("not_found", `There is no such ${what}.`);

/** Roles that make sense in a kind of organisation: hospitals do not read, reading groups do not refer. */
const ROLES_OF: Record<"hospital" | "reading_group", readonly Role[]> = {
  hospital: ["referrer", "coordinator", "administrator"],
  reading_group: ["radiologist", "resident", "operator", "administrator"],
};

/** A password that can be read aloud: 20 characters without look-alikes, about 97 bits. */
export function makePassword(): string {
  const alphabet = "abcdefghjkmnpqrstuvwxyz23456789";
  const group = () => Array.from({ length: 5 }, () => alphabet[randomInt(alphabet.length)]).join("");
  return [group(), group(), group(), group()].join("-");
}

export async function addUser(
  deps: Deps,
  actor: Actor,
  request: z.output<typeof NewUser>,
): Promise<Result<UserMade, Refusal>> {
  const [organisation] = within(actor, request.organisationId)
    ? await store.organisations(deps.db.pool, [request.organisationId])
    : [];
  if (!organisation) return err(missing("organisation"));
  const unfit = rolesUnfit(request.roles, organisation);
  if (unfit) return err(unfit);
  const password = request.password ?? makePassword();
  const passwordHash = await hashPassword(password);
  const shortName = request.shortName || initials(request.name);
  return deps.db.pgTx(async (tx) => {
    const taken = await numberTaken(tx, organisation.id, request.physicianNumber, null);
    if (taken) return err(taken);
    const { phone = null, physicianNumber = null } = request;
    const id = await store.insertUser(tx, { ...request, phone, physicianNumber, shortName, passwordHash });
    if (!id) return err(refusal("conflict", "Somebody has this e-mail address already."));
    await store.setRoles(tx, id, request.roles);
    await audit(tx, actor, [
      { action: "user.add", organisationId: organisation.id, subject: id, detail: { roles: request.roles } },
    ]);
    const user = await store.userOf(tx, id, null);
    return user ? ok({ user, password: request.password ? null : password }) : err(missing("user"));
  });
}

/** A physician number belongs to one person of a hospital: results and calls would reach the wrong one. */
async function numberTaken(
  tx: store.Executor,
  organisationId: string,
  number: string | null | undefined,
  self: string | null,
): Promise<Refusal | null> {
  const holder = number ? await store.numberedBy(tx, organisationId, number) : null;
  return holder && holder !== self
    ? refusal("conflict", "Somebody of this organisation has this physician number already.")
    : null;
}

type Site = { readonly id: string };

function rolesUnfit(
  roles: readonly store.Grant[],
  organisation: { kind: "hospital" | "reading_group"; name: string; sites: readonly Site[] },
): Refusal | null {
  const wrong = roles.find(({ role }) => !ROLES_OF[organisation.kind].includes(role));
  if (wrong)
    return refusal(
      "invalid",
      `${organisation.name} has no ${wrong.role}s: its roles are ${ROLES_OF[organisation.kind].join(", ")}.`,
    );
  const foreign = roles.some(({ siteId }) => siteId !== null && !organisation.sites.some((site) => site.id === siteId));
  return foreign ? missing("site") : null;
}

const initials = (name: string): string =>
  name
    .replace(/^(dr|prof|mr|mrs|ms)\.?\s+/i, "")
    .split(/\s+/)
    .map((part) => part.charAt(0).toUpperCase())
    .join("")
    .slice(0, 4);

/** Roles taken away and accounts disabled take effect at once: sessions end, live sockets close. */
export async function changeUser(
  deps: Deps,
  actor: Actor,
  id: string,
  change: z.output<typeof UserChange>,
): Promise<Result<UserView, Refusal>> {
  const user = await store.userOf(deps.db.pool, id, administered(actor));
  if (!user) return err(missing("user"));
  if (change.disabled && actor.kind === "user" && actor.userId === id)
    return err(refusal("conflict", "You can't disable your own account."));
  const [organisation] = await store.organisations(deps.db.pool, [user.organisation.id]);
  const unfit = change.roles && organisation ? rolesUnfit(change.roles, organisation) : null;
  if (unfit) return err(unfit);
  return deps.db.pgTx(async (tx) => {
    const { roles, disabled, ...plain } = change;
    const taken = await numberTaken(tx, user.organisation.id, change.physicianNumber, id);
    if (taken) return err(taken);
    const disabledAt = disabled === undefined ? undefined : disabled ? new Date(deps.clock.now()) : null;
    await store.updateUser(tx, id, { ...plain, ...(disabledAt === undefined ? {} : { disabledAt }) });
    if (roles) await store.setRoles(tx, id, roles);
    const detail = {
      changed: Object.keys(change),
      ...(roles ? { roles } : {}),
      ...(disabled === undefined ? {} : { disabled }),
    };
    await audit(tx, actor, [{ action: "user.change", organisationId: user.organisation.id, subject: id, detail }]);
    if (roles || disabled !== undefined) await rightsChanged(tx, actor, id, disabled === true);
    const changed = await store.userOf(tx, id, null);
    return changed ? ok(changed) : err(missing("user"));
  });
}

async function rightsChanged(
  tx: Parameters<typeof appendEvents>[0],
  actor: Actor,
  userId: string,
  end: boolean,
): Promise<void> {
  if (end) await store.endSessions(tx, userId);
  await appendEvents(tx, actor, [
    { stream: `user:${userId}`, type: "user.rights_changed", payload: { userId }, topics: [topics.user(userId)] },
  ]);
}

/** A new password for somebody who lost theirs; every session of theirs ends. */
export async function resetPassword(
  deps: Deps,
  actor: Actor,
  id: string,
): Promise<Result<{ password: string }, Refusal>> {
  const user = await store.userOf(deps.db.pool, id, administered(actor));
  if (!user) return err(missing("user"));
  const password = makePassword();
  const hash = await hashPassword(password);
  await deps.db.pgTx(async (tx) => {
    await store.setPassword(tx, id, hash);
    await audit(tx, actor, [{ action: "user.password_reset", organisationId: user.organisation.id, subject: id }]);
    await rightsChanged(tx, actor, id, true);
  });
  return ok({ password });
}

export async function addPeer(
  deps: Deps,
  actor: Actor,
  request: z.output<typeof NewPeer>,
): Promise<Result<PeerView, Refusal>> {
  const site = await store.siteOf(deps.db.pool, request.siteId);
  if (!site || !within(actor, site.organisationId)) return err(missing("site"));
  return deps.db.pgTx(async (tx) => {
    const id = await store.insertPeer(tx, request);
    if (!id) return err(refusal("conflict", `${request.aeTitle} is allowed from ${request.host} already.`));
    await audit(tx, actor, [
      {
        action: "peer.add",
        organisationId: site.organisationId,
        subject: id,
        detail: { aeTitle: request.aeTitle, host: request.host },
      },
    ]);
    await appendEvents(tx, actor, [
      { stream: `peer:${id}`, type: "peer.changed", payload: { peerId: id }, topics: [] },
    ]);
    const peer = await store.peerOf(tx, id, null);
    return peer ? ok(peer) : err(missing("peer"));
  });
}

export async function removePeer(deps: Deps, actor: Actor, id: string): Promise<Result<undefined, Refusal>> {
  const peer = await store.peerOf(deps.db.pool, id, administered(actor));
  if (!peer) return err(missing("peer"));
  await deps.db.pgTx(async (tx) => {
    await store.deletePeer(tx, id);
    await audit(tx, actor, [
      { action: "peer.remove", subject: id, detail: { aeTitle: peer.aeTitle, host: peer.host, siteId: peer.siteId } },
    ]);
    await appendEvents(tx, actor, [
      { stream: `peer:${id}`, type: "peer.changed", payload: { peerId: id }, topics: [] },
    ]);
  });
  return ok(undefined);
}

/** A bearer token for a machine. organisationId null (the command line's right alone): every hospital of the hub. */
export async function addToken(
  deps: Deps,
  actor: Actor,
  request: Omit<z.output<typeof NewToken>, "organisationId"> & { organisationId: string | null },
): Promise<Result<TokenMade, Refusal>> {
  const site = request.siteId ? await store.siteOf(deps.db.pool, request.siteId) : null;
  if (request.siteId && (!site || (request.organisationId !== null && site.organisationId !== request.organisationId)))
    return err(missing("site"));
  const organisationId = request.organisationId ?? site?.organisationId ?? null;
  if (organisationId === null ? administered(actor) !== null : !within(actor, organisationId))
    return err(missing("organisation"));
  const secret = newSecret();
  return deps.db.pgTx(async (tx) => {
    const createdBy = actor.kind === "user" ? actor.userId : actor.kind === "machine" ? actor.tokenId : "command line";
    const id = await store.insertToken(tx, {
      hash: sha256(secret),
      label: request.label,
      role: request.role,
      organisationId,
      siteId: request.siteId ?? null,
      createdBy,
    });
    await audit(tx, actor, [
      {
        action: "token.add",
        organisationId,
        subject: id,
        detail: { role: request.role, siteId: request.siteId ?? null },
      },
    ]);
    const token = await store.tokenOf(tx, id, null);
    return token ? ok({ token, secret }) : err(missing("token"));
  });
}

export async function revokeToken(deps: Deps, actor: Actor, id: string): Promise<Result<undefined, Refusal>> {
  const token = await store.tokenOf(deps.db.pool, id, administered(actor));
  if (!token) return err(missing("token"));
  await deps.db.pgTx(async (tx) => {
    await store.revokeToken(tx, id, new Date(deps.clock.now()));
    await audit(tx, actor, [{ action: "token.revoke", organisationId: token.organisationId, subject: id }]);
    await appendEvents(tx, actor, [
      { stream: `token:${id}`, type: "token.revoked", payload: { tokenId: id }, topics: [] },
    ]);
  });
  return ok(undefined);
}
