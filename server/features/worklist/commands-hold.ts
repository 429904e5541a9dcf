import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { EscalationPools } from "@readroom/shared/contract/http/worklist.js";
import { type Actor, may } from "@readroom/shared/domain/access.js";
import { MOST_HOLDS } from "@readroom/shared/domain/claim.js";
import { readingRight } from "@readroom/shared/domain/reading-right.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { studyTopics, topics } from "../../kernel/topics.js";
import { groupReaders, poolsOf } from "../roster/public.js";
import { applied, change, NOT_FOUND, type Reading, rightOf } from "./claiming.js";
import * as store from "./store.js";
import * as escalations from "./store-escalation.js";

type Done = Promise<Result<undefined, Refusal>>;

/** "One moment": keeps the study without heartbeats for a quarter of an hour at most, while the reader does another. */
export function hold(deps: Deps, actor: Actor, studyId: string, fence: number): Done {
  return change(deps, actor, studyId, "study.claim", async (tx, { reader, study }) => {
    if ((await escalations.holdsOf(tx, reader.userId, studyId)) >= MOST_HOLDS)
      return err(
        refusal("conflict", `You have ${MOST_HOLDS} studies on hold already.`, {
          action: "Go on with one of them, or return it to its pool.",
        }),
      );
    const done = await applied(deps, tx, actor, study, { do: "hold", by: reader.userId, fence }, { via: "hold" });
    return done.ok ? ok(undefined) : done;
  });
}

export function resume(deps: Deps, actor: Actor, studyId: string, fence: number): Done {
  return change(deps, actor, studyId, "study.claim", async (tx, { reader, study }) => {
    const done = await applied(deps, tx, actor, study, { do: "resume", by: reader.userId, fence }, { via: "resume" });
    return done.ok ? ok(undefined) : done;
  });
}

export interface Escalation {
  readonly fence: number;
  readonly poolId?: string | undefined;
  readonly toUserId?: string | undefined;
  readonly note: string;
}

/**
 * Asks for a subspecialist: the study goes to the head of that pool's lane, or to a named reader who may read it, and stays at the
 * head until it is signed. The draft stays. Its urgency and clock do not change: those are the hospital's.
 */
export function escalate(deps: Deps, actor: Actor, studyId: string, to: Escalation): Done {
  return change(deps, actor, studyId, "study.claim", async (tx, reading) => {
    const place = to.toUserId === undefined ? await poolPlace(deps, tx, reading, to.poolId ?? "") : null;
    if (place && !place.ok) return place;
    const given = to.toUserId === undefined ? null : await personMay(deps, tx, reading, to.toUserId);
    if (given && !given.ok) return given;
    const { reader, study } = reading;
    const command =
      to.toUserId === undefined
        ? ({ do: "release", by: reader.userId, fence: to.fence } as const)
        : ({ do: "hand_over", by: reader.userId, fence: to.fence, to: to.toUserId } as const);
    const done = await applied(deps, tx, actor, study, command, { via: "escalate", note: to.note });
    if (!done.ok) return done;
    await escalations.escalate(tx, studyId, reader.userId, deps.clock.now(), to.note, place?.ok ? place.value : null);
    await told(deps, tx, actor, reading, to);
    return ok(undefined);
  });
}

/** The pool and what is read there: the study's own subspecialty where the pool reads it, else the pool's first. */
async function poolPlace(
  deps: Deps,
  tx: store.Executor,
  { reader, study }: Reading,
  poolId: string,
): Promise<Result<escalations.Place, Refusal>> {
  const pool = (await poolsOf(tx, reader.organisationId)).find((one) => one.id === poolId);
  if (!pool) return err(refusal("not_found", "There is no such pool in your group."));
  const subspecialty = pool.subspecialties.includes(study.subspecialty)
    ? study.subspecialty
    : (pool.subspecialties[0] ?? study.subspecialty);
  if (
    pool.id === study.poolId &&
    subspecialty === study.subspecialty &&
    (await readersOf(deps, tx, reader.organisationId, pool.id)).length < 2
  )
    return err(refusal("conflict", `Nobody else reads in ${pool.name} now.`, { action: "Choose another pool." }));
  return ok({ poolId: pool.id, subspecialty });
}

async function personMay(deps: Deps, tx: store.Executor, { reader, study }: Reading, toUserId: string): Done {
  const to = await store.colleague(tx, toUserId, reader.organisationId);
  if (toUserId === reader.userId || !to?.roles.some((role) => role === "radiologist" || role === "resident"))
    return err(refusal("not_found", "There is no such reader in your group."));
  const right = await rightOf(deps, tx, toUserId, study);
  return right.ok ? ok(undefined) : right;
}

async function told(deps: Deps, tx: store.Executor, actor: Actor, { study }: Reading, to: Escalation): Promise<void> {
  const { id: studyId, organisationId, patientId } = study;
  const detail = { poolId: to.poolId ?? null, toUserId: to.toUserId ?? null };
  await audit(tx, actor, [{ action: "study.escalate", organisationId, studyId, patientId, detail }]);
  await appendEvents(tx as Parameters<typeof appendEvents>[0], actor, [
    {
      stream: `study:${studyId}`,
      type: "study.escalated",
      payload: { studyId, organisationId, ...detail, note: to.note, at: deps.clock.now() },
      topics: [...studyTopics(study), ...(to.toUserId ? [topics.user(to.toUserId)] : [])],
    },
  ]);
}

async function readersOf(deps: Deps, executor: store.Executor, groupId: string, poolId: string) {
  const now = deps.clock.now();
  return (await groupReaders(executor, groupId, now)).filter(
    ({ scope }) =>
      scope.poolIds.includes(poolId) && scope.shift && scope.shift.startsAt <= now && now < scope.shift.endsAt,
  );
}

/** Where the study may be escalated to, with how many of each pool's readers on shift have all the rights for it. */
export async function escalationPools(
  deps: Deps,
  actor: Actor,
  studyId: string,
): Promise<Result<EscalationPools, Refusal>> {
  const { pool: db } = deps.db;
  const study = await store.readStudy(db, studyId);
  if (actor.kind !== "user" || !study || study.groupId !== actor.organisationId) return err(NOT_FOUND);
  if (!may(actor, "study.claim", { hospitalId: study.organisationId, siteId: study.siteId, studyId }))
    return err(NOT_FOUND);
  const now = deps.clock.now();
  const [pools, readers] = await Promise.all([
    poolsOf(db, actor.organisationId),
    groupReaders(db, actor.organisationId, now),
  ]);
  return ok({
    pools: pools.map(({ id, name, subspecialties }) => {
      const subspecialty = subspecialties.includes(study.subspecialty)
        ? study.subspecialty
        : (subspecialties[0] ?? study.subspecialty);
      const readersNow = readers.filter(
        ({ userId, scope }) =>
          userId !== actor.userId &&
          scope.poolIds.includes(id) &&
          readingRight(scope, { ...study, subspecialty }, now).may,
      ).length;
      return { id, name, subspecialties: [...subspecialties], readersNow };
    }),
  });
}
