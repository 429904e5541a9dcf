export interface SeriesProgress {
  loaded: number;
  total: number;
}

const progress = new Map<string, SeriesProgress>();
const listeners = new Set<() => void>();

/** How much of a series is in the cache, for the rail; told by whichever viewport loads it. */
export function progressOfSeries(seriesInstanceUid: string): SeriesProgress | undefined {
  return progress.get(seriesInstanceUid);
}

export function onSeriesProgress(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function noteProgress(seriesInstanceUid: string, loaded: number, total: number): void {
  const before = progress.get(seriesInstanceUid);
  if (before?.loaded === loaded && before.total === total) return;
  progress.set(seriesInstanceUid, { loaded, total });
  for (const listener of listeners) listener();
}
