import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Sent } from "../kernel/feature.js";
import { Mailbox, type Screens } from "./mailbox.js";

const event = (seq: number): Sent => ({
  ...{ seq, type: "study.changed", payload: {}, at: 0, actor: { kind: "system", id: "", name: "" } },
});

/** Screens by topic, and what each got: a list of sequence numbers for each message. */
function hub(rooms: Record<string, readonly string[]>) {
  const got: Record<string, number[][]> = {};
  const sets = new Map(Object.entries(rooms));
  const screens: Screens = {
    of: (topic) => sets.get(topic) ?? [],
    send(ids, events) {
      for (const screen of ids) {
        got[screen] ??= [];
        got[screen].push(events.map(({ seq }) => seq));
      }
    },
  };
  return { mailbox: new Mailbox(screens), got };
}

describe("mailbox", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("[MB1] an event waits for the view computed from it, a few milliseconds, and both are one message", () => {
    const { mailbox, got } = hub({ "group:1": ["a", "b"], "study:1": ["b", "c"] });
    mailbox.post(["group:1", "study:1"], event(1), false);
    vi.advanceTimersByTime(3);
    expect(got).toEqual({});
    mailbox.post(["group:1"], event(1), true);
    vi.advanceTimersByTime(1);
    expect(got).toEqual({ a: [[1, 1]], b: [[1, 1]], c: [[1]] });
  });

  it("[MB2] one that nothing follows goes out by itself, and each screen gets what is its own in order", () => {
    const { mailbox, got } = hub({ "group:1": ["a"], "group:2": ["b"], "hospital:1": ["b", "a"] });
    mailbox.post(["group:1"], event(1), false);
    mailbox.post(["group:2", "hospital:1"], event(2), false);
    mailbox.post(["group:2"], event(3), false);
    mailbox.post([], event(4), false);
    mailbox.post(["nobody"], event(5), false);
    vi.advanceTimersByTime(8);
    expect(got).toEqual({ a: [[1, 2]], b: [[2, 3]] });
  });

  it("[MB3] after more messages than it has in its purse it rests, 150 ms at most, and nothing is lost meanwhile", () => {
    const screens = Array.from({ length: 2_000 }, (_, n) => `s${n}`);
    const { mailbox, got } = hub({ "group:1": screens });
    mailbox.post(["group:1"], event(1), true);
    vi.advanceTimersByTime(1);
    mailbox.post(["group:1"], event(2), true);
    vi.advanceTimersByTime(140);
    mailbox.post(["group:1"], event(3), true);
    expect(got.s0).toEqual([[1]]);
    expect(mailbox.rest()).toBeCloseTo(9, 0);
    vi.advanceTimersByTime(12);
    expect(got.s0).toEqual([[1], [2, 3]]);
    expect(got.s1999).toEqual([[1], [2, 3]]);
  });

  it("[MB3] a hub with little to say does not rest", () => {
    const screens = Array.from({ length: 50 }, (_, n) => `s${n}`);
    const { mailbox, got } = hub({ "group:1": screens });
    for (let n = 1; n <= 100; n += 1) {
      mailbox.post(["group:1"], event(n), true);
      vi.advanceTimersByTime(1);
      expect(got.s0?.length).toBe(n);
      vi.advanceTimersByTime(19);
    }
  });

  it("[MB3] after a rest an event waits for the view of it, so that both are one message", () => {
    const screens = Array.from({ length: 2_000 }, (_, n) => `s${n}`);
    const { mailbox, got } = hub({ "group:1": screens });
    mailbox.post(["group:1"], event(1), true);
    vi.advanceTimersByTime(1);
    mailbox.post(["group:1"], event(2), false);
    vi.advanceTimersByTime(180);
    expect(got.s0).toEqual([[1]]);
    mailbox.post(["group:1"], event(2), true);
    vi.advanceTimersByTime(1);
    expect(got.s0).toEqual([[1], [2, 2]]);
  });

  it("[MB4] flush sends at once, and what was planned for it does not come again", () => {
    const { mailbox, got } = hub({ "group:1": ["a"] });
    mailbox.post(["group:1"], event(1), false);
    mailbox.flush();
    vi.advanceTimersByTime(100);
    expect(got).toEqual({ a: [[1]] });
  });
});
