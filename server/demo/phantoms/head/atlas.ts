import type { HeadBuild } from "./geometry.js";
import { both, type Solid } from "./solids.js";

/** Air, bone and soft parts under the braincase, from the brow down to the upper jaw. Order matters: later paints over earlier. */
export function faceSolids(build: HeadBuild): Solid[] {
  const s = build.sinus;
  return [
    // upper jaw, cheekbones, lateral orbital rims, zygomatic arches
    { kind: "ellipsoid", centre: [0, -62, -82], radii: [34, 26, 16], tissue: "diploe" },
    ...both({ kind: "ellipsoid", centre: [46, -60, -56], radii: [9, 7, 9], tissue: "cortical" }),
    ...both({ kind: "ellipsoid", centre: [49.5, -60, -35], radii: [3.2, 6, 22], turn: 0.5, tissue: "cortical" }),
    ...both({ kind: "rod", from: [10, -81, -23], to: [34, -75, -20], radii: [5, 4.4], tissue: "cortical" }),
    ...both({ kind: "rod", from: [34, -75, -20], to: [51, -60, -22], radii: [4.4, 4], tissue: "cortical" }),
    ...both({ kind: "rod", from: [52, -58, -57], to: [68, -18, -52], radii: [3, 2.2], tissue: "cortical" }),
    ...both({ kind: "rod", from: [68, -18, -52], to: [65, 6, -47], radii: [2.2, 3], tissue: "cortical" }),
    // pterygoid plates, mandibular condyles and rami
    ...both({ kind: "rod", from: [15, -28, -52], to: [17, -26, -84], radii: [3, 2.4], tissue: "cortical" }),
    ...both({ kind: "ellipsoid", centre: [52, 4, -56], radii: [8, 4, 5], tissue: "cortical" }),
    ...both({ kind: "rod", from: [51, 2, -60], to: [50, -6, -92], radii: [3.4, 4], tissue: "cortical" }),
    // orbit: fat cone, lateral wall, muscles, nerve, globe
    ...both({ kind: "rod", from: [32, -66, -36], to: [15, -28, -33], radii: [16.5, 3], tissue: "fat" }),
    ...both({ kind: "rod", from: [50, -60, -36], to: [25, -30, -36], radii: [2.4, 2.8], tissue: "cortical" }),
    ...both({ kind: "rod", from: [48, -54, -46], to: [24, -29, -45], radii: [2.2, 2.8], tissue: "cortical" }),
    ...both({ kind: "rod", from: [49, -56, -26], to: [24, -30, -27], radii: [2.2, 2.8], tissue: "cortical" }),
    ...both({ kind: "rod", from: [43, -62, -36], to: [17, -30, -34], radii: [1.6, 2.1], tissue: "muscle" }),
    ...both({ kind: "rod", from: [20.5, -66, -36], to: [15, -30, -34], radii: [1.6, 2.2], tissue: "muscle" }),
    ...both({ kind: "rod", from: [32, -64, -25], to: [16, -30, -30], radii: [1.6, 2.2], tissue: "muscle" }),
    ...both({ kind: "rod", from: [32, -64, -47], to: [16, -30, -38], radii: [1.6, 2.2], tissue: "muscle" }),
    ...both({ kind: "rod", from: [31.5, -58, -36], to: [24, -40, -34.5], radii: [2, 2], tissue: "brainstem" }),
    ...both({ kind: "rod", from: [24, -40, -34.5], to: [12, -26, -29], radii: [2, 2], tissue: "brainstem" }),
    ...both({ kind: "ellipsoid", centre: [32, -68, -36], radii: [12.2, 12.4, 12.2], tissue: "sclera" }),
    ...both({ kind: "ellipsoid", centre: [32, -68, -36], radii: [10.9, 11.2, 10.9], tissue: "vitreous" }),
    ...both({ kind: "ellipsoid", centre: [32, -76.6, -36], radii: [4.6, 2, 4.6], tissue: "lens" }),
    // body of the sphenoid, clivus
    { kind: "ellipsoid", centre: [0, -19, -40], radii: [19, 15, 13], tissue: "diploe" },
    { kind: "rod", from: [0, -7, -32], to: [0, 5, -66], radii: [6, 5], flat: 0.6, tissue: "diploe" },
    // nasal cavity, ethmoid cells, antra, sphenoid and frontal sinuses, nasopharynx
    { kind: "ellipsoid", centre: [0, -58, -66], radii: [15, 34, 24], tissue: "mucosa" },
    { kind: "rod", from: [0, -82, -50], to: [0, -88, -62], radii: [4, 6], tissue: "cortical" },
    ...both({ kind: "rod", from: [13.5, -78, -36], to: [13, -34, -36], radii: [1.2, 1.2], tissue: "cortical" }),
    ...both({ kind: "rod", from: [4, -80, -52], to: [4, -30, -52], radii: [2.4, 3], tissue: "air" }),
    ...both({ kind: "rod", from: [5, -84, -70], to: [6, -28, -68], radii: [4, 5], tissue: "air" }),
    ...both({ kind: "rod", from: [9, -72, -62], to: [9.5, -40, -62], radii: [2.6, 3.2], tissue: "mucosa" }),
    ...both({ kind: "rod", from: [8, -74, -74], to: [8, -40, -74], radii: [3, 3.6], tissue: "mucosa" }),
    { kind: "rod", from: [0, -84, -62], to: [0, -30, -60], radii: [1.1, 1.1], tissue: "cortical" },
    ...both({ kind: "ellipsoid", centre: [7.2, -56, -35], radii: [6.2, 23, 12], fill: "cells", tissue: "air" }),
    ...both({ kind: "ellipsoid", centre: [31, -58, -67], radii: [15.2 * s, 17, 17], rough: 0.8, tissue: "cortical" }),
    ...both({ kind: "ellipsoid", centre: [31, -58, -67], radii: [13.8 * s, 15.6, 15.6], rough: 0.8, tissue: "air" }),
    { kind: "ellipsoid", centre: [7.5, -21, -38], radii: [7.5, 9.5, 8], rough: 0.5, tissue: "air" },
    { kind: "ellipsoid", centre: [-8.5, -20, -38], radii: [6.5, 10.5, 8.5], rough: 0.5, tissue: "air" },
    { kind: "ellipsoid", centre: [8, -83.5, -10], radii: [9 * s, 3.6, 11 * s], rough: 0.8, tissue: "air" },
    { kind: "ellipsoid", centre: [-9, -83, -11], radii: [7 * s, 3.4, 10 * s], rough: 0.8, tissue: "air" },
    { kind: "ellipsoid", centre: [0, -12, -72], radii: [13, 9, 11], tissue: "air" },
    ...temporalBone(),
    // arch of the atlas, dens
    { kind: "ellipsoid", centre: [0, 16, -82], radii: [5.5, 5.5, 10], tissue: "cortical" },
    ...both({ kind: "ellipsoid", centre: [21, 24, -80], radii: [9, 9, 8], tissue: "cortical" }),
  ];
}

function temporalBone(): Solid[] {
  return [
    ...both({ kind: "rod", from: [14, 7, -37], to: [58, 28, -44], radii: [6, 11.5], tissue: "petrous" }),
    ...both({ kind: "ellipsoid", centre: [59, 31, -52], radii: [8, 13, 18], tissue: "cortical" }),
    ...both({ kind: "ellipsoid", centre: [58, 31, -50], radii: [7.4, 11.5, 16], fill: "cells", tissue: "air" }),
    ...both({ kind: "ellipsoid", centre: [47, 18, -43], radii: [5, 6, 5], fill: "cells", tissue: "air" }),
    ...both({ kind: "rod", from: [78, 13, -48], to: [47, 15, -45], radii: [3.6, 3.2], tissue: "air" }),
    ...both({ kind: "rod", from: [12, 14, -40], to: [27, 17, -40], radii: [2.4, 2], tissue: "csf" }),
    ...both({ kind: "ellipsoid", centre: [31, 16, -41], radii: [2.2, 2.2, 2.2], tissue: "csf" }),
    ...both({ kind: "ellipsoid", centre: [36, 21, -40], radii: [2.2, 1.4, 2.4], tissue: "csf" }),
    ...both({ kind: "rod", from: [24, 20, -60], to: [30, 22, -46], radii: [4.5, 4], tissue: "venous" }),
  ];
}

/** Deep nuclei, ventricles, brainstem, cerebellum: everything in the brain that is not cortex and marrow. */
export function brainSolids(build: HeadBuild): Solid[] {
  const v = 0.8 + 0.65 * build.atrophy;
  const soft = { deforms: true } as const;
  return [
    ...both({
      kind: "ellipsoid",
      centre: [25, -5, 3],
      radii: [5.2, 17, 13],
      turn: -0.16,
      rough: 0.6,
      tissue: "deepGrey",
      ...soft,
    }),
    ...both({ kind: "ellipsoid", centre: [18.5, -4, 1], radii: [3.6, 9, 8], turn: -0.42, tissue: "deepGrey", ...soft }),
    ...both({
      kind: "ellipsoid",
      centre: [10, 11, 5],
      radii: [8.4, 14.5, 9.5],
      turn: -0.38,
      rough: 0.4,
      tissue: "deepGrey",
      ...soft,
    }),
    ...both({ kind: "rod", from: [13.5, -23, 4], to: [15.5, -18, 15], radii: [5.6, 4.6], tissue: "deepGrey", ...soft }),
    ...both({ kind: "rod", from: [15.5, -16, 16], to: [20, 20, 24], radii: [3.6, 2], tissue: "deepGrey", ...soft }),
    ...ventricles(v),
    // brainstem in its cisterns, cerebellum
    ...both({ kind: "ellipsoid", centre: [8.5, 2, -14], radii: [7, 10, 9], turn: 0.5, tissue: "brainstem" }),
    { kind: "ellipsoid", centre: [0, 9, -15], radii: [14, 10, 11], tissue: "brainstem" },
    { kind: "ellipsoid", centre: [0, 12, -36], radii: [17, 10.5, 14], tissue: "brainstem" },
    { kind: "rod", from: [0, 14, -46], to: [0, 27, -82], radii: [9.5, 6.5], tissue: "brainstem" },
    ...both({ kind: "rod", from: [13, 12, -38], to: [20, 30, -42], radii: [7, 8], tissue: "brainstem" }),
    { kind: "ellipsoid", centre: [0, 22.5, -39], radii: [7.2 * v, 3.6 * v, 10], tissue: "csf" },
    { kind: "rod", from: [0, 16, -20], to: [0, 18, -8], radii: [1.2, 1.4], tissue: "csf" },
  ];
}

function ventricles(v: number): Solid[] {
  const soft = { tissue: "csf", deforms: true } as const;
  return [
    ...both({ kind: "rod", from: [3.6, -12, 11], to: [11.5, -35, 8], radii: [3.1 * v, 2.3 * v], ...soft }),
    ...both({ kind: "rod", from: [4.2, -13, 13], to: [10, -30, 15], radii: [3.3 * v, 2.3 * v], ...soft }),
    ...both({ kind: "rod", from: [5, -14, 17], to: [11.5, 10, 23], radii: [3.6 * v, 3.8 * v], ...soft }),
    ...both({ kind: "rod", from: [11.5, 10, 23], to: [22, 31, 17], radii: [3.8 * v, 5.2 * v], ...soft }),
    ...both({ kind: "rod", from: [22, 31, 17], to: [25, 37, 7], radii: [5 * v, 5 * v], ...soft }),
    ...both({ kind: "rod", from: [25, 38, 8], to: [21, 61, 4], radii: [4.4 * v, 1.5 * v], ...soft }),
    ...both({ kind: "rod", from: [27, 36, 5], to: [33, 20, -12], radii: [3.6 * v, 1.9 * v], ...soft }),
    ...both({ kind: "rod", from: [33, 20, -12], to: [30, -6, -25], radii: [1.9 * v, 1.3 * v], ...soft }),
    { kind: "rod", from: [0, -10, 1], to: [0, 17, 4], radii: [5, 4.4], flat: 2.8 / v, ...soft },
    { kind: "rod", from: [0, -8, -4], to: [0, 8, -3], radii: [4, 4], flat: 3.2 / v, ...soft },
    // quadrigeminal cistern and the veil above the third ventricle
    { kind: "ellipsoid", centre: [0, 27, 1], radii: [9, 4.5, 5], tissue: "csf", deforms: true },
    // choroid plexus and pineal with the chalk of middle age
    ...both({
      kind: "ellipsoid",
      centre: [23, 35, 13],
      radii: [2.8, 5, 4.4],
      rough: 0.6,
      tissue: "venous",
      deforms: true,
    }),
    ...both({
      kind: "ellipsoid",
      centre: [23.4, 36, 12],
      radii: [1.5, 2.5, 2.2],
      rough: 0.4,
      tissue: "calcium",
      deforms: true,
    }),
    { kind: "ellipsoid", centre: [0.4, 22, 2], radii: [1.7, 2.1, 1.8], rough: 0.3, tissue: "calcium", deforms: true },
    // septum between the frontal horns
    { kind: "rod", from: [0, -30, 12], to: [0, -2, 17], radii: [3, 5], flat: 5.5, tissue: "white", deforms: true },
  ];
}

/** Venous sinuses and chalk of the falx, painted over the bone's inner surface. */
export function duralSolids(): Solid[] {
  return [
    ...both({ kind: "rod", from: [2, 79, -26], to: [44, 57, -30], radii: [4, 3.4], tissue: "venous" }),
    ...both({ kind: "rod", from: [44, 57, -30], to: [50, 40, -40], radii: [3.4, 4], tissue: "venous" }),
    { kind: "ellipsoid", centre: [0, 80, -22], radii: [6, 3.6, 5], tissue: "venous" },
    { kind: "rod", from: [0, 30, 0], to: [0, 78, -22], radii: [1.6, 2], tissue: "venous" },
    { kind: "ellipsoid", centre: [0.2, -58, 40], radii: [1, 5, 3], rough: 0.5, tissue: "calcium" },
    { kind: "ellipsoid", centre: [0, -20, 74], radii: [0.9, 7, 2], rough: 0.4, tissue: "calcium" },
  ];
}
