import { type Refusal, refusal } from "@readroom/shared/contract/errors.js";
import type {
  ActOnNotices,
  NoticeSettings,
  NoticeSites,
  NoticesView,
  SubscribePush,
} from "@readroom/shared/contract/http/notices.js";
import { type Actor, type UserActor, visibleHospitals } from "@readroom/shared/domain/access.js";
import { ALWAYS_IN_APP, choiceOf, defaultChoice, kindsFor } from "@readroom/shared/domain/notice-choice.js";
import { wordsOf } from "@readroom/shared/domain/notice-delivery.js";
import { NOTICE_KINDS, type NoticeKind } from "@readroom/shared/domain/notices.js";
import { MINUTE } from "@readroom/shared/kernel/instant.js";
import { err, ok, type Result } from "@readroom/shared/kernel/result.js";
import { audit } from "../../kernel/audit.js";
import type { Deps } from "../../kernel/deps.js";
import { byMail, byPush } from "./dispatch.js";
import type { NoticePorts } from "./ports.js";
import * as store from "./store.js";
import * as settings from "./store-dispatch.js";
import { Audience, type Person } from "./store-people.js";
import { causesOf, endedNow, sayChanged } from "./tell.js";

const NOBODY = refusal("forbidden", "Only people have notices.");
type Out<T> = Promise<Result<T, Refusal>>;

async function personOf(deps: Deps, actor: Actor): Promise<{ actor: UserActor; person: Person } | null> {
  if (actor.kind !== "user") return null;
  const audience = new Audience(deps.db.pool, deps.clock.now());
  await audience.loadPeople([actor.userId]);
  const person = audience.person(actor.userId);
  return person ? { actor, person } : null;
}

const inBell = ({ actor, chosen }: Person): NoticeKind[] => {
  const choice = choiceOf(chosen, actor.roles);
  return NOTICE_KINDS.filter((kind) => choice[kind].includes("app"));
};

/** The person's list. What may no longer be heard is left out, also in the moment before it is taken off. */
export async function list(deps: Deps, who: Actor): Out<NoticesView> {
  const found = await personOf(deps, who);
  if (!found) return err(NOBODY);
  const { userId } = found.actor;
  const now = deps.clock.now();
  const kinds = inBell(found.person);
  const [rows, waiting] = await Promise.all([
    store.listOf(deps.db.pool, userId, kinds),
    store.waitingOf(deps.db.pool, userId, kinds),
  ]);
  const audience = new Audience(deps.db.pool, now);
  const causes = await causesOf(deps.db.pool, audience, rows);
  const notices: NoticesView["notices"] = [];
  for (const row of rows) {
    if ((await endedNow(audience, row, causes(row))) !== null) continue;
    const { title, body: detail, href } = wordsOf(row.kind, [row], "full");
    const { id, kind, urgent, studyId, at, snoozedUntil } = row;
    notices.push({ id, kind, urgent, title, detail, href, studyId, at, snoozedUntil, read: row.state === "read" });
  }
  const unread = notices.filter((notice) => !notice.read && notice.snoozedUntil === null).length;
  return ok({ serverNow: now, notices, unread, waiting });
}

export async function act(deps: Deps, who: Actor, body: ActOnNotices): Out<undefined> {
  if (who.kind !== "user") return err(NOBODY);
  if (body.act === "snooze" && body.minutes === undefined)
    return err(refusal("invalid", "Say for how many minutes it is to be quiet."));
  const now = deps.clock.now();
  await deps.db.tx(async (tx) => {
    const until = now + (body.minutes ?? 0) * MINUTE;
    const changed = await store.act(tx, who.userId, body.ids ?? null, body.act, until, now);
    if (changed > 0) await sayChanged(tx, [who.userId]);
  });
  return ok(undefined);
}

export async function readSettings(deps: Deps, ports: NoticePorts, who: Actor): Out<NoticeSettings> {
  const found = await personOf(deps, who);
  if (!found) return err(NOBODY);
  const { person } = found;
  const { roles } = person.actor;
  const keys = await settings.vapidKeys(deps.db.pool, () => ports.push.makeKeys());
  const devices = await settings.subscriptionsOf(deps.db.pool, [found.actor.userId]);
  const mutable = (choice: ReturnType<typeof choiceOf>) =>
    Object.fromEntries(NOTICE_KINDS.map((kind) => [kind, [...choice[kind]]]));
  return ok({
    kinds: kindsFor(roles),
    always: [...ALWAYS_IN_APP],
    channels: mutable(choiceOf(person.chosen, roles)),
    defaults: mutable(defaultChoice(roles)),
    isDefault: person.chosen === null,
    available: { mail: ports.mail !== null, push: true },
    email: person.email,
    push: { publicKey: keys.publicKey, devices: devices.map(({ id, device, since }) => ({ id, device, since })) },
  });
}

export async function saveSettings(deps: Deps, who: Actor, channels: Record<string, string[]> | null): Out<undefined> {
  if (who.kind !== "user") return err(NOBODY);
  const choice = channels === null ? null : choiceOf(channels, who.roles);
  await deps.db.tx(async (tx) => {
    await settings.saveChoice(tx, who.userId, choice);
    const silenced = choice ? NOTICE_KINDS.filter((kind) => choice[kind].length === 0) : [];
    await audit(tx, who, [
      {
        action: "notices.choose",
        organisationId: who.organisationId,
        subject: `user:${who.userId}`,
        detail: { silenced },
      },
    ]);
    await sayChanged(tx, [who.userId]);
  });
  return ok(undefined);
}

const TEST = {
  title: "This is a test",
  body: "Readroom can reach you this way.",
  href: "/settings/notifications",
  tag: "test",
  urgent: false,
};

/** One message to oneself, now and not by the queue: somebody waits for it. */
export async function test(
  deps: Deps,
  ports: NoticePorts,
  who: Actor,
  channel: "push" | "mail",
): Out<{ sent: number }> {
  const found = await personOf(deps, who);
  if (!found) return err(NOBODY);
  if (channel === "mail" && !ports.mail)
    return err(refusal("unsupported", "This hub has no mail server.", { action: "An administrator can name one." }));
  const sent =
    channel === "mail"
      ? await byMail(ports, found.person, TEST, `test-${deps.clock.now()}`)
      : await byPush(deps, ports, found.actor.userId, TEST);
  if (sent.ok) return ok({ sent: 1 });
  deps.log.warn({ channel, reason: sent.reason }, "a test message could not be delivered");
  return err(
    refusal(
      "unavailable",
      channel === "mail" ? "The mail server did not take the message." : `Nothing was sent: ${sent.reason}.`,
      {
        action: "Try again in a moment, or choose another way.",
      },
    ),
  );
}

export async function subscribe(
  deps: Deps,
  ports: NoticePorts,
  who: Actor,
  body: SubscribePush,
  agent: string,
): Out<undefined> {
  if (who.kind !== "user") return err(NOBODY);
  if (!ports.push.accepts(body.endpoint))
    return err(refusal("invalid", "This browser's push service is not one that the hub sends to."));
  await deps.db.tx(async (tx) => {
    await settings.saveSubscription(tx, who.userId, body, deviceOf(agent));
    await audit(tx, who, [
      { action: "notices.subscribe", organisationId: who.organisationId, subject: `user:${who.userId}` },
    ]);
  });
  return ok(undefined);
}

export async function unsubscribe(deps: Deps, who: Actor, endpoint: string): Out<undefined> {
  if (who.kind !== "user") return err(NOBODY);
  await settings.dropSubscription(deps.db.pool, who.userId, endpoint);
  return ok(undefined);
}

/** "Chrome on Windows": enough to know one's devices apart. */
function deviceOf(agent: string): string {
  const browser = /Edg\//.test(agent)
    ? "Edge"
    : /Firefox\//.test(agent)
      ? "Firefox"
      : /Chrome\//.test(agent)
        ? "Chrome"
        : /Safari\//.test(agent)
          ? "Safari"
          : "A browser";
  const system =
    /Android/.exec(agent)?.[0] ?? /iPhone|iPad/.exec(agent)?.[0] ?? /Windows|Mac OS|Linux/.exec(agent)?.[0];
  return system ? `${browser} on ${system === "Mac OS" ? "Mac" : system}` : browser;
}

export async function sites(deps: Deps, who: Actor): Out<NoticeSites> {
  const rows = await settings.siteTexts(deps.db.pool, visibleHospitals(who));
  return ok({ sites: rows.map(({ id, name, outsideText }) => ({ id, name, outsideText })) });
}

export async function saveSite(
  deps: Deps,
  who: Actor,
  siteId: string,
  outsideText: "none" | "procedure",
): Out<undefined> {
  return deps.db.tx(async (tx) => {
    const site = (await settings.siteTexts(tx, visibleHospitals(who))).find(({ id }) => id === siteId);
    if (!site) return err(refusal("not_found", "There is no such site."));
    await settings.saveSiteText(tx, siteId, outsideText);
    await audit(tx, who, [
      {
        action: "notices.site_text",
        organisationId: site.organisationId,
        subject: `site:${siteId}`,
        detail: { outsideText },
      },
    ]);
    return ok(undefined);
  });
}
