import type { Reader } from "@readroom/shared/domain/eligibility.js";
import { describe, expect, it } from "vitest";
import { atRisk, type Line, linesOf, passes, reduce, shortName, standingOf, type Viewer, views, type Worklist } from "./model";

const now = 1_000_000_000;
const minute = 60_000;

const line = (studyId: string, more: Partial<Line> = {}): Line => ({
  studyId,
  studyInstanceUid: `1.2.${studyId}`,
  patient: { name: { alphabetic: "SAMPLE^Ada" }, birthDate: "19550301", sex: "F", mrn: "00123" },
  procedure: "CT Head",
  modalities: ["CT"],
  accessionNumber: "88213",
  studyAt: now,
  images: 120,
  imagesExpected: null,
  state: "complete",
  matched: true,
  site: { id: "site", name: "St Mary ED", timeZone: "America/New_York", jurisdiction: "US-NY" },
  pool: { id: "neuro", name: "Neuro" },
  subspecialty: "neuro",
  readType: "final",
  urgency: "routine",
  urgencyReason: "",
  clockStartedAt: now - 30 * minute,
  deadline: now + 30 * minute,
  rule: "",
  priors: 0,
  claim: { state: "open" },
  reportState: "none",
  criticalOpen: false,
  ...more,
});

const reader: Reader = {
  poolIds: ["neuro"],
  subspecialties: ["neuro"],
  readTypes: ["final"],
  jurisdictions: [{ code: "US-NY", validFrom: 0, validTo: now * 2 }],
  privileges: [{ siteId: "site", readTypes: ["final"], validFrom: 0, validTo: now * 2 }],
  shift: { startsAt: 0, endsAt: now * 2 },
  onBreak: false,
};
const viewer: Viewer = { userId: "me", reader };
const list = (...lines: Line[]): Worklist => reduce({ lines: new Map(), seq: 0 }, { type: "loaded", lines, seq: 7 });
const held = (id: string): Line["claim"] => ({ state: "held", by: { id, name: "Dr Maya Ortiz" }, fence: 3 });

describe("worklist", () => {
  it("[WLC1] takes a snapshot, a single line, and drops what was asked for and did not come back", () => {
    let state = list(line("a"), line("b"), line("c"));
    expect(state.seq).toBe(7);
    state = reduce(state, { type: "line", line: line("b", { images: 341 }) });
    expect(state.lines.get("b")?.images).toBe(341);
    state = reduce(state, { type: "refreshed", asked: ["a", "b"], lines: [line("b", { images: 400 })] });
    expect([...state.lines.keys()].sort()).toEqual(["b", "c"]);
    expect(state.lines.get("b")?.images).toBe(400);
  });

  it("[WLC2] puts under \"For me\" only what is open, routed and readable by this person now", () => {
    const state = list(
      line("ok"),
      line("held", { claim: held("other") }),
      line("mine", { claim: held("me") }),
      line("elsewhere", { site: { id: "site", name: "", timeZone: "UTC", jurisdiction: "US-OH" } }),
      line("body", { subspecialty: "body" }),
      line("unrouted", { pool: null }),
      line("signed", { claim: { state: "done", by: null }, reportState: "final" }),
    );
    const ids = (view: string) => linesOf(state, view, "", viewer, now).map((l) => l.studyId);
    expect(ids("for-me")).toEqual(["ok"]);
    expect(ids("mine")).toEqual(["mine"]);
    expect(ids("all")).not.toContain("signed");
    expect(linesOf(state, "for-me", "", { ...viewer, reader: { ...reader, onBreak: true } }, now)).toEqual([]);
    expect(linesOf(state, "for-me", "", { userId: "operator", reader: null }, now)).toEqual([]);
  });

  it("[WLC3] orders by urgency, then by deadline", () => {
    const state = list(
      line("late", { deadline: now + 60 * minute }),
      line("soon", { deadline: now + minute }),
      line("stat", { urgency: "stat", deadline: now + 90 * minute }),
      line("critical", { urgency: "critical", deadline: null }),
    );
    expect(linesOf(state, "all", "", viewer, now).map((l) => l.studyId)).toEqual(["critical", "stat", "soon", "late"]);
  });

  it("[WLC4] counts its tabs, pools by name, and what is at risk", () => {
    const state = list(
      line("fine"),
      line("short", { deadline: now + 5 * minute }),
      line("over", { deadline: now - minute, pool: { id: "body", name: "Body" } }),
      line("prelim", { reportState: "preliminary", claim: { state: "done", by: null } }),
    );
    const counted = Object.fromEntries(views(state, viewer, now).map((view) => [view.label, view.count]));
    expect(counted).toEqual({ Mine: 0, "For me": 3, All: 3, Body: 1, Neuro: 2, "At risk": 2, "To confirm": 1 });
    expect(atRisk(line("no clock", { deadline: null }), now)).toBe(false);
  });

  it("[WLC5] filters by every word, over what the line shows", () => {
    expect(passes(line("a"), "sample ct")).toBe(true);
    expect(passes(line("a"), "SAMPLE mary 882")).toBe(true);
    expect(passes(line("a"), "sample mr")).toBe(false);
    expect(passes(line("a"), "sample knee")).toBe(false);
    expect(passes(line("a", { claim: held("x") }), "ortiz")).toBe(true);
  });

  it("[WLC6] says who has it, or how far it is", () => {
    expect(standingOf(line("a", { claim: held("x") }))).toEqual({ text: "M. Ortiz", holder: "x" });
    expect(standingOf(line("a")).text).toBe("ready");
    expect(standingOf(line("a", { state: "receiving" })).text).toBe("receiving");
    expect(standingOf(line("a", { matched: false })).text).toBe("no order yet");
    expect(standingOf(line("a", { pool: null })).text).toBe("not routed");
    expect(standingOf(line("a", { reportState: "preliminary", claim: { state: "done", by: null } })).text).toBe("preliminary");
    expect(shortName("Ortiz")).toBe("Ortiz");
  });
});
