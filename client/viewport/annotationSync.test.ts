// @vitest-environment happy-dom
import { eventTarget, triggerEvent } from "@cornerstonejs/core";
import { annotation, Enums } from "@cornerstonejs/tools";
import { type AnnotationRecord, acceptedRecord } from "@readroom/shared/crdt/annotation.js";
import { PRODUCT } from "@readroom/shared/kernel/product.js";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type AnnotationChange, createAnnotationSync } from "./annotationSync";
import { markOfRecord } from "./markRecord";
import { buildStack } from "./stack";
import { sliceDataset } from "./testDatasets";
import type { DrawnMark } from "./tools/mapping";

// the archive's side is not under test: every image is the first of one stack
vi.mock("./imagery", () => ({
  loadedPlaces: { ofImage: () => ({ stack, index: 0 }), ofSeries: () => stack, ofVolume: () => stack },
}));
const { stack } = buildStack([sliceDataset(1, [0, 0, 0])])!;

const base = "http://hub.test/dicomweb";
const { ANNOTATION_COMPLETED, ANNOTATION_MODIFIED } = Enums.Events;
const { HandlesUpdated, StatsUpdated } = Enums.ChangeTypes;

const remote = (id: string, y = 0): AnnotationRecord => ({
  id,
  v: 1,
  kind: "length",
  frameOfReferenceUid: "1.2.9",
  studyInstanceUid: "1.2",
  seriesInstanceUid: "1.2.3",
  sopInstanceUid: "1.2.3.1",
  frame: 1,
  points: [
    [0, y, 0],
    [30, y + 40, 0],
  ],
  spacing: "patient",
  author: { id: "u2", name: "M. Ortiz" },
  createdAt: "2026-11-24T02:14:00Z",
  stats: { lengthMm: 50 },
});

const changed = (mark: DrawnMark, changeType: string) =>
  triggerEvent(eventTarget, ANNOTATION_MODIFIED, { annotation: mark, changeType });
const markOf = (id: string) => annotation.state.getAnnotation(id) as DrawnMark;

/** What the renderer does when a hand draws: the mark is added, moves many times, is finished. */
function drawByHand(id: string): DrawnMark {
  const mark = markOfRecord(remote(id), base);
  annotation.state.addAnnotation(mark, "1.2.9");
  changed(mark, HandlesUpdated);
  return mark;
}

describe("marks of this screen and of others", () => {
  let changes: AnnotationChange[];
  let measured: AnnotationRecord[];
  let sync: ReturnType<typeof createAnnotationSync>;
  beforeEach(() => {
    vi.useFakeTimers();
    changes = [];
    measured = [];
    sync = createAnnotationSync({
      base,
      author: { id: "u1", name: "J. Lee" },
      colorOf: () => "#2dd4bf",
      onChange: (change) => changes.push(change),
      onMeasurement: (record) => measured.push(record),
      now: () => new Date("2026-11-24T03:00:00Z"),
    });
  });
  afterEach(() => {
    sync.destroy();
    vi.useRealTimers();
  });

  it("[VP28] applying, moving and removing others' marks tells nothing, nor do the redraws that follow", () => {
    sync.applyRemote([remote("a"), remote("b")]);
    changed(markOf("a"), StatsUpdated);
    changed(markOf("b"), HandlesUpdated);
    sync.applyRemote([remote("a", 7)], ["b"]);
    changed(markOf("a"), StatsUpdated);
    changed(markOf("a"), HandlesUpdated);
    vi.runAllTimers();
    expect(changes).toEqual([]);
    expect(markOf("a").data.handles?.points?.[0]).toEqual([0, 7, 0]);
    expect(markOf("b")).toBeUndefined();
  });

  it("[VP28] a new mark is told once, when it is finished, as its author's", () => {
    const mark = drawByHand("mine");
    vi.runAllTimers();
    expect(changes).toEqual([]);
    triggerEvent(eventTarget, ANNOTATION_COMPLETED, { annotation: mark });
    vi.runAllTimers();
    expect(changes).toMatchObject([
      {
        type: "add",
        record: { id: "mine", author: { id: "u1" }, createdAt: "2026-11-24T03:00:00.000Z", stats: { lengthMm: 50 } },
      },
    ]);
    expect(measured.map(({ id }) => id)).toEqual(["mine"]);
  });

  it("[VP36] what a hand draws carries its program, and is a draft in dashes where it does not accept", () => {
    const dashOf = (id: string) => annotation.config.style.getAnnotationToolStyles(id)?.lineDash;
    let mayAccept = false;
    sync.destroy();
    sync = createAnnotationSync({
      base,
      author: { id: "u1", name: "J. Lee" },
      colorOf: () => "#2dd4bf",
      accepts: () => mayAccept,
      isPrivate: (id) => id === "hidden",
      onChange: (change) => changes.push(change),
      now: () => new Date("2026-11-24T03:00:00Z"),
    });
    const draw = (id: string) => {
      triggerEvent(eventTarget, ANNOTATION_COMPLETED, { annotation: drawByHand(id) });
      vi.runAllTimers();
    };
    draw("guest");
    mayAccept = true;
    draw("reader");
    draw("hidden");
    expect(changes.map((change) => change.type === "add" && change.record)).toMatchObject([
      { id: "guest", status: "draft", tool: PRODUCT },
      { id: "reader", status: "accepted", tool: PRODUCT },
      { id: "hidden" },
    ]);
    expect(["guest", "reader", "hidden"].map(dashOf)).toEqual(["7,4", "", "2,4"]);
    sync.applyRemote([{ ...remote("theirs"), status: "draft" }]);
    expect(dashOf("theirs")).toBe("7,4");
    sync.applyRemote([acceptedRecord({ ...remote("theirs"), status: "draft" }, { id: "u1", name: "J. Lee" })]);
    expect(dashOf("theirs")).toBe("");
  });

  it("[VP28] a drag of another's mark is told every 50 ms and at its end, with the author kept", () => {
    sync.applyRemote([remote("a")]);
    for (let step = 1; step <= 20; step += 1) {
      markOf("a").data.handles!.points![1] = [30, 40 + step, 0];
      changed(markOf("a"), HandlesUpdated);
      vi.advanceTimersByTime(10);
    }
    vi.runAllTimers();
    expect(changes.length).toBeGreaterThanOrEqual(4);
    expect(changes.length).toBeLessThanOrEqual(5);
    expect(changes.at(-1)).toMatchObject({
      type: "change",
      record: {
        author: { id: "u2" },
        points: [
          [0, 0, 0],
          [30, 60, 0],
        ],
      },
    });
  });

  it("[VP28] figures that come after a drag of this screen are told; after a remote move they are not", () => {
    const region: AnnotationRecord = {
      ...remote("e"),
      kind: "ellipse",
      points: [
        [0, 5, 0],
        [0, -5, 0],
        [-5, 0, 0],
        [5, 0, 0],
      ],
    };
    const figures = (mean: number) => {
      markOf("e").data.cachedStats = { x: { mean, stdDev: 3, modalityUnit: "HU" } };
      changed(markOf("e"), StatsUpdated);
      vi.runAllTimers();
    };
    sync.applyRemote([region]);
    figures(40);
    expect(changes).toEqual([]);
    markOf("e").data.handles!.points![0] = [0, 6, 0];
    changed(markOf("e"), HandlesUpdated);
    vi.runAllTimers();
    figures(55);
    expect(changes.at(-1)).toMatchObject({ type: "change", record: { stats: { meanHu: 55 } } });
  });

  it("[VP28] a click that drew nothing leaves no mark; removing one's own is told at once", () => {
    const dot = markOfRecord(
      {
        ...remote("dot"),
        points: [
          [1, 1, 1],
          [1, 1, 1],
        ],
      },
      base,
    );
    annotation.state.addAnnotation(dot, "1.2.9");
    triggerEvent(eventTarget, ANNOTATION_COMPLETED, { annotation: dot });
    expect(markOf("dot")).toBeUndefined();
    sync.applyRemote([remote("a")]);
    sync.remove("a");
    expect(changes).toEqual([{ type: "remove", id: "a" }]);
  });

  it("[VP28] opening a document shows its marks alone; leaving takes all down", () => {
    sync.applyRemote([remote("old")]);
    sync.replaceAll([remote("new")]);
    expect(sync.records().map(({ id }) => id)).toEqual(["new"]);
    expect(markOf("old")).toBeUndefined();
    sync.destroy();
    expect(markOf("new")).toBeUndefined();
    expect(changes).toEqual([]);
  });
});
