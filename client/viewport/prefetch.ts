/**
 * Loads the images of the hung series ahead of the reader, nearest to the shown one first, at most `limit` at once over all
 * series. What is queued is dropped when its series is taken down or the reader scrolls on; what is under way is finished (the
 * loader cannot abort it, and its bytes are cached).
 */
export interface Prefetcher {
  /** Starts, or re-orders around another image. `onProgress` is called after each image with how many are there. */
  focus(
    series: string,
    imageIds: readonly string[],
    index: number,
    onProgress: (loaded: number, total: number) => void,
  ): void;
  cancel(series: string): void;
  /** An image that came otherwise (shown directly) counts as loaded. */
  noteLoaded(imageId: string): void;
}

interface Job {
  imageIds: readonly string[];
  order: number[];
  loaded: Set<string>;
  failed: Set<string>;
  onProgress: (loaded: number, total: number) => void;
}

/** Indices from `centre` outward: the next, the previous, the one after … */
export function nearestFirst(length: number, centre: number): number[] {
  return Array.from({ length }, (_, index) => index).sort(
    (a, b) => Math.abs(a - centre) - Math.abs(b - centre) || b - a,
  );
}

/**
 * @param load resolves when the image is in the cache; a rejection is counted as failed and not tried again until the series is
 * focused anew (the viewport itself tells the reader about the image that it cannot show)
 * @param isLoaded whether the cache has it already
 */
export function createPrefetcher(
  load: (imageId: string) => Promise<unknown>,
  isLoaded: (imageId: string) => boolean,
  limit: number,
): Prefetcher {
  const jobs = new Map<string, Job>();
  const underWay = new Set<string>();

  const settle = (imageId: string, ok: boolean) => {
    underWay.delete(imageId);
    for (const job of jobs.values()) {
      if (!job.imageIds.includes(imageId)) continue;
      (ok ? job.loaded : job.failed).add(imageId);
      if (ok) job.onProgress(job.loaded.size, job.imageIds.length);
    }
    fill();
  };

  const next = (job: Job): string | undefined => {
    while (job.order.length > 0) {
      const imageId = job.imageIds[job.order.shift() as number] as string;
      if (job.loaded.has(imageId) || job.failed.has(imageId) || underWay.has(imageId)) continue;
      if (!isLoaded(imageId)) return imageId;
      job.loaded.add(imageId);
      job.onProgress(job.loaded.size, job.imageIds.length);
    }
    return undefined;
  };

  const fill = () => {
    // the series focused last goes first; the others follow when it is done
    for (const job of [...jobs.values()].reverse()) {
      while (underWay.size < limit) {
        const imageId = next(job);
        if (imageId === undefined) break;
        underWay.add(imageId);
        load(imageId).then(
          () => settle(imageId, true),
          () => settle(imageId, false),
        );
      }
    }
  };

  return {
    focus(series, imageIds, index, onProgress) {
      const before = jobs.get(series);
      const loaded = before?.imageIds === imageIds ? before.loaded : new Set(imageIds.filter(isLoaded));
      jobs.delete(series);
      jobs.set(series, {
        imageIds,
        order: nearestFirst(imageIds.length, index),
        loaded,
        failed: new Set(),
        onProgress,
      });
      onProgress(loaded.size, imageIds.length);
      fill();
    },
    cancel(series) {
      jobs.delete(series);
    },
    noteLoaded(imageId) {
      for (const job of jobs.values()) {
        if (!job.imageIds.includes(imageId) || job.loaded.has(imageId)) continue;
        job.loaded.add(imageId);
        job.onProgress(job.loaded.size, job.imageIds.length);
      }
    },
  };
}
