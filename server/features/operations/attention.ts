import type { AttentionEntry, AttentionKind, ClearingAction } from "@readroom/shared/contract/http/operations.js";
import type { ExpiringList } from "@readroom/shared/contract/http/roster.js";
import type { Action } from "@readroom/shared/domain/access.js";
import { skewInWords } from "@readroom/shared/domain/clock-skew.js";
import type { Instant } from "@readroom/shared/kernel/instant.js";
import type { NoteRow, WaitingKind } from "./store.js";
import type { SkewedClock, Waiting, WaitingFinding } from "./store-attention.js";

export interface Queues {
  readonly criticals: readonly WaitingFinding[];
  readonly unroutable: readonly Waiting[];
  /** Kinds of waiting studies that nobody of their pool may read now. */
  readonly withoutReader: readonly (WaitingKind & { readonly because: string })[];
  readonly unmatched: readonly Waiting[];
  readonly undelivered: readonly Waiting[];
  readonly withoutReceiver: readonly Waiting[];
  readonly incidents: readonly Waiting[];
  readonly messages: readonly Waiting[];
  readonly failedReactions: readonly Waiting[];
  readonly lateImages: readonly Waiting[];
  readonly clocks: readonly SkewedClock[];
  readonly credentials: ExpiringList["credentials"];
}

/** An action with the right that it takes: those that the caller has not are not offered. */
type Offered = ClearingAction & { readonly needs: Action };
type Found = Omit<AttentionEntry, "actions" | "notes"> & { readonly actions: readonly Offered[] };

/**
 * Everything that waits for a person, the worst first, then the oldest; each with what clears it. What was noted stands beside its entry; an
 * entry that was settled stays away until its cause comes again.
 */
export function attentionList(
  queues: Queues,
  notes: readonly NoteRow[],
  allowed: (action: Action) => boolean,
  now: Instant,
): AttentionEntry[] {
  const found = [
    ...queues.criticals.map(critical),
    ...queues.unroutable.map(unroutable),
    ...queues.withoutReader.map((one) => withoutReader(one, now)),
    ...queues.unmatched.map(unmatched),
    ...queues.undelivered.map(undelivered),
    ...queues.withoutReceiver.map(withoutReceiver),
    ...queues.incidents.map(incident),
    ...queues.messages.map(message),
    ...queues.failedReactions.map(failedReaction),
    ...queues.lateImages.map(late),
    ...queues.clocks.map(skewed),
    ...queues.credentials.flatMap((one) => credential(one, now)),
  ];
  return found
    .flatMap(({ actions, ...entry }): AttentionEntry[] => {
      const own = notes.filter(({ kind, subject }) => kind === entry.kind && subject === entry.id);
      if (own.some(({ settles }) => settles)) return [];
      return [
        {
          ...entry,
          actions: actions.filter(({ needs }) => allowed(needs)).map(({ needs: _right, ...action }) => action),
          notes: own.map(({ by, at, note }) => ({ by, at, note })),
        },
      ];
    })
    .sort((a, b) => a.severity - b.severity || a.since - b.since || (a.id < b.id ? -1 : 1));
}

/** Kinds that an operator may call dealt with: what the hub itself can see to be mended is not among them. */
export const SETTLED_BY_NOTE: readonly AttentionKind[] = [
  "no_receiver",
  "message_rejected",
  "clock_skew",
  "credential_expiring",
  "undelivered",
];
/** Kinds whose entry stays, with the note beside it, until its cause is gone. */
export const NOTED: readonly AttentionKind[] = ["critical_unacknowledged", "late_images", "no_reader"];

const place = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join(" · ");

const open = (studyId: string | null, label: string): Offered[] =>
  studyId ? [{ label, href: `/read/${studyId}`, needs: "study.read" }] : [];

const showOnBoard = (studyId: string, label: string): Offered => ({
  label,
  href: `/operations?study=${studyId}`,
  needs: "study.route",
});

function noted(kind: AttentionKind, id: string, label: string, question: string): Offered {
  const settles = SETTLED_BY_NOTE.includes(kind);
  return {
    ...{ label, question, method: "POST", url: "/api/operations/notes", body: { kind, id, settles } },
    ...{ ask: "note", field: "note", needs: "operations.act" },
  };
}

const of = (
  kind: AttentionKind,
  waiting: Waiting,
  more: Pick<Found, "severity" | "actions"> & Partial<Found>,
): Found => ({
  kind,
  id: waiting.id,
  studyId: waiting.studyId,
  title: place(waiting.what, waiting.site),
  reason: waiting.reason,
  since: waiting.since,
  ...more,
});

const critical = (finding: WaitingFinding): Found =>
  of("critical_unacknowledged", finding, {
    severity: finding.extra === "late" ? 1 : 2,
    reason: `${finding.reason}${finding.extra === "late" ? ", past its limit" : ""}${finding.contact ? `; rung last: ${finding.contact}` : ""}`,
    actions: [
      ...(finding.phone
        ? [
            {
              label: `Call ${finding.contact}`,
              href: `tel:${finding.phone.replaceAll(/[^+\d]/g, "")}`,
              needs: "critical.read" as const,
            },
          ]
        : []),
      noted("critical_unacknowledged", finding.id, "Note a call", "Whom did you reach, and what did they say?"),
      ...open(finding.studyId, "Open the study"),
    ],
  });

const unroutable = (waiting: Waiting): Found =>
  of("unroutable", waiting, {
    severity: waiting.extra === "routine" ? 2 : 1,
    actions: [
      {
        label: "Choose a pool",
        method: "POST",
        url: `/api/studies/${waiting.id}/reroute`,
        ask: "pool",
        needs: "study.route",
      },
      {
        label: "Try the rules again",
        method: "POST",
        url: `/api/studies/${waiting.id}/reroute`,
        body: { reason: "tried again" },
        needs: "study.route",
      },
    ],
  });

function withoutReader(kind: Queues["withoutReader"][number], now: Instant): Found {
  const { poolId, siteId, subspecialty, reportState, studyId, count, pool, site, because } = kind;
  return {
    kind: "no_reader",
    id: [poolId, siteId, subspecialty, reportState].join("/"),
    studyId,
    title: place(`${count} ${count === 1 ? "study" : "studies"} in ${pool}`, subspecialty, site),
    reason: because,
    since: kind.since,
    severity: now >= kind.warnAt ? 1 : 2,
    actions: [showOnBoard(studyId, "Show who could")],
  };
}

const unmatched = (waiting: Waiting): Found =>
  of("unmatched", waiting, {
    severity: waiting.extra === "routine" ? 3 : 2,
    actions: [
      {
        label: "Find its order",
        method: "POST",
        url: `/api/studies/${waiting.id}/match`,
        ask: "order",
        needs: "queue.act",
      },
      {
        label: "Read without an order",
        method: "POST",
        url: `/api/studies/${waiting.id}/confirm-without-order`,
        ask: "note",
        field: "reason",
        question: "Why is it read without an order?",
        needs: "queue.act",
      },
    ],
  });

function undelivered(waiting: Waiting): Found {
  const { id, extra: attempt } = waiting;
  const act = (label: string, action: string): Offered => ({
    ...{ label, method: "POST", url: `/api/deliveries/${id}/act`, body: { action }, needs: "delivery.act" },
  });
  const again = act("Send again", "send_again");
  if (attempt === "ambiguous")
    return of("delivery_ambiguous", waiting, {
      severity: 1,
      reason: `${waiting.reason}. It may have arrived: ask the hospital before sending it again.`,
      actions: [act("It arrived", "confirm_received"), again],
    });
  return of("undelivered", waiting, {
    severity: 2,
    actions: [
      again,
      attempt === "gave_up"
        ? noted("undelivered", id, "Sent another way", "How did the hospital get the result?")
        : {
            ...act("Give up", "give_up"),
            ask: "note",
            field: "note",
            question: "Why is it given up, and how does the hospital get the result?",
          },
    ],
  });
}

function withoutReceiver(site: Waiting): Found {
  const signed = Number(site.reason);
  const sent = `${signed} ${signed === 1 ? "result" : "results"} of the last 7 days`;
  const how = site.extra === "pdf" ? "went out as PDF only" : "went nowhere";
  return of("no_receiver", site, {
    severity: site.extra === "pdf" ? 2 : 1,
    reason:
      signed > 0
        ? `No system receives this site’s results: ${sent} ${how}, and nobody was told.`
        : `No system receives this site’s results: what is signed for it ${site.extra === "pdf" ? "goes out as PDF only" : "goes nowhere"}.`,
    actions: [
      {
        label: "Set the receiver",
        method: "POST",
        url: `/api/operations/sites/${site.id}/receiver`,
        ask: "receiver",
        needs: "operations.act",
      },
      noted("no_receiver", site.id, "PDF is meant", "Who at the site wants it so?"),
    ],
  });
}

const incident = (waiting: Waiting): Found =>
  of("ingest_incident", waiting, {
    severity: 3,
    title: place(waiting.what.replaceAll("_", " "), waiting.site),
    actions: [
      {
        label: "Dealt with",
        method: "POST",
        url: `/api/operations/incidents/${waiting.id}/resolve`,
        ask: "note",
        field: "resolution",
        question: "What was done about it?",
        needs: "queue.act",
      },
      ...open(waiting.studyId, "Open the study"),
    ],
  });

const message = (waiting: Waiting): Found =>
  of("message_rejected", waiting, {
    severity: waiting.what.startsWith("ORM") || waiting.what.startsWith("OMI") ? 2 : 3,
    reason: `${waiting.extra === "failed" ? "Not taken" : "Rejected"}: ${waiting.reason}`,
    actions: [
      {
        label: "Take it again",
        method: "POST",
        url: `/api/messages/${waiting.id}/replay`,
        needs: "message.replay",
      },
      noted("message_rejected", waiting.id, "Dealt with", "What was done about it?"),
    ],
  });

const failedReaction = (waiting: Waiting): Found =>
  of("reaction_failed", waiting, {
    severity: 2,
    actions: [
      {
        label: "Try again now",
        method: "POST",
        url: `/api/operations/reactions/${waiting.id}/${encodeURIComponent(waiting.extra)}/retry`,
        needs: "queue.act",
      },
    ],
  });

function late(waiting: Waiting): Found {
  const images = `${waiting.reason} ${waiting.reason === "1" ? "image" : "images"}`;
  return of("late_images", waiting, {
    severity: 2,
    reason: `${images} came after the signature${waiting.extra ? `; ${waiting.extra} signed it and must look` : "; a reader must look"}.`,
    actions: [
      ...open(waiting.studyId, "Open the study"),
      noted("late_images", waiting.id, "Note", "Whom did you tell?"),
    ],
  });
}

function skewed(clock: SkewedClock): Found {
  const id = `${clock.siteId}/${clock.device}/${clock.since}`;
  return {
    ...{ kind: "clock_skew", id, studyId: null, since: clock.since, severity: 3 },
    title: place(clock.device, clock.site),
    reason: skewInWords(clock.device, { ...clock, flagged: true }),
    actions: [noted("clock_skew", id, "Told the site", "Whom did you tell?")],
  };
}

/** Readers hear of it sixty days before; the board from thirty on, and again a week before and on the day. */
function credential(one: Queues["credentials"][number], now: Instant): Found[] {
  if (one.daysLeft > 30) return [];
  const stage = one.daysLeft <= 0 ? "ended" : one.daysLeft <= 7 ? "week" : "month";
  const id = `${one.id}/${one.lastDay}/${stage}`;
  const what = one.kind === "licence" ? `licence for ${one.covers}` : `privileges at ${one.covers}`;
  const when =
    one.daysLeft <= 0
      ? `ended on ${one.lastDay}: what needs it is not given to ${one.name} any more`
      : `end on ${one.lastDay}, in ${one.daysLeft} ${one.daysLeft === 1 ? "day" : "days"}`;
  return [
    {
      ...{ kind: "credential_expiring", id, studyId: null, since: now - Math.max(0, 30 - one.daysLeft) * 86_400_000 },
      severity: one.daysLeft <= 7 ? 2 : 3,
      title: place(one.name, what),
      reason: `${one.kind === "licence" ? "The licence" : "The privileges"} ${one.kind === "licence" ? when.replace(/^end /, "ends ") : when}.`,
      actions: [
        { label: "Renew in the roster", href: `/roster/people/${one.userId}`, needs: "roster.read" },
        noted("credential_expiring", id, "Under way", "Who renews it, and by when?"),
      ],
    },
  ];
}
