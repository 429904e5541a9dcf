import { randomBytes } from "node:crypto";

/** Makes small, valid DICOM files for tests and benchmarks; shares no code with the hub's parser, so that both can't be wrong alike. */
export type MadeElement = readonly [tag: number, vr: string, value: string | Buffer | number];

const LONG = new Set(["OB", "OW", "OF", "UN", "SQ", "UT"]);

function bytesOf(vr: string, value: string | Buffer | number): Buffer {
  if (Buffer.isBuffer(value)) return value;
  if (typeof value === "number") {
    const bytes = Buffer.alloc(vr === "US" ? 2 : 4);
    if (vr === "US") bytes.writeUInt16LE(value);
    else bytes.writeUInt32LE(value);
    return bytes;
  }
  return Buffer.from(value, "latin1");
}

/** One explicit little endian element, padded to even length. */
export function element([tag, vr, raw]: MadeElement): Buffer {
  const value = bytesOf(vr, raw);
  const padded =
    value.length % 2 === 0 ? value : Buffer.concat([value, Buffer.from(vr === "UI" || vr === "OB" ? "\0" : " ")]);
  const head = Buffer.alloc(LONG.has(vr) ? 12 : 8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.write(vr, 4, "latin1");
  if (LONG.has(vr)) head.writeUInt32LE(padded.length, 8);
  else head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, padded]);
}

export function newUid(): string {
  return `2.25.${BigInt(`0x${randomBytes(15).toString("hex")}`)}`;
}

export type MadeImage = {
  readonly study?: string;
  readonly series?: string;
  readonly instance?: string;
  readonly sopClass?: string;
  readonly number?: number;
  readonly patientId?: string;
  readonly patientName?: string;
  readonly accession?: string;
  readonly modality?: string;
  readonly rows?: number;
  readonly columns?: number;
  readonly frames?: number;
  /** More elements, anywhere; they are sorted in. */
  readonly extra?: readonly MadeElement[];
};

export const CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2";
export const EXPLICIT_LITTLE = "1.2.840.10008.1.2.1";

/** The dataset of a 16-bit grayscale image whose pixel values count up from its number, so that frames can be told apart. */
export function makeDataset(image: MadeImage = {}): Buffer {
  const { rows = 16, columns = 16, frames = 1, number = 1 } = image;
  const pixels = Buffer.alloc(rows * columns * 2 * frames);
  for (let at = 0; at < pixels.length / 2; at++) pixels.writeUInt16LE((at + number * 7) & 0x0fff, at * 2);
  const elements: MadeElement[] = [
    [0x00080016, "UI", image.sopClass ?? CT_IMAGE],
    [0x00080018, "UI", image.instance ?? newUid()],
    [0x00080020, "DA", "20260102"],
    [0x00080030, "TM", "030405"],
    [0x00080050, "SH", image.accession ?? ""],
    [0x00080060, "CS", image.modality ?? "CT"],
    [0x00081030, "LO", "Made for a test"],
    [0x00100010, "PN", image.patientName ?? "Test^Made"],
    [0x00100020, "LO", image.patientId ?? "MADE-1"],
    [0x0020000d, "UI", image.study ?? newUid()],
    [0x0020000e, "UI", image.series ?? newUid()],
    [0x00200011, "IS", "1"],
    [0x00200013, "IS", String(number)],
    [0x00200032, "DS", `0\\0\\${number}`],
    [0x00200037, "DS", "1\\0\\0\\0\\1\\0"],
    [0x00280002, "US", 1],
    [0x00280004, "CS", "MONOCHROME2"],
    ...(frames > 1 ? [[0x00280008, "IS", String(frames)] as const] : []),
    [0x00280010, "US", rows],
    [0x00280011, "US", columns],
    [0x00280030, "DS", "0.5\\0.5"],
    [0x00280100, "US", 16],
    [0x00280101, "US", 12],
    [0x00280102, "US", 11],
    [0x00280103, "US", 0],
    ...(image.extra ?? []),
    [0x7fe00010, "OW", pixels],
  ];
  return Buffer.concat([...elements].sort(([a], [b]) => a - b).map(element));
}

/** Preamble, prefix and file meta information around a dataset. */
export function makeFile(
  dataset: Buffer,
  meta: { sopClass?: string; instance: string; transferSyntax?: string },
): Buffer {
  const body = Buffer.concat(
    (
      [
        [0x00020001, "OB", Buffer.from([0, 1])],
        [0x00020002, "UI", meta.sopClass ?? CT_IMAGE],
        [0x00020003, "UI", meta.instance],
        [0x00020010, "UI", meta.transferSyntax ?? EXPLICIT_LITTLE],
        [0x00020012, "UI", "2.25.1"],
      ] as const
    ).map(element),
  );
  return Buffer.concat([
    Buffer.alloc(128),
    Buffer.from("DICM"),
    element([0x00020000, "UL", body.length]),
    body,
    dataset,
  ]);
}

/** A whole file of an image. */
export function makeImage(image: MadeImage = {}): Buffer {
  const instance = image.instance ?? newUid();
  return makeFile(makeDataset({ ...image, instance }), {
    instance,
    ...(image.sopClass === undefined ? {} : { sopClass: image.sopClass }),
  });
}
