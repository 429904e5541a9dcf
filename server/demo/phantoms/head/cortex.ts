import { coverage, mix, sample, smoothstep } from "../noise.js";
import type { HeadBuild } from "./geometry.js";
import type { LesionModel } from "./lesion.js";
import type { TissueValues } from "./tissue.js";

/** Height of the tentorium over (x, y): high at its notch, falling to the transverse sinuses. */
function tentorium(ax: number, y: number): number {
  return -2 - 27 * smoothstep(0, 1, Math.sqrt((ax / 64) ** 2 + ((y - 26) / 62) ** 2));
}

function segment(px: number, py: number, ax: number, ay: number, bx: number, by: number): number {
  const dx = bx - ax;
  const dy = by - ay;
  const t = Math.max(0, Math.min(1, ((px - ax) * dx + (py - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(px - ax - t * dx, py - ay - t * dy);
}

/** Distance to the Sylvian fissure: a cleft from the temple down to the insula, and the slit over the insula. */
function sylvian(ax: number, y: number, z: number): number {
  const rise = 0.35 * (z - 4);
  if (z < -17 || z > 22) return 99;
  const cleft = segment(ax, y - rise + 1.6 * Math.sin(0.35 * ax), 70, -9, 44, -5);
  const bow = ax + 0.007 * (y + 4) ** 2 + 0.9 * Math.sin(0.55 * y + 0.2 * z);
  const insula = segment(bow, y - 0.4 * rise, 41.5, -23, 42.5, 14);
  const close = 10 * Math.max(smoothstep(13, 22, z), smoothstep(-10, -17, z));
  return Math.min(cleft + 0.4, insula) + close;
}

/**
 * Value of the brain and its fluid at a point of the cavity (x already undeformed), `underTable` mm under the bone (or the
 * subdural blood) and `aboveFloor` mm above the skull's floor. The cortex follows every surface of the
 * hemispheres; sulci are the sheets of a band-limited field read along rays from the hemisphere's core, so that they stand
 * perpendicular to the surface and keep an even spacing.
 */
export function brainValue(
  t: TissueValues,
  build: HeadBuild,
  model: LesionModel,
  blur: number,
  x: number,
  y: number,
  z: number,
  underTable: number,
  aboveFloor: number,
): number {
  const ax = Math.abs(x);
  const fluid = fluidValue(t, model, build, ax, y, z);
  const roof = tentorium(ax, y);
  const notch = (ax / 18) ** 2 + ((y - 8) / 19) ** 2;
  const behind = y > 4 + 0.46 * ax;
  if (z < -2 && notch < 1) return fluid;
  if (behind && z < roof)
    return hindbrain(t, build, blur, ax, x, y, z, Math.min(underTable, aboveFloor), roof - z, fluid);
  const gap = 1.1 + 1.5 * build.atrophy;
  let depth = Math.min(underTable - gap, aboveFloor - 0.8, midline(ax, y, z, behind));
  if (behind) {
    const over = (z - roof) * 0.85 - 0.6;
    depth = Math.min(depth, over < 7 ? over : 4 * over - 21);
  }
  if (z < 0) depth = Math.min(depth, cistern(ax, y, z));
  const cleft = sylvian(ax, y, z) - 0.9 - 0.9 * build.atrophy;
  depth = Math.min(depth, cleft);
  if (depth < -blur) return fluid;
  return hemisphere(t, build, blur, x, y, z, depth, fluid);
}

/** Cerebellum under the tentorium: folia in shells parallel to its surface, marrow in the middle, fluid in front. */
function hindbrain(
  t: TissueValues,
  build: HeadBuild,
  blur: number,
  ax: number,
  x: number,
  y: number,
  z: number,
  inside: number,
  underRoof: number,
  fluid: number,
): number {
  if (underRoof < 1.2) return t.dura;
  const bump = 1.2 * sample(build.texture, x * 0.2, y * 0.2, z * 0.2);
  const front = (y - 15 - 8 * Math.exp(-((ax / 11) ** 2)) + 0.1 * ax) * 0.9;
  const valley = Math.hypot(ax, Math.max(0, 70 - y)) - 2.5;
  const depth = Math.min(inside - 2, (underRoof - 1.6) * 0.85, front, z < -38 ? valley : 99);
  if (depth < -blur) return fluid;
  const core = smoothstep(17, 9, depth);
  const leaf = mix(t.white, t.cerebellum, core);
  const wave = Math.sin(((depth + bump) * 2 * Math.PI) / 4.4);
  const folded =
    wave > 0.62 ? mix(leaf, fluid, (0.22 + 0.3 * build.atrophy) * core) : leaf + (t.grey - t.white) * 0.1 * wave;
  return mix(fluid, folded, coverage(-depth, blur));
}

/** Depth under the medial surface; under the falx's free edge the hemispheres are joined (callosum). */
function midline(ax: number, y: number, z: number, behind: boolean): number {
  const under = Math.sqrt(((y - 4) / 46) ** 2 + ((z - 3) / 27) ** 2);
  if (z < 2 && Math.abs(y) < 24) return 99;
  if (under >= 1) return ax - 0.9;
  return Math.hypot(ax, behind && z < 6 ? 0 : (1 - under) * 420) - 0.5;
}

/** Depth outside the suprasellar star. */
function cistern(ax: number, y: number, z: number): number {
  const star = Math.sqrt((ax / 14) ** 2 + ((y + 8) / 15) ** 2 + ((z + 18) / 11) ** 2) - 1;
  const arm = segment(ax, y + 1.5 * Math.sin(ax * 0.3), 8, -14, 36, -24) - 1.7 + 0.25 * Math.abs(z + 12);
  const ambient =
    y > -6 && y < 30 && z < -4 ? Math.abs(Math.sqrt((ax / 18) ** 2 + ((y - 8) / 19) ** 2) - 1) * 18 - 1.5 : 99;
  return Math.min(star * 12, arm, ambient);
}

function hemisphere(
  t: TissueValues,
  build: HeadBuild,
  blur: number,
  x: number,
  y: number,
  z: number,
  depth: number,
  fluid: number,
): number {
  const grain = 0.8 * sample(build.texture, x * 0.16, y * 0.16, z * 0.16);
  if (depth > 27) return t.white + (t.grey - t.white) * 0.06 * grain;
  const coreX = x < 0 ? -25 : 25;
  const qx = x - coreX;
  const coreY = y < -34 ? -34 : Math.min(y, 42);
  const qy = y - coreY;
  const qz = z - 12;
  const reach = Math.sqrt(qx * qx + qy * qy + qz * qz) + 1e-3;
  const k = (0.72 * 44 + 0.28 * reach) / reach;
  const wobble = 1.6 * grain;
  // 0.66 cells a mm and eleven cells a wave: the field crosses zero twice in 17 mm, so sulci stand some 8 mm apart.
  const n = sample(
    build.folds,
    (coreX + qx * k) * 0.66 + wobble,
    (coreY * 0.9 + qy * k) * 0.66,
    (12 + qz * k) * 0.66 + wobble,
  );
  const deep = Math.min(22, 20 + 6 * grain);
  // Near the core the rays crowd together; sulci end before that.
  const taper = (1 - smoothstep(0.45 * deep, deep, depth)) * smoothstep(15, 25, reach);
  const sheet = Math.abs(n) * 2.4 + (1 - taper) * 6;
  const width = (0.3 + 0.85 * build.atrophy) * (0.45 + 0.55 * taper);
  const ribbon = Math.min(depth, sheet - width);
  const marrow = t.white + (t.grey - t.white) * 0.07 * grain;
  const cortex = mix(marrow, t.grey, coverage(ribbon - 2.7, 0.9 + blur * 0.5));
  return mix(cortex, fluid, coverage(Math.min(sheet - width, depth), blur));
}

/** Cerebrospinal fluid, or blood in the cisterns and fissures near the circle of Willis. */
function fluidValue(t: TissueValues, model: LesionModel, build: HeadBuild, ax: number, y: number, z: number): number {
  if (!model.subarachnoid) return t.csf;
  const near = Math.sqrt((ax / 62) ** 2 + ((y + 12) / 48) ** 2 + ((z + 14) / 34) ** 2);
  return mix(
    t.csf,
    t.blood - 8,
    smoothstep(1.15, 0.55, near + 0.1 * sample(build.texture, ax * 0.2, y * 0.2, z * 0.2)),
  );
}
