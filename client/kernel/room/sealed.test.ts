import { describe, expect, it } from "vitest";
import { Unsettled } from "./sealed";

const edits = (number: number, bytes: number) => ({
  number,
  updates: [new Uint8Array(bytes)],
  seal: new Uint8Array(16),
});

describe("what the hub could still lose", () => {
  it("has no hole: after what could not be kept nothing is, until all is settled", () => {
    const unsettled = new Unsettled();
    unsettled.keep(edits(1, 10));
    unsettled.keep(edits(2, 4_000_000));
    unsettled.keep(edits(3, 10));
    expect(unsettled.all.map(({ number }) => number)).toEqual([1]);
    unsettled.settled(3);
    unsettled.keep(edits(4, 10));
    expect(unsettled.all.map(({ number }) => number)).toEqual([4]);
  });
});
