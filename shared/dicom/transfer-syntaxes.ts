/** Transfer syntaxes (DICOM PS3.5 §10, Annex A; PS3.6 Annex A). Instances are kept in the one they were sent in. */
export const IMPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2";
export const EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1";
export const DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN = "1.2.840.10008.1.2.1.99";
export const EXPLICIT_VR_BIG_ENDIAN = "1.2.840.10008.1.2.2";
export const RLE_LOSSLESS = "1.2.840.10008.1.2.5";

export type TransferSyntax = {
  readonly uid: string;
  readonly name: string;
  readonly vr: "implicit" | "explicit";
  readonly endian: "little" | "big";
  readonly deflated: boolean;
  /** Pixel data in encapsulated fragments. */
  readonly encapsulated: boolean;
  readonly lossy: boolean;
  /** Media type of one frame in DICOMweb (PS3.18 Table 8.7.3-5). */
  readonly mediaType: string;
};

const COMPRESSED: readonly (readonly [suffix: string, name: string, lossy: boolean, mediaType: string])[] = [
  ["4.50", "JPEG Baseline (Process 1)", true, "image/jpeg"],
  ["4.51", "JPEG Extended (Process 2 & 4)", true, "image/jpeg"],
  ["4.53", "JPEG Spectral Selection (Process 6 & 8)", true, "image/jpeg"],
  ["4.55", "JPEG Full Progression (Process 10 & 12)", true, "image/jpeg"],
  ["4.57", "JPEG Lossless (Process 14)", false, "image/jpeg"],
  ["4.70", "JPEG Lossless (Process 14, Selection Value 1)", false, "image/jpeg"],
  ["4.80", "JPEG-LS Lossless", false, "image/jls"],
  ["4.81", "JPEG-LS Near-Lossless", true, "image/jls"],
  ["4.90", "JPEG 2000 (Lossless Only)", false, "image/jp2"],
  ["4.91", "JPEG 2000", true, "image/jp2"],
  ["4.92", "JPEG 2000 Part 2 Multi-component (Lossless Only)", false, "image/jpx"],
  ["4.93", "JPEG 2000 Part 2 Multi-component", true, "image/jpx"],
  ["4.100", "MPEG2 Main Profile / Main Level", true, "video/mpeg2"],
  ["4.101", "MPEG2 Main Profile / High Level", true, "video/mpeg2"],
  ["4.102", "MPEG-4 AVC/H.264 High Profile / Level 4.1", true, "video/mp4"],
  ["4.103", "MPEG-4 AVC/H.264 BD-compatible High Profile / Level 4.1", true, "video/mp4"],
  ["4.104", "MPEG-4 AVC/H.264 High Profile / Level 4.2 for 2D Video", true, "video/mp4"],
  ["4.105", "MPEG-4 AVC/H.264 High Profile / Level 4.2 for 3D Video", true, "video/mp4"],
  ["4.106", "MPEG-4 AVC/H.264 Stereo High Profile / Level 4.2", true, "video/mp4"],
  ["4.107", "HEVC/H.265 Main Profile / Level 5.1", true, "video/H265"],
  ["4.108", "HEVC/H.265 Main 10 Profile / Level 5.1", true, "video/H265"],
  ["4.110", "JPEG XL Lossless", false, "image/jxl"],
  ["4.111", "JPEG XL JPEG Recompression", true, "image/jxl"],
  ["4.112", "JPEG XL", true, "image/jxl"],
  ["4.201", "HTJ2K (Lossless Only)", false, "image/jphc"],
  ["4.202", "HTJ2K with RPCL Options (Lossless Only)", false, "image/jphc"],
  ["4.203", "HTJ2K", true, "image/jphc"],
  ["5", "RLE Lossless", false, "image/dicom-rle"],
];

function native(uid: string, name: string, rest: Partial<TransferSyntax>): TransferSyntax {
  return {
    uid,
    name,
    vr: "explicit",
    endian: "little",
    deflated: false,
    encapsulated: false,
    lossy: false,
    mediaType: "application/octet-stream",
    ...rest,
  };
}

const KNOWN: ReadonlyMap<string, TransferSyntax> = new Map(
  [
    native(IMPLICIT_VR_LITTLE_ENDIAN, "Implicit VR Little Endian", { vr: "implicit" }),
    native(EXPLICIT_VR_LITTLE_ENDIAN, "Explicit VR Little Endian", {}),
    native(DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, "Deflated Explicit VR Little Endian", { deflated: true }),
    native(EXPLICIT_VR_BIG_ENDIAN, "Explicit VR Big Endian", { endian: "big" }),
    ...COMPRESSED.map(([suffix, name, lossy, mediaType]) =>
      native(`1.2.840.10008.1.2.${suffix}`, name, { encapsulated: true, lossy, mediaType }),
    ),
  ].map((syntax) => [syntax.uid, syntax]),
);

/** JPIP, and the XML/MIME encapsulations: the pixels or the dataset are not in the object, so it cannot be archived. */
const BY_REFERENCE = /^1\.2\.840\.10008\.1\.2\.(4\.(94|95|204|205)|6\.[12]|7\.[123])$/;
const COMPRESSED_ARC = "1.2.840.10008.1.2.4.";

/**
 * How a dataset in this transfer syntax is laid out. A compressed syntax of the standard that is newer than the table is taken as what
 * PS3.5 A.4 makes all of them: explicit little endian, encapsulated. Undefined for what cannot be kept or read (JPIP, private ones).
 */
export function transferSyntax(uid: string): TransferSyntax | undefined {
  const known = KNOWN.get(uid);
  if (known !== undefined) return known;
  if (!uid.startsWith(COMPRESSED_ARC) || BY_REFERENCE.test(uid)) return undefined;
  return native(uid, uid, { encapsulated: true, lossy: true });
}

export function knownTransferSyntaxes(): TransferSyntax[] {
  return [...KNOWN.values()];
}
