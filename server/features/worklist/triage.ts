import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import { type Action, type Actor, may, mayRole } from "@readroom/shared/domain/access.js";
import { isIdentified } from "@readroom/shared/domain/study.js";
import { type Urgency, urgencyRank } from "@readroom/shared/domain/urgency.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics, topics } from "../../kernel/topics.js";
import { poolsOf } from "../roster/public.js";
import * as store from "./store.js";
import * as triage from "./store-triage.js";

type Done = Promise<Result<undefined, Refusal>>;
const NOT_FOUND = refusal("not_found", "There is no such study.");

/** What a person decides about a study beside reading it. Each is audited; routing decides anew when it hears of it. */
export function setUrgency(deps: Deps, actor: Actor, studyId: string, to: Urgency, reason: string): Done {
  return decided(deps, actor, studyId, ["study.route"], async (tx, study) => {
    await triage.setUrgency(tx, studyId, to, urgencyRank(to), `${reason} (${nameOf(actor)})`);
    return ok({ type: "study.urgency_changed", payload: { from: study.urgency, to, reason } });
  });
}

/** Readers may say so too: at night nobody else is there, and the study must not wait for the morning. */
export function confirmWithoutOrder(deps: Deps, actor: Actor, studyId: string, reason: string): Done {
  return decided(deps, actor, studyId, ["queue.act", "study.claim"], async (tx, study) => {
    if (isIdentified(study.matchState))
      return err(refusal("conflict", "This study has its order, or was confirmed already."));
    await triage.setMatch(tx, studyId, {
      state: "confirmed",
      reason: `${reason} (${nameOf(actor)})`,
      orderId: null,
      patientId: study.patientId,
    });
    return ok({ type: "study.confirmed", payload: { reason } });
  });
}

/** Matches by hand. Refused for an order of another hospital (unknown to the caller) and one whose patient's birth date contradicts the images. */
export function matchToOrder(deps: Deps, actor: Actor, studyId: string, orderId: string): Done {
  return decided(deps, actor, studyId, ["queue.act"], async (tx, study) => {
    if (study.state === "closed")
      return err(refusal("conflict", "This study has been reported: correct its report first."));
    const order = await triage.orderToMatch(tx, orderId, studyId);
    if (!order || order.organisationId !== study.organisationId)
      return err(refusal("not_found", "There is no such order."));
    if (order.state === "cancelled") return err(refusal("conflict", "This order was cancelled."));
    if (order.birthDatesDiffer)
      return err(
        refusal("conflict", "The patient of the order was born on another day than the one in the images.", {
          action: "Check the identity with the hospital; have the order or the images corrected there.",
        }),
      );
    await triage.setMatch(tx, studyId, {
      state: "matched",
      reason: `matched by ${nameOf(actor)}`,
      orderId,
      patientId: order.patientId,
    });
    return ok({ type: "study.matched", payload: { orderId, by: "person" } });
  });
}

/** Puts a study into a pool by hand, or (poolId undefined) lets the rules decide again. */
export function reroute(deps: Deps, actor: Actor, studyId: string, poolId: string | undefined, reason: string): Done {
  return decided(deps, actor, studyId, ["study.route"], async (tx, study) => {
    const pools = study.groupId ? await poolsOf(tx, study.groupId) : [];
    if (poolId !== undefined && !pools.some((pool) => pool.id === poolId))
      return err(refusal("not_found", "There is no such pool in your group."));
    await triage.setPool(tx, studyId, poolId ?? null);
    return ok({ type: "study.rerouted", payload: { poolId: poolId ?? null, reason } });
  });
}

/** A break: "next" gives nothing until it ends. What the reader holds stays with them. */
export async function setBreak(deps: Deps, actor: Actor, onBreak: boolean): Done {
  if (actor.kind !== "user") return err(refusal("forbidden", "Only readers take breaks."));
  return deps.db.pgTx(async (tx) => {
    if (!(await store.setBreak(tx, actor.userId, onBreak ? deps.clock.now() : null)))
      return err(refusal("not_eligible", "This account has no reader's profile."));
    await audit(tx, actor, [{ action: onBreak ? "break.begin" : "break.end", organisationId: actor.organisationId }]);
    const heard = [topics.user(actor.userId), topics.group(actor.organisationId)];
    await appendEvents(tx, actor, [
      { stream: `user:${actor.userId}`, type: "user.break", payload: { userId: actor.userId, onBreak }, topics: heard },
    ]);
    return ok(undefined);
  });
}

interface Told {
  readonly type: string;
  readonly payload: Record<string, unknown>;
}

/** Hospital people act on their own hospital's studies, the group's on those routed to it; `actions`: any one of them is enough. */
export function mayActOn(actor: Actor, study: store.ClaimableStudy, actions: readonly Action[]): boolean {
  const subject = { hospitalId: study.organisationId, siteId: study.siteId, studyId: study.id };
  const inGroup =
    actor.kind !== "user" ||
    actor.organisationKind === "hospital" ||
    study.groupId === null ||
    study.groupId === actor.organisationId;
  return inGroup && actions.some((action) => may(actor, action, subject));
}

function decided(
  deps: Deps,
  actor: Actor,
  studyId: string,
  actions: readonly Action[],
  body: (tx: store.Executor, study: store.ClaimableStudy) => Promise<Result<Told, Refusal>>,
): Done {
  return deps.db.pgTx(async (tx) => {
    if (!actions.some((action) => mayRole(actor, action)))
      return err(refusal("forbidden", "Your role does not allow this."));
    const study = await store.lockStudy(tx, studyId);
    if (!study || !mayActOn(actor, study, actions)) return err(NOT_FOUND);
    const told = await body(tx, study);
    if (!told.ok) return told;
    const { type, payload } = told.value;
    const ids = { studyId, organisationId: study.organisationId };
    const { reason: _text, ...detail } = payload;
    await audit(tx, actor, [{ action: type, ...ids, patientId: study.patientId, detail }]);
    await appendEvents(tx, actor, [
      { stream: `study:${studyId}`, type, payload: { ...ids, ...payload }, topics: studyTopics(study) },
    ]);
    return ok(undefined);
  });
}

const nameOf = (actor: Actor): string => (actor.kind === "user" || actor.kind === "machine" ? actor.name : actor.kind);
