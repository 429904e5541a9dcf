import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOUR, MINUTE } from "../kernel/instant.js";
import { decide as decidePause, evolve as evolvePause, type PauseState } from "./clock-pause.js";
import { estimateSkew, examEnd, skewInWords } from "./clock-skew.js";
import { completeness } from "./completeness.js";
import { clockNotes, clockStart, clockStop, stopsFor, Turnaround, termsInWords } from "./contract.js";
import { decide as decideStep } from "./performed-step.js";

const T = Date.parse("2026-11-24T22:00:00Z");

describe("contract terms", () => {
  const terms = Turnaround.parse({
    clockStarts: "complete",
    byUrgency: { critical: { starts: "exam_end", stops: "called" } },
  });

  it("[CO4] terms that were stored before there were stops and urgencies of their own keep their meaning", () => {
    const old = Turnaround.parse({ critical: 15, stat: 60, urgent: 240, routine: 1440, clockStarts: "first_image" });
    expect(stopsFor(old, "stat")).toBe("preliminary");
    expect(clockStart(old, { firstInstanceAt: T, completeAt: null }, "stat")).toBe(T);
    expect(Turnaround.parse({})).toMatchObject({ stat: 30, clockStarts: "first_image" });
  });

  it("[CO5] what starts a clock is the contract's, and by urgency where it says so", () => {
    const times = {
      firstInstanceAt: T,
      completeAt: T + 5 * MINUTE,
      lastInstanceAt: T + 4 * MINUTE,
      examEndAt: T - MINUTE,
    };
    expect(clockStart(terms, times, "stat")).toBe(T + 5 * MINUTE);
    expect(clockStart(terms, times, "critical")).toBe(T - MINUTE);
    expect(clockStart({ ...terms, clockStarts: "last_image" }, times, "stat")).toBe(T + 4 * MINUTE);
    expect(clockStart({ ...terms, clockStarts: "order_matched" }, times, "stat")).toBeNull();
    expect(clockStart(terms, { ...times, examEndAt: null }, "critical")).toBe(T);
    expect(clockNotes(terms, { ...times, examEndAt: null }, "critical")).toContain("the first image counts");
    expect(clockNotes(terms, { ...times, pausedMs: 12 * MINUTE }, "stat")).toBe(
      "; moved by 12 min while it waited for the hospital",
    );
  });

  it("[CO6] what stops it: the first signature, the final one, or the call where something had to be called", () => {
    const nothing = { preliminaryAt: null, finalAt: null, criticalAt: null, calledAt: null };
    expect(clockStop("preliminary", { ...nothing, preliminaryAt: 1, finalAt: 2 })).toBe(1);
    expect(clockStop("final", { ...nothing, preliminaryAt: 1 })).toBeNull();
    expect(clockStop("called", { ...nothing, finalAt: 2 })).toBe(2);
    expect(clockStop("called", { ...nothing, criticalAt: 1, finalAt: 2 })).toBeNull();
    expect(clockStop("called", { ...nothing, criticalAt: 1, calledAt: 4 })).toBe(4);
  });

  it("[CO7] terms in words say what differs", () => {
    expect(termsInWords(terms).join(" ")).toContain(
      "For critical studies it starts when the examination ends and stops when the clinician is reached",
    );
    expect(termsInWords(Turnaround.parse({})).some((line) => line.startsWith("For "))).toBe(false);
  });
});

describe("pauses", () => {
  it("[CK4] any sequence of commands: one pause at a time, and the paused time is exactly what lay between", () => {
    const command = fc.constantFrom(
      { do: "pause", reason: "missing_images" } as const,
      { do: "pause", reason: "call_back" } as const,
      { do: "resume" } as const,
      { do: "answer", what: "images" } as const,
      { do: "answer", what: "words" } as const,
      { do: "close" } as const,
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(command, fc.nat({ max: 1000 })), { maxLength: 30 }), (steps) => {
        let state: PauseState = { state: "running", pausedMs: 0 };
        let now = T;
        let between = 0;
        for (const [next, wait] of steps) {
          if (state.state === "paused") between += wait;
          now += wait;
          const decided = decidePause(state, next, now);
          if (decided.ok) for (const event of decided.value) state = evolvePause(state, event);
        }
        const open: number = state.state === "paused" ? now - state.since : 0;
        expect(state.pausedMs + open).toBe(between);
      }),
    );
  });

  it("[CK5] only an answer to what was asked ends a pause", () => {
    const paused: PauseState = { state: "paused", reason: "missing_order", since: T, pausedMs: 0 };
    expect(decidePause(paused, { do: "answer", what: "images" }, T + 1)).toEqual({ ok: true, value: [] });
    expect(decidePause(paused, { do: "answer", what: "order" }, T + 1)).toMatchObject({
      value: [{ type: "resumed", spanMs: 1 }],
    });
    expect(decidePause(paused, { do: "pause", reason: "call_back" }, T)).toMatchObject({ ok: false });
  });
});

describe("clocks of devices", () => {
  const samples = (kind: "image" | "message" | "step", minutes: number[]) =>
    minutes.map((value) => ({ kind, behindMs: value * MINUTE }));

  it("[CK6] a device beyond two minutes is flagged with a sentence; up to half of the samples may be anything", () => {
    const ahead = estimateSkew([...samples("message", [-5, -5, -5, -5]), ...samples("message", [600, 300, -700])]);
    expect(ahead).toMatchObject({ flagged: true, aheadMs: 5 * MINUTE });
    expect(skewInWords("CT1", ahead)).toBe("The clock of CT1 is 5 min ahead of ours (by 7 comparisons).");
    expect(estimateSkew(samples("message", [0, 0, 1, 0, 0])).flagged).toBe(false);
    expect(estimateSkew(samples("message", [9, 9, 9])).flagged).toBe(false);
    expect(skewInWords("HIS", estimateSkew(samples("message", [60, 60, 60, 60, 60])))).toContain(
      "Check its time zone first",
    );
  });

  it("[CK7] a slow queue of images is not a clock that is behind, images from our future are one that is ahead", () => {
    expect(estimateSkew(samples("image", [0.5, 12, 15, 20, 30, 45, 50])).flagged).toBe(false);
    expect(estimateSkew(samples("image", [11, 12, 15, 20, 30, 45, 50])).flagged).toBe(true);
    expect(estimateSkew(samples("image", [-9, -8, -9, -8, -9, 2])).flagged).toBe(true);
  });

  it("[CK8] an exam's end is never in our future and never hours before the first image; a flagged device is corrected", () => {
    const skew = estimateSkew(samples("step", [-10, -10, -10, -10, -10]));
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), fc.boolean(), (minutes, known) => {
        const about = { firstInstanceAt: T, heardAt: T + 3 * MINUTE, skew: known ? skew : null };
        const { at, correction } = examEnd(T + minutes * MINUTE, about);
        expect(at).toBeLessThanOrEqual(about.heardAt);
        expect(at).toBeGreaterThanOrEqual(T - 4 * HOUR);
        if (at !== T + minutes * MINUTE) expect(correction).not.toBe("");
      }),
    );
    expect(examEnd(T + 9 * MINUTE, { firstInstanceAt: T, heardAt: T + HOUR, skew })).toEqual({
      at: T - MINUTE,
      correction: "corrected by 10 min, since the device's clock is ahead",
    });
  });
});

describe("completeness", () => {
  it("[CK9] counts say how they are known; a series that nobody announced does not make up for a missing one", () => {
    const step = { source: "step", instances: 5, series: { a: 2, b: 3 }, final: true, at: T } as const;
    expect(completeness({ a: 2, b: 3 }, [step], false)).toMatchObject({ missing: 0, how: "step" });
    const short = completeness({ a: 2, c: 9 }, [step], false);
    expect(short).toMatchObject({ missing: 3, expected: 5 });
    expect(short.sentence).toBe("3 of 5 images are missing, by the modality's own list.");
    expect(completeness({ a: 2 }, [{ ...step, final: false }], false)).toMatchObject({ expected: null, how: "quiet" });
  });

  it("[CK10] a performed step is created in progress, and changed no more once it is over", () => {
    expect(decideStep(null, { do: "create", status: "COMPLETED" })).toMatchObject({ ok: false });
    expect(decideStep("IN PROGRESS", { do: "set", status: "COMPLETED" })).toEqual({ ok: true, value: "COMPLETED" });
    expect(decideStep("DISCONTINUED", { do: "set", status: "COMPLETED" })).toEqual({ ok: false, error: "no_longer" });
    expect(decideStep(null, { do: "set", status: undefined })).toEqual({ ok: false, error: "not_there" });
  });
});
