import { randomUUID } from "node:crypto";
import type { NoticesReleased } from "@readroom/shared/contract/http/notices.js";
import type { Actor } from "@readroom/shared/domain/access.js";
import { choiceOf } from "@readroom/shared/domain/notice-choice.js";
import { bundled, type Detail, shieldHolds, speaksAt, wordsOf } from "@readroom/shared/domain/notice-delivery.js";
import { type CauseNow, endedBecause, type Happening, noticesFor } from "@readroom/shared/domain/notices.js";
import { assertNever } from "@readroom/shared/kernel/result.js";
import type { Deps } from "../../kernel/deps.js";
import { appendEvents } from "../../kernel/outbox.js";
import { topics } from "../../kernel/topics.js";
import * as store from "./store.js";
import {
  lastSpoken,
  type NewDispatch,
  noteSpoken,
  queueDispatches,
  type Spoken,
  spokenKey,
  subscriptionsOf,
} from "./store-dispatch.js";
import { Audience, type Executor } from "./store-people.js";

const SYSTEM: Actor = { kind: "system", name: "notices" };
type Tx = Parameters<typeof appendEvents>[0];
type Bundle = NoticesReleased["bundles"][number];

export interface Ways {
  /** Can the hub send mail at all? */
  readonly mail: boolean;
}

/** Makes the notices of a happening and brings them to whoever may hear of them now, in the caller's transaction. */
export async function tell(deps: Deps, tx: Tx, ways: Ways, happening: Happening, known?: Audience): Promise<void> {
  const now = deps.clock.now();
  const audience = known ?? new Audience(tx, now);
  const { organisations, people } = whomToAsk(happening);
  const asked = await audience.load(organisations, people);
  const study = "study" in happening ? await audience.study(happening.study.id) : null;
  const listeners = await Promise.all(asked.map((person) => audience.listener(person, study)));
  const chosen = new Map(asked.map((person) => [person.actor.userId, choiceOf(person.chosen, person.actor.roles)]));
  const made = noticesFor(happening, listeners).filter(
    ({ userId, kind }) => (chosen.get(userId)?.[kind].length ?? 0) > 0,
  );
  const told = await store.insertNotices(tx, made, now);
  await release(deps, tx, ways, told, audience);
}

function whomToAsk(happening: Happening): { organisations: string[]; people: string[] } {
  const group = "study" in happening && happening.study.groupId ? [happening.study.groupId] : [];
  const known = (...ids: (string | null)[]) => ids.filter((id) => id !== null);
  switch (happening.type) {
    case "stat_waiting":
    case "clock_running_out":
      return { organisations: group, people: [] };
    case "handed_over":
    case "assigned":
    case "invited":
      return { organisations: [], people: [happening.to] };
    case "mentioned":
      return { organisations: [], people: [...happening.to] };
    case "escalated":
      return happening.to ? { organisations: [], people: [happening.to] } : { organisations: group, people: [] };
    case "results_stuck":
      return { organisations: [...group, happening.study.organisationId], people: [] };
    case "critical_open":
      return { organisations: happening.step > 0 ? group : [], people: known(happening.raisedBy, happening.contact) };
    case "credential_expiring":
      return { organisations: [], people: [happening.userId] };
    case "late_images":
      return { organisations: group, people: known(happening.signedBy) };
    case "rules_published":
      return { organisations: [happening.groupId], people: [] };
    default:
      return assertNever(happening);
  }
}

/**
 * Brings what waits to its people: right and cause are asked again now, the shield holds what is not urgent behind an open report, the
 * rest becomes one message a kind. In one transaction: a notice reaches a person's screens once.
 */
export async function release(
  deps: Deps,
  tx: Tx,
  ways: Ways,
  userIds: readonly string[],
  known?: Audience,
): Promise<void> {
  if (userIds.length === 0) return;
  const now = deps.clock.now();
  const waiting = await store.lockUnreleased(tx, userIds, now);
  if (waiting.length === 0) return;
  const audience = known ?? new Audience(tx, now);
  const causes = await causesOf(tx, audience, waiting);
  const open = await store.openReports(tx, userIds, now);
  const ended: { id: string; because: string }[] = [];
  const held = new Set<string>();
  const free: store.NoticeRow[] = [];
  for (const notice of waiting) {
    const because = await endedNow(audience, notice, causes(notice));
    if (because !== null) ended.push({ id: notice.id, because });
    else if (shieldHolds(notice, open.get(notice.userId) ?? null, now)) held.add(notice.userId);
    else free.push(notice);
  }
  await store.endNotices(tx, ended, now);
  await store.markReleased(
    tx,
    free.map(({ id }) => id),
    now,
  );
  const rung = await ring(tx, ways, audience, free, now);
  await sayReleased(tx, rung);
  const silent = [...held].filter((userId) => !rung.has(userId));
  await sayChanged(tx, silent);
}

/** What each notice is about, as it is now. */
export async function causesOf(
  executor: Executor,
  audience: Audience,
  notices: readonly store.NoticeRow[],
): Promise<(notice: store.NoticeRow) => CauseNow> {
  await audience.loadStudies([...new Set(notices.flatMap(({ studyId }) => studyId ?? []))]);
  await audience.loadPeople([...new Set(notices.map(({ userId }) => userId))]);
  const open = await store.openSubjects(executor, [...new Set(notices.map(({ subject }) => subject))]);
  const studies = new Map<string, CauseNow["study"]>();
  for (const { studyId } of notices) if (studyId) studies.set(studyId, await audience.study(studyId));
  return (notice) => {
    const state = open.get(notice.subject);
    // "Nobody has answered" is over when somebody does; the one who is called is called until it is acknowledged.
    const unanswered = notice.kind !== "critical" || notice.facts.called === true || state === "notifying";
    return {
      study: notice.studyId ? (studies.get(notice.studyId) ?? null) : null,
      open: state !== undefined && unanswered,
    };
  };
}

export async function endedNow(audience: Audience, notice: store.NoticeRow, cause: CauseNow): Promise<string | null> {
  const person = audience.person(notice.userId);
  if (!person) return "the account is gone";
  const study = notice.studyId ? await audience.study(notice.studyId) : null;
  return endedBecause(notice, await audience.listener(person, study), cause);
}

/** What each person's screens do about the notices that reached them, and what leaves by push and mail. */
async function ring(
  tx: Tx,
  ways: Ways,
  audience: Audience,
  notices: readonly store.NoticeRow[],
  now: number,
): Promise<Map<string, Bundle[]>> {
  const byPerson = grouped(notices, ({ userId }) => userId);
  const ids = [...byPerson.keys()];
  const spoken = await lastSpoken(tx, ids);
  const pushable = new Set((await subscriptionsOf(tx, ids)).map(({ userId }) => userId));
  const said: Spoken[] = [];
  const leaving: NewDispatch[] = [];
  const rung = new Map<string, Bundle[]>();
  for (const [userId, own] of byPerson) {
    const person = audience.person(userId);
    if (!person) continue;
    const bundles: Bundle[] = [];
    for (const bundle of bundled(own)) {
      const { kind, urgent, notices: some } = bundle;
      const chosen = choiceOf(person.chosen, person.actor.roles)[kind];
      const at = (channel: "desktop" | "sound" | "push" | "mail") =>
        speaksAt(channel, urgent, spoken.get(spokenKey(userId, channel, kind)) ?? null, now);
      const loud = (channel: "desktop" | "sound") => chosen.includes(channel) && at(channel) <= now;
      for (const channel of ["desktop", "sound"] as const) if (loud(channel)) said.push({ userId, channel, kind });
      for (const channel of ["push", "mail"] as const)
        if (chosen.includes(channel) && (channel === "push" ? pushable.has(userId) : ways.mail))
          for (const { id } of some) leaving.push({ noticeId: id, userId, channel, kind, urgent, dueAt: at(channel) });
      const { title, body: detail, href } = wordsOf(kind, some, "full");
      const outside = wordsOf(kind, some, await outsideDetail(audience, some));
      bundles.push({
        ...{ kind, tag: tagOf(bundle), urgent, title, detail, href },
        outside: { title: outside.title, body: outside.body },
        ...{ desktop: loud("desktop"), sound: loud("sound") },
      });
    }
    rung.set(userId, bundles);
  }
  await noteSpoken(tx, said, now);
  await queueDispatches(tx, leaving);
  return rung;
}

const tagOf = ({ kind, notices }: { kind: string; notices: readonly { subject: string }[] }): string =>
  notices.length === 1 ? `${kind} ${notices[0]?.subject ?? ""}` : kind;

function grouped<T>(all: readonly T[], key: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const one of all) groups.set(key(one), [...(groups.get(key(one)) ?? []), one]);
  return groups;
}

/** What may be said where others can read it: as the strictest of the sites allows. */
export async function outsideDetail(
  audience: Audience,
  notices: readonly { readonly studyId: string | null }[],
): Promise<Detail> {
  for (const { studyId } of notices) {
    const study = studyId ? await audience.study(studyId) : null;
    if (studyId && study?.outsideText !== "procedure") return "none";
  }
  return "procedure";
}

// A stream of its own: nobody orders these, and two that share one would wait for each other.
const newStream = (): string => `notices:${randomUUID()}`;

/** People who hear the same are told in one event. */
async function sayReleased(tx: Tx, rung: ReadonlyMap<string, readonly Bundle[]>): Promise<void> {
  const same = grouped([...rung], ([, bundles]) => JSON.stringify(bundles));
  for (const [payload, people] of same) {
    const heard = people.map(([userId]) => topics.user(userId));
    const bundles: unknown = JSON.parse(payload);
    await appendEvents(tx, SYSTEM, [
      { stream: newStream(), type: "notices.released", payload: { bundles }, topics: heard },
    ]);
  }
}

/** Their lists or counts are others now; nothing rings. */
export async function sayChanged(tx: Tx, userIds: readonly string[]): Promise<void> {
  if (userIds.length === 0) return;
  const heard = userIds.map((userId) => topics.user(userId));
  await appendEvents(tx, SYSTEM, [{ stream: newStream(), type: "notices.changed", payload: {}, topics: heard }]);
}
