import type { ActOnNotices, NoticesView, NoticeView } from "@readroom/shared/contract/http/notices.js";
import type { Channel, NoticeKind } from "@readroom/shared/domain/notices.js";

export const KIND_WORDS: Readonly<Record<NoticeKind, { name: string; when: string }>> = {
  critical: { name: "Critical findings", when: "You are called about one, or nobody has answered" },
  handed_over: { name: "Handed to me", when: "A colleague gives you a study" },
  escalated: { name: "Escalated to me", when: "A colleague asks for your subspecialty" },
  assignment: { name: "Assigned to me", when: "A pool or the operator gives you a study" },
  invited: { name: "Asked into a room", when: "A colleague asks you into a study's room" },
  mentioned: { name: "Named in a comment", when: "A colleague names you in the talk about a report or a mark" },
  stat_study: { name: "Stat and stroke studies", when: "One arrives that you may read" },
  clock_mine: { name: "Clock of my study", when: "A quarter of the time is left" },
  clock_pool: { name: "Clocks in my pools", when: "A quarter of the time is left and nobody has it" },
  results: { name: "Results", when: "One is refused, or not acknowledged for ten minutes" },
  late_images: { name: "Late images", when: "Images arrive after a report was signed" },
  credential: { name: "My credentials", when: "A licence or privilege ends soon" },
  rules: { name: "Routing rules", when: "A new set is published" },
};

export const CHANNEL_WORDS: Readonly<Record<Channel, string>> = {
  app: "Bell",
  desktop: "Desktop",
  sound: "Sound",
  push: "Push",
  mail: "Mail",
};

export interface Group {
  readonly label: string;
  readonly notices: readonly NoticeView[];
}

/** Urgent first, then by kind with the newest kind first, what is silenced for a while last. */
export function grouped(view: NoticesView): Group[] {
  const quiet = view.notices.filter((notice) => notice.snoozedUntil !== null);
  const loud = view.notices.filter((notice) => notice.snoozedUntil === null);
  const urgent = loud.filter((notice) => notice.urgent && !notice.read);
  const groups = new Map<NoticeKind, NoticeView[]>();
  for (const notice of loud)
    if (!urgent.includes(notice)) groups.set(notice.kind, [...(groups.get(notice.kind) ?? []), notice]);
  return [
    ...(urgent.length > 0 ? [{ label: "Now", notices: urgent }] : []),
    ...[...groups].map(([kind, notices]) => ({ label: KIND_WORDS[kind].name, notices })),
    ...(quiet.length > 0 ? [{ label: "Quiet for now", notices: quiet }] : []),
  ];
}

/** What the bell says to somebody who can't see it. */
export function bellLabel(view: NoticesView | undefined): string {
  if (!view) return "Notices";
  const parts = [
    view.unread === 0 ? "no unread notices" : `${view.unread} unread ${view.unread === 1 ? "notice" : "notices"}`,
    ...(view.waiting > 0 ? [waitingWords(view.waiting)] : []),
  ];
  return `Notices: ${parts.join(", ")}`;
}

export const waitingWords = (waiting: number): string => `${waiting} waiting until you sign`;

/** The list as it will be once the hub has done it. */
export function afterAct(view: NoticesView, { ids, act, minutes }: ActOnNotices): NoticesView {
  const meant = (notice: NoticeView) => ids === undefined || ids.includes(notice.id);
  const until = view.serverNow + (minutes ?? 0) * 60_000;
  const notices = view.notices.flatMap((notice): NoticeView[] => {
    if (!meant(notice)) return [notice];
    if (act === "dismiss") return [];
    if (act === "snooze") return [{ ...notice, read: false, snoozedUntil: until }];
    return [{ ...notice, read: act === "read" }];
  });
  const unread = notices.filter((notice) => !notice.read && notice.snoozedUntil === null).length;
  return { ...view, notices, unread };
}

export type Permission = "granted" | "denied" | "default" | "unsupported";

/** What the browser allows, and what to do about it. */
export function permissionWords(permission: Permission): string {
  switch (permission) {
    case "granted":
      return "This browser shows Readroom's notices on your desktop.";
    case "default":
      return "This browser has not been asked yet whether Readroom may show notices on your desktop.";
    case "denied":
      return "Notices are blocked in this browser. Open the settings of this site (the sign before the address), allow notifications and come back.";
    case "unsupported":
      return "This browser shows no desktop notices here: it has none, or this address is not encrypted (https).";
  }
}
