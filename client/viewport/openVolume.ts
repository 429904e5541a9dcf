import { cache, Enums, eventTarget, imageLoader, type Types, volumeLoader } from "@cornerstonejs/core";
import type { Vec3 } from "./geometry";
import { volumeIdOf } from "./imageName";
import { type LoadedSeries, volumeStacks } from "./imagery";
import { startEngine } from "./init";
import { clampToVolume, middleOf } from "./volume";
import type { Voi } from "./windowPresets";

export interface VolumeWindow {
  voi: Voi;
  invert: boolean;
}

/** cursor and window carry who changed them: a view's name, or null where somebody else's state was applied. */
export type VolumeChange = { what: "cursor" | "window"; by: string | null } | { what: "progress" };

/** A series as a volume, with the one place and the one window that all its planes share. */
export interface OpenVolume {
  readonly series: LoadedSeries;
  readonly volumeId: string;
  cursor(): Vec3;
  /** Undefined until the first plane has read the header's. */
  window(): VolumeWindow | undefined;
  progress(): { loaded: number; failed: number };
  moveCursor(point: Vec3, by: string | null): void;
  setWindow(window: VolumeWindow, by: string | null): void;
  /** Asks again for the slices that failed. */
  retry(): void;
  subscribe(listener: (change: VolumeChange) => void): () => void;
  release(): void;
}

interface Shared {
  volume: Omit<OpenVolume, "release">;
  users: number;
  close(): void;
}

const open = new Map<string, Promise<Shared>>();
const users = new Map<string, number>();

/**
 * Opens a series as a volume; planes of the same series share one. It streams: slices not here yet are black.
 * @throws when the browser has not the memory for it
 */
export async function openVolume(series: LoadedSeries): Promise<OpenVolume> {
  await startEngine();
  const volumeId = volumeIdOf(series.stack.seriesInstanceUid, series.imageIds.length);
  users.set(volumeId, (users.get(volumeId) ?? 0) + 1);
  const release = once(() => {
    const left = (users.get(volumeId) ?? 1) - 1;
    users.set(volumeId, left);
    if (left > 0) return;
    const opened = open.get(volumeId);
    open.delete(volumeId);
    void opened?.then((shared) => shared.close()).catch(() => undefined);
  });
  let opening = open.get(volumeId);
  if (!opening) {
    opening = share(series, volumeId);
    open.set(volumeId, opening);
  }
  try {
    return { ...(await opening).volume, release };
  } catch (error) {
    release();
    throw error;
  }
}

async function share(series: LoadedSeries, volumeId: string): Promise<Shared> {
  dropMixedTypes(series.imageIds);
  // an opening that follows a closing at once would meet the volume on its way out
  if (cache.getVolume(volumeId)) cache.removeVolumeLoadObject(volumeId);
  const volume = (await volumeLoader.createAndCacheVolume(volumeId, {
    imageIds: series.imageIds,
  })) as Types.IStreamingImageVolume & { invalidateVolume(immediate: boolean): void };
  const listeners = new Set<(change: VolumeChange) => void>();
  const tell = (change: VolumeChange) => {
    for (const listener of [...listeners]) listener(change);
  };
  let cursor = middleOf(series.stack);
  let window: VolumeWindow | undefined;
  const here = new Set(series.imageIds.filter((id) => cache.isLoaded(id)));
  const failed = new Set<string>();
  const own = new Set(series.imageIds);

  const arrived = (event: Event) => {
    const id = (event as CustomEvent<{ image?: { imageId?: string } }>).detail.image?.imageId;
    if (!id || !own.has(id)) return;
    here.add(id);
    failed.delete(id);
    tell({ what: "progress" });
  };
  const lost = (event: Event) => {
    const { imageId } = (event as CustomEvent<{ imageId?: string }>).detail;
    if (!imageId || !own.has(imageId)) return;
    failed.add(imageId);
    tell({ what: "progress" });
  };
  eventTarget.addEventListener(Enums.Events.IMAGE_CACHE_IMAGE_ADDED, arrived);
  eventTarget.addEventListener(Enums.Events.IMAGE_LOAD_ERROR, lost);
  volume.load();
  volumeStacks.add(series.stack);

  return {
    users: 0,
    volume: {
      series,
      volumeId,
      cursor: () => cursor,
      window: () => window,
      progress: () => ({ loaded: here.size, failed: failed.size }),
      moveCursor(point, by) {
        const next = clampToVolume(series.stack, point);
        if (next.every((value, axis) => Math.abs(value - (cursor[axis] ?? 0)) < 1e-6)) return;
        cursor = next;
        tell({ what: "cursor", by });
      },
      setWindow(next, by) {
        const same =
          window?.voi.windowWidth === next.voi.windowWidth &&
          window.voi.windowCenter === next.voi.windowCenter &&
          window.invert === next.invert;
        if (same) return;
        window = next;
        tell({ what: "window", by });
      },
      retry() {
        const again = [...failed];
        failed.clear();
        tell({ what: "progress" });
        for (const id of again) {
          imageLoader.loadAndCacheImage(id).then(
            () => volume.invalidateVolume(true),
            () => {
              failed.add(id);
              tell({ what: "progress" });
            },
          );
        }
      },
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    close() {
      listeners.clear();
      volumeStacks.delete(series.stack);
      eventTarget.removeEventListener(Enums.Events.IMAGE_CACHE_IMAGE_ADDED, arrived);
      eventTarget.removeEventListener(Enums.Events.IMAGE_LOAD_ERROR, lost);
      if (cache.getVolume(volumeId)) cache.removeVolumeLoadObject(volumeId);
    },
  };
}

/**
 * A volume has one type of number; images that were decoded singly may each have taken the smallest that fits. Those are decoded
 * anew (their bytes are in the browser's cache).
 */
function dropMixedTypes(imageIds: readonly string[]): void {
  const cached = imageIds.flatMap((id) => {
    const image = cache.getImage(id);
    return image ? [{ id, type: image.getPixelData().constructor.name }] : [];
  });
  if (new Set(cached.map(({ type }) => type)).size < 2 && cached.length === imageIds.length) return;
  for (const { id } of cached) cache.removeImageLoadObject(id, { force: true });
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
