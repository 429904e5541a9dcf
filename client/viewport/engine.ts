import { getRenderingEngine, RenderingEngine } from "@cornerstonejs/core";

export const ENGINE_ID = "readroom";

export function engine(): RenderingEngine {
  return (getRenderingEngine(ENGINE_ID) as RenderingEngine | undefined) ?? new RenderingEngine(ENGINE_ID);
}

let viewportCount = 0;

/** A name that no other viewport of this page has had. */
export function nextViewportId(): string {
  viewportCount += 1;
  return `viewport-${viewportCount}`;
}

let resizeRequest = 0;
let resizing = false;

/** While viewports take a new size, their cameras are set back and forth: nothing that they say then is a person's doing. */
export const isResizing = (): boolean => resizing;

/** All viewports once a screen frame: dragging a panel's edge resizes four of them, and each would redraw all. */
export function resizeAll(): void {
  if (resizeRequest !== 0) return;
  resizeRequest = requestAnimationFrame(() => {
    resizeRequest = 0;
    resizing = true;
    try {
      engine().resize(true, true);
    } finally {
      resizing = false;
    }
  });
}
