import type { AttentionEntry, ClearingAction } from "@readroom/shared/contract/http/operations.js";
import type { Waiting } from "./store.js";

export interface Queues {
  readonly criticals: readonly Waiting[];
  readonly unroutable: readonly Waiting[];
  readonly unmatched: readonly Waiting[];
  readonly undelivered: readonly Waiting[];
  readonly incidents: readonly Waiting[];
  readonly failedReactions: readonly Waiting[];
}

/** Everything that waits for a person, the worst first, then the oldest; each with what clears it. */
export function attentionList(queues: Queues): AttentionEntry[] {
  const all = [
    ...queues.criticals.map(critical),
    ...queues.unroutable.map(unroutable),
    ...queues.unmatched.map(unmatched),
    ...queues.undelivered.map(undelivered),
    ...queues.incidents.map(incident),
    ...queues.failedReactions.map(failedReaction),
  ];
  return all.sort((a, b) => a.severity - b.severity || a.since - b.since);
}

const place = (waiting: Waiting): string => [waiting.what, waiting.site].filter((part) => part !== "").join(" · ");
const open = (studyId: string | null, label: string): ClearingAction[] =>
  studyId ? [{ label, href: `/read/${studyId}` }] : [];
const inList = (view: "unroutable" | "to-confirm", studyId: string, label: string): ClearingAction => ({
  label,
  href: `/worklist?view=${view}&study=${studyId}`,
});

function entry(
  kind: AttentionEntry["kind"],
  waiting: Waiting,
  more: Pick<AttentionEntry, "severity" | "actions"> & Partial<Pick<AttentionEntry, "title" | "reason">>,
): AttentionEntry {
  const { id, studyId, reason, since } = waiting;
  return { kind, id, studyId, title: place(waiting), reason, since, ...more };
}

const critical = (waiting: Waiting): AttentionEntry =>
  entry("critical_unacknowledged", waiting, {
    severity: waiting.extra === "late" ? 1 : 2,
    actions: open(waiting.studyId, "Open the study"),
  });

const unroutable = (waiting: Waiting): AttentionEntry =>
  entry("unroutable", waiting, {
    severity: waiting.extra === "routine" ? 2 : 1,
    actions: [
      inList("unroutable", waiting.id, "Show it"),
      {
        label: "Try the rules again",
        method: "POST",
        url: `/api/studies/${waiting.id}/reroute`,
        body: { reason: "tried again" },
      },
    ],
  });

const unmatched = (waiting: Waiting): AttentionEntry =>
  entry("unmatched", waiting, {
    severity: waiting.extra === "routine" ? 3 : 2,
    actions: [inList("to-confirm", waiting.id, "Find its order")],
  });

function undelivered(waiting: Waiting): AttentionEntry {
  const ambiguous = waiting.extra === "ambiguous";
  return entry(ambiguous ? "delivery_ambiguous" : "undelivered", waiting, {
    severity: ambiguous ? 1 : 2,
    actions: [{ label: "See the deliveries", href: "/operations#in-and-out" }],
  });
}

const incident = (waiting: Waiting): AttentionEntry =>
  entry("ingest_incident", waiting, {
    severity: 3,
    actions: [
      ...open(waiting.studyId, "Open the study"),
      {
        label: "Mark as dealt with",
        method: "POST",
        url: `/api/operations/incidents/${waiting.id}/resolve`,
        body: { resolution: "looked at" },
      },
    ],
  });

const failedReaction = (waiting: Waiting): AttentionEntry =>
  entry("reaction_failed", waiting, {
    severity: 2,
    actions: [
      {
        label: "Try again now",
        method: "POST",
        url: `/api/operations/reactions/${waiting.id}/${encodeURIComponent(waiting.extra)}/retry`,
      },
    ],
  });
