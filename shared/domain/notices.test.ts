import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Role, UserActor } from "./access.js";
import { ALWAYS_IN_APP, choiceOf, defaultChoice } from "./notice-choice.js";
import { bundled, PAUSES, READING_LEASE, shieldHolds, speaksAt, wordsOf } from "./notice-delivery.js";
import {
  CHANNELS,
  endedBecause,
  type Happening,
  type Listener,
  NOTICE_KINDS,
  type NoticeFacts,
  type NoticeStudy,
  noticesFor,
} from "./notices.js";

const GROUP = "group";
const HOSPITAL = "hospital";
const ROLES: readonly Role[] = ["radiologist", "resident", "operator", "coordinator", "referrer", "administrator"];
const IDS = ["a", "b", "c", "d"];

const study = fc.record({
  id: fc.constantFrom("s1", "s2"),
  organisationId: fc.constantFrom(HOSPITAL, "foreign"),
  siteId: fc.constantFrom("site", "elsewhere"),
  groupId: fc.constantFrom(GROUP, "other", null),
  poolId: fc.constant("pool"),
  urgency: fc.constantFrom("critical", "stat", "urgent", "routine"),
  claimState: fc.constantFrom("open", "held", "done"),
  claimedBy: fc.constantFrom(...IDS, null),
  reportState: fc.constantFrom("none", "draft", "preliminary", "final"),
  routable: fc.boolean(),
  deadline: fc.constantFrom(1_000, 2_000, null),
  what: fc.constant("CT Head"),
  site: fc.constant("St Mary ED"),
}) as fc.Arbitrary<NoticeStudy>;

const person: fc.Arbitrary<Listener> = fc
  .record({
    userId: fc.constantFrom(...IDS),
    roles: fc.uniqueArray(fc.constantFrom(...ROLES), { minLength: 1, maxLength: 2 }),
    inGroup: fc.boolean(),
    hospitalIds: fc.constantFrom<string[]>([HOSPITAL], ["foreign"], []),
    siteIds: fc.constantFrom<string[] | null>(null, ["site"]),
    live: fc.boolean(),
    reader: fc.option(fc.record({ mayRead: fc.boolean(), inPool: fc.boolean() })),
  })
  .map(({ userId, roles, inGroup, hospitalIds, siteIds, live, reader }) => {
    const actor: UserActor = {
      kind: "user",
      ...{ userId, name: userId, roles, siteIds, hospitalIds, sessionId: "", address: "" },
      organisationId: inGroup ? GROUP : HOSPITAL,
      organisationKind: inGroup ? "reading_group" : "hospital",
    };
    return { actor, live, reader };
  });

const happening: fc.Arbitrary<Happening> = study.chain((one) =>
  fc.constantFrom<Happening[]>(
    { type: "stat_waiting", study: one },
    { type: "clock_running_out", study: one },
    { type: "handed_over", study: one, to: "a", by: "Dr B", occasion: "1" },
    { type: "assigned", study: one, to: "b", by: "", occasion: "2" },
    { type: "mentioned", study: one, to: ["a", "c"], by: "Dr B", occasion: "8" },
    { type: "escalated", study: one, to: null, by: "Dr B", byUserId: "b", occasion: "3" },
    { type: "escalated", study: one, to: "c", by: "Dr B", byUserId: "b", occasion: "4" },
    { type: "results_stuck", study: one, deliveryId: "d1", how: "refused" },
    { type: "critical_open", study: one, findingId: "f1", raisedBy: "a", contact: "d", step: 0 },
    { type: "critical_open", study: one, findingId: "f1", raisedBy: "a", contact: null, step: 1 },
    { type: "credential_expiring", userId: "a", what: "Licence US-NY", days: 7, occasion: "7" },
    { type: "late_images", study: one, signedBy: "a", occasion: "5" },
    { type: "rules_published", groupId: GROUP, by: "b", occasion: "6" },
  ),
);

describe("who is told", () => {
  it("[NO1] each person at most once of a happening, and never one whose account is closed", () => {
    fc.assert(
      fc.property(happening, fc.array(person, { maxLength: 8 }), (what, people) => {
        const told = noticesFor(what, people);
        expect(new Set(told.map(({ userId }) => userId)).size).toBe(told.length);
        const live = people.filter((one) => one.live).map(({ actor }) => actor.userId);
        for (const { userId } of told) expect(live).toContain(userId);
      }),
    );
  });

  it("[NO1] a comment is told to those whom it names alone", () => {
    fc.assert(
      fc.property(study, fc.array(person, { maxLength: 8 }), (one, people) => {
        const told = noticesFor({ type: "mentioned", study: one, to: ["a", "c"], by: "Dr B", occasion: "1" }, people);
        for (const { userId, kind } of told) expect([["a", "c"].includes(userId), kind]).toEqual([true, "mentioned"]);
      }),
    );
  });

  it("[NO2] nobody is told of a study of a foreign hospital, a foreign group's, or one of a site outside their roles", () => {
    fc.assert(
      fc.property(happening, person, (what, one) => {
        const [notice] = noticesFor(what, [one]);
        if (!notice || notice.studyId === null || !("study" in what)) return;
        expect(one.actor.hospitalIds).toContain(what.study.organisationId);
        if (one.actor.siteIds) expect(one.actor.siteIds).toContain(what.study.siteId);
        if (one.actor.organisationKind === "reading_group") expect(what.study.groupId).toBe(one.actor.organisationId);
      }),
    );
  });

  it("[NO3] of a stat study that waits only those are told who may read it, in whose pools it is", () => {
    fc.assert(
      fc.property(study, person, (one, reader) => {
        const told = noticesFor({ type: "stat_waiting", study: one }, [reader]);
        if (told.length === 0) return;
        expect(reader.reader).toEqual({ mayRead: true, inPool: true });
        expect(one.claimState).toBe("open");
        expect(["critical", "stat"]).toContain(one.urgency);
      }),
    );
  });

  it("[NO4] what is made concerns the person at that moment: it is not ended as soon as it is asked again", () => {
    fc.assert(
      fc.property(happening, person, (what, one) => {
        const [notice] = noticesFor(what, [one]);
        if (!notice) return;
        const about = "study" in what ? what.study : null;
        // A hand-over or an escalation to a person is told with the claim already in place.
        const given = ["handed_over", "assigned"].includes(what.type) && about;
        const now = given ? { ...given, claimState: "held" as const, claimedBy: one.actor.userId } : about;
        if (what.type === "escalated" && (now?.claimState !== "open" || now.reportState === "final")) return;
        expect(endedBecause(notice, one, { study: now, open: true })).toBeNull();
      }),
    );
  });

  it("[NO5] a right that is withdrawn ends whatever was made about a study", () => {
    fc.assert(
      fc.property(happening, person, (what, one) => {
        const [notice] = noticesFor(what, [one]);
        if (!notice || notice.studyId === null || !("study" in what)) return;
        const without = { ...one, actor: { ...one.actor, hospitalIds: [] } };
        expect(endedBecause(notice, without, { study: what.study, open: true })).not.toBeNull();
        expect(endedBecause(notice, { ...one, live: false }, { study: what.study, open: true })).not.toBeNull();
      }),
    );
  });
});

describe("shield and channels", () => {
  const urgent = fc.boolean();
  const at = fc.integer({ min: 0, max: 10_000_000 });

  it("[NO6] the shield never holds an urgent notice, and holds nothing once the lease is over or nothing is open", () => {
    fc.assert(
      fc.property(urgent, fc.option(at), at, (isUrgent, since, now) => {
        const open = since === null ? null : { studyId: "s", until: since + READING_LEASE };
        const held = shieldHolds({ urgent: isUrgent }, open, now);
        if (isUrgent || open === null || now >= open.until) expect(held).toBe(false);
        else expect(held).toBe(true);
      }),
    );
  });

  it("[NO6] a critical finding, and what is handed over where minutes count, is urgent", () => {
    fc.assert(
      fc.property(happening, person, (what, one) => {
        const [notice] = noticesFor(what, [one]);
        if (notice?.kind === "critical") expect(notice.urgent).toBe(true);
        if (notice?.kind === "handed_over" && "study" in what)
          expect(notice.urgent).toBe(["critical", "stat"].includes(what.study.urgency));
      }),
    );
  });

  it("[NO7] a channel speaks of one kind at most once in its pause, and of what is urgent at once", () => {
    fc.assert(
      fc.property(fc.constantFrom(...CHANNELS), urgent, fc.option(at), at, (channel, isUrgent, last, now) => {
        const when = speaksAt(channel, isUrgent, last, now);
        expect(when).toBeGreaterThanOrEqual(now);
        if (isUrgent) expect(when).toBe(now);
        else if (last !== null) expect(when - last).toBeGreaterThanOrEqual(PAUSES[channel]);
      }),
    );
  });

  it("[NO7] bundling keeps every notice, one message a kind and urgency, the urgent first", () => {
    const notice = fc.record({ kind: fc.constantFrom(...NOTICE_KINDS), urgent });
    fc.assert(
      fc.property(fc.array(notice), (notices) => {
        const bundles = bundled(notices);
        expect(bundles.flatMap((one) => one.notices).length).toBe(notices.length);
        expect(new Set(bundles.map((one) => `${one.kind} ${one.urgent}`)).size).toBe(bundles.length);
        const first = bundles.findIndex((one) => !one.urgent);
        if (first >= 0) expect(bundles.slice(first).every((one) => !one.urgent)).toBe(true);
      }),
    );
  });

  it("[NO8] texts that leave the hub say nothing of the study unless the site allows it", () => {
    const facts: NoticeFacts = { what: "CT Head", site: "St Mary ED", by: "Dr Okafor", urgency: "stat" };
    for (const kind of NOTICE_KINDS) {
      const quiet = wordsOf(kind, [{ studyId: "s1", facts }], "none");
      expect(`${quiet.title} ${quiet.body}`).not.toMatch(/CT Head|St Mary|Okafor/);
      const allowed = wordsOf(kind, [{ studyId: "s1", facts }], "procedure");
      expect(`${allowed.title} ${allowed.body}`).not.toMatch(/Okafor/);
    }
    expect(wordsOf("stat_study", [{ studyId: "s1", facts }], "none").title).toBe("A stat study is waiting");
    const four = [1, 2, 3, 4].map((n) => ({ studyId: `s${n}`, facts })) as [{ studyId: string; facts: NoticeFacts }];
    expect(wordsOf("stat_study", four, "none").title).toBe("4 stat studies waiting");
  });
});

describe("choices", () => {
  it("[NO9] whatever is stored, what somebody waits for stays in the bell, and only known channels count", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...ROLES), { minLength: 1 }),
        fc.option(fc.dictionary(fc.constantFrom(...NOTICE_KINDS, "nonsense"), fc.anything())),
        (roles, stored) => {
          const choice = choiceOf(stored, roles);
          expect(Object.keys(choice).sort()).toEqual([...NOTICE_KINDS].sort());
          for (const kind of ALWAYS_IN_APP) expect(choice[kind]).toContain("app");
          for (const kind of NOTICE_KINDS) for (const channel of choice[kind]) expect(CHANNELS).toContain(channel);
        },
      ),
    );
  });

  it("[NO9] a reader hears of stat studies with a sound, a referring physician of none", () => {
    expect(defaultChoice(["radiologist"]).stat_study).toEqual(["app", "desktop", "sound"]);
    expect(defaultChoice(["referrer"]).stat_study).toEqual([]);
    expect(defaultChoice(["referrer"]).critical).toContain("mail");
  });
});
