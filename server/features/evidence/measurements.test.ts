import { describe, expect, it } from "vitest";
import { evidenceOf } from "./assemble.js";
import { FRAME_OF_REFERENCE, input, mark, SERIES, signed } from "./testing/signed.js";
import {
  ALL,
  CONTENT,
  codedValue,
  first,
  type Item,
  items,
  LENGTH,
  measurementsOf,
  NUMBER,
  named,
  nameOf,
  numbersIn,
  REGION,
  radiograph,
  TEXT,
  withImages,
} from "./testing/tree.js";

describe("measurements", () => {
  it("[EV1] [EV2] every mark is a group with its author, its words and a tracking UID that outlives the version", () => {
    const report = measurementsOf(input(signed({ marks: ALL })));
    const groups = named(report, "Measurement Group");
    expect(groups.map((group) => first(named(group, "Tracking Identifier")[0], TEXT))).toEqual(ALL.map(({ id }) => id));
    const authors = groups.map((group) => first(named(group, "Person Observer Name")[0], "0040A123"));
    expect(authors).toEqual(["Lindqvist^Julia^^Dr", "Okafor^Sam", ...Array(4).fill("Lindqvist^Julia^^Dr")]);
    expect(first(named(groups[0] as Item, "Comment")[0], TEXT)).toBe("Haematoma: 12.3 mm");
    const tracking = (of: Item) => named(of, "Tracking Unique Identifier").map((item) => first(item, "0040A124"));
    const next = signed({ id: "another", version: 2, kind: "corrected", marks: [...ALL].reverse() });
    expect(tracking(measurementsOf(input(next))).reverse()).toEqual(tracking(report));
    expect(new Set(tracking(report)).size).toBe(ALL.length);
  });

  it("[EV2] coordinates are mm of the frame of reference, or pixels selected from the image where there is none", () => {
    const [inferred, region] = named(measurementsOf(input(signed({ marks: [LENGTH, REGION] }))), "Measurement Group");
    const line = named(inferred as Item, "Source of Measurement")[0];
    expect(line?.["00700022"]?.Value).toEqual([-5, 22, 2, 7.3, 22, 2]);
    expect([first(line, "0040A040"), first(line, "00700023")]).toEqual(["SCOORD3D", "POLYLINE"]);
    expect(first(line, "30060024")).toBe(FRAME_OF_REFERENCE);
    expect(first(items(named(inferred as Item, "Source")[0], "00081199")[0], "00081155")).toBe(`${SERIES}.1`);
    expect(first(named(region as Item, "Image Region")[0], "00700023")).toBe("ELLIPSE");
    expect(items(region, "0040A504").map((item) => first(item, "0040DB00"))).toEqual(["1410"]);
    expect(items(inferred, "0040A504").map((item) => first(item, "0040DB00"))).toEqual(["1501"]);
    const flat = mark(
      "m",
      "length",
      [
        [2, 3, 0],
        [4, 3, 0],
      ],
      { frameOfReferenceUid: null, spacing: "detector" },
    );
    const [group] = named(
      measurementsOf(withImages([flat], [{ ...radiograph(), numberOfFrames: 3 }])),
      "Measurement Group",
    );
    const pixels = named(group as Item, "Source of Measurement")[0] as Item;
    expect(first(pixels, "0040A040")).toBe("SCOORD");
    const numbers = numbersIn(pixels).map((value) => Math.round(value * 1000) / 1000);
    expect(numbers).toEqual([10.5, 15.5, 20.5, 15.5]);
    const source = items(named(pixels, "Original Source")[0], "00081199")[0];
    expect([first(source, "00081155"), first(source, "00081160")]).toEqual([`${SERIES}.1`, 1]);
    expect(first(named(group as Item, "Comment")[0], TEXT)).toBe("2.0 mm at detector");
  });

  it("[EV3] figures have a code, a unit and, of attenuation, their statistic; an uncalibrated line has no mm", () => {
    const told = (group: Item) =>
      items(group, CONTENT)
        .filter((item) => first(item, "0040A040") === "NUM")
        .map((item) => {
          const measured = items(item, "0040A300")[0];
          const unit = first(items(measured, "004008EA")[0], "00080100");
          const derivation = named(item, "Derivation").map(codedValue);
          return [nameOf(item), first(measured, NUMBER), unit, ...derivation];
        });
    const groups = named(measurementsOf(input(signed({ marks: ALL }))), "Measurement Group");
    expect(told(groups[0] as Item)).toEqual([["Length", "12.3", "mm"]]);
    expect(told(groups[1] as Item)).toEqual([
      ["Area", "18.8495559215388", "mm2"],
      ["Attenuation Coefficient", "62.25", "[hnsf'U]", "Mean"],
      ["Attenuation Coefficient", "9", "[hnsf'U]", "Standard Deviation"],
      ["Attenuation Coefficient", "-4", "[hnsf'U]", "Minimum"],
      ["Attenuation Coefficient", "80", "[hnsf'U]", "Maximum"],
    ]);
    expect(told(groups[2] as Item)).toEqual([["Angle", "90", "deg"]]);
    expect(told(groups[5] as Item)).toEqual([["Attenuation Coefficient", "40", "[hnsf'U]"]]);
    expect(told(groups[4] as Item)).toEqual([]);
    expect(first(named(groups[4] as Item, "Image Region")[0], "00700023")).toBe("POINT");
    // A record of another client may hold a figure that its own spacing forbids.
    const raw = mark(
      "m",
      "length",
      [
        [2, 3, 0],
        [4, 3, 0],
      ],
      {
        ...{ frameOfReferenceUid: null, spacing: "none", stats: { lengthMm: 2, mean: 12, sd: 3, unit: "SUV" } },
      },
    );
    const [group] = named(measurementsOf(withImages([raw], [radiograph()])), "Measurement Group");
    expect(told(group as Item)).toEqual([]);
    expect(named(group as Item, "Image Region")).toHaveLength(1);
  });

  it("[EV2] a mark across the images keeps its place in mm, names no image, and is on no presentation state", () => {
    const plane = { normal: [0, 1, 0], up: [0, 0, 1], inImage: false } as const;
    const across = mark(
      "m",
      "length",
      [
        [0, 30, 0],
        [0, 30, 40],
      ],
      { plane: { ...plane, normal: [0, 1, 0], up: [0, 0, 1] } },
    );
    const { objects, leftOut } = evidenceOf(input(signed({ marks: [across] })));
    expect(objects.map(({ kind }) => kind)).toEqual(["text", "measurements"]);
    expect(leftOut).toEqual([{ markId: "m", from: "presentation", why: "drawn in a plane that is no image's" }]);
    expect(named(objects[1]?.dataset as Item, "Source")).toEqual([]);
  });
});
