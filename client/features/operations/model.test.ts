import type { OperationsView, PoolLane } from "@readroom/shared/contract/http/operations.js";
import { describe, expect, it } from "vitest";
import {
  AXIS,
  type Crew,
  deliveryWord,
  densityOf,
  type Lane,
  lanesOf,
  place,
  rowsOf,
  standingOf,
  type Tick,
  tickInWords,
  totals,
} from "./model";
import { patched, take } from "./patches";

const minute = 60_000;
const tick = (studyId: string, deadline: number, more: Partial<Tick> = {}): Tick => ({
  studyId,
  label: studyId,
  urgency: "routine",
  deadline,
  clockStartedAt: deadline - 60 * minute,
  holder: null,
  paused: null,
  ...more,
});

const reader = (id: string, more: Partial<Crew> = {}): Crew => ({
  id,
  name: id,
  shortName: id,
  colour: "",
  title: "",
  poolIds: ["1"],
  onShift: true,
  onBreak: false,
  shiftStartsAt: null,
  shiftEndsAt: null,
  onCallUntil: null,
  holding: [],
  signed: 0,
  rvu: 0,
  rvuCapacity: null,
  online: true,
  open: 0,
  ...more,
});

const pool = (id: string): PoolLane => ({
  ...{ id, code: "", name: "Neuro", subspecialties: [], open: 0, held: 0, atRisk: 0, late: 0, readersOnShift: 1 },
  ...{ openNow: true, opensAt: null, hours: "", fallback: null },
});

describe("operations", () => {
  it("[OPC1] spreads the last minutes and keeps everything on the axis", () => {
    expect(place(-AXIS.over)).toBe(0);
    expect(place(AXIS.ahead)).toBe(1);
    expect(place(99 * AXIS.ahead)).toBe(1);
    expect(place(0)).toBeCloseTo(1 / (1 + Math.sqrt(8)), 5);
    expect(place(15 * minute) - place(0)).toBeGreaterThan(place(240 * minute) - place(225 * minute));
  });

  it("[OPC2] puts ticks that would hide each other into different rows", () => {
    const placed = rowsOf([tick("b", 100), tick("a", 0), tick("c", 200), tick("far", 300 * minute)], 0, densityOf(4));
    expect(placed.map(({ tick: t, row }) => [t.studyId, row])).toEqual([
      ["a", 0],
      ["b", 1],
      ["c", 2],
      ["far", 0],
    ]);
  });

  it("[OPC3] counts what is waiting, held, over and short, and each reader once", () => {
    const lanes: Lane[] = [
      {
        pool: pool("1"),
        ticks: [tick("a", -1), tick("b", 5 * minute, { holder: "x" })],
        readers: [reader("r")],
      },
      {
        pool: pool("2"),
        ticks: [tick("c", 50 * minute)],
        readers: [reader("r"), reader("s", { onBreak: true })],
      },
    ];
    expect(totals(lanes, 0)).toEqual({ waiting: 2, reading: 1, over: 1, short: 1, readers: 1 });
  });

  it("[OPC4] says how a delivery stands", () => {
    expect(deliveryWord("delivered", false).tone).toBe("ok");
    expect(deliveryWord("ambiguous", false)).toEqual({ text: "unclear", tone: "bad" });
    expect(deliveryWord("waiting", true).text).toBe("after an earlier one");
  });

  it("[OPC5] gives each lane the readers on shift in its pool", () => {
    const lanes = lanesOf({
      pools: [pool("1")],
      paused: [],
      rows: [],
      readers: [reader("r"), reader("off", { onShift: false }), reader("x", { poolIds: [] })],
    });
    expect(lanes[0]?.readers.map((r) => r.id)).toEqual(["r"]);
  });

  it("[OPC6] 400 studies of a lane have places of their own: rows grow in number as ticks shrink", () => {
    const crowded = Array.from({ length: 400 }, (_, n) => tick(`t${n}`, n * minute));
    const density = densityOf(crowded.length);
    const placed = rowsOf(crowded, 0, density);
    expect(new Set(placed.map(({ at, row }) => `${row} ${at.toFixed(4)}`)).size).toBe(400);
    for (const ticks of [1, 40, 400]) expect(densityOf(ticks).rows * densityOf(ticks).step).toBeLessThanOrEqual(84);
  });

  it("[OPC7] says how a clock stands in words: a paused one neither at risk nor overdue", () => {
    expect(standingOf(tick("a", -1), 0)).toBe("over");
    expect(standingOf(tick("a", 10 * minute), 0)).toBe("short");
    const paused = tick("a", -1, { paused: "images are missing" });
    expect(standingOf(paused, 0)).toBe("paused");
    expect(tickInWords(paused, 0)).toBe("a, routine, clock paused, images are missing, waiting");
    expect(tickInWords(tick("a", -5 * minute, { holder: "Ada" }), 0)).toBe(
      "a, routine, overdue by 5 minutes, with Ada",
    );
  });

  it("[OPC8] a pushed row replaces an older one, one that was reported or left the group goes, an older one changes nothing", () => {
    type Row = OperationsView["rows"][number];
    const row = (studyId: string, seq: number, more: object = {}) =>
      ({ studyId, seq, groupId: "g", report: { state: "none" }, claim: { state: "open" }, ...more }) as unknown as Row;
    const view = { group: { id: "g" }, rows: [row("a", 5), row("b", 5), row("c", 5)] } as unknown as OperationsView;
    const after = patched(
      view,
      new Map<string, Row | null>([
        ["a", row("a", 6, { urgency: "stat" })],
        ["b", row("b", 4, { urgency: "stat" })],
        ["c", row("c", 6, { report: { state: "final" }, claim: { state: "done" } })],
        ["d", row("d", 6)],
        ["e", row("e", 6, { groupId: "other" })],
      ]),
    );
    expect(after.rows.map(({ studyId, seq }) => [studyId, seq])).toEqual([
      ["a", 6],
      ["b", 5],
      ["d", 6],
    ]);
    const gone = { seq: 7, type: "worklist.gone", payload: { studyId: crypto.randomUUID() }, at: 0 };
    const patches = new Map<string, Row | null>();
    expect(take(patches, gone as never)).toBe(true);
    expect([...patches.values()]).toEqual([null]);
    expect(take(patches, { ...gone, type: "roster.changed" } as never)).toBe(false);
  });
});
