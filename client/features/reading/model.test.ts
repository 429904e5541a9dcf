import type { StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { describe, expect, it } from "vitest";
import { arrivalInWords, changeFollow, type Follow, notFollowing, savedInWords, standingOf, whyNoMarks } from "./model";

const me = { id: "me", name: "Dr Lindqvist", shortName: "L", colour: "#2dd4bf" };
const other = { id: "other", name: "Dr Ortiz", shortName: "O", colour: "#f2b84b" };
type Claim = StudyDetail["row"]["claim"];
const held = (by: typeof me): Claim => ({ state: "held", by, since: 0, until: 60_000, fence: 7, note: "" });
const detail = (claim: Claim, reportState = "none"): StudyDetail =>
  ({
    row: { claim, report: { state: reportState, signedAt: null } },
    myClaim: null,
    mayClaim: true,
    whyNot: [],
  }) as unknown as StudyDetail;

describe("how one stands to the study", () => {
  it("[RR3] is the holder's with the fence to renew", () => {
    expect(standingOf(detail(held(me)), "me", false)).toMatchObject({ state: "mine", fence: 7, renewEveryMs: 20_000 });
  });
  it("[RR3] says who has taken over what was one's own, and only then", () => {
    expect(standingOf(detail(held(other)), "me", true)).toMatchObject({ state: "taken", by: other });
    expect(standingOf(detail(held(other)), "me", false)).toMatchObject({ state: "alongside", by: other });
  });
  it("[RR3] tells a lapsed lease from a study that was signed for its final read", () => {
    expect(standingOf(detail({ state: "open" }), "me", true).state).toBe("lapsed");
    expect(standingOf(detail({ state: "open" }, "preliminary"), "me", true).state).toBe("open");
    expect(standingOf(detail({ state: "open" }), "me", false).state).toBe("open");
    expect(standingOf(detail({ state: "done", by: me, at: 5 }), "me", true)).toMatchObject({ state: "done", at: 5 });
  });
});

describe("following", () => {
  const on: Follow = { state: "following", key: "o", asked: false };
  it("[RR4] lets go at any move of one's own, and takes it up again", () => {
    const gone = changeFollow(on, { type: "ownMove" });
    expect(gone).toEqual({ state: "letGo", key: "o", asked: false });
    expect(changeFollow(gone, { type: "again" })).toEqual(on);
    expect(changeFollow(notFollowing, { type: "ownMove" })).toBe(notFollowing);
    expect(changeFollow(notFollowing, { type: "again" })).toBe(notFollowing);
  });
  it("[RR4] stops for good where it was one's own choice; a presenter can be taken up again", () => {
    expect(changeFollow(on, { type: "stop" })).toBe(notFollowing);
    expect(changeFollow({ ...on, asked: true }, { type: "stop" }).state).toBe("letGo");
  });
  it("[RR5] whoever begins to present asks: one key follows them, declining leaves the screen alone, their end is the end", () => {
    const asked = changeFollow(notFollowing, { type: "presenter", key: "p" });
    expect(asked).toEqual({ state: "asked", key: "p" });
    expect(changeFollow(asked, { type: "ownMove" })).toBe(asked);
    const agreed = changeFollow(asked, { type: "again" });
    expect(agreed).toEqual({ state: "following", key: "p", asked: true });
    const declined = changeFollow(asked, { type: "stop" });
    expect(declined).toEqual({ state: "letGo", key: "p", asked: true });
    for (const each of [asked, agreed, declined]) {
      expect(changeFollow(each, { type: "presenter", key: null })).toBe(notFollowing);
    }
    expect(changeFollow(on, { type: "presenter", key: null })).toBe(on);
    expect(changeFollow(on, { type: "presenter", key: on.key })).toEqual({ ...on, asked: true });
  });
  it("[RR4] ends when the person leaves the room", () => {
    expect(changeFollow(on, { type: "people", keys: ["x"] })).toBe(notFollowing);
    expect(changeFollow(on, { type: "people", keys: ["x", "o"] })).toBe(on);
  });
});

describe("words", () => {
  it("[RR6] says saved only for what the hub has", () => {
    expect(savedInWords({ state: "saved" })).toEqual({ text: "saved", tone: "ok" });
    expect(savedInWords({ state: "saving" }).tone).toBe("busy");
    expect(savedInWords({ state: "offline", edits: 12 }).text).toBe("offline, 12 edits kept here");
    expect(savedInWords({ state: "offline", edits: 1 }).text).toBe("offline, 1 edit kept here");
    expect(savedInWords({ state: "frozen", edits: 2 })).toEqual({
      text: "signed; 2 edits came too late",
      tone: "warn",
    });
    expect(savedInWords({ state: "refused", reason: "too large" }).tone).toBe("warn");
  });
  it("[RR7] says what has arrived, and when it has stalled", () => {
    const row = (state: string, expected: number | null, lastAt: number) =>
      ({ state, images: { received: 341, expected, series: 1, lastAt } }) as StudyDetail["row"];
    expect(arrivalInWords(row("receiving", 812, 0), 1000)).toEqual({ text: "receiving 341 of 812", live: true });
    expect(arrivalInWords(row("receiving", null, 0), 60_000)).toEqual({
      text: "incomplete: 341 received",
      live: false,
    });
    expect(arrivalInWords(row("readable", 812, 0), 0)?.text).toBe("incomplete: 341 of 812 received");
    expect(arrivalInWords(row("readable", null, 0), 0)).toBeNull();
  });
  it("[RR8] says why nothing can be drawn; a lost line is no reason", () => {
    const rights = { see: true, point: true, mark: true, accept: true, write: false, drive: true };
    const room = { roomRole: "coreader" as const, hidden: false, laser: false };
    const self = { key: "k", personId: "me", name: "", role: "", colour: "", guest: false, client: 1, rights, ...room };
    expect(whyNoMarks({ frozen: null, refused: null, self, synced: true })).toBeNull();
    expect(whyNoMarks({ frozen: "signed", refused: null, self, synced: true })).toMatch(/frozen/);
    expect(
      whyNoMarks({ frozen: null, refused: null, self: { ...self, rights: { ...rights, mark: false } }, synced: true }),
    ).toMatch(/not draw/);
    expect(whyNoMarks({ frozen: null, refused: null, self: null, synced: false })).toMatch(/not open/);
  });
});
