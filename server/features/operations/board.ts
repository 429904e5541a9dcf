import type { Refusal } from "@readroom/shared/contract/errors.js";
import { refusal } from "@readroom/shared/contract/errors.js";
import type { OperationsView, PoolLane, ReaderLoad } from "@readroom/shared/contract/http/operations.js";
import type { WorklistRow } from "@readroom/shared/contract/http/worklist.js";
import { mayRole, type UserActor } from "@readroom/shared/domain/access.js";
import { PAUSE_WORDS } from "@readroom/shared/domain/clock-pause.js";
import { isOnlyAway, readingRight } from "@readroom/shared/domain/reading-right.js";
import type { OpeningHours } from "@readroom/shared/domain/roster/pools.js";
import { HOUR, type Instant } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { expiring, type GroupReader, groupReaders, type PoolRow, poolsOf } from "../roster/public.js";
import { rowsWhere, topSeq } from "../worklist/public.js";
import { attentionList, type Queues } from "./attention.js";
import * as store from "./store.js";
import * as queues from "./store-attention.js";

const MOST_ROWS = 5000;

/** The board as it stands. withRows false: everything but the studies, which a screen that has them gets as patches. */
export async function board(deps: Deps, actor: UserActor, withRows: boolean): Promise<Result<OperationsView, Refusal>> {
  const groupId = actor.organisationId;
  const { pool } = deps.db;
  const serverNow = deps.clock.now();
  const group = await store.groupOf(pool, groupId);
  if (!group) return err(refusal("forbidden", "The board belongs to a reading group."));
  const seq = await topSeq(pool);
  // Administrators see the board without its patients.
  const rows = withRows && mayRole(actor, "worklist.read") ? await openRows(deps, groupId, seq) : [];
  const [counts, pools, hours, readers, load, paused, notes] = await Promise.all([
    store.countsOf(pool, groupId, serverNow),
    poolsOf(pool, groupId, serverNow),
    store.hoursOf(pool, groupId),
    groupReaders(pool, groupId, serverNow),
    store.loadOf(pool, groupId, serverNow),
    store.pausedOf(pool, groupId),
    store.notesOf(pool, groupId),
  ]);
  const attention = await queuesOf(deps, actor, readers, serverNow);
  if (withRows)
    await audit(pool, actor, [
      { action: "operations.read", organisationId: groupId, detail: { studies: rows.length } },
    ]);
  const loads = readers.map((reader) => loadOf(reader, load.get(reader.userId), serverNow));
  return ok({
    ...{ serverNow, seq, group },
    pools: pools.map((lane) => laneOf(lane, pools, hours.get(lane.id)?.hours ?? [], counts.get(lane.id), loads)),
    readers: loads,
    attention: attentionList(attention, notes, (action) => mayRole(actor, action), serverNow),
    paused: paused.map((one) => ({ ...one, words: PAUSE_WORDS[one.reason] })),
    rows,
    truncated: rows.length === MOST_ROWS,
  });
}

const openRows = (deps: Deps, groupId: string, seq: number): Promise<WorklistRow[]> =>
  rowsWhere(
    deps.db.pool,
    "s.group_id = $1::uuid AND (s.report_state IN ('none', 'draft', 'preliminary') OR s.claim_state = 'held')",
    [groupId],
    seq,
    { limit: MOST_ROWS },
  );

async function queuesOf(deps: Deps, actor: UserActor, readers: readonly GroupReader[], now: Instant): Promise<Queues> {
  const { pool } = deps.db;
  const { organisationId: groupId, hospitalIds } = actor;
  const [
    [criticals, unroutable, unmatched, undelivered, withoutReceiver, incidents],
    [messages, failedReactions, lateImages, clocks, credentials, kinds],
  ] = await Promise.all([
    Promise.all([
      queues.criticals(pool, groupId, now),
      queues.unroutable(pool, groupId),
      queues.unmatched(pool, groupId),
      queues.undelivered(pool, groupId, now),
      queues.withoutReceiver(pool, groupId, now),
      queues.incidents(pool, hospitalIds),
    ]),
    Promise.all([
      queues.rejectedMessages(pool, hospitalIds, now),
      queues.failedReactions(pool, groupId),
      queues.lateImages(pool, groupId),
      queues.skewedClocks(pool, hospitalIds),
      expiring(deps, groupId),
      store.waitingKinds(pool, groupId),
    ]),
  ]);
  return {
    ...{ criticals, unroutable, unmatched, undelivered, withoutReceiver, incidents, messages, failedReactions },
    ...{ lateImages, clocks, credentials: credentials.credentials },
    withoutReader: kinds.flatMap((kind) => withoutReader(kind, readers, now)),
  };
}

/** A kind of waiting studies where nobody of the pool may read it at this moment, with why in a sentence. */
export function withoutReader(
  kind: store.WaitingKind,
  readers: readonly GroupReader[],
  now: Instant,
): (store.WaitingKind & { because: string })[] {
  const members = readers.filter(({ scope }) => scope.poolIds.includes(kind.poolId));
  const rights = members.map(({ scope }) => readingRight(scope, kind, now));
  if (rights.some(({ may }) => may)) return [];
  return [
    { ...kind, because: nobodyBecause(kind.pool, members.length, rights.filter((r) => isOnlyAway(r.against)).length) },
  ];
}

/** Why nobody of a pool can read something: none is in it, none has the credentials, or those who have are not there. */
export function nobodyBecause(pool: string, members: number, onlyAway: number): string {
  if (members === 0) return `Nobody reads in ${pool}.`;
  if (onlyAway === 0) return `Nobody in ${pool} holds licence, privileges and subspecialty for it.`;
  return `${onlyAway === 1 ? "One reader" : `${onlyAway} readers`} of ${pool} could read it, and ${onlyAway === 1 ? "is" : "none is"} ${onlyAway === 1 ? "not " : ""}there now.`;
}

function laneOf(
  lane: PoolRow,
  all: readonly PoolRow[],
  hours: readonly OpeningHours[],
  counts: store.CountRow | undefined,
  readers: readonly ReaderLoad[],
): PoolLane {
  const { id, code, name, subspecialties, openNow, opensAt, fallbackPoolId } = lane;
  return {
    ...{ id, code, name, subspecialties: [...subspecialties], openNow, opensAt },
    ...{ open: 0, held: 0, atRisk: 0, late: 0, ...counts },
    hours: hours.map(hoursInWords).join("; "),
    fallback: all.find((pool) => pool.id === fallbackPoolId)?.name ?? null,
    readersOnShift: readers.filter((reader) => reader.onShift && reader.poolIds.includes(id)).length,
  };
}

const DAYS = ["", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** "Mon–Fri 07:00–19:00", "Sat, Sun 09:00–13:00". */
export function hoursInWords({ weekdays, from, to }: OpeningHours): string {
  const days = [...weekdays].sort();
  const [first = 1, last = 1] = [days[0], days[days.length - 1]];
  const run = days.length > 2 && last - first === days.length - 1;
  const words =
    days.length === 7 ? "daily" : run ? `${DAYS[first]}–${DAYS[last]}` : days.map((day) => DAYS[day]).join(", ");
  return `${words} ${from}–${to}`;
}

export function loadOf(reader: GroupReader, load: store.LoadRow | undefined, now: Instant): ReaderLoad {
  const { userId: id, name, shortName, colour, title, scope } = reader;
  const current = (work: { startsAt: Instant; endsAt: Instant } | null | undefined) =>
    work && work.startsAt <= now && now < work.endsAt ? work : null;
  const shift = current(scope.shift);
  return {
    ...{ id, name, shortName, colour, title },
    poolIds: [...scope.poolIds],
    onShift: shift !== null,
    onBreak: scope.onBreak,
    shiftStartsAt: shift?.startsAt ?? null,
    shiftEndsAt: shift?.endsAt ?? null,
    onCallUntil: current(scope.onCall)?.endsAt ?? null,
    holding: load?.holding ?? [],
    signed: load?.signed ?? 0,
    rvu: Math.round((load?.rvu ?? 0) * 10) / 10,
    rvuCapacity: shift && load ? capacityOf(load, shift.endsAt - shift.startsAt) : null,
    online: load?.online ?? false,
  };
}

const capacityOf = (load: store.LoadRow, span: number): number =>
  Math.round(load.maxRvu ?? (load.rvuPerHour * span) / HOUR);
