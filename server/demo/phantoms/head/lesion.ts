import { coverage, mix, sample, smoothstep } from "../noise.js";
import { randomFrom } from "../random.js";
import type { HeadLesion, HeadTruth, Side, Vec3 } from "../types.js";
import type { HeadBuild } from "./geometry.js";
import { HU } from "./tissue.js";

/** What the lesion does to the head, in the head's own coordinates. */
export interface LesionModel {
  readonly haematoma: Haematoma | null;
  readonly subdural: { readonly side: Side; readonly thickness: number } | null;
  readonly subarachnoid: boolean;
  /** Peak sideways displacement of the brain, mm of the standard head, positive to the left. */
  readonly shift: number;
}

export interface Haematoma {
  readonly centre: Vec3;
  readonly radii: Vec3;
  readonly lobulation: number;
  readonly oedemaMm: number;
}

const PUSH = { y: -8, z: 10, depth: 40, height: 34, flat: 12, end: 64 } as const;

export function lesionModel(lesion: HeadLesion, seed: number): LesionModel {
  const random = randomFrom(seed, "lesion");
  const none = { haematoma: null, subdural: null, subarachnoid: false, shift: 0 };
  switch (lesion.kind) {
    case "none":
      return none;
    case "subarachnoid":
      return { ...none, subarachnoid: true };
    case "subdural": {
      const thickness = random.between(9, 13);
      return { ...none, subdural: { side: lesion.side, thickness }, shift: away(lesion.side) * 0.62 * thickness };
    }
    case "intraparenchymal": {
      const side = lesion.side === "left" ? 1 : -1;
      const haematoma: Haematoma = {
        centre: [side * random.between(26.5, 29), random.between(-4, 1), random.between(4, 8)],
        radii: [random.between(12.5, 14.5), random.between(19, 22.5), random.between(15, 18)],
        lobulation: 0.11,
        oedemaMm: random.between(5, 7),
      };
      return { ...none, haematoma, shift: away(lesion.side) * random.between(4.2, 5.8) };
    }
  }
}

function away(side: Side): 1 | -1 {
  return side === "left" ? -1 : 1;
}

/** Sideways displacement of the brain at a place: full at the midline, none at the skull. */
export function pushOf(model: LesionModel): (x: number, y: number, z: number) => number {
  if (model.shift === 0) return () => 0;
  return (x, y, z) => {
    const reach = Math.exp(-(((y - PUSH.y) / PUSH.depth) ** 2) - ((z - PUSH.z) / PUSH.height) ** 2);
    return model.shift * reach * (1 - smoothstep(PUSH.flat, PUSH.end, Math.abs(x)));
  };
}

/** Signed distance to the clot. Along its axes the lobulation is nil, so the semi-axes are exact there. */
export function haematomaDistance(h: Haematoma, x: number, y: number, z: number): number {
  const ux = (x - h.centre[0]) / h.radii[0];
  const uy = (y - h.centre[1]) / h.radii[1];
  const uz = (z - h.centre[2]) / h.radii[2];
  const k = Math.sqrt(ux * ux + uy * uy + uz * uz);
  if (k < 1e-6) return -h.radii[0];
  const g = Math.sqrt((ux / h.radii[0]) ** 2 + (uy / h.radii[1]) ** 2 + (uz / h.radii[2]) ** 2);
  const edge = 1 + h.lobulation * lobes(ux / k, uy / k, uz / k);
  return (k * (k - edge)) / g;
}

function lobes(x: number, y: number, z: number): number {
  return (
    1.2 * x * y -
    0.9 * y * z +
    0.7 * x * z +
    3.1 * x * y * z +
    2.2 * x * y * (x * x - y * y) -
    1.6 * y * z * (y * y - z * z)
  );
}

/** Volume in ml of the standard head's clot: a b c / 3 times the integral of the lobed radius cubed over the sphere. */
export function haematomaVolumeMl(h: Haematoma): number {
  const steps = 120;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const u = -1 + (2 * (i + 0.5)) / steps;
    const s = Math.sqrt(1 - u * u);
    for (let j = 0; j < 2 * steps; j++) {
      const phi = (Math.PI * (j + 0.5)) / steps;
      sum += (1 + h.lobulation * lobes(s * Math.cos(phi), s * Math.sin(phi), u)) ** 3;
    }
  }
  const solidAngle = (sum * 4 * Math.PI) / (2 * steps * steps);
  return (h.radii[0] * h.radii[1] * h.radii[2] * solidAngle) / 3 / 1000;
}

/** Thickness of the subdural crescent in a direction (radians about z, 0 = left) at a height, mm. */
export function crescentThickness(model: LesionModel, angle: number, z: number): number {
  if (!model.subdural) return 0;
  const centre = model.subdural.side === "left" ? 0 : Math.PI;
  const off = Math.atan2(Math.sin(angle - centre), Math.cos(angle - centre)) / 1.15;
  const up = (z - 28) / 46;
  const share = (1 - off * off) * (1 - up * up);
  return Math.abs(off) < 1 && Math.abs(up) < 1 ? model.subdural.thickness * Math.sqrt(share) : 0;
}

/** Clot and oedema laid over the finished brain: value in, value out. */
export function withHaematoma(h: Haematoma, build: HeadBuild, blur: number, values: { blood: number; oedema: number }) {
  return (value: number, x: number, y: number, z: number): number => {
    const d = haematomaDistance(h, x, y, z);
    if (d > h.oedemaMm + 8) return value;
    const wavy = d - h.oedemaMm - 2.6 * sample(build.texture, x * 0.22, y * 0.22, z * 0.22);
    const swollen = mix(value, values.oedema, 0.8 * coverage(wavy, 2.6));
    // Oedema spares what is already fluid and hardly shows in the cortex's grey.
    const around = Math.abs(value - values.oedema) < 40 && value > 14 ? swollen : value;
    const clot = values.blood + 2.2 * sample(build.texture, x * 0.3, y * 0.3, z * 0.3 + 5);
    return mix(around, clot, coverage(d, blur));
  };
}

/** The same in patient millimetres, for measurements. */
export function headTruth(build: HeadBuild, model: LesionModel, skull: HeadTruth["skullOuterDiameterMm"]): HeadTruth {
  const toPatient = patientFrom(build);
  const push = pushOf(model);
  const { haematoma, subdural } = model;
  const septum: Vec3 = [0, -15, 13];
  return {
    kind: "head",
    skullOuterDiameterMm: skull,
    midlineShiftMm: push(...septum) * build.scale,
    haemorrhage: haematoma && {
      centre: toPatient(haematoma.centre),
      semiAxesMm: scaled(haematoma.radii, build.scale),
      volumeMl: haematomaVolumeMl(haematoma) * build.scale ** 3,
      meanHu: HU.blood,
    },
    subdural: subdural && {
      side: subdural.side,
      maxThicknessMm: subdural.thickness * build.scale,
      meanHu: HU.blood - 2,
    },
    rois: [
      { name: "vitreous, left", centre: toPatient([32, -66, -36]), radiusMm: 6, hu: HU.vitreous },
      { name: "vitreous, right", centre: toPatient([-32, -66, -36]), radiusMm: 6, hu: HU.vitreous },
      { name: "maxillary sinus, left", centre: toPatient([31, -58, -64]), radiusMm: 6, hu: HU.air },
    ],
  };
}

export function patientFrom(build: HeadBuild): (point: Vec3) => Vec3 {
  const c = Math.cos(build.yaw) * build.scale;
  const s = Math.sin(build.yaw) * build.scale;
  return ([x, y, z]) => [c * x - s * y, s * x + c * y, z * build.scale];
}

function scaled([a, b, c]: Vec3, k: number): Vec3 {
  return [a * k, b * k, c * k];
}
