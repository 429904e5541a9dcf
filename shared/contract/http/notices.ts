import { z } from "zod";
import { CHANNELS, NOTICE_KINDS } from "../../domain/notices.js";

const Id = z.guid();
const Ms = z.number().int();
const Kind = z.enum(NOTICE_KINDS);
const ChannelName = z.enum(CHANNELS);

/** One thing that a person is told. detail: procedure and site; never the patient. href: a path of the hub's own pages. */
export const NoticeView = z.object({
  id: Id,
  kind: Kind,
  urgent: z.boolean(),
  title: z.string(),
  detail: z.string(),
  href: z.string(),
  studyId: Id.nullable(),
  at: Ms,
  read: z.boolean(),
  snoozedUntil: Ms.nullable(),
});
export type NoticeView = z.infer<typeof NoticeView>;

/** waiting: held back until the open report is signed. */
export const NoticesView = z.object({
  serverNow: Ms,
  notices: z.array(NoticeView),
  unread: z.number().int(),
  waiting: z.number().int(),
});
export type NoticesView = z.infer<typeof NoticesView>;

/** ids left out: all that are on the list. "snooze" needs until; at most a day. "dismiss" takes them off the list. */
export const ActOnNotices = z.object({
  ids: z.array(Id).min(1).max(500).optional(),
  act: z.enum(["read", "unread", "dismiss", "snooze"]),
  minutes: z.number().int().min(1).max(1440).optional(),
});
export type ActOnNotices = z.infer<typeof ActOnNotices>;

const Channels = z.record(z.string().max(40), z.array(ChannelName).max(CHANNELS.length));

/** available: whether the hub can use the channel at all. always: kinds that can't be taken off the bell. */
export const NoticeSettings = z.object({
  kinds: z.array(Kind),
  always: z.array(Kind),
  channels: Channels,
  defaults: Channels,
  isDefault: z.boolean(),
  available: z.object({ mail: z.boolean(), push: z.boolean() }),
  email: z.string(),
  push: z.object({ publicKey: z.string(), devices: z.array(z.object({ id: Id, device: z.string(), since: Ms })) }),
});
export type NoticeSettings = z.infer<typeof NoticeSettings>;

/** channels null: back to the defaults. */
export const SaveNoticeSettings = z.object({ channels: Channels.nullable() });

export const TestChannel = z.object({ channel: z.enum(["push", "mail"]) });
export const TestAnswer = z.object({ sent: z.number().int() });

const Key = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9_-]+=*$/);
/** As the browser's PushSubscription.toJSON() gives it (W3C Push API). */
export const SubscribePush = z.object({
  endpoint: z.url({ protocol: /^https$/ }).max(1000),
  keys: z.object({ p256dh: Key, auth: Key }),
});
export type SubscribePush = z.infer<typeof SubscribePush>;
export const UnsubscribePush = z.object({ endpoint: z.string().max(1000) });

/** outsideText: what push, mail and desktop texts may say about this site's studies. */
export const NoticeSites = z.object({
  sites: z.array(z.object({ id: Id, name: z.string(), outsideText: z.enum(["none", "procedure"]) })),
});
export type NoticeSites = z.infer<typeof NoticeSites>;
export const SaveNoticeSite = z.object({ siteId: Id, outsideText: z.enum(["none", "procedure"]) });

/** Socket message "notices.reading": which claimed study this tab has open; null: none any more. Said again on a beat. */
export const ReadingNow = z.object({ tab: z.string().min(1).max(64), studyId: Id.nullable() });

/** Payload of the event "notices.released" on the person's topic: what to show on the desktop and sound now. */
export const NoticesReleased = z.object({
  bundles: z.array(
    z.object({
      kind: Kind,
      /** Messages of the same tag replace each other on the desktop. */
      tag: z.string(),
      urgent: z.boolean(),
      title: z.string(),
      detail: z.string(),
      href: z.string(),
      /** What may stand on the desktop, where others can read it. */
      outside: z.object({ title: z.string(), body: z.string() }),
      desktop: z.boolean(),
      sound: z.boolean(),
    }),
  ),
});
export type NoticesReleased = z.infer<typeof NoticesReleased>;
