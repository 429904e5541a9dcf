import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { ReaderForStudy, RescueView } from "@readroom/shared/contract/http/operations.js";
import { type Actor, may, type UserActor } from "@readroom/shared/domain/access.js";
import { PAUSE_WORDS } from "@readroom/shared/domain/clock-pause.js";
import { isOnlyAway, readingRight } from "@readroom/shared/domain/reading-right.js";
import { dayOf, timeOf } from "@readroom/shared/domain/roster/zone.js";
import { HOUR, MINUTE } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";
import { addShift, changeSite, type GroupReader, groupReaders, type PoolRow, poolsOf } from "../roster/public.js";
import { verdict } from "../routing/public.js";
import { NOTED, SETTLED_BY_NOTE } from "./attention.js";
import { loadOf, nobodyBecause } from "./board.js";
import * as store from "./store.js";

const NOT_FOUND = refusal("not_found", "There is no such study.");
type Done = Promise<Result<undefined, Refusal>>;

/** Who could read one study and why each other may not, which pools it could go to, and how its clock stands. */
export async function rescueView(deps: Deps, actor: UserActor, studyId: string): Promise<Result<RescueView, Refusal>> {
  const { pool } = deps.db;
  const now = deps.clock.now();
  const study = await store.studyOf(pool, studyId);
  if (!study || !mine(actor, study)) return err(NOT_FOUND);
  const groupId = actor.organisationId;
  const [readers, load, pools, paused] = await Promise.all([
    groupReaders(pool, groupId, now),
    store.loadOf(pool, groupId, now),
    poolsOf(pool, groupId, now),
    store.pausedOf(pool, groupId, studyId),
  ]);
  const judged = readers.map((reader) => ({ reader, right: readingRight(reader.scope, study, now) }));
  const members = judged.filter(({ reader }) => study.poolId !== null && reader.scope.poolIds.includes(study.poolId));
  const ready = members.filter(({ right }) => right.may);
  const away = members.filter(({ right }) => isOnlyAway(right.against));
  const [still] = paused;
  return ok({
    serverNow: now,
    studyId,
    summary: summaryOf(
      study,
      ready.map(({ reader }) => reader.name),
      members.length,
      away.length,
    ),
    routing: study.routing,
    urgency: study.urgency,
    urgencyReason: study.urgencyReason,
    poolSetByHand: study.poolOverride !== null,
    paused: still ? { ...still, words: PAUSE_WORDS[still.reason] } : null,
    readers: judged
      .map(({ reader, right }) => ({
        ...forStudy(study, reader, pools, loadOf(reader, load.get(reader.userId), now)),
        standing: right.may ? ("eligible" as const) : isOnlyAway(right.against) ? ("away" as const) : ("no" as const),
        reasons: [...verdict(reader, right, study.siteName).reasons],
        mayStart:
          !right.may && right.against.every(({ reason }) => reason === "off_shift" || reason === "on_call_only"),
      }))
      .sort((a, b) => order(a) - order(b) || a.holding - b.holding || a.name.localeCompare(b.name)),
    pools: pools.map(({ id, name, openNow }) => {
      const own = judged.filter(({ reader }) => reader.scope.poolIds.includes(id));
      return {
        ...{ id, name, open: openNow, current: id === study.poolId },
        readyNow: own.filter(({ right }) => right.may).length,
        credentialed: own.filter(({ right }) => isOnlyAway(right.against)).length,
      };
    }),
  });
}

const STANDINGS = { eligible: 0, away: 2, no: 4 } as const;
const order = (reader: Pick<ReaderForStudy, "standing" | "inPool">): number =>
  STANDINGS[reader.standing] + (reader.inPool ? 0 : 1);

/** A study of the actor's own group and of a hospital that it may see; anything else answers like one that does not exist. */
const mine = (actor: UserActor, study: store.RescuedStudy): boolean =>
  study.groupId === actor.organisationId &&
  may(actor, "study.route", { hospitalId: study.organisationId, siteId: study.siteId, studyId: study.id });

function summaryOf(study: store.RescuedStudy, ready: readonly string[], members: number, away: number): string {
  if (study.poolId === null) return "It is in no pool: nobody is offered it.";
  if (ready.length === 0) return nobodyBecause(study.poolName, members, away);
  const [first = "", ...others] = ready;
  return others.length === 0
    ? `Of ${study.poolName} only ${first} can read it now.`
    : `${ready.length} readers of ${study.poolName} can read it now.`;
}

function forStudy(
  study: store.RescuedStudy,
  { scope }: GroupReader,
  pools: readonly PoolRow[],
  load: ReturnType<typeof loadOf>,
): Omit<ReaderForStudy, "standing" | "reasons" | "mayStart"> {
  const { id, name, shortName, colour, holding, rvu, rvuCapacity } = load;
  return {
    ...{ id, name, shortName, colour, rvu, rvuCapacity },
    inPool: study.poolId !== null && scope.poolIds.includes(study.poolId),
    pools: pools.filter((pool) => scope.poolIds.includes(pool.id)).map((pool) => pool.name),
    holding: holding.length,
    holdsIt: study.claimedBy === id,
    onUntil: load.shiftEndsAt ?? load.onCallUntil,
  };
}

/** A shift that is added at night is of at least so long: shorter than a break it rescues nothing. */
const SHORTEST = 15 * MINUTE;
const LONGEST = 12 * HOUR;

/** Puts a reader on shift from now on. studyId: the study for which it was done, for the audit trail. */
export async function putOnShift(
  deps: Deps,
  actor: UserActor,
  userId: string,
  request: { until: number; studyId?: string | undefined },
): Promise<Result<{ id: string }, Refusal>> {
  const { pool } = deps.db;
  const now = deps.clock.now();
  const group = await store.groupOf(pool, actor.organisationId);
  if (!group) return err(refusal("forbidden", "The roster belongs to a reading group."));
  const { until, studyId } = request;
  if (until - now < SHORTEST || until - now > LONGEST)
    return err(refusal("invalid", "A shift that begins now ends between 15 minutes and 12 hours from now."));
  const study = studyId === undefined ? null : await store.studyOf(pool, studyId);
  if (studyId !== undefined && (!study || !mine(actor, study))) return err(NOT_FOUND);
  const zone = group.timeZone;
  return addShift(
    deps,
    actor,
    group.id,
    {
      ...{ userId, kind: "shift" as const, day: dayOf(now, zone), timeZone: zone },
      ...{ starts: timeOf(now, zone), ends: timeOf(until, zone) },
    },
    study?.id ?? null,
  );
}

/** Names the system that a site's results go to; its hospital is told. */
export async function setReceiver(
  deps: Deps,
  actor: Actor,
  siteId: string,
  to: { host: string; port: number },
): Promise<Result<undefined, Refusal>> {
  const changed = await changeSite(deps, actor, siteId, { resultHost: to.host, resultPort: to.port });
  return changed.ok ? ok(undefined) : changed;
}

/** What an operator did about an entry of the short list. Only entries that the hub can't see mended are settled by words. */
export function note(
  deps: Deps,
  actor: UserActor,
  entry: { kind: (typeof NOTED)[number]; id: string; note: string; settles: boolean },
): Done {
  const { kind, id: subject, settles } = entry;
  return deps.db.pgTx(async (tx) => {
    if (settles ? !SETTLED_BY_NOTE.includes(kind) : ![...SETTLED_BY_NOTE, ...NOTED].includes(kind))
      return err(refusal("conflict", "A note does not clear this: its cause must go."));
    const [groupId, at] = [actor.organisationId, deps.clock.now()];
    await store.insertNote(tx, {
      ...{ groupId, kind, subject, note: entry.note, settles, at },
      ...{ byId: actor.userId, byName: actor.name },
    });
    const action = settles ? "operations.settle" : "operations.note";
    await audit(tx, actor, [{ action, organisationId: groupId, subject, detail: { kind } }]);
    await appendEvents(tx, actor, [
      {
        stream: `group:${groupId}`,
        type: "operations.noted",
        payload: { groupId, kind, subject, settles },
        topics: [topics.group(groupId)],
      },
    ]);
    return ok(undefined);
  });
}
