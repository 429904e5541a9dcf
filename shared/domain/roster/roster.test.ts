import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE } from "../../kernel/instant.js";
import { announcements, type Credential } from "./expiry.js";
import { fallbackCycle, isOpen, type OpeningHours, opensNext } from "./pools.js";
import { studyRvu } from "./rvu.js";
import { coverage, firstOverlap, hoursInLastDay, overlaps, type Span } from "./shifts.js";
import { decideSwap, type Proposal, type SwapCommand } from "./swap.js";
import { endOfDay, localInstant, startOfDay } from "./zone.js";

const T0 = Date.UTC(2026, 10, 25);
const aSpan = fc
  .tuple(fc.integer({ min: 0, max: 96 }), fc.integer({ min: 1, max: 24 }))
  .map(([start, hours]): Span => ({ startsAt: T0 + start * HOUR, endsAt: T0 + (start + hours) * HOUR }));

describe("one person's shifts", () => {
  it("[RO5] an overlap is found exactly where two spans share a moment", () => {
    fc.assert(
      fc.property(fc.array(aSpan, { maxLength: 8 }), fc.array(aSpan, { maxLength: 8 }), (had, wanted) => {
        const meet =
          wanted.some((one) => had.some((other) => overlaps(one, other))) ||
          wanted.some((one, i) => wanted.some((other, j) => i < j && overlaps(one, other)));
        expect(firstOverlap(had, wanted) !== null).toBe(meet);
      }),
      { numRuns: 500 },
    );
  });

  it("[RO6] hours of the last day, each minute once", () => {
    fc.assert(
      fc.property(fc.array(aSpan, { maxLength: 6 }), fc.integer({ min: 0, max: 120 }), (spans, at) => {
        const now = T0 + at * HOUR;
        let minutes = 0;
        for (let from = now - DAY; from < now; from += 30 * MINUTE)
          if (spans.some((span) => span.startsAt <= from && from < span.endsAt)) minutes += 30;
        expect(hoursInLastDay(spans, now)).toBeCloseTo(minutes / 60, 6);
      }),
    );
  });

  it("counts who covers a pool by the hour, on call apart", () => {
    const shift = { startsAt: T0, endsAt: T0 + 2 * HOUR };
    expect(
      coverage(
        ["a", "b"],
        [
          { userId: "a", kind: "shift", ...shift },
          { userId: "b", kind: "on_call", startsAt: T0 + HOUR, endsAt: T0 + 3 * HOUR },
          { userId: "stranger", kind: "shift", ...shift },
        ],
        T0,
        T0 + 3 * HOUR,
      ).map(({ onShift, onCall }) => [onShift, onCall]),
    ).toEqual([
      [1, 0],
      [1, 1],
      [0, 1],
    ]);
  });
});

describe("pools", () => {
  const nights: OpeningHours[] = [{ weekdays: [1, 2, 3, 4, 5], from: "19:00", to: "07:00" }];
  const zone = "America/New_York";

  it("[RO7] open over midnight by the zone's clock; the next opening is a moment at which it is open", () => {
    expect(isOpen([], zone, T0)).toBe(true);
    expect(isOpen(nights, zone, localInstant("2026-11-28", "03:00", zone))).toBe(true);
    expect(isOpen(nights, zone, localInstant("2026-11-28", "19:30", zone))).toBe(false);
    expect(opensNext(nights, zone, localInstant("2026-11-28", "08:00", zone))).toBe(
      localInstant("2026-11-30", "19:00", zone),
    );
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 * 24 * 4 }), (quarters) => {
        const now = Date.UTC(2026, 0, 1) + quarters * 15 * MINUTE;
        const next = opensNext(nights, zone, now);
        expect(next === null).toBe(isOpen(nights, zone, now));
        if (next !== null)
          expect([next > now, isOpen(nights, zone, next), isOpen(nights, zone, next - 1)]).toEqual([true, true, false]);
      }),
    );
  });

  it("[RO8] a ring of fall-backs is named", () => {
    const pool = (id: string, fallbackPoolId: string | null) => ({ id, name: id.toUpperCase(), fallbackPoolId });
    expect(fallbackCycle([pool("a", "b"), pool("b", "c"), pool("c", null)])).toBeNull();
    expect(fallbackCycle([pool("a", "b"), pool("b", "c"), pool("c", "b")])).toBe("B → C → B");
    expect(fallbackCycle([pool("a", "a")])).toBe("A → A");
  });
});

describe("credentials that run out", () => {
  const zone = "America/New_York";
  const credential = (over: Partial<Credential> = {}): Credential => ({
    ...{ id: "c1", userId: "u1", covers: "US-NY", zone, validTo: endOfDay("2026-12-31", zone) },
    ...over,
  });

  it("[RO10] day by day each threshold is said once, on its day", () => {
    const said = new Map<string, number[]>();
    const heard: [string, number][] = [];
    for (let at = startOfDay("2026-10-01", zone); at < startOfDay("2027-01-10", zone); at += 6 * HOUR)
      for (const one of announcements([credential()], said, at)) {
        said.set("c1", [...(said.get("c1") ?? []), ...one.settles]);
        heard.push([new Date(at).toISOString().slice(0, 10), one.threshold]);
      }
    expect(heard).toEqual([
      ["2026-11-01", 60],
      ["2026-12-01", 30],
      ["2026-12-24", 7],
      ["2026-12-31", 0],
    ]);
  });

  it("[RO10] entered late, it is said once with the tightest; renewed, it is not spoken of", () => {
    const at = startOfDay("2026-12-27", zone);
    expect(announcements([credential()], new Map(), at)).toEqual([
      { credentialId: "c1", threshold: 7, daysLeft: 4, settles: [60, 30, 7] },
    ]);
    expect(announcements([credential()], new Map([["c1", [60, 30, 7]]]), at)).toEqual([]);
    const renewal = credential({ id: "c2", validTo: endOfDay("2028-12-31", zone) });
    expect(announcements([credential(), renewal], new Map(), at)).toEqual([]);
  });
});

describe("swap and cover", () => {
  const proposal = (over: Partial<Proposal> = {}): Proposal => ({
    ...{ fromUserId: "a", toUserId: null, startsAt: T0 + DAY, otherStartsAt: null, state: { state: "proposed" } },
    ...over,
  });
  const aCommand = fc.record({
    do: fc.constantFrom("accept", "decline", "withdraw"),
    by: fc.constantFrom("a", "b", "c"),
  }) as fc.Arbitrary<SwapCommand>;

  it("[RO11] settled at most once, by somebody who may, before the shift begins", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(null, "b"),
        fc.array(fc.tuple(aCommand, fc.integer({ min: 0, max: 48 })), { maxLength: 12 }),
        (toUserId, history) => {
          let now = proposal({ toUserId });
          let settled = 0;
          for (const [command, hour] of history) {
            const decided = decideSwap(now, command, T0 + hour * HOUR);
            if (!decided.ok) continue;
            settled += 1;
            if (command.do === "accept") {
              expect(command.by).not.toBe("a");
              expect(hour * HOUR).toBeLessThan(DAY);
              if (toUserId) expect(command.by).toBe(toUserId);
            }
            now = { ...now, state: decided.value };
          }
          expect(settled).toBeLessThanOrEqual(1);
        },
      ),
      { numRuns: 400 },
    );
  });
});

it("weighs a study by its heaviest modality", () => {
  expect([studyRvu(["SR", "CT"]), studyRvu(["CR"]), studyRvu([])]).toEqual([1.2, 0.2, 0.5]);
});
