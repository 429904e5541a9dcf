import { coverage, type Field3, mix, sample } from "../noise.js";
import type { Vec3 } from "../types.js";
import type { HeadBuild } from "./geometry.js";
import type { Tissue, TissueValues } from "./tissue.js";

/** Solids painted in order over a slice, each only inside its bounding box: a hundred of them cost less than one per-pixel test. */
export type Solid = { readonly tissue: Tissue; readonly fill?: Fill; readonly deforms?: boolean } & (
  | {
      readonly kind: "ellipsoid";
      readonly centre: Vec3;
      readonly radii: Vec3;
      readonly turn?: number;
      readonly rough?: number;
    }
  | {
      readonly kind: "rod";
      readonly from: Vec3;
      readonly to: Vec3;
      readonly radii: readonly [number, number];
      readonly flat?: number;
    }
);

/** Air cells with bony walls (mastoid, ethmoid). */
type Fill = "cells";

/** The solid and its mirror image across the midline. */
export function both(solid: Solid): Solid[] {
  const flip = ([x, y, z]: Vec3): Vec3 => [-x, y, z];
  if (solid.kind === "ellipsoid") return [solid, { ...solid, centre: flip(solid.centre), turn: -(solid.turn ?? 0) }];
  return [solid, { ...solid, from: flip(solid.from), to: flip(solid.to) }];
}

/** Signed distance (mm, negative inside) to a solid; first order for ellipsoids. */
export function distanceTo(solid: Solid, x: number, y: number, z: number): number {
  if (solid.kind === "rod") return rodDistance(solid.from, solid.to, solid.radii, solid.flat ?? 1, x, y, z);
  const { centre, radii } = solid;
  let dx = x - centre[0];
  let dy = y - centre[1];
  const dz = z - centre[2];
  if (solid.turn) {
    const c = Math.cos(solid.turn);
    const s = Math.sin(solid.turn);
    [dx, dy] = [c * dx + s * dy, c * dy - s * dx];
  }
  return ellipsoidDistance(dx, dy, dz, radii);
}

export function ellipsoidDistance(dx: number, dy: number, dz: number, [a, b, c]: Vec3): number {
  const ux = dx / a;
  const uy = dy / b;
  const uz = dz / c;
  const k = Math.sqrt(ux * ux + uy * uy + uz * uz);
  if (k < 1e-6) return -Math.min(a, b, c);
  const g = Math.sqrt((ux / a) ** 2 + (uy / b) ** 2 + (uz / c) ** 2);
  return (k * (k - 1)) / g;
}

function rodDistance(
  a: Vec3,
  b: Vec3,
  radii: readonly [number, number],
  flat: number,
  x: number,
  y: number,
  z: number,
): number {
  const bx = b[0] - a[0];
  const by = b[1] - a[1];
  const bz = b[2] - a[2];
  const px = x - a[0];
  const py = y - a[1];
  const pz = z - a[2];
  const along = (px * bx + py * by + pz * bz) / (bx * bx + by * by + bz * bz);
  const t = along < 0 ? 0 : Math.min(along, 1);
  const ex = (px - t * bx) * flat;
  const ey = py - t * by;
  const ez = pz - t * bz;
  return Math.sqrt(ex * ex + ey * ey + ez * ez) - mix(radii[0], radii[1], t);
}

/** A slice being painted: head coordinates of the pixel grid before yaw, values, and the sideways deformation of the brain. */
export interface Canvas {
  readonly size: number;
  readonly spacing: number;
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  readonly z: number;
  readonly values: Float32Array;
  readonly blur: number;
  readonly tissue: TissueValues;
  readonly build: HeadBuild;
  readonly push: (x: number, y: number, z: number) => number;
  readonly maxPush: number;
}

export function paint(canvas: Canvas, solids: readonly Solid[]): void {
  for (const solid of solids) paintOne(canvas, solid);
}

function paintOne(canvas: Canvas, solid: Solid): void {
  const { size, xs, ys, z, values, blur, tissue, build } = canvas;
  const box = bounds(canvas, solid);
  if (!box) return;
  const value = tissue[solid.tissue];
  for (let row = box.top; row <= box.bottom; row++) {
    for (let column = box.left; column <= box.right; column++) {
      const i = row * size + column;
      const x = xs[i] as number;
      const y = ys[i] as number;
      const d =
        distanceTo(solid, solid.deforms ? x - canvas.push(x, y, z) : x, y, z) +
        roughness(solid, build.texture, x, y, z);
      const share = coverage(d, blur);
      if (share === 0) continue;
      const inside = solid.fill ? airCells(canvas, x, y) : value;
      values[i] = mix(values[i] as number, inside, share);
    }
  }
}

function roughness(solid: Solid, texture: Field3, x: number, y: number, z: number): number {
  if (solid.kind !== "ellipsoid" || !solid.rough) return 0;
  return solid.rough * sample(texture, x * 0.4 + 3, y * 0.4, z * 0.4);
}

function airCells({ build, tissue, z, blur }: Canvas, x: number, y: number): number {
  const wall = Math.abs(sample(build.texture, x * 0.95, y * 0.95, z * 0.95 + 9));
  return mix(tissue.cortical * 0.55 + tissue.air * 0.3, tissue.air, coverage(0.2 - wall, 0.1 + 0.2 * blur));
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pixel box that surely holds the solid's section at this height, or null. */
function bounds({ size, spacing, z, build, blur, maxPush }: Canvas, solid: Solid): Box | null {
  const slack = blur + (solid.kind === "ellipsoid" ? 2 * (solid.rough ?? 0) : 0);
  const [low, high] = extent(solid);
  if (z < low[2] - slack || z > high[2] + slack) return null;
  const wide = slack + (solid.deforms ? maxPush : 0);
  // The yaw turns the box by at most 0.035 rad about the image centre: its reach grows by that share of the radius.
  const turn = Math.abs(build.yaw) * 90 + wide;
  const toPixel = (v: number) => (v * build.scale) / spacing + (size - 1) / 2;
  const clip = (v: number) => Math.max(0, Math.min(size - 1, v));
  return {
    left: clip(Math.floor(toPixel(low[0] - turn))),
    right: clip(Math.ceil(toPixel(high[0] + turn))),
    top: clip(Math.floor(toPixel(low[1] - turn))),
    bottom: clip(Math.ceil(toPixel(high[1] + turn))),
  };
}

function extent(solid: Solid): [Vec3, Vec3] {
  if (solid.kind === "rod") {
    const r = Math.max(...solid.radii);
    const { from, to } = solid;
    return [
      [Math.min(from[0], to[0]) - r, Math.min(from[1], to[1]) - r, Math.min(from[2], to[2]) - r],
      [Math.max(from[0], to[0]) + r, Math.max(from[1], to[1]) + r, Math.max(from[2], to[2]) + r],
    ];
  }
  const flat = solid.turn ? Math.max(solid.radii[0], solid.radii[1]) : 0;
  const [cx, cy, cz] = solid.centre;
  const rx = Math.max(flat, solid.radii[0]);
  const ry = Math.max(flat, solid.radii[1]);
  return [
    [cx - rx, cy - ry, cz - solid.radii[2]],
    [cx + rx, cy + ry, cz + solid.radii[2]],
  ];
}
