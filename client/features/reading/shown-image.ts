import { keyImageId } from "@readroom/shared/crdt/reading.js";

/**
 * The image in the active viewport, by its key image id. A store of its own: it changes with every slice, and only the star in the
 * toolbar looks at it, so the room is not rendered anew thirty times a second.
 */
export interface ShownImage {
  get(): string | null;
  set(image: { sopInstanceUid: string; frame: number } | null): void;
  subscribe(listener: () => void): () => void;
}

export function createShownImage(): ShownImage {
  let shown: string | null = null;
  const listeners = new Set<() => void>();
  return {
    get: () => shown,
    set(image) {
      const next = image && keyImageId(image.sopInstanceUid, image.frame);
      if (next === shown) return;
      shown = next;
      for (const listener of listeners) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
