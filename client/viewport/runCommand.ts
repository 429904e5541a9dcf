import type { Types } from "@cornerstonejs/core";
import { deleteSelectedMarks } from "./annotationSync";
import type { LoadedSeries } from "./imagery";
import type { ViewportCommand } from "./toolCatalogue";
import { resetWindow, shownIndex } from "./viewAccess";

const PAGE = 10;

interface Hands {
  goTo(index: number): Promise<void>;
  togglePlay(): void;
}

/** Carries out one command of the keyboard map on a viewport; one that makes no sense there does nothing. */
export function runCommand(
  command: ViewportCommand,
  viewport: Types.IStackViewport,
  series: LoadedSeries | undefined,
  hands: Hands,
): void {
  const image = series?.stack.images[shownIndex(viewport, series.imageIds)];
  if (!series || !image) return;
  const last = series.imageIds.length - 1;
  const scroll = (by: number) => void hands.goTo(Math.max(0, Math.min(last, viewport.getTargetImageIdIndex() + by)));
  const present = viewport.getViewPresentation();
  const actions: Record<ViewportCommand, () => void> = {
    previousImage: () => scroll(-1),
    nextImage: () => scroll(1),
    previousPage: () => scroll(-PAGE),
    nextPage: () => scroll(PAGE),
    firstImage: () => scroll(-last),
    lastImage: () => scroll(last),
    invert: () => viewport.setProperties({ invert: !viewport.getProperties().invert }),
    fit: () => fit(viewport),
    reset: () => {
      resetWindow(viewport, image);
      viewport.setViewPresentation({ rotation: 0, flipHorizontal: false, flipVertical: false });
      viewport.resetCamera();
    },
    rotate: () => viewport.setViewPresentation({ rotation: ((present.rotation ?? 0) + 90) % 360 }),
    flipHorizontal: () => viewport.setViewPresentation({ flipHorizontal: !present.flipHorizontal }),
    flipVertical: () => viewport.setViewPresentation({ flipVertical: !present.flipVertical }),
    togglePlay: hands.togglePlay,
    deleteMark: deleteSelectedMarks,
  };
  actions[command]();
  viewport.render();
}

/** The whole image, as turned and flipped as it was. */
function fit(viewport: Types.IStackViewport): void {
  const { rotation, flipHorizontal, flipVertical } = viewport.getViewPresentation();
  viewport.resetCamera();
  viewport.setViewPresentation({ rotation, flipHorizontal, flipVertical });
}
