import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import * as c from "@readroom/shared/contract/http/fairness.js";
import type { Actor, UserActor } from "@readroom/shared/domain/access.js";
import { balances, type Period, waited } from "@readroom/shared/domain/fairness.js";
import { DEFAULT_RVUS, type RvuEntry } from "@readroom/shared/domain/rvu-table.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { FastifyInstance } from "fastify";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { route } from "../../kernel/route.js";
import * as store from "./store.js";

type Out<T> = Promise<Result<T, Refusal>>;
const read = { tag: "fairness", action: "fairness.read", method: "GET" } as const;
const NO_READER = refusal("not_found", "There is no such reader in your group.");

export function fairnessRoutes(app: FastifyInstance, deps: Deps): void {
  route(app, {
    ...read,
    url: "/api/fairness",
    summary: "Work, balance and what was passed over, by reader of the caller's group",
    query: c.FairnessQuery,
    response: c.FairnessView,
    handle: ({ actor, query }) => view(deps, actor, query.period),
  });
  route(app, {
    ...read,
    url: "/api/fairness/readers/:id",
    summary: "The entries behind one reader's row: what waited, for how long, and what was put back with what reason",
    params: c.ReaderParams,
    query: c.FairnessQuery,
    response: c.FairnessEntries,
    handle: ({ actor, params, query }) => entries(deps, actor, params.id, query.period),
  });
  route(app, {
    ...read,
    url: "/api/fairness/rvu",
    summary: "The group's table of relative value units by modality and body part",
    response: c.RvuTable,
    handle: ({ actor }) => table(deps, actor),
  });
  route(app, {
    tag: "fairness",
    action: "rule.write",
    method: "PUT",
    url: "/api/fairness/rvu",
    summary: "Change the table for what is signed from now on; null: the hub's own again",
    body: c.SaveRvuTable,
    handle: ({ actor, body }) => saveTable(deps, actor, body.entries),
  });
}

/** People of a reading group alone: a hospital does not see how its readers share the work. */
function inGroup(actor: Actor): UserActor | null {
  return actor.kind === "user" && actor.organisationKind === "reading_group" ? actor : null;
}

async function view(deps: Deps, actor: Actor, period: Period): Out<c.FairnessView> {
  const user = inGroup(actor);
  if (!user) return err(refusal("not_found", "Only reading groups keep a ledger."));
  const now = deps.clock.now();
  const from = await store.startOf(deps.db.pool, user.organisationId, period, now);
  const rows = await store.totals(deps.db.pool, user.organisationId, from, now);
  const balance = balances(rows.map(({ id: userId, rvu, hours }) => ({ userId, rvu, hours })));
  const hours = rows.reduce((sum, row) => sum + row.hours, 0);
  const rvu = rows.reduce((sum, row) => sum + row.rvu, 0);
  const worked = rows.filter((row) => row.hours > 0);
  const ofWorked = worked.reduce((sum, row) => sum + row.rvu, 0);
  return ok({
    ...{ serverNow: now, from },
    me: rows.some(({ id }) => id === user.userId) ? user.userId : null,
    readers: rows.map((row) => ({ ...row, ...(balance.get(row.id) ?? { rvuPerHour: null, balance: null }) })),
    mean: { rvu: rows.length > 0 ? rvu / rows.length : 0, rvuPerHour: hours > 0 ? ofWorked / hours : null },
  });
}

async function entries(deps: Deps, actor: Actor, userId: string, period: Period): Out<c.FairnessEntries> {
  const user = inGroup(actor);
  const reader = user && (await store.readerOf(deps.db.pool, user.organisationId, userId));
  if (!user || !reader) return err(NO_READER);
  const now = deps.clock.now();
  const from = await store.startOf(deps.db.pool, user.organisationId, period, now);
  const [skips, returns] = await Promise.all([
    store.skipsOf(deps.db.pool, user.organisationId, userId, from),
    store.returnsOf(deps.db.pool, user.organisationId, userId, from),
  ]);
  return ok({
    ...{ serverNow: now, reader },
    passedOver: skips.map(({ takenAt, ...skip }) => ({ ...skip, waitedMs: Math.round(waited(skip.at, takenAt, now)) })),
    returned: returns,
  });
}

async function table(deps: Deps, actor: Actor): Out<c.RvuTable> {
  const user = inGroup(actor);
  if (!user) return err(refusal("not_found", "Only reading groups keep a ledger."));
  const stored = await store.storedTable(deps.db.pool, user.organisationId);
  return ok({ entries: (stored ?? DEFAULT_RVUS).map((entry) => ({ ...entry })), isDefault: stored === null });
}

async function saveTable(deps: Deps, actor: Actor, rows: readonly RvuEntry[] | null): Out<undefined> {
  const user = inGroup(actor);
  if (!user) return err(refusal("not_found", "Only reading groups keep a ledger."));
  const keys = (rows ?? []).map(({ modality, bodyPart }) => `${modality} ${bodyPart.toLowerCase()}`.trim());
  const twice = keys.find((key, n) => keys.indexOf(key) !== n);
  if (twice) return err(refusal("invalid", `“${twice}” is in the table twice.`));
  await deps.db.tx(async (tx) => {
    await store.saveTable(tx, user.organisationId, rows);
    await audit(tx, user, [
      { action: "fairness.rvu", organisationId: user.organisationId, detail: { entries: rows?.length ?? null } },
    ]);
  });
  return ok(undefined);
}
