import { warnAt } from "@readroom/shared/domain/contract.js";
import { type Happening, minutesCount } from "@readroom/shared/domain/notices.js";
import { isUuid } from "@readroom/shared/kernel/ids.js";
import type { Tx } from "../../kernel/database.js";
import type { Deps } from "../../kernel/deps.js";
import type { PublishedEvent, Reaction } from "../../kernel/reactions.js";
import * as store from "./store.js";
import { raisedBy, signerOf } from "./store-causes.js";
import { Audience, type StudyRow } from "./store-people.js";
import { tell, type Ways } from "./tell.js";

/** What came of an event, as far as people want to hear of it; study: the event's own, where it names one. */
type Reading = (event: PublishedEvent, study: StudyRow | null, tx: Tx) => Promise<Happening | null> | Happening | null;

interface Spec {
  readonly handler: string;
  readonly types: readonly string[];
  readonly when?: (event: PublishedEvent) => boolean;
  readonly read: Reading;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");
const id = (value: unknown): string | null => (typeof value === "string" && isUuid(value) ? value : null);
const GIVEN: Readonly<Record<string, "handed_over" | "assigned">> = {
  hand_over: "handed_over",
  push: "assigned",
  assign: "assigned",
  assigned: "assigned",
  move: "assigned",
};

const SPECS: readonly Spec[] = [
  {
    handler: "notices.given",
    types: ["study.claimed"],
    when: ({ payload }) => text(payload.via) in GIVEN,
    read: ({ payload, actor }, study) => {
      const to = id(payload.by);
      const type = GIVEN[text(payload.via)];
      // A push is made in the name of the reader who gets it.
      if (!study || !to || !type || (type === "handed_over" && actor.id === to)) return null;
      return { type, study, to, by: actor.id === to ? "" : actor.name, occasion: `fence:${String(payload.fence)}` };
    },
  },
  {
    handler: "notices.invited",
    types: ["room.invited"],
    read: ({ id: occasion, payload, actor }, study) => {
      const to = id(payload.personId);
      return study && to ? { type: "invited", study, to, by: actor.name, occasion } : null;
    },
  },
  {
    handler: "notices.mentioned",
    types: ["report.commented"],
    read: ({ id: occasion, payload, actor }, study) => {
      const named = Array.isArray(payload.mentions) ? payload.mentions.map(id).filter((one) => one !== null) : [];
      const to = named.filter((one) => one !== actor.id);
      return study && to.length > 0 ? { type: "mentioned", study, to, by: actor.name, occasion } : null;
    },
  },
  {
    handler: "notices.escalated",
    types: ["study.escalated"],
    read: ({ id: occasion, payload, actor }, study) =>
      study && {
        type: "escalated",
        study,
        to: id(payload.toUserId) ?? id(payload.to),
        by: actor.kind === "user" ? actor.name : "",
        byUserId: id(actor.id),
        occasion,
      },
  },
  {
    handler: "notices.results",
    types: ["delivery.changed"],
    when: ({ payload }) => payload.state === "refused" || payload.state === "ambiguous",
    read: ({ payload }, study) => {
      const deliveryId = id(payload.deliveryId);
      const how = payload.state === "refused" ? "refused" : "ambiguous";
      return study && deliveryId ? { type: "results_stuck", study, deliveryId, how } : null;
    },
  },
  {
    handler: "notices.critical",
    types: ["critical.raised", "critical.escalated"],
    read: async ({ payload }, study, tx) => {
      const findingId = id(payload.findingId);
      const finding = findingId ? await raisedBy(tx, findingId) : null;
      if (!study || !findingId || !finding) return null;
      const contact = id(payload.contactUserId);
      return { type: "critical_open", study, findingId, contact, ...finding };
    },
  },
  {
    handler: "notices.credential",
    types: ["credential.expiring"],
    read: ({ id: occasion, payload }) => {
      const userId = id(payload.userId);
      const days = typeof payload.daysLeft === "number" ? payload.daysLeft : 0;
      const covers = text(payload.covers);
      const what = payload.kind === "licence" ? `Your licence for ${covers}` : `Your privileges at ${covers}`;
      return userId ? { type: "credential_expiring", userId, what, days, occasion } : null;
    },
  },
  {
    handler: "notices.late_images",
    types: ["study.late_images"],
    // The first of them; what follows while nobody has looked is the same occasion.
    when: ({ payload }) => payload.first !== false,
    read: async ({ id: occasion }, study, tx) =>
      study && { type: "late_images", study, signedBy: await signerOf(tx, study.id), occasion },
  },
  {
    handler: "notices.rules",
    types: ["rules.published", "rules.changed"],
    read: ({ payload, actor, id: occasion, stream, version }) => {
      const groupId = id(payload.groupId);
      // Both events of one publication are one occasion where they carry the version of the set.
      const set = payload.version ?? payload.ruleSetId;
      const by = actor.kind === "user" ? id(actor.id) : null;
      const once = set === undefined ? `${stream}:${version}:${occasion}` : `version:${String(set)}`;
      return groupId ? { type: "rules_published", groupId, by, occasion: once } : null;
    },
  },
];

/** Notices out of published events: each once by (event, handler), and once more by person and occasion. */
export function noticeReactions(ways: Ways): Reaction[] {
  const simple = SPECS.map(
    ({ handler, types, when, read }): Reaction => ({
      ...{ handler, types },
      ...(when ? { when } : {}),
      run: async (deps, tx, event) => {
        const audience = new Audience(tx, deps.clock.now());
        const studyId = id(event.payload.studyId);
        const happening = await read(event, studyId ? await audience.study(studyId) : null, tx);
        if (happening) await tell(deps, tx, ways, happening, audience);
      },
    }),
  );
  return [
    { handler: "notices.routed", types: ["study.routed"], run: (d, tx, event) => routed(d, tx, event, ways) },
    ...simple,
  ];
}

/** A routed study has a clock, and one of those where minutes count is told of at once. */
async function routed(deps: Deps, tx: Tx, event: PublishedEvent, ways: Ways): Promise<void> {
  const studyId = id(event.payload.studyId);
  if (!studyId) return;
  const audience = new Audience(tx, deps.clock.now());
  const study = await audience.study(studyId);
  if (!study) return;
  await store.scheduleClock(tx, studyId, warningOf(study));
  if (minutesCount(study) && study.claimState === "open" && study.routable)
    await tell(deps, tx, ways, { type: "stat_waiting", study }, audience);
}

/** When three quarters of a study's time are over; null where no clock runs. */
export const warningOf = ({ clockStartedAt, deadline }: StudyRow): number | null =>
  clockStartedAt === null || deadline === null ? null : warnAt(clockStartedAt, deadline);
