import { describe, expect, it } from "vitest";
import { evidenceOf } from "./assemble.js";
import { input, JULIA, mark, SAM, SERIES, signed, slice } from "./testing/signed.js";
import { ALL, first, type Item, items, numbersIn, statesOf, withImages } from "./testing/tree.js";

describe("presentation states", () => {
  it("[EV4] draws each mark on its image, a layer an author, with the image's rescale, window and size", () => {
    const [state, ...others] = statesOf(input(signed({ marks: ALL }))) as [Item, ...Item[]];
    expect(others).toEqual([]);
    const drawn = items(state, "00700001").map((item) => {
      const graphic = items(item, "00700009")[0];
      const numbers = numbersIn(graphic).map((value) => Math.round(value * 1e6) / 1e6);
      return [first(item, "00700002"), first(graphic, "00700023"), numbers];
    });
    expect(drawn.slice(0, 2)).toEqual([
      ["MARKS 1", "POLYLINE", [20.5, 4.5, 69.7, 4.5]],
      ["MARKS 2", "ELLIPSE", [32.5, 14.5, 48.5, 14.5, 40.5, 20.5, 40.5, 8.5]],
    ]);
    for (const item of items(state, "00700001")) {
      const graphic = items(item, "00700009")[0];
      expect(numbersIn(graphic).length).toBe(2 * Number(first(graphic, "00700021")));
    }
    expect(items(state, "00700060").map((layer) => first(layer, "00700068"))).toEqual([
      `Marks of ${JULIA.name}`,
      `Marks of ${SAM.name}`,
    ]);
    expect([first(state, "00281052"), first(state, "00281053"), first(state, "00281054")]).toEqual([
      "-1024",
      "1",
      "HU",
    ]);
    expect(items(state, "00283110").map((item) => [first(item, "00281050"), first(item, "00281051")])).toEqual([
      ["40", "80"],
    ]);
    expect(items(state, "0070005A").map((item) => item["00700053"]?.Value)).toEqual([[256, 128]]);
    expect(first(items(items(state, "00700001")[0], "00700008")[0], "00700006")).toBe("Haematoma\r\n12.3 mm");
  });

  it("[EV4] images that differ in rescale or polarity have a state each; colour images have none", () => {
    const on = (n: number) => ({ sopInstanceUid: `${SERIES}.${n}`, createdAt: `2026-11-24T08:1${n}:00.000Z` });
    const point = (n: number) => mark(`m${n}`, "probe", [[0, 30, 2 * n]], on(n));
    const images = [
      slice(0),
      slice(1, { "00281053": { vr: "DS", Value: [2.5] } }),
      slice(2, { "00280004": { vr: "CS", Value: ["MONOCHROME1"] } }),
      slice(3, { "00280004": { vr: "CS", Value: ["RGB"] } }),
      slice(4),
    ];
    const given = withImages([0, 1, 2, 3, 4].map(point), images);
    const states = statesOf(given);
    const shown = (state: Item) =>
      items(state, "00700001").map((item) => first(items(item, "00081140")[0], "00081155"));
    expect(states.map(shown)).toEqual([[`${SERIES}.0`, `${SERIES}.4`], [`${SERIES}.1`], [`${SERIES}.2`]]);
    expect(states.map((state) => first(state, "20500020"))).toEqual(["IDENTITY", "IDENTITY", "INVERSE"]);
    expect(new Set(states.map((state) => first(state, "00080018"))).size).toBe(3);
    expect(new Set(states.map((state) => first(state, "0020000E"))).size).toBe(1);
    expect(evidenceOf(given).leftOut.map(({ markId, from }) => [markId, from])).toEqual([["m3", "presentation"]]);
  });
});
