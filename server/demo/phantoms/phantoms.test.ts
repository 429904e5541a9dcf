import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import dicomParser from "dicom-parser";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commonModules, SOP_CLASS, studyUids } from "./dicom/modules.js";
import { part10File } from "./dicom/part10.js";
import { CT_HEAD } from "./head/series.js";
import {
  computePhantom,
  type PhantomInstance,
  phantomById,
  phantomCatalogue,
  phantomStudyUid,
  phantomTruth,
  type StudyHeader,
} from "./public.js";
import type { HeadTruth, Vec3 } from "./types.js";

const SEED = 7;
const header: StudyHeader = {
  patient: { name: "Brandt^Jonas", id: "NB-1048", issuer: "NORTHBAY", birthDate: "19580314", sex: "M" },
  accessionNumber: "A-2041",
  studyId: "1",
  studyDate: "20260302",
  studyTime: "031500",
  timezoneOffset: "-0500",
  institution: "Northbay General",
  stationName: "CT2",
  referringPhysician: "Okafor^Ada",
};

/** HU volume of one series, slice after slice. */
interface Volume {
  readonly hu: Int16Array;
  readonly files: readonly PhantomInstance[];
}

function volumeOf(id: string, seed: number, anatomySeed: number): Volume {
  const files = [...computePhantom(phantomById(id), header, { seed, anatomySeed })];
  const plane = CT_HEAD.size ** 2;
  const hu = new Int16Array(plane * files.length);
  files.forEach((file, k) => {
    const pixels = dicomParser.parseDicom(file.dataset).elements.x7fe00010;
    if (!pixels) throw new Error("no pixel data");
    const view = new DataView(file.dataset.buffer, file.dataset.byteOffset + pixels.dataOffset, pixels.length);
    for (let i = 0; i < plane; i++) hu[k * plane + i] = view.getUint16(2 * i, true) - 1024;
  });
  return { hu, files };
}

/** Calls back for every voxel whose centre lies within `radius` mm of a point. */
function around(
  volume: Volume,
  [cx, cy, cz]: Vec3,
  radius: number,
  visit: (hu: number, x: number, y: number, z: number) => void,
): void {
  const { size, spacing, thickness, lowest } = CT_HEAD;
  const corner = (-(size - 1) / 2) * spacing;
  for (let k = 0; k < volume.files.length; k++) {
    const z = lowest + k * thickness;
    if (Math.abs(z - cz) > radius) continue;
    for (let i = 0; i < size * size; i++) {
      const x = corner + (i % size) * spacing;
      const y = corner + Math.floor(i / size) * spacing;
      if ((x - cx) ** 2 + (y - cy) ** 2 + (z - cz) ** 2 <= radius * radius)
        visit(volume.hu[k * size * size + i] as number, x, y, z);
    }
  }
}

function meanAround(volume: Volume, centre: Vec3, radius: number): number {
  let sum = 0;
  let n = 0;
  around(volume, centre, radius, (hu) => {
    sum += hu;
    n++;
  });
  return sum / n;
}

function headTruthOf(id: string): HeadTruth {
  const truth = phantomTruth(phantomById(id), { seed: SEED });
  if (truth.kind !== "head") throw new Error("not a head");
  return truth;
}

describe("CT head phantoms", () => {
  const truth = headTruthOf("ct-head-haemorrhage-right");
  let bleed: Volume;
  let prior: Volume;
  beforeAll(() => {
    bleed = volumeOf("ct-head-haemorrhage-right", SEED, SEED);
    prior = volumeOf("ct-head-normal", SEED + 1, SEED);
  }, 120_000);

  it("[PH3] slices share frame and orientation and rise by the thickness", () => {
    const sets = bleed.files.map((f) => dicomParser.parseDicom(f.dataset));
    expect(sets.length).toBeGreaterThanOrEqual(120);
    expect(new Set(sets.map((s) => s.string("x00200052"))).size).toBe(1);
    expect(new Set(sets.map((s) => s.string("x00200037")))).toEqual(new Set(["1\\0\\0\\0\\1\\0"]));
    expect(new Set(sets.map((s) => s.string("x00080018"))).size).toBe(sets.length);
    sets.forEach((s, k) => {
      expect(s.floatString("x00200032", 2)).toBeCloseTo(CT_HEAD.lowest + k * CT_HEAD.thickness, 3);
      expect(s.intString("x00200013")).toBe(k + 1);
    });
  });

  it("[PH4] the clot's volume by threshold and its centre agree with the truth", () => {
    const clot = truth.haemorrhage;
    if (!clot) throw new Error("the phantom has no clot");
    const smooth = denoised(bleed, clot.centre, 34);
    // Halfway between clot and its surroundings, as a reader's segmentation tool would put it.
    const inside = smooth.filter((v) => v.hu > (clot.meanHu + 24) / 2);
    const voxel = (CT_HEAD.spacing ** 2 * CT_HEAD.thickness) / 1000;
    expect(Math.abs(inside.length * voxel - clot.volumeMl) / clot.volumeMl).toBeLessThan(0.06);
    const axes = [0, 1, 2] as const;
    for (const axis of axes) {
      const mean = inside.reduce((sum, v) => sum + v.at[axis], 0) / inside.length;
      expect(Math.abs(mean - clot.centre[axis])).toBeLessThan(1);
    }
    expect(meanAround(bleed, clot.centre, 7)).toBeGreaterThan(60);
    expect(meanAround(bleed, clot.centre, 7)).toBeLessThan(75);
  });

  it("[PH5] regions of interest have their HU", () => {
    for (const volume of [bleed, prior]) {
      for (const roi of truth.rois) {
        expect(Math.abs(meanAround(volume, roi.centre, roi.radiusMm) - roi.hu), roi.name).toBeLessThan(
          roi.hu < -500 ? 5 : 2,
        );
      }
    }
  });

  it("[PH6] the skull measures what the truth says", () => {
    const { leftRight, atZ } = truth.skullOuterDiameterMm;
    expect(Math.abs(boneExtent(prior, atZ) - leftRight)).toBeLessThan(1);
  });

  it("[PH7] the prior shows the same skull and no clot, and its midline is not shifted", () => {
    const { atZ } = truth.skullOuterDiameterMm;
    expect(Math.abs(boneExtent(prior, atZ) - boneExtent(bleed, atZ))).toBeLessThan(0.5);
    expect(meanAround(prior, truth.haemorrhage?.centre ?? [0, 0, 0], 7)).toBeLessThan(45);
    expect(truth.midlineShiftMm).toBeGreaterThan(3);
    expect(headTruthOf("ct-head-normal").midlineShiftMm).toBe(0);
  });

  it("[PH1] a second run makes the same bytes, another seed another study", () => {
    const spec = phantomById("ct-head-haemorrhage-right");
    const again = computePhantom(spec, header, { seed: SEED }).next().value as PhantomInstance;
    expect(Buffer.compare(again.dataset, (bleed.files[0] as PhantomInstance).dataset)).toBe(0);
    expect(phantomStudyUid(spec, header, SEED)).not.toBe(phantomStudyUid(spec, header, SEED + 1));
    expect(phantomStudyUid(spec, header, SEED)).toMatch(/^2\.25\.[1-9]\d{10,38}$/);
  });
});

/** Voxels near a point under a 5 x 5 mean in their slice: a threshold on raw noise counts specks. */
function denoised(volume: Volume, centre: Vec3, radius: number): { hu: number; at: Vec3 }[] {
  const { size, spacing, thickness, lowest } = CT_HEAD;
  const out: { hu: number; at: Vec3 }[] = [];
  around(volume, centre, radius, (_hu, x, y, z) => {
    const column = Math.round(x / spacing + (size - 1) / 2);
    const row = Math.round(y / spacing + (size - 1) / 2);
    const k = Math.round((z - lowest) / thickness);
    let sum = 0;
    for (let dy = -2; dy <= 2; dy++)
      for (let dx = -2; dx <= 2; dx++) sum += volume.hu[(k * size + row + dy) * size + column + dx] as number;
    out.push({ hu: sum / 25, at: [x, y, z] });
  });
  return out;
}

/** Left-right extent of bone (mm) in the slice nearest to z, edges at half of the compact bone's density. */
function boneExtent(volume: Volume, z: number): number {
  const { size, spacing, thickness, lowest } = CT_HEAD;
  const k = Math.round((z - lowest) / thickness);
  let first: number = size;
  let last = 0;
  for (let row = 100; row < size - 100; row++) {
    for (let column = 0; column < size; column++) {
      if ((volume.hu[(k * size + row) * size + column] as number) < 750) continue;
      first = Math.min(first, column);
      last = Math.max(last, column);
    }
  }
  return (last - first + 1) * spacing;
}

describe("other phantoms", { timeout: 120_000 }, () => {
  it("[PH9] the cine has its timing and calibration, and closes to a loop", () => {
    const [file] = [...computePhantom(phantomById("us-echo-normal"), header, { seed: 3 })];
    const set = dicomParser.parseDicom((file as PhantomInstance).dataset);
    expect(set.intString("x00280008")).toBe(30);
    expect(set.floatString("x00181063")).toBeCloseTo(33.3);
    expect(set.elements.x00186011?.items?.[0]?.dataSet?.double("x0018602c")).toBeCloseTo(0.036);
    const truth = phantomTruth(phantomById("us-echo-normal"), { seed: 3 });
    if (truth.kind !== "us-echo") throw new Error("not an echo");
    expect(truth.systole.widthMm).toBeLessThan(truth.diastole.widthMm * 0.75);
    const frame = 480 * 640;
    const pixels = (file as PhantomInstance).dataset.subarray(-frame * 30);
    const step = (a: number, b: number) =>
      pixels
        .subarray(a * frame, (a + 1) * frame)
        .reduce((s, v, i) => s + Math.abs(v - (pixels[b * frame + i] as number)), 0);
    expect(step(29, 0)).toBeLessThan(step(0, 11));
  });

  it("[PH4] the radiograph's nodule is denser than its ring, at the place the truth gives", () => {
    const spec = phantomById("dx-chest-nodule");
    const [file] = [...computePhantom(spec, header, { seed: 9 })];
    const truth = phantomTruth(spec, { seed: 9, sex: "M" });
    if (truth.kind !== "dx-chest" || !truth.nodule) throw new Error("no nodule");
    const bare = [...computePhantom(phantomById("dx-chest-normal"), header, { seed: 9 })][0] as PhantomInstance;
    const at = (f: PhantomInstance) =>
      Buffer.from(f.dataset.subarray(-1760 * 2140 * 2)).readUInt16LE(
        2 * (truth.nodule ? truth.nodule.row * 1760 + truth.nodule.column : 0),
      );
    expect(at(file as PhantomInstance)).toBeGreaterThan(at(bare) + 100);
  });

  it("[PH8] text of any script survives, and what does not fit is refused", () => {
    const spec = phantomById("us-echo-normal");
    const word = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .filter((s) => !/[\\\p{Cc}^=]/u.test(s) && s === s.trim() && [...s].length <= 30);
    fc.assert(
      fc.property(word, word, (family, institution) => {
        const named = { ...header, institution, patient: { ...header.patient, name: `${family}^X` } };
        const place = {
          sopClassUid: SOP_CLASS.usMultiFrame,
          seriesNumber: 1,
          seriesDescription: "S",
          instanceNumber: 1,
          secondsIn: 0,
        };
        const attributes = commonModules(spec, named, studyUids(spec, named, 1), place);
        const file = part10File(SOP_CLASS.usMultiFrame, "2.25.1", attributes, { vr: "OB", bytes: new Uint8Array(2) });
        const set = dicomParser.parseDicom(file);
        const text = (tag: string) => {
          const e = set.elements[tag];
          return e
            ? Buffer.from(file.subarray(e.dataOffset, e.dataOffset + e.length))
                .toString("utf8")
                .trimEnd()
            : "";
        };
        expect(text("x00100010")).toBe(`${family}^X`);
        expect(text("x00080080")).toBe(institution);
      }),
      { numRuns: 40 },
    );
    const long = { ...header, accessionNumber: "A".repeat(17) };
    expect(() => [...computePhantom(spec, long, { seed: 1 })]).toThrow(RangeError);
    const split = { ...header, stationName: "A\\B" };
    expect(() => [...computePhantom(spec, split, { seed: 1 })]).toThrow(RangeError);
  });

  it("[PH2] unknown phantoms are refused and ids are unique", () => {
    expect(new Set(phantomCatalogue.map((s) => s.id)).size).toBe(phantomCatalogue.length);
    expect(() => phantomById("ct-toe")).toThrow(RangeError);
  });
});

const dcmtk = spawnSync("dcmdump", ["--version"]).status === 0;

describe.runIf(dcmtk)("dcmtk reads them", { timeout: 120_000 }, () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "phantoms-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each(["ct-head-normal", "dx-chest-normal", "us-echo-normal", "mr-brain-normal"])("[PH2] %s", (id) => {
    const first = computePhantom(phantomById(id), header, { seed: 5 }).next().value as PhantomInstance;
    const path = join(folder, `${id}.dcm`);
    writeFileSync(path, first.dataset);
    expect(execFileSync("dcmftest", [path], { encoding: "utf8" })).toMatch(/^yes/);
    const dump = spawnSync("dcmdump", ["-q", path], { encoding: "utf8" });
    expect(dump.status).toBe(0);
    expect(dump.stderr).toBe("");
    const decoded = spawnSync("dcm2pnm", ["--write-raw-pnm", path, join(folder, `${id}.pgm`)], { encoding: "utf8" });
    expect(decoded.status, decoded.stderr).toBe(0);
  });
});
