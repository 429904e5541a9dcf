import { describe, expect, it } from "vitest";
import { sharesOf, span, words } from "./model";

const MINUTE = 60_000;

describe("a study's life in words", () => {
  it("spans read as people say them", () => {
    expect([20_000, 12 * MINUTE, 65 * MINUTE, 120 * MINUTE, 52 * 60 * MINUTE].map(span)).toEqual([
      "under 1 min",
      "12 min",
      "1 h 5 min",
      "2 h",
      "2 d 4 h",
    ]);
  });

  it("who read, which pool, what the hospital was asked for", () => {
    const by = { id: "a", name: "Ada Okafor" };
    expect(words({ kind: "reader", by, note: "" })).toBe("being read by Ada Okafor");
    expect(words({ kind: "call", by, note: "" })).toBe("Ada Okafor calling the clinician");
    expect(words({ kind: "queue", by: null, note: "Neuro" })).toBe("in the queue (Neuro)");
    expect(words({ kind: "hospital", by: null, note: "images are missing" })).toBe(
      "waiting for the hospital: images are missing",
    );
  });

  it("shares add up to the whole and leave out what took no time", () => {
    const none = {
      transfer: 0,
      missing_order: 0,
      hospital: 0,
      unroutable: 0,
      queue: 0,
      reader: 0,
      call: 0,
      delivery: 0,
    };
    const shares = sharesOf({ ...none, transfer: 5, queue: 10, reader: 5 });
    expect(shares.map(({ kind, percent }) => [kind, percent])).toEqual([
      ["transfer", 25],
      ["queue", 50],
      ["reader", 25],
    ]);
    expect(sharesOf(none)).toEqual([]);
  });
});
