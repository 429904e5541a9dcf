import type { Role } from "./access.js";
import { CHANNELS, type Channel, NOTICE_KINDS, type NoticeChoice, type NoticeKind } from "./notices.js";

/** Kinds that always show in the bell: they are about the person, and somebody waits for them. */
export const ALWAYS_IN_APP: readonly NoticeKind[] = ["critical", "handed_over", "assignment", "invited", "credential"];

const READER: NoticeChoice = {
  critical: ["app", "desktop", "sound", "push"],
  handed_over: ["app", "desktop", "sound", "push"],
  escalated: ["app", "desktop", "sound"],
  assignment: ["app", "desktop", "sound", "push"],
  invited: ["app", "desktop", "sound"],
  mentioned: ["app", "desktop"],
  stat_study: ["app", "desktop", "sound"],
  clock_mine: ["app", "desktop"],
  clock_pool: ["app"],
  results: [],
  late_images: ["app"],
  credential: ["app", "mail"],
  rules: [],
};
const QUIET: NoticeChoice = {
  critical: ["app"],
  handed_over: ["app"],
  escalated: ["app"],
  assignment: ["app"],
  invited: ["app"],
  mentioned: ["app"],
  stat_study: [],
  clock_mine: [],
  clock_pool: [],
  results: [],
  late_images: [],
  credential: ["app", "mail"],
  rules: [],
};
const BY_ROLE: Readonly<Record<Role, NoticeChoice>> = {
  radiologist: READER,
  resident: READER,
  operator: {
    ...QUIET,
    critical: ["app", "desktop", "sound"],
    escalated: ["app"],
    clock_pool: ["app", "desktop"],
    results: ["app", "desktop"],
    late_images: ["app"],
    rules: ["app"],
  },
  referrer: { ...QUIET, critical: ["app", "desktop", "sound", "push", "mail"], invited: ["app", "desktop", "sound"] },
  coordinator: { ...QUIET, results: ["app"] },
  administrator: QUIET,
  integration: QUIET,
};

/** What somebody hears before choosing: what any of their roles would. */
export function defaultChoice(roles: readonly Role[]): NoticeChoice {
  const entries = NOTICE_KINDS.map((kind) => {
    const wanted = CHANNELS.filter((channel) => roles.some((role) => BY_ROLE[role][kind].includes(channel)));
    return [kind, wanted] as const;
  });
  return keptInApp(Object.fromEntries(entries) as Record<NoticeKind, Channel[]>);
}

/** A choice as it counts: known kinds only, what a person left out as by default, and never less than ALWAYS_IN_APP. */
export function choiceOf(stored: Readonly<Record<string, unknown>> | null, roles: readonly Role[]): NoticeChoice {
  const standard = defaultChoice(roles);
  if (!stored) return standard;
  const entries = NOTICE_KINDS.map((kind) => {
    const chosen = stored[kind];
    return [kind, Array.isArray(chosen) ? CHANNELS.filter((channel) => chosen.includes(channel)) : standard[kind]];
  });
  return keptInApp(Object.fromEntries(entries) as Record<NoticeKind, readonly Channel[]>);
}

function keptInApp(choice: Readonly<Record<NoticeKind, readonly Channel[]>>): NoticeChoice {
  const kept = NOTICE_KINDS.map((kind) => {
    const channels = choice[kind];
    const must = ALWAYS_IN_APP.includes(kind) && !channels.includes("app");
    return [kind, must ? ["app" as const, ...channels] : channels] as const;
  });
  return Object.fromEntries(kept) as unknown as NoticeChoice;
}

/** Kinds that can concern somebody of these roles: the rows of the settings page. */
export function kindsFor(roles: readonly Role[]): NoticeKind[] {
  const reads = roles.some((role) => role === "radiologist" || role === "resident");
  const operates = roles.includes("operator");
  return NOTICE_KINDS.filter((kind) => {
    switch (kind) {
      case "critical":
        return reads || operates || roles.includes("referrer");
      case "invited":
        return reads || roles.includes("referrer");
      case "results":
        return operates || roles.includes("coordinator");
      case "clock_pool":
      case "late_images":
      case "rules":
        return reads || operates;
      default:
        return reads;
    }
  });
}
