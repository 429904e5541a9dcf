import { bandField, type Field3, mix, smoothstep } from "../noise.js";
import { type Random, randomFrom } from "../random.js";

/**
 * The head's own coordinates are LPS axes (x to the left, y to the back, z up) with the origin between the thalami, in
 * millimetres of the standard head; the build's scale and yaw take them to patient millimetres. Everything below is a closed surface of that space; nothing is drawn.
 */
export const BINS = 360;

/** What differs between people; drawn once from the seed. */
export interface HeadBuild {
  readonly scale: number;
  /** 0 young, 1 old: widens ventricles and sulci. */
  readonly atrophy: number;
  /** Turn of the head in the holder, radians about z. */
  readonly yaw: number;
  readonly folds: Field3;
  readonly texture: Field3;
  readonly grain: Field3;
  readonly sinus: number;
}

export function headBuild(seed: number): HeadBuild {
  const random = randomFrom(seed, "head");
  return {
    scale: random.between(0.965, 1.03),
    atrophy: random.between(0.15, 0.8),
    yaw: random.between(-0.035, 0.035),
    sinus: random.between(0.7, 1.25),
    folds: bandField(randomFrom(seed, "folds"), 64, 11, 48),
    texture: bandField(randomFrom(seed, "texture"), 32, 7, 40),
    grain: grainField(randomFrom(seed, "grain")),
  };
}

function grainField(random: Random): Field3 {
  const size = 32;
  const cells = new Float32Array(size ** 3);
  for (let i = 0; i < cells.length; i++) cells[i] = random.normal();
  return { size, cells };
}

/** Semi-axes of the skull's outer table at its widest, before scaling. */
export const SKULL = { halfWidth: 73, front: 87, back: 92, top: 86, widestZ: 8 } as const;

type Surface = (x: number, y: number, z: number) => number;

/** Closed egg: narrower forehead, broad parietal region. Zero on the surface, negative inside (not a distance). */
function egg(width: number, front: number, back: number, top: number, low: Surface): Surface {
  return (x, y, z) => {
    const fall = low(x, y, z);
    const up = z > SKULL.widestZ ? (z - SKULL.widestZ) / (top - SKULL.widestZ) : 0;
    const cap = up <= 0 ? 1 : up >= 1 ? 0.0001 : (1 - up ** 2.35) ** (1 / 2.35);
    const w = width * (1 + 0.0011 * (y - 12) - 0.0000115 * (y - 12) ** 2) * cap * fall;
    const depth = (y < 0 ? front : back) * cap * (y > 0 ? fall : 1);
    return Math.abs(x / w) ** 2.15 + Math.abs(y / depth) ** 2.2 - 1;
  };
}

/** Narrowing of the braincase below the widest level, and of the skin over it (the neck's muscles keep that wider). */
const braincase: Surface = (_x, _y, z) => (z > -15 ? 1 : 1 - 0.21 * ((-15 - z) / 57) ** 1.7);
const neck: Surface = (_x, _y, z) => (z > -15 ? 1 : 1 - 0.1 * ((-15 - z) / 57) ** 1.5);

export const outerTable = egg(SKULL.halfWidth, SKULL.front, SKULL.back, SKULL.top, braincase);
const cavity = egg(SKULL.halfWidth - 5.4, SKULL.front - 7, SKULL.back - 8, SKULL.top - 7, braincase);

/** Inner table: the temporal squama is thin, so the cavity reaches further out there. */
export const innerTable: Surface = (x, y, z) =>
  cavity(x / (1 + 0.026 * smoothstep(34, -8, z) * Math.exp(-(((y + 8) / 30) ** 2))), y, z);
const skull = egg(SKULL.halfWidth + 6.2, SKULL.front + 5.5, SKULL.back + 6.5, SKULL.top + 6, neck);

/** Skin: scalp over the vault; below the brow the face with temples, brow, nose. */
export const skin: Surface = (x, y, z) => {
  const face = smoothstep(-14, -40, z) * smoothstep(-20, -62, y);
  const nose = 12 * smoothstep(-22, -62, z) * Math.exp(-((x / (8 + 6 * smoothstep(-30, -68, z))) ** 2));
  const cheek = face * (2 + 0.0035 * x * x);
  const temple = 3.5 * smoothstep(40, -10, z) * Math.exp(-(((y + 28) / 20) ** 2));
  const stretch = 1 + (temple * smoothstep(30, 60, Math.abs(x))) / 70;
  return skull(x / stretch, y < 0 ? y / (1 + (nose * face - cheek) / 90) : y, z);
};

/** One surface cut at height z: radius per direction and the factor that turns (r - R) into a distance. */
export interface Contour {
  readonly radius: Float32Array;
  readonly toDistance: Float32Array;
}

/** Cuts a surface at height z by bisection in every direction; a surface that ends below z has radius 0. */
export function contour(surface: Surface, z: number): Contour {
  const radius = cut(surface, z);
  const above = cut(surface, z + 0.5);
  const toDistance = new Float32Array(BINS);
  const step = (2 * Math.PI) / BINS;
  for (let i = 0; i < BINS; i++) {
    const r = radius[i] as number;
    const across =
      ((radius[(i + 1) % BINS] as number) - (radius[(i + BINS - 1) % BINS] as number)) / (2 * step * Math.max(r, 1));
    const along = ((above[i] as number) - r) / 0.5;
    toDistance[i] = 1 / Math.sqrt(1 + across * across + along * along);
  }
  return { radius, toDistance };
}

function cut(surface: Surface, z: number): Float32Array {
  const radius = new Float32Array(BINS);
  for (let i = 0; i < BINS; i++) {
    const angle = (2 * Math.PI * i) / BINS;
    const cos = Math.cos(angle);
    const sin = Math.sin(angle);
    let low = 0;
    let high = 135;
    for (let k = 0; k < 18; k++) {
      const r = (low + high) / 2;
      if (surface(r * cos, r * sin, z) < 0) low = r;
      else high = r;
    }
    radius[i] = low;
  }
  return radius;
}

/** Floor of the cranial cavity as a height map (mm), and the bone's thickness under it. */
export interface SkullFloor {
  readonly height: Float32Array;
  /** Turns a vertical into a perpendicular distance (steep walls: sphenoid wing, clivus). */
  readonly toDistance: Float32Array;
  readonly thickness: Float32Array;
}

/** Three fossae, sella, clivus, petrous ridges and foramen magnum at (x, y): height and bone thickness. */
export function floorAt(x: number, y: number): { height: number; thickness: number } {
  const ax = Math.abs(x);
  const frontal =
    -23 +
    7 * Math.exp(-(((ax - 31) / 17) ** 2) - ((y + 60) / 22) ** 2) -
    3 * Math.exp(-((x / 9) ** 2)) +
    0.12 * Math.max(0, -y - 66);
  const middle = mix(
    -25 - 0.02 * (y + 12) ** 2 * smoothstep(8, 0, ax),
    -46 + 0.02 * (ax - 37) ** 2 + 0.013 * (y + 8) ** 2,
    smoothstep(9, 25, ax),
  );
  const clivus = -25 - 2.5 * Math.max(0, y + 3);
  const bowl = Math.max(-67 + 0.0115 * (x * x + (y - 42) ** 2), ax < 20 ? Math.min(clivus, -25) : -200);
  const ridgeY = 4 + 0.46 * ax;
  const wing = -39 + 0.0085 * (ax - 32) ** 2;
  let height = mix(middle, bowl, smoothstep(ridgeY - 2, ridgeY + 2, y));
  if (ax < 16) height = mix(height, y > -3 ? Math.max(bowl, clivus) : height, smoothstep(16, 11, ax));
  const petrous = smoothstep(10, 17, ax);
  height = Math.max(height, mix(-200, -29 - 0.17 * (y - ridgeY) ** 2 - 0.05 * ax, petrous));
  height = mix(frontal, height, smoothstep(wing - 5, wing + 5, y));
  const hole = (x / 15) ** 2 + ((y - 31) / 18) ** 2;
  height = mix(-200, height, smoothstep(0.75, 1.15, hole));
  const underRidge = petrous * Math.exp(-(((y - ridgeY - 1) / 10) ** 2));
  return {
    height,
    thickness: 2.6 + 16 * underRidge + 7 * smoothstep(14, 8, ax) * smoothstep(-24, -8, y) * smoothstep(34, 10, y),
  };
}

export function skullFloor(xs: Float32Array, ys: Float32Array): SkullFloor {
  const n = xs.length;
  const floor = { height: new Float32Array(n), toDistance: new Float32Array(n), thickness: new Float32Array(n) };
  for (let i = 0; i < n; i++) {
    const x = xs[i] as number;
    const y = ys[i] as number;
    if (Math.abs(x) > 76 || y < -92 || y > 92) {
      floor.height[i] = -60;
      floor.toDistance[i] = 1;
      continue;
    }
    const here = floorAt(x, y);
    const dx = floorAt(x + 0.5, y).height - floorAt(x - 0.5, y).height;
    const dy = floorAt(x, y + 0.5).height - floorAt(x, y - 0.5).height;
    floor.height[i] = here.height;
    floor.toDistance[i] = 1 / Math.sqrt(1 + dx * dx + dy * dy);
    floor.thickness[i] = here.thickness;
  }
  return floor;
}
