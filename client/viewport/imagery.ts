import { cache, Enums, imageLoader } from "@cornerstonejs/core";
import { wadors } from "@cornerstonejs/dicom-image-loader";
import { type DicomJson, numberOf, tag, textOf } from "./dicomJson";
import { noteFrame } from "./frameRequests";
import { frameOfReferenceGroup, imageIdOf } from "./imageName";
import { ImageryError, imageryErrorOf } from "./imageryError";
import { PREFETCH_REQUESTS, startEngine } from "./init";
import { linearWindow, withPaletteNumbers } from "./pixelRepair";
import { createPrefetcher } from "./prefetch";
import { buildStack, firstShown, type ImageStack } from "./stack";

/** Where a DICOMweb service answers, without a slash at its end: "/dicomweb". */
export type DicomWebBase = string;

export interface SeriesSummary {
  studyInstanceUid: string;
  seriesInstanceUid: string;
  seriesNumber: number | undefined;
  modality: string | undefined;
  description: string | undefined;
  instances: number | undefined;
}

/** A stack ready to be shown: its images are known to the renderer by `imageIds`, in the stack's order. */
export interface LoadedSeries {
  stack: ImageStack;
  imageIds: string[];
}

async function fetchJson(url: string, signal?: AbortSignal): Promise<DicomJson[]> {
  const response = await fetch(url, { headers: { Accept: "application/dicom+json" }, signal }).catch(
    (error: unknown) => {
      if (error instanceof DOMException && error.name === "AbortError") throw error;
      throw new ImageryError("network", "no answer from the server");
    },
  );
  if (response.status === 204) return [];
  if (!response.ok) throw imageryErrorOf(response.status);
  const body: unknown = await response.json();
  if (!Array.isArray(body)) throw new ImageryError("server", "the server's answer is not DICOM JSON");
  return body as DicomJson[];
}

async function fetchBytes(url: string): Promise<Uint8Array> {
  const response = await fetch(url, { headers: { Accept: "application/octet-stream" } });
  if (!response.ok) throw imageryErrorOf(response.status);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * The series of a study, by series number (QIDO-RS, DICOM PS3.18 10.6).
 * @throws ImageryError
 */
export async function listSeries(base: DicomWebBase, study: string, signal?: AbortSignal): Promise<SeriesSummary[]> {
  const rows = await fetchJson(`${base}/studies/${study}/series`, signal);
  return rows
    .map((row) => ({
      studyInstanceUid: study,
      seriesInstanceUid: textOf(row, tag.SeriesInstanceUID) ?? "",
      seriesNumber: numberOf(row, tag.SeriesNumber),
      modality: textOf(row, tag.Modality),
      description: textOf(row, tag.SeriesDescription),
      instances: numberOf(row, tag.NumberOfSeriesRelatedInstances),
    }))
    .filter((row) => row.seriesInstanceUid !== "")
    .sort((a, b) => (a.seriesNumber ?? Number.MAX_SAFE_INTEGER) - (b.seriesNumber ?? Number.MAX_SAFE_INTEGER));
}

const loadedSeries = new Map<string, Promise<LoadedSeries>>();
const imagesById = new Map<string, { stack: ImageStack; index: number }>();

const stacksBySeries = new Map<string, ImageStack>();
/** The series that are open as volumes now. */
export const volumeStacks = new Set<ImageStack>();

/** Where the images and series are that have been loaded on this page. */
export const loadedPlaces = {
  ofImage: (imageId: string) => imagesById.get(imageId),
  ofSeries: (seriesInstanceUid: string) => stacksBySeries.get(seriesInstanceUid),
  ofVolume: (frameOfReferenceUid: string | undefined) =>
    [...volumeStacks].find((stack) => stack.frameOfReferenceUid === frameOfReferenceUid),
};

/**
 * Metadata of a series, made known to the renderer (WADO-RS metadata, PS3.18 10.4.1). Asked for once; `again` asks anew (a study
 * that is still arriving) and keeps the frames already cached.
 * @throws ImageryError, kind "empty" when the series has no image to draw
 */
export function loadSeries(base: DicomWebBase, study: string, series: string, again = false): Promise<LoadedSeries> {
  const key = `${base}|${study}|${series}`;
  const known = loadedSeries.get(key);
  if (known && !again) return known;
  const loading = readSeries(base, study, series);
  loadedSeries.set(key, loading);
  loading.catch(() => {
    // a failure is not remembered: the next try asks again, or shows what was there before
    if (loadedSeries.get(key) !== loading) return;
    if (known) loadedSeries.set(key, known);
    else loadedSeries.delete(key);
  });
  return loading;
}

async function readSeries(base: DicomWebBase, study: string, series: string): Promise<LoadedSeries> {
  const datasets = await fetchJson(`${base}/studies/${study}/series/${series}/metadata`);
  const built = buildStack(datasets);
  if (!built) throw new ImageryError("empty", "there are no images in this series");
  const group = frameOfReferenceGroup(built.stack.frameOfReferenceUid, series);
  const imageIds: string[] = [];
  for (const [index, { image, dataset }] of built.frames.entries()) {
    const imageId = imageIdOf(base, study, series, image.sopInstanceUid, image.frame);
    const repaired = linearWindow(await withPaletteNumbers(dataset, fetchBytes));
    const described = { ...repaired, [tag.FrameOfReferenceUID]: { vr: "UI", Value: [group] } };
    wadors.metaDataManager.add(imageId, described as Parameters<typeof wadors.metaDataManager.add>[1]);
    noteFrame(imageId, dataset, image.ownPlane.rows, image.ownPlane.columns);
    imagesById.set(imageId, { stack: built.stack, index });
    imageIds.push(imageId);
  }
  stacksBySeries.set(series, built.stack);
  return { stack: built.stack, imageIds };
}

/**
 * Brings a study nearer before its room is opened (the worklist's preview, the next study in the queue): starts the renderer, asks
 * for the series' metadata and for the frame that will be shown first. When the instance is known already (`first`), its frame is
 * asked for at the same time as the metadata and waits in the browser's cache.
 */
export async function prewarm(
  base: DicomWebBase,
  study: string,
  series: string,
  first?: { sop: string; frame: number },
) {
  const frame =
    first &&
    fetch(imageIdOf(base, study, series, first.sop, first.frame).slice("wadors:".length), {
      headers: { Accept: FRAME_TYPE },
    });
  const [loaded] = await Promise.all([loadSeries(base, study, series), startEngine(), frame]);
  const imageId = loaded.imageIds[firstShown(loaded.stack)];
  if (imageId) await imageLoader.loadAndCacheImage(imageId, { requestType: Enums.RequestType.Prefetch, priority: -1 });
}

const FRAME_TYPE = "multipart/related; type=application/octet-stream; transfer-syntax=*";

export const prefetcher = createPrefetcher(
  (imageId) => imageLoader.loadAndCacheImage(imageId, { requestType: Enums.RequestType.Prefetch, priority: 0 }),
  (imageId) => cache.isLoaded(imageId),
  PREFETCH_REQUESTS,
);
