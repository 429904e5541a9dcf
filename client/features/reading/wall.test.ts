import type { PriorView, SeriesView, StudyDetail } from "@readroom/shared/contract/http/worklist.js";
import { describe, expect, it } from "vitest";
import {
  cellOf,
  changeWall,
  emptyWall,
  hangingOf,
  hungUids,
  mainSeries,
  navigating,
  sameSharedWall,
  sharedWall,
  type Wall,
} from "./wall";

let made = 0;
const series = (uid: string, modality: string, instances: number, number = 1): SeriesView => ({
  id: `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`,
  seriesInstanceUid: uid,
  modality,
  number,
  description: "",
  bodyPart: "",
  instances,
  middleSopInstanceUid: null,
});
const prior = (uid: string, bodyPart: string, own: SeriesView[]): PriorView => ({
  studyId: `00000000-0000-4000-8000-${String(++made).padStart(12, "0")}`,
  studyInstanceUid: uid,
  procedure: "",
  modalities: [],
  bodyPart,
  studyAt: null,
  studyDay: "",
  instances: 0,
  series: own,
  reportState: "none",
  impression: "",
  signedBy: "",
  signedAt: null,
});
type Shown = Pick<StudyDetail, "row" | "series" | "priors">;
const study = (own: SeriesView[], priors: PriorView[] = [], bodyPart = "HEAD"): Shown => ({
  row: { studyInstanceUid: "1", bodyPart } as StudyDetail["row"],
  series: own,
  priors,
});
const uids = (hanging: { cells: readonly ({ seriesInstanceUid: string } | undefined)[] }) =>
  hanging.cells.map((cell) => cell?.seriesInstanceUid);

describe("how a study hangs when it is opened", () => {
  it("[RR1] shows the series with the most images, never one without pictures", () => {
    const own = [series("1.1", "CT", 2), series("1.2", "CT", 120), series("1.3", "SR", 900)];
    expect(uids(hangingOf(study(own), false))).toEqual(["1.2"]);
    expect(mainSeries([series("1.3", "SR", 900)])).toBeUndefined();
    expect(hangingOf(study([]), false)).toEqual({ layout: "1x1", cells: [] });
  });
  it("[RR1] hangs the newest prior of the same modality and part of the body beside it", () => {
    const hanging = hangingOf(
      study(
        [series("1.2", "CT", 120)],
        [
          prior("2", "HEAD", [series("2.1", "MR", 200)]),
          prior("3", "CHEST", [series("3.1", "CT", 400)]),
          prior("4", "HEAD", [series("4.1", "CT", 3), series("4.2", "CT", 110)]),
        ],
      ),
      false,
    );
    expect(hanging.layout).toBe("1x2");
    expect(uids(hanging)).toEqual(["1.2", "4.2"]);
  });
  it("[RR1] hangs projections all at once, by number", () => {
    const hanging = hangingOf(study([series("1.2", "DX", 1, 2), series("1.1", "DX", 1, 1)]), false);
    expect(hanging).toMatchObject({ layout: "1x2" });
    expect(uids(hanging)).toEqual(["1.1", "1.2"]);
  });
  it("[RR1] shows one viewport on a phone, with the prior in the cell behind it", () => {
    const hanging = hangingOf(study([series("1.2", "CT", 9)], [prior("4", "HEAD", [series("4.1", "CT", 9)])]), true);
    expect(hanging.layout).toBe("1x1");
    expect(uids(hanging)).toEqual(["1.2", "4.1"]);
  });
});

const wall = (change: Partial<Wall> = {}): Wall => ({
  ...emptyWall,
  layout: "1x2",
  cells: [hung("a"), hung("b")],
  ...change,
});
const hung = (uid: string) => ({ studyInstanceUid: "1", seriesInstanceUid: uid });

describe("the wall", () => {
  it("[RR2] follows what arrives until somebody arranges it", () => {
    const arrived = { type: "arrived", hanging: { layout: "1x1", cells: [hung("c")] } } as const;
    expect(hungUids(changeWall(emptyWall, arrived))).toEqual(["c"]);
    const arranged = changeWall(wall(), { type: "hang", series: hung("d") });
    expect(changeWall(arranged, arrived)).toBe(arranged);
  });
  it("[RR2] keeps what a smaller layout hides, and an active cell in sight", () => {
    const one = changeWall(wall({ active: 1 }), { type: "layout", layout: "1x1" });
    expect(one.active).toBe(0);
    expect(hungUids(one)).toEqual(["a"]);
    expect(hungUids(changeWall(one, { type: "layout", layout: "1x2" }))).toEqual(["a", "b"]);
  });
  it("[RR2] moves a full view along with the active cell", () => {
    const full = changeWall(wall(), { type: "maximise", cell: 0 });
    expect(changeWall(full, { type: "activate", cell: 1 })).toMatchObject({ active: 1, maximised: 1 });
    expect(changeWall(full, { type: "hang", series: hung("d"), cell: 1 })).toMatchObject({ active: 1, maximised: 1 });
    expect(changeWall(full, { type: "maximise", cell: undefined })).toMatchObject({ active: 0, maximised: undefined });
    expect(changeWall(wall(), { type: "activate", cell: 3 }).active).toBe(0);
  });
  it("[RR2] compares beside the current study, which stays active", () => {
    const beside = changeWall(wall({ layout: "1x1" }), { type: "compare", series: hung("p") });
    expect(beside).toMatchObject({ layout: "1x2", active: 0 });
    expect(hungUids(beside)).toEqual(["a", "p"]);
  });
  it("finds a series in sight, the active cell first", () => {
    const twice = wall({ cells: [hung("a"), hung("a")], active: 1 });
    expect(cellOf(twice, "a")).toBe(1);
    expect(cellOf(changeWall(wall(), { type: "layout", layout: "1x1" }), "b")).toBeUndefined();
  });
  it("puts marking tools down where nothing may be drawn", () => {
    expect(navigating("length")).toBe("scroll");
    expect(navigating("zoom")).toBe("zoom");
  });
});

describe("planes on the wall", () => {
  const view = {
    studyInstanceUid: "1",
    seriesInstanceUid: "s1",
    sopInstanceUid: "1.1",
    frame: 1,
    voi: { windowWidth: 80, windowCenter: 40 },
    invert: false,
    pan: [3, 4] as [number, number],
    zoom: 120,
    aspect: 1.4,
    rotation: 0,
    flipHorizontal: false,
    flipVertical: false,
  };
  const hung = (uid: string) => ({ studyInstanceUid: "1", seriesInstanceUid: uid });
  const before: Wall = { ...emptyWall, layout: "1x2", cells: [hung("s1"), hung("s2")], active: 0 };
  const planes = changeWall(before, { type: "planes", view, narrow: false });

  it("[RR11] three planes of the active series, the image's place first; a phone has one with the others a touch away", () => {
    expect(planes.layout).toBe("mpr");
    expect(planes.cells.map((cell) => cell?.plane)).toEqual(["axial", "coronal", "sagittal"]);
    expect(planes.cells.every((cell) => cell?.from === view)).toBe(true);
    const phone = changeWall(before, { type: "planes", view, narrow: true });
    expect([phone.layout, phone.cells.length]).toEqual(["1x1", 1]);
    expect(changeWall(phone, { type: "plane", plane: "coronal" }).cells[0]?.plane).toBe("coronal");
  });

  it("[RR11] the images again: the wall as it was, at the slice and with the window of the planes, in the field they had", () => {
    const voi = { windowWidth: 2000, windowCenter: 500 };
    const plane = { normal: [0, -1, 0], up: [0, 0, 1], focalMm: [0, 0, 0], cursorMm: [0, 0, 0] } as never;
    const back = changeWall(planes, {
      type: "images",
      view: { ...view, sopInstanceUid: "1.9", voi, pan: [0, 0], zoom: 300, plane },
    });
    expect(back.layout).toBe("1x2");
    expect(back.cells[1]).toBe(before.cells[1]);
    expect(back.cells[0]?.from).toEqual({ ...view, sopInstanceUid: "1.9", voi });
    expect(back.before).toBeUndefined();
  });

  it("[RR11] what is hung or laid out anew leaves the planes", () => {
    const other = changeWall(planes, { type: "hang", series: hung("s3") });
    expect([other.layout, other.cells[0]?.seriesInstanceUid, other.before]).toEqual(["1x2", "s3", undefined]);
    expect(changeWall(planes, { type: "layout", layout: "2x2" }).layout).toBe("2x2");
  });

  it("[RR12] who follows takes the wall over, keeps what hangs there already, and can go back to images", () => {
    const own: Wall = { ...emptyWall, layout: "1x1", cells: [hung("s9")] };
    const theirs = sharedWall(planes);
    const adopted = changeWall(own, { type: "adopt", wall: theirs });
    expect(sameSharedWall(sharedWall(adopted), theirs)).toBe(true);
    expect(cellOf(adopted, "s1", "coronal")).toBe(1);
    expect(cellOf(adopted, "s1")).toBeUndefined();
    expect(changeWall(adopted, { type: "images", view: undefined }).cells).toEqual(own.cells);
    const images = changeWall(adopted, { type: "adopt", wall: sharedWall(before) });
    expect([images.layout, images.before]).toEqual(["1x2", undefined]);
    expect(changeWall(images, { type: "adopt", wall: sharedWall(before) }).cells[0]).toBe(images.cells[0]);
  });

  it("[RR12] one viewport over all others is told as one viewport", () => {
    const wall = sharedWall({ ...before, maximised: 1, active: 1 });
    expect(wall).toEqual({ layout: "1x1", cells: [hung("s2")], active: 0 });
  });
});
