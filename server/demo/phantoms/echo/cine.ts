import { commonModules, pixelModule, SOP_CLASS, type StudyUids } from "../dicom/modules.js";
import { type Attribute, part10File } from "../dicom/part10.js";
import { kernelNoise, mix } from "../noise.js";
import { randomFrom } from "../random.js";
import type { EchoTruth, PhantomInstance, PhantomSpec, StudyHeader } from "../types.js";
import { beatAt, echoStrength, LEFT_VENTRICLE, SECTOR } from "./heart.js";

export const CINE = { frames: 30, frameTimeMs: 33.3 } as const;
const RAYS = 190;
const RANGES = 440;
const TILE = 512;

interface Job {
  readonly spec: PhantomSpec;
  readonly header: StudyHeader;
  readonly uids: StudyUids;
  readonly seeds: { readonly seed: number; readonly anatomy: number };
}

/** One beat of an apical four-chamber view as a multi-frame US object; the loop closes on itself. */
export function echoCine(
  job: Job,
  ejection: "normal" | "reduced",
  onFrame: (done: number) => void = () => undefined,
): PhantomInstance {
  const { columns, rows } = SECTOR;
  const speckle = speckleTiles(job.seeds.seed);
  const map = scanConversion();
  const bytes = new Uint8Array(columns * rows * CINE.frames);
  for (let f = 0; f < CINE.frames; f++) {
    const polar = polarFrame(f / CINE.frames, ejection, speckle);
    convert(polar, map, bytes.subarray(f * columns * rows, (f + 1) * columns * rows));
    onFrame(f + 1);
  }
  return usObject(job, bytes);
}

/** In-phase and quadrature noise: its magnitude is speckle (Rayleigh), fine along the beam and broad across it. */
function speckleTiles(seed: number): readonly [Float32Array, Float32Array] {
  const random = randomFrom(seed, "speckle");
  return [kernelNoise(random, TILE, 1.15, 3, 0), kernelNoise(random, TILE, 1.15, 3, 0)];
}

/** Log-compressed echo by ray and range. The speckle moves with the tissue it belongs to. */
function polarFrame(
  phase: number,
  ejection: "normal" | "reduced",
  [re, im]: readonly [Float32Array, Float32Array],
): Float32Array {
  const beat = beatAt(phase, ejection);
  const out = new Float32Array(RAYS * RANGES);
  for (let a = 0; a < RAYS; a++) {
    const angle = ((a / (RAYS - 1)) * 2 - 1) * SECTOR.halfAngle;
    const dropout =
      1 - 0.45 * Math.exp(-(((angle - 0.5) / 0.1) ** 2)) - 0.3 * Math.exp(-(((angle + 0.56) / 0.08) ** 2));
    for (let k = 0; k < RANGES; k++) {
      const depth = (k / (RANGES - 1)) * SECTOR.depthMm;
      const x = depth * Math.sin(angle);
      const y = depth * Math.cos(angle);
      const strength =
        echoStrength(x, y, beat) * dropout * mix(1.1, 0.75, depth / SECTOR.depthMm) + 0.8 * Math.exp(-depth / 3);
      const drift = 12 * beat.shorten * (y / 100);
      const at = tileIndex(a * 1.25, k + drift * 2.8);
      const power = strength * Math.hypot(re[at] as number, im[at] as number) + 0.012;
      out[a * RANGES + k] = Math.max(0, Math.min(1, (20 * Math.log10(power) + 35) / 43));
    }
  }
  return out;
}

function tileIndex(a: number, k: number): number {
  return (Math.round(a) % TILE) * TILE + (((Math.round(k) % TILE) + TILE) % TILE);
}

/** For each pixel of the sector its ray and range, -1 outside. */
function scanConversion(): Float32Array {
  const { columns, rows, apexColumn, apexRow, mmPerPixel, depthMm, halfAngle } = SECTOR;
  const map = new Float32Array(columns * rows * 2).fill(-1);
  for (let i = 0; i < columns * rows; i++) {
    const x = ((i % columns) - apexColumn) * mmPerPixel;
    const y = (Math.floor(i / columns) - apexRow) * mmPerPixel;
    const depth = Math.hypot(x, y);
    const angle = Math.atan2(x, y);
    if (depth >= depthMm || Math.abs(angle) >= halfAngle) continue;
    map[2 * i] = ((angle / halfAngle + 1) / 2) * (RAYS - 1);
    map[2 * i + 1] = (depth / depthMm) * (RANGES - 1);
  }
  return map;
}

function convert(polar: Float32Array, map: Float32Array, frame: Uint8Array): void {
  for (let i = 0; i < frame.length; i++) {
    const a = map[2 * i] as number;
    if (a < 0) continue;
    const k = map[2 * i + 1] as number;
    const a0 = Math.min(RAYS - 2, Math.floor(a));
    const k0 = Math.min(RANGES - 2, Math.floor(k));
    const at = a0 * RANGES + k0;
    const near = mix(polar[at] as number, polar[at + RANGES] as number, a - a0);
    const far = mix(polar[at + 1] as number, polar[at + RANGES + 1] as number, a - a0);
    frame[i] = Math.round(235 * mix(near, far, k - k0) ** 1.15);
  }
}

function usObject({ spec, header, uids }: Job, bytes: Uint8Array): PhantomInstance {
  const place = {
    sopClassUid: SOP_CLASS.usMultiFrame,
    seriesNumber: 1,
    seriesDescription: "Apical four chamber",
    instanceNumber: 1,
    secondsIn: 120,
  };
  const attributes: Attribute[] = [
    ...commonModules(spec, header, uids, place),
    ...pixelModule({ rows: SECTOR.rows, columns: SECTOR.columns, bitsAllocated: 8, bitsStored: 8 }),
    [0x00080008, "CS", ["ORIGINAL", "PRIMARY", "", "0001"]],
    [0x00181063, "DS", CINE.frameTimeMs],
    [0x00181088, "IS", 60],
    [0x00082144, "IS", 30],
    [0x00186011, "SQ", [sectorRegion()]],
    [0x00200020, "CS", ""],
    [0x00280008, "IS", CINE.frames],
    [0x00280009, "AT", 0x00181063],
    [0x00280014, "US", 0],
  ];
  const sopInstanceUid = uids.instance(1, 1);
  return {
    sopInstanceUid,
    seriesInstanceUid: uids.series(1),
    sopClassUid: place.sopClassUid,
    dataset: part10File(place.sopClassUid, sopInstanceUid, attributes, { vr: "OB", bytes }),
  };
}

/** US Region Calibration (PS3.3 C.8.5.5): one tissue region, centimetres in both directions. */
function sectorRegion(): Attribute[] {
  return [
    [0x00186012, "US", 1],
    [0x00186014, "US", 1],
    [0x00186016, "UL", 2],
    [0x00186018, "UL", 0],
    [0x0018601a, "UL", 0],
    [0x0018601c, "UL", SECTOR.columns - 1],
    [0x0018601e, "UL", SECTOR.rows - 1],
    [0x00186020, "SL", SECTOR.apexColumn],
    [0x00186022, "SL", SECTOR.apexRow],
    [0x00186024, "US", 3],
    [0x00186026, "US", 3],
    [0x0018602c, "FD", SECTOR.mmPerPixel / 10],
    [0x0018602e, "FD", SECTOR.mmPerPixel / 10],
  ];
}

export function truthOfEcho(ejection: "normal" | "reduced"): EchoTruth {
  const length = LEFT_VENTRICLE.base.y - LEFT_VENTRICLE.apex.y;
  const beats = Array.from({ length: CINE.frames }, (_, f) => beatAt(f / CINE.frames, ejection));
  const end = beats.reduce((best, b, f) => (b.squeeze > (beats[best]?.squeeze ?? 0) ? f : best), 0);
  const systole = beatAt(end / CINE.frames, ejection);
  return {
    kind: "us-echo",
    frames: CINE.frames,
    frameTimeMs: CINE.frameTimeMs,
    diastole: { lengthMm: length, widthMm: 2 * LEFT_VENTRICLE.halfWidth },
    systole: {
      lengthMm: length * (1 - systole.shorten),
      widthMm: 2 * LEFT_VENTRICLE.halfWidth * (1 - systole.inward),
      frame: end + 1,
    },
    mmPerPixel: SECTOR.mmPerPixel,
  };
}
