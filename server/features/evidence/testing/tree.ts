import type { AnnotationRecord } from "@readroom/shared/crdt/annotation.js";
import type { DicomJson } from "../../ingest/public.js";
import { evidenceOf } from "../assemble.js";
import type { EvidenceInput, MarkedImage } from "../facts.js";
import { input, mark, SAM, signed, slice } from "./signed.js";

/** Reading datasets and content trees back, by tag and by concept name. */
export type Item = Record<string, { vr: string; Value?: unknown[] } | undefined>;
export const items = (from: Item | undefined, tag: string) => (from?.[tag]?.Value ?? []) as Item[];
export const first = (from: Item | undefined, tag: string) => from?.[tag]?.Value?.[0];
/** Graphic Data (0070,0022). */
export const numbersIn = (from: Item | undefined) => (from?.["00700022"]?.Value ?? []) as number[];
export const nameOf = (item: Item) => first(items(item, "0040A043")[0], "00080104");
export const codedValue = (item: Item) => first(items(item, "0040A168")[0], "00080104");
export const [CONTENT, TEXT, NUMBER] = ["0040A730", "0040A160", "0040A30A"];
/** Content items below `from`, at any depth, with this concept name. */
export const named = (from: Item | undefined, name: string): Item[] =>
  items(from, CONTENT).flatMap((item) => [...(nameOf(item) === name ? [item] : []), ...named(item, name)]);
export const ofKind = (given: EvidenceInput, kind: string) =>
  evidenceOf(given)
    .objects.filter((one) => one.kind === kind)
    .map((one) => one.dataset as Item);
export const measurementsOf = (given: EvidenceInput) => ofKind(given, "measurements")[0] as Item;
export const statesOf = (given: EvidenceInput) => ofKind(given, "presentation");
export const withImages = (marks: AnnotationRecord[], images: MarkedImage[]) =>
  input(signed({ marks }), { images, marked: new Map(images.map((image) => [image.sopInstanceUid, image])) });

export const LENGTH = mark(
  "m1",
  "length",
  [
    [-5, 22, 2],
    [7.3, 22, 2],
  ],
  { text: "Haematoma" },
);
export const REGION = mark(
  "m2",
  "ellipse",
  [
    [0, 30, 2],
    [0, 24, 2],
    [-2, 27, 2],
    [2, 27, 2],
  ],
  {
    ...{ author: SAM, stats: { meanHu: 62.25, sdHu: 9, minHu: -4, maxHu: 80 } },
  },
);
export const ALL = [
  ...[LENGTH, REGION],
  mark("m3", "angle", [
    [0, 30, 2],
    [0, 24, 2],
    [4, 24, 2],
  ]),
  mark("m4", "rectangle", [
    [0, 30, 2],
    [4, 30, 2],
    [0, 34, 2],
    [4, 34, 2],
  ]),
  mark(
    "m5",
    "arrow",
    [
      [0, 30, 2],
      [4, 30, 2],
    ],
    { text: "here" },
  ),
  mark("m6", "probe", [[0, 30, 2]], { stats: { meanHu: 40 } }),
];
/** A radiograph: no place in the patient, pixels of 0.2 mm at the detector. */
export const radiograph = (more: DicomJson = {}) => {
  const { "00200032": _p, "00200037": _o, "00200052": _f, ...flat } = slice(1).metadata;
  return { ...slice(1), metadata: { ...flat, "00280030": { vr: "DS", Value: [0.2, 0.2] }, ...more } };
};
