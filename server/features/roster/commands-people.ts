import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { LicenceRequest, PrivilegeRequest, ProfileRequest } from "@readroom/shared/contract/http/roster.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { endOfDay, startOfDay } from "@readroom/shared/domain/roster/zone.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { rosterChanged } from "./announce.js";
import { missing } from "./policy.js";
import * as store from "./store-people.js";

type Tx = Parameters<Parameters<Deps["db"]["pgTx"]>[0]>[0];

/** Makes or replaces a reader's profile and membership in the group's pools. */
export async function setProfile(
  deps: Deps,
  actor: Actor,
  groupId: string,
  userId: string,
  request: z.output<typeof ProfileRequest>,
): Promise<Result<null, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const [person] = await store.peopleOf(tx, groupId, userId);
    if (!person) return err(missing("reader"));
    const { poolIds, ...profile } = request;
    await store.saveProfile(tx, userId, profile);
    await store.setPoolsOf(tx, groupId, userId, poolIds);
    await rosterChanged(
      tx,
      actor,
      { groupId, what: "profile", userIds: [userId] },
      {
        action: "reader.set",
        subject: userId,
        detail: { ...profile, poolIds },
      },
    );
    return ok(null);
  });
}

/**
 * A licence holds through its last day where its days are counted: the zone of the jurisdiction's sites, of several the one in which
 * the day ends first (nobody reads on a licence that has run out at some site); the group's zone where no site is there.
 */
export async function saveLicence(
  deps: Deps,
  actor: Actor,
  groupId: string,
  userId: string,
  request: z.output<typeof LicenceRequest>,
  id: string | null = null,
): Promise<Result<{ id: string }, Refusal>> {
  return withReader(deps, groupId, userId, async (tx) => {
    const zones = await store.zonesOfJurisdiction(tx, request.jurisdiction);
    const ends = (zone: string) => endOfDay(request.lastDay, zone);
    const timeZone = [...zones].sort((a, b) => ends(a) - ends(b))[0] ?? (await store.groupById(tx, groupId))?.timeZone;
    const licence = { ...request, ...spanOf(request, timeZone ?? "UTC") };
    const saved = await store.saveLicence(tx, userId, licence, id);
    if (!saved) return err(missing("licence"));
    await credentialChanged(tx, actor, groupId, userId, "licence", id ? "change" : "add", saved, {
      jurisdiction: request.jurisdiction,
      lastDay: request.lastDay,
    });
    return ok({ id: saved });
  });
}

/** Privileges hold through their last day where the site is. */
export async function savePrivilege(
  deps: Deps,
  actor: Actor,
  groupId: string,
  userId: string,
  request: z.output<typeof PrivilegeRequest>,
  id: string | null = null,
): Promise<Result<{ id: string }, Refusal>> {
  return withReader(deps, groupId, userId, async (tx) => {
    const site = await store.siteUnderContract(tx, groupId, request.siteId);
    if (!site)
      return err(
        refusal("not_found", "There is no such site under contract with the group.", {
          action: "Add the contract with its hospital first.",
        }),
      );
    const privilege = { ...request, ...spanOf(request, site.timeZone) };
    const saved = await store.savePrivilege(tx, userId, privilege, id);
    if (!saved) return err(missing("privilege"));
    await credentialChanged(tx, actor, groupId, userId, "privilege", id ? "change" : "add", saved, {
      siteId: request.siteId,
      readTypes: request.readTypes,
      lastDay: request.lastDay,
    });
    return ok({ id: saved });
  });
}

export async function removeCredential(
  deps: Deps,
  actor: Actor,
  groupId: string,
  kind: store.CredentialKind,
  id: string,
): Promise<Result<undefined, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const userId = await store.ownerOf(tx, groupId, kind, id);
    if (!userId) return err(missing(kind));
    await store.deleteCredential(tx, kind, id);
    await credentialChanged(tx, actor, groupId, userId, kind, "remove", id, {});
    return ok(undefined);
  });
}

const spanOf = (days: { firstDay: string; lastDay: string }, timeZone: string): store.CredentialSpan => ({
  validFrom: startOfDay(days.firstDay, timeZone),
  validTo: endOfDay(days.lastDay, timeZone),
  timeZone,
});

async function withReader<T>(
  deps: Deps,
  groupId: string,
  userId: string,
  work: (tx: Tx) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const [person] = await store.peopleOf(tx, groupId, userId);
    return person ? work(tx) : err(missing("reader"));
  });
}

async function credentialChanged(
  tx: Tx,
  actor: Actor,
  groupId: string,
  userId: string,
  kind: store.CredentialKind,
  verb: "add" | "change" | "remove",
  id: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await rosterChanged(
    tx,
    actor,
    { groupId, what: kind, userIds: [userId] },
    {
      action: `${kind}.${verb}`,
      subject: userId,
      detail: { id, ...detail },
    },
  );
}
