import type { Refusal } from "@readroom/shared/contract/errors.js";
import type {
  ExpiringList,
  MyRoster,
  PatternView,
  ReaderView,
  RosterWeek,
  ShiftView,
} from "@readroom/shared/contract/http/roster.js";
import type { UserActor } from "@readroom/shared/domain/access.js";
import { announcements, daysLeft, THRESHOLDS } from "@readroom/shared/domain/roster/expiry.js";
import { patternInWords } from "@readroom/shared/domain/roster/pattern.js";
import { isOpen } from "@readroom/shared/domain/roster/pools.js";
import { coverage, covers } from "@readroom/shared/domain/roster/shifts.js";
import { addDays, dayOf, startOfDay } from "@readroom/shared/domain/roster/zone.js";
import { DAY, HOUR, type Instant } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { AHEAD_DAYS } from "./commands-shifts.js";
import { missing } from "./policy.js";
import * as people from "./store-people.js";
import { pools } from "./store-pools.js";
import { openRequests } from "./store-requests.js";
import * as shifts from "./store-shifts.js";

export async function readerViews(deps: Deps, groupId: string): Promise<ReaderView[]> {
  const now = deps.clock.now();
  return (await people.peopleOf(deps.db.pool, groupId)).map((row) => readerView(row, now));
}

export async function readerById(deps: Deps, groupId: string, userId: string): Promise<Result<ReaderView, Refusal>> {
  const [row] = await people.peopleOf(deps.db.pool, groupId, userId);
  return row ? ok(readerView(row, deps.clock.now())) : err(missing("reader"));
}

function readerView(row: people.PersonRow, now: Instant): ReaderView {
  return {
    ...row,
    licences: row.licences.map((licence) => withDays(licence, now)),
    privileges: row.privileges.map((privilege) => withDays(privilege, now)),
  };
}

function withDays<C extends people.StoredCredential>({ validFrom, validTo, ...credential }: C, now: Instant) {
  const left = daysLeft({ validTo, zone: credential.timeZone }, now);
  const state = validTo <= now ? "expired" : validFrom > now ? "coming" : left <= SOON ? "expiring" : "valid";
  return {
    ...credential,
    firstDay: dayOf(validFrom, credential.timeZone),
    lastDay: dayOf(validTo - 1, credential.timeZone),
    daysLeft: left,
    state,
  } as const;
}
const SOON = Math.max(...THRESHOLDS);

/** What runs out within 60 days, or has within the last 30, and has not been renewed. */
export async function expiring(deps: Deps, groupId: string): Promise<ExpiringList> {
  const now = deps.clock.now();
  const rows = await people.endingCredentials(deps.db.pool, groupId, now - 30 * DAY);
  const due = new Set(announcements(rows, new Map(), now).map(({ credentialId }) => credentialId));
  return {
    credentials: rows
      .filter(({ id }) => due.has(id))
      .map(({ kind, id, userId, name, coversName, validTo, zone }) => ({
        ...{ kind, id, userId, name, covers: coversName, lastDay: dayOf(validTo - 1, zone) },
        daysLeft: daysLeft({ validTo, zone }, now),
      })),
  };
}

export async function week(
  deps: Deps,
  groupId: string,
  query: { from: string; days: number },
): Promise<Result<RosterWeek, Refusal>> {
  const { pool } = deps.db;
  const group = await people.groupById(pool, groupId);
  if (!group) return err(missing("reading group"));
  const { timeZone } = group;
  const startsAt = startOfDay(query.from, timeZone);
  const endsAt = startOfDay(addDays(query.from, query.days), timeZone);
  const [readers, laid, patterns, requests, lanes] = await Promise.all([
    people.peopleOf(pool, groupId),
    shifts.shiftsOf(pool, groupId, startsAt, endsAt),
    shifts.patternsOf(pool, groupId, query.from),
    openRequests(pool, groupId, deps.clock.now()),
    pools(pool, groupId),
  ]);
  const speed = new Map(readers.map(({ userId, profile }) => [userId, profile?.rvuPerHour ?? 0]));
  return ok({
    ...{ timeZone, from: query.from, startsAt, endsAt },
    readers: readers
      .filter(({ disabled }) => !disabled)
      .map(({ userId, name, shortName, colour, profile }) => ({
        ...{ userId, name, shortName, colour },
        rvuPerHour: profile?.rvuPerHour ?? 0,
      })),
    shifts: laid.map(shiftView),
    patterns: patterns.map(patternView),
    requests,
    coverage: lanes.map((lane) => ({
      ...{ poolId: lane.id, name: lane.name },
      ...coverOf(lane, laid, speed, startsAt, endsAt),
    })),
  });
}

function coverOf(
  lane: Awaited<ReturnType<typeof pools>>[number],
  laid: readonly ShiftView[],
  speed: ReadonlyMap<string, number>,
  from: Instant,
  to: Instant,
) {
  const hours = coverage(lane.memberIds, laid, from, to);
  const members = new Set(lane.memberIds);
  const capacity = hours.map(({ at }) =>
    laid
      .filter((one) => one.kind === "shift" && members.has(one.userId) && covers(one, at + HOUR / 2))
      .reduce((sum, one) => sum + (speed.get(one.userId) ?? 0), 0),
  );
  return {
    onShift: hours.map(({ onShift }) => onShift),
    onCall: hours.map(({ onCall }) => onCall),
    capacity,
    open: hours.map(({ at }) => isOpen(lane.openingHours, lane.timeZone, at + HOUR / 2)),
  };
}

const shiftView = ({ patternDay: _day, ...shift }: shifts.ShiftRow): ShiftView => shift;

const patternView = (row: shifts.PatternRow): PatternView => ({
  ...{ id: row.id, userId: row.userId, kind: row.kind, words: patternInWords(row) },
  ...{ from: row.from, until: row.until, skipped: row.skipped },
});

/** A reader's own credentials and shifts, and the colleagues' shifts of the coming weeks, so that a swap can be asked for. */
export async function mine(deps: Deps, actor: UserActor): Promise<Result<MyRoster, Refusal>> {
  const { pool } = deps.db;
  const groupId = actor.organisationId;
  const now = deps.clock.now();
  const group = await people.groupById(pool, groupId);
  const readers = await people.peopleOf(pool, groupId);
  const me = readers.find(({ userId }) => userId === actor.userId);
  if (!group || !me) return err(missing("reader"));
  const [laid, patterns, requests, lanes] = await Promise.all([
    shifts.shiftsOf(pool, groupId, now - DAY, now + AHEAD_DAYS * DAY),
    shifts.patternsOf(pool, groupId, dayOf(now, group.timeZone), actor.userId),
    openRequests(pool, groupId, now, actor.userId),
    pools(pool, groupId),
  ]);
  const colleagues = readers.filter(({ userId, disabled }) => userId !== actor.userId && !disabled);
  return ok({
    timeZone: group.timeZone,
    me: readerView(me, now),
    pools: lanes.filter(({ id }) => me.poolIds.includes(id)).map(({ id, name }) => ({ id, name })),
    shifts: laid.filter(({ userId, endsAt }) => userId === actor.userId && endsAt > now).map(shiftView),
    patterns: patterns.map(patternView),
    requests,
    colleagues: colleagues.map(({ userId, name, shortName, colour }) => ({ userId, name, shortName, colour })),
    colleagueShifts: laid.filter(({ userId, startsAt }) => userId !== actor.userId && startsAt > now).map(shiftView),
  });
}

export async function groupZone(deps: Deps, groupId: string): Promise<string> {
  return (await people.groupById(deps.db.pool, groupId))?.timeZone ?? "UTC";
}
