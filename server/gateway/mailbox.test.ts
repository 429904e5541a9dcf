import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Sent } from "../kernel/feature.js";
import { Mailbox } from "./mailbox.js";

const event = (seq: number): Sent => ({
  ...{ seq, type: "study.changed", payload: {}, at: 0, actor: { kind: "system", id: "", name: "" } },
});

/** Screens by topic, and what each got: a list of sequence numbers for each message. */
function hub(rooms: Record<string, readonly string[]>) {
  const got: Record<string, number[][]> = {};
  const to = (screens: readonly string[]) => ({
    emit(name: string, events: readonly Sent[]) {
      expect(name).toBe("events");
      for (const screen of screens) {
        got[screen] ??= [];
        got[screen].push(events.map(({ seq }) => seq));
      }
    },
  });
  const sets = new Map(Object.entries(rooms).map(([topic, screens]) => [topic, new Set(screens)]));
  const io = { to, sockets: { adapter: { rooms: sets } } };
  return { mailbox: new Mailbox(io as unknown as ConstructorParameters<typeof Mailbox>[0]), got };
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

  it("[MB3] after many messages it rests, 50 ms at most, and nothing is lost meanwhile", () => {
    const screens = Array.from({ length: 2_000 }, (_, n) => `s${n}`);
    const { mailbox, got } = hub({ "group:1": screens });
    mailbox.post(["group:1"], event(1), true);
    vi.advanceTimersByTime(1);
    mailbox.post(["group:1"], event(2), true);
    vi.advanceTimersByTime(40);
    mailbox.post(["group:1"], event(3), true);
    expect(got.s0).toEqual([[1]]);
    vi.advanceTimersByTime(12);
    expect(got.s0).toEqual([[1], [2, 3]]);
    expect(got.s1999).toEqual([[1], [2, 3]]);
  });

  it("[MB4] flush sends at once, and what was planned for it does not come again", () => {
    const { mailbox, got } = hub({ "group:1": ["a"] });
    mailbox.post(["group:1"], event(1), false);
    mailbox.flush();
    vi.advanceTimersByTime(100);
    expect(got).toEqual({ a: [[1]] });
  });
});
