import type { Types } from "@cornerstonejs/core";
import { deleteSelectedMarks } from "./annotationSync";
import { cross, scale, type Vec3 } from "./geometry";
import type { ViewportCommand } from "./toolCatalogue";

const PAGE = 10;

interface Hands {
  normal: Vec3;
  steps: number;
  /** The whole plane in the viewport. */
  field(how?: { resetOrientation: boolean }): void;
  invert(): void;
  headerWindow(): void;
}

/** The commands of the keyboard map on a plane; those left out make no sense there. */
export function planeCommands(
  viewport: Types.IVolumeViewport,
  { normal, steps, field, invert, headerWindow }: Hands,
): Partial<Record<ViewportCommand, () => void>> {
  const step = (by: number) => viewport.scroll(by);
  return {
    previousImage: () => step(-1),
    nextImage: () => step(1),
    previousPage: () => step(-PAGE),
    nextPage: () => step(PAGE),
    firstImage: () => step(-steps),
    lastImage: () => step(steps),
    invert,
    fit: () => field({ resetOrientation: false }),
    reset() {
      headerWindow();
      field();
    },
    rotate() {
      const { viewUp } = viewport.getCamera();
      // a quarter turn clockwise: what was at the left is at the top
      if (viewUp) viewport.setCamera({ viewUp: scale(cross(viewUp as Vec3, normal), -1) });
    },
    deleteMark: deleteSelectedMarks,
  };
}
