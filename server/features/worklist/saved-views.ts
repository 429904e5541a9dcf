import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { ChangeView, CreateView, SavedViews } from "@readroom/shared/contract/http/worklist-views.js";
import { type Actor, mayRole, type UserActor } from "@readroom/shared/domain/access.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import { audit } from "../../kernel/audit.js";
import { sqlState } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";
import type { Executor } from "./store.js";
import * as store from "./store-views.js";

type Done = Promise<Result<SavedViews, Refusal>>;
const NOT_FOUND = refusal("not_found", "There is no such view.");
const FOREIGN = refusal("forbidden", "The worklist belongs to a reading group.");
const MOST = 60;

const inGroup = (actor: Actor): actor is UserActor =>
  actor.kind === "user" && actor.organisationKind === "reading_group";

/** Its maker changes a view; a shared one also who may write the group's rules, since its maker may be gone. */
const changes = (actor: UserActor, view: { ownerId: string; shared: boolean }): boolean =>
  view.ownerId === actor.userId || (view.shared && mayRole(actor, "rule.write"));

export async function savedViews(deps: Deps, actor: Actor): Done {
  return inGroup(actor) ? ok(await listed(deps.db.pool, actor)) : err(FOREIGN);
}

async function listed(executor: Executor, actor: UserActor): Promise<SavedViews> {
  const rows = await store.viewsOf(executor, actor.organisationId, actor.userId);
  return {
    views: rows.map(({ ownerId, ...view }) => ({ ...view, mine: changes(actor, { ownerId, shared: view.shared }) })),
  };
}

export function createView(deps: Deps, actor: Actor, view: z.output<typeof CreateView>): Done {
  return changed(deps, actor, async (tx, who) => {
    if ((await store.viewsOf(tx, who.organisationId, who.userId)).length >= MOST)
      return err(refusal("conflict", `There are ${MOST} views already.`, { action: "Delete one that nobody uses." }));
    const id = await store.addView(tx, who.organisationId, who.userId, view);
    return ok({ did: "create", id, shared: view.shared });
  });
}

export function changeView(deps: Deps, actor: Actor, id: string, to: z.output<typeof ChangeView>): Done {
  return changed(deps, actor, async (tx, who) => {
    const view = await store.viewOf(tx, who.organisationId, id);
    if (!view || (!view.shared && view.ownerId !== who.userId)) return err(NOT_FOUND);
    if (!changes(who, view)) return err(refusal("forbidden", `Only ${view.ownerName} changes this view.`));
    const shared = to.shared ?? view.shared;
    await store.changeView(tx, id, {
      name: to.name ?? view.name,
      shared,
      definition: to.definition ?? view.definition,
    });
    return ok({ did: "change", id, shared: shared || view.shared });
  });
}

export function deleteView(deps: Deps, actor: Actor, id: string): Done {
  return changed(deps, actor, async (tx, who) => {
    const view = await store.viewOf(tx, who.organisationId, id);
    if (!view || (!view.shared && view.ownerId !== who.userId)) return err(NOT_FOUND);
    if (!changes(who, view)) return err(refusal("forbidden", `Only ${view.ownerName} deletes this view.`));
    await store.removeView(tx, id);
    return ok({ did: "delete", id, shared: view.shared });
  });
}

/** The order of one's own tabs: nobody else's moves. */
export function orderViews(deps: Deps, actor: Actor, ids: readonly string[]): Done {
  return changed(deps, actor, async (tx, who) => {
    await store.orderViews(tx, who.userId, ids);
    return ok({ did: "order", id: "", shared: false });
  });
}

interface Did {
  readonly did: string;
  readonly id: string;
  readonly shared: boolean;
}

/** The change, its audit row and, where others see it, its event in one transaction; then the tabs as they are now. */
async function changed(
  deps: Deps,
  actor: Actor,
  work: (tx: Executor, who: UserActor) => Promise<Result<Did, Refusal>>,
): Done {
  if (!inGroup(actor)) return err(FOREIGN);
  try {
    return await deps.db.pgTx(async (tx) => {
      const done = await work(tx, actor);
      if (!done.ok) return done;
      const { did, id, shared } = done.value;
      await audit(tx, actor, [
        { action: `view.${did}`, organisationId: actor.organisationId, subject: id, detail: { shared } },
      ]);
      if (id)
        await appendEvents(tx, actor, [
          {
            stream: `view:${id}`,
            type: "worklist.views_changed",
            payload: { viewId: id, shared },
            topics: [shared ? topics.group(actor.organisationId) : topics.user(actor.userId)],
          },
        ]);
      return ok(await listed(tx, actor));
    });
  } catch (error) {
    if (sqlState(error) !== "23505") throw error;
    return err(refusal("conflict", "There is a view of this name already.", { action: "Give it another name." }));
  }
}
