import type { ReaderLoad } from "@readroom/shared/contract/http/operations.js";
import { describe, expect, it } from "vitest";
import { AXIS, deliveryWord, type Lane, lanesOf, place, rowsOf, type Tick, totals } from "./model";

const minute = 60_000;
const tick = (studyId: string, deadline: number, more: Partial<Tick> = {}): Tick => ({
  studyId,
  label: studyId,
  urgency: "routine",
  deadline,
  clockStartedAt: deadline - 60 * minute,
  holder: null,
  ...more,
});

const reader = (id: string, more: Partial<ReaderLoad> = {}): ReaderLoad => ({
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
  holding: [],
  signed: 0,
  online: true,
  ...more,
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
    const placed = rowsOf([tick("b", 100), tick("a", 0), tick("c", 200), tick("far", 300 * minute)], 0);
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
        pool: { id: "1", name: "" },
        ticks: [tick("a", -1), tick("b", 5 * minute, { holder: "x" })],
        readers: [reader("r")],
      },
      {
        pool: { id: "2", name: "" },
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
    const pool = {
      id: "1",
      code: "",
      name: "Neuro",
      subspecialties: [],
      open: 0,
      held: 0,
      atRisk: 0,
      late: 0,
      readersOnShift: 1,
    };
    const lanes = lanesOf({
      pools: [pool],
      rows: [],
      readers: [reader("r"), reader("off", { onShift: false }), reader("x", { poolIds: [] })],
    });
    expect(lanes[0]?.readers.map((r) => r.id)).toEqual(["r"]);
  });
});
