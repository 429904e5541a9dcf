import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR } from "../kernel/instant.js";
import { ineligibility, inWords, isAway, type Reader, type StudyToRead } from "./eligibility.js";
import { isOnlyAway, readingRight } from "./reading-right.js";

const NOW = Date.UTC(2026, 10, 25, 3);
const always = { validFrom: NOW - DAY, validTo: NOW + DAY };
const reader = (over: Partial<Reader> = {}): Reader => ({
  userId: "u1",
  poolIds: ["p1"],
  subspecialties: ["neuro"],
  readTypes: ["preliminary", "final"],
  jurisdictions: [{ code: "US-NY", ...always }],
  privileges: [{ siteId: "s1", readTypes: ["preliminary", "final"], ...always }],
  shift: { startsAt: NOW - HOUR, endsAt: NOW + HOUR },
  onBreak: false,
  ...over,
});
const study = (over: Partial<StudyToRead> = {}): StudyToRead => ({
  ...{ siteId: "s1", jurisdiction: "US-NY", subspecialty: "neuro", readType: "final" },
  ...over,
});
const against = (one: Reader, what = study()) =>
  ineligibility(one, what, NOW).map((reason) =>
    inWords(
      reason,
      () => "St Mary",
      (at) => new Date(at).toISOString().slice(0, 10),
    ),
  );

describe("who may read", () => {
  it("[RO12] nothing against a reader who holds everything", () => expect(against(reader())).toEqual([]));

  it("[RO12] every reason at once, each in words", () => {
    const nobody = reader({
      ...{ subspecialties: ["msk"], readTypes: ["preliminary"], shift: null },
      jurisdictions: [{ code: "US-NY", validFrom: NOW - 2 * DAY, validTo: NOW, lastDay: "2026-11-24" }],
      privileges: [],
    });
    expect(against(nobody, study({ earlierReaderIds: ["u1"] }))).toEqual([
      "the licence for US-NY ended on 2026-11-24",
      "no privileges at St Mary",
      "neuro is not among the reader's subspecialties",
      "not entitled to final reads here",
      "has read this study before, and the second read must be somebody else's",
      "not on shift",
    ]);
  });

  it("[RO9] the first instant after the last day is too late, the one before is not", () => {
    const ends = (validTo: number) => reader({ jurisdictions: [{ code: "US-NY", validFrom: 0, validTo }] });
    expect(against(ends(NOW + 1))).toEqual([]);
    expect(against(ends(NOW))).toHaveLength(1);
  });

  it("[RO12] a credential that begins later says when", () => {
    const later = { validFrom: NOW + DAY, validTo: NOW + 9 * DAY };
    expect(
      against(
        reader({
          jurisdictions: [{ code: "US-NY", ...later }],
          privileges: [{ siteId: "s1", readTypes: ["final"], ...later }],
        }),
      ),
    ).toEqual(["the licence for US-NY begins on 2026-11-26", "the privileges at St Mary begin on 2026-11-26"]);
  });

  it("[RO12] on call counts only where the caller says so", () => {
    const onCall = reader({ shift: null, onCall: { startsAt: NOW - HOUR, endsAt: NOW + HOUR } });
    expect(against(onCall)).toEqual(["on call, not on shift"]);
    expect(against(onCall, study({ onCallMay: true }))).toEqual([]);
    expect(against(reader({ shift: null }), study({ onCallMay: true }))).toEqual(["not on shift"]);
  });

  it("[RO12] limits against fatigue", () => {
    const tired = reader({ fatigue: { hours: 13, maxHours: 12, rvu: 80.04, maxRvu: 80 } });
    expect(against(tired)).toEqual([
      "on shift for 13 of the last 24 hours, the limit is 12",
      "has read 80 RVU this shift, the limit is 80",
    ]);
    expect(against(reader({ fatigue: { hours: 99, maxHours: null, rvu: 99, maxRvu: null } }))).toEqual([]);
  });

  it("[RO12] no load and no state of work overrides a missing credential", () => {
    fc.assert(
      fc.property(
        fc.record({ onBreak: fc.boolean(), atWork: fc.boolean(), called: fc.boolean() }),
        fc.constantFrom("licence", "privilege", "subspecialty", "conflict"),
        ({ onBreak, atWork, called }, lacking) => {
          const one = reader({
            onBreak,
            ...(atWork ? {} : { shift: null }),
            ...(lacking === "licence" ? { jurisdictions: [] } : {}),
            ...(lacking === "privilege" ? { privileges: [] } : {}),
            ...(lacking === "subspecialty" ? { subspecialties: [] } : {}),
          });
          const right = readingRight(
            one,
            {
              ...study({ onCallMay: called, ...(lacking === "conflict" ? { earlierReaderIds: ["u1"] } : {}) }),
              reportState: "none",
            },
            NOW,
          );
          expect(right.may).toBe(false);
          expect(isOnlyAway(right.against)).toBe(false);
          expect(right.against.every(isAway)).toBe(false);
        },
      ),
    );
  });
});
