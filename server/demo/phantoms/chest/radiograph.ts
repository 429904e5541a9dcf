import { commonModules, pixelModule, SOP_CLASS, type StudyUids } from "../dicom/modules.js";
import { type Attribute, part10File } from "../dicom/part10.js";
import { mix, smoothstep } from "../noise.js";
import { randomFrom } from "../random.js";
import type { ChestLesion, ChestRadiographTruth, PhantomInstance, PhantomSpec, StudyHeader } from "../types.js";
import {
  type ChestBuild,
  chestBuild,
  clavicle,
  DETECTOR,
  diaphragm,
  heartEdge,
  LUNG_TOP,
  lungInner,
  lungOuter,
  MID,
  rib,
  shoulder,
  vessels,
} from "./anatomy.js";
import { addCurve, blurred, cloud, doubled, type Film, film, shellRod, solidRod } from "./projection.js";

interface Job {
  readonly spec: PhantomSpec;
  readonly header: StudyHeader;
  readonly uids: StudyUids;
  readonly seeds: { readonly seed: number; readonly anatomy: number };
}

/** Soft tissue, air and bone in units of mu times millimetres at a chest beam's energy. */
const MU = { soft: 0.0165, lung: 0.0045 } as const;

/** Posteroanterior chest, one DX object for presentation. */
export function chestRadiograph(job: Job, lesion: ChestLesion): PhantomInstance {
  const build = chestBuild(job.seeds.anatomy, job.header.patient.sex);
  const truth = truthOfRadiograph(lesion, job.seeds.anatomy, job.header.patient.sex);
  const shot = softTissue(build, job.seeds.anatomy, truth);
  addSkeleton(shot, build, job.seeds.anatomy);
  const curves = vessels(build, randomFrom(job.seeds.anatomy, "vessels"));
  const scratch = new Float32Array(shot.sum.length);
  for (const curve of curves) {
    const end = curve.findIndex((p) => inGap(build, truth, p));
    addCurve(shot, end < 0 ? curve : curve.slice(0, end), solidRod, scratch);
  }
  addNodule(shot, truth);
  return dxObject(job, developed(shot, job.seeds.seed));
}

/** Body, lungs, heart, mediastinum and abdomen, summed at a quarter of the resolution: they have no edges finer than that. */
function softTissue(b: ChestBuild, seed: number, truth: ChestRadiographTruth): Film {
  const [w, h] = [DETECTOR.columns / 2, DETECTOR.rows / 2];
  const step = DETECTOR.spacing * 2;
  const random = randomFrom(seed, "texture");
  const fine = cloud(random, w, h, 5);
  const broad = cloud(random, w, h, 26);
  const small = new Float32Array(w * h);
  for (let i = 0; i < small.length; i++) {
    const y = Math.floor(i / w) * step;
    const x = (i % w) * step - MID - b.scoliosis * Math.sin((y - 40) / 130) * 0.5;
    small[i] = column(b, x, y, fine[i] as number, broad[i] as number, truth);
  }
  const target = film(DETECTOR.columns, DETECTOR.rows, DETECTOR.spacing);
  target.sum.set(doubled(small, w, h, DETECTOR.columns, DETECTOR.rows));
  return target;
}

/** Attenuation along the ray through detector point (x from the midline, y). */
function column(b: ChestBuild, x: number, y: number, fine: number, broad: number, truth: ChestRadiographTruth): number {
  const side = x < 0 ? -1 : 1;
  const ax = Math.abs(x);
  let soft = bodyThickness(b, ax, y) * (1 + 0.012 * broad);
  const air = lungPath(b, side, ax, y);
  const gap = inGap(b, truth, { x: MID + x, y });
  soft -= air * (gap ? 1 : 1 - MU.lung / MU.soft) * (gap ? 1 : 1 + 0.02 * broad + 0.035 * fine);
  if (b.female) soft += breast(ax, y);
  const windpipe =
    15 * Math.sqrt(Math.max(0, 1 - ((x - 1.5) / 8.5) ** 2)) * smoothstep(20, 30, y) * smoothstep(172, 150, y);
  return Math.max(0, soft - windpipe - stomachBubble(x, y)) * MU.soft;
}

function bodyThickness(b: ChestBuild, ax: number, y: number): number {
  const neck = 64 + 10 * smoothstep(40, 0, y);
  const slope = smoothstep(6, 74, y);
  const half = mix(neck, 186, slope ** 0.7) * (y > 110 ? mix(1, 0.905 * b.wide, smoothstep(110, 240, y)) : 1);
  const u = ax / half;
  if (u >= 1) return 0;
  return (120 + 95 * smoothstep(20, 150, y) + 22 * smoothstep(280, 340, y)) * (1 - u ** 3.2) ** 0.5;
}

/** Millimetres of lung along the ray; the heart, the aorta and the dome of the diaphragm take their share out. */
function lungPath(b: ChestBuild, side: 1 | -1, ax: number, y: number): number {
  const outer = lungOuter(b, y);
  const inner = lungInner(b, side, y);
  if (ax >= outer) return 0;
  const rim = (outer - ax) / outer;
  const depth = 168 * Math.min(1, 2.6 * rim) ** 0.42 * (0.42 + 0.58 * smoothstep(60, 170, y));
  const middle = smoothstep(inner - 3, inner + 3, ax);
  const heart = heartEdge(b, side, y);
  const inHeart =
    heart <= 0
      ? 0
      : smoothstep(heart + 1, heart - 1.5, ax) * (0.62 + 0.38 * Math.sqrt(Math.max(0, 1 - (ax / heart) ** 2)));
  const floor = diaphragm(b, side, ax);
  // Behind the dome the lung goes on down: the recess is why the liver's top is not the darkest white.
  const below = y - floor;
  const dome = smoothstep(-1.2, 1.8, below);
  const recess = 0.2 * Math.max(0, 1 - below / 48) * smoothstep(outer, outer - 20, ax);
  return depth * Math.min(mix(1, 0.2, Math.max(inHeart, 1 - middle)), mix(1, recess, dome));
}

function breast(ax: number, y: number): number {
  const u = Math.hypot((ax - 88) / 62, (y - 240) / 62);
  return u < 1 ? 34 * Math.sqrt(1 - u * u) * (0.55 + 0.45 * smoothstep(200, 290, y)) : 0;
}

function stomachBubble(x: number, y: number): number {
  const u = Math.hypot((x - 62) / 26, (y - 338) / 17);
  return u < 1 ? 52 * Math.sqrt(1 - u * u) : 0;
}

function addSkeleton(shot: Film, b: ChestBuild, seed: number): void {
  const scratch = new Float32Array(shot.sum.length);
  const random = randomFrom(seed, "skeleton");
  const tilt = random.between(-2, 2);
  for (const side of [1, -1] as const) {
    for (let n = 1; n <= 10; n++) {
      addCurve(shot, rib(b, n, side), shellRod, scratch);
    }
    addCurve(shot, clavicle(b, side, tilt), shellRod, scratch);
    for (const bone of shoulder(b, side)) addCurve(shot, bone, shellRod, scratch);
  }
  addSpine(shot, b, scratch);
}

/** Vertebral bodies with end plates, pedicles and spinous processes down the middle. */
function addSpine(shot: Film, b: ChestBuild, scratch: Float32Array): void {
  for (let k = 0; k < 19; k++) {
    const y = 14 + k * 22.6;
    const x = MID + b.scoliosis * Math.sin((y - 40) / 130);
    const half = 14 + 0.45 * k;
    const rod = (x0: number, y0: number, x1: number, y1: number, r: number, path: number) =>
      addCurve(
        shot,
        [
          { x: x0, y: y0, half: r, path },
          { x: x1, y: y1, half: r, path },
        ],
        solidRod,
        scratch,
      );
    rod(x - half + 9, y, x + half - 9, y, 10, 0.25);
    rod(x - half + 2, y - 9.2, x + half - 2, y - 9.2, 1.3, 0.1);
    rod(x - half + 2, y + 9.2, x + half - 2, y + 9.2, 1.3, 0.1);
    rod(x - half + 4, y - 3, x - half + 4, y + 2, 3, 0.1);
    rod(x + half - 4, y - 3, x + half - 4, y + 2, 3, 0.1);
    rod(x, y + 4, x, y + 13, 2.4, 0.12);
    rod(x - half - 9, y - 4, x - half + 2, y - 1, 3.4, 0.08);
    rod(x + half - 2, y - 1, x + half + 9, y - 4, 3.4, 0.08);
  }
}

function addNodule(shot: Film, { nodule }: ChestRadiographTruth): void {
  if (!nodule) return;
  const r = nodule.diameterMm / 2 / shot.spacing;
  for (let row = Math.floor(nodule.row - r); row <= nodule.row + r; row++) {
    for (let column = Math.floor(nodule.column - r); column <= nodule.column + r; column++) {
      const u = Math.hypot(column - nodule.column, row - nodule.row) / r;
      if (u < 1)
        shot.sum[row * shot.columns + column] =
          (shot.sum[row * shot.columns + column] as number) + nodule.diameterMm * MU.soft * 0.9 * Math.sqrt(1 - u * u);
    }
  }
}

/** Whether a detector point lies between chest wall and collapsed lung. */
function inGap(b: ChestBuild, { pneumothorax }: ChestRadiographTruth, at: { x: number; y: number }): boolean {
  if (!pneumothorax) return false;
  const side = pneumothorax.side === "left" ? 1 : -1;
  const x = (at.x - MID) * side;
  const apex = LUNG_TOP + pneumothorax.apicalDistanceMm;
  const t = (at.y - apex) / 175;
  if (x < 14 || t >= 1) return false;
  if (t <= 0) return true;
  const cupola = 1 - Math.min(1, (at.y - apex) / 46);
  const collapsed = lungOuter(b, at.y) - 0.9 * pneumothorax.apicalDistanceMm * (1 - t) ** 0.8;
  return x > collapsed * Math.sqrt(1 - cupola * cupola);
}

/**
 * From attenuation to picture: scatter as a broad veil, photon noise, then what a modern console does (large densities
 * compressed, detail kept), so that lung and mediastinum show at once.
 */
function developed(shot: Film, seed: number): Uint16Array {
  const { columns, rows, sum } = shot;
  const random = randomFrom(seed, "photons");
  const sharp = blurred(sum, columns, rows, 0.8);
  const veil = blurred(sum, columns, rows, 40);
  const table = Float32Array.from({ length: 65536 }, () => random.normal());
  const signal = new Float32Array(sum.length);
  for (let i = 0; i < signal.length; i++) {
    const primary = Math.exp(-(sharp[i] as number));
    const light = primary + 0.22 * Math.exp(-(veil[i] as number) * 0.9) * (1 - Math.exp(-(veil[i] as number)));
    const noise = (table[(i * 7 + (i >> 9) * 13) & 65535] as number) / Math.sqrt(9000 * light);
    signal[i] = -Math.log(light) + noise;
  }
  const base = blurred(signal, columns, rows, 28);
  return Uint16Array.from(signal, (v, i) => {
    const wide = base[i] as number;
    const shown = wide * 0.72 + (v - wide) * 1.45;
    const t = (shown - 0.3) / 2.45;
    const film = t <= 0 ? 0 : t < 0.9 ? t : 0.9 + 0.1 * (1 - Math.exp(-(t - 0.9) / 0.1));
    return Math.round(60 + 3950 * film);
  });
}

function dxObject({ spec, header, uids }: Job, pixels: Uint16Array): PhantomInstance {
  const place = {
    sopClassUid: SOP_CLASS.dxForPresentation,
    seriesNumber: 1,
    seriesDescription: "Chest PA",
    instanceNumber: 1,
    secondsIn: 45,
  };
  const region = { code: "51185008", meaning: "Chest" };
  const attributes: Attribute[] = [
    ...commonModules(spec, header, uids, place),
    ...pixelModule({
      rows: DETECTOR.rows,
      columns: DETECTOR.columns,
      bitsAllocated: 16,
      bitsStored: 12,
      window: { centre: 2048, width: 4096, name: "NORMAL" },
    }),
    [0x00080008, "CS", ["ORIGINAL", "PRIMARY", ""]],
    [0x00080068, "CS", "FOR PRESENTATION"],
    [0x00082218, "SQ", [coded(region.code, region.meaning)]],
    [0x00180060, "DS", 125],
    [0x00181110, "DS", 1800],
    [0x00181111, "DS", 1740],
    [0x00181150, "IS", 8],
    [0x00181152, "IS", 2],
    [0x00181164, "DS", [DETECTOR.spacing, DETECTOR.spacing]],
    [0x00181508, "CS", ""],
    [0x00185101, "CS", "PA"],
    [0x00187004, "CS", "SCINTILLATOR"],
    [0x00200020, "CS", ["L", "F"]],
    [0x00200062, "CS", "U"],
    [0x00280030, "DS", [DETECTOR.spacing, DETECTOR.spacing]],
    [0x00281040, "CS", "LOG"],
    [0x00281041, "SS", -1],
    [0x00281052, "DS", 0],
    [0x00281053, "DS", 1],
    [0x00281054, "LO", "US"],
    [0x20500020, "CS", "IDENTITY"],
    [0x00400555, "SQ", []],
  ];
  const sopInstanceUid = uids.instance(1, 1);
  const bytes = new Uint8Array(pixels.buffer);
  return {
    sopInstanceUid,
    seriesInstanceUid: uids.series(1),
    sopClassUid: place.sopClassUid,
    dataset: part10File(place.sopClassUid, sopInstanceUid, attributes, { vr: "OW", bytes }),
  };
}

function coded(code: string, meaning: string): Attribute[] {
  return [
    [0x00080100, "SH", code],
    [0x00080102, "SH", "SCT"],
    [0x00080104, "LO", meaning],
  ];
}

export function truthOfRadiograph(lesion: ChestLesion, anatomySeed: number, sex: string): ChestRadiographTruth {
  const b = chestBuild(anatomySeed, sex);
  const random = randomFrom(anatomySeed, "chest lesion");
  const y = random.between(120, 150);
  const at = {
    column: Math.round((MID - random.between(74, 92)) / DETECTOR.spacing),
    row: Math.round(y / DETECTOR.spacing),
  };
  const widest =
    Math.max(...Array.from({ length: 130 }, (_, k) => heartEdge(b, 1, 172 + k))) +
    Math.max(...Array.from({ length: 130 }, (_, k) => heartEdge(b, -1, 172 + k)));
  return {
    kind: "dx-chest",
    nodule: lesion.kind === "nodule" ? { ...at, diameterMm: random.between(16, 24) } : null,
    pneumothorax: lesion.kind === "pneumothorax" ? { side: "right", apicalDistanceMm: random.between(24, 34) } : null,
    heartWidthMm: widest,
    thoraxWidthMm: 2 * lungOuter(b, 280),
  };
}
