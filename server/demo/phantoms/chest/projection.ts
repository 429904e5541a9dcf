import { gaussian, mix } from "../noise.js";
import type { Random } from "../random.js";

/** A projection being summed: attenuation (no unit, sum of mu times path) per detector pixel. */
export interface Film {
  readonly columns: number;
  readonly rows: number;
  /** Millimetres per pixel on the detector. */
  readonly spacing: number;
  readonly sum: Float32Array;
}

export function film(columns: number, rows: number, spacing: number): Film {
  return { columns, rows, spacing, sum: new Float32Array(columns * rows) };
}

/** Point of a drawn curve: detector millimetres, half width, attenuation of the full path. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly half: number;
  readonly path: number;
}

/** Attenuation across a curve's width: t is -1..1 from edge to edge. */
export type Profile = (t: number) => number;

export const solidRod: Profile = (t) => Math.sqrt(Math.max(0, 1 - t * t));
/** A bone of compact shell and spongy core: bright rims, as the ray grazes the shell there. */
export const shellRod: Profile = (t) => {
  const outer = Math.sqrt(Math.max(0, 1 - t * t));
  const inner = Math.sqrt(Math.max(0, 0.68 - t * t));
  return 1.5 * (outer - inner) + 0.5 * inner;
};

/**
 * Adds a curved rod: each pixel takes the nearest place of the curve, once, so that segments do not pile up at their joints.
 * `scratch` is as long as the film and comes back clean.
 */
export function addCurve(target: Film, curve: readonly CurvePoint[], profile: Profile, scratch: Float32Array): void {
  const touched: number[] = [];
  for (let k = 0; k + 1 < curve.length; k++)
    segment(target, curve[k] as CurvePoint, curve[k + 1] as CurvePoint, profile, scratch, touched);
  for (const i of touched) {
    target.sum[i] = (target.sum[i] as number) + (scratch[i] as number);
    scratch[i] = 0;
  }
}

function segment(
  f: Film,
  a: CurvePoint,
  b: CurvePoint,
  profile: Profile,
  scratch: Float32Array,
  touched: number[],
): void {
  const half = Math.max(a.half, b.half);
  const dx = b.x - a.x;
  const dy = b.y - a.y;
  const length2 = dx * dx + dy * dy || 1e-6;
  const left = Math.max(0, Math.floor((Math.min(a.x, b.x) - half) / f.spacing));
  const right = Math.min(f.columns - 1, Math.ceil((Math.max(a.x, b.x) + half) / f.spacing));
  const top = Math.max(0, Math.floor((Math.min(a.y, b.y) - half) / f.spacing));
  const bottom = Math.min(f.rows - 1, Math.ceil((Math.max(a.y, b.y) + half) / f.spacing));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const px = column * f.spacing - a.x;
      const py = row * f.spacing - a.y;
      const along = (px * dx + py * dy) / length2;
      const t = along < 0 ? 0 : Math.min(along, 1);
      const d = Math.hypot(px - t * dx, py - t * dy) / mix(a.half, b.half, t);
      if (d >= 1) continue;
      const value = profile(d) * mix(a.path, b.path, t);
      const i = row * f.columns + column;
      if (value <= (scratch[i] as number)) continue;
      if (scratch[i] === 0) touched.push(i);
      scratch[i] = value;
    }
  }
}

/** Separable blur with edges held; sigma in pixels. Large sigmas run on a reduced copy. */
export function blurred(source: Float32Array, columns: number, rows: number, sigma: number): Float32Array {
  if (sigma > 6) {
    const small = halved(source, columns, rows);
    return doubled(
      blurred(small.values, small.columns, small.rows, sigma / 2),
      small.columns,
      small.rows,
      columns,
      rows,
    );
  }
  const kernel = gaussian(sigma);
  const half = (kernel.length - 1) / 2;
  const across = new Float32Array(source.length);
  const out = new Float32Array(source.length);
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      let s = 0;
      for (let k = -half; k <= half; k++) {
        const at = x + k < 0 ? 0 : x + k >= columns ? columns - 1 : x + k;
        s += (kernel[k + half] as number) * (source[y * columns + at] as number);
      }
      across[y * columns + x] = s;
    }
  }
  for (let y = 0; y < rows; y++) {
    for (let k = -half; k <= half; k++) {
      const from = Math.max(0, Math.min(rows - 1, y + k)) * columns;
      const g = kernel[k + half] as number;
      for (let x = 0; x < columns; x++)
        out[y * columns + x] = (out[y * columns + x] as number) + g * (across[from + x] as number);
    }
  }
  return out;
}

function halved(source: Float32Array, columns: number, rows: number) {
  const w = columns >> 1;
  const h = rows >> 1;
  const values = new Float32Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const i = 2 * y * columns + 2 * x;
      values[y * w + x] =
        ((source[i] as number) +
          (source[i + 1] as number) +
          (source[i + columns] as number) +
          (source[i + columns + 1] as number)) /
        4;
    }
  }
  return { values, columns: w, rows: h };
}

/** Bilinear enlargement to a given size. */
export function doubled(source: Float32Array, w: number, h: number, columns: number, rows: number): Float32Array {
  const out = new Float32Array(columns * rows);
  for (let y = 0; y < rows; y++) {
    const sy = Math.max(0, Math.min(h - 1.001, ((y + 0.5) * h) / rows - 0.5));
    const y0 = Math.floor(sy);
    for (let x = 0; x < columns; x++) {
      const sx = Math.max(0, Math.min(w - 1.001, ((x + 0.5) * w) / columns - 0.5));
      const x0 = Math.floor(sx);
      const i = y0 * w + x0;
      const upper = mix(source[i] as number, source[i + 1] as number, sx - x0);
      const lower = mix(source[i + w] as number, source[i + w + 1] as number, sx - x0);
      out[y * columns + x] = mix(upper, lower, sy - y0);
    }
  }
  return out;
}

/** A smooth random field of about unit variance, features of `sigma` pixels. */
export function cloud(random: Random, columns: number, rows: number, sigma: number): Float32Array {
  const step = Math.max(1, Math.floor(sigma / 1.5));
  const w = Math.ceil(columns / step) + 2;
  const h = Math.ceil(rows / step) + 2;
  const white = Float32Array.from({ length: w * h }, () => random.normal());
  const soft = blurred(white, w, h, 1.5);
  const gain = 1.5 * 2 * Math.sqrt(Math.PI);
  return doubled(soft, w, h, columns, rows).map((v) => v * gain);
}
