import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { OfferRequest } from "@readroom/shared/contract/http/roster.js";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { decideSwap, type Proposal, type SwapCommand, type SwapState } from "@readroom/shared/domain/roster/swap.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";
import { rosterChanged } from "./announce.js";
import { clashOf } from "./commands-shifts.js";
import { missing } from "./policy.js";
import * as requests from "./store-requests.js";
import * as store from "./store-shifts.js";

type Tx = Parameters<Parameters<Deps["db"]["pgTx"]>[0]>[0];

/** Asks for cover of one's own shift, or to swap it for a colleague's. Nothing changes hands before the other accepts. */
export async function offerShift(
  deps: Deps,
  actor: UserActor,
  shiftId: string,
  request: z.output<typeof OfferRequest>,
): Promise<Result<{ id: string }, Refusal>> {
  const groupId = actor.organisationId;
  const now = deps.clock.now();
  return deps.db.pgTx(async (tx) => {
    const shift = await store.shiftById(tx, groupId, shiftId);
    if (!shift || shift.userId !== actor.userId) return err(missing("shift of yours"));
    if (shift.startsAt <= now) return err(refusal("conflict", "The shift has begun: an operator can still assign it."));
    const open = await requests.openRequests(tx, groupId, now, actor.userId);
    if (open.some((one) => one.shift.id === shiftId && one.fromUserId === actor.userId))
      return err(refusal("conflict", "You have asked about this shift already.", { action: "Take that back first." }));
    const other = request.otherShiftId ? await store.shiftById(tx, groupId, request.otherShiftId) : null;
    if (request.otherShiftId && (!other || other.userId === actor.userId || other.startsAt <= now))
      return err(missing("colleague's shift"));
    const toUserId = other?.userId ?? request.toUserId;
    const to = toUserId ? await store.personOf(tx, groupId, toUserId) : null;
    if (toUserId && (!to || toUserId === actor.userId)) return err(missing("colleague"));
    const clash = to && (await clashOf(tx, now, to, shift, shift.timeZone, other ? [other.id] : []));
    if (clash) return err(clash);
    const id = await requests.insertRequest(tx, {
      ...{ groupId, shiftId, toUserId, note: request.note },
      ...{ otherShiftId: other?.id ?? null, fromUserId: actor.userId },
    });
    await audit(tx, actor, [
      { action: "shift.offer", organisationId: groupId, subject: actor.userId, detail: { id, shiftId, toUserId } },
    ]);
    await tell(tx, actor, "shift.requested", { id, groupId, shiftId, fromUserId: actor.userId, toUserId });
    return ok({ id });
  });
}

/** Accepts, declines or takes back a request; accepting hands the shifts over in the same transaction, where neither person is on then. */
export async function settleOffer(
  deps: Deps,
  actor: UserActor,
  requestId: string,
  verb: SwapCommand["do"],
): Promise<Result<undefined, Refusal>> {
  const groupId = actor.organisationId;
  const now = deps.clock.now();
  return deps.db.pgTx(async (tx) => {
    const found = await requests.lockRequest(tx, groupId, requestId);
    if (!found) return err(missing("request"));
    const decided = decideSwap(proposalOf(found, now), { do: verb, by: actor.userId }, now);
    if (!decided.ok) return err(refusal("conflict", decided.error));
    if (decided.value.state === "done") {
      const refused = await handOver(deps, tx, actor, found);
      if (refused) return err(refused);
    }
    await requests.settleRequest(tx, requestId, decided.value.state, actor.userId, now);
    await audit(tx, actor, [
      { action: `shift.${verb}`, organisationId: groupId, subject: found.fromUserId, detail: { id: requestId } },
    ]);
    const { fromUserId, toUserId } = found;
    await tell(tx, actor, "shift.settled", {
      ...{ id: requestId, groupId, shiftId: found.shift.id, fromUserId },
      ...{ toUserId: toUserId ?? actor.userId, outcome: decided.value.state },
    });
    return ok(undefined);
  });
}

function proposalOf(found: requests.RequestRow, now: number): Proposal {
  const { fromUserId, toUserId } = found;
  const settled: Record<requests.RequestRow["state"], SwapState> = {
    proposed: { state: "proposed" },
    done: { state: "done", by: "", at: now },
    declined: { state: "declined", by: "", at: now },
    withdrawn: { state: "withdrawn", at: now },
  };
  return {
    ...{ fromUserId, toUserId, startsAt: found.shift.startsAt, otherStartsAt: found.other?.startsAt ?? null },
    state: settled[found.state],
  };
}

async function handOver(deps: Deps, tx: Tx, actor: UserActor, found: requests.RequestRow): Promise<Refusal | null> {
  const { shift, other, fromUserId, groupId } = found;
  const now = deps.clock.now();
  await store.lockPeople(tx, [fromUserId, actor.userId]);
  // Looked at again under the lock: an operator may have given either shift away meanwhile.
  const [mine, theirs] = [
    await store.shiftById(tx, groupId, shift.id),
    other && (await store.shiftById(tx, groupId, other.id)),
  ];
  if (mine?.userId !== fromUserId || (other && theirs?.userId !== actor.userId))
    return refusal("conflict", "The shift has changed hands meanwhile.");
  const without = [shift.id, ...(other ? [other.id] : [])];
  const taker = { id: actor.userId, name: actor.name };
  const giver = { id: fromUserId, name: found.fromName };
  const clash =
    (await clashOf(tx, now, taker, shift, shift.timeZone, without)) ??
    (other ? await clashOf(tx, now, giver, other, other.timeZone, without) : null);
  if (clash) return clash;
  await store.giveShift(tx, shift.id, actor.userId);
  if (other) await store.giveShift(tx, other.id, fromUserId);
  await requests.dropRequestsOn(tx, without, now);
  await rosterChanged(
    tx,
    actor,
    { groupId, what: "shift", userIds: [fromUserId, actor.userId] },
    { action: "shift.handed_over", subject: fromUserId, detail: { shiftId: shift.id, to: actor.userId } },
  );
  return null;
}

/** To the two people, or to the whole group where whoever likes may take it. */
async function tell(
  tx: Tx,
  actor: UserActor,
  type: string,
  payload: { groupId: string; fromUserId: string; toUserId: string | null; [more: string]: unknown },
): Promise<void> {
  const { groupId, fromUserId, toUserId } = payload;
  const heard = toUserId ? [topics.user(fromUserId), topics.user(toUserId)] : [topics.group(groupId)];
  await appendEvents(tx, actor, [{ stream: `group:${groupId}`, type, payload, topics: heard }]);
}
