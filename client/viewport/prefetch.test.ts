import { describe, expect, it } from "vitest";
import { createPrefetcher, nearestFirst } from "./prefetch";

/** A loader whose images arrive when the test says so. */
function fakeLoader() {
  const waiting = new Map<string, { resolve(): void; reject(error: Error): void }>();
  const asked: string[] = [];
  const cached = new Set<string>();
  return {
    asked,
    waiting,
    isLoaded: (imageId: string) => cached.has(imageId),
    load: (imageId: string) =>
      new Promise<void>((resolve, reject) => {
        asked.push(imageId);
        waiting.set(imageId, { resolve, reject });
      }),
    async arrive(imageId: string) {
      cached.add(imageId);
      waiting.get(imageId)!.resolve();
      waiting.delete(imageId);
      await Promise.resolve();
      await Promise.resolve();
    },
    async fail(imageId: string) {
      waiting.get(imageId)!.reject(new Error("gone"));
      waiting.delete(imageId);
      await Promise.resolve();
      await Promise.resolve();
    },
  };
}

const ids = (count: number) => Array.from({ length: count }, (_, n) => `i${n}`);

describe("prefetching", () => {
  it("[VP16] goes outward from the shown image", () => {
    expect(nearestFirst(6, 2)).toEqual([2, 3, 1, 4, 0, 5]);
  });

  it("[VP17] has never more under way than the limit, over all series", async () => {
    const loader = fakeLoader();
    const prefetcher = createPrefetcher(loader.load, loader.isLoaded, 5);
    prefetcher.focus("a", ids(20), 10, () => {});
    prefetcher.focus(
      "b",
      ids(20).map((id) => `b${id}`),
      0,
      () => {},
    );
    expect(loader.waiting.size).toBe(5);
    expect(loader.asked.slice(0, 3)).toEqual(["i10", "i11", "i9"]);
    for (let n = 0; n < 30; n += 1) {
      await loader.arrive([...loader.waiting.keys()][0]!);
      expect(loader.waiting.size).toBeLessThanOrEqual(5);
    }
  });

  it("[VP18] follows the reader: after a jump the slices there come next; a cancelled series asks no more", async () => {
    const loader = fakeLoader();
    const prefetcher = createPrefetcher(loader.load, loader.isLoaded, 1);
    const images = ids(50);
    prefetcher.focus("a", images, 0, () => {});
    prefetcher.focus("a", images, 40, () => {});
    await loader.arrive("i0");
    expect(loader.asked.at(-1)).toBe("i40");
    prefetcher.cancel("a");
    await loader.arrive("i40");
    expect(loader.asked).toHaveLength(2);
  });

  it("[VP19] counts what is there; a failed image neither counts nor blocks the rest", async () => {
    const loader = fakeLoader();
    const prefetcher = createPrefetcher(loader.load, loader.isLoaded, 2);
    const seen: string[] = [];
    prefetcher.focus("a", ids(3), 0, (loaded, total) => seen.push(`${loaded}/${total}`));
    await loader.fail("i0");
    await loader.arrive("i1");
    await loader.arrive("i2");
    expect(seen.at(-1)).toBe("2/3");
    expect(loader.waiting.size).toBe(0);
  });
});
