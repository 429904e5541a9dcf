import type { Reader } from "@readroom/shared/domain/eligibility.js";
import { describe, expect, it } from "vitest";
import {
  atRisk,
  type Line,
  linesOf,
  passes,
  reduce,
  shortName,
  standingOf,
  type Viewer,
  views,
  type Worklist,
} from "./model";

const now = 1_000_000_000;
const minute = 60_000;

const line = (studyId: string, more: Partial<Line> = {}): Line => ({
  studyId,
  studyInstanceUid: `1.2.${studyId}`,
  seq: 7,
  hospital: { id: "hospital", name: "St Mary" },
  groupId: "group",
  bodyPart: "HEAD",
  isDemo: false,
  routing: "",
  patient: {
    id: "p",
    source: "order",
    name: "SAMPLE, Ada",
    birthDate: "1955-03-01",
    age: "71 Y",
    sex: "F",
    mrn: "00123",
  },
  procedure: "CT Head",
  modalities: ["CT"],
  accessionNumber: "88213",
  studyAt: now,
  state: "readable",
  images: { received: 120, expected: null, series: 3, lastAt: now },
  match: { state: "matched", reason: "" },
  site: { id: "site", code: "STM", name: "St Mary ED", timeZone: "America/New_York", jurisdiction: "US-NY" },
  pool: { id: "neuro", code: "NEURO", name: "Neuro" },
  subspecialty: "neuro",
  urgency: "routine",
  urgencyReason: "",
  clock: clock(30),
  routable: true,
  claim: { state: "open" },
  report: { state: "none", signedAt: null },
  criticalState: "none",
  priors: 0,
  ...more,
});
const clock = (left: number, span = 60) => ({
  startedAt: now - (span - left) * minute,
  deadline: now + left * minute,
  warnAt: now + (left - span / 4) * minute,
  rule: "",
});
const signed: Partial<Line> = {
  claim: { state: "done", by: null, at: now },
  report: { state: "final", signedAt: now },
  state: "closed",
};

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
const list = (...lines: Line[]): Worklist =>
  reduce({ lines: new Map(), seq: 0, reader: null }, { type: "loaded", lines, seq: 7, reader });
const held = (id: string): Line["claim"] => ({
  state: "held",
  by: { id, name: "Dr Maya Ortiz", shortName: "MO", colour: "" },
  since: now,
  until: now + minute,
  fence: 3,
  note: "",
});

describe("worklist", () => {
  it("[WLC1] takes a snapshot, newer lines, and lets go of what is gone; an older view never replaces a newer one", () => {
    let state = list(line("a"), line("b"), line("c"));
    expect(state.seq).toBe(7);
    state = reduce(state, { type: "line", line: line("b", { seq: 9, priors: 2 }) });
    state = reduce(state, { type: "line", line: line("b", { seq: 8, priors: 1 }) });
    expect(state.lines.get("b")?.priors).toBe(2);
    state = reduce(state, { type: "gone", studyId: "a" });
    expect([...state.lines.keys()]).toEqual(["b", "c"]);
    expect(reduce(state, { type: "gone", studyId: "a" })).toBe(state);
  });

  it('[WLC2] puts under "For me" only what is open, in my pools and mine to read now', () => {
    const state = list(
      line("ok"),
      line("held", { claim: held("other") }),
      line("mine", { claim: held("me") }),
      line("elsewhere", { site: { id: "site", code: "", name: "", timeZone: "UTC", jurisdiction: "US-OH" } }),
      line("body", { subspecialty: "body" }),
      line("other pool", { pool: { id: "msk", code: "MSK", name: "MSK" } }),
      line("unrouted", { pool: null }),
      line("signed", signed),
    );
    const ids = (view: string) => linesOf(state, view, "", viewer, now).map((l) => l.studyId);
    expect(ids("for-me")).toEqual(["ok"]);
    expect(ids("mine")).toEqual(["mine"]);
    expect(ids("all")).not.toContain("signed");
    expect(linesOf(state, "for-me", "", { ...viewer, reader: { ...reader, onBreak: true } }, now)).toEqual([]);
    expect(linesOf(state, "for-me", "", { userId: "operator", reader: null }, now)).toEqual([]);
  });

  it("[WLC3] orders by urgency, then by deadline, and what has no clock last", () => {
    const state = list(
      line("none", { clock: null }),
      line("late", { clock: clock(60, 90) }),
      line("soon", { clock: clock(1) }),
      line("stat", { urgency: "stat", clock: clock(90, 99) }),
      line("critical", { urgency: "critical", clock: null }),
    );
    const ids = linesOf(state, "all", "", viewer, now).map((l) => l.studyId);
    expect(ids).toEqual(["critical", "stat", "soon", "late", "none"]);
  });

  it("[WLC4] counts its tabs, pools by name, what is at risk, to confirm and not routed", () => {
    const state = list(
      line("fine"),
      line("short", { clock: clock(5) }),
      line("over", { clock: clock(-1), pool: { id: "body", code: "BODY", name: "Body" } }),
      line("whose", { state: "complete", match: { state: "unmatched", reason: "no such accession" } }),
      line("nowhere", { pool: null, routable: false }),
      line("signed", signed),
    );
    const counted = Object.fromEntries(views(state, viewer, now).map((view) => [view.label, view.count]));
    expect(counted).toEqual({
      Mine: 0,
      "For me": 2,
      All: 5,
      Body: 1,
      Neuro: 3,
      "At risk": 2,
      "To confirm": 1,
      "Not routed": 1,
    });
    expect(atRisk(line("no clock", { clock: null }), now)).toBe(false);
  });

  it("[WLC5] filters by every word, over what the line shows", () => {
    expect(passes(line("a"), "sample ct")).toBe(true);
    expect(passes(line("a"), "SAMPLE mary 882")).toBe(true);
    expect(passes(line("a"), "sample mr")).toBe(false);
    expect(passes(line("a", { claim: held("x") }), "ortiz")).toBe(true);
  });

  it("[WLC6] says who has it, or how far it is", () => {
    const text = (more: Partial<Line>) => standingOf(line("a", more)).text;
    expect(standingOf(line("a", { claim: held("x") }))).toEqual({ text: "M. Ortiz", holder: "x" });
    expect(text({})).toBe("ready");
    expect(text({ state: "receiving" })).toBe("receiving");
    expect(text({ state: "expected" })).toBe("ordered");
    expect(text({ state: "complete", match: { state: "unmatched", reason: "" } })).toBe("no order yet");
    expect(text({ pool: null })).toBe("not routed");
    expect(text({ report: { state: "preliminary", signedAt: now } })).toBe("preliminary");
    expect(text(signed)).toBe("signed");
    expect(shortName("Ortiz")).toBe("Ortiz");
  });
});
