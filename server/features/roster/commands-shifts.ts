import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type { ShiftRequest } from "@readroom/shared/contract/http/roster.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { expand, patternInWords, type ShiftPattern } from "@readroom/shared/domain/roster/pattern.js";
import { firstOverlap, overlapInWords, patternOverlap, type Span } from "@readroom/shared/domain/roster/shifts.js";
import { addDays, dayOf, localInstant, startOfDay } from "@readroom/shared/domain/roster/zone.js";
import { DAY, type Instant } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import type { z } from "zod";
import type { Deps } from "../../kernel/deps.js";
import { rosterChanged } from "./announce.js";
import { missing } from "./policy.js";
import { dropRequestsOn } from "./store-requests.js";
import * as store from "./store-shifts.js";

type Tx = Parameters<Parameters<Deps["db"]["pgTx"]>[0]>[0];

/** How far ahead patterns are laid out as shifts: swaps and cover can be arranged that long before. */
export const AHEAD_DAYS = 35;
/** How far two patterns are compared: beyond a year both have gone through every week of each other and both changes of the clock. */
const COMPARED_DAYS = 400;

/** Adds shifts that come again, and lays out the next weeks at once. Refused in words where any would overlap another of the person's. */
export async function addPattern(
  deps: Deps,
  actor: Actor,
  groupId: string,
  userId: string,
  pattern: ShiftPattern,
): Promise<Result<{ id: string; shifts: number; skipped: number }, Refusal>> {
  const now = deps.clock.now();
  return withPerson(deps, groupId, userId, async (tx, person) => {
    const begins = Math.max(now, startOfDay(pattern.from, pattern.timeZone));
    const others = await store.patternsOf(tx, null, dayOf(now - DAY, pattern.timeZone), userId);
    const ahead = expand(pattern, begins, begins + COMPARED_DAYS * DAY);
    if (ahead.length === 0) return err(refusal("invalid", "This pattern has no shift from now on: check its days."));
    const clash =
      patternOverlap(others, pattern, begins, COMPARED_DAYS) ??
      firstOverlap(await store.spansOf(tx, userId, now), ahead);
    if (clash) return err(refusal("conflict", overlapInWords(person.name, clash.had, pattern.timeZone)));
    const id = await store.insertPattern(tx, userId, pattern);
    const laid = await layOut(tx, { ...pattern, id, userId, skipped: [] }, now);
    await rosterChanged(
      tx,
      actor,
      { groupId, what: "shift", userIds: [userId] },
      { action: "shift.pattern_add", subject: userId, detail: { id, pattern: patternInWords(pattern) } },
    );
    return ok({ id, ...laid });
  });
}

type ToLayOut = ShiftPattern & Pick<store.PatternRow, "id" | "userId" | "skipped">;

/** Lays out a pattern's shifts of the next weeks; again and again with the same outcome. A day on which another shift is in the way is noted. */
export async function layOut(tx: Tx, pattern: ToLayOut, now: Instant): Promise<{ shifts: number; skipped: number }> {
  const known = await store.laidOut(tx, pattern.id);
  for (const { day } of pattern.skipped) known.add(day);
  let [shifts, skipped] = [0, 0];
  for (const one of expand(pattern, now, now + AHEAD_DAYS * DAY)) {
    if (known.has(one.day)) continue;
    const { id: patternId, userId, kind, timeZone } = pattern;
    const made = await store.insertShift(tx, { ...one, userId, kind, timeZone, patternId, patternDay: one.day });
    if (made) shifts += 1;
    else {
      skipped += 1;
      await store.skipDay(tx, patternId, one.day, "another shift is in the way");
    }
  }
  return { shifts, skipped };
}

/** The last day on which a pattern's shift may start; what is laid out after it goes. */
export async function endPattern(
  deps: Deps,
  actor: Actor,
  groupId: string,
  id: string,
  lastDay: string,
): Promise<Result<undefined, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    const pattern = await store.patternById(tx, groupId, id);
    if (!pattern) return err(missing("pattern"));
    if (pattern.until !== null && lastDay > pattern.until)
      return err(refusal("invalid", `It ends on ${pattern.until} already.`, { action: "Add a new pattern instead." }));
    await store.lockPeople(tx, [pattern.userId]);
    await store.endPattern(tx, id, lastDay, deps.clock.now());
    await rosterChanged(
      tx,
      actor,
      { groupId, what: "shift", userIds: [pattern.userId] },
      { action: "shift.pattern_end", subject: pattern.userId, detail: { id, lastDay } },
    );
    return ok(undefined);
  });
}

/** One shift by the wall clock of its zone. studyId: the study that it is meant to rescue, for the audit trail. */
export async function addShift(
  deps: Deps,
  actor: Actor,
  groupId: string,
  request: z.output<typeof ShiftRequest>,
  studyId: string | null = null,
): Promise<Result<{ id: string }, Refusal>> {
  const { userId, kind, day, starts, ends, timeZone } = request;
  const endDay = ends > starts ? day : addDays(day, 1);
  const span = { startsAt: localInstant(day, starts, timeZone), endsAt: localInstant(endDay, ends, timeZone) };
  if (span.endsAt <= span.startsAt)
    return err(refusal("invalid", "The clock jumps over this shift that night: it would have no length."));
  if (span.endsAt <= deps.clock.now()) return err(refusal("invalid", "This shift is over already."));
  return withPerson(deps, groupId, userId, async (tx, person) => {
    const clash = await clashOf(tx, deps.clock.now(), person, span, timeZone);
    if (clash) return err(clash);
    const id = await store.insertShift(tx, { ...span, userId, kind, timeZone, patternId: null, patternDay: null });
    if (!id) return err(refusal("conflict", `${person.name} has a shift then already.`));
    await rosterChanged(
      tx,
      actor,
      { groupId, what: "shift", userIds: [userId] },
      { action: "shift.add", subject: userId, studyId, detail: { id, kind, ...span } },
    );
    return ok({ id });
  });
}

/** Takes a shift out; one that has begun ends now. The pattern that it came from stays without this day. */
export async function removeShift(
  deps: Deps,
  actor: Actor,
  groupId: string,
  id: string,
): Promise<Result<undefined, Refusal>> {
  const now = deps.clock.now();
  return deps.db.pgTx(async (tx) => {
    const shift = await store.shiftById(tx, groupId, id);
    if (!shift) return err(missing("shift"));
    if (shift.endsAt <= now) return err(refusal("conflict", "This shift is over: it stays in the record."));
    await store.lockPeople(tx, [shift.userId]);
    if (shift.startsAt < now) await store.endShift(tx, id, now);
    else {
      if (shift.patternId && shift.patternDay)
        await store.skipDay(tx, shift.patternId, shift.patternDay, "taken out by hand");
      await store.deleteShift(tx, id);
    }
    await rosterChanged(
      tx,
      actor,
      { groupId, what: "shift", userIds: [shift.userId] },
      { action: "shift.remove", subject: shift.userId, detail: { id, startsAt: shift.startsAt } },
    );
    return ok(undefined);
  });
}

/** Gives a shift to somebody else at once, as an operator may. */
export async function assignShift(
  deps: Deps,
  actor: Actor,
  groupId: string,
  id: string,
  userId: string,
): Promise<Result<undefined, Refusal>> {
  const now = deps.clock.now();
  return withPerson(deps, groupId, userId, async (tx, person) => {
    const shift = await store.shiftById(tx, groupId, id);
    if (!shift) return err(missing("shift"));
    if (shift.endsAt <= now) return err(refusal("conflict", "This shift is over."));
    if (shift.userId === userId) return ok(undefined);
    const clash = await clashOf(tx, now, person, shift, shift.timeZone);
    if (clash) return err(clash);
    await store.giveShift(tx, id, userId);
    await dropRequestsOn(tx, [id], now);
    await rosterChanged(
      tx,
      actor,
      { groupId, what: "shift", userIds: [shift.userId, userId] },
      { action: "shift.assign", subject: userId, detail: { id, from: shift.userId } },
    );
    return ok(undefined);
  });
}

/** Why a person can't have a span beside the shifts that they have; null where nothing is in the way. */
export async function clashOf(
  tx: Tx,
  now: Instant,
  person: { readonly id: string; readonly name: string },
  span: Span,
  zone: string,
  without: readonly string[] = [],
): Promise<Refusal | null> {
  const had = await store.spansOf(tx, person.id, Math.min(now, span.startsAt), without);
  const clash = firstOverlap(had, [span]);
  return clash && refusal("conflict", overlapInWords(person.name, clash.had, zone));
}

async function withPerson<T>(
  deps: Deps,
  groupId: string,
  userId: string,
  work: (tx: Tx, person: { id: string; name: string }) => Promise<Result<T, Refusal>>,
): Promise<Result<T, Refusal>> {
  return deps.db.pgTx(async (tx) => {
    await store.lockPeople(tx, [userId]);
    const person = await store.personOf(tx, groupId, userId);
    return person ? work(tx, person) : err(missing("reader"));
  });
}
