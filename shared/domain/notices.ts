import { DAY, HOUR, type Instant } from "../kernel/instant.js";
import { assertNever } from "../kernel/result.js";
import { may, type Role, type UserActor } from "./access.js";
import type { Urgency } from "./urgency.js";

/** What a person can be told of, in the order of the settings page. */
export const NOTICE_KINDS = [
  "critical",
  "handed_over",
  "escalated",
  "assignment",
  "invited",
  "mentioned",
  "stat_study",
  "clock_mine",
  "clock_pool",
  "results",
  "late_images",
  "credential",
  "rules",
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Ways to a person. "app": the bell. The others are on top of it. */
export const CHANNELS = ["app", "desktop", "sound", "push", "mail"] as const;
export type Channel = (typeof CHANNELS)[number];

export type NoticeChoice = Readonly<Record<NoticeKind, readonly Channel[]>>;

/** A study as notices look at it. No patient: a notice never names one. `what`: the procedure; `site`: its name. */
export interface NoticeStudy {
  readonly id: string;
  readonly organisationId: string;
  readonly siteId: string;
  readonly groupId: string | null;
  readonly poolId: string | null;
  readonly urgency: Urgency;
  readonly claimState: "open" | "held" | "done";
  readonly claimedBy: string | null;
  /** "none" | "draft" | "preliminary" | "final" | "addended" | "corrected" */
  readonly reportState: string;
  readonly routable: boolean;
  readonly deadline: Instant | null;
  readonly what: string;
  readonly site: string;
}

/** Somebody who may be told. reader: whether every hard constraint for reading this study is met now; null: no reader, or no study. */
export interface Listener {
  readonly actor: UserActor;
  readonly live: boolean;
  readonly reader: { readonly mayRead: boolean; readonly inPool: boolean } | null;
}

/** Something of which people are told. `occasion` tells one happening from the next about the same thing. */
export type Happening =
  | { readonly type: "stat_waiting"; readonly study: NoticeStudy }
  | { readonly type: "clock_running_out"; readonly study: NoticeStudy }
  | {
      readonly type: "handed_over" | "assigned" | "invited";
      readonly study: NoticeStudy;
      readonly to: string;
      readonly by: string;
      readonly occasion: string;
    }
  | {
      readonly type: "mentioned";
      readonly study: NoticeStudy;
      readonly to: readonly string[];
      readonly by: string;
      readonly occasion: string;
    }
  | {
      readonly type: "escalated";
      readonly study: NoticeStudy;
      /** null: to whoever may read it. */
      readonly to: string | null;
      readonly by: string;
      readonly byUserId: string | null;
      readonly occasion: string;
    }
  | {
      readonly type: "results_stuck";
      readonly study: NoticeStudy;
      readonly deliveryId: string;
      readonly how: "refused" | "ambiguous" | "gave_up" | "late";
    }
  | {
      readonly type: "critical_open";
      readonly study: NoticeStudy;
      readonly findingId: string;
      readonly raisedBy: string;
      readonly contact: string | null;
      /** Contacts tried before this one: from 1 on nobody has answered. */
      readonly step: number;
    }
  | {
      readonly type: "credential_expiring";
      readonly userId: string;
      readonly what: string;
      readonly days: number;
      readonly occasion: string;
    }
  | {
      readonly type: "late_images";
      readonly study: NoticeStudy;
      readonly signedBy: string | null;
      readonly occasion: string;
    }
  | {
      readonly type: "rules_published";
      readonly groupId: string;
      readonly by: string | null;
      readonly occasion: string;
    };

/** What is stored with a notice to word it later. */
export interface NoticeFacts {
  readonly what?: string;
  readonly site?: string;
  readonly siteId?: string;
  readonly urgency?: Urgency;
  readonly by?: string;
  readonly how?: string;
  readonly days?: number;
  readonly step?: number;
  readonly called?: boolean;
  readonly deadline?: Instant | null;
}

export interface NewNotice {
  readonly userId: string;
  readonly kind: NoticeKind;
  readonly subject: string;
  readonly occasion: string;
  readonly urgent: boolean;
  readonly studyId: string | null;
  readonly facts: NoticeFacts;
}

/** Who is told of a happening, and as what: at most one notice a person. Nobody who may not see what it is about. */
export function noticesFor(happening: Happening, people: readonly Listener[]): NewNotice[] {
  const told = new Set<string>();
  return people.flatMap((person) => {
    if (!person.live || told.has(person.actor.userId)) return [];
    const notice = noticeFor(happening, person);
    if (!notice) return [];
    told.add(person.actor.userId);
    return [{ userId: person.actor.userId, ...notice }];
  });
}

type Told = Omit<NewNotice, "userId"> | null;
const MINUTES_COUNT: readonly Urgency[] = ["critical", "stat"];
export const minutesCount = (study: Pick<NoticeStudy, "urgency">): boolean => MINUTES_COUNT.includes(study.urgency);

function noticeFor(happening: Happening, person: Listener): Told {
  const { actor } = person;
  switch (happening.type) {
    case "stat_waiting": {
      const { study } = happening;
      if (!minutesCount(study) || !mayTake(person, study)) return null;
      return about(study, "stat_study", "arrival", false);
    }
    case "clock_running_out":
      return clockNotice(happening.study, person);
    case "handed_over":
    case "assigned": {
      const { study, occasion, by } = happening;
      if (actor.userId !== happening.to || !seesStudy(actor, study)) return null;
      const kind = happening.type === "assigned" ? "assignment" : "handed_over";
      return about(study, kind, occasion, minutesCount(study), { by });
    }
    case "invited": {
      const { study, occasion, by } = happening;
      if (actor.userId !== happening.to || !seesStudy(actor, study)) return null;
      return about(study, "invited", occasion, minutesCount(study), { by });
    }
    case "mentioned": {
      const { study, occasion, by } = happening;
      if (!happening.to.includes(actor.userId) || !seesStudy(actor, study)) return null;
      return about(study, "mentioned", occasion, false, { by });
    }
    case "escalated": {
      const { study, to, occasion, by } = happening;
      if (actor.userId === happening.byUserId) return null;
      const wanted = to === null ? mayTake(person, study) : actor.userId === to && seesStudy(actor, study);
      return wanted ? about(study, "escalated", occasion, minutesCount(study), { by }) : null;
    }
    case "results_stuck": {
      const { study, deliveryId, how } = happening;
      if (!hasRole(actor, ["operator", "coordinator"]) || !seesStudy(actor, study, "delivery.read")) return null;
      return { ...about(study, "results", how, false, { how }), subject: `delivery:${deliveryId}` };
    }
    case "critical_open":
      return criticalNotice(happening, person);
    case "credential_expiring": {
      if (actor.userId !== happening.userId) return null;
      const { what, days, occasion } = happening;
      return { ...bare("credential", `credential:${what}`, occasion), facts: { what, days } };
    }
    case "late_images": {
      const { study, signedBy, occasion } = happening;
      const concerned = actor.userId === signedBy || hasRole(actor, ["operator"]);
      return concerned && seesStudy(actor, study) ? about(study, "late_images", occasion, false) : null;
    }
    case "rules_published": {
      const { groupId, by, occasion } = happening;
      const concerned = actor.organisationId === groupId && hasRole(actor, ["operator", "radiologist", "resident"]);
      return concerned && actor.userId !== by ? bare("rules", `rules:${groupId}`, occasion) : null;
    }
    default:
      return assertNever(happening);
  }
}

function clockNotice(study: NoticeStudy, person: Listener): Told {
  const occasion = `deadline:${study.deadline ?? ""}`;
  const facts = { deadline: study.deadline };
  if (study.claimState === "held") {
    const mine = study.claimedBy === person.actor.userId && seesStudy(person.actor, study);
    return mine ? about(study, "clock_mine", occasion, false, facts) : null;
  }
  const waits = study.claimState === "open" && !isReported(study);
  const watches = waits && hasRole(person.actor, ["operator"]) && seesStudy(person.actor, study);
  return watches || mayTake(person, study) ? about(study, "clock_pool", occasion, false, facts) : null;
}

function criticalNotice(happening: Extract<Happening, { type: "critical_open" }>, { actor }: Listener): Told {
  const { study, findingId, raisedBy, contact, step } = happening;
  if (!seesStudy(actor, study, "critical.read")) return null;
  const called = actor.userId === contact;
  const watches = step > 0 && (actor.userId === raisedBy || hasRole(actor, ["operator"]));
  if (!called && !watches) return null;
  const notice = about(study, "critical", `step:${step}`, true, { step, called });
  return { ...notice, subject: `critical:${findingId}` };
}

const about = (
  study: NoticeStudy,
  kind: NoticeKind,
  occasion: string,
  urgent: boolean,
  more: NoticeFacts = {},
): NonNullable<Told> => ({
  kind,
  subject: `study:${study.id}`,
  occasion,
  urgent,
  studyId: study.id,
  facts: { what: study.what, site: study.site, siteId: study.siteId, urgency: study.urgency, ...more },
});

const bare = (kind: NoticeKind, subject: string, occasion: string): NonNullable<Told> => ({
  kind,
  subject,
  occasion,
  urgent: false,
  studyId: null,
  facts: {},
});

const hasRole = (actor: UserActor, roles: readonly Role[]): boolean => actor.roles.some((role) => roles.includes(role));

/** Tenancy and right: one's own hospital's study, or one that is routed to one's own group. */
function seesStudy(
  actor: UserActor,
  study: NoticeStudy,
  action: "study.read" | "delivery.read" | "critical.read" = "study.read",
): boolean {
  const inGroup = actor.organisationKind === "hospital" || study.groupId === actor.organisationId;
  return inGroup && may(actor, action, { hospitalId: study.organisationId, siteId: study.siteId, studyId: study.id });
}

/** Could the person claim it this minute: open, in one of the person's pools, every credential held, on shift, not on a break? */
function mayTake(person: Listener, study: NoticeStudy): boolean {
  const open = study.claimState === "open" && study.routable && !isReported(study);
  return open && person.reader?.mayRead === true && person.reader.inPool && seesStudy(person.actor, study);
}

const isReported = ({ reportState }: NoticeStudy): boolean => ["final", "addended", "corrected"].includes(reportState);

/** What the thing behind a notice is like now. study null: gone, or the notice is about none. open: delivery, finding or late images still wait. */
export interface CauseNow {
  readonly study: NoticeStudy | null;
  readonly open: boolean;
}

/**
 * Does it still concern the person, now? Null: yes. Otherwise why not, in words. Asked when a notice is about to reach somebody and
 * whenever its cause changed, so that a right that was withdrawn silences what was already made.
 */
export function endedBecause(
  notice: Pick<NewNotice, "kind" | "studyId">,
  person: Listener,
  cause: CauseNow,
): string | null {
  if (!person.live) return "the account is closed";
  const { actor } = person;
  const { study } = cause;
  if (notice.studyId !== null && (!study || !seesStudy(actor, study, rightBehind(notice.kind))))
    return "no longer yours to see";
  switch (notice.kind) {
    case "stat_study":
      return study && mayTake(person, study) ? null : takenWords(study);
    case "clock_pool":
      if (study?.claimState === "open" && !isReported(study) && hasRole(actor, ["operator"])) return null;
      return study && mayTake(person, study) ? null : takenWords(study);
    case "clock_mine":
    case "handed_over":
    case "assignment":
      return study?.claimState === "held" && study.claimedBy === actor.userId ? null : "it is no longer yours";
    case "escalated": {
      if (!study || isReported(study)) return "reported";
      return study.claimState === "held" && study.claimedBy !== actor.userId ? "somebody has it" : null;
    }
    case "results":
    case "critical":
    case "late_images":
      return cause.open ? null : "settled";
    case "invited":
    case "mentioned":
    case "credential":
    case "rules":
      return null;
    default:
      return assertNever(notice.kind);
  }
}

const rightBehind = (kind: NoticeKind): "study.read" | "delivery.read" | "critical.read" =>
  kind === "results" ? "delivery.read" : kind === "critical" ? "critical.read" : "study.read";

const takenWords = (study: NoticeStudy | null): string =>
  study?.claimState === "held" ? "somebody has it" : study?.claimState === "done" ? "reported" : "no longer yours";

/** How long a notice says anything: afterwards it leaves the list unread. */
export const LASTS: Readonly<Record<NoticeKind, number>> = {
  critical: DAY,
  handed_over: 12 * HOUR,
  escalated: 12 * HOUR,
  assignment: 12 * HOUR,
  invited: 12 * HOUR,
  mentioned: 3 * DAY,
  stat_study: 4 * HOUR,
  clock_mine: 4 * HOUR,
  clock_pool: 4 * HOUR,
  results: 3 * DAY,
  late_images: 3 * DAY,
  credential: 14 * DAY,
  rules: DAY,
};
