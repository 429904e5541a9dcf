import { coverage, mix, sample, smoothstep } from "../noise.js";
import { brainSolids, duralSolids, faceSolids } from "./atlas.js";
import { brainValue } from "./cortex.js";
import {
  BINS,
  type Contour,
  contour,
  type HeadBuild,
  innerTable,
  outerTable,
  type SkullFloor,
  skin,
  skullFloor,
} from "./geometry.js";
import { crescentThickness, type LesionModel, pushOf, withHaematoma } from "./lesion.js";
import { type Canvas, paint } from "./solids.js";
import type { TissueValues } from "./tissue.js";

/** Pixel grid of the scan, centred on the origin, in head coordinates, with polar coordinates cached for all slices. */
export interface HeadGrid {
  readonly size: number;
  readonly spacing: number;
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly radius: Float32Array;
  readonly bin: Float32Array;
  readonly floor: SkullFloor;
}

export function headGrid(size: number, spacing: number, build: HeadBuild): HeadGrid {
  const n = size * size;
  const xs = new Float32Array(n);
  const ys = new Float32Array(n);
  const radius = new Float32Array(n);
  const bin = new Float32Array(n);
  const cos = Math.cos(build.yaw) / build.scale;
  const sin = Math.sin(build.yaw) / build.scale;
  for (let i = 0; i < n; i++) {
    const px = ((i % size) - (size - 1) / 2) * spacing;
    const py = (Math.floor(i / size) - (size - 1) / 2) * spacing;
    const x = cos * px + sin * py;
    const y = cos * py - sin * px;
    xs[i] = x;
    ys[i] = y;
    radius[i] = Math.hypot(x, y);
    bin[i] = ((Math.atan2(y, x) / (2 * Math.PI) + 1) % 1) * BINS;
  }
  return { size, spacing, xs, ys, radius, bin, floor: skullFloor(xs, ys) };
}

export interface SliceMaker {
  /** Values of the slice at patient height z (mm); the array is reused by the next call. */
  slice(z: number): Float32Array;
}

/** Everything that is the same for all slices, once: grid, solids, lesion. `blur` is half the point spread's width in mm. */
export function sliceMaker(
  grid: HeadGrid,
  build: HeadBuild,
  model: LesionModel,
  tissue: TissueValues,
  blur: number,
): SliceMaker {
  const values = new Float32Array(grid.size * grid.size);
  const solids = { face: faceSolids(build), brain: brainSolids(build), dura: duralSolids() };
  const push = pushOf(model);
  const maxPush = Math.abs(model.shift);
  const head: Head = { grid, build, model, tissue, blur, push, values };
  return {
    slice(patientZ) {
      const z = patientZ / build.scale;
      const canvas: Canvas = { ...grid, z, values, blur, tissue, build, push, maxPush };
      layers(head, z);
      paint(canvas, solids.brain);
      overlayLesion(head, z);
      paint(canvas, solids.dura);
      paint(canvas, solids.face);
      return values;
    },
  };
}

interface Head {
  readonly grid: HeadGrid;
  readonly build: HeadBuild;
  readonly model: LesionModel;
  readonly tissue: TissueValues;
  readonly blur: number;
  readonly push: (x: number, y: number, z: number) => number;
  readonly values: Float32Array;
}

/** Air, head holder, scalp, skull and brain: the concentric layers, pixel by pixel. */
function layers(head: Head, z: number): void {
  const { grid, values, tissue, model } = head;
  const cuts = { skin: contour(skin, z), outer: contour(outerTable, z), inner: contour(innerTable, z) };
  const crescent = new Float32Array(BINS);
  for (let i = 0; i < BINS; i++) crescent[i] = crescentThickness(model, (2 * Math.PI * i) / BINS, z);
  for (let i = 0; i < values.length; i++) {
    const b = (grid.bin[i] as number) | 0;
    const r = grid.radius[i] as number;
    const toSkin = off(cuts.skin, b, grid.bin[i] as number, r);
    if (toSkin > head.blur) {
      values[i] = holder(head, i, toSkin, z);
      continue;
    }
    const inside = headValue(head, i, z, b, r, toSkin, cuts, crescent);
    values[i] = toSkin > -head.blur ? mix(tissue.air, inside, coverage(toSkin, head.blur)) : inside;
  }
}

/** Distance (mm) outside a contour in the direction of a bin, between bins linear. */
function off(c: Contour, b: number, exact: number, r: number): number {
  const next = b + 1 === BINS ? 0 : b + 1;
  const edge = mix(c.radius[b] as number, c.radius[next] as number, exact - b);
  return (r - edge) * (c.toDistance[b] as number);
}

interface Cuts {
  readonly outer: Contour;
  readonly inner: Contour;
}

function headValue(
  head: Head,
  i: number,
  z: number,
  b: number,
  r: number,
  toSkin: number,
  cuts: Cuts,
  crescent: Float32Array,
): number {
  const { grid, blur } = head;
  const exact = grid.bin[i] as number;
  const toOuter = off(cuts.outer, b, exact, r);
  const above = z - (grid.floor.height[i] as number);
  // The slope corrects the distance near a steep wall only: high over the foramen's rim it would bring the floor up to the brain.
  const vertical = above * mix(grid.floor.toDistance[i] as number, 1, smoothstep(8, 22, above));
  const thickness = grid.floor.thickness[i] as number;
  const toBone = Math.max(toOuter, -vertical - thickness);
  if (toBone > blur) return softPart(head, i, z, toSkin, toBone);
  const toInner = off(cuts.inner, b, exact, r);
  const toCavity = Math.max(toInner, -vertical);
  let v: number;
  if (toCavity > blur) v = boneValue(head, i, z, toOuter, toInner, vertical, thickness);
  else {
    const inBrain = cavityValue(head, i, z, -toInner, vertical, crescent[b] as number);
    if (toCavity <= -blur) return inBrain;
    v = mix(boneValue(head, i, z, toOuter, toInner, vertical, thickness), inBrain, coverage(toCavity, blur));
  }
  return toBone > -blur ? mix(softPart(head, i, z, toSkin, toBone), v, coverage(toBone, blur)) : v;
}

function cavityValue(
  head: Head,
  i: number,
  z: number,
  underTable: number,
  aboveFloor: number,
  crescent: number,
): number {
  const { grid, tissue, build, model, blur } = head;
  const y = grid.ys[i] as number;
  const x0 = grid.xs[i] as number;
  const x = x0 - head.push(x0, y, z);
  let v = brainValue(tissue, build, model, blur, x, y, z, underTable - crescent, aboveFloor);
  if (underTable < 1.1) v = mix(v, tissue.dura, 0.6);
  // The falx is stiff: it keeps to the midline in front and behind while the brain is pushed under its edge.
  const falx = Math.sqrt(((y - 2) / 52) ** 2 + ((z - 0) / 34) ** 2);
  if (falx > 1 && z > -12 && Math.abs(x) < 4) {
    const sinus = 2.2 + 3.2 * Math.exp(-(((underTable - 1) / 4) ** 2)) * (y > -20 ? 1 : 0.4);
    const width = underTable < 9 ? Math.max(0.7, sinus - 0.45 * underTable) : 0.7;
    v = mix(v, tissue.dura, 0.9 * coverage(Math.abs(x) - width, blur));
  }
  if (crescent > 0.3) {
    const blood = tissue.blood - 2 + 3 * sample(build.texture, x0 * 0.25, y * 0.25, z * 0.25);
    v = mix(v, blood, coverage(underTable - crescent, blur));
  }
  return v;
}

/** Outer table, marrow, inner table; dense bone where it is thin, petrous or under the base. */
function boneValue(
  head: Head,
  i: number,
  z: number,
  toOuter: number,
  toInner: number,
  vertical: number,
  thickness: number,
): number {
  const { grid, tissue, build } = head;
  const x = grid.xs[i] as number;
  const y = grid.ys[i] as number;
  const underFloor = vertical < 0;
  if (underFloor && thickness > 6) return mix(tissue.diploe, tissue.petrous, Math.abs(x) > 13 ? 0.9 : 0.25);
  const fromInside = underFloor ? -vertical : toInner;
  const fromOutside = underFloor ? thickness + vertical : -toOuter;
  const wall = fromInside + fromOutside;
  const grain = sample(build.grain, x * 0.55, y * 0.55, z * 0.55);
  const marrow = tissue.diploe + 0.2 * tissue.diploe * grain;
  const tables = Math.min(fromOutside - 1.9, fromInside - 1.6);
  return mix(tissue.cortical, marrow, wall > 4.6 ? coverage(-tables, 0.7) : 0);
}

/** Scalp over the vault; muscle and fat planes of temples, neck and deep face. */
function softPart(head: Head, i: number, z: number, toSkin: number, toBone: number): number {
  const { grid, tissue, build } = head;
  const x = grid.xs[i] as number;
  const y = grid.ys[i] as number;
  if (toSkin > -2) return mix(tissue.fat, tissue.skin, coverage(-toSkin - 1.5, 0.6));
  const plane = sample(build.texture, x * 0.24, y * 0.24, z * 0.15);
  const temple = Math.min(
    1,
    Math.max(0, (42 - z) / 14),
    Math.max(0, (Math.abs(x) - 38) / 8),
    Math.max(0, 1 - ((y + 26) / 36) ** 4),
  );
  const muscle = Math.max(coverage(toSkin + 3.4 + 6 * (1 - temple), 0.8), z < -22 ? coverage(toSkin + 6.5, 0.8) : 0);
  // Fat lies between muscles in sheets: the zero level of the field, not blobs of it.
  if (muscle > 0)
    return mix(tissue.fat, mix(tissue.muscle, tissue.fat, 0.7 * coverage(Math.abs(plane) - 0.1, 0.14)), muscle);
  return mix(tissue.fat, tissue.muscle, toBone < 1.6 ? 0.75 : 0.12 + 0.1 * plane);
}

/** The holder: a foam-padded shell under the back of the head. */
function holder({ grid, tissue, blur, build }: Head, i: number, toSkin: number, z: number): number {
  const x = (grid.xs[i] as number) * build.scale;
  const y = (grid.ys[i] as number) * build.scale;
  if (y < 30 || toSkin > 22 || z > 78) return tissue.air;
  const r = Math.hypot(x * 1.08, y - 4);
  const end = coverage(38 - y, 3);
  const shell = coverage(Math.abs(r - 106) - 1.1, blur) * end;
  if (shell > 0) return mix(tissue.air, tissue.shell, shell);
  return r < 105 && toSkin > 0.4 ? mix(tissue.air, tissue.foam, end) : tissue.air;
}

function overlayLesion({ grid, build, model, tissue, blur, values }: Head, z: number): void {
  const h = model.haematoma;
  if (!h || Math.abs(z - h.centre[2]) > h.radii[2] + h.oedemaMm + 12) return;
  const overlay = withHaematoma(h, build, blur, tissue);
  const reach = Math.max(...h.radii) + h.oedemaMm + 12;
  for (let i = 0; i < values.length; i++) {
    const x = grid.xs[i] as number;
    const y = grid.ys[i] as number;
    if (Math.abs(x - h.centre[0]) < reach && Math.abs(y - h.centre[1]) < reach)
      values[i] = overlay(values[i] as number, x, y, z);
  }
}
