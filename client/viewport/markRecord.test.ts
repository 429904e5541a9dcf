// @vitest-environment happy-dom
import {
  type AnnotationRecord,
  annotationKinds,
  pointsOfKind,
  readAnnotationRecord,
} from "@readroom/shared/crdt/annotation.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameOfImageId, imageIdOf } from "./imageName";
import { markOfRecord, recordOfMark, sameContent } from "./markRecord";
import { buildStack } from "./stack";
import { sliceDataset } from "./testDatasets";

const base = "http://hub.test/dicomweb";
const { stack } = buildStack([sliceDataset(1, [0, 0, 0])])!;
const author = { id: "u1", name: "J. Lee" };
const now = new Date("2026-11-24T02:14:00Z");
const placeOf = { ofImage: () => ({ stack, index: 0 }), ofSeries: () => stack, ofVolume: () => stack };

const coordinate = fc.double({ min: -500, max: 500, noNaN: true });
const anyRecord: fc.Arbitrary<AnnotationRecord> = fc.constantFrom(...annotationKinds).chain((kind) =>
  fc.record({
    id: fc.uuid(),
    v: fc.constant(1 as const),
    kind: fc.constant(kind),
    frameOfReferenceUid: fc.constant("1.2.9"),
    studyInstanceUid: fc.constant("1.2"),
    seriesInstanceUid: fc.constant("1.2.3"),
    sopInstanceUid: fc.constant("1.2.3.1"),
    frame: fc.constant(1),
    points: fc.array(fc.tuple(coordinate, coordinate, coordinate), {
      minLength: pointsOfKind[kind],
      maxLength: pointsOfKind[kind],
    }) as fc.Arbitrary<AnnotationRecord["points"]>,
    spacing: fc.constant("patient" as const),
    author: fc.constant(author),
    createdAt: fc.constant(now.toISOString()),
  }),
);

describe("marks and records", () => {
  it("[VP22] a record drawn and read back has the same place, kind and person, and holds nothing of the renderer's", () => {
    fc.assert(
      fc.property(anyRecord, (record) => {
        const back = recordOfMark(
          markOfRecord(record, base),
          placeOf,
          { id: "u2", name: "other" },
          new Date(),
          record,
        )!;
        expect(sameContent(back, record)).toBe(true);
        expect({ ...back, stats: undefined }).toEqual({ ...record, stats: undefined });
        expect(readAnnotationRecord(back)).toBeDefined();
      }),
    );
  });

  it("[VP23] figures are derived from the points when the record is written, and HU from the author's pixels", () => {
    const mark = markOfRecord(
      {
        id: "m1",
        v: 1,
        kind: "ellipse",
        frameOfReferenceUid: "1.2.9",
        studyInstanceUid: "1.2",
        seriesInstanceUid: "1.2.3",
        sopInstanceUid: "1.2.3.1",
        frame: 1,
        points: [
          [0, 5, 0],
          [0, -5, 0],
          [-10, 0, 0],
          [10, 0, 0],
        ],
        spacing: "patient",
        author,
        createdAt: now.toISOString(),
      },
      base,
    );
    mark.data.cachedStats = { "imageId:x": { mean: 62, stdDev: 9, min: 40, max: 80, modalityUnit: "HU", area: 1 } };
    const record = recordOfMark(mark, placeOf, author, now)!;
    expect(record.stats).toEqual({ areaMm2: Math.PI * 50, meanHu: 62, sdHu: 9, minHu: 40, maxHu: 80 });
  });

  it("[VP24] an arrow without text draws and comes back without one", () => {
    const [arrow] = fc.sample(
      anyRecord.filter(({ kind }) => kind === "arrow"),
      1,
    );
    const mark = markOfRecord(arrow!, base);
    expect(mark.data.label).not.toBe("");
    expect(recordOfMark(mark, placeOf, author, now)?.text).toBeUndefined();
  });

  it("[VP25] an image's name gives back the instance and frame it names", () => {
    expect(frameOfImageId(imageIdOf(base, "1.2", "1.2.3", "1.2.3.4", 7))).toEqual({
      studyInstanceUid: "1.2",
      seriesInstanceUid: "1.2.3",
      sopInstanceUid: "1.2.3.4",
      frame: 7,
    });
    expect(frameOfImageId("wadouri:x")).toBeUndefined();
  });
});
