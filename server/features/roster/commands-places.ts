import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import {
  type ContractChange,
  ContractTerms,
  type NewContract,
  type RosterContract,
  type SiteChange,
  type SiteSettings,
} from "@readroom/shared/contract/http/roster.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { Turnaround } from "@readroom/shared/domain/contract.js";
import { dayOf, endOfDay, startOfDay } from "@readroom/shared/domain/roster/zone.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";
import { rosterChanged } from "./announce.js";
import { missing } from "./policy.js";
import * as store from "./store-places.js";

type Tx = Parameters<Parameters<Deps["db"]["pgTx"]>[0]>[0];

export async function contractViews(deps: Deps, organisationId: string | null): Promise<RosterContract[]> {
  const now = deps.clock.now();
  return (await store.contracts(deps.db.pool, organisationId)).map((row) => contractView(row, now));
}

/** Its days are counted in the reading group's zone. */
function contractView(row: store.StoredContract, now: Instant): RosterContract {
  const { groupZone, turnaround, validFrom, validTo, ...contract } = row;
  return {
    ...contract,
    turnaround: ContractTerms.parse(Turnaround.parse(turnaround)),
    firstDay: dayOf(validFrom, groupZone),
    lastDay: validTo === null ? null : dayOf(validTo - 1, groupZone),
    running: validFrom <= now && (validTo === null || now < validTo),
  };
}

/**
 * A contract opens a hospital's patients to a group, so neither side makes one alone: like organisations, they are added on the hub's
 * command line.
 */
export async function addContract(
  deps: Deps,
  actor: Actor,
  request: z.output<typeof NewContract>,
): Promise<Result<{ id: string }, Refusal>> {
  if (actor.kind !== "system") return err(refusal("forbidden", "Contracts are added on the hub's command line."));
  return deps.db.pgTx(async (tx) => {
    const { hospitalId, groupId, firstDay, lastDay, ...terms } = request;
    const [hospital, group] = [await store.organisationKind(tx, hospitalId), await store.organisationKind(tx, groupId)];
    if (hospital?.kind !== "hospital" || group?.kind !== "reading_group")
      return err(refusal("invalid", "A contract is between a hospital and a reading group."));
    const id = await store.insertContract(tx, {
      ...{ hospitalId, groupId, ...terms },
      validFrom: firstDay ? startOfDay(firstDay, group.timeZone) : deps.clock.now(),
      validTo: lastDay ? endOfDay(lastDay, group.timeZone) : null,
    });
    if (!id) return err(refusal("conflict", `${hospital.name} and ${group.name} have a contract already.`));
    await contractChanged(tx, actor, groupId, hospitalId, { action: "contract.add", subject: id });
    return ok({ id });
  });
}

/**
 * Changes terms. The group may end a contract sooner, only the hospital (or the command line) may let it run longer: it is the hospital's
 * patients that it opens.
 */
export async function changeContract(
  deps: Deps,
  actor: Actor,
  organisationId: string | null,
  id: string,
  change: z.output<typeof ContractChange>,
): Promise<Result<RosterContract, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const [found] = await store.contracts(tx, organisationId, id);
    if (!found) return err(missing("contract"));
    const { groupZone, validTo: was } = found;
    const { lastDay } = change;
    const validTo = lastDay === undefined ? was : lastDay === null ? null : endOfDay(lastDay, groupZone);
    if (validTo !== null && validTo <= found.validFrom)
      return err(refusal("invalid", "The last day is before the first."));
    const longer = was !== null && (validTo === null || validTo > was);
    if (longer && organisationId === found.groupId)
      return err(refusal("forbidden", `Only ${found.hospitalName} can let its contract run longer.`));
    const turnaround = change.turnaround ?? {};
    const { name = found.name, attainmentTarget = found.attainmentTarget } = change;
    await store.updateContract(tx, id, { name, attainmentTarget, turnaround, validTo });
    const detail = { ...change };
    await contractChanged(tx, actor, found.groupId, found.hospitalId, {
      action: "contract.change",
      subject: id,
      detail,
    });
    const [changed] = await store.contracts(tx, organisationId, id);
    return changed ? ok(contractView(changed, deps.clock.now())) : err(missing("contract"));
  });
}

/** Whose patients the group's people may see has changed: live sockets ask again. */
async function contractChanged(
  tx: Tx,
  actor: Actor,
  groupId: string,
  hospitalId: string,
  entry: { action: string; subject: string; detail?: Record<string, unknown> },
): Promise<void> {
  await rosterChanged(tx, actor, { groupId, what: "contract" }, entry);
  await audit(tx, actor, [{ ...entry, organisationId: hospitalId }]);
  for (const userId of await store.peopleOfGroup(tx, groupId))
    await appendEvents(tx, actor, [
      { stream: `user:${userId}`, type: "user.rights_changed", payload: { userId }, topics: [topics.user(userId)] },
    ]);
}

/** Sites that the actor's people work for, each with whether the actor may change it. */
export async function siteViews(deps: Deps, actor: Actor): Promise<SiteSettings[]> {
  const [hospitalIds, siteIds] = scopeOf(actor);
  const sites = await store.sites(deps.db.pool, hospitalIds, siteIds);
  return sites.map((site) => ({ ...site, mayChange: mayChange(actor) }));
}

/** A hospital's coordinators and administrators change their own sites; a group's administrators those that the group runs the hub for. */
const mayChange = (actor: Actor): boolean =>
  actor.kind === "system" ||
  (actor.kind === "user" &&
    (actor.roles.includes("administrator") ||
      (actor.organisationKind === "hospital" && actor.roles.includes("coordinator"))));

/** Where results go is what a group's operator may mend at night: nobody else is there, and without it nothing arrives. */
const mendsReceiver = (actor: Actor, change: z.output<typeof SiteChange>): boolean =>
  actor.kind === "user" &&
  actor.organisationKind === "reading_group" &&
  actor.roles.includes("operator") &&
  Object.entries(change).every(([key, value]) => value === undefined || key === "resultHost" || key === "resultPort");

function scopeOf(actor: Actor): [readonly string[] | null, readonly string[] | null] {
  if (actor.kind === "system") return [null, null];
  return actor.kind === "user" ? [actor.hospitalIds, actor.siteIds] : [[], []];
}

export async function changeSite(
  deps: Deps,
  actor: Actor,
  id: string,
  change: z.output<typeof SiteChange>,
): Promise<Result<SiteSettings, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const [hospitalIds, siteIds] = scopeOf(actor);
    const found = (await store.sites(tx, hospitalIds, siteIds)).find((site) => site.id === id);
    if (!found) return err(missing("site"));
    if (!mayChange(actor) && !mendsReceiver(actor, change))
      return err(refusal("forbidden", "Your role does not allow changing a site."));
    const { ladder, ...settings } = change;
    const next = { ...found, ...withoutMissing(settings) };
    if (next.resultHost !== "" && next.resultPort === null)
      return err(refusal("invalid", "A receiver of results needs its port too."));
    await store.updateSite(tx, id, next);
    if (ladder) await store.replaceLadder(tx, id, ladder);
    const detail = { changed: Object.keys(change), ...(ladder ? { rungs: ladder.length } : {}) };
    await audit(tx, actor, [{ action: "site.change", organisationId: found.hospitalId, subject: id, detail }]);
    await appendEvents(tx, actor, [
      {
        stream: `site:${id}`,
        type: "site.changed",
        payload: { siteId: id },
        topics: [topics.hospital(found.hospitalId)],
      },
    ]);
    const changed = (await store.sites(tx, hospitalIds, siteIds)).find((site) => site.id === id);
    return changed ? ok({ ...changed, mayChange: true }) : err(missing("site"));
  });
}

function withoutMissing<T extends object>(values: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
