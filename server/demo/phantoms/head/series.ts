import { axialPlane, commonModules, pixelModule, SOP_CLASS, type StudyUids } from "../dicom/modules.js";
import { type Attribute, part10File } from "../dicom/part10.js";
import { kernelNoise } from "../noise.js";
import { type Random, randomFrom } from "../random.js";
import type { CtKernel, HeadLesion, HeadTruth, PhantomInstance, PhantomSpec, StudyHeader } from "../types.js";
import { contour, type HeadBuild, headBuild, outerTable, SKULL } from "./geometry.js";
import { headTruth, type LesionModel, lesionModel } from "./lesion.js";
import { headGrid, type SliceMaker, sliceMaker } from "./slice.js";
import { HU, T2 } from "./tissue.js";

export const CT_HEAD = { size: 512, spacing: 0.4296875, slices: 132, thickness: 1.25, lowest: -66 } as const;
export const MR_BRAIN = { size: 256, spacing: 0.9, slices: 40, thickness: 4, lowest: -62 } as const;

interface Seeds {
  readonly seed: number;
  readonly anatomy: number;
}

interface Job {
  readonly spec: PhantomSpec;
  readonly header: StudyHeader;
  readonly uids: StudyUids;
  readonly seeds: Seeds;
}

const KERNEL = {
  soft: {
    name: "Head soft 1.25 mm",
    label: "SOFT",
    blur: 0.55,
    noise: 3.4,
    window: { centre: 40, width: 80, name: "BRAIN" },
  },
  bone: {
    name: "Head bone 1.25 mm",
    label: "BONE",
    blur: 0.3,
    noise: 26,
    window: { centre: 500, width: 2500, name: "BONE" },
  },
} as const;

/** Axial CT of the head, one object per slice and kernel, from the skull's base upwards. */
export function* ctHead(job: Job, lesion: HeadLesion, kernels: readonly CtKernel[]): Generator<PhantomInstance> {
  const build = headBuild(job.seeds.anatomy);
  const model = lesionModel(lesion, job.seeds.anatomy);
  const grid = headGrid(CT_HEAD.size, CT_HEAD.spacing, build);
  for (const [index, kernel] of kernels.entries()) {
    const maker = sliceMaker(grid, build, model, HU, KERNEL[kernel].blur);
    const scanner = ctScanner(randomFrom(job.seeds.seed, `noise ${kernel}`), kernel);
    for (let k = 0; k < CT_HEAD.slices; k++) {
      const z = CT_HEAD.lowest + k * CT_HEAD.thickness;
      const pixels = scanner(maker.slice(z), z / build.scale);
      yield ctObject(job, kernel, 2 + index, k + 1, z, pixels);
    }
  }
}

/** Turns HU into stored values as a scanner would: kernel noise, more of it where the skull base takes the photons, streaks. */
function ctScanner(random: Random, kernel: CtKernel): (values: Float32Array, z: number) => Uint16Array {
  const { size } = CT_HEAD;
  const tile =
    kernel === "soft" ? kernelNoise(random, size, 0.95, 2.6, 0.72) : kernelNoise(random, size, 0.35, 1, 0.55);
  const sd = KERNEL[kernel].noise;
  return (values, z) => {
    const stored = new Uint16Array(values.length);
    const a = Math.floor(random.uniform() * size * size);
    const hardening = Math.exp(-(((z + 41) / 6) ** 2));
    const level = sd * (1 + 0.55 * Math.exp(-(((z + 48) / 24) ** 2)));
    for (let i = 0; i < stored.length; i++) {
      const x = (i % size) - size / 2;
      const y = Math.floor(i / size) - size / 2;
      const rr = (x * x + y * y) / (size * size * 0.25);
      if (rr > 1) continue;
      const noise = (tile[(i + a) % tile.length] as number) * level * (1.12 - 0.42 * rr);
      const shade = hardening > 0.02 ? hardening * streak(x * CT_HEAD.spacing, y * CT_HEAD.spacing) : 0;
      const hu = (values[i] as number) + noise + shade;
      stored[i] = hu <= -1024 ? 0 : hu >= 3071 ? 4095 : Math.round(hu) + 1024;
    }
    return stored;
  };
}

/** Beam hardening between the petrous bones: a dark band with fine spokes across the brainstem. */
function streak(x: number, y: number): number {
  if (Math.abs(x) > 30) return 0;
  const band = Math.exp(-(((y - 14) / 8) ** 2));
  return band * (-7 + 3.2 * Math.sin(y * 1.7 + x * 0.06) * (1 - (x / 30) ** 2)) * (1 - (x / 30) ** 4);
}

function ctObject(
  { spec, header, uids }: Job,
  kernel: CtKernel,
  seriesNumber: number,
  number: number,
  z: number,
  pixels: Uint16Array,
): PhantomInstance {
  const { size, spacing, thickness } = CT_HEAD;
  const { name, label, window } = KERNEL[kernel];
  const corner = (-(size - 1) / 2) * spacing;
  const place = {
    sopClassUid: SOP_CLASS.ct,
    seriesNumber,
    seriesDescription: name,
    instanceNumber: number,
    secondsIn: 90 + 0.06 * number,
  };
  const attributes: Attribute[] = [
    ...commonModules(spec, header, uids, place),
    ...axialPlane(uids, [corner, corner, z], spacing, thickness),
    ...pixelModule({ rows: size, columns: size, bitsAllocated: 16, bitsStored: 12, window }),
    [0x00080008, "CS", ["ORIGINAL", "PRIMARY", "AXIAL"]],
    [0x00180022, "CS", "HELICAL_CT"],
    [0x00180060, "DS", 120],
    [0x00180088, "DS", thickness],
    [0x00180090, "DS", size * spacing],
    [0x00181100, "DS", size * spacing],
    [0x00181120, "DS", 0],
    [0x00181150, "IS", 1000],
    [0x00181151, "IS", 270],
    [0x00181152, "IS", 270],
    [0x00181160, "SH", "HEAD"],
    [0x00181210, "SH", label],
    [0x00200012, "IS", 1],
    [0x00281052, "DS", -1024],
    [0x00281053, "DS", 1],
    [0x00281054, "LO", "HU"],
  ];
  return instance(uids, place, attributes, pixels);
}

function instance(
  uids: StudyUids,
  place: Parameters<typeof commonModules>[3],
  attributes: Attribute[],
  pixels: Uint16Array,
): PhantomInstance {
  const sopInstanceUid = uids.instance(place.seriesNumber, place.instanceNumber);
  const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
  return {
    sopInstanceUid,
    seriesInstanceUid: uids.series(place.seriesNumber),
    sopClassUid: place.sopClassUid,
    dataset: part10File(place.sopClassUid, sopInstanceUid, attributes, { vr: "OW", bytes }),
  };
}

/** Axial T2 of the same heads. */
export function* mrBrain(job: Job, lesion: HeadLesion): Generator<PhantomInstance> {
  const build = headBuild(job.seeds.anatomy);
  const model = lesionModel(lesion, job.seeds.anatomy);
  const maker = sliceMaker(headGrid(MR_BRAIN.size, MR_BRAIN.spacing, build), build, model, T2, 0.8);
  const random = randomFrom(job.seeds.seed, "noise mr");
  const tiles = [0, 1].map(() => kernelNoise(random, MR_BRAIN.size, 0.5, 2, 0));
  for (let k = 0; k < MR_BRAIN.slices; k++) {
    const z = MR_BRAIN.lowest + k * MR_BRAIN.thickness;
    yield mrObject(job, k + 1, z, mrSignal(thickSlice(maker, z), tiles as [Float32Array, Float32Array], random));
  }
}

/** A 4 mm slice averages what lies in it. */
function thickSlice(maker: SliceMaker, z: number): Float32Array {
  const mean = Float32Array.from(maker.slice(z - 1.1));
  const upper = maker.slice(z + 1.1);
  for (let i = 0; i < mean.length; i++) mean[i] = ((mean[i] as number) + (upper[i] as number)) / 2;
  return mean;
}

/** Magnitude of a complex signal: Rician noise, with the receive coils' smooth shading. */
function mrSignal(values: Float32Array, [re, im]: [Float32Array, Float32Array], random: Random): Uint16Array {
  const n = MR_BRAIN.size;
  const shift = Math.floor(random.uniform() * values.length);
  return Uint16Array.from(values, (v, i) => {
    const x = (i % n) / n - 0.5;
    const y = Math.floor(i / n) / n - 0.46;
    const at = (i + shift) % values.length;
    const coil = 0.92 + 0.5 * (x * x + y * y) - 0.06 * x;
    return Math.min(4095, Math.round(Math.hypot(v * coil + 13 * (re[at] as number), 13 * (im[at] as number))));
  });
}

function mrObject({ spec, header, uids }: Job, number: number, z: number, pixels: Uint16Array): PhantomInstance {
  const { size, spacing, thickness } = MR_BRAIN;
  const corner = (-(size - 1) / 2) * spacing;
  const place = {
    sopClassUid: SOP_CLASS.mr,
    seriesNumber: 3,
    seriesDescription: "Ax T2 FSE",
    instanceNumber: number,
    secondsIn: 240,
  };
  const attributes: Attribute[] = [
    ...commonModules(spec, header, uids, place),
    ...axialPlane(uids, [corner, corner, z], spacing, thickness),
    ...pixelModule({
      rows: size,
      columns: size,
      bitsAllocated: 16,
      bitsStored: 12,
      window: { centre: 550, width: 1100, name: "T2" },
    }),
    [0x00080008, "CS", ["ORIGINAL", "PRIMARY", "OTHER"]],
    [0x00180020, "CS", "SE"],
    [0x00180021, "CS", "SK"],
    [0x00180022, "CS", ""],
    [0x00180023, "CS", "2D"],
    [0x00180080, "DS", 4200],
    [0x00180081, "DS", 102],
    [0x00180087, "DS", 1.5],
    [0x00180088, "DS", thickness],
    [0x00180091, "IS", 16],
    [0x00181314, "DS", 150],
    [0x00200012, "IS", 1],
  ];
  return instance(uids, place, attributes, pixels);
}

/** What is known of the head that `ctHead` and `mrBrain` compute for these seeds. */
export function truthOfHead(lesion: HeadLesion, anatomySeed: number): HeadTruth {
  const build = headBuild(anatomySeed);
  return headTruth(build, lesionModel(lesion, anatomySeed), skullDiameter(build));
}

export function headModel(lesion: HeadLesion, anatomySeed: number): { build: HeadBuild; model: LesionModel } {
  return { build: headBuild(anatomySeed), model: lesionModel(lesion, anatomySeed) };
}

function skullDiameter(build: HeadBuild): HeadTruth["skullOuterDiameterMm"] {
  const { radius } = contour(outerTable, SKULL.widestZ);
  let left = 0;
  let front = 0;
  let back = 0;
  radius.forEach((r, i) => {
    const angle = (2 * Math.PI * i) / radius.length;
    left = Math.max(left, r * Math.cos(angle));
    front = Math.max(front, -r * Math.sin(angle));
    back = Math.max(back, r * Math.sin(angle));
  });
  return {
    leftRight: 2 * left * build.scale,
    frontBack: (front + back) * build.scale,
    atZ: SKULL.widestZ * build.scale,
  };
}
