import type { HubEvent } from "@readroom/shared/contract/down.js";
import { describe, expect, it } from "vitest";
import { Feed, type Wire } from "./feed";

const event = (seq: number): HubEvent => ({
  seq,
  type: "study.changed",
  payload: {},
  at: 0,
  actor: { kind: "system", id: "", name: "" },
});

function wire(answer: { seq: number; missed?: HubEvent[]; reset?: boolean }): Wire & { asked: unknown[] } {
  const asked: unknown[] = [];
  return {
    asked,
    ask: async (_message, body) => {
      asked.push(body);
      return { ok: true, value: { granted: [], refused: [], missed: [], reset: false, ...answer } };
    },
  };
}

function following(feed: Feed): { heard: number[]; resets: () => number } {
  const heard: number[] = [];
  let resets = 0;
  feed.onEvent((e) => heard.push(e.seq));
  feed.onReset(() => {
    resets++;
  });
  return { heard, resets: () => resets };
}

describe("feed", () => {
  it("[FD1] gives each event once, in order", async () => {
    const feed = new Feed();
    const { heard } = following(feed);
    feed.follow(["group:1"]);
    const first = wire({ seq: 10 });
    await feed.connected(first);
    expect(first.asked).toEqual([{ topics: ["group:1"] }]);
    for (const seq of [10, 11, 11, 12]) feed.receive([event(seq)]);
    feed.receive([{ nonsense: true }]);
    feed.receive("nonsense");
    expect(heard).toEqual([11, 12]);
    expect(feed.seq).toBe(12);
  });

  it("[FD2] asks for what it missed after a gap, without telling anyone to start over", async () => {
    const feed = new Feed();
    const { heard, resets } = following(feed);
    feed.follow(["group:1"]);
    await feed.connected(wire({ seq: 10 }));
    feed.receive([event(11)]);
    feed.disconnected();
    const second = wire({ seq: 14, missed: [event(12), event(14)] });
    await feed.connected(second);
    expect(second.asked).toEqual([{ topics: ["group:1"], since: 11 }]);
    expect(heard).toEqual([11, 12, 14]);
    expect(resets()).toBe(0);
    expect(feed.unbrokenSince).toBe(10);
  });

  it("[FD5] passes computed views on under the number of the event before them, and tells of a gap after a reconnect", async () => {
    const feed = new Feed();
    const { heard } = following(feed);
    let gaps = 0;
    feed.onGap(() => {
      gaps++;
    });
    await feed.connected(wire({ seq: 10 }));
    feed.receive([event(11)]);
    feed.receive([{ ...event(11), type: "worklist.row" }]);
    expect(heard).toEqual([11, 11]);
    expect(gaps).toBe(0);
    feed.disconnected();
    await feed.connected(wire({ seq: 12 }));
    expect(gaps).toBe(1);
  });

  it("[FD6] says once that it listens, to who asked before and to who asks after", async () => {
    const feed = new Feed();
    const begun: string[] = [];
    feed.onBegun(() => begun.push("before"));
    feed.onBegun(() => begun.push("left"))();
    await feed.connected(wire({ seq: 10 }));
    feed.onBegun(() => begun.push("after"));
    feed.disconnected();
    await feed.connected(wire({ seq: 12 }));
    expect(begun).toEqual(["before", "after"]);
  });

  it("[FD3] tells its listeners to start over when the hub has forgotten what was missed", async () => {
    const feed = new Feed();
    const { resets } = following(feed);
    await feed.connected(wire({ seq: 10 }));
    feed.disconnected();
    await feed.connected(wire({ seq: 900, reset: true }));
    expect(resets()).toBe(1);
    expect(feed.seq).toBe(900);
    expect(feed.unbrokenSince).toBe(900);
  });

  it("[FD4] asks for a topic once however many follow it, and leaves out what nobody follows when it connects again", async () => {
    const feed = new Feed();
    const line = wire({ seq: 1 });
    await feed.connected(line);
    const one = feed.follow(["study:7"]);
    const two = feed.follow(["study:7"]);
    expect(line.asked.slice(1)).toEqual([{ topics: ["study:7"] }]);
    one();
    feed.disconnected();
    const again = wire({ seq: 1 });
    await feed.connected(again);
    expect(again.asked).toEqual([{ topics: ["study:7"], since: 1 }]);
    two();
    const last = wire({ seq: 1 });
    await feed.connected(last);
    expect(last.asked).toEqual([{ topics: [], since: 1 }]);
  });
});
