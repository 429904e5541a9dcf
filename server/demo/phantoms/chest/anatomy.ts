import { mix, smoothstep } from "../noise.js";
import { type Random, randomFrom } from "../random.js";
import type { CurvePoint } from "./projection.js";

/** Detector millimetres: x to the right of the picture (the patient's left), y down. The picture is 352 x 428 mm. */
export const DETECTOR = { columns: 1760, rows: 2140, spacing: 0.2 } as const;
export const MID = 176;
/** Height of the lungs' apices. */
export const LUNG_TOP = 62;

export interface ChestBuild {
  readonly wide: number;
  readonly heart: number;
  readonly lift: number;
  readonly female: boolean;
  readonly scoliosis: number;
}

export function chestBuild(seed: number, sex: string): ChestBuild {
  const r = randomFrom(seed, "chest");
  return {
    wide: r.between(0.95, 1.05),
    heart: r.between(0.94, 1.12),
    lift: r.between(-8, 8),
    female: sex === "F",
    scoliosis: r.between(-3, 3),
  };
}

/** Half-width of the lung (mm from the midline) on a side (+1 the patient's left) at height y; 0 outside. */
export function lungOuter(b: ChestBuild, y: number): number {
  if (y <= LUNG_TOP) return 0;
  const cupola = 1 - Math.min(1, (y - LUNG_TOP) / 62);
  const flare = 1 - Math.max(0, 1 - (y - LUNG_TOP) / 250) ** 2.1;
  return b.wide * (62 * Math.sqrt(1 - cupola * cupola) + 79 * flare);
}

/** Border of lung towards the mediastinum, mm from the midline. */
export function lungInner(b: ChestBuild, side: 1 | -1, y: number): number {
  const trachea = 17 + 6 * smoothstep(70, 120, y);
  if (side > 0) {
    const knob = 15 * Math.exp(-(((y - 142) / 13) ** 2));
    const window = 10 * Math.exp(-(((y - 176) / 15) ** 2));
    return trachea + knob + window + heartEdge(b, 1, y) * 0.2;
  }
  return trachea + 3 * smoothstep(120, 200, y);
}

/** Heart's border, mm from the midline: apex to the patient's left, right atrium to the right. */
export function heartEdge(b: ChestBuild, side: 1 | -1, y: number): number {
  const t = (y - 172) / 122;
  if (t < 0 || t > 1.1) return 0;
  const rise = smoothstep(0, 0.2, t);
  return side > 0
    ? rise * b.heart * 82 * Math.sin(Math.min(1.57, 0.25 + 1.35 * t)) ** 1.4
    : rise * b.heart * 42 * Math.sin(Math.PI * Math.min(1, 0.1 + 0.75 * t)) ** 0.7;
}

/** Top of the diaphragm at distance ax from the midline. */
export function diaphragm(b: ChestBuild, side: 1 | -1, ax: number): number {
  const u = (ax - 66) / 76;
  const top = side > 0 ? 300 : 287;
  const fall = u > 0 ? 20 * u ** 2.2 + 26 * smoothstep(0.62, 1.02, u) : 17 * u * u;
  return top + b.lift + fall;
}

/** One rib on a side: the arc behind, the turn at the chest wall, the arc in front fading into cartilage. `n` is 1..10. */
export function rib(b: ChestBuild, n: number, side: 1 | -1): CurvePoint[] {
  const start = 50 + 23.2 * (n - 1) + (n > 7 ? (n - 7) * 1.5 : 0);
  const drop = n === 1 ? 8 : 12 + 5.4 * Math.min(n, 8);
  const turn = start + drop;
  const reach = n === 1 ? 66 * b.wide : lungOuter(b, turn) + 1.5;
  const half = n === 1 ? 7 : 5.4 + 0.18 * n;
  const back: CurvePoint[] = [];
  for (let k = 0; k <= 40; k++) {
    const u = k / 40;
    const angle = u * 1.57;
    const x = 17 + (reach - 17) * Math.sin(angle);
    const rise = n <= 2 ? 3 : 9;
    const y = start - rise * Math.sin(u * Math.PI) * (1 - 0.3 * u) + drop * (1 - Math.cos(angle)) ** 1.15;
    back.push(point(b, side, x, y, half * mix(0.95, 1.02, u), 0.17 * (1 + 0.45 * smoothstep(0.75, 1, u))));
  }
  const front: CurvePoint[] = [];
  const end = mix(reach, 46 + 4.5 * n, 0.82);
  const sink = n === 1 ? 16 : 40 + 4.5 * n;
  for (let k = 0; k <= 36; k++) {
    const u = k / 36;
    const x = end + (reach - end) * Math.cos(u * 1.57);
    const y = turn + sink * Math.sin(u * 1.57) ** 1.05;
    front.push(
      point(
        b,
        side,
        x,
        y,
        half * mix(1, 1.3, u),
        0.13 * (1 + 0.9 * smoothstep(0.25, 0, u)) * (1 - 0.85 * smoothstep(0.6, 1, u)),
      ),
    );
  }
  return [...back, ...front.slice(1)];
}

function point(b: ChestBuild, side: 1 | -1, x: number, y: number, half: number, path: number): CurvePoint {
  return { x: MID + side * x + b.scoliosis * Math.sin((y - 40) / 130), y, half, path };
}

/** Clavicle: an S from the manubrium to the shoulder. */
export function clavicle(b: ChestBuild, side: 1 | -1, tilt: number): CurvePoint[] {
  return Array.from({ length: 40 }, (_, k) => {
    const u = k / 39;
    const x = 15 + 137 * u;
    const y = 84 - 34 * u - 9 * Math.sin(u * 6.1) + tilt * side;
    const half = 6 + 3.2 * smoothstep(0.2, 0, u) + 1.6 * smoothstep(0.75, 1, u);
    return point(b, side, x, y, half, 0.3);
  });
}

/** Scapula's edges and the humerus with its head. */
export function shoulder(b: ChestBuild, side: 1 | -1): CurvePoint[][] {
  const at = (x: number, y: number, half: number, path: number) => point(b, side, x, y, half, path);
  return [
    [
      at(132, 86, 5, 0.17),
      at(137, 120, 4.5, 0.17),
      at(139, 160, 4.2, 0.16),
      at(134, 200, 5, 0.16),
      at(128, 222, 5.5, 0.13),
    ],
    [at(96, 86, 3, 0.06), at(140, 60, 6, 0.16), at(160, 48, 9, 0.2)],
    [at(166, 74, 22, 0.42), at(174, 82, 20, 0.42)],
    [at(176, 84, 15, 0.4), at(184, 130, 12, 0.42), at(190, 210, 12, 0.42)],
    [at(150, 62, 9, 0.22), at(148, 84, 11, 0.24)],
  ];
}

/** Pulmonary vessels: trees from each hilum, thinning and parting towards the pleura. */
export function vessels(b: ChestBuild, random: Random): CurvePoint[][] {
  const curves: CurvePoint[][] = [];
  for (const side of [1, -1] as const) {
    const hilum = { x: side > 0 ? 33 : 31, y: side > 0 ? 178 : 188 };
    for (let k = 0; k < 15; k++) {
      const angle = -1.35 + (2.85 * (k + random.uniform() * 0.8)) / 15;
      const from = 6 + 10 * random.uniform();
      grow(
        b,
        random,
        curves,
        side,
        hilum.x + from * Math.cos(angle),
        hilum.y + 1.6 * from * Math.sin(angle),
        angle,
        random.between(2.2, 4),
        0,
      );
    }
    curves.push([
      point(b, side, 25, hilum.y - 10, 9, 0.26),
      point(b, side, 36, hilum.y + 6, 8, 0.3),
      point(b, side, 40, hilum.y + 46, 5, 0.14),
    ]);
    curves.push([point(b, side, 24, hilum.y - 6, 8, 0.16), point(b, side, 46, hilum.y - 16, 4.6, 0.12)]);
  }
  return curves;
}

function grow(
  b: ChestBuild,
  r: Random,
  out: CurvePoint[][],
  side: 1 | -1,
  x0: number,
  y0: number,
  angle0: number,
  half0: number,
  depth: number,
): void {
  let [x, y, angle, half] = [x0, y0, angle0, half0];
  const curve: CurvePoint[] = [point(b, side, x, y, half, 0.04 * half)];
  const steps = 4 + Math.floor(r.uniform() * 4);
  for (let k = 0; k < steps; k++) {
    angle += 0.13 * r.normal();
    const step = 4.6 + 2 * r.uniform();
    x += step * Math.cos(angle);
    y += step * Math.sin(angle);
    half *= 0.95;
    if (x > lungOuter(b, y) - 6 || x < lungInner(b, side, y) - 8 || y > diaphragm(b, side, x) + 6 || y < 74) break;
    curve.push(point(b, side, x, y, half, 0.062 * half));
  }
  if (curve.length < 2) return;
  out.push(curve);
  if (depth >= 6 || half < 0.42 || curve.length <= steps) return;
  const fork = 0.28 + 0.3 * r.uniform();
  grow(b, r, out, side, x, y, angle + fork, half * 0.8, depth + 1);
  grow(b, r, out, side, x, y, angle - fork * 0.9, half * 0.72, depth + 1);
}
