import { smoothstep } from "../noise.js";

/** Sector geometry of the apical four-chamber view: depth downwards from the probe, millimetres; x to the picture's right. */
export const SECTOR = {
  columns: 640,
  rows: 480,
  apexColumn: 320,
  apexRow: 26,
  mmPerPixel: 0.36,
  depthMm: 152,
  halfAngle: 0.72,
} as const;

/** State of the heart at a moment of the beat. */
export interface Beat {
  /** 0 at end diastole, 1 at end systole. */
  readonly squeeze: number;
  /** How far the mitral and tricuspid leaflets stand open, 0..1. */
  readonly open: number;
  readonly shorten: number;
  readonly inward: number;
}

export function beatAt(phase: number, ejection: "normal" | "reduced"): Beat {
  const squeeze =
    phase < 0.38
      ? Math.sin((phase / 0.38) * Math.PI * 0.5) ** 1.4
      : phase < 0.58
        ? 1 - smoothstep(0.38, 0.62, phase)
        : 1 - smoothstep(0.38, 0.62, phase);
  const early = Math.exp(-(((phase - 0.6) / 0.09) ** 2));
  const atrial = Math.exp(-(((phase - 0.92) / 0.05) ** 2)) * 0.7;
  const strength = ejection === "normal" ? 1 : 0.38;
  return {
    squeeze,
    open: Math.min(1, early + atrial + 0.25 * smoothstep(0.6, 0.7, phase)),
    shorten: 0.15 * strength * squeeze,
    inward: 0.3 * strength * squeeze,
  };
}

export const LEFT_VENTRICLE = { apex: { x: 6, y: 24 }, base: { x: 14, y: 102 }, halfWidth: 22.5 } as const;

/** Half-width of the ventricle at t along its long axis (0 apex, 1 base): a bullet. */
function bullet(t: number): number {
  return Math.sqrt(Math.max(0, 1 - (1 - Math.min(1, t / 0.62)) ** 2)) * (1 - 0.16 * smoothstep(0.6, 1, t));
}

/** Signed distance (mm, negative in the blood) to a bullet-shaped cavity with its apex up. */
function bulletDistance(dx: number, dy: number, length: number, half: number): number {
  if (dy <= 0) return Math.hypot(dx, dy);
  const t = Math.min(1, dy / length);
  const side = Math.abs(dx) - half * bullet(t);
  // Near the apex the wall leans: the sideways distance overstates the perpendicular one.
  return Math.max(side * (0.55 + 0.45 * smoothstep(0, 0.5, t)), dy - length);
}

function chamberDistance(dx: number, dy: number, a: number, b: number): number {
  return (Math.hypot(dx / a, dy / b) - 1) * Math.min(a, b);
}

/** Echo strength (0 blood … 1 bright specular) of the tissue at a point. */
export function echoStrength(x: number, y: number, beat: Beat): number {
  const { apex, base: foot, halfWidth } = LEFT_VENTRICLE;
  const base = foot.y - (foot.y - apex.y) * beat.shorten;
  const t = (y - apex.y) / (base - apex.y);
  const axis = apex.x + (foot.x - apex.x) * t;
  const left = bulletDistance(x - axis, y - apex.y, base - apex.y, halfWidth * (1 - beat.inward));
  const right = bulletDistance(x + 29 + 3 * t, y - apex.y - 14, base - apex.y - 14, 15 * (1 - 0.6 * beat.inward));
  const leftAtrium = chamberDistance(x - 15, y - base - 22, 19 + 3 * beat.squeeze, 22);
  const rightAtrium = chamberDistance(x + 27, y - base - 20, 17 + 2 * beat.squeeze, 20);
  const muscle = 8.5 * (1 + 0.4 * beat.squeeze);
  const tissue = Math.max(
    shell(Math.min(right, leftAtrium, rightAtrium), 3.6),
    Math.min(right, leftAtrium, rightAtrium) < 0 ? 0 : shell(left, muscle),
  );
  const blood = Math.min(left, right, leftAtrium, rightAtrium) < 0;
  const strength = blood
    ? 0.03 + 0.22 * Math.exp(-((Math.min(left, right, leftAtrium, rightAtrium) / 1.2) ** 2))
    : tissue;
  return Math.max(
    strength,
    valve(x - 14, y - base, 18, beat.open),
    valve(x + 30, y - base - 2, 15, beat.open),
    annulus(x, y - base),
  );
}

/** Muscle around a cavity, the pericardium's bright line, then lung and liver fading with distance. */
function shell(d: number, thickness: number): number {
  if (d < thickness) return 0.36 + 0.25 * Math.exp(-((d / 1.3) ** 2));
  const beyond = d - thickness;
  return 0.5 * Math.exp(-((beyond - 1.5) ** 2) / 2.5) + 0.1 + 0.16 * Math.exp(-beyond / 14);
}

/** Two leaflets hinged at the annulus: a closed roof, or hanging into the ventricle. */
function valve(dx: number, dy: number, half: number, open: number): number {
  const u = Math.abs(dx) / half;
  if (u > 1) return 0;
  const closed = -3.5 * (1 - u);
  const hanging = -16 * (1 - u) ** 0.6;
  const line = closed + (hanging - closed) * open;
  const parted = u < 0.55 * open;
  return parted ? 0 : 0.95 * Math.exp(-(((dy - line) / (1.1 + 0.8 * open)) ** 2));
}

function annulus(x: number, dy: number): number {
  const near = (cx: number) => Math.exp(-(((x - cx) / 3) ** 2) - (dy / 3) ** 2);
  return 0.95 * Math.max(near(-46), near(-7), near(34));
}
