import type { Random } from "./random.js";

/** A periodic field on a cube of `size`³ cells (size a power of two), unit variance, read with trilinear interpolation. */
export interface Field3 {
  readonly size: number;
  readonly cells: Float32Array;
}

/**
 * Sum of plane waves whose wavelengths are all close to `cellsPerWave` cells. Its zero level is a labyrinth of sheets of
 * even spacing: the folds of the cortex. White noise thresholded instead gives blobs of every size and no gyri.
 */
export function bandField(random: Random, size: number, cellsPerWave: number, waves = 40): Field3 {
  const cells = new Float32Array(size ** 3);
  const k = size / cellsPerWave;
  for (let w = 0; w < waves; w++) {
    const [kx, ky, kz] = latticeDirection(random, k);
    addWave(cells, size, kx, ky, kz, random.between(0, 2 * Math.PI), Math.sqrt(2 / waves));
  }
  return { size, cells };
}

function latticeDirection(random: Random, k: number): [number, number, number] {
  const u = random.between(-1, 1);
  const phi = random.between(0, 2 * Math.PI);
  const s = Math.sqrt(1 - u * u);
  // Whole numbers of waves per cube keep the field periodic.
  return [Math.round(k * s * Math.cos(phi)), Math.round(k * s * Math.sin(phi)), Math.round(k * u)];
}

function addWave(cells: Float32Array, n: number, kx: number, ky: number, kz: number, phase: number, amplitude: number) {
  const wave = new Float32Array(n);
  for (let i = 0; i < n; i++) wave[i] = amplitude * Math.cos((2 * Math.PI * i) / n);
  const shift = Math.round((phase / (2 * Math.PI)) * n);
  const mask = n - 1;
  let at = 0;
  for (let z = 0; z < n; z++) {
    for (let y = 0; y < n; y++) {
      const base = kz * z + ky * y + shift;
      for (let x = 0; x < n; x++, at++) cells[at] = (cells[at] as number) + (wave[(base + kx * x) & mask] as number);
    }
  }
}

/** Field value at a point given in cells; any real coordinates (the field repeats). */
export function sample(field: Field3, x: number, y: number, z: number): number {
  const n = field.size;
  const mask = n - 1;
  const c = field.cells;
  const fx = Math.floor(x);
  const fy = Math.floor(y);
  const fz = Math.floor(z);
  const tx = x - fx;
  const ty = y - fy;
  const tz = z - fz;
  const x0 = fx & mask;
  const x1 = (fx + 1) & mask;
  const y0 = (fy & mask) * n;
  const y1 = ((fy + 1) & mask) * n;
  const z0 = (fz & mask) * n * n;
  const z1 = ((fz + 1) & mask) * n * n;
  const a0 = mix(c[z0 + y0 + x0] as number, c[z0 + y0 + x1] as number, tx);
  const a1 = mix(c[z0 + y1 + x0] as number, c[z0 + y1 + x1] as number, tx);
  const b0 = mix(c[z1 + y0 + x0] as number, c[z1 + y0 + x1] as number, tx);
  const b1 = mix(c[z1 + y1 + x0] as number, c[z1 + y1 + x1] as number, tx);
  return mix(mix(a0, a1, ty), mix(b0, b1, ty), tz);
}

export function mix(a: number, b: number, t: number): number {
  return a + (b - a) * t;
}

/** 0 at `from` and before, 1 at `to` and beyond, smooth between; `from` may be the larger. */
export function smoothstep(from: number, to: number, v: number): number {
  const along = (v - from) / (to - from);
  const t = Math.max(0, Math.min(1, along));
  return t * t * (3 - 2 * t);
}

/** Share of a pixel inside a surface at signed distance `d` (negative inside), for a point spread of half width `w` mm. */
export function coverage(d: number, w: number): number {
  if (d <= -w) return 1;
  if (d >= w) return 0;
  const t = 0.5 - (0.5 * d) / w;
  return t * t * (3 - 2 * t);
}

/**
 * A periodic `size`² tile of noise as a reconstruction kernel leaves it: white noise under a difference of Gaussians
 * (the ramp suppresses low frequencies, the apodisation high ones), normalised to unit standard deviation.
 */
export function kernelNoise(
  random: Random,
  size: number,
  sigmaFine: number,
  sigmaCoarse: number,
  coarse: number,
): Float32Array {
  const white = new Float32Array(size * size);
  for (let i = 0; i < white.length; i++) white[i] = random.normal();
  const fine = blurPeriodic(white, size, sigmaFine);
  const broad = blurPeriodic(white, size, sigmaCoarse);
  let sum = 0;
  for (let i = 0; i < fine.length; i++) {
    const v = (fine[i] as number) - coarse * (broad[i] as number);
    fine[i] = v;
    sum += v * v;
  }
  const scale = 1 / Math.sqrt(sum / fine.length);
  for (let i = 0; i < fine.length; i++) fine[i] = (fine[i] as number) * scale;
  return fine;
}

function blurPeriodic(source: Float32Array, size: number, sigma: number): Float32Array {
  if (sigma <= 0) return source.slice();
  const kernel = gaussian(sigma);
  const half = (kernel.length - 1) / 2;
  const rows = new Float32Array(source.length);
  const out = new Float32Array(source.length);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let s = 0;
      for (let k = -half; k <= half; k++)
        s += (kernel[k + half] as number) * (source[y * size + ((x + k + size) % size)] as number);
      rows[y * size + x] = s;
    }
  }
  for (let y = 0; y < size; y++) {
    for (let k = -half; k <= half; k++) {
      const from = ((y + k + size) % size) * size;
      const g = kernel[k + half] as number;
      for (let x = 0; x < size; x++) out[y * size + x] = (out[y * size + x] as number) + g * (rows[from + x] as number);
    }
  }
  return out;
}

export function gaussian(sigma: number): Float32Array {
  const half = Math.max(1, Math.ceil(3 * sigma));
  const kernel = new Float32Array(2 * half + 1);
  let sum = 0;
  for (let i = -half; i <= half; i++) sum += kernel[i + half] = Math.exp(-(i * i) / (2 * sigma * sigma));
  return kernel.map((v) => v / sum);
}
