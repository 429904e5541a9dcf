import { type Instant, MINUTE, SECOND } from "../kernel/instant.js";
import { assertNever } from "../kernel/result.js";
import type { Channel, NoticeFacts, NoticeKind } from "./notices.js";

/** An open report holds notices back for this long after its tab was last heard of: a dead tab holds nothing for ever. */
export const READING_LEASE = 45 * SECOND;
/** Clients say so on this beat: two may go missing. */
export const READING_BEAT = 15 * SECOND;

/** A report that somebody has open, claimed and not yet signed. */
export interface OpenReport {
  readonly studyId: string;
  readonly until: Instant;
}

/**
 * The interruption shield: while a report is open and not signed, what is not urgent waits. Urgent ones always come through: an
 * unanswered critical finding, and what is handed to one where minutes count.
 */
export const shieldHolds = (notice: { readonly urgent: boolean }, open: OpenReport | null, now: Instant): boolean =>
  !notice.urgent && open !== null && now < open.until;

/** How long a channel is silent about one kind after it spoke of it. The bell never is. */
export const PAUSES: Readonly<Record<Channel, number>> = {
  app: 0,
  desktop: 20 * SECOND,
  sound: 20 * SECOND,
  push: MINUTE,
  mail: 10 * MINUTE,
};

/** What is not urgent leaves the house only if it stays unread for so long. */
export const GRACE: Readonly<Record<Channel, number>> = {
  app: 0,
  desktop: 0,
  sound: 0,
  push: 10 * SECOND,
  mail: MINUTE,
};

/** The earliest moment at which a channel speaks of a notice. Urgent ones are not put off. */
export function speaksAt(channel: Channel, urgent: boolean, lastSpokeAt: Instant | null, now: Instant): Instant {
  if (urgent) return now;
  return Math.max(now + GRACE[channel], lastSpokeAt === null ? 0 : lastSpokeAt + PAUSES[channel]);
}

export interface Bundled<N> {
  readonly kind: NoticeKind;
  readonly urgent: boolean;
  readonly notices: readonly [N, ...N[]];
}

/** Notices of one kind become one message ("4 stat studies waiting"), urgent ones first. */
export function bundled<N extends { readonly kind: NoticeKind; readonly urgent: boolean }>(
  notices: readonly N[],
): Bundled<N>[] {
  const groups = new Map<string, Bundled<N>>();
  for (const notice of notices) {
    const key = `${notice.urgent ? 0 : 1} ${notice.kind}`;
    const group = groups.get(key);
    groups.set(key, {
      kind: notice.kind,
      urgent: notice.urgent,
      notices: group ? [...group.notices, notice] : [notice],
    });
  }
  return [...groups.values()].sort((a, b) => Number(b.urgent) - Number(a.urgent));
}

export interface Words {
  readonly title: string;
  readonly body: string;
  /** Where it leads, below the hub's address. */
  readonly href: string;
}

/** outside: leaves the hub (push, mail, the desktop's own list); "none" says only that something waits. Never the patient. */
export type Detail = "full" | "procedure" | "none";

/** One notice or several of one kind as a message. Full detail is for the hub's own pages. */
export function wordsOf(
  kind: NoticeKind,
  notices: readonly [
    { readonly studyId: string | null; readonly facts: NoticeFacts },
    ...{ readonly studyId: string | null; readonly facts: NoticeFacts }[],
  ],
  detail: Detail,
): Words {
  const [{ facts, studyId }] = notices;
  const n = notices.length;
  const one = n === 1;
  const place = one && detail !== "none" ? [facts.what, facts.site].filter(Boolean).join(" · ") : "";
  const by = one && detail === "full" && facts.by ? ` by ${facts.by}` : "";
  const words = (title: string, body: string, href: string): Words => ({ title, body, href });
  const inList = one && studyId ? `/worklist?study=${studyId}` : "/worklist";
  const inRoom = one && studyId ? `/read/${studyId}` : "/worklist";
  switch (kind) {
    case "stat_study":
      return words(one ? "A stat study is waiting" : `${n} stat studies waiting`, place, inList);
    case "clock_mine":
      return words(
        one ? "A quarter of your study's time is left" : `Time runs out on ${n} of your studies`,
        place,
        inRoom,
      );
    case "clock_pool":
      return words(one ? "Time runs out on an open study" : `Time runs out on ${n} open studies`, place, inList);
    case "handed_over":
      return words(one ? `A study was handed to you${by}` : `${n} studies were handed to you`, place, inRoom);
    case "assignment":
      return words(one ? `A study was assigned to you${by}` : `${n} studies were assigned to you`, place, inRoom);
    case "invited":
      return words(one ? `You are asked into a room${by}` : `You are asked into ${n} rooms`, place, inRoom);
    case "mentioned":
      return words(one ? `You are named in a comment${by}` : `You are named in ${n} comments`, place, inRoom);
    case "escalated":
      return words(one ? `A study was escalated to you${by}` : `${n} studies were escalated to you`, place, inRoom);
    case "critical": {
      const title = facts.called
        ? "You are being called about a critical finding"
        : one
          ? "Nobody has answered a critical finding"
          : `${n} critical findings are unanswered`;
      return words(title, place, inRoom === "/worklist" ? inRoom : `${inRoom}?tab=room`);
    }
    case "results":
      return words(
        one ? (RESULTS[facts.how ?? "late"] ?? "A result has not arrived") : `${n} results need somebody`,
        place,
        "/operations#in-and-out",
      );
    case "late_images":
      return words(
        one ? "Images arrived after signing" : `Images arrived after signing on ${n} studies`,
        place,
        inRoom,
      );
    case "credential":
      return credentialWords(facts, one && detail !== "none", n);
    case "rules":
      return words("Routing rules were published", "", "/worklist");
    default:
      return assertNever(kind);
  }
}

const RESULTS: Readonly<Record<string, string>> = {
  refused: "A result was refused by the receiver",
  ambiguous: "Nobody knows whether a result arrived",
  gave_up: "A result was given up",
  late: "A result is not acknowledged",
};

function credentialWords({ what, days }: NoticeFacts, named: boolean, n: number): Words {
  const href = "/settings/notifications";
  if (!named || !what) return { title: n > 1 ? `${n} credentials end soon` : "A credential ends soon", body: "", href };
  const when = days === undefined ? "soon" : days <= 0 ? "today" : days === 1 ? "tomorrow" : `in ${days} days`;
  return {
    title: `${what} ends ${when}`,
    body: "After that day studies that need it are no longer given to you.",
    href,
  };
}
