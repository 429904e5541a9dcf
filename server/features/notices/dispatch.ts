import { choiceOf } from "@readroom/shared/domain/notice-choice.js";
import { wordsOf } from "@readroom/shared/domain/notice-delivery.js";
import { MINUTE, SECOND } from "@readroom/shared/kernel/instant.js";
import type { Deps } from "../../kernel/deps.js";
import type { NoticePorts, PushMessage, Sent } from "./ports.js";
import type { NoticeRow } from "./store.js";
import * as queue from "./store-dispatch.js";
import { Audience, type Person } from "./store-people.js";
import { causesOf, endedNow, outsideDetail } from "./tell.js";

const MOST_ATTEMPTS = 8;
const pauseAfter = (attempts: number): number => Math.min(30 * MINUTE, 5 * SECOND * 2 ** attempts);

/**
 * Sends what is due by push and mail. Everything of one person, channel and kind leaves as one message; what was read, cleared or is no
 * longer theirs since then is dropped. An attempt is written down before it is made: a hub that is killed in between may send a message
 * twice, and never loses one.
 */
export async function dispatchDue(deps: Deps, ports: NoticePorts): Promise<void> {
  for (const group of await queue.dueGroups(deps.db.pool, deps.clock.now())) await dispatch(deps, ports, group);
}

interface Prepared {
  readonly ids: readonly string[];
  readonly attempts: number;
  readonly person: Person;
  readonly message: PushMessage;
}

async function dispatch(deps: Deps, ports: NoticePorts, group: queue.DueGroup): Promise<void> {
  const prepared = await deps.db.tx((tx) => prepare(deps, tx, group));
  if (!prepared) return;
  const { ids, person, message } = prepared;
  const sent =
    group.channel === "mail"
      ? await byMail(ports, person, message, ids[0] ?? "")
      : await byPush(deps, ports, group.userId, message);
  const now = deps.clock.now();
  if (sent.ok) return queue.setDispatches(deps.db.pool, ids, { state: "sent", now });
  const over = sent.permanent || prepared.attempts + 1 >= MOST_ATTEMPTS;
  await queue.setDispatches(deps.db.pool, ids, { state: over ? "failed" : "waiting", error: sent.reason, now });
  if (over) deps.log.warn({ channel: group.channel, reason: sent.reason }, "a notice could not be delivered");
}

/** What is still to be said, with this attempt counted and the next one put off; null where nothing is. */
async function prepare(
  deps: Deps,
  tx: Parameters<typeof queue.lockGroup>[0],
  group: queue.DueGroup,
): Promise<Prepared | null> {
  const now = deps.clock.now();
  const rows = await queue.lockGroup(tx, group);
  const audience = new Audience(tx, now);
  await audience.loadPeople([group.userId]);
  const person = audience.person(group.userId);
  const notices = rows.flatMap(({ notice }) => notice ?? []);
  const causes = await causesOf(tx, audience, notices);
  const wanted = person ? choiceOf(person.chosen, person.actor.roles)[notices[0]?.kind ?? "stat_study"] : [];
  const dropped: string[] = [];
  const kept: { dispatchId: string; attempts: number; notice: NoticeRow }[] = [];
  for (const { dispatchId, attempts, notice } of rows) {
    const still =
      notice?.state === "unread" &&
      notice.snoozedUntil === null &&
      wanted.includes(group.channel) &&
      (await endedNow(audience, notice, causes(notice))) === null;
    if (notice && still) kept.push({ dispatchId, attempts, notice });
    else dropped.push(dispatchId);
  }
  await queue.setDispatches(tx, dropped, { state: "dropped", now });
  const [first, ...rest] = kept;
  if (!first || !person) return null;
  const attempts = Math.max(...kept.map((one) => one.attempts));
  const ids = kept.map(({ dispatchId }) => dispatchId);
  await queue.setDispatches(tx, ids, { state: "waiting", dueAt: now + pauseAfter(attempts), now, attempted: true });
  await queue.noteSpoken(tx, [group], now);
  const some = [first.notice, ...rest.map(({ notice }) => notice)] as const;
  const { title, body, href } = wordsOf(first.notice.kind, some, await outsideDetail(audience, some));
  const tag = kept.length === 1 ? first.notice.subject : group.kind;
  return { ids, attempts, person, message: { title, body, href, tag, urgent: first.notice.urgent } };
}

export async function byMail(ports: NoticePorts, person: Person, message: PushMessage, id: string): Promise<Sent> {
  if (!ports.mail) return { ok: false, permanent: true, reason: "the hub has no mail server" };
  const link = ports.publicUrl
    ? `\n${ports.publicUrl.replace(/\/$/, "")}${message.href}\n`
    : "\nOpen Readroom to see it.\n";
  const why = "You chose to be told of this by mail: change it in Readroom under Notifications.";
  const text = `${[message.title, message.body].filter(Boolean).join("\n")}\n${link}\n${why}\n`;
  return ports.mail.send({ to: person.email, subject: message.title, text, messageId: `<notice-${id}@readroom>` });
}

/** To every browser of the person; a subscription that its service no longer knows is forgotten. One that took it is enough. */
export async function byPush(deps: Deps, ports: NoticePorts, userId: string, message: PushMessage): Promise<Sent> {
  const targets = await queue.subscriptionsOf(deps.db.pool, [userId]);
  const keys = await queue.vapidKeys(deps.db.pool, () => ports.push.makeKeys());
  let result: Sent = { ok: false, permanent: true, reason: "no browser takes push messages any more" };
  for (const target of targets) {
    const sent = await ports.push.send(keys, target, message);
    if (sent.ok) result = sent;
    else if (sent.permanent) await queue.dropSubscription(deps.db.pool, userId, target.endpoint);
    else if (!result.ok) result = sent;
  }
  return result;
}
