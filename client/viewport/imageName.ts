/** The name under which the renderer asks for a frame; the inverse is `frameOfImageId`. */
export function imageIdOf(base: string, study: string, series: string, sop: string, frame: number): string {
  const absolute = new URL(base, globalThis.location?.href).href.replace(/\/$/, "");
  return `wadors:${absolute}/studies/${study}/series/${series}/instances/${sop}/frames/${frame}`;
}

/** An image in the archive. */
export interface ImageName {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  sopInstanceUid: string;
  frame: number;
}

export function frameOfImageId(imageId: string): ImageName | undefined {
  const match = /\/studies\/([^/]+)\/series\/([^/]+)\/instances\/([^/]+)\/frames\/(\d+)/.exec(imageId);
  if (!match) return undefined;
  const [, study = "", series = "", sop = "", frame = "1"] = match;
  return { studyInstanceUid: study, seriesInstanceUid: series, sopInstanceUid: sop, frame: Number(frame) };
}

/**
 * The renderer groups marks by frame of reference; a series that has none gets a group of its own, which never leaves this
 * folder (records say null).
 */
export function frameOfReferenceGroup(frameOfReferenceUid: string | null, seriesInstanceUid: string): string {
  return frameOfReferenceUid ?? `series:${seriesInstanceUid}`;
}

const VOLUME = "cornerstoneStreamingImageVolume";

/** The name under which the renderer has a series as a volume; another number of images is another volume. */
export const volumeIdOf = (seriesInstanceUid: string, images: number) => `${VOLUME}:${seriesInstanceUid}:${images}`;

export const seriesOfVolume = (volumeId: string): string => volumeId.split(":")[1] ?? "";
